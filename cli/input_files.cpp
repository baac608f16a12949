#include "weft/cli/input_files.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "weft/cli/isolation.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/core/error.hpp"
#include "weft/io/dataset_lookup.hpp"
#include "weft/tasks/link_split.hpp"

namespace weft::cli {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Those of `names` that `wanted` means.
std::vector<std::string> matching_names(const std::string& dataset, const std::vector<std::string>& names,
                                        const std::vector<std::string>& wanted) {
  const auto is_name = [&](const std::string& word) { return std::ranges::find(names, word) != names.end(); };
  if (wanted.empty()) {
    return {is_name("public") ? "public" : names.front()};
  }
  std::vector<std::string> result;
  for (const std::string& word : wanted) {
    bool matched = false;
    for (const std::string& name : names) {
      const bool matches = is_name(word)   ? name == word
                           : word == "all" ? true
                                           : fnmatch(word.c_str(), name.c_str(), 0) == 0;
      if (matches && std::ranges::find(result, name) == result.end()) {
        result.push_back(name);
      }
      matched = matched || matches;
    }
    std::string known;
    for (const std::string& name : names) {
      known += (known.empty() ? "" : ", ") + name;
    }
    require(matched, "--split: '", word, "' matches no split of ", dataset, ", expected one of ", known);
  }
  return result;
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

void require_new_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs) {
  std::error_code error;
  require(!std::filesystem::is_directory(output, error), "-o: ", output.string(), " is a folder, expected a file");
  for (const std::filesystem::path& input : inputs) {
    require(!std::filesystem::equivalent(output, input, error), "-o: ", output.string(),
            " is a file that is read, expected another one");
  }
}

void rehearse_dataset(const std::filesystem::path& path, const SharedFlags& flags, const ReadOptions& options) {
  if (!flags.trust) {
    ReadOptions opens = options;
    opens.only_opens = true;
    rehearse(path, [&] { (void)read_dataset(path, {}, opens); });
  }
}

void rehearse_model(const std::filesystem::path& path, const SharedFlags& flags) {
  if (!flags.trust) {
    rehearse(path, [&] { (void)Predictor::load(path); });
  }
}

LoadedDataset load_dataset(const std::filesystem::path& path, const SharedFlags& flags, const ReadOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  ProgressBar bar(flags.quiet);
  LoadedDataset loaded{.dataset = read_dataset(
                           path, [&](const Progress& p) { bar.show(p.stage, p.done, p.total, p.detail); }, options),
                       .path = path};
  if (loaded.dataset.name.empty()) {
    loaded.dataset.name = path.stem().string();
  }
  loaded.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return loaded;
}

std::vector<std::string> matching_splits(const Dataset& dataset, const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  for (const Split& split : dataset.splits) {
    names.push_back(split.name);
  }
  require(!names.empty(), dataset.name, ": the dataset has no split, expected /split/NAME/{train,val,test}");
  return matching_names(dataset.name, names, wanted);
}

std::vector<std::string> matching_link_splits(const Dataset& dataset, const std::vector<std::string>& wanted) {
  return matching_names(dataset.name, link_split_names(dataset), wanted);
}

std::vector<std::string> class_names_for(std::int64_t num_classes, const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (std::int64_t c = 0; c < num_classes; ++c) {
    const auto i = static_cast<std::size_t>(c);
    result.push_back(i < names.size() && !names[i].empty() ? names[i] : std::to_string(c));
  }
  return result;
}

}  // namespace weft::cli
