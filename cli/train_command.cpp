// weft train: one model on one dataset, over seeds and splits.
//
// What decides the run comes, later ones winning, from: the model's defaults, --config (or, with --resume, the folder's
// own config.toml), --set, and the flags of their own.
#include <CLI/CLI.hpp>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/kept_run.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/cli/train_flags.hpp"
#include "weft/cli/train_output.hpp"
#include "weft/core/error.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/io/isolation.hpp"
#include "weft/runs/model_tasks.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/train/checkpoint.hpp"

namespace weft::cli {
namespace {

/// The run that the command line asks for.
RunConfig config_of(const TrainFlags& flags) {
  RunConfig config;
  const std::filesystem::path own = RunFiles{flags.output}.config();
  if (!flags.config.empty()) {
    read_run_config(flags.config, config);
  } else if (flags.resume && std::filesystem::exists(own)) {
    reading(own.string(), [&] { read_run_config(own, config); });
  }
  const auto set = [&](const char* key, const auto& value) {
    if constexpr (requires { value.has_value(); }) {
      if (value) {
        config.set(key, std::to_string(*value));
      }
    } else if (!value.empty()) {
      config.set(key, value);
    }
  };
  if (!flags.task.empty() && flags.task != config.task && is_model_of_one_task(config.model)) {
    config.model.clear();
  }
  for (const std::string& assignment : flags.assignments) {
    require(flags.data.empty() || !assignment.starts_with("dataset="), "--set ", assignment,
            ": the dataset is named on the command line already, ", flags.data);
    config.set(assignment);
  }
  set("model", flags.model);
  set("task", flags.task);
  set("dataset", flags.data);
  require(!config.dataset.empty() || !flags.resume, "weft train: the run in '", flags.output,
          "' does not say what it was trained on, and no dataset is named");
  require(!config.dataset.empty(), "weft train: no dataset is named, on the command line or in --config");
  config.dataset = dataset_path(config.dataset).string();
  if (!flags.output.empty()) {
    const RunFiles run{flags.output};
    for (const auto& file : {run.config(), run.model(), run.checkpoint(), run.metrics(), run.report()}) {
      std::error_code error;
      require(!std::filesystem::equivalent(file, config.dataset, error),
              "-o: the run would be written over its dataset, ", config.dataset, "; expected another folder");
    }
  }
  config.splits = flags.splits.empty() ? config.splits : flags.splits;
  set("protocol", flags.protocol);
  set("epochs", flags.epochs);
  set("sampler", flags.sampler);
  set("batch_size", flags.batch_size);
  set("users", flags.users);
  set("runs", flags.runs);
  set("seed", flags.seed);
  config.folder = flags.output;
  config.resume = flags.resume;
  config.keeps_former = !flags.overwrite;
  config.memory_limit = flags.memory_limit;
  config.on_samples = flags.batch_size.has_value();
  config.max_minutes = flags.max_minutes;
  return config;
}

/// Decides what is read, and reads it in a child first, unless the user trusts the files. Starts no thread.
RunPlan rehearsed_plan(const TrainFlags& flags, const RunConfig& config, const RunObserver& observer) {
  const std::filesystem::path data = config.dataset, checkpoint = RunFiles{flags.output}.checkpoint();
  if (!config.memory_limit.empty() || suits_some_tasks(config.model)) {
    rehearse_size(data, flags);
  }
  RunPlan plan = plan_run(config, observer);
  rehearse_dataset(data, flags, plan.read);
  if (!flags.trust && flags.resume && std::filesystem::exists(checkpoint)) {
    rehearse(checkpoint, [&] { (void)read_model_file(checkpoint, kCheckpointFormat); });
  }
  return plan;
}

RunSummary summary_of(const RunPlan& plan, TrainProgress& progress, const std::string& folder) {
  try {
    return run(plan, progress.observer());
  } catch (const Stopped&) {
    throw Interrupted("interrupted; the run is whole but for its page, which this writes: weft report " + folder);
  }
}

void require_flags_agree(const TrainFlags& flags) {
  require(!flags.resume || !flags.output.empty(), "--resume: no run folder is named, expected -o RUN");
  require(!flags.overwrite || !flags.output.empty(), "--overwrite: no run folder is named, expected -o RUN");
  require(!flags.overwrite || !flags.resume, "--overwrite: the run in ", flags.output,
          " is replaced or gone on with (--resume), expected one of the two");
  require(!flags.keeps_nothing || flags.output.empty(), "--no-save: nothing is kept, but -o ", flags.output,
          " says where; expected one of the two");
  require(flags.output != "-", "-o -: a run is a folder, expected -o RUN");
}

/// Gives the run a folder where the user gave none; the sentence that says which.
std::string choose_folder(const TrainFlags& flags, RunPlan& plan, KeptRun& kept) {
  if (!flags.output.empty() || flags.estimate) {
    return "";
  }
  plan.config.folder = flags.keeps_nothing ? std::filesystem::path() : kept.claim(plan.config);
  return !plan.config.folder.empty()
             ? concat("kept in ", plan.config.folder.string(),
                      " (-o RUN: in another folder; --no-save: nothing is kept)")
             : concat("nothing of this run is kept", kept.problem().empty() ? "" : "; " + kept.problem());
}

void train_command(const TrainFlags& flags) {
  const Stopwatch since_start;
  require_flags_agree(flags);
  require_run_to_go_on_with(flags);
  TrainProgress progress(flags.quiet);
  const RunConfig config = config_of(flags);
  require_folder_is_free(flags);
  RunPlan plan = rehearsed_plan(flags, config, progress.observer());
  KeptRun kept;
  progress.open_with(choose_folder(flags, plan, kept));
  const std::string folder = plan.config.folder.string();
  with_threads(flags.threads, [&] {
    if (flags.estimate) {
      const JobEstimate estimate = estimate_run(plan, progress.observer());
      progress.clear();
      return show_estimate(estimate, flags.json);
    }
    const RunSummary summary = summary_of(plan, progress, folder);
    progress.clear();
    const std::string way_on = folder.empty() ? "nothing was saved, as --no-save says or no folder could be made"
                                              : "saved. To go on: weft train -o " + folder + " --resume";
    if (summary.interrupted && stop_requested()) {
      throw Interrupted("interrupted; " + way_on);
    }
    const Json json = result_json(summary, since_start.seconds());
    flags.json ? print_json(json) : print(result_text(summary, json));
    if (summary.interrupted) {
      say(flags.quiet, concat("stopped after --max-minutes ", flags.max_minutes, "; ", way_on));
    }
    if (!folder.empty()) {
      const RunFiles files{folder};
      std::string names;
      for (const auto& file : {files.model(), files.report(), files.metrics(), files.config()}) {
        names += (names.empty() ? "" : ", ") + file.filename().string();
      }
      say(flags.quiet, "wrote " + folder + ": " + names);
    }
  });
}

}  // namespace

Work add_train_command(CLI::App& app) {
  const auto flags = std::make_shared<TrainFlags>();
  CLI::App* command = app.add_subcommand("train", "train a model, over seeds and splits");
  add_train_flags(*command, *flags);
  return [flags] { train_command(*flags); };
}

}  // namespace weft::cli
