// Features of a typed graph: each type of nodes has columns of its own, and all nodes read one matrix. A linear map of
// it is a map for each type.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/tensor/features.hpp"

namespace weft {

/// What the file has of one type of nodes: rows in the order of that type's nodes; none, dense or sparse.
struct TypeFeatures {
  std::string name;
  Features x;
  /// One for each column, or none: then they are numbered.
  std::vector<std::string> columns;
};

/// A row for each node: a column of 0 and 1 for each type, "node_type=NAME", then the columns of each type,
/// "NAME:COLUMN", 0 for nodes of other types. Dense where that takes less memory.
struct JoinedFeatures {
  Features x;
  std::vector<std::string> columns;
};
/// types[t] is what node_type calls t. Throws ArgumentError naming the type whose rows are not as many as its nodes,
/// whose features are categories, or that a node has and `types` does not.
[[nodiscard]] JoinedFeatures joined_features(std::span<const std::int32_t> node_type,
                                             const std::vector<TypeFeatures>& types);

}  // namespace weft
