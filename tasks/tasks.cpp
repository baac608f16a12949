#include "weft/tasks/tasks.hpp"

#include <algorithm>

#include "weft/core/allocation_limit.hpp"
#include "weft/core/error.hpp"
#include "weft/core/named_rows.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/io/text_lists.hpp"
#include "weft/tasks/generation_task.hpp"
#include "weft/tasks/graph_task.hpp"
#include "weft/tasks/link_task.hpp"
#include "weft/tasks/node_task.hpp"
#include "weft/tasks/row_task.hpp"
#include "weft/tasks/task_row.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/train/checkpoint.hpp"

namespace weft {
namespace {

const std::vector<TaskRow>& table() {
  static const std::vector<TaskRow> kRows = [] {
    std::vector<TaskRow> rows;
    for (const auto& some : {node_tasks(), graph_tasks(), link_tasks(), generation_tasks()}) {
      rows.insert(rows.end(), some.begin(), some.end());
    }
    return rows;
  }();
  return kRows;
}

const TaskRow& row_of(TaskKind kind) {
  const auto row = std::ranges::find_if(table(), [&](const TaskRow& one) { return one.info.kind == kind; });
  require(row != table().end(), "there is no task number ", static_cast<int>(kind));
  return *row;
}

/// The options that the file names, for their names of today.
Options options_in(const ModelFile& file, const std::string& model, const TaskInfo& task) {
  Options options = default_options(model, task.kind);
  for (const auto& [key, value] : file.config) {
    if (!key.starts_with(kOptionPrefix)) {
      continue;
    }
    const std::string name = key.substr(kOptionPrefix.size());
    if (const FormerOption* former = former_option(task, name)) {
      // What decided the training only, in another unit, is not wanted any more.
      if (former->keeps_value) {
        options.set(former->now, value);
      }
    } else {
      options.set(name, value);
    }
  }
  return options;
}

ModelDescription description_in(const ModelFile& file) {
  const std::optional<TaskKind> kind = task_of(file.text("task"));
  require(kind.has_value(), "the task is '", file.text("task"), "', which this Weft does not know");
  ModelDescription description{.task = &task_info(*kind),
                               .model = file.text("model"),
                               .dataset = file.text("dataset"),
                               .metric = file.text("metric"),
                               .split = file.text("split")};
  description.options = options_in(file, description.model, *description.task);
  return description;
}

/// What tasks of nodes, graphs and links say more.
void read_rows(const ModelFile& file, const std::string& name, ModelDescription& description) {
  for (const char* key : {"edge_kind", "outputs"}) {
    if (!file.config.contains(key)) {
      throw DataError(name, std::string("/config/") + key,
                      "is missing: the model was made by an older Weft; train it again");
    }
  }
  const std::optional<OutputKind> outputs = value_named<OutputKind>(file.text("outputs"));
  if (!outputs) {
    throw DataError(name, "/config/outputs",
                    "is '" + file.text("outputs") + "', expected classes, labels, values or states");
  }
  description.outputs = *outputs;
  description.shape = shape_of(file);
  description.class_names = parts_of(file.text("class_names"));
  const auto text_if_there = [&](const std::string& key) {
    const auto found = file.config.find(key);
    return found == file.config.end() ? std::string() : found->second;
  };
  const auto names = [&](std::string_view key) { return parts_of(text_if_there(concat(kNamesPrefix, key))); };
  description.names = {.features = names("features"),
                       .edge_features = names("edge_features"),
                       .targets = names("targets"),
                       .node_types = names("node_types"),
                       .edge_types = names("edge_types")};
  description.encoder = text_if_there("encoder");
  description.settled = text_if_there("settled");
  description.table_nodes = text_if_there("table_nodes");
  description.labeled_types = parts_of(text_if_there(std::string(kLabeledTypesKey)));
  description.known_nodes = text_if_there(std::string(kKnownNodesKey));
  description.edge_weight = text_if_there(std::string(kWeightKey));
  description.scaling = InputScaling::of_text(text_if_there(std::string(kScalingKey)));
}

}  // namespace

std::span<const TaskInfo> tasks() {
  static const std::vector<TaskInfo> kInfos = infos_of(table());
  return kInfos;
}

const TaskInfo& task_info(TaskKind kind) {
  return row_of(kind).info;
}

const TaskInfo& task_info(std::string_view name) {
  std::vector<std::string> names;
  for (const TaskInfo& task : tasks()) {
    if (task.name() == name) {
      return task;
    }
    names.emplace_back(task.name());
  }
  throw unknown_name("task", name, names);
}

std::vector<std::string> split_names(const Dataset& dataset, const TaskInfo& task) {
  if (task.splits != nullptr) {
    return task.splits(dataset);
  }
  std::vector<std::string> names;
  for (const Split& split : dataset.splits) {
    names.push_back(split.name);
  }
  return names;
}

std::unique_ptr<Task> make_task(const Dataset& dataset, const TrainJob& job) {
  const TaskRow& row = row_of(dataset.task);
  if (row.info.rows == Rows::graphs || row.info.rows == Rows::none) {
    // Before the rules, which would only say that node_ptr is missing.
    (void)many_graphs(dataset);
  }
  check_dataset(dataset);
  std::unique_ptr<Task> task = row.make(dataset, job);
  for (const std::string& split : job.splits) {
    require(task->find_split(split) != nullptr, "train: the dataset ", dataset.name, " has no split '", split, "'");
  }
  return task;
}

std::unique_ptr<TrainedTask> open_task(const ModelFile& file, const std::string& name) {
  // Options say how large the model is, and the weights in the file how large it may be: a few copies of them, and what
  // is made on the way.
  constexpr std::int64_t kCopies = 4, kBeside = 64 << 20;
  std::int64_t weight_bytes = 0;
  for (const NamedTensor& tensor : file.tensors) {
    weight_bytes += tensor.value.size() * static_cast<std::int64_t>(sizeof(float));
  }
  return reading(name, [&] {
    ModelDescription description = description_in(file);
    const TaskRow& row = row_of(description.task->kind);
    if (row.info.rows != Rows::none) {
      read_rows(file, name, description);
    }
    try {
      const AllocationLimit limit(kCopies * weight_bytes + kBeside);
      return row.open(std::move(description), file);
    } catch (const AllocationLimitPassed&) {
      throw ArgumentError(concat("its options ask for a model of more than ", kCopies * weight_bytes + kBeside,
                                 " bytes, but its weights have ", weight_bytes));
    }
  });
}

}  // namespace weft
