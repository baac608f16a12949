// Users and the items that they chose, from text: LightGCN's lines, RecBole's .inter files, MovieLens's ratings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {

struct InteractionsOptions {
  /// "user item item ..." a line, or a table with a pair a line: user, item and maybe a rating and a time.
  std::filesystem::path input = {};
  /// Links of the same form that are held back for validation and for the test; empty: drawn by the training.
  std::filesystem::path val = {}, test = {};
  /// lines, pairs, or empty: as the file looks.
  std::string form = {};
  /// Columns of pairs, by name or by number from 1; otherwise as a header calls them, or in this order.
  std::string user = {}, item = {}, rating = {}, time = {};
  std::string name = {};
  OnBadRow on_bad_row = {};
  HeaderRow header = HeaderRow::automatic;
  /// Of ratings; those that are said to be missing are 1.
  CellForm cells = {};
  /// names: users and items are those that are named. numbers: they are numbers from 0 on, and those that are in no row
  /// are nodes too. Empty: numbers in lines that count from 0 and leave few out, as LightGCN's do, else names.
  std::string ids = {};
};

/// Users first, then items, as nodes of two types with names "user:NAME" and "item:NAME", which may be called alike in
/// the file. Ratings become weights of edges, times edge_time; of repeated pairs the first counts. Undirected; the task
/// is link_prediction. Throws DataError naming file and line.
[[nodiscard]] Dataset import_interactions(const InteractionsOptions& options, const ProgressCallback& progress = {});

}  // namespace weft
