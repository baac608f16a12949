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

/// The splits of the dataset that `wanted` means: names, patterns or "all"; empty: "public" if there is
/// one of that name, otherwise the first. Throws ArgumentError if a word matches none.
[[nodiscard]] std::vector<std::string> matching_splits(const Dataset& dataset, const std::vector<std::string>& wanted);
/// The same for splits of links, where one is always there.
[[nodiscard]] std::vector<std::string> matching_link_splits(const Dataset& dataset,
                                                            const std::vector<std::string>& wanted);

/// Class c as the dataset, then the model, names it; its number if neither does.
[[nodiscard]] std::vector<std::string> class_names_for(std::int64_t num_classes, const std::vector<std::string>& names);

}  // namespace weft::cli
