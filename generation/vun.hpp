// Which generated graphs are valid, unique and novel.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/generation/graph_validity.hpp"
#include "weft/generation/isomorphism.hpp"

namespace weft {

/// Of one generated graph.
struct GraphVerdict {
  bool valid = false;
  /// Not isomorphic to one that was generated before it.
  bool unique = false;
  /// Not isomorphic to one of the training set.
  bool novel = false;
  /// A comparison with another graph gave up (isomorphism.hpp): it counts as equal to that one.
  bool undecided = false;
};

/// One for each generated graph, in order. All graphs are symmetric without self-loops.
[[nodiscard]] std::vector<GraphVerdict> judge_graphs(std::span<const CsrGraph> generated,
                                                     std::span<const CsrGraph> training, GraphKind kind,
                                                     std::int64_t most_steps = kIsomorphismSteps);

}  // namespace weft
