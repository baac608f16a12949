#include "weft/train/model_state.hpp"

#include "weft/core/error.hpp"

namespace weft {

std::vector<NamedTensor> state_of(Model& model) {
  const ParameterList list = parameters_of(model);
  std::vector<NamedTensor> state;
  for (const NamedParameter& p : list.parameters) {
    state.push_back({p.name, p.parameter->value()});
  }
  for (const NamedStatistic& s : list.statistics) {
    state.push_back({s.name, *s.value});
  }
  return state;
}

void set_state(Model& model, const std::vector<NamedTensor>& state) {
  const ParameterList list = parameters_of(model);
  std::size_t next = 0;
  const auto put = [&](const std::string& name, Tensor& target) {
    require(next < state.size() && state[next].name == name, "the model needs '", name, "' as tensor ", next,
            ", the file has ", next < state.size() ? "'" + state[next].name + "'" : "no more");
    require(state[next].value.shape() == target.shape(), "the tensor '", name, "' has shape ",
            state[next].value.shape(), ", the model needs ", target.shape());
    target = state[next++].value;
  };
  for (const NamedParameter& p : list.parameters) {
    put(p.name, p.parameter->mutable_value());
  }
  for (const NamedStatistic& s : list.statistics) {
    put(s.name, *s.value);
  }
  require(next == state.size(), "the file has ", state.size(), " tensors, the model needs ", next);
}

}  // namespace weft
