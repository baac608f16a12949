// Training of a graph generator: one call, that goes on from a checkpoint to the bit.
#pragma once

#include <span>
#include <string_view>

#include "weft/train/trainer.hpp"

namespace weft {

/// What the command line calls the model.
inline constexpr std::string_view kGeneratorModel = "sequence";

/// Sizes of the model, training, and what it may be asked for.
[[nodiscard]] std::span<const Option> generation_options();

/// Trains on the training part of one split, for one seed. The metric is "nll": nats for a graph, written in one random
/// code, under the mask; smaller is better, and an upper bound of the graph's own. All figures but those of training
/// are of the moving average of the weights, which is also what is saved. With option budget_minutes the learning rate
/// follows the clock, and the run is not repeatable. Throws ArgumentError for a job it cannot train, NumericError if
/// a loss or gradient is not finite.
[[nodiscard]] TrainReport train_generator(const Dataset& dataset, const TrainJob& job,
                                          const TrainObserver& observer = {});

}  // namespace weft
