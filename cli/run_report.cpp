#include "weft/cli/run_report.hpp"

#include <algorithm>
#include <fstream>
#include <limits>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/train/metrics.hpp"
#include "weft/train/predictor.hpp"
#include "weft/train/report.hpp"
#include "weft/train/svg_chart.hpp"

namespace weft::cli {
namespace {

/// More classes than this make a matrix that no one can read.
constexpr std::int64_t kMostClassesShown = 60;

/// The curves of one run: lines of metrics.jsonl with its seed and split.
void add_curves(const RunFolder& folder, const RunResult& run, ReportData& data) {
  std::ifstream lines(folder.metrics());
  for (std::string line; std::getline(lines, line);) {
    const Json record = Json::parse(line, nullptr, false);
    if (!record.is_object() || record.value("split", "") != run.split || record.value("seed", Json()) != run.seed) {
      continue;
    }
    const auto number = [&](const char* key) {
      const auto found = record.find(key);
      return found != record.end() && found->is_number() ? found->get<double>()
                                                         : std::numeric_limits<double>::quiet_NaN();
    };
    data.epochs.push_back(number("epoch"));
    data.loss.push_back(number("loss"));
    data.train.push_back(number("train"));
    data.val.push_back(number("val"));
  }
}

void add_predictions(const RunFolder& folder, const Dataset& dataset, const RunResult& run, ReportData& data) {
  const auto* labels = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels);
  const Split* split = dataset.find_split(run.split);
  if (labels == nullptr || split == nullptr || dataset.num_classes > kMostClassesShown) {
    return;
  }
  Predictor::Prediction prediction =
      Predictor::load(folder.model())
          .predict(dataset.graph, dataset.node_features, dataset.edge_features, dataset.features_in_file.get());
  data.class_names = class_names_for(dataset.num_classes, dataset.class_names);
  for (const std::vector<std::int64_t>& row : confusion_matrix(prediction.probabilities, *labels, split->test)) {
    data.confusion.insert(data.confusion.end(), row.begin(), row.end());
  }
  data.embedding = select_rows(prediction.embedding, split->test);
  for (const std::int64_t v : split->test) {
    data.embedding_class.push_back((*labels)[static_cast<std::size_t>(v)]);
  }
}

std::vector<std::int64_t> in_degree_counts(const CsrGraph& graph) {
  std::vector<std::int64_t> counts;
  for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
    const auto degree = static_cast<std::size_t>(graph.in_degree(static_cast<NodeId>(v)));
    if (degree >= counts.size()) {
      counts.resize(degree + 1);
    }
    ++counts[degree];
  }
  return counts;
}

}  // namespace

void write_run_report(const RunFolder& folder, const Dataset& dataset, const RunConfig& config, const Options& options,
                      const TrainReport& report) {
  const RunResult& best = report.runs.at(report.best_run);
  ReportData data{.dataset = dataset.name,
                  .task = std::string(name_of(dataset.task)),
                  .model = config.model,
                  .metric = report.metric,
                  .split = best.split,
                  .best_epoch = best.best_epoch,
                  .train_figure = best.train,
                  .val_figure = best.val,
                  .test_figure = best.test};
  add_curves(folder, best, data);
  add_predictions(folder, dataset, best, data);
  data.in_degrees = in_degree_counts(dataset.graph);
  for (const auto& [name, value] : best.test_metrics) {
    data.facts.emplace_back("test " + name, fixed_text(value, 4));
  }
  if (report.runs.size() > 1) {
    data.facts.emplace_back(
        "mean test " + report.metric + " of " + std::to_string(report.runs.size()) + " runs",
        fixed_text(report.mean(&RunResult::test), 4) + " ± " + fixed_text(report.deviation(&RunResult::test), 4));
  }
  data.facts.emplace_back("parameters", std::to_string(report.num_parameters));
  data.facts.emplace_back("nodes", std::to_string(dataset.graph.num_nodes()));
  data.facts.emplace_back("edges", std::to_string(dataset.graph.num_edges()));
  data.facts.emplace_back("training time", seconds_text(report.train_seconds));
  data.facts.emplace_back("threads", std::to_string(num_threads()));
  data.config.emplace_back("seed", std::to_string(best.seed));
  for (const auto& [name, value] : options.values()) {
    data.config.emplace_back(name, to_text(value));
  }
  write_file_atomically(folder.report(), report_html(data));
}

}  // namespace weft::cli
