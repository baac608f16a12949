#include "weft/io/dataset.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weft {
namespace {

constexpr std::array<std::pair<TaskKind, std::string_view>, 6> kTasks = {{
    {TaskKind::node_classification, "node_classification"},
    {TaskKind::node_regression, "node_regression"},
    {TaskKind::graph_classification, "graph_classification"},
    {TaskKind::graph_regression, "graph_regression"},
    {TaskKind::link_prediction, "link_prediction"},
    {TaskKind::generation, "generation"},
}};

constexpr std::array<std::pair<FeatureType, std::string_view>, 3> kFeatureTypes = {{
    {FeatureType::float32, "float32"},
    {FeatureType::float16, "float16"},
    {FeatureType::bfloat16, "bfloat16"},
}};

}  // namespace

std::string_view name_of(TaskKind task) {
  for (const auto& [value, name] : kTasks) {
    if (value == task) {
      return name;
    }
  }
  throw ArgumentError(concat("name_of: ", static_cast<int>(task), " is not a task"));
}

std::optional<TaskKind> task_of(std::string_view name) {
  for (const auto& [task, task_name] : kTasks) {
    if (task_name == name) {
      return task;
    }
  }
  return std::nullopt;
}

std::string_view name_of(FeatureType type) {
  for (const auto& [value, name] : kFeatureTypes) {
    if (value == type) {
      return name;
    }
  }
  throw ArgumentError(concat("name_of: ", static_cast<int>(type), " is no type of features"));
}

std::optional<FeatureType> feature_type_of(std::string_view name) {
  for (const auto& [type, type_name] : kFeatureTypes) {
    if (type_name == name) {
      return type;
    }
  }
  return std::nullopt;
}

const Split* Dataset::find_split(std::string_view split_name) const {
  const auto found =
      std::find_if(splits.begin(), splits.end(), [&](const Split& split) { return split.name == split_name; });
  return found == splits.end() ? nullptr : &*found;
}

}  // namespace weft
