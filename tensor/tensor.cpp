#include "weft/tensor/tensor.hpp"

#include <algorithm>

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

/// More than any memory holds, and few enough to be counted in bytes.
constexpr std::int64_t kMostElements = std::int64_t{1} << 60;

}  // namespace

Tensor Tensor::uninitialized(std::int64_t rows, std::int64_t cols) {
  require(rows >= 0 && cols >= 0, "Tensor: shape is ", Shape{rows, cols}, ", expected no negative extent");
  std::int64_t size = 0;
  require(!__builtin_mul_overflow(rows, cols, &size) && size <= kMostElements, "Tensor: shape ", Shape{rows, cols},
          " has too many elements");
  Tensor result;
  result.shape_ = {rows, cols};
  result.values_ = Buffer<float>(static_cast<std::size_t>(size));
  return result;
}

Tensor Tensor::full(std::int64_t rows, std::int64_t cols, float value) {
  Tensor result = uninitialized(rows, cols);
  parallel_for(result.size(), 1 << 18, [&](std::int64_t begin, std::int64_t end) {
    std::fill(result.data() + begin, result.data() + end, value);
  });
  return result;
}

Tensor Tensor::from_buffer(std::int64_t rows, std::int64_t cols, Buffer<float> values) {
  std::int64_t size = 0;
  require(rows >= 0 && cols >= 0 && !__builtin_mul_overflow(rows, cols, &size) &&
              static_cast<std::int64_t>(values.size()) == size,
          "Tensor: a buffer of ", values.size(), " numbers cannot have shape ", Shape{rows, cols});
  Tensor result;
  result.shape_ = {rows, cols};
  result.values_ = std::move(values);
  return result;
}

Tensor::Tensor(std::initializer_list<std::initializer_list<float>> rows)
    : Tensor(uninitialized(static_cast<std::int64_t>(rows.size()),
                           rows.size() == 0 ? 0 : static_cast<std::int64_t>(rows.begin()->size()))) {
  float* out = data();
  for (const auto& row : rows) {
    require(static_cast<std::int64_t>(row.size()) == cols(), "Tensor: a row has ", row.size(),
            " elements, the first has ", cols());
    out = std::copy(row.begin(), row.end(), out);
  }
}

Tensor select_rows(const Tensor& x, std::span<const std::int64_t> index) {
  Tensor result = Tensor::uninitialized(static_cast<std::int64_t>(index.size()), x.cols());
  parallel_for(result.rows(), 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t source = index[static_cast<std::size_t>(i)];
      require(source >= 0 && source < x.rows(), "select_rows: index ", source, " is outside [0, ", x.rows(), ")");
      std::ranges::copy(x.row(source), result.row(i).begin());
    }
  });
  return result;
}

}  // namespace weft
