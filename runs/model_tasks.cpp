#include "weft/runs/model_tasks.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/layers/models.hpp"

namespace weft {
namespace {

/// Null where it is none of the table, as the one model of generation.
const ModelInfo* find_model(std::string_view model) {
  const auto info = std::ranges::find(models(), model, &ModelInfo::name);
  return info == models().end() ? nullptr : &*info;
}

}  // namespace

bool suits_some_tasks(std::string_view model) {
  const ModelInfo* info = find_model(model);
  return info != nullptr && (info->needs_graphs || info->needs_node_labels);
}

void require_model_suits(std::string_view model, const TaskInfo& task) {
  const ModelInfo* info = find_model(model);
  if (info == nullptr) {
    return;
  }
  require(!info->needs_graphs || task.rows == Rows::graphs, "model ", model,
          ": made for whole graphs, and the task is ", task.name(), "; expected another model");
  require(!info->needs_node_labels || task.kind == TaskKind::node_classification, "model ", model,
          ": made for classes and labels of nodes, and the task is ", task.name(), "; expected another model");
}

}  // namespace weft
