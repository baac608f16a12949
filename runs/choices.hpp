// What a run has chosen for its user, in sentences.
#pragma once

#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/runs/run_config.hpp"
#include "weft/train/task.hpp"

namespace weft {

/// A line for each of split and metric that the config as given leaves open. `chosen`: the same with its splits and
/// protocol. Splits that are no choice, because there is one only, are not told.
[[nodiscard]] std::vector<std::string> choices_for(const RunConfig& given, const RunConfig& chosen,
                                                   const Dataset& dataset, const Task& task);

}  // namespace weft
