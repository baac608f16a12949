// A model card in Markdown: what a trained model is, what it reads and answers, how it was judged and what it is not
// for.
#pragma once

#include <string>

#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft {

/// run: as read_run() gives it. Figures that nobody knows are left out; names of others' making stay text.
[[nodiscard]] std::string model_card(const TrainedModel& model, const RunSummary& run);

}  // namespace weft
