// Nodes, edges and graphs that come as JSON, as the text of tables that importers read: new nodes go the way that
// `weft predict --nodes --edges` takes, and mean the same there.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "weft/io/importers/edgelist_words.hpp"

namespace weft::cli {

/// What is asked. Unlike Json it finds a key fast, however many there are.
using Question = nlohmann::json;

/// A discarded value if the text is no JSON, or lies deeper in itself than any question does: what is read is walked
/// through by calls within calls, which must not exhaust the stack.
[[nodiscard]] Question parsed_question(std::string_view text);

struct EdgeTable {
  std::string text;
  HeaderRow header = HeaderRow::yes;
};

/// Objects, a node each, its columns called as in the data of the run; what calls the node may be called "id" too.
/// Throws ArgumentError naming `what`, the row and the key.
[[nodiscard]] std::string node_table(const Question& nodes, const EdgelistWords& words,
                                     const std::string& what = "nodes");

/// [source, target], [source, target, weight], or objects with the columns of the run, which may be called "source",
/// "target", "weight", "time" and "relation" too.
[[nodiscard]] EdgeTable edge_table(const Question& edges, const EdgelistWords& words);

/// Of graphs {"nodes": [...], "edges": [...]}: three tables in which they are called by their places in the list. Nodes
/// without an id have that of their place.
struct GraphTables {
  std::string graphs, nodes, edges;
};
[[nodiscard]] GraphTables graph_tables(const Question& graphs, const EdgelistWords& words);

/// What questions may say of new things: {"nodes": {"id": "firm", "columns": {"staff": "number"}}, "edges": ["buyer",
/// "seller"]}; null where the run was not trained on tables.
[[nodiscard]] Question table_words(const std::string& encoder);
/// "FILE: line 3: ..." about a table that was made of a list is "LIST[1]: ..." where the table has a header.
[[nodiscard]] std::string with_places(std::string text, const std::string& file, const std::string& list,
                                      HeaderRow header = HeaderRow::yes);

}  // namespace weft::cli
