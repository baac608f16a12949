#include "weft/runs/choices.hpp"

#include <algorithm>
#include <optional>

#include "weft/core/error.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/cross_validation.hpp"
#include "weft/tasks/tasks.hpp"

namespace weft {
namespace {

/// The first few of them.
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i) {
    text += (text.empty() ? "" : ", ") + names[i];
  }
  return names.size() > kMost ? text + ", ..." : text;
}

}  // namespace

std::vector<std::string> choices_for(const RunConfig& given, const RunConfig& chosen, const Dataset& dataset,
                                     const Task& task) {
  std::vector<std::string> lines;
  const std::vector<std::string> names = split_names(dataset, task_info(dataset.task));
  if (const auto protocol = protocol_of(chosen.protocol); protocol && given.protocol.empty()) {
    lines.push_back(concat("protocol ", description_of(*protocol), " (--split NAME trains on one)"));
  } else if (given.splits.empty() && chosen.splits.size() == 1 && names.size() > 1) {
    lines.push_back(concat("split ", chosen.splits.front(), ", one of ", names.size(), ": ", listed(names),
                           " (--split NAME, or all)"));
  }
  const bool is_metric_given = std::ranges::any_of(
      given.settings, [](const auto& setting) { return setting.first == "metric" && setting.second != "auto"; });
  if (!is_metric_given) {
    // Of what is solved for there is one epoch, and nothing to choose.
    const bool is_solved = std::ranges::any_of(
        models(), [&](const ModelInfo& info) { return info.name == chosen.model && info.needs_node_labels; });
    lines.push_back(concat("metric ", task.metric(),
                           is_solved ? ": the model is solved for, and judged by it; the "
                                     : ": it chooses the epoch on the validation part, the ",
                           task.higher_is_better() ? "highest" : "lowest", " is best (--set metric=NAME)"));
  }
  return lines;
}

}  // namespace weft
