#include "weft/cli/json_tables.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/table_encoder.hpp"

namespace weft::cli {
namespace {

/// More cells are not what one asks in a line.
constexpr std::size_t kMostCells = 1 << 22;

/// Every field between quotes, so that nothing in it divides or begins a comment.
std::string field(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    out.append(c == '"' ? 2 : 1, c);
  }
  return out + "\"";
}

std::string cell(const Question& value, const std::string& where) {
  if (value.is_null()) {
    return "";
  }
  require(!value.is_structured(), where, " is ", value.is_array() ? "a list" : "an object",
          ", expected a text, a number, true, false or null");
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  require(text.find('\0') == std::string::npos, where, " holds a NUL");
  return field(text);
}

/// Rows of cells below columns that are found as rows come.
class Table {
 public:
  explicit Table(std::vector<std::string> columns = {}) {
    for (const std::string& column : columns) {
      (void)place(column);
    }
  }

  void begin_row() { rows_.emplace_back(); }
  void put(const std::string& column, std::string text) {
    const std::size_t at = place(column);
    if (rows_.back().size() <= at) {
      rows_.back().resize(at + 1);
    }
    rows_.back()[at] = std::move(text);
  }

  [[nodiscard]] std::string text(bool with_header) const {
    require(columns_.size() <= kMostCells / (rows_.size() + 1), "a table of ", rows_.size(), " rows and ",
            columns_.size(), " columns is too large for one request");
    std::string out;
    if (with_header) {
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        out.append(c == 0 ? "" : "\t").append(field(columns_[c]));
      }
      out += '\n';
    }
    for (const std::vector<std::string>& row : rows_) {
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        // An empty one at the end would be none.
        out.append(c == 0 ? "" : "\t").append(c < row.size() && !row[c].empty() ? row[c] : field(""));
      }
      out += '\n';
    }
    return out;
  }

 private:
  std::size_t place(const std::string& column) {
    const auto [found, is_new] = place_.emplace(column, columns_.size());
    if (is_new) {
      columns_.push_back(column);
    }
    return found->second;
  }

  std::vector<std::string> columns_;
  std::map<std::string, std::size_t> place_;
  std::vector<std::vector<std::string>> rows_;
};

void add_node(const Question& node, const std::string& id, const std::string& where, Table& table) {
  require(node.is_object(), where, " is no object, expected the columns of a node by their names");
  const bool has_own = node.contains(id);
  require(has_own || node.contains("id"), where, " has no '", id, "', which calls the node");
  for (const auto& [key, value] : node.items()) {
    table.put(!has_own && key == "id" ? id : key, cell(value, concat(where, ".", key)));
  }
}

/// A role of a column of edges: what requests call it, and the run.
struct Role {
  std::string_view usual;
  std::string word;
  /// The edges of the run had the column, so that new ones need it.
  bool is_of_run;
};

/// Those that the run reads.
std::vector<Role> roles_of(const EdgelistWords& words) {
  std::vector<Role> roles;
  const auto add = [&](std::string_view usual, const std::string& word) {
    // A run that does not say: usual words.
    roles.push_back({usual, word.empty() ? std::string(usual) : word, !word.empty()});
  };
  add("source", words.source);
  add("target", words.target);
  add("weight", words.weight);
  add("time", words.time);
  add("relation", words.relation);
  std::erase_if(roles, [](const Role& role) { return role.word == "none"; });
  return roles;
}

/// A row with a cell for each role that it has.
using Cells = std::vector<std::optional<std::string>>;

/// Throws ArgumentError unless the edge has what those of the run had.
void require_all(const Cells& cells, std::span<const Role> roles, const std::string& where) {
  for (std::size_t r = 0; r < roles.size(); ++r) {
    require(cells[r] || !roles[r].is_of_run, where, " has no ", roles[r].usual,
            roles[r].word == roles[r].usual ? "" : concat(" ('", roles[r].word, "')"),
            ", which the edges of the run have");
  }
}

/// Columns that are features of the edges, in the words of the run.
std::vector<std::string> feature_columns(const EdgelistWords& words) {
  std::vector<std::string> names;
  if (!words.edge_encoder.empty()) {
    const TableEncoder encoder = parse_encoder(words.edge_encoder, "the encoder of the run");
    for (const ColumnCode& code : encoder.columns()) {
      names.push_back(code.name);
    }
  }
  return names;
}

bool is_role(std::string_view key, std::span<const Role> roles) {
  return std::ranges::any_of(roles, [&](const Role& role) { return role.word == key || role.usual == key; });
}

/// Without what is a feature of the edge.
Question of_roles(Question edge, std::span<const Role> roles) {
  for (auto at = edge.begin(); edge.is_object() && at != edge.end();) {
    at = is_role(at.key(), roles) ? std::next(at) : edge.erase(at);
  }
  return edge;
}

/// What the run reads of an edge besides, all of it, which only an object can say.
void put_features(const Question& edge, std::span<const Role> roles, std::span<const std::string> features,
                  const std::string& where, Table& table) {
  require(edge.is_object() || features.empty(), where,
          " is a list, and the edges of the run have features, expected an object with ",
          features.empty() ? "" : features[0]);
  for (const std::string& name : features) {
    require(edge.contains(name), where, " has no '", name, "', which the edges of the run have; null: missing");
    table.put(name, cell(edge[name], concat(where, ".", name)));
  }
  for (auto at = edge.begin(); !features.empty() && at != edge.end(); ++at) {
    if (!is_role(at.key(), roles) && std::ranges::find(features, at.key()) == features.end()) {
      throw unknown_name(concat(where, ": column"), at.key(),
                         std::vector<std::string>(features.begin(), features.end()));
    }
  }
}

/// What is a feature of the edge.
void put_others(const Question& edge, std::span<const Role> roles, const std::string& where, Table& table) {
  if (!edge.is_object()) {
    return;
  }
  for (const auto& [key, value] : edge.items()) {
    if (!is_role(key, roles)) {
      table.put(key, cell(value, concat(where, ".", key)));
    }
  }
}

Cells cells_of(const Question& edge, std::span<const Role> roles, const std::string& where) {
  Cells cells(roles.size());
  if (edge.is_array()) {
    require(edge.size() >= 2 && edge.size() <= 3, where, " is a list of ", edge.size(),
            ", expected [source, target] or [source, target, weight]");
    for (std::size_t i = 0; i < edge.size(); ++i) {
      const std::string_view usual = i == 0 ? "source" : i == 1 ? "target" : "weight";
      const auto role = std::ranges::find(roles, usual, &Role::usual);
      require(role != roles.end(), where, " has a weight, and the model was trained on edges without");
      cells[static_cast<std::size_t>(role - roles.begin())] = cell(edge[i], concat(where, "[", i, "]"));
    }
    return cells;
  }
  require(edge.is_object(), where, " is neither a list nor an object, expected [source, target]");
  for (const auto& [key, value] : edge.items()) {
    auto role = std::ranges::find(roles, key, &Role::word);
    if (role == roles.end()) {
      role = std::ranges::find(roles, std::string_view(key), &Role::usual);
    }
    if (role == roles.end()) {
      std::vector<std::string> names;
      for (const Role& one : roles) {
        names.push_back(one.word);
      }
      throw unknown_name(concat(where, ": column"), key, names);
    }
    cells[static_cast<std::size_t>(role - roles.begin())] = cell(value, concat(where, ".", key));
  }
  return cells;
}

bool is_number(std::string_view word) {
  return parse_id(word) > 0;
}

void require_list(const Question& list, std::string_view what) {
  require(list.is_array(), what, " is no list");
}

}  // namespace

Question parsed_question(std::string_view text) {
  constexpr int kDeepest = 64;
  int depth = 0;
  bool is_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_text) {
      i += c == '\\' ? 1 : 0;
      is_text = c != '"';
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) {
        return Question(Question::value_t::discarded);
      }
    } else {
      is_text = c == '"';
      depth -= c == ']' || c == '}' ? 1 : 0;
    }
  }
  return Question::parse(text, nullptr, false);
}

std::string node_table(const Question& nodes, const EdgelistWords& words, const std::string& what) {
  require_list(nodes, what);
  const std::string id = words.id.empty() ? "id" : words.id;
  Table table({id});
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    table.begin_row();
    add_node(nodes[i], id, concat(what, "[", i, "]"), table);
  }
  return table.text(true);
}

EdgeTable edge_table(const Question& edges, const EdgelistWords& words) {
  require_list(edges, "edges");
  const std::vector<Role> roles = roles_of(words);
  std::vector<Cells> rows;
  std::vector<bool> is_used;
  for (const Role& role : roles) {
    is_used.push_back(role.is_of_run);
  }
  const std::vector<std::string> features = feature_columns(words);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const std::string where = concat("edges[", i, "]");
    rows.push_back(cells_of(features.empty() ? edges[i] : of_roles(edges[i], roles), roles, where));
    require_all(rows.back(), roles, where);
    for (std::size_t r = 0; r < roles.size(); ++r) {
      is_used[r] = is_used[r] || rows.back()[r].has_value();
    }
  }
  // Where the data had no header, columns have numbers, and are put where these say.
  const bool has_header = !is_number(words.source);
  std::vector<std::string> columns;
  if (!has_header) {
    constexpr std::int64_t kMostColumns = 64;
    std::int64_t width = 0;
    for (const Role& role : roles) {
      width = std::max(width, parse_id(role.word));
    }
    for (const std::string& column : features) {
      width = std::max(width, parse_id(column));
    }
    require(width <= kMostColumns, "the edges of the run had ", width, " columns without names");
    for (std::int64_t c = 1; c <= width; ++c) {
      columns.push_back(std::to_string(c));
    }
  } else {
    for (std::size_t r = 0; r < roles.size(); ++r) {
      if (r < 2 || is_used[r]) {
        columns.push_back(roles[r].word);
      }
    }
    columns.insert(columns.end(), features.begin(), features.end());
  }
  Table table(columns);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    table.begin_row();
    for (std::size_t r = 0; r < roles.size(); ++r) {
      if (is_used[r]) {
        table.put(roles[r].word, rows[i][r].value_or(""));
      }
    }
    put_features(edges[i], roles, features, concat("edges[", i, "]"), table);
  }
  return {table.text(has_header), has_header ? HeaderRow::yes : HeaderRow::no};
}

GraphTables graph_tables(const Question& graphs, const EdgelistWords& words) {
  require_list(graphs, "graphs");
  const std::string graph = words.graph.empty() ? "graph_id" : words.graph, id = words.id.empty() ? "id" : words.id;
  const std::vector<Role> roles = roles_of(words);
  std::vector<std::string> edge_columns = {graph};
  for (const Role& role : roles) {
    if (role.is_of_run || role.usual == "source" || role.usual == "target") {
      edge_columns.push_back(role.word);
    }
  }
  Table of_graphs({graph}), nodes({graph, id}), edges(edge_columns);
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const std::string where = concat("graphs[", g, "]"), name = field(std::to_string(g));
    require(graphs[g].is_object() && graphs[g].contains("nodes"), where,
            " is no object with a list of nodes, expected {\"nodes\": [...], \"edges\": [...]}");
    of_graphs.begin_row();
    of_graphs.put(graph, name);
    const Question& own = graphs[g]["nodes"];
    require_list(own, where + ".nodes");
    for (std::size_t v = 0; v < own.size(); ++v) {
      Question node = own[v];
      if (node.is_object() && !node.contains(id) && !node.contains("id")) {
        node[id] = v;
      }
      nodes.begin_row();
      nodes.put(graph, name);
      add_node(node, id, concat(where, ".nodes[", v, "]"), nodes);
    }
    if (!graphs[g].contains("edges")) {
      continue;
    }
    const Question& links = graphs[g]["edges"];
    require_list(links, where + ".edges");
    for (std::size_t e = 0; e < links.size(); ++e) {
      const std::string at = concat(where, ".edges[", e, "]");
      edges.begin_row();
      edges.put(graph, name);
      put_others(links[e], roles, at, edges);
      const Cells cells = cells_of(of_roles(links[e], roles), roles, at);
      require_all(cells, roles, at);
      for (std::size_t r = 0; r < roles.size(); ++r) {
        if (cells[r]) {
          edges.put(roles[r].word, *cells[r]);
        }
      }
    }
  }
  return {of_graphs.text(true), nodes.text(true), edges.text(true)};
}

Question table_words(const std::string& encoder) {
  const std::optional<EdgelistWords> words = words_in(encoder, "the encoder of the run");
  if (!words) {
    return nullptr;
  }
  Question edges = Question::array();
  for (const Role& role : roles_of(*words)) {
    if (role.is_of_run) {
      edges.push_back(role.word);
    }
  }
  for (std::string& column : feature_columns(*words)) {
    edges.push_back(std::move(column));
  }
  Question said = {{"edges", std::move(edges)}};
  if (words->table == "nodes" || words->table == "features" || words->table == "graphs") {
    Question columns = Question::object();
    const TableEncoder encoded = parse_encoder(encoder, "the encoder of the run");
    for (const ColumnCode& column : encoded.columns()) {
      columns[column.name] = name_of(column.kind);
    }
    said["nodes"] = {{"id", words->id.empty() ? "id" : words->id}, {"columns", std::move(columns)}};
  }
  return said;
}

std::string with_places(std::string text, const std::string& file, const std::string& list, HeaderRow header) {
  const std::int64_t first_line = header == HeaderRow::yes ? 2 : 1;
  for (std::size_t at = text.find(file); at != std::string::npos; at = text.find(file, at + list.size())) {
    constexpr std::string_view kLine = ": line ";
    const std::size_t begin = at + file.size(), digits = begin + kLine.size();
    std::size_t end = begin;
    std::string place;
    if (text.compare(begin, kLine.size(), kLine) == 0) {
      const std::size_t stop = text.find_first_not_of("0123456789", digits);
      const std::int64_t line = parse_id(std::string_view(text).substr(digits, stop - digits));
      if (line >= first_line) {
        place = concat("[", line - first_line, "]");
        end = std::min(stop, text.size());
      }
    }
    text.replace(at, end - at, list + place);
  }
  return text;
}

}  // namespace weft::cli
