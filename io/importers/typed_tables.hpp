// Several tables of nodes, a type each, and of edges, a relation each, as one typed graph. Private.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/edgelist_importer.hpp"

namespace weft {

/// A type of nodes. Of the options: `nodes`, which may be empty, so that edges alone name the nodes, and what belongs
/// to it.
struct TypedNodes {
  std::string name;
  EdgelistOptions options;
};

/// A relation. Of the options: `edges` and what belongs to it; a column of relations makes a type of edges of each of
/// its values. The types of the ends may be empty where the header calls columns by them, or where there is one type.
struct TypedEdges {
  std::string name, source_type, target_type;
  EdgelistOptions options;
};

struct TypedTables {
  /// What errors are said of.
  std::filesystem::path description;
  std::string name;
  /// Empty: the types are those of the ends of edges.
  std::vector<TypedNodes> nodes = {};
  std::vector<TypedEdges> edges = {};
  bool directed = false;
  MergeEdges merge = MergeEdges::first;
  /// A dataset or a run made of such tables, whose encoders are used; or empty.
  std::filesystem::path like = {};
};

/// Nodes stand type by type; names may be the same in different types, "TYPE:NAME". Features of each type have columns
/// of their own (type_features.hpp). One type at most has labels, and the splits are of its nodes. Throws DataError
/// naming file, and line or key.
[[nodiscard]] Dataset import_typed_tables(const TypedTables& tables, const ProgressCallback& progress = {});

/// About how much memory that takes, by the sizes of the files.
[[nodiscard]] std::int64_t typed_tables_memory_bytes(const TypedTables& tables);

}  // namespace weft
