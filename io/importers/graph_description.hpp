// A graph of tables described in a TOML file: what `weft import edgelist` is told by flags. Private.
//
//   name = "firms"                    # also: directed, regression, decimal, missing
//   [edges]
//   file = "trade.csv"                # beside the description; also: source, target, weight, weights, time,
//   time = "day"                      # time_unit, relation, merge, bipartite, header
//   [nodes]
//   file = "firms.csv"                # also: id, split, split_time, split_group, drop, like, missing
//   label = "sector"
//   kinds = { city = "category" }
//
// Several tables, [[edges]] and [[nodes]], are a relation and a type of nodes each (typed_tables.hpp), called by
// `name`, otherwise as their files; edges say the types that they join by source_type and target_type. `like` stands at
// the start then.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weft/core/options.hpp"

namespace weft {

struct DescribedTable {
  std::string name = {};
  /// Of nodes maybe none.
  std::filesystem::path file = {};
  /// Of edges.
  std::string source_type = {}, target_type = {};
  /// Of the format edgelist, without files.
  Options options = {};
};

struct GraphDescription {
  std::filesystem::path edges;
  /// Of the format edgelist.
  Options options;
  /// Of several tables; otherwise empty.
  std::vector<DescribedTable> edge_tables = {}, node_tables = {};
};

/// `options`: those of edgelist, which the description sets. Throws DataError naming the file and the key that is not
/// known, or whose value is of another kind.
[[nodiscard]] GraphDescription read_graph_description(const std::filesystem::path& path, Options options);

}  // namespace weft
