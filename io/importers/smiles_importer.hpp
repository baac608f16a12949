// Sets of molecules from SMILES in CSV, TSV or .smi files, plain or compressed. Needs a Weft built with RDKit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/bad_rows.hpp"

namespace weft {

/// Columns are named by the words of the first row, or by numbers from 1.
struct SmilesOptions {
  std::filesystem::path input = {};
  /// The default stands for any one column whose name has SMILES in it, or the first where there is no header.
  std::string smiles = "smiles";
  /// What to predict; none: the task is generation.
  std::vector<std::string> targets = {};
  /// Names of the molecules, Dataset::graph_names; empty: none.
  std::string id = {};
  /// train, val (valid, validation, dev), test, or nothing for each molecule: the split "public".
  std::string split = {};
  /// Where `id` names no column: takes this one if it is there, and with finds_id one whose name is that of ids.
  std::string likely_id = {};
  bool finds_id = false;
  /// Whether to make splits, which new molecules need not have.
  bool splits = true;
  /// graph_classification or graph_regression; none: classification if all targets are 0, 1, true, false, yes, no or
  /// missing.
  std::optional<TaskKind> task = {};
  /// Of cells of the targets.
  CellForm cells = {};
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
/// the Open Graph Benchmark as categories. One target of a classification may be any text; several are yes or no.
/// Bounds (">10000") are no values: a row that has nothing else is left out, others are counted in Dataset::assumed.
/// Splits: public, where a column names it, scaffold (by Bemis-Murcko scaffolds, large groups first, 80/10/10) and
/// rand0 .. rand2 (80/10/10); a part of one that is empty is said in Dataset::assumed. The names of the columns stand
/// in Dataset::encoder. Throws DataError naming file and line, or ArgumentError if Weft was built without RDKit.
[[nodiscard]] Dataset import_smiles(const SmilesOptions& options, const ProgressCallback& progress = {});

/// The same with the number of the row that each molecule comes from, from 0 behind the header.
struct MoleculeTable {
  Dataset dataset;
  std::vector<std::int64_t> rows;
};
[[nodiscard]] MoleculeTable import_molecules(const SmilesOptions& options, const ProgressCallback& progress = {});

/// The columns that a dataset was made of, as its encoder has them; nothing if it is none of molecules.
struct SmilesNames {
  std::string smiles = {}, id = {};
};
[[nodiscard]] std::optional<SmilesNames> smiles_names_of(std::string_view encoder);

}  // namespace weft
