// weft_train: as `weft train` does it.
#include <filesystem>
#include <string>
#include <string_view>

#include "weft/capi/calls.hpp"
#include "weft/capi/files.hpp"
#include "weft/core/options.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/train/checkpoint.hpp"

namespace weft::capi {
namespace {

/// What the command has flags for, beside the keys of a run.
struct Flags {
  bool resume = false, overwrite = false;
  double max_minutes = 0.0;
  std::string memory_limit = {};

  /// False if there is no flag of that name.
  bool set(std::string_view key, std::string_view value) {
    if (key == "resume" || key == "overwrite") {
      const OptionValue parsed = parse_option({.name = key, .fallback = false, .help = ""}, value);
      (key == "resume" ? resume : overwrite) = std::get<bool>(parsed);
    } else if (key == "max_minutes") {
      max_minutes = std::get<double>(parse_option({.name = key, .fallback = 0.0, .help = "", .minimum = 0.0}, value));
    } else if (key == "memory_limit") {
      memory_limit = value;
    } else {
      return false;
    }
    return true;
  }
};

/// A text of the caller's.
std::string text_at(const char* text, std::string_view name) {
  require(text != nullptr && *text != '\0', "weft_train: ", name, " is ", text == nullptr ? "NULL" : "empty");
  return text;
}

/// The folder's own settings come first where a run goes on.
RunConfig config_of(const char* dataset, const char* const* keys, const char* const* values, std::size_t count,
                    const std::filesystem::path& folder) {
  require((keys != nullptr && values != nullptr) || count == 0, "weft_train: keys or values is NULL, expected ", count,
          " of each");
  Flags flags;
  std::vector<std::pair<std::string, std::string>> settings;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string key = text_at(keys[i], concat("keys[", i, "]"));
    require(values[i] != nullptr, "weft_train: values[", i, "], of ", key, ", is NULL");
    require(key != "dataset", "weft_train: the key dataset is an argument of its own");
    if (!flags.set(key, values[i])) {
      settings.emplace_back(key, values[i]);
    }
  }
  require(!flags.resume || !flags.overwrite,
          "weft_train: a run is replaced (overwrite) or gone on with (resume), expected one of the two");
  const RunState state = state_of_run(folder);
  require(flags.resume || flags.overwrite || state == RunState::none || state == RunState::under_way,
          "weft_train: ", folder.string(),
          state == RunState::done ? " holds a finished run" : " holds a run that was stopped",
          ", expected another folder, or the key overwrite to replace it",
          state == RunState::done ? "" : ", or resume to go on with it");
  RunConfig config;
  if (const std::filesystem::path own = RunFiles{folder}.config(); flags.resume && std::filesystem::exists(own)) {
    reading(own.string(), [&] { read_run_config(own, config); });
  }
  for (const auto& [key, value] : settings) {
    config.set(key, value);
  }
  if (dataset != nullptr || config.dataset.empty()) {
    config.dataset = text_at(dataset, "dataset");
  }
  config.folder = folder;
  config.resume = flags.resume;
  config.keeps_former = !flags.overwrite;
  config.max_minutes = flags.max_minutes;
  config.memory_limit = flags.memory_limit;
  return config;
}

/// Decides what is read, and reads it in a child first.
RunPlan rehearsed_plan(const weft_call& call, const RunConfig& config) {
  const std::filesystem::path data = config.dataset, checkpoint = RunFiles{config.folder}.checkpoint();
  if (!config.memory_limit.empty()) {
    rehearsed(call, data, data, [&] { (void)read_dataset_size(data); });
  }
  RunPlan plan = plan_run(config);
  ReadOptions opens = plan.read;
  opens.only_opens = true;
  rehearsed(call, data, data, [&] { (void)read_dataset(data, {}, opens); });
  if (config.resume && std::filesystem::exists(checkpoint)) {
    rehearsed(call, checkpoint, checkpoint, [&] { (void)read_model_file(checkpoint, kCheckpointFormat); });
  }
  return plan;
}

void train(const weft_call& call, const RunConfig& config) {
  TrainingStop stop;
  const auto throw_if_asked = [&] {
    if (stop.is_requested) {
      throw Stopped();
    }
  };
  RunObserver observer;
  observer.on_progress = [&](const Progress&) { throw_if_asked(); };
  observer.should_stop = [&] { return stop.is_requested.load(); };
  observer.give_up = &stop.give_up;
  run_training(call, stop, [&] {
    const RunPlan plan = rehearsed_plan(call, config);
    throw_if_asked();
    bool was_stopped = false;
    with_threads(call.threads, [&] { was_stopped = run(plan, observer).interrupted; });
    if (was_stopped) {
      // A limit of time is a wish of the caller's too, and what it leaves is a whole run.
      throw_if_asked();
    }
  });
}

}  // namespace
}  // namespace weft::capi

weft_status weft_train(const char* dataset, const char* const* keys, const char* const* values, size_t count,
                       const char* folder, const weft_call* call) {
  using namespace weft::capi;
  return status_of([&] {
    const weft_call how = call_of(call);
    const std::filesystem::path run_folder = text_at(folder, "folder");
    train(how, config_of(dataset, keys, values, count, run_folder));
  });
}
