// What a run has to beat: the commonest class, and models that are not trained.
#pragma once

#include "weft/io/dataset.hpp"
#include "weft/runs/run.hpp"

namespace weft {

/// Of the split of the best run, which summary names with its metric. Models are passed over, with a sentence, where
/// they would take more than a few seconds or what of the data they read is not in memory.
[[nodiscard]] Floor floor_of(const Dataset& dataset, const RunSummary& summary);

}  // namespace weft
