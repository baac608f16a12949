// What a run's figures ask for to be said: that it learned nothing, and what to try.
#pragma once

#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/runs/run.hpp"

namespace weft {

/// The class that most rows of a part have, and their share; of no labeled rows a share of 0.
struct MajorityClass {
  std::string name;
  double share = 0.0;
};
[[nodiscard]] MajorityClass majority_class(const Dataset& dataset, const std::vector<std::int64_t>& part);

/// A sentence for each thing that the runs, or most of them, did not do.
[[nodiscard]] std::vector<std::string> remarks_on(const Dataset& dataset, const RunSummary& summary);

}  // namespace weft
