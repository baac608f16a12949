#include "weft/cli/kept_run.hpp"

#include <string>
#include <system_error>

#include "weft/cli/console.hpp"
#include "weft/core/error.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/train/trainer.hpp"

namespace weft::cli {
namespace {

constexpr const char* kFolderOfRuns = "weft-runs";

/// As a name of a folder that needs no quotes.
std::string plain(std::string text) {
  for (char& c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                          c == '-' || c == '.' || (c & 0x80) != 0;
    c = is_plain ? c : '_';
  }
  constexpr std::size_t kLongest = 60;
  return text.empty() || text.front() == '.' ? "data" : text.substr(0, kLongest);
}

std::string name_of_run(const RunConfig& config) {
  const std::string task_model = config.task.empty() ? "" : std::string(task_info(config.task).model);
  const std::string model = !config.model.empty() ? config.model : !task_model.empty() ? task_model : TrainJob{}.model;
  return plain(std::filesystem::path(config.dataset).stem().string()) + "-" + plain(model);
}

}  // namespace

void require_run_to_go_on_with(const TrainFlags& flags) {
  if (!flags.resume || flags.output.empty() || state_of_run(flags.output) != RunState::none) {
    return;
  }
  require(!flags.data.empty() || !flags.config.empty(), "--resume: there is no run to go on with in '", flags.output,
          "', expected the folder of one, or what to train on");
  say(flags.quiet, concat("nothing to go on with in ", flags.output, ": a run begins there"));
}

void require_folder_is_free(const TrainFlags& flags) {
  if (flags.output.empty() || flags.resume || flags.overwrite || flags.estimate) {
    return;
  }
  const RunState state = state_of_run(flags.output);
  require(state != RunState::done, "-o: ", flags.output,
          " holds a finished run, expected another folder, or --overwrite to replace it");
  require(state != RunState::stopped, "-o: ", flags.output,
          " holds a run that was stopped, expected --resume to go on with it, or --overwrite to replace it");
}

std::filesystem::path KeptRun::claim(const RunConfig& config) {
  const std::filesystem::path all = kFolderOfRuns;
  std::error_code error;
  std::filesystem::create_directories(all, error);
  constexpr int kMost = 1'000'000;
  for (int n = 1; !error && n < kMost; ++n) {
    const std::filesystem::path path = all / concat(name_of_run(config), "-", n);
    // Made by this process or not at all: others may look for a name too.
    if (std::filesystem::create_directory(path, error)) {
      path_ = path;
      return path;
    }
  }
  problem_ = concat(kFolderOfRuns, " cannot be made here", error ? ": " + error.message() : "");
  return {};
}

KeptRun::~KeptRun() {
  const RunFiles files{path_};
  std::error_code error;
  if (path_.empty() || std::filesystem::exists(files.config(), error)) {
    return;
  }
  std::filesystem::remove(files.lock(), error);
  // Neither goes where it is not empty.
  std::filesystem::remove(path_, error);
  std::filesystem::remove(kFolderOfRuns, error);
}

}  // namespace weft::cli
