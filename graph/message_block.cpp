// Blocks, and many small graphs laid end to end as one.
#include "weft/graph/message_block.hpp"

#include <algorithm>
#include <cmath>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/node_order.hpp"

namespace weft {

MessageBlock::MessageBlock(CsrGraph graph, std::vector<std::int64_t> segments)
    : graph_(std::move(graph)), shared_(std::make_shared<Shared>()) {
  require(num_inputs() >= num_outputs(), "MessageBlock: the graph has ", num_outputs(), " outputs and ", num_inputs(),
          " inputs, expected the outputs to be the first of the inputs");
  if (segments.empty()) {
    segments = {0, num_outputs()};
  }
  require(segments.front() == 0, "MessageBlock: segments start at ", segments.front(), ", expected 0");
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    require(segments[g] <= segments[g + 1], "MessageBlock: segment ", g, " ends before it starts, it runs from ",
            segments[g], " to ", segments[g + 1]);
  }
  require(segments.back() == num_outputs(), "MessageBlock: segments end at ", segments.back(),
          ", expected the number of outputs, ", num_outputs());
  shared_->segments = std::move(segments);
}

const ReversedGraph& MessageBlock::reversed() const {
  std::call_once(shared_->reversed_once, [this] { shared_->reversed = weft::reversed(graph_); });
  return shared_->reversed;
}

const MessageBlock& MessageBlock::with_self_loops() const {
  std::call_once(shared_->loops_once, [this] {
    CsrGraph looped = weft::with_self_loops(graph_);
    if (!looped.shares_rows_with(graph_)) {
      shared_->looped = std::make_unique<const MessageBlock>(std::move(looped), shared_->segments);
    }
  });
  return shared_->looped ? *shared_->looped : *this;
}

const MessageBlock::GcnScale& MessageBlock::gcn_scale() const {
  std::call_once(shared_->scale_once, [this] {
    const auto n = static_cast<std::size_t>(num_outputs());
    GcnScale made{Buffer<float>(n), Buffer<float>(n)};
    parallel_for(num_outputs(), 4096, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto v = static_cast<NodeId>(i);
        const bool has_loop = graph_.has_edge({v, v});
        made.scale[v] = 1.0F / std::sqrt(static_cast<float>(graph_.in_degree(v) + (has_loop ? 0 : 1)));
        made.self_weight[v] = has_loop ? 0.0F : made.scale[v];
      }
    });
    shared_->gcn_scale = std::move(made);
  });
  return shared_->gcn_scale;
}

std::span<const NodeId> MessageBlock::breadth_first_order() const {
  std::call_once(shared_->order_once, [this] { shared_->order = weft::breadth_first_order(graph_, segments()); });
  return shared_->order;
}

MessageBlock batch_of(std::span<const CsrGraph> graphs) {
  std::vector<std::int64_t> segments = {0};
  std::vector<EdgeId> first_edge = {0};
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    require(graphs[g].num_sources() == graphs[g].num_nodes(), "batch_of: graph ", g, " has ", graphs[g].num_nodes(),
            " rows and ", graphs[g].num_sources(), " sources, expected as many of both");
    segments.push_back(segments.back() + graphs[g].num_nodes());
    first_edge.push_back(first_edge.back() + graphs[g].num_edges());
    require(segments.back() <= kMaxNodes, "batch_of: graphs 0 to ", g, " have ", segments.back(),
            " nodes together, expected at most ", kMaxNodes);
  }

  Buffer<EdgeId> offsets(static_cast<std::size_t>(segments.back()) + 1);
  Buffer<NodeId> sources(static_cast<std::size_t>(first_edge.back()));
  offsets[0] = 0;
  // A molecule has tens of nodes: about 64 of them make a chunk worth starting.
  parallel_for(static_cast<std::int64_t>(graphs.size()), 64, [&](std::int64_t begin, std::int64_t end) {
    for (auto g = static_cast<std::size_t>(begin); g < static_cast<std::size_t>(end); ++g) {
      std::ranges::transform(graphs[g].offsets().subspan(1), offsets.data() + segments[g] + 1,
                             [&](EdgeId offset) { return offset + first_edge[g]; });
      std::ranges::transform(graphs[g].sources(), sources.data() + first_edge[g],
                             [&](NodeId u) { return u + static_cast<NodeId>(segments[g]); });
    }
  });
  CsrGraph graph = CsrGraph::from_rows(segments.back(), std::move(offsets), std::move(sources));
  return MessageBlock(std::move(graph), std::move(segments));
}

}  // namespace weft
