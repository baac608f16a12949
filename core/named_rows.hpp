// Tables whose rows begin with an `info` that has a name: what can be chosen by name on the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"

namespace weft {

/// The row of that name. Throws ArgumentError "there is no WHAT 'NAME'", with the nearest name, or with all of them if
/// none is near.
template <class Row>
[[nodiscard]] const Row& row_named(const std::vector<Row>& rows, std::string_view what, std::string_view name) {
  std::vector<std::string> names;
  for (const Row& row : rows) {
    if (row.info.name == name) {
      return row;
    }
    names.emplace_back(row.info.name);
  }
  std::string all;
  for (const std::string& one : names) {
    all += (all.empty() ? "; expected one of " : ", ") + one;
  }
  throw unknown_name(what, name, names, all);
}

template <class Row>
[[nodiscard]] auto infos_of(const std::vector<Row>& rows) {
  std::vector<decltype(Row::info)> infos;
  for (const Row& row : rows) {
    infos.push_back(row.info);
  }
  return infos;
}

}  // namespace weft
