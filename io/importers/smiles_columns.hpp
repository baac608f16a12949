// Which columns of a table of molecules are what, as its first row says, and how that is kept with data and models.
// Private.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/io/importers/smiles_importer.hpp"

namespace weft {

struct SmilesColumns {
  /// The first row, where it is a header; otherwise empty.
  std::vector<std::string> header;
  std::size_t smiles = 0;
  std::optional<std::size_t> id, split;
  std::vector<std::size_t> targets;
  /// What was taken for granted, a sentence each.
  std::vector<std::string> assumed;

  /// By the header, or the number from 1.
  [[nodiscard]] std::string name_of(std::size_t column) const;
};

/// What reads a text of the first row.
struct FirstRow {
  const std::vector<std::string_view>& fields;
  /// Whether fields are divided by blanks, as in .smi files.
  bool by_blanks = false;
  FunctionRef<bool(std::string_view)> is_molecule;
  /// Throws a DataError of the first row.
  FunctionRef<void(const std::string&)> fail;
};

[[nodiscard]] SmilesColumns find_smiles_columns(const SmilesOptions& options, const FirstRow& first);

/// JSON with the names of the columns of SMILES and of ids, for Dataset::encoder.
[[nodiscard]] std::string encoder_of(const SmilesColumns& columns);

/// Whether two texts are the same but for the size of letters.
[[nodiscard]] bool equal_words(std::string_view a, std::string_view b);

}  // namespace weft
