#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <type_traits>

#include "weft/core/buffer.hpp"
#include "weft/io/file_seal.hpp"
#include "weft/io/half_floats.hpp"
#include "weft/io/hdf5_array.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/io/regular_file.hpp"
#include "weft/io/text_heap.hpp"
#include "weft/io/utf8.hpp"

namespace weft::hdf5 {
namespace {

constexpr std::size_t kLargestAttributeBytes = 1 << 20;
constexpr std::size_t kMostMembers = 1 << 20;

std::int64_t checked_size(const std::string& name) {
  const std::int64_t bytes = regular_file_bytes(name, "an HDF5 file");
  if (bytes == 0) {
    throw DataError(name, "", "is empty, expected an HDF5 file");
  }
  if (const std::ifstream file(name, std::ios::binary); !file) {
    throw_not_opened(name, errno);
  }
  return bytes;
}

struct Attribute {
  Handle id, type;
  std::int64_t elements;
};

std::optional<Attribute> open_attribute(const InputFile& file, hid_t root, std::string_view object, const char* name) {
  const std::optional<Handle> owner = find_object(file, root, object);
  if (!owner || H5Aexists(*owner, name) == 0) {
    return std::nullopt;
  }
  Handle id(H5Aopen(*owner, name, H5P_DEFAULT), H5Aclose);
  if (id < 0) {
    file.fail(object, "attribute ", name, " cannot be opened: ", last_message());
  }
  Handle type(H5Aget_type(id), H5Tclose);
  const Handle space(H5Aget_space(id), H5Sclose);
  const hssize_t elements = H5Sget_simple_extent_npoints(space);
  const std::size_t bytes = H5Tget_size(type);
  if (H5Sget_simple_extent_ndims(space) > 1 || elements < 1 || bytes < 1 ||
      static_cast<std::size_t>(elements) > kLargestAttributeBytes / bytes) {
    file.fail(object, "attribute ", name, " holds ", elements, " elements of ", bytes,
              " bytes, expected one value or one row of values");
  }
  return Attribute{std::move(id), std::move(type), elements};
}

// Where the stored width or sign differ from T's, through 64 bits: libhdf5 itself would clamp silently.
template <class T, class Wide>
void read_through(const CheckedArray& array, hid_t wide_type, std::span<T> out, std::int64_t lowest,
                  std::int64_t highest) {
  Buffer<Wide> block;
  const auto place = [&](std::int64_t, std::int64_t count) -> void* {
    if (block.size() < static_cast<std::size_t>(count)) {
      block = Buffer<Wide>(static_cast<std::size_t>(count));
    }
    return block.data();
  };
  const auto done = [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const Wide value = block[static_cast<std::size_t>(i)];
      if (std::cmp_less(value, lowest) || std::cmp_greater(value, highest)) {
        array.fail("value ", value, array.place_of(first + i), ", expected ", lowest, " to ", highest);
      }
      out[static_cast<std::size_t>(first + i)] = static_cast<T>(value);
    }
  };
  array.read_blocks(wide_type, sizeof(Wide), place, done);
}

template <class T>
hid_t native_type() {
  if constexpr (std::is_same_v<T, std::int32_t>) {
    return H5T_NATIVE_INT32;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return H5T_NATIVE_INT64;
  } else {
    static_assert(std::is_same_v<T, std::uint32_t>);
    return H5T_NATIVE_UINT32;
  }
}

template <class T>
void check_real(const CheckedArray& array, std::int64_t i, double value, Missing missing) {
  const bool fits = std::isnan(value) ? missing != Missing::refused : std::abs(value) <= std::numeric_limits<T>::max();
  if (fits || (missing == Missing::any && !std::isfinite(value))) {
    return;
  }
  array.fail("value ", value, array.place_of(i), ", expected a finite number",
             missing == Missing::as_nan ? " or NaN" : "", std::isfinite(value) ? " of 32 bits" : "");
}

/// Reals of 16 bits, as they are stored: libhdf5 converts them bit by bit.
template <class T>
void read_halves(const CheckedArray& array, std::span<T> out, Missing missing) {
  const bool is_upper_half = is_bfloat16(array.type());
  std::vector<std::uint16_t> block;
  const auto place = [&](std::int64_t, std::int64_t count) -> void* {
    block.resize(static_cast<std::size_t>(count));
    return block.data();
  };
  const auto done = [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint16_t half = block[static_cast<std::size_t>(i)];
      const float value = is_upper_half ? from_bfloat16(half) : from_float16(half);
      check_real<T>(array, first + i, static_cast<double>(value), missing);
      out[static_cast<std::size_t>(first + i)] = static_cast<T>(value);
    }
  };
  array.read_blocks(array.type(), sizeof(std::uint16_t), place, done);
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path, Seal seal) : name_(path.string()), size_(checked_size(name_)) {
  if (seal == Seal::checked) {
    check_seal(path);
  }
  const Inside inside;
  errno = 0;
  if (H5Fis_hdf5(name_.c_str()) <= 0) {
    if (errno == EMFILE || errno == ENFILE) {
      throw_not_opened(name_, errno);
    }
    fail("", "is not an HDF5 file, or its beginning is damaged");
  }
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  errno = 0;
  id_ = H5Fopen(name_.c_str(), H5F_ACC_RDONLY, access);
  if (id_ < 0) {
    if (errno == EMFILE || errno == ENFILE) {
      throw_not_opened(name_, errno);
    }
    fail("", "cannot be opened as HDF5: ", last_message());
  }
}

void InputFile::spend(std::int64_t bytes) const {
  read_ += std::min(bytes, std::numeric_limits<std::int64_t>::max() - read_);
}

std::int64_t InputFile::most_bytes() const {
  constexpr std::int64_t kInAnyCase = std::int64_t{1} << 29, kExpansion = 256;
  return kInAnyCase + kExpansion * std::min(size_, std::numeric_limits<std::int64_t>::max() / kExpansion / 2);
}

InputFile::~InputFile() {
  const Inside inside;
  H5Fclose(id_);
}

bool InputFile::has(std::string_view object) const {
  const Inside inside;
  return find_object(*this, id_, object).has_value();
}

bool InputFile::is_group(std::string_view object) const {
  const Inside inside;
  const std::optional<Handle> found = find_object(*this, id_, object);
  return found && H5Iget_type(*found) == H5I_GROUP;
}

std::vector<std::string> InputFile::members(std::string_view group) const {
  const Inside inside;
  std::vector<std::string> names;
  const std::optional<Handle> found = find_object(*this, id_, group);
  if (!found) {
    return names;
  }
  if (H5Iget_type(*found) != H5I_GROUP) {
    fail(group, "is an array, expected a group");
  }
  hsize_t position = 0;
  const herr_t result = H5Literate(
      *found, H5_INDEX_NAME, H5_ITER_INC, &position,
      [](hid_t, const char* name, const H5L_info_t*, void* out) noexcept -> herr_t {
        auto& list = *static_cast<std::vector<std::string>*>(out);
        if (list.size() == kMostMembers) {
          return -1;
        }
        list.emplace_back(name);
        return 0;
      },
      &names);
  if (result < 0) {
    fail(group, "cannot be listed: ", last_message());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> InputFile::text_attribute(std::string_view object, const char* name) const {
  std::optional<std::vector<std::string>> texts = texts_attribute(object, name);
  if (texts && texts->size() != 1) {
    fail(object, "attribute ", name, " is not a string, expected one");
  }
  return texts ? std::optional(std::move(texts->front())) : std::nullopt;
}

std::optional<std::vector<std::string>> InputFile::texts_attribute(std::string_view object, const char* name) const {
  const Inside inside;
  const std::optional<Attribute> attribute = open_attribute(*this, id_, object, name);
  if (!attribute) {
    return std::nullopt;
  }
  if (H5Tget_class(attribute->type) != H5T_STRING) {
    fail(object, "attribute ", name, " is not a string, expected one");
  }
  const bool is_variable = H5Tis_variable_str(attribute->type) > 0;
  const std::size_t bytes = is_variable ? kReferenceBytes : H5Tget_size(attribute->type);
  const auto count = static_cast<std::size_t>(attribute->elements);
  if (bytes == 0 || count > static_cast<std::size_t>(size_) / bytes) {
    fail(object, "attribute ", name, " declares ", count, " strings of ", bytes, " bytes, the file has ", size_);
  }
  const RawReferences references;
  const std::int64_t base = base_address(id_);
  std::vector<unsigned char> stored(count * bytes);
  if (count > 0 && ((is_variable && base < 0) ||
                    H5Aread(attribute->id, is_variable ? references.type() : attribute->type, stored.data()) < 0)) {
    fail(object, "attribute ", name,
         " cannot be read: ", is_variable && base < 0 ? "unusual address sizes" : last_message());
  }
  TextHeap heap(name_, size_, base,
                [&](const std::string& problem) { fail(object, "attribute ", name, ": ", problem); });
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned char* at = stored.data() + i * bytes;
    texts.push_back(is_variable ? heap.text(at) : unpadded(reinterpret_cast<const char*>(at), bytes, attribute->type));
    if (!is_utf8(texts.back())) {
      fail(object, "attribute ", name, " is not valid UTF-8");
    }
  }
  return texts;
}

std::optional<std::vector<std::int64_t>> InputFile::integers_attribute(std::string_view object,
                                                                       const char* name) const {
  const Inside inside;
  const std::optional<Attribute> attribute = open_attribute(*this, id_, object, name);
  if (!attribute) {
    return std::nullopt;
  }
  if (!is_boolean(attribute->type) &&
      (H5Tget_class(attribute->type) != H5T_INTEGER || !is_plain_number(attribute->type))) {
    fail(object, "attribute ", name, " does not hold whole integers, expected them");
  }
  std::vector<std::int64_t> values(static_cast<std::size_t>(attribute->elements));
  // Unsigned 64-bit values above the range are clamped by libhdf5; no attribute of the formats is near it.
  if (H5Aread(attribute->id, H5T_NATIVE_INT64, values.data()) < 0) {
    fail(object, "attribute ", name, " cannot be read: ", last_message());
  }
  return values;
}

std::optional<std::int64_t> InputFile::integer_attribute(std::string_view object, const char* name) const {
  const std::optional<std::vector<std::int64_t>> values = integers_attribute(object, name);
  if (values && values->size() != 1) {
    fail(object, "attribute ", name, " holds ", values->size(), " values, expected 1");
  }
  return values ? std::optional((*values)[0]) : std::nullopt;
}

std::vector<std::string> InputFile::columns(std::string_view object) const {
  const Inside inside;
  std::vector<std::string> names;
  const std::optional<Handle> found = find_object(*this, id_, object);
  if (!found || H5Iget_type(*found) != H5I_DATASET) {
    return names;
  }
  const Handle type(H5Dget_type(*found), H5Tclose);
  const int count = H5Tget_class(type) == H5T_COMPOUND ? H5Tget_nmembers(type) : 0;
  for (int i = 0; i < count; ++i) {
    char* name = H5Tget_member_name(type, static_cast<unsigned>(i));
    names.emplace_back(name == nullptr ? "" : name);
    H5free_memory(name);
  }
  return names;
}

ArrayInfo InputFile::array(std::string_view object, std::string_view column) const {
  const Inside inside;
  return CheckedArray(*this, id_, size_, object, column).info();
}

template <class T>
void InputFile::read_integers(std::string_view object, std::span<T> out, std::int64_t lowest, std::int64_t highest,
                              std::string_view column) const {
  const Inside inside;
  const CheckedArray array(*this, id_, size_, object, column);
  array.expect(Kind::integer, out.size());
  const bool is_signed = H5Tget_sign(array.type()) == H5T_SGN_2;
  if (H5Tget_size(array.type()) == sizeof(T) && is_signed == std::is_signed_v<T>) {
    const auto place = [&](std::int64_t first, std::int64_t) -> void* { return out.data() + first; };
    const auto done = [&](std::int64_t first, std::int64_t count) {
      for (std::int64_t i = first; i < first + count; ++i) {
        const T value = out[static_cast<std::size_t>(i)];
        if (std::cmp_less(value, lowest) || std::cmp_greater(value, highest)) {
          array.fail("value ", value, array.place_of(i), ", expected ", lowest, " to ", highest);
        }
      }
    };
    array.read_blocks(native_type<T>(), sizeof(T), place, done);
  } else if (is_signed) {
    read_through<T, std::int64_t>(array, H5T_NATIVE_INT64, out, lowest, highest);
  } else {
    read_through<T, std::uint64_t>(array, H5T_NATIVE_UINT64, out, lowest, highest);
  }
}
template void InputFile::read_integers(std::string_view, std::span<std::int32_t>, std::int64_t, std::int64_t,
                                       std::string_view) const;
template void InputFile::read_integers(std::string_view, std::span<std::int64_t>, std::int64_t, std::int64_t,
                                       std::string_view) const;
template void InputFile::read_integers(std::string_view, std::span<std::uint32_t>, std::int64_t, std::int64_t,
                                       std::string_view) const;

template <class T>
void InputFile::read_reals(std::string_view object, std::span<T> out, Missing missing, std::string_view column) const {
  const Inside inside;
  const CheckedArray array(*this, id_, size_, object, column);
  array.expect(array.info().kind == Kind::integer ? Kind::integer : Kind::real, out.size());
  if (array.info().kind == Kind::real && H5Tget_size(array.type()) == 2 && H5Tget_order(array.type()) == H5T_ORDER_LE) {
    read_halves(array, out, missing);
    return;
  }
  if (H5Tget_size(array.type()) <= sizeof(T)) {
    const auto place = [&](std::int64_t first, std::int64_t) -> void* { return out.data() + first; };
    const auto done = [&](std::int64_t first, std::int64_t count) {
      for (std::int64_t i = first; i < first + count; ++i) {
        check_real<T>(array, i, static_cast<double>(out[static_cast<std::size_t>(i)]), missing);
      }
    };
    array.read_blocks(sizeof(T) == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE, sizeof(T), place, done);
    return;
  }
  Buffer<double> block;
  const auto place = [&](std::int64_t, std::int64_t count) -> void* {
    if (block.size() < static_cast<std::size_t>(count)) {
      block = Buffer<double>(static_cast<std::size_t>(count));
    }
    return block.data();
  };
  const auto done = [&](std::int64_t first, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const double value = block[static_cast<std::size_t>(i)];
      check_real<T>(array, first + i, value, missing);
      out[static_cast<std::size_t>(first + i)] = static_cast<T>(value);
    }
  };
  array.read_blocks(H5T_NATIVE_DOUBLE, sizeof(double), place, done);
}
template void InputFile::read_reals(std::string_view, std::span<float>, Missing, std::string_view) const;
template void InputFile::read_reals(std::string_view, std::span<double>, Missing, std::string_view) const;

std::vector<std::string> InputFile::read_texts(std::string_view object) const {
  const Inside inside;
  CheckedArray array(*this, id_, size_, object);
  array.expect(Kind::text, static_cast<std::size_t>(array.size()));
  return array.read_texts();
}

}  // namespace weft::hdf5
