#include "weft/cli/input_files.hpp"

#include <algorithm>
#include <cstdlib>

#include "weft/cli/console.hpp"
#include "weft/cli/foreign_files.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/io/dataset_lookup.hpp"
#include "weft/io/importers/public_datasets.hpp"
#include "weft/io/isolation.hpp"
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

/// Of the files in some folders.
std::vector<std::string> dataset_names(const std::vector<std::filesystem::path>& folders) {
  std::vector<std::string> names;
  for (const std::filesystem::path& folder : folders) {
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      if (at->path().extension() == ".h5") {
        names.push_back(at->path().stem().string());
      }
    }
  }
  std::ranges::sort(names);
  return names;
}

/// What a bare name that finds no file stands for: a public data set that is spelled in another way ("Cora",
/// "ogbn-arxiv") and is here. Throws DataError with the command that downloads it, or with the nearest name of all.
std::filesystem::path named_otherwise(const std::string& name, const std::vector<std::filesystem::path>& folders,
                                      const DataError& error) {
  const std::string_view stem = std::string_view(name).substr(0, name.size() - (name.ends_with(".h5") ? 3 : 0));
  if (const PublicDataset* set = find_public_dataset(stem); set != nullptr) {
    for (const std::filesystem::path& folder : folders) {
      std::error_code missing;
      const std::filesystem::path file = folder / concat(set->name, ".h5");
      if (std::filesystem::is_regular_file(file, missing)) {
        return file;
      }
    }
    throw DataError(error.file(), error.object(),
                    concat(error.problem(), "; run `weft datasets get ", set->name, "`, which downloads it"));
  }
  std::vector<std::string> names = dataset_names(folders);
  std::string nearest = nearest_name(name, names);
  if (!nearest.empty()) {
    throw DataError(error.file(), error.object(), concat(error.problem(), "; did you mean '", nearest, "'?"));
  }
  names.clear();
  for (const PublicDataset& set : public_datasets()) {
    names.emplace_back(set.name);
  }
  nearest = nearest_name(name, names);
  if (!nearest.empty()) {
    throw DataError(error.file(), error.object(),
                    concat(error.problem(), "; did you mean the public '", nearest, "'? `weft datasets get ", nearest,
                           "` downloads it"));
  }
  throw error;
}

/// Throws DataError where there is no model, and says what there is.
void require_model(const std::filesystem::path& file_or_folder) {
  const std::string name = file_or_folder.string();
  std::error_code error;
  const auto type = std::filesystem::status(file_or_folder, error).type();
  if (type == std::filesystem::file_type::not_found) {
    throw DataError(
        name, "",
        concat("there is no such file or folder, expected a run folder, which `weft train DATA -o RUN` makes",
               nearest_run(file_or_folder)));
  }
  if (type == std::filesystem::file_type::regular && is_hdf5(file_or_folder)) {
    // A model file begins with a seal.
    throw DataError(
        name, "",
        "is no model but a dataset or another HDF5 file, expected a run folder, which `weft train DATA -o RUN` makes");
  }
  if (type != std::filesystem::file_type::directory ||
      std::filesystem::exists(RunFiles{file_or_folder}.model(), error)) {
    return;
  }
  switch (state_of_run(file_or_folder)) {
    case RunState::under_way:
      throw DataError(name, "",
                      concat("the run is under way and has no model yet: it is written when the ",
                             "training has ended; until then metrics.jsonl says how it goes"));
    case RunState::stopped:
      throw DataError(
          name, "",
          concat("the run was stopped before it had a model; weft train -o ", name, " --resume goes on with it"));
    default:
      throw DataError(name, "",
                      "is a folder without model.h5, expected a run folder, which `weft train DATA -o RUN` makes");
  }
}

}  // namespace

std::vector<std::filesystem::path> dataset_folders() {
  std::vector<std::filesystem::path> folders;
  if (const std::string data = environment("WEFT_DATA"); !data.empty()) {
    folders.emplace_back(data);
    folders.push_back(std::filesystem::path(data) / "h5");
  }
  if (const std::filesystem::path cache = cache_folder(); !cache.empty()) {
    folders.push_back(cache);
  }
  return folders;
}

std::filesystem::path cache_folder() {
  if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) {
    return std::filesystem::path(cache) / "weft";
  }
  const std::string home = environment("HOME");
  return home.empty() ? std::filesystem::path() : std::filesystem::path(home) / ".cache" / "weft";
}

std::filesystem::path dataset_path(const std::string& path_or_name) {
  const std::vector<std::filesystem::path> folders = dataset_folders();
  std::filesystem::path found;
  try {
    found = find_dataset(path_or_name, folders);
  } catch (const DataError& error) {
    if (path_or_name.find('/') != std::string::npos) {
      throw;
    }
    found = named_otherwise(path_or_name, folders, error);
  }
  if (const std::string why = why_no_dataset(found); !why.empty()) {
    throw DataError(found.string(), "", why);
  }
  return found;
}

std::string data_of_run(const std::filesystem::path& folder, std::string_view expected) {
  RunConfig config;
  if (const std::filesystem::path own = RunFiles{folder}.config(); std::filesystem::exists(own)) {
    reading(own.string(), [&] { read_run_config(own, config); });
  }
  require(!config.dataset.empty(), folder.string(), " does not say which data it was trained on, expected ", expected);
  return config.dataset;
}

std::string nearest_run(const std::filesystem::path& missing) {
  constexpr std::size_t kMostLookedAt = 10'000;
  // Of "run/" the name is before the slash.
  const std::filesystem::path path = missing.has_filename() ? missing : missing.parent_path();
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::vector<std::string> names;
  std::error_code error, unreadable;
  std::filesystem::directory_iterator entry(folder, error);
  for (std::size_t seen = 0; !error && entry != std::filesystem::directory_iterator() && seen < kMostLookedAt; ++seen) {
    if (std::filesystem::exists(RunFiles{entry->path()}.model(), unreadable)) {
      names.push_back(entry->path().filename().string());
    }
    entry.increment(error);
  }
  // Folders come in any order.
  std::ranges::sort(names);
  const std::string nearest = nearest_name(path.filename().string(), names);
  return nearest.empty()
             ? ""
             : concat("; did you mean '",
                      (path.has_parent_path() ? path.parent_path() / nearest : std::filesystem::path(nearest)).string(),
                      "'?");
}

void require_new_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs) {
  std::error_code error;
  require(output != "-", "-o -: an HDF5 file is no text for standard output, expected a file");
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
  require_model(path);
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
