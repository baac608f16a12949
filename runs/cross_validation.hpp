// The two protocols of ten-fold cross-validation that papers on small graphs use, by name, because their figures do not
// compare.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/dataset.hpp"

namespace weft {

enum class Protocol {
  /// Xu, Hu, Leskovec, Jegelka, "How powerful are graph neural networks?", 2019: the folds `0` .. `9` without
  /// validation parts; the figure is that of the one epoch at which the mean over the folds' test parts is best.
  /// Nothing is held out for that choice, so the figure flatters; it is there to stand beside the literature's.
  gin,
  /// Errica, Podda, Bacciu, Micheli, "A fair comparison of graph neural networks", 2020: the folds `strat0` ..
  /// `strat9`, each tested once at the epoch that its own validation part chooses.
  fair,
};
/// "gin" or "fair".
[[nodiscard]] std::string_view name_of(Protocol protocol);
[[nodiscard]] std::optional<Protocol> protocol_of(std::string_view name);
/// A sentence on what the protocol's figure is.
[[nodiscard]] std::string_view description_of(Protocol protocol);

/// The folds' names, in order, as far as the dataset has them.
[[nodiscard]] std::vector<std::string> folds_of(const Dataset& dataset, Protocol protocol);

/// gin: makes the test part of each fold its validation part too, so that every epoch is measured on it.
/// Throws ArgumentError if the dataset has no folds for the protocol.
void prepare_folds(Dataset& dataset, Protocol protocol);

struct MeanEpoch {
  std::int64_t epoch = -1;
  double mean = 0.0;
  /// Sample deviation over the folds; 0 for one.
  double deviation = 0.0;
};
/// curves[f][e] is the figure of fold f after epoch e. The first epoch, among those that all folds have, with the best
/// mean; epochs with an undefined figure do not count. epoch -1 if there is none.
[[nodiscard]] MeanEpoch best_mean_epoch(std::span<const std::vector<double>> curves, bool higher_is_better);

}  // namespace weft
