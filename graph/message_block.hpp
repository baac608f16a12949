// One hop of message passing: what a sampler writes and a layer reads. The whole graph is the block in
// which every node reads and is read.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// Immutable; copies share everything. Outputs are the rows 0 .. num_outputs; the first num_outputs
/// inputs are the outputs themselves, so that a layer finds a node's own state at its own row.
class MessageBlock {
 public:
  MessageBlock() : MessageBlock(CsrGraph{}) {}
  /// One graph, or `graph` made of several laid end to end: graph g owns the outputs
  /// segments[g] .. segments[g + 1] (empty: one graph). Throws ArgumentError if segments do not start at
  /// 0, fall, or do not end at the number of nodes.
  explicit MessageBlock(CsrGraph graph, std::vector<std::int64_t> segments = {});

  [[nodiscard]] std::int64_t num_outputs() const { return graph_.num_nodes(); }
  [[nodiscard]] std::int64_t num_inputs() const { return graph_.num_sources(); }
  [[nodiscard]] EdgeId num_edges() const { return graph_.num_edges(); }
  [[nodiscard]] const CsrGraph& graph() const { return graph_; }
  [[nodiscard]] std::span<const EdgeId> offsets() const { return graph_.offsets(); }
  [[nodiscard]] std::span<const NodeId> sources() const { return graph_.sources(); }
  /// [num_graphs + 1]
  [[nodiscard]] std::span<const std::int64_t> segments() const { return shared_->segments; }
  [[nodiscard]] std::int64_t num_graphs() const { return static_cast<std::int64_t>(shared_->segments.size()) - 1; }

  /// Who reads each input: what gradients flow along. Built at the first call and kept.
  [[nodiscard]] const ReversedGraph& reversed() const;

  /// The same block where every output also reads itself, for layers that attend to a node's own state.
  /// Built at the first call and kept.
  [[nodiscard]] const MessageBlock& with_self_loops() const;

  /// What the symmetric normalization of graph convolution multiplies with. With v's degree counting the edges into v
  /// and its loop, once, whether the graph has it or not:
  struct GcnScale {
    /// 1 / sqrt(degree), [n]
    Buffer<float> scale;
    /// scale where the graph lacks the loop, 0 where it has it; [n].
    Buffer<float> self_weight;
  };
  /// Built at the first call and kept.
  [[nodiscard]] const GcnScale& gcn_scale() const;

  /// breadth_first_order of the outputs of each graph. Built at the first call and kept.
  [[nodiscard]] std::span<const NodeId> breadth_first_order() const;

 private:
  struct Shared {
    std::vector<std::int64_t> segments;
    std::once_flag reversed_once, loops_once, order_once, scale_once;
    ReversedGraph reversed;
    std::vector<NodeId> order;
    GcnScale gcn_scale;
    /// Null if the block has all self-loops itself.
    std::unique_ptr<const MessageBlock> looped;
  };
  CsrGraph graph_;
  std::shared_ptr<Shared> shared_;
};

/// Graphs laid end to end, in order: nodes of graph g start at segments()[g].
[[nodiscard]] MessageBlock batch_of(std::span<const CsrGraph> graphs);

}  // namespace weft
