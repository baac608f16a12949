// weft train: one model on one dataset, over seeds and splits.
//
// What decides the run comes, later ones winning, from: the model's defaults, --config (or, with --resume,
// the folder's own config.toml), --set, and the flags of their own.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <limits>
#include <optional>

#include "weft/cli/console.hpp"
#include "weft/cli/folds.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/isolation.hpp"
#include "weft/cli/memory_limit.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/run_config.hpp"
#include "weft/cli/run_folder.hpp"
#include "weft/cli/run_report.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/cli/train_output.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/cross_validation.hpp"
#include "weft/tasks/generator_trainer.hpp"
#include "weft/tasks/graph_generator.hpp"
#include "weft/runs/memory_estimate.hpp"
#include "weft/runs/memory_plan.hpp"
#include "weft/train/trainer.hpp"

namespace weft::cli {
namespace {

struct TrainFlags : SharedFlags {
  std::string data, model, config, output, task, protocol;
  std::vector<std::string> assignments, splits;
  std::string sampler, memory_limit;
  bool estimate = false;
  std::optional<std::int64_t> epochs, runs, batch_size;
  std::optional<std::uint64_t> seed;
  double max_minutes = 0.0;
  bool resume = false;
};

/// The run that the command line asks for. Splits are still as the user wrote them.
RunConfig config_of(const TrainFlags& flags) {
  RunConfig config;
  const std::filesystem::path own = std::filesystem::path(flags.output) / "config.toml";
  if (!flags.config.empty()) {
    read_run_config(flags.config, config);
  } else if (flags.resume && std::filesystem::exists(own)) {
    read_run_config(own, config);
  }
  if (!flags.model.empty() && flags.model != config.model) {
    config.model = flags.model;
    if (!is_generator_model(flags.model)) {
      (void)default_options(flags.model);
    }
  }
  if (!flags.task.empty()) {
    config.task = flags.task;
  }
  if (config.task == "generation") {
    require(flags.model.empty() || is_generator_model(flags.model), "--task generation: the model '", flags.model,
            "' does not generate, expected ", kGeneratorModel);
    config.model = kGeneratorModel;
  }
  for (const std::string& assignment : flags.assignments) {
    config.set(assignment);
  }
  config.dataset = flags.data.empty() ? config.dataset : flags.data;
  require(!config.dataset.empty(), "weft train: no dataset is named, on the command line or in --config");
  if (!flags.splits.empty()) {
    config.splits = flags.splits;
  }
  if (!flags.protocol.empty()) {
    config.set("protocol", flags.protocol);
  }
  if (flags.epochs) {
    config.set("epochs", std::to_string(*flags.epochs));
  }
  if (!flags.sampler.empty()) {
    config.set("sampler", flags.sampler);
  }
  if (flags.batch_size) {
    config.set("batch_size", std::to_string(*flags.batch_size));
  }
  if (flags.runs) {
    config.set("runs", std::to_string(*flags.runs));
  }
  config.seed = flags.seed.value_or(config.seed);
  config.model = config.model.empty() ? TrainJob{}.model : config.model;
  return config;
}

std::vector<std::uint64_t> seeds_of(const RunConfig& config) {
  const auto runs = static_cast<std::uint64_t>(config.runs);
  require(config.seed <= std::numeric_limits<std::uint64_t>::max() - (runs - 1), "--seed: ", config.seed, " and ",
          config.runs, " runs pass the largest seed, 18446744073709551615");
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i < runs; ++i) {
    seeds.push_back(config.seed + i);
  }
  return seeds;
}

TrainReport train_with_progress(const Dataset& dataset, const TrainJob& job, bool quiet, FoldCurves& curves) {
  ProgressBar bar(quiet);
  const GentleStop gentle;
  bool told = false;
  const TrainObserver observer{
      .on_epoch =
          [&](const EpochRecord& epoch) {
            curves.add(epoch.run, epoch.epoch, epoch.val);
            const std::string stage = stage_text(epoch);
            bar.show(stage, epoch.epoch + 1, epoch.num_epochs, epoch_text(epoch));
            if (bar.wants_log_line()) {
              say(quiet, concat(stage, ": epoch ", epoch.epoch + 1, " of ", epoch.num_epochs, ", ", epoch_text(epoch)));
            }
          },
      .should_stop =
          [&] {
            if (stop_requested() && !told) {
              told = true;
              bar.clear();
              say(quiet, "stopping after this epoch; interrupt again to stop at once");
            }
            return stop_requested();
          }};
  return is_generator_model(job.model) ? train_generator(dataset, job, observer) : train(dataset, job, observer);
}

/// How a run that stopped early is taken up again.
std::string way_on(const TrainFlags& flags) {
  return flags.output.empty() ? "nothing was saved, because no run folder was given with -o"
                              : "saved. To go on: weft train -o " + flags.output + " --resume";
}

/// Whether the job trains on samples of one graph, although it names no sampler.
bool wants_suited_sampler(const TrainFlags& flags, const RunConfig& config) {
  return flags.batch_size && std::ranges::none_of(config.options, [](const auto& o) { return o.first == "sampler"; });
}

struct Run {
  const TrainFlags& flags;
  RunConfig config;
  ReadOptions read;
  Options options;
  std::filesystem::path data;
  const RunFolder* folder;
};

void run_training(Run run, const Stopwatch& since_start) {
  const TrainFlags& flags = run.flags;
  LoadedDataset loaded = load_dataset(run.data, flags, run.read);
  if (run.config.task == name_of(Task::link_prediction)) {
    loaded.dataset.task = Task::link_prediction;
  }
  const bool is_links = loaded.dataset.task == Task::link_prediction;
  if (is_links) {
    // What is read again must not depend on the dataset.
    run.config.task = name_of(Task::link_prediction);
  }
  choose_folds(run.config, loaded.dataset);
  if (loaded.dataset.task == Task::generation && flags.model.empty() && run.config.options.empty()) {
    run.config.model = kGeneratorModel;
  }
  if (wants_suited_sampler(flags, run.config) && !loaded.dataset.has_many_graphs() && !is_links) {
    run.config.set("sampler", std::string(suited_sampler(run.config.model, options_of(run.config, LabelBudget::few))));
  }
  run.options =
      options_of(run.config, is_links ? LabelBudget::links
                                      : label_budget(loaded.dataset, *loaded.dataset.find_split(run.config.splits[0])));
  TrainJob job;
  job.model = run.config.model;
  job.options = run.options;
  job.splits = run.config.splits;
  job.seeds = seeds_of(run.config);
  job.max_minutes = flags.max_minutes;
  if (flags.estimate) {
    require(!is_generator_model(job.model), "--estimate: ", job.model,
            " makes graphs, and what that takes depends on the graphs; expected a model of nodes or graphs");
    const ReadOptions read = flags.memory_limit.empty() ? ReadOptions{} : run.read;
    return show_estimate(estimate_job(std::move(loaded.dataset), read_dataset_size(run.data), job, read), flags.json);
  }
  if (run.folder != nullptr) {
    job.folder = run.folder->path();
    job.resume = flags.resume && std::filesystem::exists(run.folder->checkpoint());
    if (flags.resume && !job.resume) {
      say(flags.quiet, "there is no checkpoint to go on from; starting from the beginning");
    }
    RunConfig saved = run.config;
    saved.dataset = std::filesystem::absolute(run.data).string();
    writing([&] { write_file_atomically(run.folder->config(), run_config_text(saved, run.options)); });
  }
  FoldCurves curves;
  if (job.resume) {
    curves.read(run.folder->metrics());
  }
  TrainReport report;
  writing([&] { report = train_with_progress(loaded.dataset, job, flags.quiet, curves); });
  if (report.interrupted && stop_requested()) {
    throw Interrupted("interrupted; " + way_on(flags));
  }
  if (protocol_of(run.config.protocol) == Protocol::gin) {
    curves.read_at_common_epoch(report);
  }
  if (run.folder != nullptr) {
    writing([&] { write_run_report(*run.folder, loaded.dataset, run.config, run.options, report); });
  }
  const Json json = result_json(report, run.config, loaded.dataset, loaded.seconds, since_start.seconds());
  flags.json ? print_json(json) : print(result_text(report, json));
  if (report.interrupted) {
    say(flags.quiet, concat("stopped after --max-minutes ", flags.max_minutes, "; ", way_on(flags)));
  }
  if (run.folder != nullptr) {
    say(flags.quiet, "wrote " + run.folder->path().string() + ": model.h5, report.html, metrics.jsonl, config.toml");
  }
}

/// Decides what of the dataset is read into memory, and sets what follows from it for the job.
ReadOptions fit_into_memory(const TrainFlags& flags, const std::filesystem::path& data, RunConfig& config) {
  if (flags.memory_limit.empty()) {
    // An estimate needs no features.
    return {.leaves_features = flags.estimate};
  }
  const std::int64_t limit = bytes_of(flags.memory_limit);
  const DatasetSize size = size_of(data, flags);
  require(
      size.task != Task::link_prediction && config.task != name_of(Task::link_prediction),
      "--memory-limit: link_prediction reads the whole graph and all features in every step, and what that takes is "
      "not known beforehand; expected a task about nodes");
  Options options = options_of(config, label_budget(size));
  if (wants_suited_sampler(flags, config)) {
    options.set("sampler", std::string(suited_sampler(config.model, options)));
  }
  const MemoryPlan plan = plan_memory(size, options, limit);
  if (plan.inference_rows > 0) {
    config.set("inference_rows", std::to_string(plan.inference_rows));
  }
  say_plan(plan, limit, flags.quiet);
  return plan.read;
}

void train_command(const TrainFlags& flags) {
  const Stopwatch since_start;
  require(!flags.resume || !flags.output.empty(), "--resume: no run folder is named, expected -o RUN");
  RunConfig config = config_of(flags);
  // Wrong keys and values are told before any data is read; the defaults that count follow with the data.
  check_options(config);
  const std::filesystem::path data = dataset_path(config.dataset);
  const ReadOptions what = fit_into_memory(flags, data, config);
  rehearse_dataset(data, flags, what);
  std::optional<RunFolder> folder;
  if (!flags.output.empty()) {
    folder.emplace(flags.output);
    if (flags.resume && std::filesystem::exists(folder->checkpoint())) {
      const auto read_checkpoint = [&] { (void)read_model_file(folder->checkpoint(), kCheckpointFormat); };
      flags.trust ? read_checkpoint() : rehearse(folder->checkpoint(), read_checkpoint);
    }
  }
  with_threads(flags.threads, [&] {
    run_training({.flags = flags,
                  .config = std::move(config),
                  .read = what,
                  .options = {},
                  .data = data,
                  .folder = folder ? &*folder : nullptr},
                 since_start);
  });
}

}  // namespace

Work add_train_command(CLI::App& app) {
  const auto flags = std::make_shared<TrainFlags>();
  CLI::App* command = app.add_subcommand("train", "train a model, over seeds and splits");
  command->add_option("DATA", flags->data, "a dataset file, or the name of one under $WEFT_DATA or the cache");
  command->add_option("-o,--output", flags->output,
                      "a folder for the model, its checkpoint, config, metrics and report");
  command->add_option("--model", flags->model, "the model; `weft models` lists them");
  command
      ->add_option("--task", flags->task,
                   "generation: learn to make such graphs; link_prediction: which nodes are joined; otherwise what the "
                   "dataset is for")
      ->check(CLI::IsMember({"generation", "link_prediction"}));
  command->add_option("--config", flags->config, "a TOML file with any of the options; flags and --set win over it");
  command->add_option("--set", flags->assignments, "key=value: sets an option of training or of the model; repeatable")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--epochs", flags->epochs, "how many times to go over the training part, at most");
  command->add_option(
      "--sampler", flags->sampler,
      "train on samples: neighbor, labor, cluster, ...; `weft models` lists them. With --batch-size alone "
      "the one that suits the model. Links: uniform_negatives or degree_negatives");
  command->add_option("--batch-size", flags->batch_size,
                      "seeds of a step, or nodes where a step reads a subgraph; graphs, where there are many; links");
  command->add_option(
      "--memory-limit", flags->memory_limit,
      "keep to so much memory, as 4G: features and edges may stay in the file, evaluation goes layer by "
      "layer");
  command->add_flag("--estimate", flags->estimate, "tell the memory and time that the job needs, without training");
  command->add_option("--seed", flags->seed, "decides everything that is random")->check(whole_seed());
  command->add_option("--runs", flags->runs, "so many runs, with seeds one apart: mean and deviation");
  command->add_option("--split", flags->splits, "a split, a pattern such as '[0-9]', or all; repeatable: a run each")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      // Otherwise CLI11 takes a pattern in brackets for a list of its own.
      ->allow_extra_args(false);
  command
      ->add_option(
          "--protocol", flags->protocol,
          "graphs, ten folds: fair (each fold's own validation part chooses; what is done where there are folds "
          "strat0 to strat9 and no --split) or gin (the epoch with the best mean test figure, as many papers "
          "report it)")
      ->check(CLI::IsMember({"fair", "gin"}));
  command->add_option("--max-minutes", flags->max_minutes, "stop with a checkpoint after so much time; 0: no limit")
      ->check(CLI::Range(0.0, 1e6));
  command->add_flag("--resume", flags->resume, "go on from the checkpoint in -o, with its config");
  add_shared_flags(*command, *flags,
                   "An interrupted run (Ctrl-C) finishes its epoch and saves; a second Ctrl-C stops at once.\n"
                   "Example: weft train cora.h5 --runs 10 -o run --set dropout=0.5");
  return [flags] { train_command(*flags); };
}

}  // namespace weft::cli
