// weft datasets: the dataset files that a bare name finds, and the public sets that can be had by name.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "weft/cli/console.hpp"
#include "weft/cli/import_run.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/public_files.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/io/importers/public_datasets.hpp"
#include "weft/molecules/molecule_reader.hpp"
#include "weft/runs/memory_plan.hpp"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

struct DatasetsFlags : SharedFlags {
  /// Of `list`, may be empty, and of `get`.
  std::string listed, wanted;
  std::string mirror;
  bool again = false;
};

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

/// Throws ArgumentError with the nearest name if there is none.
const PublicDataset& public_set(const std::string& name) {
  const PublicDataset* set = find_public_dataset(name);
  if (set == nullptr) {
    std::vector<std::string> names;
    for (const PublicDataset& one : public_datasets()) {
      names.emplace_back(one.name);
    }
    throw unknown_name("public data set", name, names, "`weft datasets` lists them");
  }
  return *set;
}

/// Of all files, or nothing where that is not known of each.
std::optional<std::int64_t> download_bytes(const PublicDataset& set) {
  std::int64_t bytes = 0;
  for (const PublicFile& file : set.files) {
    if (file.bytes == 0) {
      return std::nullopt;
    }
    bytes += file.bytes;
  }
  return bytes;
}

Json json_of(const PublicDataset& set) {
  Json files = Json::array();
  for (const PublicFile& file : set.files) {
    files.push_back({{"name", file_name_of(file)},
                     {"addresses", file.addresses},
                     {"bytes", file.bytes > 0 ? Json(file.bytes) : Json()},
                     {"sha256", file.sha256.empty() ? Json() : Json(file.sha256)}});
  }
  Json options = Json::object();
  for (const auto& [name, value] : set.options) {
    options[std::string(name)] = value;
  }
  return {{"name", set.name},     {"summary", set.summary}, {"task", set.task},   {"license", set.license},
          {"figure", set.figure}, {"format", set.format},   {"options", options}, {"files", files}};
}

void list_one(const PublicDataset& set, const SharedFlags& flags) {
  if (flags.json) {
    print_json(json_of(set));
    return;
  }
  std::vector<std::pair<std::string, std::string>> rows = {
      {"name", std::string(set.name)},        {"what", std::string(set.summary)},
      {"task", std::string(set.task)},        {"license", std::string(set.license)},
      {"published", std::string(set.figure)}, {"importer", std::string(set.format)}};
  for (const auto& [name, value] : set.options) {
    rows.emplace_back(concat("option ", name), value);
  }
  for (const PublicFile& file : set.files) {
    rows.emplace_back(concat("file ", file_name_of(file)),
                      concat(file.bytes > 0 ? concat(file.bytes, " bytes") : "size not known", ", SHA-256 ",
                             file.sha256.empty() ? "not known" : file.sha256));
    for (const std::string& address : file.addresses) {
      rows.emplace_back("", address);
    }
  }
  print(aligned(rows));
}

void list_all(const SharedFlags& flags) {
  const std::vector<FoundFile> found = found_files();
  Json here = Json::array(), rest = Json::array();
  std::vector<std::pair<std::string, std::string>> here_rows, rest_rows;
  for (const FoundFile& file : found) {
    here.push_back({{"name", file.name}, {"path", file.path.string()}, {"bytes", file.bytes}});
    here_rows.emplace_back(file.name, file.path.string() + ", " + std::to_string(file.bytes) + " bytes");
  }
  for (const PublicDataset& set : public_datasets()) {
    rest.push_back(json_of(set));
    if (std::ranges::find(found, set.name, &FoundFile::name) == found.end()) {
      const std::optional<std::int64_t> bytes = download_bytes(set);
      rest_rows.emplace_back(set.name, concat(set.summary, bytes ? concat(" (", bytes_text(*bytes), ")") : ""));
    }
  }
  if (flags.json) {
    print_json(Json{{"datasets", here}, {"public", rest}});
    return;
  }
  print(aligned(here_rows));
  if (here_rows.empty()) {
    say(flags.quiet, "No dataset found in $WEFT_DATA, $WEFT_DATA/h5 and the cache.");
  }
  say(flags.quiet, "Public data sets that `weft datasets get NAME` downloads; `weft datasets list NAME` says more:");
  print(aligned(rest_rows));
}

/// NAME.h5 where a bare name would find it; empty: nowhere.
fs::path present_file(const PublicDataset& set) {
  std::error_code error;
  for (const fs::path& folder : dataset_folders()) {
    fs::path file = folder / concat(set.name, ".h5");
    if (fs::is_regular_file(file, error)) {
      return file;
    }
  }
  return {};
}

bool is_present(const PublicDataset& set, const DatasetsFlags& flags) {
  const fs::path file = flags.again ? fs::path() : present_file(set);
  if (file.empty()) {
    return false;
  }
  say(flags.quiet, concat(set.name, " is there already: ", file.string(), "; --again imports it anew"));
  if (flags.json) {
    print_json(Json{{"dataset", set.name}, {"path", file.string()}, {"was_there", true}, {"license", set.license}});
  }
  return true;
}

/// What is imported, and how.
ImportFlags import_of(const PublicDataset& set, const fs::path& folder, const fs::path& output,
                      const SharedFlags& shared) {
  ImportFlags flags(importer_info(set.format));
  static_cast<SharedFlags&>(flags) = shared;
  flags.input = (set.input.empty() ? folder : folder / set.input).string();
  flags.output = output.string();
  flags.source = set.files.front().addresses.front();
  flags.license = set.license;
  for (std::size_t i = 0; i < flags.values.size(); ++i) {
    const Option& option = flags.importer.options[i];
    if (option.name == "name") {
      flags.values[i] = std::string(set.name);
    }
    for (const auto& [name, value] : set.options) {
      if (name == option.name) {
        const bool is_file = std::ranges::find(flags.importer.files, name) != flags.importer.files.end();
        flags.values[i] = is_file ? (folder / value).string() : parse_option(option, value);
      }
    }
  }
  return flags;
}

void get(const DatasetsFlags& flags) {
  const PublicDataset& set = public_set(flags.wanted);
  if (is_present(set, flags)) {
    return;
  }
  const fs::path cache = cache_folder();
  require(!cache.empty(), "datasets get: there is no cache, expected $XDG_CACHE_HOME or $HOME to name a folder");
  const fs::path folder = cache / "files" / set.name;
  const FolderLock lock(
      folder, [&] { say(flags.quiet, concat("waiting for another `weft datasets get ", set.name, "` to end")); });
  // By whom we waited for.
  if (is_present(set, flags)) {
    return;
  }
  require(set.format != "smiles" || reads_molecules(), "datasets get ", set.name,
          ": molecules are read with RDKit, and this Weft was built without it");
  say(flags.quiet, concat(set.name, ": ", set.summary, "; license: ", set.license));
  std::int64_t fetched = 0;
  {
    const GentleStop gentle;
    fetched = fetch_files(
        set, folder, {.mirror = flags.mirror, .quiet = flags.quiet, .trust = flags.trust, .stops = stop_requested});
  }
  Json result = run_import(import_of(set, folder, cache / concat(set.name, ".h5"), flags));
  say(flags.quiet, concat("published: ", set.figure));
  say(flags.quiet, concat("what was downloaded stays in ", folder.string()));
  if (flags.json) {
    result["was_there"] = false;
    result["fetched_bytes"] = fetched;
    result["license"] = set.license;
    result["figure"] = set.figure;
    print_json(result);
  }
}

}  // namespace

Work add_datasets_command(CLI::App& app) {
  const auto flags = std::make_shared<DatasetsFlags>();
  CLI::App* command =
      app.add_subcommand("datasets", "the datasets that a bare name finds, and public ones to download");
  CLI::App* list = command->add_subcommand("list", "the same, or all about a public one")->fallthrough();
  list->add_option("NAME", flags->listed, "a public data set");
  CLI::App* fetched = command->add_subcommand("get", "download a public data set, once, into the cache")->fallthrough();
  fetched->add_option("NAME", flags->wanted, "its name, as `weft datasets` lists it")->required();
  fetched->add_option(
      "--mirror", flags->mirror,
      "a folder, or an http:// or https:// address, that has the files by their names, instead of where "
      "they are published");
  fetched->add_flag("--again", flags->again,
                    "import it anew although it is there; files that are kept are not fetched");
  list->footer("Example: weft datasets list cora --json");
  fetched->footer(
      "Downloads go on where they broke off, and are compared by SHA-256. --json, --quiet and --trust as\n"
      "`weft datasets --help` says.\n"
      "Example: weft datasets get cora && weft train cora");
  add_shared_flags(*command, *flags,
                   "NAME.h5 is looked for in $WEFT_DATA, $WEFT_DATA/h5, then ${XDG_CACHE_HOME:-~/.cache}/weft.\n"
                   "Example: weft datasets get cora && weft train cora");
  return [flags, fetched] {
    if (fetched->parsed()) {
      get(*flags);
    } else if (!flags->listed.empty()) {
      list_one(public_set(flags->listed), *flags);
    } else {
      list_all(*flags);
    }
  };
}

}  // namespace weft::cli
