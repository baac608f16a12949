#include "weft/cli/input_files.hpp"

#include <cstdlib>

#include "weft/cli/console.hpp"
#include "weft/cli/isolation.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/core/error.hpp"
#include "weft/io/dataset_lookup.hpp"
#include "weft/runs/run_config.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/runs/run_report.hpp"
#include "weft/train/checkpoint.hpp"

namespace weft::cli {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Limits on the child that reads the input. Molecules take longest; compressed text comes to many times its length.
ReadLimits text_limits(const std::filesystem::path& input) {
  namespace fs = std::filesystem;
  constexpr double kSecondsAMegabyte = 30.0, kLeastSeconds = 20.0;
  std::error_code error;
  double megabytes = 0.0;
  if (fs::is_directory(input, error)) {
    for (fs::directory_iterator at(input, error), end; !error && at != end; at.increment(error)) {
      std::error_code unreadable;
      const std::uintmax_t bytes = at->is_regular_file(unreadable) ? at->file_size(unreadable) : 0;
      megabytes += unreadable ? 0.0 : static_cast<double>(bytes) / 1e6;
    }
  } else if (const std::uintmax_t bytes = fs::file_size(input, error); !error) {
    megabytes = static_cast<double>(bytes) / 1e6;
  }
  const double seconds = kLeastSeconds + kSecondsAMegabyte * megabytes;
  return {.cpu_seconds = seconds, .wall_seconds = 4.0 * seconds};
}

}  // namespace

std::vector<std::filesystem::path> dataset_folders() {
  std::vector<std::filesystem::path> folders;
  if (const std::string data = environment("WEFT_DATA"); !data.empty()) {
    folders.emplace_back(data);
    folders.push_back(std::filesystem::path(data) / "h5");
  }
  if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) {
    folders.push_back(std::filesystem::path(cache) / "weft");
  } else if (const std::string home = environment("HOME"); !home.empty()) {
    folders.push_back(std::filesystem::path(home) / ".cache" / "weft");
  }
  return folders;
}

std::filesystem::path dataset_path(const std::string& path_or_name) {
  return find_dataset(path_or_name, dataset_folders());
}

std::string data_of_run(const std::filesystem::path& folder, std::string_view expected) {
  RunConfig config;
  if (const std::filesystem::path own = RunFiles{folder}.config(); std::filesystem::exists(own)) {
    reading(own.string(), [&] { read_run_config(own, config); });
  }
  require(!config.dataset.empty(), folder.string(), " does not say which data it was trained on, expected ", expected);
  return config.dataset;
}

void require_new_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs) {
  std::error_code error;
  require(!std::filesystem::is_directory(output, error), "-o: ", output.string(), " is a folder, expected a file");
  for (const std::filesystem::path& input : inputs) {
    require(!std::filesystem::equivalent(output, input, error), "-o: ", output.string(),
            " is a file that is read, expected another one");
  }
  require(!is_file_of_run(output), "-o: ", output.string(),
          " is one of the files that a run folder is made of, expected another one");
}

void rehearse_text(const std::filesystem::path& input, FunctionRef<void()> read) {
  std::error_code error;
  const auto kind = std::filesystem::status(input, error).type();
  if (kind == std::filesystem::file_type::fifo || kind == std::filesystem::file_type::character ||
      kind == std::filesystem::file_type::socket || kind == std::filesystem::file_type::block) {
    throw DataError(input.string(), "",
                    "is a pipe or a device, which can be read only once, but a child process reads the input first; "
                    "expected a file, or --trust");
  }
  rehearse(input, read, text_limits(input));
}

void rehearse_dataset(const std::filesystem::path& path, const SharedFlags& flags, const ReadOptions& options) {
  if (!flags.trust) {
    ReadOptions opens = options;
    opens.only_opens = true;
    rehearse(path, [&] { (void)read_dataset(path, {}, opens); });
  }
}

void rehearse_size(const std::filesystem::path& path, const SharedFlags& flags) {
  if (!flags.trust) {
    rehearse(path, [&] { (void)read_dataset_size(path); });
  }
}

void rehearse_model(const std::filesystem::path& path, const SharedFlags& flags) {
  if (!flags.trust) {
    rehearse(
        path, [&] { (void)TrainedModel::load(path); }, limits_for(model_file_in(path)));
  }
}

void rehearse_run(const std::filesystem::path& folder, const SharedFlags& flags) {
  if (!flags.trust) {
    const RunFiles files{folder};
    // A checkpoint holds more than a model.
    const bool has_checkpoint = std::filesystem::exists(files.checkpoint());
    rehearse(
        folder, [&] { (void)read_run(folder); }, limits_for(has_checkpoint ? files.checkpoint() : files.model()));
  }
}

LoadedDataset load_dataset(const std::filesystem::path& path, const SharedFlags& flags, const ReadOptions& options) {
  const Stopwatch watch;
  ProgressBar bar(flags.quiet);
  LoadedDataset loaded{.dataset = read_dataset(
                           path, [&](const Progress& p) { bar.show(p.stage, p.done, p.total, p.detail); }, options),
                       .path = path};
  if (loaded.dataset.name.empty()) {
    loaded.dataset.name = path.stem().string();
  }
  loaded.seconds = watch.seconds();
  return loaded;
}

ReadOptions plan_prediction(const std::string& limit, const std::filesystem::path& data, const SharedFlags& flags,
                            TrainedModel& model) {
  if (!limit.empty()) {
    rehearse_size(data, flags);
  }
  return model.plan_reading(data, limit, [&](const std::string& text) { say(flags.quiet, text); });
}

}  // namespace weft::cli
