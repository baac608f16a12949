// How an edge list was read: which columns are what, and what was made of the edges. It is kept in Dataset::encoder, so
// that new tables of the same kind are read alike without anything being said again. Private.
#pragma once

#include <optional>
#include <string>

#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/edgelist_tables.hpp"

namespace weft {

struct EdgelistWords {
  /// What told of the nodes: "nodes", a table of any columns, "features", one of numbers, or nothing; "types", several
  /// tables of nodes; "graphs", tables of many graphs.
  std::string table = {};
  /// Columns by their names, or their numbers from 1 where there was no header; "none": not read.
  std::string id = {}, label = {}, source = {}, target = {}, weight = {}, time = {}, relation = {};
  std::string time_unit = {};
  MergeEdges merge = MergeEdges::first;
  bool directed = false, bipartite = false, regression = false;
  /// Of tables of many graphs: the column that calls the graph.
  std::string graph = {};
  /// How columns of the edges became features of them, or empty.
  std::string edge_encoder = {};
};

/// Of edges and tables that were read.
[[nodiscard]] EdgelistWords words_of(const EdgelistOptions& options, const EdgeForm& form,
                                     const EdgelistTables& tables);

/// The encoder with the words, as JSON text; of no table of nodes one without columns.
[[nodiscard]] std::string with_words(const std::string& encoder, const EdgelistWords& words);
/// Nothing if the text holds none: data were made in another way, or by an earlier Weft. Throws DataError naming
/// `origin` if what it holds makes no sense.
[[nodiscard]] std::optional<EdgelistWords> words_in(const std::string& encoder, const std::string& origin);

/// How to read `edges`, and `table`, of nodes or of features, which may be empty, as the data that the encoder is of.
/// Labels are left alone.
[[nodiscard]] EdgelistOptions options_like(const std::string& encoder, const std::string& origin);

/// What a message says more where a column is missing that the options have from a run: other words are said at import.
[[nodiscard]] std::string hint_of_words(const EdgelistOptions& options);

}  // namespace weft
