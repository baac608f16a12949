#include "weft/train/weight_average.hpp"

#include <algorithm>

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGrain = 1 << 14;

void blend(Tensor& average, const Tensor& now, float keep) {
  parallel_for(average.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      average.data()[i] = keep * average.data()[i] + (1.0F - keep) * now.data()[i];
    }
  });
}

}  // namespace

void WeightAverage::add(Model& trained, std::int64_t steps) {
  const double count = static_cast<double>(steps - 1);
  const auto keep = static_cast<float>(std::min(decay_, count / (count + 10.0)));
  const ParameterList from = parameters_of(trained), to = parameters_of(*twin_);
  for (std::size_t k = 0; k < from.parameters.size(); ++k) {
    blend(to.parameters[k].parameter->mutable_value(), from.parameters[k].parameter->value(), keep);
  }
  for (std::size_t k = 0; k < from.statistics.size(); ++k) {
    *to.statistics[k].value = *from.statistics[k].value;
  }
}

}  // namespace weft
