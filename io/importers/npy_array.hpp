// One array in NumPy's .npy form, as a view of its bytes. Private.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/buffer.hpp"

namespace weft {

/// Elements of an array of numbers in memory: NumPy's kinds b (bool), i, u, f with a size in bytes.
struct NumberForm {
  char kind = 'f';
  std::int64_t bytes = 4;
  bool big_endian = false;
};
/// Reads "<f4", "|b1" and their like; false if it is none of bool, integers of 1 to 8 bytes and reals of 2 to 8.
[[nodiscard]] bool parse_number_form(std::string_view text, NumberForm& form);

/// A matrix or vector of numbers that lies in bytes owned by someone else. Every error is a DataError naming
/// file and object.
class NumberArray {
 public:
  NumberArray(std::string file, std::string object) : file_(std::move(file)), object_(std::move(object)) {}
  /// Throws unless `bytes` is as long as form and shape say.
  void set(NumberForm form, std::vector<std::int64_t> shape, bool column_major, std::string_view bytes);

  [[nodiscard]] const std::vector<std::int64_t>& shape() const { return shape_; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] bool is_integer() const { return form_.kind != 'f'; }
  void expect_shape(const std::vector<std::int64_t>& shape) const;
  void expect_rank(std::size_t rank) const;

  /// Element `i` of the array row after row.
  [[nodiscard]] std::int64_t integer(std::int64_t i) const;
  [[nodiscard]] std::int64_t integer(std::int64_t i, const char* what, std::int64_t lowest, std::int64_t highest) const;
  /// Throws unless element `i`, which is `what`, is `value`.
  void expect_integer(std::int64_t i, const char* what, std::int64_t value) const {
    static_cast<void>(integer(i, what, value, value));
  }
  /// A class up to `highest`, which may be a whole real, or -1 where there is none: -1 or NaN.
  [[nodiscard]] std::int64_t label(std::int64_t i, std::int64_t highest) const;
  /// Finite as 32 bits.
  [[nodiscard]] float real(std::int64_t i) const;
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const;
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  [[nodiscard]] std::uint64_t bits(std::int64_t i) const;
  /// Of an array of reals.
  [[nodiscard]] double wide(std::int64_t i) const;
  [[noreturn]] void fail_with(const std::string& problem) const;

  std::string file_, object_;
  NumberForm form_;
  std::vector<std::int64_t> shape_;
  std::int64_t size_ = 0;
  bool column_major_ = false;
  std::string_view bytes_;
};

/// Format versions 1 to 3 (numpy.lib.format). Object arrays would run code when unpickled and are refused, and
/// so is all that is not numbers. `bytes` must live as long as the array.
[[nodiscard]] NumberArray parse_npy(std::string_view bytes, const std::string& file, const std::string& object);

}  // namespace weft

#include "weft/core/error.hpp"

template <class... Parts>
void weft::NumberArray::fail(const Parts&... parts) const {
  fail_with(concat(parts...));
}
