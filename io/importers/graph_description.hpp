// A graph of tables described in a TOML file: what `weft import edgelist` is told by flags. Private.
//
//   name = "firms"                    # also: directed, regression
//   [edges]
//   file = "trade.csv"                # beside the description; also: source, target, weight, weights, time,
//   time = "day"                      # time_unit, relation, merge, bipartite
//   [nodes]
//   file = "firms.csv"                # also: id, split, split_time, split_group, drop, like
//   label = "sector"
//   kinds = { city = "category" }
#pragma once

#include <filesystem>

#include "weft/core/options.hpp"

namespace weft {

struct GraphDescription {
  std::filesystem::path edges;
  /// Of the format edgelist.
  Options options;
};

/// `options`: those of edgelist, which the description sets. Throws DataError naming the file and the key that is not
/// known, or whose value is of another kind.
[[nodiscard]] GraphDescription read_graph_description(const std::filesystem::path& path, Options options);

}  // namespace weft
