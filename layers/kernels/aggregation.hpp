// Message passing without parameters: what a node reads is the sum, the mean or the symmetrically
// normalized sum of its sources' states. O(m d) time; nothing of size m d or of a weight per edge is stored. Edges of a
// block that was drawn from a larger graph count their weights (BlockOrigin).
#pragma once

#include <span>

#include "weft/graph/message_block.hpp"
#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// y_v = sum of x_u over the edges u -> v. x [num_inputs, d] gives y [num_outputs, d].
[[nodiscard]] Variable aggregate_sum(const MessageBlock& block, const Variable& x);

/// y_v = mean of x_u over the edges u -> v, weighted by the edges' weights, 0 where v has none. x [num_inputs, d] gives
/// y [num_outputs, d].
[[nodiscard]] Variable aggregate_mean(const MessageBlock& block, const Variable& x);

/// The symmetric normalization of graph convolution (Kipf and Welling 2017, section 2):
/// S (A + I) S with S = diag(1 / sqrt(degree)), where v's degree is the number of edges into v, its loop
/// included. A loop that the graph has already is not added again. In a directed graph both sides use
/// the degree of edges in, so the matrix is S_v A_vu S_u. A block that was drawn from a larger graph uses the degrees
/// there, if it knows them, and edges count their weights: its rows are estimates of that graph's.
///
/// Cheap to make: the numbers are kept with the block.
class GcnNorm {
 public:
  /// Throws ArgumentError if the block has inputs that are not outputs and knows no degrees of theirs.
  explicit GcnNorm(const MessageBlock& block);

  /// 1 / sqrt(degree), [inputs]
  [[nodiscard]] std::span<const float> scale() const { return numbers_->scale; }
  /// What v's own state is multiplied with before the row's scale, beside what its loop counts among the edges:
  /// scale()[v] where the loop is implied, 0 where the graph has it. On a sample, where an edge may count more or less
  /// than once, what makes the loop count once, drawn or not; [n].
  [[nodiscard]] std::span<const float> self_weight() const { return numbers_->self_weight; }
  [[nodiscard]] const MessageBlock& block() const { return block_; }

 private:
  struct Numbers {
    Buffer<float> scale, self_weight;
  };
  [[nodiscard]] static Numbers numbers_of(const MessageBlock& block);

  MessageBlock block_;
  const Numbers* numbers_;
};

/// y = S (A + I) S x, see GcnNorm. x [inputs, d], y [outputs, d].
[[nodiscard]] Variable aggregate_gcn(const GcnNorm& norm, const Variable& x);

/// y = D^-1/2 A D^-1/2 x with D the edges into each node, loops only where the graph has them; a node without edges in
/// reads and is read as 0. In a directed graph both sides use the degree of edges in. x and y [n, d].
[[nodiscard]] Variable aggregate_normalized(const MessageBlock& block, const Variable& x);

}  // namespace weft
#pragma GCC visibility pop
