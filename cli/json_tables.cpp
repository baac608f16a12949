#include "weft/cli/json_tables.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/io/importers/delimited_text.hpp"

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
        out.append(c == 0 ? "" : "\t").append(c < row.size() ? row[c] : std::string());
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
};

/// Those that the run reads.
std::vector<Role> roles_of(const EdgelistWords& words) {
  std::vector<Role> roles = {{"source", words.source},
                             {"target", words.target},
                             {"weight", words.weight},
                             {"time", words.time},
                             {"relation", words.relation}};
  for (Role& role : roles) {
    // A run that does not say: usual words.
    role.word = role.word.empty() ? std::string(role.usual) : role.word;
  }
  std::erase_if(roles, [](const Role& role) { return role.word == "none"; });
  return roles;
}

/// A row with a cell for each role that it has.
using Cells = std::vector<std::optional<std::string>>;

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
  std::vector<bool> is_used(roles.size(), false);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    rows.push_back(cells_of(edges[i], roles, concat("edges[", i, "]")));
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
    require(width <= kMostColumns, "the edges of the run had ", width, " columns without names");
    for (std::int64_t c = 1; c <= width; ++c) {
      columns.push_back(std::to_string(c));
    }
  } else {
    columns = {roles[0].word, roles[1].word};
  }
  Table table(columns);
  for (const Cells& row : rows) {
    table.begin_row();
    for (std::size_t r = 0; r < roles.size(); ++r) {
      if (is_used[r]) {
        table.put(roles[r].word, row[r].value_or(""));
      }
    }
  }
  return {table.text(has_header), has_header ? HeaderRow::yes : HeaderRow::no};
}

GraphTables graph_tables(const Question& graphs, const EdgelistWords& words) {
  require_list(graphs, "graphs");
  const std::string graph = words.graph.empty() ? "graph_id" : words.graph, id = words.id.empty() ? "id" : words.id;
  const std::vector<Role> roles = roles_of(words);
  Table of_graphs({graph}), nodes({graph, id}), edges({graph, roles[0].word, roles[1].word});
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
      if (links[e].is_object()) {
        for (const auto& [key, value] : links[e].items()) {
          const auto role = std::ranges::find(roles, std::string_view(key), &Role::usual);
          edges.put(role == roles.end() ? key : role->word, cell(value, concat(at, ".", key)));
        }
        continue;
      }
      const Cells cells = cells_of(links[e], roles, at);
      for (std::size_t r = 0; r < roles.size(); ++r) {
        if (cells[r]) {
          edges.put(roles[r].word, *cells[r]);
        }
      }
    }
  }
  return {of_graphs.text(true), nodes.text(true), edges.text(true)};
}

}  // namespace weft::cli
