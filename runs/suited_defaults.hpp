// Which of the default model's sets of defaults suits labels that do not go along edges.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/run_config.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

struct SuitedDefaults {
  /// Names and values beside those of the job; empty where the job's own are the best, or nothing was tried.
  std::vector<std::pair<std::string, OptionValue>> options;
  /// What was seen, tried and chosen; empty if nothing was tried.
  std::string said;
};

/// Where labels of the training part agree along edges hardly more often than by chance, it depends on the graph
/// whether a node's neighbors or its own features tell its class, and no figure of the graph says which (Luan et al.,
/// "When do graph neural networks help with node classification?", 2023). So the sets of defaults are tried, each for
/// half of the epochs on the job's first split and seed, and judged by its validation part. Options that the config
/// sets stay as they are. Nothing is tried with another model or task, on samples, or on graphs where it would take
/// minutes. `begin`: called with a sentence before the first is tried. Throws Stopped
/// if the observer asks to end.
[[nodiscard]] SuitedDefaults suited_defaults(const Dataset& dataset, const RunConfig& config, const TrainJob& job,
                                             const TrainObserver& observer,
                                             const std::function<void(const std::string&)>& begin);

}  // namespace weft
