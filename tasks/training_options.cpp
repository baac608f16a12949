#include "weft/tasks/training_options.hpp"

#include <algorithm>
#include <vector>

#include "weft/layers/models.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/tasks/metrics.hpp"
#include "weft/train/train_options.hpp"

namespace weft {
namespace {

/// What the loop has no need of: metrics, losses, and how graphs are read.
std::vector<Option> graph_reading_options() {
  Option metric{"metric", std::string("auto"),
                "what validation selects by; auto: roc_auc for two classes, for several labels and for links, "
                "otherwise accuracy; "
                "mae for numbers. Generation selects by nll alone"};
  metric.choices.push_back("auto");
  for (const Metric& one : metrics()) {
    if (!one.of_graphs) {
      metric.choices.push_back(one.info.name);
    }
  }
  return {
      metric,
      {"loss",
       std::string("auto"),
       "what is minimized; auto: cross-entropy, of numbers the absolute error where mae selects, otherwise the squared "
       "one; focal: cross-entropy that counts what is right already little, for rare classes",
       {},
       {},
       {"auto", "absolute", "squared", "focal"}},
      {"class_weights", std::string("none"),
       "how much rows of each class count in training: none, all alike; balanced, classes as much as each other "
       "however "
       "rare; or a number for some or each, as fraud=20 or 1,20"},
      {"edges", true, "false: train without the graph's edges, as a baseline"},
      {"edge_weights", true,
       "whether edges count their weights, where the data have some: in sums, means and normalization as factors, in "
       "attention as so many edges"},
      {"edge_weight", std::int64_t{-1},
       "sampler weighted: the column of the edges' features that holds weights; -1: that which the data call so", -1,
       1e6},
      {"edge_time", std::int64_t{-1},
       "sampler temporal: the column of the edges' features that holds times; -1: times of their own, /edge/time", -1,
       1e6},
      {"inference_rows", std::int64_t{0},
       "evaluate and predict layer by layer, so many nodes at a time, to bound memory; 0: all at once", 0, 1e10},
  };
}

/// As many classes as numbers to predict count for.
constexpr std::int64_t kTargetsAreWorth = 10;

/// Where labels are a small share of the nodes, hundreds of a class are still few: what is known has to reach the rest.
LabelAmount amount_of(std::int64_t labels, std::int64_t classes, std::int64_t nodes) {
  const std::int64_t needed = labels > nodes / 5 ? 100 : 1000;
  return labels >= needed * classes ? LabelAmount::many : LabelAmount::few;
}

void set_those_there(Options& options, const OptionDefaults& defaults) {
  for (const auto& [name, value] : defaults) {
    if (options.has(name)) {
      options.set_value(name, value);
    }
  }
}

void set_task_defaults(Options& options, const TaskInfo& task, std::string_view model) {
  if (task.defaults != nullptr) {
    set_those_there(options, task.defaults(model));
  }
}

}  // namespace

std::span<const Option> training_options() {
  static const std::vector<Option> kOptions = [] {
    const auto loop = train_option_table();
    std::vector<Option> options(loop.begin(), loop.end());
    for (Option& option : graph_reading_options()) {
      options.push_back(std::move(option));
    }
    const auto own = sampler_options();
    options.insert(options.end(), own.begin(), own.end());
    return options;
  }();
  return kOptions;
}

LabelAmount label_amount(const DatasetSize& size) {
  return amount_of(size.train_rows, size.num_classes > 0 ? size.num_classes : kTargetsAreWorth, size.nodes);
}

LabelAmount label_amount(const Dataset& dataset, const Split& split) {
  if (task_info(dataset.task).rows != Rows::nodes) {
    return LabelAmount::few;
  }
  const auto* labels = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels);
  if (labels == nullptr) {
    return amount_of(static_cast<std::int64_t>(split.train.size()), kTargetsAreWorth, dataset.graph.num_nodes());
  }
  const auto num_labels = static_cast<std::int64_t>(labels->size());
  const auto count = std::ranges::count_if(split.train, [&](std::int64_t node) {
    require(node >= 0 && node < num_labels, "label_amount: split ", split.name, " names node ", node,
            " in its training part, there are labels of ", num_labels);
    return (*labels)[static_cast<std::size_t>(node)] >= 0;
  });
  return amount_of(count, dataset.num_classes, num_labels);
}

Options default_options(std::string_view model, TaskKind kind, LabelAmount amount) {
  const TaskInfo& task = task_info(kind);
  if (!task.model.empty()) {
    require(model == task.model, "model ", model, ": the task ", task.name(), " is learned by ", task.model, " alone");
    Options options(task.options);
    options.add(train_option_table());
    set_task_defaults(options, task, model);
    return options;
  }
  const ModelInfo& info = model_info(model);
  Options options(info.options);
  // Before those of training: an option of the task may mean something else and have another default.
  options.add(task.options);
  options.add(training_options());
  set_those_there(options, info.always);
  set_task_defaults(options, task, model);
  if (amount == LabelAmount::many) {
    set_those_there(options, info.many_labels);
  }
  return options;
}

Options default_options(std::string_view model, const Dataset& dataset, const Split& split) {
  return default_options(model, dataset.task, label_amount(dataset, split));
}

std::string_view suited_sampler(std::string_view model, const Options& options) {
  // Whether layers read a hop each is asked of a graph without features of edges: they would need a subgraph, and say
  // so.
  const ModelTraits traits = traits_of(model, options, FeatureKind::none);
  return traits.reads != Reads::graph ? "rows" : traits.layers_read_a_hop ? "neighbor" : "parts";
}

const FormerOption* former_option(const TaskInfo& task, std::string_view name) {
  const auto found = std::ranges::find(task.former, name, &FormerOption::before);
  return found == task.former.end() ? nullptr : &*found;
}

}  // namespace weft
