#include "weft/cli/run_report.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/runs/cross_validation.hpp"
#include "weft/runs/evaluation.hpp"
#include "weft/tasks/graph_generator.hpp"
#include "weft/runs/link_evaluation.hpp"
#include "weft/tasks/metrics.hpp"
#include "weft/runs/molecule_pictures.hpp"
#include "weft/runs/report.hpp"
#include "weft/runs/svg_chart.hpp"

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

void add_classes(const Evaluation& evaluation, const Dataset& dataset, std::span<const std::int64_t> test,
                 ReportData& data) {
  if (dataset.num_classes > kMostClassesShown) {
    return;
  }
  data.class_names = class_names_for(dataset.num_classes, dataset.class_names);
  for (const auto& row : confusion_matrix(evaluation.prediction().probabilities, evaluation.labels().classes(), test)) {
    data.confusion.insert(data.confusion.end(), row.begin(), row.end());
  }
  // Every graph or node of a part has a class, so these are the wanted rows.
  data.embedding = test.empty() ? Tensor() : evaluation.prediction().embedding;
  for (const std::int64_t i : test) {
    data.embedding_class.push_back(evaluation.labels().classes()[static_cast<std::size_t>(i)]);
  }
}

/// One column of the targets of the test part; those that are there.
void add_targets(const Evaluation& evaluation, std::span<const std::int64_t> test, ReportData& data) {
  const bool are_labels = evaluation.labels().kind() == OutputKind::labels;
  data.targets_are_labels = are_labels;
  data.target_figure = are_labels ? "roc_auc" : "mae";
  for (std::int64_t j = 0; j < evaluation.labels().targets().cols(); ++j) {
    ReportData::Target target{.name = (are_labels ? "label " : "value ") + std::to_string(j)};
    std::vector<float> scores;
    std::vector<std::uint8_t> outcomes;
    double error = 0.0;
    for (const std::int64_t i : test) {
      const float truth = evaluation.labels().targets()(i, j), predicted = evaluation.prediction().probabilities(i, j);
      if (std::isnan(truth)) {
        continue;
      }
      target.truth.push_back(static_cast<double>(truth));
      target.predicted.push_back(static_cast<double>(predicted));
      scores.push_back(evaluation.prediction().logits(i, j));
      outcomes.push_back(truth > 0.5F ? 1 : 0);
      error += std::abs(static_cast<double>(predicted) - static_cast<double>(truth));
    }
    target.figure = are_labels ? roc_auc(scores, outcomes) : error / static_cast<double>(target.truth.size());
    data.targets.push_back(std::move(target));
  }
}

/// The states that links are scored by, colored by the classes of nodes where there are any.
void add_links(const RunFolder& folder, const Dataset& dataset, const RunResult& run, ReportData& data) {
  const LinkEvaluation evaluation(Predictor::load(folder.model()), dataset, run.split);
  data.embedding = evaluation.states();
  const auto* classes = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels);
  if (classes != nullptr && dataset.num_classes <= kMostClassesShown) {
    data.class_names = class_names_for(dataset.num_classes, dataset.class_names);
    data.embedding_class = *classes;
  } else {
    data.embedding_class.assign(static_cast<std::size_t>(data.embedding.rows()), -1);
  }
  for (const auto& [part, rows] :
       {std::pair("training", &evaluation.rows().train), std::pair("validation", &evaluation.rows().val),
        std::pair("test", &evaluation.rows().test)}) {
    data.facts.emplace_back(std::string(part) + " links", std::to_string(rows->size()));
  }
}

void add_predictions(const RunFolder& folder, const Dataset& dataset, const RunResult& run, ReportData& data) {
  const Split* split = dataset.find_split(run.split);
  if (split == nullptr) {
    return;
  }
  const Predictor predictor = Predictor::load(folder.model());
  const Evaluation evaluation(predictor, dataset, {.rows = split->test});
  const std::vector<std::int64_t> test = evaluation.labels().labelled(split->test);
  if (evaluation.labels().kind() == OutputKind::classes) {
    add_classes(evaluation, dataset, test, data);
  } else {
    add_targets(evaluation, test, data);
  }
  if (!dataset.smiles.empty() && predictor.judges_graphs()) {
    add_molecules(predictor, evaluation, dataset, test, data);
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
  if (dataset.task == Task::link_prediction) {
    add_links(folder, dataset, best, data);
  } else if (!is_generator_model(config.model)) {
    add_predictions(folder, dataset, best, data);
  }
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
  if (dataset.has_many_graphs()) {
    data.facts.emplace_back("graphs", std::to_string(dataset.num_graphs()));
  }
  if (const std::optional<Protocol> protocol = protocol_of(config.protocol)) {
    data.facts.emplace_back("protocol", description_of(*protocol));
  }
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
