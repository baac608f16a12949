// Columns of a table of edges as features of its edges: kinds as in tables of nodes (table_encoder.hpp). Private.
//
// Method: the table is read once more, whole, since the kind of a column is known only when all of its cells are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft {

struct EdgeColumns {
  /// A row for each of the file, [rows, names].
  Tensor rows;
  std::vector<std::string> names;
  /// How they were made of the table.
  std::string encoder;
};

/// Whether columns of the edges become features: those that are named, or those of an encoder.
[[nodiscard]] bool reads_edge_columns(const EdgelistOptions& options);

/// num_rows: how many edges were read of the file. Throws DataError naming line and column if a cell is not of its
/// kind, and ArgumentError if the file cannot be read twice or rows of it were left out.
[[nodiscard]] EdgeColumns read_edge_columns(const EdgelistOptions& options, const EdgeForm& form, std::int64_t num_rows,
                                            std::vector<std::string>& assumed);

/// Features of the edges of the graph, behind the weight, if there is one. places: [edges], the row of each.
void add_edge_columns(const EdgeColumns& columns, std::span<const std::uint32_t> places, Dataset& data);

}  // namespace weft
