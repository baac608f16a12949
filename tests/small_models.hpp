// What tests of models share.
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/layers/models.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft::test {

/// The model's own defaults with these changes.
inline Options options_of(std::string_view model,
                          std::initializer_list<std::pair<std::string_view, std::string_view>> changes = {}) {
  Options options(model_info(model).options);
  for (const auto& [name, value] : changes) {
    options.set(name, value);
  }
  return options;
}

/// Those of the changes that the model has an option for.
inline Options options_where_there(std::string_view model,
                                   std::initializer_list<std::pair<std::string_view, std::string_view>> changes) {
  Options options(model_info(model).options);
  for (const auto& [name, value] : changes) {
    if (options.has(name)) {
      options.set(name, value);
    }
  }
  return options;
}

inline Parameter& parameter_of(NodeModel& model, const std::string& name) {
  for (const NamedParameter& p : parameters_of(model).parameters) {
    if (p.name == name) {
      return *p.parameter;
    }
  }
  throw std::runtime_error("the model has no parameter '" + name + "'");
}

inline Tensor logits(const NodeModel& model, const MessageBlock& block, const NodeInput& input) {
  Pass pass = Pass::inference();
  return model.forward(block, input, pass).logits.value();
}
inline Tensor logits(const NodeModel& model, const MessageBlock& block, const Features& x) {
  return logits(model, block, NodeInput(x));
}

/// What a job on nodes trains the model by, with these changes.
inline Options options_for(const std::string& model, const std::vector<std::pair<std::string, std::string>>& changes) {
  Options options = default_options(model);
  for (const auto& [name, value] : changes) {
    options.set(name, value);
  }
  return options;
}

/// All models that nodes can be given to and that are trained.
inline std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const ModelInfo& info : models()) {
    if (!info.needs_graphs && !info.needs_node_labels) {
      names.emplace_back(info.name);
    }
  }
  return names;
}

}  // namespace weft::test
