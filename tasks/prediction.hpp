// What is asked of a trained model, and what it answers.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/tensor.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Which outputs somebody will read: what is not wanted need not be computed.
struct Wanted {
  /// The nodes or graphs, each once; empty: all.
  std::span<const std::int64_t> rows = {};
  /// Whether the states that the head reads are wanted too, for these rows.
  bool embedding = true;
};

struct Prediction {
  /// [rows, outputs]: of classes, of labels each for itself, or where the model's outputs are values or states those.
  /// Rows that are not wanted may hold anything.
  Tensor probabilities;
  /// [wanted, hidden], in their order; empty where it was not asked for.
  Tensor embedding;
  /// [rows, outputs], before softmax: what metrics rank by, so that figures agree with those of training.
  Tensor logits;
};

}  // namespace weft
#pragma GCC visibility pop
