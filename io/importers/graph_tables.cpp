#include "weft/io/importers/graph_tables.hpp"

#include <algorithm>

#include "weft/core/error.hpp"

namespace weft {

void GraphTables::pass_over(std::string_view what, std::size_t offset) {
  const auto found = std::ranges::find(passed_over_, what, &PassedOver::what);
  if (found != passed_over_.end()) {
    ++found->count;
    return;
  }
  passed_over_.push_back({std::string(what), 1, offset});
}

std::vector<std::string> GraphTables::passed_over() const {
  std::vector<std::string> sentences;
  for (const PassedOver& one : passed_over_) {
    sentences.push_back(concat(one.what, " are not read: there ", one.count == 1 ? "is " : "are ", one.count,
                               one.count == 1 ? ", in " : ", the first in ", file.path().filename().string(), ":",
                               file.line_of(one.first)));
  }
  return sentences;
}

}  // namespace weft
