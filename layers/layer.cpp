#include "weft/layers/layer.hpp"

#include <algorithm>

namespace weft {

ParameterList parameters_of(Model& model) {
  ParameterList list;
  model.list_parameters(list);
  return list;
}

std::int64_t num_parameters(Model& model) {
  std::int64_t count = 0;
  for (const NamedParameter& parameter : parameters_of(model).parameters) {
    count += parameter.parameter->value().size();
  }
  return count;
}

void update_statistics(Model& model, const Pass& pass) {
  if (!pass.updates().empty()) {
    update_statistics(parameters_of(model), pass);
  }
}

void update_statistics(const ParameterList& list, const Pass& pass) {
  for (const Pass::Update& update : pass.updates()) {
    const auto found = std::ranges::find(list.statistics, update.statistic, &NamedStatistic::value);
    require(found != list.statistics.end(),
            "update_statistics: the pass found a statistic that the model does not list");
    *found->value = update.value;
  }
}

}  // namespace weft
