// weft train: one model on one dataset, over seeds and splits.
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
  RunObserver observer = progress.observer();
  bool has_begun = false;
  observer.on_begin = [&, next = observer.on_begin](const Task& task) {
    has_begun = true;
    if (next) {
      next(task);
    }
  };
  try {
    return run(plan, observer);
  } catch (const Stopped&) {
    throw Interrupted(
        has_begun ? "interrupted; the run is whole but for its page, which this writes: weft report " + folder
                  : "interrupted before the training began; nothing was saved, and the same command begins again");
  }
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
