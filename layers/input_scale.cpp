#include "weft/layers/input_scale.hpp"

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft {

void ColumnScale::set(const ColumnSizes& sizes) {
  require(sizes.columns() == shift_.cols(), "ColumnScale: there are sizes of ", sizes.columns(), " columns, expected ",
          shift_.cols());
  for (std::int64_t j = 0; j < sizes.columns(); ++j) {
    const double deviation = sizes.deviation(j);
    shift_(0, j) = sizes.is_flag(j) ? 0.0F : static_cast<float>(sizes.mean(j));
    factor_(0, j) = sizes.is_flag(j) || deviation == 0.0 ? 1.0F : static_cast<float>(1.0 / deviation);
  }
}

Tensor ColumnScale::of(const Tensor& x) const {
  require(x.cols() == shift_.cols(), "ColumnScale: the features have ", x.cols(), " columns, expected ", shift_.cols());
  Tensor result = Tensor::uninitialized(x.rows(), x.cols());
  const auto shift = shift_.row(0), factor = factor_.row(0);
  parallel_for(x.rows(), 1 << 10, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto from = x.row(i);
      const auto to = result.row(i);
      for (std::size_t j = 0; j < to.size(); ++j) {
        to[j] = (from[j] - shift[j]) * factor[j];
      }
    }
  });
  return result;
}

}  // namespace weft
