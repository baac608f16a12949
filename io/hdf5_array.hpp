// One array of an HDF5 file, found by walking hard links, checked, and read by blocks. Private.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/io/hdf5_library.hpp"

namespace weft::hdf5 {

/// The object, or nothing if there is none. Throws DataError on links that are not hard.
[[nodiscard]] std::optional<Handle> find_object(const InputFile& file, hid_t root, std::string_view object);

/// Valid after its construction: type, shape, layout, filters and stored size have been checked.
class CheckedArray {
 public:
  /// `root` is the open file and `file_bytes` its length; `column` of a table, or empty.
  CheckedArray(const InputFile& file, hid_t root, std::int64_t file_bytes, std::string_view object,
               std::string_view column = {});

  [[nodiscard]] const ArrayInfo& info() const { return info_; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] hid_t type() const { return type_; }
  [[nodiscard]] hid_t data() const { return data_; }

  /// Throws unless the array is of this kind; ArgumentError unless `size` is its number of elements.
  void expect(Kind kind, std::size_t size) const;

  /// Reads blocks of whole rows, whole chunks at a time, as `memory_type` of `element_bytes` into what
  /// `place(first, count)` returns for elements first .. first + count, and then calls done(first, count).
  void read_blocks(hid_t memory_type, std::size_t element_bytes, FunctionRef<void*(std::int64_t, std::int64_t)> place,
                   FunctionRef<void(std::int64_t, std::int64_t)> done) const;
  [[nodiscard]] std::vector<std::string> read_texts() const;

  /// " at 5" or " at [1, 2]".
  [[nodiscard]] std::string place_of(std::int64_t i) const;
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    file_.fail(column_.empty() ? object_ : object_ + "/" + column_, parts...);
  }

 private:
  void check_type();
  void check_shape();
  void select_column();
  void check_storage();
  [[nodiscard]] bool check_filters(hid_t properties) const;
  void check_memory() const;
  /// Bytes that the elements take in memory, about.
  [[nodiscard]] std::int64_t memory_bytes() const;
  void check_chunks(hid_t properties, std::int64_t element, std::int64_t stored, bool deflated);
  [[nodiscard]] hid_t record_of(hid_t memory_type, std::size_t element_bytes) const;
  void read_variable(std::vector<std::string>& texts) const;
  void read_fixed(std::vector<std::string>& texts) const;

  const InputFile& file_;
  std::int64_t file_bytes_;
  std::string object_, column_;
  Handle data_, type_, space_;
  std::int64_t base_;
  ArrayInfo info_;
  std::int64_t size_ = 1;
  std::int64_t chunk_rows_ = 1;
};

}  // namespace weft::hdf5
