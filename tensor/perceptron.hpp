// Two linear maps with an activation between them, as one operation: the network that GIN, GINE and the second half of
// a transformer's block put after every sum.
#pragma once

#include "weft/tensor/activation.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

/// x weight + bias: weight [k, p], bias [1, p].
struct LinearMap {
  Variable weight, bias;
};

/// activation(x first) second: [n, k] -> [n, p]. The same as linear() of linear(), O(n (k h + h p)), and for narrow
/// maps one pass over memory each way. Throws ArgumentError if the shapes do not fit.
[[nodiscard]] Variable perceptron(const Variable& x, const LinearMap& first, const LinearMap& second,
                                  Activation activation);

}  // namespace weft
