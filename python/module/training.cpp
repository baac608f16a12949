// A run, as `weft train` does it, on a dataset in memory or one in a file.
#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <utility>

#include "weft/core/error.hpp"
#include "weft/python/module/dataset_copy.hpp"
#include "weft/python/module/foreground.hpp"
#include "weft/python/module/parts.hpp"
#include "weft/runs/run.hpp"

namespace weft::python {
namespace {

namespace nb = nanobind;

/// How a run is asked for: what decides it as text, as --set has it, and how it is carried out.
RunConfig config_of(const nb::dict& job) {
  RunConfig config;
  for (const auto& [key, text] : nb::cast<std::vector<std::pair<std::string, std::string>>>(job["settings"])) {
    config.set(key, text);
  }
  config.splits = nb::cast<std::vector<std::string>>(job["splits"]);
  config.folder = nb::cast<std::string>(job["folder"]);
  config.resume = nb::cast<bool>(job["resume"]);
  config.keeps_former = nb::cast<bool>(job["keeps_former"]);
  config.memory_limit = nb::cast<std::string>(job["memory_limit"]);
  config.on_samples = nb::cast<bool>(job["on_samples"]);
  config.max_minutes = nb::cast<double>(job["max_minutes"]);
  return config;
}

nb::dict dict_of(const EpochRecord& epoch) {
  nb::dict record;
  record["run"] = epoch.run;
  record["num_runs"] = epoch.num_runs;
  record["seed"] = epoch.seed;
  record["split"] = epoch.split;
  record["epoch"] = epoch.epoch + 1;
  record["num_epochs"] = epoch.num_epochs;
  record["loss"] = epoch.loss;
  record["learning_rate"] = epoch.learning_rate;
  record["train"] = epoch.train;
  record["val"] = epoch.val;
  record["best_val"] = epoch.best_val;
  record["best_epoch"] = epoch.best_epoch + 1;
  record["seconds"] = epoch.seconds;
  return record;
}

nb::dict dict_of(const RunResult& run) {
  nb::dict result;
  result["seed"] = run.seed;
  result["split"] = run.split;
  result["train"] = run.train;
  result["val"] = run.val;
  result["test"] = run.test;
  result["best_epoch"] = run.best_epoch + 1;
  result["epochs"] = run.epochs;
  result["seconds"] = run.seconds;
  result["test_metrics"] = run.test_metrics;
  return result;
}

nb::dict dict_of(const RunSummary& summary) {
  nb::dict result;
  nb::list runs;
  for (const RunResult& run : summary.runs) {
    runs.append(dict_of(run));
  }
  result["dataset"] = summary.dataset;
  result["task"] = std::string(name_of(summary.task));
  result["model"] = summary.config.model;
  result["splits"] = summary.config.splits;
  result["metric"] = summary.metric;
  result["higher_is_better"] = summary.higher_is_better;
  result["runs"] = runs;
  result["best_run"] = summary.best_run;
  result["interrupted"] = summary.interrupted;
  result["num_parameters"] = summary.num_parameters;
  result["train_seconds"] = summary.train_seconds;
  result["options"] = summary.options.values();
  return result;
}

/// Python's callbacks: a dict a record; one that returns True ends the training.
class Callbacks {
 public:
  Callbacks(Foreground& foreground, nb::handle on_epoch, nb::handle on_message)
      : foreground_(foreground), on_epoch_(on_epoch), on_message_(on_message) {}

  RunObserver observer() {
    RunObserver observer;
    observer.on_message = [this](const std::string& text) {
      messages_.push_back(text);
      if (!on_message_.is_none()) {
        foreground_.call([&] { on_message_(text); });
      }
    };
    if (!on_epoch_.is_none()) {
      observer.on_epoch = [this](const EpochRecord& record) {
        foreground_.call([&] { wants_end_ = wants_end_ || nb::cast<bool>(on_epoch_(dict_of(record))); });
      };
    }
    // Answered once: what has ended of itself is a run with a report.
    observer.should_stop = [this] { return std::exchange(wants_end_, false); };
    observer.give_up = &foreground_.stop();
    return observer;
  }

  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }

 private:
  Foreground& foreground_;
  nb::handle on_epoch_, on_message_;
  std::vector<std::string> messages_;
  bool wants_end_ = false;
};

/// `dataset`: one in memory, or None for the file that the job names.
nb::dict train(const nb::dict& job, nb::handle dataset, int threads, nb::handle on_epoch, nb::handle on_message) {
  const RunConfig config = config_of(job);
  const Dataset* in_memory = dataset.is_none() ? nullptr : &nb::cast<const Dataset&>(dataset);
  RunSummary summary;
  std::vector<std::string> messages;
  in_background(threads, [&](Foreground& foreground) {
    Callbacks callbacks(foreground, on_epoch, on_message);
    const RunObserver observer = callbacks.observer();
    summary = in_memory != nullptr ? run(config, copy_of(*in_memory), observer) : run(config, observer);
    messages = callbacks.messages();
  });
  nb::dict result = dict_of(summary);
  result["messages"] = messages;
  return result;
}

nb::dict estimate(const nb::dict& job, int threads) {
  const RunConfig config = config_of(job);
  JobEstimate estimate;
  in_background(threads, [&](Foreground&) { estimate = estimate_run(plan_run(config)); });
  nb::dict result;
  result["bytes"] = estimate.total_bytes();
  result["data_bytes"] = estimate.data;
  result["feature_bytes"] = estimate.features;
  result["training_bytes"] = estimate.training;
  result["evaluation_bytes"] = estimate.evaluation;
  result["epoch_seconds"] = estimate.epoch_seconds;
  result["evaluation_seconds"] = estimate.evaluation_seconds;
  result["total_seconds"] = estimate.total_seconds;
  return result;
}

}  // namespace

void add_training(nb::module_& module) {
  module.def("train", train, nb::arg("job"), nb::arg("dataset").none(), nb::arg("threads"), nb::arg("on_epoch").none(),
             nb::arg("on_message").none());
  module.def("estimate", estimate);
}

}  // namespace weft::python
