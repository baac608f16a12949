// Knowledge graphs from text: a triple of head, relation and tail a line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {

struct TriplesOptions {
  /// CSV, TSV or blanks; a first line that is one number, as OpenKE writes, is passed over.
  std::filesystem::path input = {};
  /// Triples that are held back for validation and for the test; empty: drawn by the training.
  std::filesystem::path val = {}, test = {};
  /// Columns, by name or by number from 1; otherwise as a header calls them, or head, relation, tail in this order.
  std::string head = {}, relation = {}, tail = {}, time = {};
  HeaderRow header = HeaderRow::automatic;
  /// Both directions of every triple, which then have the same relation.
  bool undirected = false;
  std::string name = {};
  OnBadRow on_bad_row = {};
};

/// Entities are nodes, called as in the file; a triple is the edge head -> tail with its relation as edge_type. The
/// task is link_prediction. A pair of nodes has one relation: of several the first, the others are counted in
/// Dataset::assumed. Throws DataError naming file and line.
[[nodiscard]] Dataset import_triples(const TriplesOptions& options, const ProgressCallback& progress = {});

}  // namespace weft
