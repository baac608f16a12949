#include "weft/io/hdf5_array.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "weft/io/text_heap.hpp"
#include "weft/io/utf8.hpp"

namespace weft::hdf5 {
namespace {

constexpr std::int64_t kBlockBytes = 4 << 20;
constexpr std::int64_t kLargestChunkBytes = 256 << 20;
// Deflate cannot expand by more than 1032 (RFC 1951: 258 bytes from two bits).
constexpr std::int64_t kLargestExpansion = 1100;

std::string_view name_of_class(H5T_class_t type) {
  switch (type) {
    case H5T_INTEGER:
      return "integers";
    case H5T_FLOAT:
      return "reals";
    case H5T_STRING:
      return "strings";
    case H5T_BITFIELD:
      return "bit fields";
    case H5T_OPAQUE:
      return "opaque data";
    case H5T_COMPOUND:
      return "compound data";
    case H5T_REFERENCE:
      return "references";
    case H5T_ENUM:
      return "enumerations";
    case H5T_VLEN:
      return "variable-length data";
    case H5T_ARRAY:
      return "arrays";
    default:
      return "data of an unknown type";
  }
}

/// How so many elements are read: left alone, libhdf5 clears a buffer of a megabyte for texts and records, be they few.
Handle transfer_of(hid_t data, hid_t read_as, std::int64_t count) {
  constexpr std::size_t kMost = 1 << 20;
  const Handle stored(H5Dget_type(data), H5Tclose);
  const std::size_t element = std::max<std::size_t>({1, H5Tget_size(stored), H5Tget_size(read_as)});
  const std::size_t elements = std::min(static_cast<std::size_t>(count), std::max<std::size_t>(1, kMost / element));
  Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  H5Pset_buffer(transfer, elements * element, nullptr, nullptr);
  return transfer;
}

}  // namespace

std::optional<Handle> find_object(const InputFile& file, hid_t root, std::string_view object) {
  Handle current(H5Oopen(root, "/", H5P_DEFAULT), H5Oclose);
  std::size_t begin = 1;
  while (current >= 0 && begin < object.size()) {
    const std::size_t end = std::min(object.find('/', begin), object.size());
    const std::string part(object.substr(begin, end - begin));
    const std::string_view so_far = object.substr(0, end);
    if (H5Iget_type(current) != H5I_GROUP) {
      file.fail(object.substr(0, begin - 1), "is not a group");
    }
    const htri_t exists = H5Lexists(current, part.c_str(), H5P_DEFAULT);
    if (exists == 0) {
      return std::nullopt;
    }
    H5L_info_t link;
    if (exists < 0 || H5Lget_info(current, part.c_str(), &link, H5P_DEFAULT) < 0) {
      file.fail(so_far, "cannot be looked up: ", last_message());
    }
    if (link.type != H5L_TYPE_HARD) {
      file.fail(so_far, "is ", link.type == H5L_TYPE_SOFT ? "a soft" : "an external",
                " link; links are not followed, expected the object itself");
    }
    current = Handle(H5Oopen(current, part.c_str(), H5P_DEFAULT), H5Oclose);
    begin = end + 1;
  }
  if (current < 0) {
    file.fail(object, "cannot be opened: ", last_message());
  }
  return current;
}

CheckedArray::CheckedArray(const InputFile& file, hid_t root, std::int64_t file_bytes, std::string_view object,
                           std::string_view column)
    : file_(file),
      file_bytes_(file_bytes),
      object_(object),
      column_(column),
      data_(-1, H5Oclose),
      type_(-1, H5Tclose),
      space_(-1, H5Sclose),
      base_(base_address(root)) {
  std::optional<Handle> found = find_object(file, root, object);
  if (!found) {
    fail("is missing");
  }
  data_ = std::move(*found);
  if (H5Iget_type(data_) != H5I_DATASET) {
    fail("is a group, expected an array");
  }
  type_ = Handle(H5Dget_type(data_), H5Tclose);
  space_ = Handle(H5Dget_space(data_), H5Sclose);
  if (column_.empty()) {
    check_type();
    check_shape();
    check_storage();
    check_memory();
    return;
  }
  // Shape and storage are those of whole records.
  check_shape();
  check_storage();
  select_column();
  check_type();
  check_memory();
}

void CheckedArray::select_column() {
  const int index = H5Tget_class(type_) == H5T_COMPOUND ? H5Tget_member_index(type_, column_.c_str()) : -1;
  if (index < 0 || info_.shape.size() != 1) {
    fail("is no column of a table");
  }
  type_ = Handle(H5Tget_member_type(type_, static_cast<unsigned>(index)), H5Tclose);
  if (H5Tget_class(type_) == H5T_ARRAY) {
    hsize_t cols = 0;
    if (H5Tget_array_ndims(type_) != 1 || H5Tget_array_dims2(type_, &cols) != 1 || cols == 0) {
      fail("holds arrays of ", H5Tget_array_ndims(type_), " dimensions, expected rows of numbers");
    }
    info_.shape.push_back(static_cast<std::int64_t>(cols));
    if (__builtin_mul_overflow(size_, info_.shape[1], &size_)) {
      fail("declares rows of ", cols, " numbers, too large to exist");
    }
    type_ = Handle(H5Tget_super(type_), H5Tclose);
  }
  if (H5Tget_class(type_) == H5T_STRING) {
    fail("holds strings, expected numbers");
  }
}

// In memory a record holds the column and nothing else; libhdf5 passes over the rest.
hid_t CheckedArray::record_of(hid_t memory_type, std::size_t element_bytes) const {
  const hsize_t cols = info_.shape.size() == 2 ? static_cast<hsize_t>(info_.shape[1]) : 1;
  const Handle row(info_.shape.size() == 2 ? H5Tarray_create2(memory_type, 1, &cols) : H5Tcopy(memory_type), H5Tclose);
  const hid_t record = H5Tcreate(H5T_COMPOUND, element_bytes * static_cast<std::size_t>(cols));
  H5Tinsert(record, column_.c_str(), 0, row);
  return record;
}

void CheckedArray::check_type() {
  // libhdf5 reads an enumeration as the integers that stand for its values.
  if (is_boolean(type_)) {
    info_.is_boolean = true;
    type_ = Handle(H5Tget_super(type_), H5Tclose);
  }
  const H5T_class_t type = H5Tget_class(type_);
  if (type != H5T_INTEGER && type != H5T_FLOAT && type != H5T_STRING) {
    fail("holds ", name_of_class(type), ", expected integers, reals or strings");
  }
  info_.kind = type == H5T_INTEGER ? Kind::integer : type == H5T_FLOAT ? Kind::real : Kind::text;
  if (H5Tis_variable_str(type_) > 0 && base_ < 0) {
    fail("holds strings in a file of unusual address sizes, expected 8 bytes");
  }
  if (type != H5T_STRING && !is_plain_number(type_)) {
    fail("holds numbers of an unusual form in ", H5Tget_size(type_),
         " bytes, expected whole integers of 8 to 64 bits, IEEE reals of 16, 32 or 64 bits or bfloat16");
  }
}

void CheckedArray::check_shape() {
  const int rank = H5Sget_simple_extent_type(space_) == H5S_SIMPLE ? H5Sget_simple_extent_ndims(space_) : 0;
  if (rank != 1 && rank != 2) {
    fail("has rank ", rank, ", expected 1 or 2");
  }
  std::array<hsize_t, 2> extent{};
  H5Sget_simple_extent_dims(space_, extent.data(), nullptr);
  for (int i = 0; i < rank; ++i) {
    const hsize_t length = extent[static_cast<std::size_t>(i)];
    std::int64_t bytes = 0;
    if (length > std::numeric_limits<std::int64_t>::max() / 16 ||
        __builtin_mul_overflow(size_, static_cast<std::int64_t>(length), &size_) ||
        __builtin_mul_overflow(size_, std::int64_t{16}, &bytes)) {
      fail("declares an extent of ", length, ", too large to exist");
    }
    info_.shape.push_back(static_cast<std::int64_t>(length));
  }
}

// The declared size against what is stored, so that a small file cannot ask for much memory.
void CheckedArray::check_storage() {
  const Handle properties(H5Dget_create_plist(data_), H5Pclose);
  const H5D_layout_t layout = H5Pget_layout(properties);
  if (layout == H5D_VIRTUAL) {
    fail("is a virtual dataset; data must be inside the file");
  }
  if (H5Pget_external_count(properties) != 0) {
    fail("is stored in another file; data must be inside the file");
  }
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) {
    fail("has an unknown storage layout");
  }
  const bool deflated = check_filters(properties);
  const auto element = static_cast<std::int64_t>(H5Tis_variable_str(type_) > 0 ? kReferenceBytes : H5Tget_size(type_));
  std::int64_t declared = 0;
  if (__builtin_mul_overflow(size_, element, &declared)) {
    fail("declares ", size_, " elements of ", element, " bytes, too large to exist");
  }
  const hsize_t stored = H5Dget_storage_size(data_);
  if (stored > static_cast<hsize_t>(file_bytes_)) {
    fail("claims ", stored, " stored bytes in a file of ", file_bytes_);
  }
  if (size_ == 0) {
    return;
  }
  if (layout == H5D_CHUNKED) {
    check_chunks(properties, element, static_cast<std::int64_t>(stored), deflated);
    return;
  }
  if (stored < static_cast<hsize_t>(declared)) {
    fail("declares ", declared, " bytes but stores ", stored);
  }
  const haddr_t at = H5Dget_offset(data_);
  if (layout == H5D_CONTIGUOUS && (at == HADDR_UNDEF || at > static_cast<haddr_t>(file_bytes_) - stored)) {
    fail("lies beyond the end of the file");
  }
}

std::int64_t CheckedArray::memory_bytes() const {
  constexpr std::int64_t kTextBytes = sizeof(std::string) + kReferenceBytes;
  const auto element = static_cast<std::int64_t>(H5Tget_size(type_));
  const std::int64_t in_memory = info_.kind == Kind::text      ? kTextBytes + element
                                 : info_.kind == Kind::integer ? std::int64_t{sizeof(std::int64_t)}
                                                               : std::max<std::int64_t>(element, sizeof(float));
  std::int64_t bytes = 0;
  return __builtin_mul_overflow(size_, in_memory, &bytes) ? std::numeric_limits<std::int64_t>::max() : bytes;
}

// What is stored may be deflated to a thousandth, and several arrays may be stored at one place.
void CheckedArray::check_memory() const {
  const std::int64_t bytes = memory_bytes(), before = file_.read_bytes(), most = file_.most_bytes();
  if (bytes > most - std::min(before, most)) {
    fail("would take ", bytes, " bytes of memory after ", before, " of other arrays, expected at most ", most,
         " of a file of ", file_bytes_, " bytes; if it is sound, `h5repack -f NONE IN.h5 OUT.h5` lets it be read");
  }
}

bool CheckedArray::check_filters(hid_t properties) const {
  bool deflated = false;
  const int count = H5Pget_nfilters(properties);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
    if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_FLETCHER32) {
      fail("uses filter ", filter, ", expected only shuffle, deflate (gzip) and fletcher32");
    }
    if (filter == H5Z_FILTER_DEFLATE && deflated) {
      fail("is deflated twice, expected once");
    }
    deflated = deflated || filter == H5Z_FILTER_DEFLATE;
  }
  return deflated;
}

void CheckedArray::check_chunks(hid_t properties, std::int64_t element, std::int64_t stored, bool deflated) {
  std::array<hsize_t, 2> extent{};
  const int rank = static_cast<int>(info_.shape.size());
  if (H5Pget_chunk(properties, rank, extent.data()) != rank) {
    fail("declares no chunk shape of rank ", rank);
  }
  std::int64_t chunk_bytes = element;
  std::int64_t chunks = 1;
  for (std::size_t i = 0; i < info_.shape.size(); ++i) {
    const auto length = static_cast<std::int64_t>(std::min<hsize_t>(extent[i], kLargestChunkBytes + 1));
    chunk_bytes *= length;
    if (chunk_bytes < 1 || chunk_bytes > kLargestChunkBytes) {
      fail("declares chunks of ", extent[0], rank == 2 ? concat(" x ", extent[1]) : "", " elements, expected at most ",
           kLargestChunkBytes, " bytes a chunk");
    }
    chunks *= (info_.shape[i] + length - 1) / length;
  }
  chunk_rows_ = static_cast<std::int64_t>(extent[0]);
  // Every chunk stores a byte at least and the last one may be cut short by deflate's own header.
  const __int128 most =
      static_cast<__int128>(stored) * (deflated ? kLargestExpansion : 1) + (deflated ? chunk_bytes : 0);
  if (chunks > stored || static_cast<__int128>(chunks) * chunk_bytes > most) {
    fail("declares ", chunks, " chunks of ", chunk_bytes, " bytes but stores ", stored, " bytes",
         deflated ? ", more than deflate can expand to" : "");
  }
}

void CheckedArray::expect(Kind kind, std::size_t size) const {
  static constexpr std::array<std::string_view, 3> kNames = {"integers", "reals", "strings"};
  if (info_.kind != kind) {
    fail("holds ", kNames[static_cast<std::size_t>(info_.kind)], ", expected ", kNames[static_cast<std::size_t>(kind)]);
  }
  require(size == static_cast<std::size_t>(size_), object_, ": room for ", size, " elements, expected ", size_);
}

void CheckedArray::read_blocks(hid_t memory_type, std::size_t element_bytes,
                               FunctionRef<void*(std::int64_t, std::int64_t)> place,
                               FunctionRef<void(std::int64_t, std::int64_t)> done) const {
  if (size_ == 0) {
    return;
  }
  file_.spend(memory_bytes());
  const std::int64_t rows = info_.shape[0];
  const std::int64_t cols = info_.shape.size() == 2 ? info_.shape[1] : 1;
  const auto block_elements = std::max<std::int64_t>(1, kBlockBytes / static_cast<std::int64_t>(element_bytes));
  const int rank = column_.empty() ? static_cast<int>(info_.shape.size()) : 1;
  const Handle read_as(column_.empty() ? H5Tcopy(memory_type) : record_of(memory_type, element_bytes), H5Tclose);
  const Handle transfer = transfer_of(data_, read_as, size_);
  const std::int64_t step = chunk_rows_ * std::max<std::int64_t>(1, block_elements / cols / chunk_rows_);
  for (std::int64_t row = 0; row < rows; row += step) {
    const std::int64_t count = std::min(step, rows - row);
    const std::array<hsize_t, 2> start = {static_cast<hsize_t>(row), 0};
    const std::array<hsize_t, 2> extent = {static_cast<hsize_t>(count), static_cast<hsize_t>(cols)};
    const Handle memory(H5Screate_simple(rank, extent.data(), nullptr), H5Sclose);
    void* target = place(row * cols, count * cols);
    if (H5Sselect_hyperslab(space_, H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr) < 0 ||
        H5Dread(data_, read_as, memory, space_, transfer, target) < 0) {
      fail("cannot be read from row ", row, " on: ", last_message());
    }
    done(row * cols, count * cols);
  }
}

std::vector<std::string> CheckedArray::read_texts() const {
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(size_));
  if (H5Tis_variable_str(type_) > 0) {
    read_variable(texts);
  } else {
    read_fixed(texts);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!is_utf8(texts[i])) {
      fail("the string", place_of(static_cast<std::int64_t>(i)), " is not valid UTF-8");
    }
  }
  return texts;
}

void CheckedArray::read_variable(std::vector<std::string>& texts) const {
  TextHeap heap(file_.name(), file_bytes_, base_, [this](const std::string& problem) { fail(problem); });
  const RawReferences references;
  std::vector<unsigned char> block;
  const auto place = [&](std::int64_t, std::int64_t count) -> void* {
    block.resize(static_cast<std::size_t>(count) * kReferenceBytes);
    return block.data();
  };
  const auto done = [&](std::int64_t, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      texts.push_back(heap.text(block.data() + static_cast<std::size_t>(i) * kReferenceBytes));
    }
  };
  read_blocks(references.type(), kReferenceBytes, place, done);
}

void CheckedArray::read_fixed(std::vector<std::string>& texts) const {
  const std::size_t bytes = H5Tget_size(type_);
  std::vector<char> block;
  const auto place = [&](std::int64_t, std::int64_t count) -> void* {
    block.resize(static_cast<std::size_t>(count) * bytes);
    return block.data();
  };
  const auto done = [&](std::int64_t, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      texts.push_back(unpadded(block.data() + static_cast<std::size_t>(i) * bytes, bytes, type_));
    }
  };
  read_blocks(type_, bytes, place, done);
}

std::string CheckedArray::place_of(std::int64_t i) const {
  return info_.shape.size() == 2 ? concat(" at [", i / info_.shape[1], ", ", i % info_.shape[1], "]")
                                 : concat(" at ", i);
}

}  // namespace weft::hdf5
