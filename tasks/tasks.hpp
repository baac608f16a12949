// Tasks by name: what can be learned. A row of the table gives a task's options and defaults and what its predictions
// are about; the command line, its help and its checks come from it. How a row makes a task and opens a trained one
// stands in task_row.hpp.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/io/dataset.hpp"
#include "weft/train/task.hpp"
#include "weft/train/trainer.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// What a prediction has a row for.
enum class Rows { nodes, graphs, links, none };

using OptionDefaults = std::vector<std::pair<std::string_view, OptionValue>>;

/// An option that had another name in an earlier version: read for one version more, with a line that says the new one.
struct FormerOption {
  std::string_view before, now;
  /// Whether the value means the same; otherwise it has to be converted (warmup_steps).
  bool keeps_value = true;
};

struct TaskInfo {
  TaskKind kind = TaskKind::node_classification;
  std::string_view summary;
  Rows rows = Rows::nodes;
  /// The one model that learns it; empty: those of models().
  std::string_view model = {};
  /// Beside those of training and of the model. Where a name is one of these too, what it means here counts.
  std::vector<Option> options = {};
  /// Options of training and of `model` that have another default here; those that there are count.
  OptionDefaults (*defaults)(std::string_view model) = nullptr;
  std::span<const FormerOption> former = {};
  /// Whether it can be asked for whatever the dataset says that it is for.
  bool can_be_asked_for = false;
  /// Whether steps can read samples of one graph, and what is too large for memory can stay in the file.
  bool can_stay_in_file = false;
  /// The names of the splits that the dataset has for it; without one, those of its rows.
  std::vector<std::string> (*splits)(const Dataset& dataset) = nullptr;

  [[nodiscard]] std::string_view name() const { return name_of(kind); }
};

/// Every task, in the order in which they are shown.
[[nodiscard]] std::span<const TaskInfo> tasks();
/// Throws ArgumentError for a number that is none of the kinds.
[[nodiscard]] const TaskInfo& task_info(TaskKind kind);
/// Throws ArgumentError naming the nearest task if there is none of that name.
[[nodiscard]] const TaskInfo& task_info(std::string_view name);

/// The splits that the dataset has for a task.
[[nodiscard]] std::vector<std::string> split_names(const Dataset& dataset, const TaskInfo& task);

/// The task that the dataset poses. Both must outlive it. Throws ArgumentError if the labels or splits that it needs
/// are not there, DataError if the dataset breaks the rules of its format.
[[nodiscard]] std::unique_ptr<Task> make_task(const Dataset& dataset, const TrainJob& job);

}  // namespace weft
#pragma GCC visibility pop
