// What becomes of a row of text whose values are wrong: it ends the import, or is left out and told.
#pragma once

#include <functional>
#include <string>

#include "weft/core/error.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Called with what is wrong, file and line named, for each row left out. Empty: such a row ends the import. Text that
/// is damaged as such (not UTF-8, a quote without end, broken compression) ends it in any case.
using OnBadRow = std::function<void(const std::string& problem)>;

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
#pragma GCC visibility pop
