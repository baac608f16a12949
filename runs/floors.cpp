#include "weft/runs/floors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "weft/core/error.hpp"
#include "weft/layers/dense_layers.hpp"
#include "weft/layers/ridge_model.hpp"
#include "weft/runs/remarks.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

/// Numbers read along edges, and multiplications of matrices: a few seconds of a core each. Training on what is larger
/// takes minutes.
constexpr double kMostRead = 4e9, kMostMultiplied = 2e10;
/// As far as labels are carried here; the model by itself goes on longer.
constexpr std::int64_t kSteps = 20;
constexpr std::array<std::string_view, 2> kModels = {"label_propagation", "ridge"};

double stored_numbers(const Features& features) {
  const auto* sparse = std::get_if<SparseMatrix>(&features);
  const Shape shape = shape_of(features);
  return sparse != nullptr ? static_cast<double>(sparse->by_row().values.size())
                           : static_cast<double>(shape.rows) * static_cast<double>(shape.cols);
}

/// Why a model is not tried; "" if it is.
std::string why_not(std::string_view model, const Dataset& dataset, const Split& split) {
  const auto m = static_cast<double>(dataset.graph.num_edges()), c = static_cast<double>(dataset.num_classes);
  const auto too_long = [](double numbers, double most) {
    return numbers > most ? std::string("it would take more than a few seconds") : std::string();
  };
  if (model == "label_propagation") {
    // Each share, a column more for how much of what is known reaches a node.
    return too_long(4.0 * static_cast<double>(kSteps) * m * (c + 1.0), kMostRead);
  }
  if (dataset.node_features.shape() == Shape{}) {
    return "the nodes have no features";
  }
  const Features& features = dataset.node_features.in_memory();
  const std::int64_t columns = input_width(shape_for(features, 1));
  const auto d = static_cast<double>(columns), t = static_cast<double>(split.train.size()), side = std::min(t, d);
  // Ten candidates or so.
  const double read = 2.0 * m * d + 11.0 * c * (stored_numbers(features) + 2.0 * m);
  const double multiplied = 0.5 * t * d * side + 2.0 * side * side * side;
  std::string why = why_not_solved(static_cast<std::int64_t>(split.train.size()), columns);
  return !why.empty() ? why : too_long(std::max(read / kMostRead, multiplied / kMostMultiplied), 1.0);
}

TrainJob job_of(std::string_view model, const Dataset& dataset, const RunSummary& summary, const std::string& split) {
  TrainJob job{.model = std::string(model), .options = default_options(model, dataset.task), .splits = {split}};
  job.options.set("metric", summary.metric);
  for (const char* option : {"edge_weights"}) {
    if (summary.options.has(option)) {
      job.options.set_value(option, summary.options.value(option));
    }
  }
  if (job.options.has("spread_steps")) {
    job.options.set_value("spread_steps", kSteps);
  }
  return job;
}

}  // namespace

Floor floor_of(const Dataset& dataset, const RunSummary& summary) {
  Floor floor;
  const RunResult& best = summary.runs.at(summary.best_run);
  const Split* split = dataset.find_split(best.split);
  if (split == nullptr) {
    return floor;
  }
  if (best.test_metrics.contains("accuracy")) {
    const MajorityClass majority = majority_class(dataset, split->test);
    floor.majority = majority.name;
    floor.majority_share = majority.share;
  }
  const bool is_floor = std::ranges::find(kModels, summary.config.model) != kModels.end();
  if (dataset.task != TaskKind::node_classification || is_floor) {
    return floor;
  }
  for (const std::string_view model : kModels) {
    std::string why =
        !summary.config.memory_limit.empty() || dataset.graph.is_in_file() || dataset.node_features.is_in_file()
            ? "a memory limit is kept to"
            : why_not(model, dataset, *split);
    if (why.empty()) {
      try {
        const RunResult result = train(dataset, job_of(model, dataset, summary, best.split)).runs.front();
        const bool is_better = summary.higher_is_better ? result.val > floor.val : result.val < floor.val;
        if (floor.model.empty() || is_better) {
          floor.model = model;
          floor.val = result.val;
          floor.test = result.test;
        }
      } catch (const ArgumentError& error) {
        why = error.what();
      } catch (const NumericError& error) {
        why = error.what();
      }
    }
    if (!why.empty()) {
      floor.passed_over.push_back(concat(model, ": ", why));
    }
  }
  return floor;
}

}  // namespace weft
