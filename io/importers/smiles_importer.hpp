// Sets of molecules from SMILES in CSV, TSV or .smi files, plain or compressed. Needs a Weft built with RDKit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/bad_rows.hpp"

namespace weft {

/// Columns are named by the words of the first row, or by numbers from 1.
struct SmilesOptions {
  std::filesystem::path input = {};
  /// If the first row has no such word there is no header, and the first column counts.
  std::string smiles = "smiles";
  /// What to predict; none: the task is generation.
  std::vector<std::string> targets = {};
  /// graph_classification or graph_regression; none: classification if all targets are 0, 1 or missing.
  std::optional<TaskKind> task = {};
  /// A row that is no molecule, or whose targets are no numbers, ends the import; otherwise it is left out.
  bool strict = false;
  /// Called with what is wrong, file and line named, for each row left out.
  OnBadRow on_skipped = {};
  /// Empty: the file's.
  std::string name = {};
  /// Of the random splits.
  std::uint64_t seed = 0;
};

/// One graph a molecule, its heavy atoms in the order of the SMILES, with the nine atom and three bond columns of
/// the Open Graph Benchmark as categories. One target of a classification may be any text; several are 0 or 1.
/// Splits: scaffold (by Bemis-Murcko scaffolds, large groups first, 80/10/10) and rand0 .. rand2 (80/10/10).
/// Throws DataError naming file and line, or ArgumentError if Weft was built without RDKit.
[[nodiscard]] Dataset import_smiles(const SmilesOptions& options, const ProgressCallback& progress = {});

}  // namespace weft
