// The files that commands read: datasets by path or name, and trained models. Every one is rehearsed in a
// child process first, unless the user trusts it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weft/cli/commands.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft::cli {

/// $WEFT_DATA, $WEFT_DATA/h5, and the cache; those that the environment names.
[[nodiscard]] std::vector<std::filesystem::path> dataset_folders();

/// A path, or a bare name looked for in the folders above.
[[nodiscard]] std::filesystem::path dataset_path(const std::string& path_or_name);

/// Throws ArgumentError if `output` is a folder or one of the files that are read.
void require_new_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs);

/// What was read, and how long that took.
struct LoadedDataset {
  Dataset dataset;
  std::filesystem::path path;
  double seconds = 0.0;
};

/// Rehearses the file; called before any thread exists, that is outside with_threads().
void rehearse_dataset(const std::filesystem::path& path, const SharedFlags& flags, const ReadOptions& options = {});
void rehearse_model(const std::filesystem::path& path, const SharedFlags& flags);

/// Reads what was rehearsed, with a progress bar.
[[nodiscard]] LoadedDataset load_dataset(const std::filesystem::path& path, const SharedFlags& flags,
                                         const ReadOptions& options = {});

/// What of `data` a model reads into memory to predict within `limit`, as "4G", or everything if that is empty; also
/// sets how many nodes the model judges at a time. Starts no thread.
[[nodiscard]] ReadOptions plan_prediction(const std::string& limit, const std::filesystem::path& data,
                                          const SharedFlags& flags, TrainedModel& model);

}  // namespace weft::cli
