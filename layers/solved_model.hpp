// Models that are solved for, not trained: their numbers are statistics, set once from the labels of the training part
// before the loop, which then has nothing to follow and judges them after one epoch as it judges any model. They are
// floors, by which it is seen what training adds.
#pragma once

#include <cstdint>
#include <span>

#include "weft/core/parallel.hpp"
#include "weft/layers/models.hpp"

namespace weft {

class SolvedModel : public NodeModel {
 public:
  /// What there is to solve by.
  struct Given {
    const MessageBlock& block;
    const NodeInput& input;
    /// Ascending, and [nodes, outputs]: 1 for the class of a node and 0 for the others, or yes-or-no labels, NaN where
    /// one is not known.
    std::span<const std::int64_t> nodes;
    const Tensor& targets;
    bool are_classes = true;
    /// How good logits of all nodes are on the validation part, higher is better; NaN: there is none, and what is usual
    /// is taken.
    FunctionRef<double(const Tensor&)> figure;
    /// The same, lower is better, of how sure they are of what is right.
    FunctionRef<double(const Tensor&)> loss;
  };
  /// Throws ArgumentError, which names the model, if it cannot be solved for.
  virtual void solve(const Given& given) = 0;
};

}  // namespace weft
