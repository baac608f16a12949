// What is known of tables from those that an encoder was made of: the encoder, and what its columns were. Private.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/table_encoder.hpp"

namespace weft {

struct KnownTables {
  /// Of EdgelistOptions::encoder or ::like.
  std::optional<TableEncoder> encoder = {};
  /// What is taken for granted, a sentence each.
  std::vector<std::string> assumed = {};
};

/// Reads EdgelistOptions::like, if it is named, and sets columns of `options` that are not said as they were called
/// then, where the tables have them. Throws DataError where `like` has no encoder.
[[nodiscard]] KnownTables known_tables(EdgelistOptions& options);

/// The column that calls nodes in the usual words.
[[nodiscard]] std::optional<std::size_t> usual_id_column(const std::vector<std::string>& header);

}  // namespace weft
