// A dense float32 matrix: a value that owns its numbers. Heads are groups of columns, so two
// dimensions are enough. Always [rows, columns], row after row in memory.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <span>

#include "weft/core/buffer.hpp"
#include "weft/core/error.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct Shape {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  friend bool operator==(const Shape&, const Shape&) = default;
};
inline std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << '[' << shape.rows << ", " << shape.cols << ']';
}

/// Rows and elements are not checked, as those of std::vector are not.
class Tensor {
 public:
  Tensor() = default;
  /// All elements zero.
  Tensor(std::int64_t rows, std::int64_t cols) : Tensor(full(rows, cols, 0.0F)) {}
  Tensor(std::initializer_list<std::initializer_list<float>> rows);

  /// Elements are whatever the memory holds: for results that are written whole.
  [[nodiscard]] static Tensor uninitialized(std::int64_t rows, std::int64_t cols);
  [[nodiscard]] static Tensor uninitialized(Shape shape) { return uninitialized(shape.rows, shape.cols); }
  [[nodiscard]] static Tensor full(std::int64_t rows, std::int64_t cols, float value);
  [[nodiscard]] static Tensor zeros(Shape shape) { return full(shape.rows, shape.cols, 0.0F); }
  /// Takes over a buffer of rows * cols numbers.
  [[nodiscard]] static Tensor from_buffer(std::int64_t rows, std::int64_t cols, Buffer<float> values);

  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;
  Tensor(const Tensor& other) : shape_(other.shape_), values_(other.values_.clone()) {}
  Tensor& operator=(const Tensor& other) { return *this = Tensor(other); }
  ~Tensor() = default;

  [[nodiscard]] std::int64_t rows() const { return shape_.rows; }
  [[nodiscard]] std::int64_t cols() const { return shape_.cols; }
  [[nodiscard]] std::int64_t size() const { return shape_.rows * shape_.cols; }
  [[nodiscard]] Shape shape() const { return shape_; }

  [[nodiscard]] float* data() { return values_.data(); }
  [[nodiscard]] const float* data() const { return values_.data(); }
  [[nodiscard]] std::span<float> values() { return values_; }
  [[nodiscard]] std::span<const float> values() const { return values_; }
  [[nodiscard]] std::span<float> row(std::int64_t i) { return {data() + i * cols(), static_cast<std::size_t>(cols())}; }
  [[nodiscard]] std::span<const float> row(std::int64_t i) const {
    return {data() + i * cols(), static_cast<std::size_t>(cols())};
  }
  [[nodiscard]] float& operator()(std::int64_t i, std::int64_t j) { return data()[i * cols() + j]; }
  [[nodiscard]] float operator()(std::int64_t i, std::int64_t j) const { return data()[i * cols() + j]; }

 private:
  Shape shape_;
  Buffer<float> values_;
};

/// The rows of `x` at `index`, in that order; [index.size(), x.cols()].
[[nodiscard]] Tensor select_rows(const Tensor& x, std::span<const std::int64_t> index);

}  // namespace weft
#pragma GCC visibility pop
