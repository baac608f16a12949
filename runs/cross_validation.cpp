#include "weft/runs/cross_validation.hpp"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

constexpr int kFolds = 10;

}  // namespace

std::string_view name_of(Protocol protocol) {
  return protocol == Protocol::gin ? "gin" : "fair";
}

std::optional<Protocol> protocol_of(std::string_view name) {
  return name == "gin" ? std::optional(Protocol::gin) : name == "fair" ? std::optional(Protocol::fair) : std::nullopt;
}

std::string_view description_of(Protocol protocol) {
  return protocol == Protocol::gin
             ? "gin: folds 0 to 9 at the one epoch with the best mean over their test parts; no part is held out for "
               "that choice"
             : "fair: folds strat0 to strat9, each tested at the epoch that its own validation part chooses";
}

std::vector<std::string> folds_of(const Dataset& dataset, Protocol protocol) {
  std::vector<std::string> names;
  for (int fold = 0; fold < kFolds; ++fold) {
    const std::string name = (protocol == Protocol::gin ? "" : "strat") + std::to_string(fold);
    if (dataset.find_split(name) != nullptr) {
      names.push_back(name);
    }
  }
  return names;
}

void prepare_folds(Dataset& dataset, Protocol protocol) {
  const std::vector<std::string> names = folds_of(dataset, protocol);
  require(names.size() == kFolds, "protocol ", name_of(protocol), ": ", dataset.name, " has ", names.size(),
          " of the ten folds, expected splits ", protocol == Protocol::gin ? "0 to 9" : "strat0 to strat9");
  if (protocol == Protocol::gin) {
    for (Split& split : dataset.splits) {
      if (std::ranges::find(names, split.name) != names.end()) {
        split.val = split.test;
      }
    }
  }
}

MeanEpoch best_mean_epoch(std::span<const std::vector<double>> curves, bool higher_is_better) {
  std::size_t num_epochs = curves.empty() ? 0 : curves.front().size();
  for (const std::vector<double>& curve : curves) {
    num_epochs = std::min(num_epochs, curve.size());
  }
  const auto count = static_cast<double>(curves.size());
  MeanEpoch best;
  for (std::size_t e = 0; e < num_epochs; ++e) {
    double sum = 0.0;
    for (const std::vector<double>& curve : curves) {
      sum += curve[e];
    }
    const double mean = sum / count;
    if (std::isnan(mean) || (best.epoch >= 0 && (higher_is_better ? mean <= best.mean : mean >= best.mean))) {
      continue;
    }
    double squares = 0.0;
    for (const std::vector<double>& curve : curves) {
      squares += (curve[e] - mean) * (curve[e] - mean);
    }
    best = {static_cast<std::int64_t>(e), mean, count > 1.0 ? std::sqrt(squares / (count - 1.0)) : 0.0};
  }
  return best;
}

}  // namespace weft
