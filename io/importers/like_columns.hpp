// What is known of tables from those that an encoder was made of: the encoder, and what its columns were. Private.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/table_encoder.hpp"

namespace weft {

/// What is learned of the data that new ones are to be like.
struct KnownTask {
  TaskKind task = TaskKind::link_prediction;
  std::int64_t num_classes = 0;
  std::vector<std::string> class_names = {};

  /// Data without labels are for what those with them were for.
  void give_to_unlabeled(Dataset& data) const;
};

struct KnownTables {
  /// Of EdgelistOptions::encoder or ::like.
  std::optional<TableEncoder> encoder = {};
  KnownTask task = {};
  /// What is taken for granted, a sentence each.
  std::vector<std::string> assumed = {};
};

/// Reads EdgelistOptions::like, if it is named, and sets columns of `options` that are not said as they were called
/// then, where the tables have them. Throws DataError where `like` has no encoder.
[[nodiscard]] KnownTables known_tables(EdgelistOptions& options);

struct KnownEncoder {
  std::string text;
  KnownTask task = {};
};
/// The encoder of a dataset, or of a run's model, as text, made by an import of this kind ("nodes" of edgelist
/// --nodes), and what is learned there. Throws DataError where there is none; `expected` says of what there is one.
[[nodiscard]] KnownEncoder encoder_like(const std::filesystem::path& path, std::string_view kind,
                                        std::string_view expected);

/// Fields of the first row of a file that can be read again; otherwise, and of no file, empty.
[[nodiscard]] std::vector<std::string> first_row_of(const std::filesystem::path& path, const CellForm& cells);

/// What an encoder was made with, and what is said besides.
[[nodiscard]] CellForm joined_forms(CellForm known, const CellForm& said);

/// The column that calls nodes in the usual words.
[[nodiscard]] std::optional<std::size_t> usual_id_column(const std::vector<std::string>& header);

}  // namespace weft
