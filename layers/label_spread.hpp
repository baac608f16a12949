// What is known of some nodes carried along edges, and what a model says of all nodes corrected and smoothed by it.
//
// Label propagation: Zhu, Ghahramani, "Learning from labeled and unlabeled data with label propagation", 2002; damped
// and symmetrically normalized: Zhou, Bousquet, Lal, Weston, Schoelkopf, "Learning with local and global consistency",
// 2004, section 2. Correct and Smooth: Huang, He, Singh, Lim, Benson, "Combining label propagation and simple models
// out-performs graph neural networks", 2021, sections 2.2 (errors, scaled by their mean size) and 2.3. O(steps m c)
// time, O(n c) memory.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "weft/core/options.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft {

/// The sum over k < steps of (1 - share) share^k Â^k x, and share^steps Â^steps x: what step after step
/// y = (1 - share) x + share Â y comes to from y = x, with Â = D^-1/2 A D^-1/2 (aggregate_normalized). share in [0, 1),
/// x [n, c].
[[nodiscard]] Tensor propagated(const MessageBlock& block, const Tensor& x, float share, std::int64_t steps);

/// Labels of some nodes of a graph; targets [nodes, c], NaN where one is not known.
struct LabeledNodes {
  std::span<const std::int64_t> nodes;
  const Tensor& targets;
};

/// The mean of the targets around each node, weighted as propagated() weighs them, column by column; a node that no
/// label reaches has the mean over all of them. [n, c]
[[nodiscard]] Tensor propagated_labels(const MessageBlock& block, const LabeledNodes& known, float share,
                                       std::int64_t steps);

/// The logits that probabilities come from: their logarithms, or of labels that do not exclude each other those of the
/// odds.
[[nodiscard]] Tensor logits_of_probabilities(Tensor probabilities, bool are_classes);

/// What is done to what a model says.
enum class SpreadKind {
  /// Nothing.
  none,
  /// Each node's becomes the mean of those around it, where labels that are known stand in for what is said.
  smooth,
  /// Before that, what the model errs by at known nodes is carried to the nodes around, and taken off there.
  correct,
};
template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<SpreadKind> = {"none", "smooth", "correct"};

struct Spread {
  SpreadKind kind = SpreadKind::none;
  /// Of propagated(), for means and for errors.
  float smooth_share = 0.0F, correct_share = 0.0F;
};

/// Probabilities [n, c] with the errors taken off, all between 0 and 1.
[[nodiscard]] Tensor corrected(const MessageBlock& block, Tensor probabilities, const LabeledNodes& known, float share);
/// Probabilities [n, c] as means of those around; rows that sum to 1 do so after.
[[nodiscard]] Tensor smoothed(const MessageBlock& block, Tensor probabilities, const LabeledNodes& known, float share);
/// Both, as `spread` says.
[[nodiscard]] Tensor spread_scores(const MessageBlock& block, Tensor probabilities, const LabeledNodes& known,
                                   const Spread& spread);

}  // namespace weft
