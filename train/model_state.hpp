// A model's numbers as a list, to keep a copy of, to save and to put back.
#pragma once

#include <string>
#include <vector>

#include "weft/io/model_file.hpp"
#include "weft/layers/layer.hpp"

namespace weft {

/// Copies of all parameters and statistics, in the model's order, each under its dotted name.
[[nodiscard]] std::vector<NamedTensor> state_of(Model& model);

/// The reverse. Throws ArgumentError naming the first tensor that is missing or has another shape.
void set_state(Model& model, const std::vector<NamedTensor>& state);

}  // namespace weft
