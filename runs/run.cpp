#include "weft/runs/run.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/core/stop.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/layers/weight_memory.hpp"
#include "weft/runs/choices.hpp"
#include "weft/runs/cross_validation.hpp"
#include "weft/runs/floors.hpp"
#include "weft/runs/folds.hpp"
#include "weft/runs/memory_estimate.hpp"
#include "weft/runs/memory_plan.hpp"
#include "weft/runs/model_tasks.hpp"
#include "weft/runs/remarks.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/runs/run_report.hpp"
#include "weft/runs/suited_defaults.hpp"
#include "weft/tasks/generation_task.hpp"
#include "weft/tasks/option_uses.hpp"
#include "weft/train/checkpoint.hpp"

namespace weft {
namespace {

void say(const RunObserver& observer, const std::string& text) {
  if (observer.on_message) {
    observer.on_message(text);
  }
}

std::vector<std::uint64_t> seeds_of(const RunConfig& config) {
  std::vector<std::uint64_t> seeds(static_cast<std::size_t>(config.runs));
  std::iota(seeds.begin(), seeds.end(), config.seed);
  return seeds;
}

/// Whether the job is to train on samples of one graph, although it names no sampler.
bool wants_suited_sampler(const RunConfig& config, const TaskInfo& task) {
  return config.on_samples && task.can_stay_in_file &&
         std::ranges::none_of(config.settings, [](const auto& o) { return o.first == "sampler"; });
}

/// The task that the config asks for, or else the data.
const TaskInfo& task_of_run(const RunConfig& config, TaskKind of_data) {
  if (!config.task.empty()) {
    return task_info(config.task);
  }
  const auto own = std::ranges::find_if(
      tasks(), [&](const TaskInfo& task) { return !task.model.empty() && task.model == config.model; });
  return own != tasks().end() ? *own : task_info(of_data);
}

/// Data and job as the run has them.
struct PreparedRun {
  RunConfig config;
  Dataset dataset;
  TrainJob job;
  double load_seconds = 0.0;
};

/// Whether the config has an option that counted steps of the training, as options of generation did once.
bool counts_steps(const RunConfig& config, const TaskInfo& task) {
  return std::ranges::any_of(config.settings, [&](const auto& setting) {
    const FormerOption* former = former_option(task, setting.first);
    return former != nullptr && !former->keeps_value;
  });
}

/// Data that are in memory already, or those of the plan.
PreparedRun prepare(const RunPlan& plan, std::optional<Dataset> dataset, const RunObserver& observer) {
  PreparedRun run{.config = plan.config, .dataset = {}, .job = {}};
  const std::filesystem::path path = plan.config.dataset;
  const Stopwatch watch;
  run.dataset = dataset ? std::move(*dataset) : read_dataset(path, observer.on_progress, plan.read);
  run.load_seconds = watch.seconds();
  if (run.dataset.name.empty()) {
    run.dataset.name = path.stem().string();
  }
  const TaskInfo& task = task_of_run(run.config, run.dataset.task);
  run.dataset.task = task.kind;
  if (task.can_be_asked_for) {
    // What is read again must not depend on the dataset.
    run.config.task = task.name();
  }
  run.config.model = model_of(run.config, task);
  require_model_suits(run.config.model, task);
  choose_folds(run.config, run.dataset);
  if (wants_suited_sampler(run.config, task)) {
    const std::string sampler(suited_sampler(run.config.model, options_of(run.config, task)));
    run.config.set("sampler", sampler);
    say(observer, "sampler " + sampler + ": it suits the model " + run.config.model);
  }
  // The splits of links are drawn later, and have labels without counting.
  const Split* split = run.dataset.find_split(run.config.splits[0]);
  const LabelAmount amount = split != nullptr ? label_amount(run.dataset, *split) : LabelAmount::few;
  FormerNames names{.on_message = observer.on_message};
  if (split != nullptr && counts_steps(run.config, task)) {
    const Options options = options_of(run.config, task, amount);
    names.num_steps =
        options.integer("epochs") * epoch_size(options, static_cast<std::int64_t>(split->train.size())).steps;
  }
  run.job = {.model = run.config.model,
             .options = options_of(run.config, task, amount, names),
             .splits = run.config.splits,
             .seeds = seeds_of(run.config),
             .folder = run.config.folder,
             .max_minutes = run.config.max_minutes};
  if (!run.config.resume) {
    // A run that is gone on with stays what it was.
    require_options_are_read(run.job.model, run.job.options, run.dataset);
  }
  return run;
}

/// A run that goes on keeps the metric that it has begun with, also where another would be chosen now.
void keep_metric(const RunFiles& files, Options& options) {
  if (options.has("metric") && options.text("metric") == "auto" && std::filesystem::exists(files.checkpoint())) {
    const ModelFile checkpoint = read_model_file(files.checkpoint(), kCheckpointFormat);
    if (const auto metric = checkpoint.config.find("metric"); metric != checkpoint.config.end()) {
      reading(files.checkpoint().string(), [&] { options.set("metric", metric->second); });
    }
  }
}

/// By trials, where figures of the data do not say which suit them.
void choose_defaults(PreparedRun& run, const RunObserver& observer) {
  const SuitedDefaults suited = suited_defaults(run.dataset, run.config, run.job,
                                                {.should_stop = observer.should_stop, .give_up = observer.give_up},
                                                [&](const std::string& text) { say(observer, text); });
  for (const auto& [name, value] : suited.options) {
    run.job.options.set_value(name, value);
  }
  if (!suited.said.empty()) {
    say(observer, suited.said);
  }
}

/// Everything that decides the run.
void write_config(const RunFiles& files, const PreparedRun& run) {
  RunConfig saved = run.config;
  if (!saved.dataset.empty()) {
    saved.dataset = std::filesystem::absolute(saved.dataset).string();
  }
  writing([&] { write_file_atomically(files.config(), run_config_text(saved, run.job.options)); });
}

/// What was settled, of the run whose model is kept where there are several.
std::vector<std::string> settled_in(const RunSummary& summary) {
  // Of a run that was stopped before it had a model there is none.
  if (summary.runs.empty() || summary.runs.at(summary.best_run).settled.empty()) {
    return {};
  }
  const RunResult& best = summary.runs.at(summary.best_run);
  return {summary.runs.size() == 1 ? best.settled
                                   : concat("split ", best.split, ", seed ", best.seed, ": ", best.settled)};
}

/// The config without structs, with everything checked that can be before the data are known.
RunConfig checked(RunConfig given) {
  RunConfig config = with_settings(std::move(given));
  config.check();
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  require(config.seed <= kLargest - static_cast<std::uint64_t>(config.runs - 1), "seed: ", config.seed, " and ",
          config.runs, " runs pass the largest seed, ", kLargest);
  require(!config.resume || !config.folder.empty(), "resume: no run folder is named");
  // Wrong keys and values are told before any data are read; the defaults that count follow with the data.
  check_options(config);
  return config;
}

/// A run on data that are in memory already, or on those of the plan.
RunSummary run_on(const RunPlan& plan, std::optional<Dataset> dataset, const RunObserver& observer) {
  plan.config.check();
  // First of all: reading the data may take long, and another run may hold the folder.
  std::optional<RunFolder> folder;
  if (!plan.config.folder.empty()) {
    folder.emplace(plan.config.folder);
    // Another process may have come and gone since anybody looked; from here on none does.
    require(!plan.config.keeps_former || plan.config.resume || folder->former_state() == RunState::none,
            "run: ", plan.config.folder.string(),
            " holds a run that has come there meanwhile, expected another folder, or --overwrite to replace it");
  }
  PreparedRun prepared = prepare(plan, std::move(dataset), observer);
  TrainJob& job = prepared.job;
  if (folder && plan.config.resume) {
    keep_metric(folder->files(), job.options);
  }
  if (!plan.config.resume) {
    choose_defaults(prepared, observer);
  }
  // Before anything is written: a task that refuses the data leaves the folder as it was.
  std::unique_ptr<Task> task = make_task(prepared.dataset, job);
  if (job.options.has("metric")) {
    // Kept by its name: what "auto" chooses is for new runs.
    job.options.set("metric", task->metric());
  }
  if (!prepared.config.memory_limit.empty()) {
    require_steps_fit(prepared.dataset, read_dataset_size(prepared.config.dataset), job, plan.read,
                      bytes_of(prepared.config.memory_limit));
  }
  FoldCurves curves;
  if (folder) {
    job.resume = plan.config.resume && std::filesystem::exists(folder->files().checkpoint());
    if (plan.config.resume && !job.resume) {
      say(observer, "there is no checkpoint to go on from; starting from the beginning");
    }
    if (job.resume) {
      curves.read(read_metrics(folder->files().metrics()));
    } else {
      write_config(folder->files(), prepared);
    }
  }
  if (!job.resume) {
    for (const std::string& choice : choices_for(plan.config, prepared.config, prepared.dataset, *task)) {
      say(observer, choice);
    }
  }
  for (const std::string& note : task->notes()) {
    say(observer, note);
  }
  if (observer.on_begin) {
    observer.on_begin(*task);
  }
  RunSummary summary;
  static_cast<TrainReport&>(summary) = weft::train(*task, job,
                                                   {.on_epoch =
                                                        [&](const EpochRecord& record) {
                                                          curves.add(record);
                                                          if (observer.on_epoch) {
                                                            observer.on_epoch(record);
                                                          }
                                                        },
                                                    .should_stop = observer.should_stop,
                                                    .give_up = observer.give_up},
                                                   folder ? &*folder : nullptr);
  // The report reads the data in its own way, and there may be no memory for both.
  task.reset();
  if (job.resume) {
    // Not before: a checkpoint that is refused leaves its folder as it was.
    write_config(folder->files(), prepared);
  }
  summary.dataset = prepared.dataset.name;
  summary.task = prepared.dataset.task;
  summary.config = prepared.config;
  summary.options = job.options;
  summary.load_seconds = prepared.load_seconds;
  if (protocol_of(prepared.config.protocol) == Protocol::gin && !curves.read_at_common_epoch(summary)) {
    say(observer,
        concat("protocol gin: ", folder ? folder->files().metrics().filename().string() : "the record of epochs",
               " does not hold the epochs of every fold, so there is no common one; the figures are those of each "
               "fold's own best epoch"));
  }
  for (const std::string& settled : settled_in(summary)) {
    say(observer, settled);
  }
  const bool was_stopped = summary.interrupted && ((observer.should_stop && observer.should_stop()) ||
                                                   (observer.give_up != nullptr && observer.give_up->is_requested()));
  if (!was_stopped) {
    const StopScope scope(observer.give_up);
    summary.floor = floor_of(prepared.dataset, summary);
  }
  for (const std::string& remark : remarks_on(prepared.dataset, summary)) {
    say(observer, remark);
  }
  if (folder && !was_stopped) {
    const StopScope scope(observer.give_up);
    write_run_report(folder->files(), prepared.dataset, summary);
  }
  return summary;
}

}  // namespace

RunPlan plan_run(RunConfig given, const RunObserver& observer) {
  RunConfig config = checked(std::move(given));
  require(!config.dataset.empty(), "run: no dataset is named");
  if (suits_some_tasks(config.model)) {
    // Before the data are read, which may take long.
    require_model_suits(config.model, task_of_run(config, read_dataset_size(config.dataset).task));
  }
  if (config.memory_limit.empty()) {
    return {.config = std::move(config), .read = {}};
  }
  const std::int64_t limit = bytes_of(config.memory_limit);
  const DatasetSize size = read_dataset_size(config.dataset);
  const TaskInfo& task = task_of_run(config, size.task);
  require(task.rows != Rows::links,
          "memory limit: link_prediction reads the whole graph and all features in every step, and what that takes is "
          "not known beforehand; expected a task about nodes");
  require(
      task.rows != Rows::none, "memory limit: ", task.name(),
      " holds all graphs in memory, and what codes of them take is not known beforehand; expected a task about nodes "
      "or graphs");
  Options options = options_of(config, task, label_amount(size));
  if (wants_suited_sampler(config, task)) {
    options.set("sampler", suited_sampler(model_of(config, task), options));
  }
  // Columns of the data are all that is known of them; categories have more weights.
  const bool has_table = size.features == 0 && options.has("node_table") && options.flag("node_table");
  const ModelShape shape{
      .feature_kind = has_table           ? FeatureKind::categorical
                      : size.features > 0 ? FeatureKind::dense
                                          : FeatureKind::none,
      .num_features = size.features,
      .num_categories = has_table ? std::vector<std::int64_t>{size.nodes} : std::vector<std::int64_t>(),
      .num_outputs = std::max<std::int64_t>(1, size.num_classes)};
  require_memory_for(model_of(config, task), shape, options, task.rows == Rows::graphs, WeightCopies::training, limit);
  const MemoryPlan plan =
      task.can_stay_in_file ? plan_memory(size, options, limit) : plan_memory_of_graphs(size, limit);
  if (plan.inference_rows > 0) {
    config.set("inference_rows", std::to_string(plan.inference_rows));
  }
  say(observer, plan_text(plan, limit));
  return {.config = std::move(config), .read = plan.read};
}

RunSummary run(const RunPlan& plan, const RunObserver& observer) {
  return run_on(plan, std::nullopt, observer);
}

RunSummary run(const RunConfig& config, Dataset dataset, const RunObserver& observer) {
  require(config.memory_limit.empty(), "memory limit: the dataset is in memory already, expected the path of one");
  // As reading it from a file would have.
  check_dataset(dataset, dataset.name.empty() ? "the dataset" : dataset.name);
  return run_on({.config = checked(config), .read = {}}, std::move(dataset), observer);
}

JobEstimate estimate_run(const RunPlan& plan, const RunObserver& observer) {
  plan.config.check();
  RunPlan dry = plan;
  const DatasetSize size = read_dataset_size(plan.config.dataset);
  // An estimate of nodes needs no features.
  if (plan.config.memory_limit.empty() && task_of_run(plan.config, size.task).rows == Rows::nodes) {
    dry.read.leaves_features = true;
  }
  PreparedRun prepared = prepare(dry, std::nullopt, observer);
  return estimate_job(std::move(prepared.dataset), size, prepared.job, plan.read);
}

TrainReport train(const Dataset& dataset, const TrainJob& job, const TrainObserver& observer) {
  const std::unique_ptr<Task> task = make_task(dataset, job);
  std::optional<RunFolder> folder;
  if (!job.folder.empty()) {
    folder.emplace(job.folder);
  }
  return train(*task, job, observer, folder ? &*folder : nullptr);
}

}  // namespace weft
