// Points in many dimensions seen from where they spread most: the first two principal components.
#pragma once

#include <cstdint>

#include "weft/tensor/tensor.hpp"

namespace weft {

struct PrincipalComponents {
  /// [n, 2]: the points, centered, along the two directions of largest variance.
  Tensor points;
  /// The share of the whole variance along each of the two, between 0 and 1; 0 if there is none.
  double share[2] = {0.0, 0.0};
};

/// Signs are fixed: in each direction the coordinate of largest size is positive. Throws ArgumentError if
/// an element is not finite. O(n d^2) time, O(d^2) memory.
[[nodiscard]] PrincipalComponents principal_components(const Tensor& x);

}  // namespace weft
