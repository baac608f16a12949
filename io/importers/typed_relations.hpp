// Tables of edges, a relation each, as the edges of one graph with types. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/edgelist_importer.hpp"

namespace weft {

/// A table of edges as it was read. Where it has a column of relations, `names` are its values, and `types` has the
/// place of each edge's among them; else both are empty.
struct RelationTable {
  std::string name;
  EdgeForm form = {};
  /// Whether the user named the column of times, and what they are counted in.
  bool names_time = false;
  std::string unit = {};
  std::vector<std::string> names = {};
  std::vector<Edge> edges = {};
  std::vector<float> weights = {};
  std::vector<std::int64_t> times = {};
  std::vector<std::int32_t> types = {};
};

/// Sets the graph, its types of edges with their names ("RELATION" or "RELATION:VALUE"), weights where some table has
/// them, 1 in others, and times where all have them. What repeats is merged and said. Throws DataError naming the key
/// of the description.
void set_typed_graph(std::vector<RelationTable> relations, std::int64_t num_nodes, MergeEdges merge,
                     const std::filesystem::path& description, Dataset& data);

}  // namespace weft
