// Whether a model's weights fit in the machine, known before one of them is drawn.
#pragma once

#include <cstdint>
#include <string_view>

#include "weft/core/options.hpp"
#include "weft/layers/model_shape.hpp"

namespace weft {

/// What of a model is held at once.
enum class WeightCopies : std::int64_t {
  /// The weights alone: a model that predicts.
  weights = 1,
  /// Their gradients and the two moments of Adam too.
  training = 4,
};

/// The weights of the model that these options make, without making it. `of_graphs`: the one for whole graphs.
[[nodiscard]] double num_weights(std::string_view model, const ModelShape& shape, const Options& options,
                                 bool of_graphs);

/// Throws ArgumentError, saying how much memory is needed and how much there is, if so many copies of the model's
/// weights do not fit in `limit` bytes; 0: the machine's memory.
void require_memory_for(std::string_view model, const ModelShape& shape, const Options& options, bool of_graphs,
                        WeightCopies copies, std::int64_t limit = 0);

/// The same for a number of weights that is known.
void require_memory_for(std::string_view model, double count, WeightCopies copies, std::int64_t limit = 0);

}  // namespace weft
