#include "weft/io/importers/graph_description.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/error.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

/// Keys of one table of the description, which are options of the same name unless said.
struct Keys {
  std::string_view table;
  std::vector<std::string_view> names;
};
const std::vector<Keys>& known_keys() {
  static const std::vector<Keys> kKeys = {
      {"", {"name", "directed", "regression", "decimal"}},
      {"edges",
       {"source", "target", "weight", "weights", "time", "time_unit", "relation", "header", "merge", "bipartite"}},
      {"nodes", {"id", "label", "split", "split_time", "split_group", "drop", "like", "missing"}}};
  return kKeys;
}

class DescriptionReader {
 public:
  DescriptionReader(const fs::path& path, Options options)
      : path_(path), result_{.edges = {}, .options = std::move(options)} {}

  GraphDescription read(const toml::table& root) {
    read_table("", root, {"edges", "nodes"});
    const toml::table* edges = root["edges"].as_table();
    if (edges == nullptr) {
      fail("edges", "is missing, expected a table with file = \"EDGES.csv\"");
    }
    read_table("edges", *edges, {"file"});
    result_.edges = file_of("edges", *edges);
    if (root.contains("nodes")) {
      const toml::table* nodes = root["nodes"].as_table();
      if (nodes == nullptr) {
        fail("nodes", "is no table");
      }
      read_table("nodes", *nodes, {"file", "kinds"});
      result_.options.set("nodes", file_of("nodes", *nodes).string());
      read_kinds(*nodes);
    }
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& key, const std::string& problem) const {
    throw DataError(path_.string(), key, problem);
  }

  fs::path file_of(const std::string& table, const toml::table& values) const {
    const auto file = values["file"].value<std::string>();
    if (!file || file->empty()) {
      fail(table + ".file", "is missing, expected the name of a file");
    }
    return path_.parent_path() / *file;
  }

  void read_table(const std::string& table, const toml::table& values, const std::vector<std::string>& others) {
    const auto row = std::ranges::find(known_keys(), table, &Keys::table);
    std::vector<std::string> names(row->names.begin(), row->names.end());
    names.insert(names.end(), others.begin(), others.end());
    for (const auto& [key, value] : values) {
      const std::string name(key.str());
      if (std::ranges::find(others, name) != others.end()) {
        continue;
      }
      const std::string where = table.empty() ? name : concat(table, ".", name);
      if (std::ranges::find(names, name) == names.end()) {
        const std::string nearest = nearest_name(name, names);
        fail(where,
             concat("is not known", nearest.empty() ? std::string() : concat("; did you mean '", nearest, "'?")));
      }
      try {
        set(name, where, value);
      } catch (const ArgumentError& error) {
        fail(where, error.what());
      }
    }
  }

  void set(const std::string& name, const std::string& where, const toml::node& value) {
    if (name == "like") {
      result_.options.set(name, (path_.parent_path() / text_of(where, value)).string());
    } else if (const toml::array* list = value.as_array(); list != nullptr && (name == "drop" || name == "missing")) {
      std::string words;
      for (const toml::node& word : *list) {
        words += concat(words.empty() ? "" : ",", text_of(where, word));
      }
      result_.options.set(name, words);
    } else if (std::holds_alternative<bool>(result_.options.value(name))) {
      if (!value.is_boolean()) {
        fail(where, "is neither true nor false");
      }
      result_.options.set_value(name, value.value_or(false));
    } else {
      result_.options.set(name, text_of(where, value));
    }
  }

  /// Columns are named, or numbered from 1.
  std::string text_of(const std::string& where, const toml::node& value) const {
    if (value.is_string()) {
      return value.value_or(std::string());
    }
    if (value.is_integer()) {
      return std::to_string(value.value_or(std::int64_t{0}));
    }
    fail(where, "is neither a text nor a whole number");
  }

  void read_kinds(const toml::table& nodes) {
    if (!nodes.contains("kinds")) {
      return;
    }
    const toml::table* kinds = nodes["kinds"].as_table();
    if (kinds == nullptr) {
      fail("nodes.kinds", "is no table, expected { COLUMN = \"category\", … }");
    }
    std::string words;
    for (const auto& [column, kind] : *kinds) {
      words += concat(words.empty() ? "" : ",", std::string(column.str()), "=",
                      text_of(concat("nodes.kinds.", std::string(column.str())), kind));
    }
    result_.options.set("kind", words);
  }

  const fs::path& path_;
  GraphDescription result_;
};

}  // namespace

GraphDescription read_graph_description(const std::filesystem::path& path, Options options) {
  std::ifstream file(path);
  if (!file) {
    throw DataError(path.string(), "", "cannot be opened");
  }
  constexpr std::streamsize kMostBytes = 1 << 20;
  std::string text(static_cast<std::size_t>(kMostBytes) + 1, '\0');
  file.read(text.data(), kMostBytes + 1);
  if (file.gcount() > kMostBytes) {
    throw DataError(path.string(), "", "is longer than a description of a graph can be, 1 MiB");
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  try {
    return DescriptionReader(path, std::move(options)).read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    throw DataError(path.string(), "",
                    concat("line ", error.source().begin.line, ": ", std::string(error.description())));
  }
}

}  // namespace weft
