// The files that commands read: datasets by path or name, trained models, run folders. Every one is rehearsed in a
// child process first, unless the user trusts it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "weft/cli/commands.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft::cli {

/// $WEFT_DATA, $WEFT_DATA/h5, and the cache; those that the environment names.
[[nodiscard]] std::vector<std::filesystem::path> dataset_folders();

/// ${XDG_CACHE_HOME:-~/.cache}/weft, or nothing where the environment names neither.
[[nodiscard]] std::filesystem::path cache_folder();

/// A path, or a bare name looked for in the folders above. Throws DataError with the nearest name if there is none,
/// with the command that downloads it if it is a public data set, and with the command that makes a dataset of it if it
/// is a file of another kind (foreign_files.hpp).
[[nodiscard]] std::filesystem::path dataset_path(const std::string& path_or_name);

/// The dataset that a run folder says it was trained on. Throws ArgumentError if it does not say, with the command line
/// that names one.
[[nodiscard]] std::string data_of_run(const std::filesystem::path& folder, std::string_view expected);

/// "; did you mean 'NAME'?" of the run folder beside a path where there is nothing whose name is nearest; "" if none
/// is.
[[nodiscard]] std::string nearest_run(const std::filesystem::path& missing);

/// Throws ArgumentError if `output` is a folder, one of the files that are read or one that a run folder is made of.
void require_new_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs);

/// What was read, and how long that took.
struct LoadedDataset {
  Dataset dataset;
  std::filesystem::path path;
  double seconds = 0.0;
};

/// Rehearses the file; called before any thread exists, that is outside with_threads().
void rehearse_dataset(const std::filesystem::path& path, const SharedFlags& flags, const ReadOptions& options = {});
/// Throws DataError that says what is missing where a run has no model yet.
void rehearse_model(const std::filesystem::path& path, const SharedFlags& flags);
/// The sizes that a dataset declares, and a run folder as read_run() reads it.
void rehearse_size(const std::filesystem::path& path, const SharedFlags& flags);
void rehearse_run(const std::filesystem::path& folder, const SharedFlags& flags);

/// Runs `read`, which reads files in formats of others, in a child as long as their size may take; molecules take
/// longest. Throws DataError for a pipe or a device, which could be read only once.
void rehearse_text(const std::filesystem::path& input, FunctionRef<void()> read);

/// Reads what was rehearsed, with a progress bar.
[[nodiscard]] LoadedDataset load_dataset(const std::filesystem::path& path, const SharedFlags& flags,
                                         const ReadOptions& options = {});

/// TrainedModel::plan_reading(), with a line that says what was decided. Starts no thread.
[[nodiscard]] ReadOptions plan_prediction(const std::string& limit, const std::filesystem::path& data,
                                          const SharedFlags& flags, TrainedModel& model);

}  // namespace weft::cli
