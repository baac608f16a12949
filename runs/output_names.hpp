// What the outputs of a trained model are called, wherever they are shown.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "weft/runs/trained_model.hpp"

namespace weft {

/// One for each output: the model's own names, or else of classes those of the data that are predicted, or else
/// numbers. A generator has none.
[[nodiscard]] std::vector<std::string> output_names(const TrainedModel& model,
                                                    const std::vector<std::string>& class_names_of_data = {});

}  // namespace weft
