#include "weft/runs/output_names.hpp"

#include "weft/tasks/labels.hpp"

namespace weft {

std::vector<std::string> output_names(const TrainedModel& model, const std::vector<std::string>& class_names_of_data) {
  if (model.task().rows == Rows::none) {
    return {};
  }
  if (model.outputs() == OutputKind::classes) {
    return class_names_for(model.shape().num_outputs,
                           model.class_names().empty() ? class_names_of_data : model.class_names());
  }
  if (!model.names().targets.empty()) {
    return model.names().targets;
  }
  std::vector<std::string> result;
  const std::string stem = model.outputs() == OutputKind::labels   ? "label_"
                           : model.outputs() == OutputKind::values ? "value_"
                                                                   : "state_";
  for (std::int64_t j = 0; j < model.shape().num_outputs; ++j) {
    result.push_back(stem + std::to_string(j));
  }
  return result;
}

}  // namespace weft
