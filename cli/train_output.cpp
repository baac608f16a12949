#include "weft/cli/train_output.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <optional>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/cross_validation.hpp"
#include "weft/runs/memory_plan.hpp"

namespace weft::cli {
namespace {

std::string fixed_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

/// Of classes that are judged by another metric, such as two by a rank: beside it, with its spread. Otherwise empty.
std::string test_accuracy(const RunSummary& report) {
  std::vector<double> values;
  for (const RunResult& run : report.runs) {
    if (const auto found = run.test_metrics.find("accuracy"); found != run.test_metrics.end()) {
      values.push_back(found->second);
    }
  }
  if (report.metric == "accuracy" || values.empty() || values.size() != report.runs.size()) {
    return "";
  }
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return values.size() == 1 ? fixed_text(mean)
                            : fixed_text(mean) + " +- " + fixed_text(std::sqrt(squares / (count - 1.0)));
}

/// What limits training on samples: the stages overlap, so only what steps waited for is lost.
std::string stages_text(const StageTimes& times) {
  return "sampling " + seconds_text(times.sampling) + ", gathering " + seconds_text(times.gathering) + ", training " +
         seconds_text(times.training) + "; training waited " + seconds_text(times.waiting);
}

}  // namespace

std::string epoch_text(const EpochRecord& epoch, const std::string& metric) {
  const std::string named = metric.empty() ? std::string() : " " + metric;
  char text[160];
  if (epoch.evaluated) {
    std::snprintf(text, sizeof text, "loss %.4f  val%s %.4f  best %.4f", epoch.loss, named.c_str(), epoch.val,
                  epoch.best_val);
  } else if (epoch.best_epoch >= 0) {
    std::snprintf(text, sizeof text, "loss %.4f  best val%s %.4f", epoch.loss, named.c_str(), epoch.best_val);
  } else {
    std::snprintf(text, sizeof text, "loss %.4f", epoch.loss);
  }
  return text;
}

std::string stage_text(const EpochRecord& epoch) {
  std::string out = "training";
  if (epoch.num_runs > 1) {
    out += " run " + std::to_string(epoch.run + 1) + "/" + std::to_string(epoch.num_runs);
  }
  return out + " (split " + epoch.split + ", seed " + std::to_string(epoch.seed) + "), epoch";
}

TrainProgress::TrainProgress(bool quiet) : quiet_(quiet), bar_(quiet) {}

RunObserver TrainProgress::observer() {
  return {.on_progress = [this](const Progress& p) { bar_.show(p.stage, p.done, p.total, p.detail); },
          .on_message =
              [this](const std::string& text) {
                bar_.clear();
                say(quiet_, text);
              },
          .on_begin =
              [this](const Task& task) {
                metric_ = task.metric();
                say(quiet_ || opening_.empty(), opening_);
              },
          .on_epoch =
              [this](const EpochRecord& epoch) {
                bar_.show(stage_text(epoch), epoch.epoch + 1, epoch.num_epochs, epoch_text(epoch, metric_));
              },
          .should_stop =
              [this] {
                if (!gentle_) {
                  gentle_.emplace();
                }
                if (stop_requested() && !told_) {
                  told_ = true;
                  bar_.clear();
                  say(quiet_, "stopping; interrupt again to stop at once");
                }
                return stop_requested();
              },
          .give_up = &give_up_flag()};
}

Json result_json(const RunSummary& report, double total_seconds) {
  Json runs = Json::array();
  for (const RunResult& run : report.runs) {
    Json metrics = Json::object();
    for (const auto& [name, value] : run.test_metrics) {
      metrics[name] = finite(value);
    }
    runs.push_back({{"seed", run.seed},
                    {"split", run.split},
                    {"train", finite(run.train)},
                    {"val", finite(run.val)},
                    {"test", finite(run.test)},
                    {"best_epoch", run.best_epoch + 1},
                    {"epochs", run.epochs},
                    {"seconds", run.seconds},
                    {"test_metrics", metrics}});
  }
  std::string split;
  std::int64_t epochs = 0;
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    if (i == 0 || report.runs[i].split != report.runs[i - 1].split) {
      split += (split.empty() ? "" : ",") + report.runs[i].split;
    }
    epochs += report.runs[i].epochs;
  }
  Json result = {{"dataset", report.dataset},
                 {"task", std::string(name_of(report.task))},
                 {"model", report.config.model},
                 {"metric", report.metric},
                 {"split", split},
                 {"runs", report.runs.size()},
                 {"train", finite(report.mean(&RunResult::train))},
                 {"val", finite(report.mean(&RunResult::val))},
                 {"test", finite(report.mean(&RunResult::test))},
                 {"val_std", finite(report.deviation(&RunResult::val))},
                 {"test_std", finite(report.deviation(&RunResult::test))},
                 {"per_run", runs},
                 {"interrupted", report.interrupted},
                 {"run", report.config.folder.empty() ? Json() : Json(report.config.folder.string())},
                 {"parameters", report.num_parameters},
                 {"threads", num_threads()},
                 {"seconds",
                  {{"load", report.load_seconds},
                   {"train", report.train_seconds},
                   {"per_epoch", report.train_seconds / static_cast<double>(std::max<std::int64_t>(epochs, 1))},
                   {"sampling", report.times.sampling},
                   {"gathering", report.times.gathering},
                   {"steps", report.times.training},
                   {"waiting", report.times.waiting},
                   {"total", total_seconds}}},
                 {"peak_rss_bytes", peak_rss_bytes()}};
  if (report.floor.majority_share > 0.0) {
    result["majority"] = {{"class", report.floor.majority}, {"test_accuracy", report.floor.majority_share}};
  }
  if (!report.floor.model.empty()) {
    result["floor"] = {
        {"model", report.floor.model}, {"val", finite(report.floor.val)}, {"test", finite(report.floor.test)}};
  }
  if (const std::optional<Protocol> protocol = protocol_of(report.config.protocol)) {
    result["protocol"] = report.config.protocol;
    result["protocol_meaning"] = description_of(*protocol);
  }
  return result;
}

std::string result_text(const RunSummary& report, const Json& json) {
  const auto figure = [&](double RunResult::*which) {
    char text[64];
    if (report.runs.size() > 1) {
      std::snprintf(text, sizeof text, "%.4f +- %.4f", report.mean(which), report.deviation(which));
    } else {
      std::snprintf(text, sizeof text, "%.4f", report.mean(which));
    }
    return std::string(text);
  };
  std::vector<std::pair<std::string, std::string>> rows = {
      {"model", json["model"]}, {"dataset", json["dataset"]}, {"split", json["split"]}};
  const bool is_gin = json.contains("protocol") && json["protocol"] == name_of(Protocol::gin);
  if (json.contains("protocol")) {
    rows.emplace_back("protocol", json["protocol_meaning"]);
  }
  if (!is_gin) {
    rows.emplace_back("train " + report.metric, figure(&RunResult::train));
    rows.emplace_back("val " + report.metric, figure(&RunResult::val));
  }
  rows.emplace_back("test " + report.metric, figure(&RunResult::test));
  if (const std::string accuracy = test_accuracy(report); !accuracy.empty() && !is_gin) {
    rows.emplace_back("test accuracy", accuracy);
  }
  if (report.floor.majority_share > 0.0) {
    rows.emplace_back("majority class",
                      concat("'", report.floor.majority, "', test accuracy ", fixed_text(report.floor.majority_share)));
  }
  if (!report.floor.model.empty()) {
    rows.emplace_back("best floor", concat(report.floor.model, ", not trained: val ", fixed_text(report.floor.val),
                                           ", test ", fixed_text(report.floor.test)));
  } else if (!report.floor.passed_over.empty()) {
    rows.emplace_back("best floor", "not computed: " + report.floor.passed_over.front());
  }
  rows.emplace_back("runs", std::to_string(report.runs.size()));
  rows.emplace_back("parameters", std::to_string(report.num_parameters));
  // Of what is solved for an epoch is no measure.
  const bool is_solved = std::ranges::any_of(
      models(), [&](const ModelInfo& info) { return info.name == report.config.model && info.needs_node_labels; });
  rows.emplace_back(
      "training time",
      seconds_text(report.train_seconds) +
          (is_solved ? std::string()
                     : concat(", ", seconds_text(json["seconds"]["per_epoch"].get<double>()), " an epoch")));
  if (report.times.any()) {
    rows.emplace_back("stages", stages_text(report.times));
  }
  return aligned(rows);
}

void show_estimate(const JobEstimate& estimate, bool as_json) {
  if (as_json) {
    return print_json({{"estimate_bytes", estimate.total_bytes()},
                       {"data_bytes", estimate.data},
                       {"feature_bytes", estimate.features},
                       {"training_bytes", estimate.training},
                       {"evaluation_bytes", estimate.evaluation},
                       {"estimate_seconds", estimate.total_seconds},
                       {"epoch_seconds", estimate.epoch_seconds},
                       {"evaluation_seconds", estimate.evaluation_seconds}});
  }
  print(aligned({{"memory needed", bytes_text(estimate.total_bytes())},
                 {"graph, labels, program", bytes_text(estimate.data)},
                 {"features", bytes_text(estimate.features)},
                 {"training", bytes_text(estimate.training)},
                 {"evaluation", bytes_text(estimate.evaluation)},
                 {"time of the job, at most", seconds_text(estimate.total_seconds)},
                 {"an epoch", seconds_text(estimate.epoch_seconds)},
                 {"an evaluation", seconds_text(estimate.evaluation_seconds)}}));
}

}  // namespace weft::cli
