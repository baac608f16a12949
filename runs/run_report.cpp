#include "weft/runs/run_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "weft/core/error.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/safetensors.hpp"
#include "weft/runs/cross_validation.hpp"
#include "weft/runs/folds.hpp"
#include "weft/runs/molecule_pictures.hpp"
#include "weft/runs/remarks.hpp"
#include "weft/runs/report.hpp"
#include "weft/runs/svg_chart.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/classification_metrics.hpp"
#include "weft/tasks/labeled_task.hpp"
#include "weft/tasks/link_split.hpp"
#include "weft/tasks/link_task.hpp"
#include "weft/tasks/target_metrics.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/train/checkpoint.hpp"

namespace weft {
namespace {

/// More classes than this make a matrix that no one can read.
constexpr std::int64_t kMostClassesShown = 60;

/// The curves of one run.
void add_curves(const std::vector<EpochRecord>& records, const RunResult& run, ReportData& data) {
  for (const EpochRecord& record : records) {
    if (record.split == run.split && record.seed == run.seed) {
      data.epochs.push_back(static_cast<double>(record.epoch + 1));
      data.loss.push_back(record.loss);
      data.train.push_back(record.train);
      data.val.push_back(record.val);
    }
  }
}

void add_classes(const LabeledPrediction& evaluation, const Dataset& dataset, std::span<const std::int64_t> test,
                 ReportData& data) {
  if (dataset.num_classes > kMostClassesShown) {
    return;
  }
  data.class_names = class_names_for(dataset.num_classes, dataset.class_names);
  for (const auto& row : confusion_matrix(evaluation.prediction.logits, evaluation.labels.classes(), test)) {
    data.confusion.insert(data.confusion.end(), row.begin(), row.end());
  }
  // Every graph or node of a part has a class, so these are the wanted rows.
  data.embedding = test.empty() ? Tensor() : evaluation.prediction.embedding;
  for (const std::int64_t i : test) {
    data.embedding_class.push_back(evaluation.labels.classes()[static_cast<std::size_t>(i)]);
  }
}

/// One column of the targets, as a matrix of its own.
Tensor column_of(const Tensor& x, std::int64_t j) {
  Tensor column = Tensor::uninitialized(x.rows(), 1);
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    column(i, 0) = x(i, j);
  }
  return column;
}

/// Every column of the targets of the test part; entries that are there.
void add_targets(const LabeledPrediction& evaluation, std::span<const std::int64_t> test, ReportData& data) {
  const bool are_labels = evaluation.labels.kind() == OutputKind::labels;
  const Tensor& targets = evaluation.labels.targets();
  data.targets_are_labels = are_labels;
  data.target_figure = are_labels ? "roc_auc" : "mae";
  for (std::int64_t j = 0; j < targets.cols(); ++j) {
    ReportData::Target target{.name = (are_labels ? "label " : "value ") + std::to_string(j)};
    for (const std::int64_t i : test) {
      if (!std::isnan(targets(i, j))) {
        target.truth.push_back(static_cast<double>(targets(i, j)));
        target.predicted.push_back(static_cast<double>(evaluation.prediction.probabilities(i, j)));
      }
    }
    const Tensor outputs = column_of(evaluation.prediction.logits, j), truth = column_of(targets, j);
    const Metric& metric = metric_named(data.target_figure);
    target.figure = are_labels ? metric.of_labels(outputs, truth, test) : metric.of_values(outputs, truth, test);
    data.targets.push_back(std::move(target));
  }
}

/// The states that links are scored by, colored by the classes of nodes where there are any.
void add_links(const TrainedModel& model, const Dataset& dataset, const RunResult& run, ReportData& data) {
  const LinkSplit links = link_split(dataset, run.split, model.options());
  static const Features kNoFeatures;
  const std::vector<float> weights = weights_in(dataset, links.messages);
  const Graphs graphs{.graph = links.messages,
                      .node_features = dataset.node_features,
                      .edge_features = kNoFeatures,
                      .edge_weight = weights};
  data.embedding = model.predict(graphs, {.embedding = false}).logits;
  const auto* classes = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels);
  if (classes != nullptr && dataset.num_classes <= kMostClassesShown) {
    data.class_names = class_names_for(dataset.num_classes, dataset.class_names);
    data.embedding_class = *classes;
  } else {
    data.embedding_class.assign(static_cast<std::size_t>(data.embedding.rows()), -1);
  }
  for (const auto& [part, size] : {std::pair("training", links.train.size()), std::pair("validation", links.val.size()),
                                   std::pair("test", links.test.size())}) {
    data.facts.emplace_back(std::string(part) + " links", std::to_string(size));
  }
}

void add_predictions(const TrainedModel& model, const Dataset& dataset, const RunResult& run, ReportData& data) {
  const Split* split = dataset.find_split(run.split);
  if (split == nullptr) {
    return;
  }
  const bool of_graphs = model.task().rows == Rows::graphs;
  const RowLabels labels = labels_for(model.trained(), dataset, of_graphs);
  const Prediction prediction = model.predict(dataset, {.rows = split->test});
  const LabeledPrediction evaluation{labels, prediction};
  const std::vector<std::int64_t> test = labels.labeled(split->test);
  if (labels.kind() == OutputKind::classes) {
    add_classes(evaluation, dataset, test, data);
  } else {
    add_targets(evaluation, test, data);
  }
  if (!dataset.smiles.empty() && of_graphs) {
    add_molecules(model, evaluation, dataset, test, data);
  }
}

/// "0.8230 ± 0.0070" of the test figure.
std::string test_text(const RunSummary& run) {
  const std::string mean = fixed_text(run.mean_test(), 4);
  return run.runs.size() > 1 ? mean + " ± " + fixed_text(run.deviation(&RunResult::test), 4) : mean;
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

void write_run_report(const RunFiles& files, const Dataset& dataset, const RunSummary& run) {
  const RunResult& best = run.runs.at(run.best_run);
  const TaskInfo& task = task_info(run.task);
  ReportData data{.dataset = dataset.name,
                  .task = std::string(task.name()),
                  .model = run.config.model,
                  .metric = run.metric,
                  .split = best.split,
                  .best_epoch = best.best_epoch >= 0 ? best.best_epoch + 1 : -1,
                  .train_figure = best.train,
                  .val_figure = best.val,
                  .test_figure = best.test,
                  .rows = task.rows == Rows::graphs ? "graphs" : "nodes"};
  add_curves(read_metrics(files.metrics()), best, data);
  if (task.rows == Rows::links) {
    add_links(TrainedModel::load(files.model()), dataset, best, data);
  } else if (task.rows != Rows::none) {
    add_predictions(TrainedModel::load(files.model()), dataset, best, data);
  }
  data.in_degrees = in_degree_counts(dataset.graph);
  for (const auto& [name, value] : best.test_metrics) {
    data.facts.emplace_back("test " + name, fixed_text(value, 4));
  }
  if (run.floor.majority_share > 0.0) {
    data.facts.emplace_back("test accuracy of always saying " + run.floor.majority,
                            fixed_text(run.floor.majority_share, 4));
  }
  if (!run.floor.model.empty()) {
    data.facts.emplace_back(concat("test ", run.metric, " of ", run.floor.model, ", which is not trained"),
                            concat(fixed_text(run.floor.test, 4), " (val ", fixed_text(run.floor.val, 4), ")"));
  }
  for (const std::string& why : run.floor.passed_over) {
    data.facts.emplace_back("not tried", why);
  }
  if (!best.settled.empty()) {
    data.facts.emplace_back("settled", best.settled);
  }
  if (run.runs.size() > 1) {
    data.facts.emplace_back("mean test " + run.metric + " of " + std::to_string(run.runs.size()) + " runs",
                            test_text(run));
  }
  if (run.interrupted) {
    data.facts.emplace_back("interrupted", "these are the figures so far");
  }
  if (run.num_parameters > 0) {
    data.facts.emplace_back("parameters", std::to_string(run.num_parameters));
  }
  if (dataset.has_many_graphs()) {
    data.facts.emplace_back("graphs", std::to_string(dataset.num_graphs()));
  }
  if (const std::optional<Protocol> protocol = protocol_of(run.config.protocol)) {
    data.facts.emplace_back("protocol", description_of(*protocol));
  }
  data.facts.emplace_back("nodes", std::to_string(dataset.graph.num_nodes()));
  data.facts.emplace_back("edges", std::to_string(dataset.graph.num_edges()));
  if (run.train_seconds > 0.0) {
    data.facts.emplace_back("training time", seconds_text(run.train_seconds));
  }
  data.config.emplace_back("seed", std::to_string(best.seed));
  for (const auto& [name, value] : run.options.values()) {
    data.config.emplace_back(name, to_text(value));
  }
  const std::string page = report_html(data);
  writing([&] { write_file_atomically(files.report(), page); });
}

namespace {

/// A list that must hold so many numbers.
template <class T>
const std::vector<T>& numbers_of(const std::vector<T>& numbers, std::string_view name, std::size_t count) {
  require(numbers.size() == count, name, " has ", numbers.size(), " numbers, expected ", count);
  return numbers;
}

/// What a model says of the run that it is of.
RunResult run_in(const ModelFile& model, const std::string& split) {
  const std::vector<double>& figures = numbers_of(model.reals("figures"), "figures", 3);
  return {.seed = seed_of(model.text("seed")),
          .split = split,
          .train = figures[0],
          .val = figures[1],
          .test = figures[2],
          .best_epoch = numbers_of(model.integers("best_epoch"), "best_epoch", 1)[0],
          .test_metrics = {}};
}

}  // namespace

RunSummary read_run(const std::filesystem::path& folder) {
  const RunFiles files{folder};
  const std::filesystem::path file = model_file_in(folder);
  const bool is_folder = file != folder;
  const ModelFile model = read_any_model_file(file);
  const TrainedModel trained = TrainedModel::from_file(model, file.string());
  RunSummary run;
  if (is_folder && std::filesystem::exists(files.config())) {
    reading(files.config().string(), [&] { read_run_config(files.config(), run.config); });
  }
  run.config.folder = folder;
  run.config.model = trained.model();
  run.dataset = trained.dataset();
  run.task = trained.task().kind;
  run.options = trained.options();
  run.metric = trained.metric();
  if (is_folder && std::filesystem::exists(files.checkpoint())) {
    const ModelFile checkpoint = read_model_file(files.checkpoint(), kCheckpointFormat);
    reading(files.checkpoint().string(), [&] {
      JobProgress progress =
          counts_runs(checkpoint) ? progress_in(checkpoint, files.checkpoint().string()) : JobProgress{};
      run.runs = std::move(progress.done);
      run.best_run = progress.best_run;
      // That of the current run is there until it is done.
      run.interrupted = checkpoint.numbers.contains("run.epochs");
    });
  }
  reading(file.string(), [&] {
    run.higher_is_better = metric_named(run.metric).info.higher_is_better;
    if (model.numbers.contains("num_parameters")) {
      run.num_parameters = numbers_of(model.integers("num_parameters"), "num_parameters", 1)[0];
    }
    if (run.runs.empty()) {
      // A model alone, a run stopped in its first round, or a generator of before: what the model says of itself is all
      // there is.
      run.runs.push_back(run_in(model, trained.split()));
    }
  });
  for (const RunResult& one : run.runs) {
    run.train_seconds += one.seconds;
    run.num_epochs += one.epochs;
  }
  if (protocol_of(run.config.protocol) == Protocol::gin) {
    FoldCurves curves;
    curves.read(read_metrics(files.metrics()));
    if (!curves.read_at_common_epoch(run)) {
      throw DataError(files.metrics().string(), "", "does not hold the epochs of every fold, which protocol gin needs");
    }
  }
  return run;
}

std::optional<double> mean_test_accuracy(const RunSummary& run) {
  double sum = 0.0;
  for (const RunResult& one : run.runs) {
    const auto found = one.test_metrics.find("accuracy");
    if (found == one.test_metrics.end() || !std::isfinite(found->second)) {
      return std::nullopt;
    }
    sum += found->second;
  }
  return run.runs.empty() ? std::nullopt : std::optional(sum / static_cast<double>(run.runs.size()));
}

namespace {

std::string listed(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

std::string name_of_folder(const RunSummary& run) {
  const std::filesystem::path& folder = run.config.folder;
  return folder.filename().empty() ? folder.parent_path().filename().string() : folder.filename().string();
}

/// Whether an option is as a run of the model has it where nothing is said.
bool is_default(const RunSummary& run, const std::string& name, const OptionValue& value) {
  for (const LabelAmount amount : {LabelAmount::few, LabelAmount::many}) {
    try {
      const Options options = default_options(run.config.model, run.task, amount);
      if (options.has(name) && options.value(name) == value) {
        return true;
      }
    } catch (const ArgumentError&) {
      // A model of before.
      return false;
    }
  }
  return false;
}

/// Options that some run was told, or that runs of one model have otherwise than each other: where models differ, so do
/// the defaults of many more.
std::set<std::string> told_options(std::span<const RunSummary> runs) {
  std::set<std::string> told;
  for (const RunSummary& run : runs) {
    for (const auto& [name, value] : run.options.values()) {
      const bool differs = std::ranges::any_of(runs, [&, &key = name, &own = value](const RunSummary& other) {
        return other.config.model == run.config.model && other.options.has(key) && other.options.value(key) != own;
      });
      if (differs || !is_default(run, name, value)) {
        told.insert(name);
      }
    }
  }
  return told;
}

/// What the runs were told otherwise than each other, with what each was told; "-" where a model has no such option.
std::vector<std::pair<std::string, std::string>> differences(std::span<const RunSummary> runs) {
  const std::set<std::string> told = told_options(runs);
  std::map<std::string, std::vector<std::string>> values;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto set = [&](const std::string& name, std::string value) {
      values.try_emplace(name, runs.size(), "-").first->second[i] = std::move(value);
    };
    for (const auto& [name, value] : runs[i].options.values()) {
      if (told.contains(name)) {
        set(name, to_text(value));
      }
    }
    std::set<std::string> splits, seeds;
    for (const RunResult& one : runs[i].runs) {
      splits.insert(one.split);
      seeds.insert(std::to_string(one.seed));
    }
    set("split", listed(splits));
    set("seed", listed(seeds));
    set("model", runs[i].config.model);
    set("dataset", runs[i].dataset);
  }
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [name, of_runs] : values) {
    if (std::ranges::count(of_runs, of_runs.front()) == std::ssize(of_runs)) {
      continue;
    }
    std::string text;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      text += concat(i == 0 ? "" : "; ", name_of_folder(runs[i]), ": ", of_runs[i]);
    }
    rows.emplace_back(name, std::move(text));
  }
  return rows;
}

}  // namespace

std::string comparison_html(std::span<const RunSummary> runs) {
  std::set<std::string> datasets, splits;
  for (const RunSummary& run : runs) {
    datasets.insert(run.dataset);
    for (const RunResult& one : run.runs) {
      splits.insert(one.split);
    }
  }
  ReportData data{.dataset = listed(datasets), .task = "comparison", .model = "several runs", .split = listed(splits)};
  std::map<std::string, std::vector<ChartSeries>> curves;
  std::int64_t color = 0;
  for (const RunSummary& run : runs) {
    const RunResult& best = run.runs.at(run.best_run);
    const std::string name = name_of_folder(run);
    ReportData of_run;
    add_curves(read_metrics(RunFiles{run.config.folder}.metrics()), best, of_run);
    curves[run.metric].push_back({name, class_color(color++), of_run.epochs, of_run.val});
    std::string fact = concat(run.config.model, " on ", run.dataset, ": test ", run.metric, " ", test_text(run),
                              ", val ", fixed_text(run.mean(&RunResult::val), 4), ", ", run.runs.size(),
                              run.runs.size() == 1 ? " run" : " runs");
    if (const std::optional<double> accuracy = mean_test_accuracy(run); accuracy && run.metric != "accuracy") {
      fact += concat(", test accuracy ", fixed_text(*accuracy, 4));
    }
    // Models of before do not say the one, runs that were stopped in the midst not the other.
    if (run.num_parameters > 0) {
      fact += concat(", ", run.num_parameters, " parameters");
    }
    if (run.train_seconds > 0.0) {
      fact += ", " + seconds_text(run.train_seconds);
    }
    fact += run.interrupted ? "; interrupted, these are its figures so far" : "";
    data.facts.emplace_back(name, std::move(fact));
  }
  for (const auto& [metric, series] : curves) {
    data.charts.push_back(
        {"Validation " + metric,
         line_chart({"Validation " + metric, "The " + metric + " on the validation part by epoch", "epoch", metric},
                    series, std::nan(""))});
  }
  data.config_title = "What the runs were told otherwise";
  data.config = differences(runs);
  return report_html(data);
}

}  // namespace weft
