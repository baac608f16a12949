// The weights of a sequence model, as a file holds them.
#pragma once

#include <vector>

#include "weft/generation/sequence_model.hpp"
#include "weft/io/model_file.hpp"

namespace weft {

[[nodiscard]] ParameterList parameters_of(SequenceModel& model);

/// A model's weights under their names, and back. Throws ArgumentError naming the first that does not fit.
[[nodiscard]] std::vector<NamedTensor> sequence_state_of(SequenceModel& model);
void set_sequence_state(SequenceModel& model, const std::vector<NamedTensor>& state);

}  // namespace weft
