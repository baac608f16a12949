// weft import h5ad: files written by libhdf5 as the input says, sound as containers, with members that are missing, of
// other types, ranks and lengths, and with attributes that lie. The bytes of the container are not fuzzed: libhdf5
// crashes on damaged ones, which is why the command reads them in a child process first.
#include <algorithm>
#include <array>
#include <vector>

#include <hdf5.h>

#include "tests/fuzz/fuzz_input.hpp"
#include "weft/io/importers/h5ad_importer.hpp"

namespace weft::fuzz {
namespace {

/// An empty file for each input, open all the time: libhdf5 makes and clears a cache of half a megabyte for every file
/// that is created or opened, but none for one that is open already.
class Container {
 public:
  Container() : path_(folder().path() / "a.h5ad") {}
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;
  ~Container() { H5Fclose(file_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  hid_t emptied() {
    // What was deleted leaves gaps, so the file grows.
    if (num_uses_++ % 1000 == 0) {
      create();
    }
    std::array<char, 64> name{};
    while (H5Lget_name_by_idx(file_, "/", H5_INDEX_NAME, H5_ITER_INC, 0, name.data(), name.size(), H5P_DEFAULT) > 0) {
      if (H5Ldelete(file_, name.data(), H5P_DEFAULT) < 0) {
        std::abort();
      }
    }
    return file_;
  }

 private:
  void create() {
    if (file_ >= 0) {
      H5Fclose(file_);
    }
    // As the reader opens it, or it could not.
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    file_ = H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    if (file_ < 0) {
      std::abort();
    }
  }

  std::filesystem::path path_;
  hid_t file_ = -1;
  std::int64_t num_uses_ = 0;
};

// Each choice is a byte of the input; where that is 0, or the input has ended, all is as it should be.
class Writer {
 public:
  Writer(hid_t file, std::string_view choices) : choices_(choices), file_(file) {}

  unsigned choose() { return take_byte(choices_); }

  void group(const char* name) {
    if (const hid_t id = H5Gcreate2(file_, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT); id >= 0) {
      H5Gclose(id);
    }
  }

  /// An array of numbers: missing, of another type, rank or length, or with other values, as the input has it.
  void numbers(const char* name, std::vector<double> values, std::vector<hsize_t> shape, hid_t stored) {
    const unsigned what = choose();
    if (what == 1) {
      return;
    }
    if ((what & 2U) != 0) {
      const std::array<hid_t, 8> types = {H5T_STD_I8LE,   H5T_STD_U8BE,   H5T_STD_I64BE,      H5T_STD_U64LE,
                                          H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_NATIVE_LDOUBLE, H5T_STD_B8LE};
      stored = types[choose() % types.size()];
    }
    if ((what & 4U) != 0) {
      values.resize(choose() % 16, 1.0);
      shape = {values.size()};
    }
    if ((what & 8U) != 0 && !values.empty()) {
      values[choose() % values.size()] = wild_number();
    }
    if ((what & 16U) != 0) {
      shape.assign(choose() % 4, 1);
      values.resize(1);
    }
    write(name, stored, H5T_NATIVE_DOUBLE, shape, values.data(), (what & 32U) != 0);
  }

  void texts(const char* name, std::vector<std::string> values) {
    const unsigned what = choose();
    if (what == 1) {
      return;
    }
    if ((what & 2U) != 0) {
      values.resize(choose() % 8, "more");
    }
    if ((what & 4U) != 0 && !values.empty()) {
      const auto length = static_cast<std::size_t>(choose());
      values[0] = std::string(choices_.substr(0, length));
      choices_.remove_prefix(std::min(length, choices_.size()));
    }
    const hid_t type = H5Tcopy(H5T_C_S1);
    const hsize_t count = values.size();
    if ((what & 8U) != 0) {
      H5Tset_size(type, 4);
      std::string fixed;
      for (const std::string& value : values) {
        fixed.append(value.substr(0, 4)).resize(fixed.size() / 4 * 4 + 4);
      }
      write(name, type, type, {count}, fixed.data(), false);
    } else {
      H5Tset_size(type, H5T_VARIABLE);
      std::vector<const char*> pointers;
      for (const std::string& value : values) {
        pointers.push_back(value.c_str());
      }
      write(name, type, type, {count}, pointers.data(), false);
    }
    H5Tclose(type);
  }

  void sizes(const char* object, const char* name, std::vector<std::int64_t> values) {
    const unsigned what = choose();
    if (what == 1) {
      return;
    }
    if ((what & 2U) != 0) {
      values.resize(choose() % 5, 3);
    }
    if ((what & 4U) != 0 && !values.empty()) {
      values[choose() % values.size()] = static_cast<std::int64_t>(std::clamp(wild_number(), -9e18, 9e18));
    }
    const hsize_t count = values.size();
    attribute(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, H5Screate_simple(1, &count, nullptr), values.data());
  }

  void encoding(const char* object, const char* name, const std::string& value) {
    const unsigned what = choose();
    const std::string text = what < 2 ? value : what % 2 == 0 ? "csc_matrix" : std::string(what, 'x');
    if (what == 1) {
      return;
    }
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, text.size());
    attribute(object, name, type, type, H5Screate(H5S_SCALAR), text.data());
    H5Tclose(type);
  }

  /// Three records of a text and of one column: numbers, or rows of `cols` numbers.
  void table(const char* name, const char* column, const std::vector<signed char>& values, hsize_t cols) {
    const unsigned what = choose();
    if (what == 1) {
      return;
    }
    cols = (what & 2U) != 0 ? choose() % 4 : cols;
    const std::array<hid_t, 4> types = {H5T_NATIVE_SCHAR, H5T_STD_U8LE, H5T_STD_B8LE, H5T_C_S1};
    const hid_t number = types[(what & 4U) != 0 ? choose() % types.size() : 0];
    const hid_t type = cols > 0 ? H5Tarray_create2(number, 1, &cols) : H5Tcopy(number);
    const std::size_t width = std::max<std::size_t>(cols, 1);
    const hid_t record = H5Tcreate(H5T_COMPOUND, width + 1);
    H5Tinsert(record, "index", 0, H5T_C_S1);
    H5Tinsert(record, (what & 8U) != 0 ? "other" : column, 1, type);
    const std::size_t rows = (what & 16U) != 0 ? choose() % 8 : 3;
    std::vector<signed char> bytes;
    for (std::size_t i = 0; i < rows * (width + 1); ++i) {
      const std::size_t place = i % (width + 1);
      const std::size_t value = i / (width + 1) * width + place - 1;
      bytes.push_back(place == 0          ? 'c'
                      : (what & 32U) != 0 ? static_cast<signed char>(choose())
                                          : values[value % values.size()]);
    }
    write(name, record, record, (what & 64U) != 0 ? std::vector<hsize_t>{rows, 1} : std::vector<hsize_t>{rows},
          bytes.data(), (what & 128U) != 0);
    H5Tclose(record);
    H5Tclose(type);
  }

  /// Texts are read past libhdf5, from the bytes of the file.
  void finish() {
    if (H5Fflush(file_, H5F_SCOPE_GLOBAL) < 0) {
      std::abort();
    }
  }

  void link(const char* target, const char* name) { H5Lcreate_soft(target, file_, name, H5P_DEFAULT, H5P_DEFAULT); }

  /// A square matrix of three rows: 0 - 1, 1 - 2.
  void rows(const std::string& group_name, bool old) {
    group(group_name.c_str());
    sizes(group_name.c_str(), old ? "h5sparse_shape" : "shape", {3, 3});
    encoding(group_name.c_str(), old ? "h5sparse_format" : "encoding-type", old ? "csr" : "csr_matrix");
    numbers((group_name + "/indptr").c_str(), {0, 1, 3, 4}, {4}, H5T_STD_I32LE);
    numbers((group_name + "/indices").c_str(), {1, 0, 2, 1}, {4}, H5T_STD_I32LE);
    numbers((group_name + "/data").c_str(), {0.5, 0.5, 1, 1}, {4}, H5T_IEEE_F32LE);
  }

 private:
  double wild_number() {
    static constexpr std::array<double, 12> kWild = {-1,   3,     255,   65536,  2147483647., 4294967296.,
                                                     9e18, -9e18, 1e300, -1e300, 0.5,         0};
    return kWild[choose() % kWild.size()];
  }

  /// With a buffer for the few elements there are: libhdf5's own is a megabyte, which it clears for texts and records.
  static hid_t transfer() {
    static const hid_t id = [] {
      const hid_t made = H5Pcreate(H5P_DATASET_XFER);
      H5Pset_buffer(made, 4096, nullptr, nullptr);
      return made;
    }();
    return id;
  }

  void write(const char* name, hid_t stored, hid_t memory, const std::vector<hsize_t>& shape, const void* data,
             bool compressed) {
    const hid_t space =
        shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    hid_t properties = H5P_DEFAULT;
    if (compressed && !shape.empty() && std::find(shape.begin(), shape.end(), 0U) == shape.end()) {
      properties = H5Pcreate(H5P_DATASET_CREATE);
      H5Pset_chunk(properties, static_cast<int>(shape.size()), shape.data());
      H5Pset_deflate(properties, 1);
    }
    const hid_t id = H5Dcreate2(file_, name, stored, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (id >= 0) {
      H5Dwrite(id, memory, H5S_ALL, H5S_ALL, transfer(), data);
      H5Dclose(id);
    }
    if (properties != H5P_DEFAULT) {
      H5Pclose(properties);
    }
    H5Sclose(space);
  }

  void attribute(const char* object, const char* name, hid_t stored, hid_t memory, hid_t space, const void* data) {
    const hid_t owner = H5Oopen(file_, object, H5P_DEFAULT);
    const hid_t id = H5Acreate2(owner, name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id >= 0) {
      H5Awrite(id, memory, data);
      H5Aclose(id);
    }
    H5Sclose(space);
    if (owner >= 0) {
      H5Oclose(owner);
    }
  }

  std::string_view choices_;
  hid_t file_;
};

}  // namespace
}  // namespace weft::fuzz

namespace weft::fuzz {
namespace {

// As before version 0.7.
void write_old(Writer& file) {
  file.group("uns");
  file.group("uns/neighbors");
  file.rows("/uns/neighbors/connectivities", true);
  file.rows("/X", true);
  file.table("/obs", "kind", {0, -1, 1}, 0);
  file.table("/obsm", "X_pca", {1, 2, 3, 4, 5, 6}, 2);
  file.texts("/uns/kind_categories", {"B", "T"});
}

void write_new(Writer& file, unsigned layout) {
  file.group("obsp");
  file.group("obsm");
  file.group("obs");
  file.rows("/obsp/connectivities", false);
  file.rows("/X", (layout & 2U) != 0);
  file.numbers("/obsm/X_pca", {1, 2, 3, 4, 5, 6}, {3, 2}, H5T_IEEE_F64LE);
  if ((layout & 4U) != 0) {
    file.group("/obs/__categories");
    file.numbers("/obs/kind", {0, -1, 1}, {3}, H5T_STD_I8LE);
    file.texts("/obs/__categories/kind", {"B", "T"});
  } else {
    file.group("/obs/kind");
    file.numbers("/obs/kind/codes", {0, -1, 1}, {3}, H5T_STD_I8LE);
    file.texts("/obs/kind/categories", {"B", "T"});
  }
}

}  // namespace
}  // namespace weft::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weft;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  std::string_view input = fuzz::text_of(data, size);
  const unsigned layout = fuzz::take_byte(input);
  static fuzz::Container container;
  H5adOptions options;
  options.input = container.path();
  options.label = "kind";
  {
    fuzz::Writer file(container.emptied(), input);
    if ((layout & 16) != 0) {
      fuzz::write_old(file);
    } else {
      fuzz::write_new(file, layout);
    }
    if ((layout & 1) != 0) {
      options.features = "X";
    }
    if (file.choose() == 255) {
      file.link("/obs", "/obsm/loop");
      options.features = "loop";
    }
    file.finish();
  }
  options.directed = (layout & 8) != 0;
  fuzz::expect_sound_dataset([&] { return import_h5ad(options); });
  return 0;
}
