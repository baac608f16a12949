#include "weft/io/importers/graph_description.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
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
      {"", {"name", "directed", "regression", "decimal", "missing"}},
      {"edges",
       {"source", "target", "weight", "weights", "time", "time_unit", "relation", "edge_features", "edge_kind",
        "header", "merge", "bipartite", "missing"}},
      {"nodes", {"id", "label", "split", "split_time", "split_group", "drop", "like", "missing"}}};
  return kKeys;
}

class DescriptionReader {
 public:
  DescriptionReader(const fs::path& path, Options options)
      : path_(path), result_{.edges = {}, .options = std::move(options)} {}

  GraphDescription read(const toml::table& root) {
    const std::vector<const toml::table*> edges = tables_of(root, "edges"), nodes = tables_of(root, "nodes");
    const auto names_types = [](const toml::table* table) {
      return std::ranges::any_of(kKeysOfTypes, [&](const char* key) { return table->contains(key); });
    };
    const bool has_types = edges.size() > 1 || nodes.size() > 1 || std::ranges::any_of(edges, names_types) ||
                           std::ranges::any_of(nodes, names_types);
    read_table("", "", root, {"edges", "nodes", has_types ? "like" : "edges"}, result_.options);
    if (edges.empty()) {
      fail("edges", "is missing, expected a table with file = \"EDGES.csv\"");
    }
    if (has_types) {
      read_types(root, edges, nodes);
      return std::move(result_);
    }
    read_table("edges", "edges", *edges.front(), {"file", "kinds"}, result_.options);
    read_kinds("edges", *edges.front(), "edge_kind", result_.options);
    result_.edges = file_of("edges", *edges.front());
    if (!nodes.empty()) {
      read_table("nodes", "nodes", *nodes.front(), {"file", "kinds"}, result_.options);
      result_.options.set("nodes", file_of("nodes", *nodes.front()).string());
      read_kinds("nodes", *nodes.front(), "kind", result_.options);
    }
    return std::move(result_);
  }

 private:
  /// Keys that say that tables are types and relations; type is the same as name.
  static constexpr std::array<const char*, 4> kKeysOfTypes = {"name", "type", "source_type", "target_type"};

  /// One table, several, or none.
  std::vector<const toml::table*> tables_of(const toml::table& root, const char* key) const {
    std::vector<const toml::table*> tables;
    if (const toml::table* table = root[key].as_table()) {
      tables.push_back(table);
    } else if (const toml::array* array = root[key].as_array()) {
      for (const toml::node& node : *array) {
        if (!node.is_table()) {
          fail(key, "is no list of tables");
        }
        tables.push_back(node.as_table());
      }
    } else if (root.contains(key)) {
      fail(key, "is no table");
    }
    return tables;
  }

  void read_types(const toml::table& root, const std::vector<const toml::table*>& edges,
                  const std::vector<const toml::table*>& nodes) {
    if (root.contains("like")) {
      set("like", "like", *root.get("like"), result_.options);
    }
    for (const toml::table* table : nodes) {
      DescribedTable described = described_table("nodes", *table, result_.node_tables);
      const std::string where = concat("nodes.", described.name);
      read_table("nodes", where, *table, {"name", "type", "file", "kinds"}, described.options);
      read_kinds(where, *table, "kind", described.options);
      if (described.file.empty() && table->size() > 1) {
        fail(where + ".file", "is missing, and of nodes that edges alone name there is nothing to say but the name");
      }
      if (table->contains("like")) {
        fail(where + ".like", "is of one type, expected like at the start, of all of them");
      }
      const bool has_split =
          table->contains("split") || table->contains("split_time") || table->contains("split_group");
      if (has_split && !table->contains("label")) {
        fail(where + ".label", "is missing, and a split is of labeled nodes");
      }
      result_.node_tables.push_back(std::move(described));
    }
    require_one_label();
    for (const toml::table* table : edges) {
      DescribedTable described = described_table("edges", *table, result_.edge_tables);
      const std::string where = concat("edges.", described.name);
      for (const auto& [key, type] :
           {std::pair("source_type", &described.source_type), std::pair("target_type", &described.target_type)}) {
        if (table->contains(key)) {
          *type = name_of_type(concat(where, ".", key), *table->get(key));
        }
      }
      read_table("edges", where, *table, {"name", "type", "file", "source_type", "target_type"}, described.options);
      for (const char* key : {"edge_features", "edge_kind"}) {
        if (table->contains(key)) {
          fail(concat(where, ".", key), "is read of one table of edges between nodes of one type");
        }
      }
      if (described.options.flag("bipartite")) {
        fail(where + ".bipartite", "says what types of nodes say (source_type, target_type), expected one of them");
      }
      if (const std::string& merge = described.options.text("merge");
          !result_.edge_tables.empty() && merge != result_.edge_tables.front().options.text("merge")) {
        fail(where + ".merge", concat("is ", merge, ", and that of the first table ",
                                      result_.edge_tables.front().options.text("merge"), ", expected the same"));
      }
      result_.edge_tables.push_back(std::move(described));
    }
  }

  std::string name_of_type(const std::string& where, const toml::node& value) const {
    std::string name = text_of(where, value);
    if (name.empty()) {
      fail(where, "is empty, expected a name");
    }
    return name;
  }

  /// Its name and its file; those before it have other names.
  DescribedTable described_table(const std::string& kind, const toml::table& table,
                                 const std::vector<DescribedTable>& before) const {
    const bool has_name = table.contains("name"), has_type = table.contains("type");
    if (has_name && has_type) {
      fail(kind, "has a table with a name and a type, which are the same, expected one of them");
    }
    DescribedTable described{.options = result_.options};
    if (has_name || has_type) {
      described.name = name_of_type(concat(kind, has_name ? ".name" : ".type"), *table.get(has_name ? "name" : "type"));
    }
    if (table.contains("file") || kind == "edges") {
      described.file = file_of(kind, table);
      // Files may be compressed.
      const std::string file = described.file.filename().string();
      described.name = described.name.empty() ? file.substr(0, file.find('.')) : described.name;
    } else if (described.name.empty()) {
      fail(kind, "has a table with neither a file nor a name");
    }
    if (std::ranges::find(before, described.name, &DescribedTable::name) != before.end()) {
      fail(kind, concat("has two tables called '", described.name, "', expected names that differ (name)"));
    }
    return described;
  }

  void require_one_label() const {
    const DescribedTable* labeled = nullptr;
    for (const DescribedTable& table : result_.node_tables) {
      if (table.options.text("label").empty()) {
        continue;
      }
      if (labeled != nullptr) {
        fail(concat("nodes.", table.name, ".label"),
             concat("is given, and that of '", labeled->name, "' too; expected labels of one type"));
      }
      labeled = &table;
    }
  }

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

  /// The keys of a table that are options; `others` are not.
  void read_table(const std::string& table, const std::string& path, const toml::table& values,
                  const std::vector<std::string>& others, Options& options) const {
    const auto row = std::ranges::find(known_keys(), table, &Keys::table);
    std::vector<std::string> names(row->names.begin(), row->names.end());
    names.insert(names.end(), others.begin(), others.end());
    for (const auto& [key, value] : values) {
      const std::string name(key.str());
      if (std::ranges::find(others, name) != others.end()) {
        continue;
      }
      const std::string where = path.empty() ? name : concat(path, ".", name);
      if (std::ranges::find(names, name) == names.end()) {
        const std::string nearest = nearest_name(name, names);
        fail(where,
             concat("is not known", nearest.empty() ? std::string() : concat("; did you mean '", nearest, "'?")));
      }
      try {
        set(name, where, value, options);
      } catch (const ArgumentError& error) {
        fail(where, error.what());
      }
    }
  }

  void set(const std::string& name, const std::string& where, const toml::node& value, Options& options) const {
    if (name == "like") {
      options.set(name, (path_.parent_path() / text_of(where, value)).string());
    } else if (const toml::array* list = value.as_array(); list != nullptr && (name == "drop" || name == "missing")) {
      std::string words;
      for (const toml::node& word : *list) {
        words += concat(words.empty() ? "" : ",", text_of(where, word));
      }
      options.set(name, words);
    } else if (std::holds_alternative<bool>(options.value(name))) {
      if (!value.is_boolean()) {
        fail(where, "is neither true nor false");
      }
      options.set_value(name, value.value_or(false));
    } else {
      options.set(name, text_of(where, value));
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

  /// `option`: the one of the same meaning.
  void read_kinds(const std::string& path, const toml::table& nodes, const char* option, Options& options) const {
    if (!nodes.contains("kinds")) {
      return;
    }
    const toml::table* kinds = nodes["kinds"].as_table();
    if (kinds == nullptr) {
      fail(path + ".kinds", "is no table, expected { COLUMN = \"category\", … }");
    }
    std::string words;
    for (const auto& [column, kind] : *kinds) {
      words += concat(words.empty() ? "" : ",", std::string(column.str()), "=",
                      text_of(concat(path, ".kinds.", std::string(column.str())), kind));
    }
    options.set(option, words);
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
