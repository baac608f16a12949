// A graph that a generator made, and what is known of how it was made.
#pragma once

#include "weft/molecules/typed_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct SampledGraph {
  TypedGraph graph;
  /// The code came to its end, and every token could stand where it did. Always, under the mask.
  bool is_whole = false;
  /// The sum of the logarithms of the chances with which its tokens were drawn (before temperature and guidance: of
  /// the model's own, under the mask).
  double log_likelihood = 0.0;
};

}  // namespace weft
#pragma GCC visibility pop
