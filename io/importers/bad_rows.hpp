// Rows of text whose values are wrong: each ends the import, or is left out and told.
#pragma once

#include "weft/core/error.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {

/// Runs `read_row`, which must leave nothing behind where it throws DataError.
template <class ReadRow>
void read_or_skip(const OnBadRow& on_bad_row, const ReadRow& read_row) {
  try {
    read_row();
  } catch (const DataError& error) {
    if (!on_bad_row) {
      throw;
    }
    on_bad_row(error.what());
  }
}

}  // namespace weft
