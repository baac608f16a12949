// The options of training itself, and how they meet those of a model.
#include <algorithm>

#include "weft/layers/graph_model.hpp"
#include "weft/layers/models.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/tasks/link_options.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

std::span<const Option> training_options() {
  static const std::vector<Option> kOptions = [] {
    std::vector<Option> options = {
        {"epochs", std::int64_t{200}, "passes over the training data", 1, 1e9},
        {"learning_rate", 0.01, "size of a step of Adam", 0.0, 10.0},
        {"weight_decay", 0.0, "pull of weight matrices towards 0", 0.0, 100.0},
        {"decay",
         std::string("all"),
         "which matrices decay: all, or those of the first layer",
         {},
         {},
         {"all", "input"}},
        {"optimizer",
         std::string("adam"),
         "adam adds the decay to the gradient, adamw takes it from the weight",
         {},
         {},
         {"adam", "adamw"}},
        {"schedule", std::string("constant"), "how the learning rate falls", {}, {}, {"constant", "cosine", "step"}},
        {"warmup", 0.0, "share of the epochs over which the learning rate rises", 0.0, 1.0},
        {"step_epochs", std::int64_t{50}, "schedule step: epochs between falls", 1, 1e9},
        {"step_factor", 0.5, "schedule step: what each fall multiplies with", 0.0, 1.0},
        {"clip", 0.0, "largest norm of the gradient; 0: no limit", 0.0, 1e9},
        {"average", 0.0, "judge and keep the moving average of the weights, this much of it kept at a step; 0: off",
         0.0, 0.99999},
        {"eval_every", std::int64_t{1},
         "judge the model after every so many epochs, and after the last; only these are selected from", 1, 1e9},
        {"patience", std::int64_t{0}, "stop after so many judged epochs without a better validation figure; 0: never",
         0, 1e9},
        {"metric",
         std::string("auto"),
         "what validation selects by; auto: roc_auc for two classes of nodes, for graphs if one class is rare or there "
         "are "
         "several labels, and for links, otherwise accuracy; mae for numbers",
         {},
         {},
         {"auto", "accuracy", "macro_f1", "roc_auc", "average_precision", "mae", "rmse", "r2", "hits@20", "hits@50",
          "mrr", "recall@20", "ndcg@20"}},
        {"loss",
         std::string("auto"),
         "numbers: what is minimized; auto: the absolute error where mae selects, otherwise the squared one",
         {},
         {},
         {"auto", "absolute", "squared"}},
        {"edges", true, "false: train without the graph's edges, as a baseline"},
        {"edge_weight", std::int64_t{-1}, "sampler weighted: the column of the edges' features that holds weights", -1,
         1e6},
        {"edge_time", std::int64_t{-1}, "sampler temporal: the column of the edges' features that holds times", -1,
         1e6},
        {"inference_rows", std::int64_t{0},
         "evaluate and predict layer by layer, so many nodes at a time, to bound memory; 0: all at once", 0, 1e10},
        {"checkpoint_seconds", 30.0, "time between checkpoints; 0: after every epoch", 0.0, 1e9},
    };
    const auto own = sampler_options();
    options.insert(options.end(), own.begin(), own.end());
    return options;
  }();
  return kOptions;
}

std::string_view suited_sampler(std::string_view model, const Options& options) {
  const bool reads_no_graph =
      options.has("hops") || (options.has("convolution") && options.text("convolution") == "none" &&
                              (!options.has("attention") || options.text("attention") == "none"));
  if (reads_no_graph) {
    return "rows";
  }
  // Of any shape: whether layers read a hop each does not follow from the data.
  const ModelShape shape{.feature_kind = FeatureKind::dense, .num_features = 1, .num_categories = {}, .num_outputs = 1};
  return make_model(model, shape, options, Random(0))->hop_layers() != nullptr ? "neighbor" : "parts";
}

namespace {

/// As many classes as numbers to predict count for.
constexpr std::int64_t kTargetsAreWorth = 10;

LabelBudget budget_of(std::int64_t labels, std::int64_t classes) {
  return labels >= 100 * classes ? LabelBudget::many : LabelBudget::few;
}

}  // namespace

LabelBudget label_budget(const DatasetSize& size) {
  return budget_of(size.train_rows, size.num_classes > 0 ? size.num_classes : kTargetsAreWorth);
}

LabelBudget label_budget(const Dataset& dataset, const Split& split) {
  if (dataset.task == Task::link_prediction) {
    return LabelBudget::links;
  }
  if (dataset.task == Task::graph_classification || dataset.task == Task::graph_regression) {
    return LabelBudget::graphs;
  }
  const auto* labels = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels);
  if (labels == nullptr) {
    return budget_of(static_cast<std::int64_t>(split.train.size()), kTargetsAreWorth);
  }
  const auto count = std::ranges::count_if(
      split.train, [&](std::int64_t node) { return (*labels)[static_cast<std::size_t>(node)] >= 0; });
  return budget_of(count, dataset.num_classes);
}

Options default_options(std::string_view model, LabelBudget budget) {
  const ModelInfo& info = model_info(model);
  Options options(info.options);
  if (budget == LabelBudget::graphs) {
    // Before those of training: a batch of graphs has another default size.
    options.add(graph_options());
  }
  if (budget == LabelBudget::links) {
    // These too: sampler and batch_size mean something else.
    options.add(link_options());
  }
  options.add(training_options());
  for (const auto& [name, value] : info.always) {
    options.set_value(name, value);
  }
  if (budget == LabelBudget::graphs) {
    for (const auto& [name, value] : graph_defaults(model)) {
      if (options.has(name)) {
        options.set_value(name, value);
      }
    }
  }
  if (budget == LabelBudget::links) {
    for (const auto& [name, value] : link_defaults()) {
      if (options.has(name)) {
        options.set_value(name, value);
      }
    }
  }
  if (budget == LabelBudget::many) {
    for (const auto& [name, value] : info.many_labels) {
      options.set_value(name, value);
    }
  }
  return options;
}

}  // namespace weft
