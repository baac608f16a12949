// The unit of a model's outputs. Targets are learned at mean 0 and deviation 1; where a model is used, its outputs come
// back in the unit of the data. The two rows are saved with the model.
#pragma once

#include "weft/layers/layer.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {

class OutputScale {
 public:
  OutputScale() = default;
  explicit OutputScale(std::int64_t outputs) : factor_(Tensor::full(1, outputs, 1.0F)), shift_(1, outputs) {}

  /// Training: y itself. Otherwise y factor + shift, column by column. [n, outputs]
  [[nodiscard]] Variable forward(const Variable& y, const Pass& pass) const {
    if (pass.is_training()) {
      return y;
    }
    const std::int64_t all[] = {0, y.rows()};
    return add_bias(multiply(y, expand_segments(Variable::constant_view(factor_), all)),
                    Variable::constant_view(shift_));
  }
  /// [1, outputs] each.
  void set_unit(const Tensor& mean, const Tensor& deviation) {
    require(mean.shape() == shift_.shape() && deviation.shape() == factor_.shape(), "OutputScale: the unit has shapes ",
            mean.shape(), " and ", deviation.shape(), ", expected ", shift_.shape());
    shift_ = mean;
    factor_ = deviation;
  }
  void list_parameters(ParameterList& list) {
    list.add_statistic("factor", factor_);
    list.add_statistic("shift", shift_);
  }

 private:
  Tensor factor_, shift_;
};

}  // namespace weft
