// A second model whose numbers are the exponential moving average of the trained one's: smoother figures for the
// price of one more copy of the weights (Polyak, Juditsky 1992; Tarvainen, Valpola 2017).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "weft/train/model_state.hpp"

namespace weft {

class WeightAverage {
 public:
  /// `twin` is a model like the trained one; its own numbers are overwritten. decay in (0, 1).
  WeightAverage(std::unique_ptr<Model> twin, double decay) : twin_(std::move(twin)), decay_(decay) {}

  /// average <- d average + (1 - d) trained, where d is min(decay, (steps - 1) / (steps + 9)): the weights after the
  /// first step are taken as they are, and early ones, far from where training ends, are forgotten sooner. `steps`
  /// counts from 1. Statistics are taken over as they are: they move slowly by themselves, and some of them count.
  void add(Model& trained, std::int64_t steps);

  [[nodiscard]] Model& model() const { return *twin_; }

 private:
  std::unique_ptr<Model> twin_;
  double decay_;
};

}  // namespace weft
