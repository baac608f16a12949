#include "weft/tasks/sequence_state.hpp"

#include "weft/core/error.hpp"

namespace weft {

ParameterList parameters_of(SequenceModel& model) {
  ParameterList list;
  model.list_parameters(list);
  return list;
}

std::vector<NamedTensor> sequence_state_of(SequenceModel& model) {
  std::vector<NamedTensor> state;
  for (const NamedParameter& p : parameters_of(model).parameters) {
    state.push_back({p.name, p.parameter->value()});
  }
  return state;
}

void set_sequence_state(SequenceModel& model, const std::vector<NamedTensor>& state) {
  const ParameterList list = parameters_of(model);
  require(state.size() == list.parameters.size(), "the file has ", state.size(), " tensors, the model needs ",
          list.parameters.size());
  for (std::size_t k = 0; k < state.size(); ++k) {
    const NamedParameter& p = list.parameters[k];
    require(state[k].name == p.name && state[k].value.shape() == p.parameter->value().shape(), "tensor ", k, " is '",
            state[k].name, "' of shape ", state[k].value.shape(), ", the model needs '", p.name, "' of shape ",
            p.parameter->value().shape());
    p.parameter->mutable_value() = state[k].value;
  }
}

}  // namespace weft
