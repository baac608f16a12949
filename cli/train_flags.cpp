#include "weft/cli/train_flags.hpp"

#include <algorithm>
#include <string_view>

#include <CLI/CLI.hpp>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/core/error.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/train/checkpoint.hpp"
#include "weft/train/trainer.hpp"

namespace weft::cli {
namespace {

/// What --set is most often used for, with the sentences of the library's tables.
std::string most_used_options() {
  std::vector<std::pair<std::string, std::string>> lines;
  const auto add = [&](std::span<const Option> table, std::string_view name) {
    const auto option = std::ranges::find(table, name, &Option::name);
    lines.emplace_back(concat("  ", name), option == table.end() ? std::string() : std::string(option->help));
  };
  for (const std::string_view name : {"learning_rate", "weight_decay", "patience", "eval_every", "metric", "schedule",
                                      "clip", "average", "budget_minutes"}) {
    add(training_options(), name);
  }
  for (const std::string_view name :
       {"hidden", "layers", "dropout", "heads", "norm", "attention", "convolution", "encoding"}) {
    add(model_info(TrainJob{}.model).options, name);
  }
  return concat(
      "Often set (--set NAME=VALUE); `weft options` lists all of training, `weft models NAME` those of a model:\n",
      aligned(lines), "\n");
}

}  // namespace

void add_train_flags(CLI::App& command, TrainFlags& flags) {
  command.add_option("DATA", flags.data, "a dataset file, or the name of one under $WEFT_DATA or the cache");
  command.add_option(
      "-o,--output", flags.output,
      "a folder for the model, its checkpoint, config, metrics and report; without it one in weft-runs/");
  command.add_option("--model", flags.model, "the model: weft, gcn, sage, gat, ...; `weft models` lists them");
  command
      .add_option("--task", flags.task,
                  "generation: learn to make such graphs; link_prediction: which nodes are joined; otherwise what the "
                  "dataset is for")
      ->check(one_of("task", {"generation", "link_prediction"}));
  command.add_option("--config", flags.config, "a TOML file with any of the options; flags and --set win over it");
  command
      .add_option("--set", flags.assignments,
                  "key=value: sets an option of training or of the model, as below; repeatable")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--epochs", flags.epochs, "how many times to go over the training part, at most");
  command.add_option(
      "--sampler", flags.sampler,
      "train on samples: neighbor, labor, cluster, ...; `weft options samplers` lists them. With --batch-size alone "
      "the one that suits the model. Links: uniform_negatives or degree_negatives, "
      "or with samples of neighbors: neighbor or neighbor+degree_negatives");
  command.add_option("--batch-size", flags.batch_size,
                     "seeds of a step, or nodes where a step reads a subgraph; graphs, where there are many; links");
  command.add_option("--users", flags.users,
                     "links between users and items: which nodes the users are, as 0-29857, or type:1 by /node/type");
  command.add_option("--memory-limit", flags.memory_limit,
                     "keep to so much memory, as 4G: features and edges may stay in the file, evaluation goes layer by "
                     "layer");
  command.add_flag("--estimate", flags.estimate, "tell the memory and time that the job needs, without training");
  command.add_option("--seed", flags.seed, "decides everything that is random")->check(whole_seed());
  command.add_option("--runs", flags.runs, "so many runs, with seeds one apart: mean and deviation");
  command.add_option("--split", flags.splits, "a split, several between commas, a pattern such as '[0-9]', or all: a run each")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      // Otherwise CLI11 takes a pattern in brackets for a list of its own.
      ->allow_extra_args(false);
  command
      .add_option(
          "--protocol", flags.protocol,
          "graphs, ten folds: fair (each fold's own validation part chooses; what is done where there are folds "
          "strat0 to strat9 and no --split) or gin (the epoch with the best mean test figure, as many papers "
          "report it)")
      ->check(one_of("protocol", {"fair", "gin"}));
  command
      .add_option("--max-minutes", flags.max_minutes,
                  "stop with a checkpoint after so much time, and judge what was learned until then; 0: no limit")
      ->check(CLI::Range(0.0, 1e6));
  command.add_flag(
      "--resume", flags.resume,
      "go on from the checkpoint in -o, with its config; where -o has none, begin, so that one command can be repeated "
      "until it is done");
  command.add_flag("--overwrite", flags.overwrite, "replace the run that is in -o");
  command.add_flag("--no-save", flags.keeps_nothing, "keep nothing of the run but what is printed");
  add_shared_flags(
      command, flags,
      most_used_options() +
          "An interrupted run (Ctrl-C) saves within a second and says how to go on; a second Ctrl-C stops at once.\n"
          "Example: weft train cora.h5 --runs 10 -o run --set dropout=0.5");
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

}  // namespace weft::cli
