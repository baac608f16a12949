// One hop of message passing: what a sampler writes and a layer reads. The whole graph is the block in
// which every node reads and is read.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/graph/csr_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// What a block that was drawn from a larger graph has to know of that graph. Numbers that are all 1 count as none.
struct BlockOrigin {
  /// [num_edges] What the message of each edge counts, so that the weighted sum over a row stands for the sum over the
  /// row in the larger graph. Empty: 1.
  Buffer<float> weights = {};
  /// [num_outputs] What every edge of a row counts besides: edges there divided by those drawn, for instance. Means
  /// over a row do not change by it. Empty: 1.
  Buffer<float> row_weights = {};
  /// [num_inputs] The edges into each input in the larger graph, its loop included even where there is none: the
  /// degrees of graph convolution. Empty: those of the block itself.
  Buffer<float> degrees = {};
  /// [num_outputs] How many nodes there each output stands for: how often norms over the nodes count it. Empty: 1.
  Buffer<float> counts = {};
};

/// Orderings of the nodes of each graph, for attention over windows, positions and scans. All depend on how nodes are
/// numbered, the last three only where they break ties.
enum class NodeOrdering {
  /// As they are numbered: the order of a path, a text, the pixels of an image.
  natural,
  /// Neighbors come close together. Starts at the lowest node not yet reached and takes neighbors in the order of their
  /// rows. O(n + m)
  breadth_first,
  /// From few sources to many, equal ones by number: hubs come last and have seen the others. O(n log n)
  degree,
  /// A breadth-first order from one end of each component, turned round, that keeps the two ends of every edge close
  /// (Cuthill, McKee 1969; George 1971). Edges are taken both ways. O(n + m log degree)
  reverse_cuthill_mckee,
};

inline constexpr int kNumNodeOrderings = 4;

/// Immutable; copies share everything. Outputs are the rows 0 .. num_outputs; the first num_outputs
/// inputs are the outputs themselves, so that a layer finds a node's own state at its own row.
class MessageBlock {
 public:
  MessageBlock() : MessageBlock(CsrGraph{}) {}
  /// One graph, or `graph` made of several laid end to end: graph g owns the outputs
  /// segments[g] .. segments[g + 1] (empty: one graph). Throws ArgumentError if segments do not start at
  /// 0, fall, or do not end at the number of nodes.
  explicit MessageBlock(CsrGraph graph, std::vector<std::int64_t> segments = {});
  /// A block drawn from a larger graph. Throws ArgumentError if numbers of the origin are neither empty nor of the
  /// block's size.
  MessageBlock(CsrGraph graph, BlockOrigin origin, std::vector<std::int64_t> segments = {});

  [[nodiscard]] std::int64_t num_outputs() const { return graph_.num_nodes(); }
  [[nodiscard]] std::int64_t num_inputs() const { return graph_.num_sources(); }
  [[nodiscard]] EdgeId num_edges() const { return graph_.num_edges(); }
  [[nodiscard]] const CsrGraph& graph() const { return graph_; }
  [[nodiscard]] std::span<const EdgeId> offsets() const { return graph_.offsets(); }
  [[nodiscard]] std::span<const NodeId> sources() const { return graph_.sources(); }
  /// [num_graphs + 1]
  [[nodiscard]] std::span<const std::int64_t> segments() const { return shared_->segments; }
  [[nodiscard]] std::int64_t num_graphs() const { return static_cast<std::int64_t>(shared_->segments.size()) - 1; }

  /// Of BlockOrigin; empty: all 1.
  [[nodiscard]] std::span<const float> weights() const { return shared_->origin.weights; }
  [[nodiscard]] std::span<const float> row_weights() const { return shared_->origin.row_weights; }
  /// Of BlockOrigin; empty: the block's own.
  [[nodiscard]] std::span<const float> origin_degrees() const { return shared_->origin.degrees; }
  [[nodiscard]] std::span<const float> counts() const { return shared_->origin.counts; }
  [[nodiscard]] bool is_weighted() const { return !weights().empty() || !row_weights().empty(); }

  /// Who reads each input: what gradients flow along. Built at the first call and kept.
  [[nodiscard]] const ReversedGraph& reversed() const;

  /// The same block where every output also reads itself, for layers that attend to a node's own state.
  /// Where edges have weights that of the loop is 1: nobody's own state is drawn. Built at the first call and kept.
  [[nodiscard]] const MessageBlock& with_self_loops() const;

  /// node_order of the outputs of each graph. Each ordering is built at its first call and kept.
  [[nodiscard]] std::span<const NodeId> order(NodeOrdering ordering) const;

  /// What make() gives, asked for at the first call with this key and kept as long as the block: for what takes long to
  /// make and follows from the block and from what the key says. Threads may call this at once.
  template <class T, class Make>
  [[nodiscard]] const T& kept(const std::string& key, const Make& make) const {
    const auto make_shared_value = [&]() -> std::shared_ptr<const void> { return std::make_shared<const T>(make()); };
    return *static_cast<const T*>(find_or_make({std::type_index(typeid(T)), key}, make_shared_value));
  }

 private:
  using KeptKey = std::pair<std::type_index, std::string>;
  struct Kept {
    std::once_flag once;
    std::shared_ptr<const void> value;
  };
  [[nodiscard]] const void* find_or_make(const KeptKey& key, FunctionRef<std::shared_ptr<const void>()> make) const;

  struct Shared {
    std::vector<std::int64_t> segments;
    BlockOrigin origin;
    std::once_flag reversed_once, loops_once;
    std::array<std::once_flag, kNumNodeOrderings> order_once;
    ReversedGraph reversed;
    std::array<std::vector<NodeId>, kNumNodeOrderings> order;
    /// Null if the block has all self-loops itself.
    std::unique_ptr<const MessageBlock> looped;
    std::mutex kept_mutex;
    std::map<KeptKey, Kept> kept;
  };
  CsrGraph graph_;
  std::shared_ptr<Shared> shared_;
};

/// Graphs laid end to end, in order: nodes of graph g start at segments()[g].
[[nodiscard]] MessageBlock batch_of(std::span<const CsrGraph> graphs);

}  // namespace weft
#pragma GCC visibility pop
