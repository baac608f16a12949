// weft datasets: the dataset files that a bare name finds.
#include <CLI/CLI.hpp>

#include <algorithm>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

struct FoundFile {
  std::string name;
  fs::path path;
  std::uintmax_t bytes = 0;
};

/// In the order in which names are looked up; a name found twice counts where it is found first.
std::vector<FoundFile> found_files() {
  std::vector<FoundFile> all;
  for (const fs::path& folder : dataset_folders()) {
    std::vector<FoundFile> here;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code no_size;
      const std::uintmax_t bytes = entry->file_size(no_size);
      const std::string name = entry->path().stem().string();
      const bool known = std::ranges::any_of(all, [&](const FoundFile& file) { return file.name == name; });
      if (entry->path().extension() == ".h5" && !no_size && !known) {
        here.push_back({name, entry->path(), bytes});
      }
    }
    std::ranges::sort(here, {}, &FoundFile::name);
    all.insert(all.end(), here.begin(), here.end());
  }
  return all;
}

}  // namespace

Work add_datasets_command(CLI::App& app) {
  const auto flags = std::make_shared<SharedFlags>();
  CLI::App* command = app.add_subcommand("datasets", "the datasets that a bare name finds");
  command->add_subcommand("list", "the same")->fallthrough();
  add_shared_flags(*command, *flags,
                   "NAME.h5 is looked for in $WEFT_DATA, $WEFT_DATA/h5, then ${XDG_CACHE_HOME:-~/.cache}/weft.\n"
                   "Example: WEFT_DATA=data weft datasets list");
  return [flags] {
    Json all = Json::array();
    std::vector<std::pair<std::string, std::string>> rows;
    for (const FoundFile& file : found_files()) {
      all.push_back({{"name", file.name}, {"path", file.path.string()}, {"bytes", file.bytes}});
      rows.emplace_back(file.name, file.path.string() + ", " + std::to_string(file.bytes) + " bytes");
    }
    if (flags->json) {
      print_json(Json{{"datasets", all}});
      return;
    }
    print(aligned(rows));
    if (rows.empty()) {
      say(flags->quiet, "No dataset found in $WEFT_DATA, $WEFT_DATA/h5 and the cache.");
    }
  };
}

}  // namespace weft::cli
