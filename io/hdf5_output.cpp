#include <algorithm>
#include <array>

#include "weft/io/file_seal.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/io/hdf5_library.hpp"

namespace weft::hdf5 {
namespace {

constexpr std::int64_t kContiguousBytes = 64 << 10;
constexpr std::int64_t kChunkBytes = 256 << 10;
constexpr unsigned kDeflateLevel = 4;

hid_t memory_type(Number number) {
  switch (number) {
    case Number::int32:
      return H5T_NATIVE_INT32;
    case Number::int64:
      return H5T_NATIVE_INT64;
    case Number::uint32:
      return H5T_NATIVE_UINT32;
    case Number::float32:
      return H5T_NATIVE_FLOAT;
    default:
      return H5T_NATIVE_DOUBLE;
  }
}

hid_t stored_type(Number number) {
  switch (number) {
    case Number::int32:
      return H5T_STD_I32LE;
    case Number::int64:
      return H5T_STD_I64LE;
    case Number::uint32:
      return H5T_STD_U32LE;
    case Number::float32:
      return H5T_IEEE_F32LE;
    default:
      return H5T_IEEE_F64LE;
  }
}

bool has_16_bits(Number number) {
  return number == Number::float16 || number == Number::bfloat16;
}

/// A type of its own, which the caller closes.
Handle type_of(Number number, hid_t (*named)(Number)) {
  if (!has_16_bits(number)) {
    return {H5Tcopy(named(number)), H5Tclose};
  }
  const std::size_t fraction = number == Number::float16 ? 10 : 7, exponent = 15 - fraction;
  Handle type(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  H5Tset_fields(type, 15, fraction, exponent, 0, fraction);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, (std::size_t{1} << (exponent - 1)) - 1);
  return type;
}

std::int64_t bytes_of(Number number) {
  return has_16_bits(number) ? 2 : number == Number::int64 || number == Number::float64 ? 8 : 4;
}

Handle utf8_type(std::size_t bytes) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, bytes);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

Handle simple_space(std::span<const std::int64_t> shape) {
  std::array<hsize_t, 2> extent{};
  std::copy(shape.begin(), shape.end(), extent.begin());
  return {H5Screate_simple(static_cast<int>(shape.size()), extent.data(), nullptr), H5Sclose};
}

// Without the time of writing, so that the same content is the same file.
Handle plain_layout() {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties, false);
  return properties;
}

// Large arrays: chunks of about 256 KiB, shuffled and deflated.
Handle layout_for(std::span<const std::int64_t> shape, std::int64_t element) {
  Handle properties = plain_layout();
  const std::int64_t cols = shape.size() == 2 ? shape[1] : 1;
  if (shape[0] * cols * element <= kContiguousBytes) {
    return properties;
  }
  const std::int64_t chunk_cols = std::min(cols, kChunkBytes / element);
  const std::int64_t chunk_rows = std::clamp<std::int64_t>(kChunkBytes / (chunk_cols * element), 1, shape[0]);
  const std::array<hsize_t, 2> chunk = {static_cast<hsize_t>(chunk_rows), static_cast<hsize_t>(chunk_cols)};
  H5Pset_chunk(properties, static_cast<int>(shape.size()), chunk.data());
  H5Pset_shuffle(properties);
  H5Pset_deflate(properties, kDeflateLevel);
  return properties;
}

Handle with_parents() {
  Handle properties(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(properties, 1);
  return properties;
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& target, Seal seal) : file_(target), seal_(seal) {
  const Inside inside;
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  if (seal == Seal::checked) {
    H5Pset_userblock(creation, static_cast<hsize_t>(kSealBytes));
  }
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  id_ = H5Fcreate(file_.temporary().c_str(), H5F_ACC_TRUNC, creation, access);
  if (id_ < 0) {
    fail("", "cannot be created");
  }
}

OutputFile::~OutputFile() {
  if (id_ >= 0) {
    const Inside inside;
    H5Fclose(id_);
  }
}

void OutputFile::make_group(std::string_view object) {
  const Inside inside;
  const Handle group(H5Gcreate2(id_, std::string(object).c_str(), with_parents(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  if (group < 0) {
    fail(object, "cannot be created");
  }
}

void OutputFile::write_text_attribute(std::string_view object, const char* name, const std::string& value) {
  const Inside inside;
  // HDF5 has no strings of length 0: an empty one is a NUL.
  const Handle type = utf8_type(std::max<std::size_t>(1, value.size()));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle owner(H5Oopen(id_, std::string(object).c_str(), H5P_DEFAULT), H5Oclose);
  const Handle attribute(H5Acreate2(owner, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (attribute < 0 || H5Awrite(attribute, type, value.c_str()) < 0) {
    fail(object, concat("attribute ", name, " cannot be written"));
  }
}

void OutputFile::write_texts_attribute(std::string_view object, const char* name, std::span<const std::string> values) {
  require(values.size() <= kMostTextsInAttribute, "write_texts_attribute: ", name, " has ", values.size(),
          " strings, expected at most ", kMostTextsInAttribute);
  const Inside inside;
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(values.size())};
  const Handle space = simple_space(shape);
  const Handle type = utf8_type(H5T_VARIABLE);
  const Handle owner(H5Oopen(id_, std::string(object).c_str(), H5P_DEFAULT), H5Oclose);
  const Handle attribute(H5Acreate2(owner, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  std::vector<const char*> pointers;
  for (const std::string& value : values) {
    pointers.push_back(value.c_str());
  }
  if (attribute < 0 || (!values.empty() && H5Awrite(attribute, type, pointers.data()) < 0)) {
    fail(object, concat("attribute ", name, " cannot be written"));
  }
}

void OutputFile::write_integer_attribute(std::string_view object, const char* name, std::int64_t value) {
  const Inside inside;
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle owner(H5Oopen(id_, std::string(object).c_str(), H5P_DEFAULT), H5Oclose);
  const Handle attribute(H5Acreate2(owner, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (attribute < 0 || H5Awrite(attribute, H5T_NATIVE_INT64, &value) < 0) {
    fail(object, concat("attribute ", name, " cannot be written"));
  }
}

void OutputFile::write_integers_attribute(std::string_view object, const char* name,
                                          std::span<const std::int64_t> values) {
  const Inside inside;
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(values.size())};
  const Handle space = simple_space(shape);
  const Handle owner(H5Oopen(id_, std::string(object).c_str(), H5P_DEFAULT), H5Oclose);
  const Handle attribute(H5Acreate2(owner, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (attribute < 0 || H5Awrite(attribute, H5T_NATIVE_INT64, values.data()) < 0) {
    fail(object, concat("attribute ", name, " cannot be written"));
  }
}

void OutputFile::write(std::string_view object, std::span<const std::int64_t> values) {
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(values.size())};
  write_array(object, shape, values.data(), Number::int64, Number::int64);
}

void OutputFile::write(std::string_view object, std::span<const std::int32_t> values) {
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(values.size())};
  write_array(object, shape, values.data(), Number::int32, Number::int32);
}

void OutputFile::write(std::string_view object, std::span<const float> values) {
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(values.size())};
  write_array(object, shape, values.data(), Number::float32, Number::float32);
}

void OutputFile::write(std::string_view object, std::span<const double> values) {
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(values.size())};
  write_array(object, shape, values.data(), Number::float64, Number::float64);
}

void OutputFile::write_array(std::string_view object, std::span<const std::int64_t> shape, const void* data,
                             Number memory, Number stored, Storage storage) {
  create_array(object, shape, stored, storage);
  if (std::find(shape.begin(), shape.end(), 0) == shape.end()) {
    write_rows(object, 0, shape[0], data, memory);
  }
}

void OutputFile::create_array(std::string_view object, std::span<const std::int64_t> shape, Number stored,
                              Storage storage) {
  const Inside inside;
  const Handle space = simple_space(shape), type = type_of(stored, stored_type);
  const Handle layout = storage == Storage::plain ? plain_layout() : layout_for(shape, bytes_of(stored));
  const Handle array(H5Dcreate2(id_, std::string(object).c_str(), type, space, with_parents(), layout, H5P_DEFAULT),
                     H5Dclose);
  if (array < 0) {
    fail(object, "cannot be created");
  }
}

void OutputFile::write_rows(std::string_view object, std::int64_t first, std::int64_t count, const void* data,
                            Number memory) {
  const Inside inside;
  const Handle array(H5Dopen2(id_, std::string(object).c_str(), H5P_DEFAULT), H5Dclose);
  const Handle space(H5Dget_space(array), H5Sclose);
  std::array<hsize_t, 2> extent{};
  const int rank = H5Sget_simple_extent_dims(space, extent.data(), nullptr);
  extent[0] = static_cast<hsize_t>(count);
  const std::array<hsize_t, 2> start = {static_cast<hsize_t>(first), 0};
  const Handle block(H5Screate_simple(rank, extent.data(), nullptr), H5Sclose);
  const Handle type = type_of(memory, memory_type);
  if (H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr) < 0 ||
      H5Dwrite(array, type, block, space, H5P_DEFAULT, data) < 0) {
    fail(object, "cannot be written");
  }
}

void OutputFile::write_texts(std::string_view object, std::span<const std::string> values) {
  const Inside inside;
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(values.size())};
  const Handle space = simple_space(shape);
  const Handle type = utf8_type(H5T_VARIABLE);
  const Handle layout = layout_for(shape, 16);
  const Handle array(H5Dcreate2(id_, std::string(object).c_str(), type, space, with_parents(), layout, H5P_DEFAULT),
                     H5Dclose);
  std::vector<const char*> pointers;
  pointers.reserve(values.size());
  for (const std::string& value : values) {
    pointers.push_back(value.c_str());
  }
  if (array < 0 || (!values.empty() && H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0)) {
    fail(object, "cannot be written");
  }
}

void OutputFile::commit() {
  {
    const Inside inside;
    if (H5Fflush(id_, H5F_SCOPE_GLOBAL) < 0 || H5Fclose(std::exchange(id_, -1)) < 0) {
      fail("", "cannot be written");
    }
  }
  if (seal_ == Seal::checked) {
    seal_file(file_.temporary(), file_.target());
  }
  file_.commit();
}

void OutputFile::fail(std::string_view object, std::string_view what) const {
  throw DataError(file_.target().string(), std::string(object), concat(what, ": ", last_message()));
}

}  // namespace weft::hdf5
