// Blocks, and many small graphs laid end to end as one.
#include "weft/graph/message_block.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/node_order.hpp"

namespace weft {

namespace {

void drop_ones(Buffer<float>& values) {
  if (std::ranges::all_of(std::span<const float>(values), [](float value) { return value == 1.0F; })) {
    values = {};
  }
}

/// The weights of a looped block's edges: 1 for the loops, those of `block` for all others.
Buffer<float> looped_weights(const MessageBlock& block, const CsrGraph& looped) {
  Buffer<float> result(static_cast<std::size_t>(looped.num_edges()));
  parallel_rows(looped.offsets(), 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    for (auto v = static_cast<std::size_t>(begin); v < static_cast<std::size_t>(end); ++v) {
      auto from = static_cast<std::size_t>(block.offsets()[v]);
      const auto from_end = static_cast<std::size_t>(block.offsets()[v + 1]);
      for (auto e = static_cast<std::size_t>(looped.offsets()[v]);
           e < static_cast<std::size_t>(looped.offsets()[v + 1]); ++e) {
        const bool was_there = from < from_end && block.sources()[from] == looped.sources()[e];
        const float weight = (block.row_weights().empty() ? 1.0F : block.row_weights()[v]) *
                             (block.weights().empty() || !was_there ? 1.0F : block.weights()[from]);
        result[e] = looped.sources()[e] == v ? 1.0F : weight;
        from += was_there ? 1 : 0;
      }
    }
  });
  return result;
}

}  // namespace

MessageBlock::MessageBlock(CsrGraph graph, BlockOrigin origin, std::vector<std::int64_t> segments)
    : MessageBlock(std::move(graph), std::move(segments)) {
  const auto check = [](const char* what, std::size_t given, std::int64_t expected) {
    require(given == 0 || given == static_cast<std::size_t>(expected), "MessageBlock: the origin has ", given, " ",
            what, ", expected ", expected, " or none");
  };
  check("weights of edges", origin.weights.size(), num_edges());
  check("weights of rows", origin.row_weights.size(), num_outputs());
  check("degrees", origin.degrees.size(), num_inputs());
  check("counts", origin.counts.size(), num_outputs());
  drop_ones(origin.weights);
  drop_ones(origin.row_weights);
  drop_ones(origin.counts);
  shared_->origin = std::move(origin);
}

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
    if (is_weighted()) {
      BlockOrigin origin{.weights = looped_weights(*this, looped)};
      shared_->looped = std::make_unique<const MessageBlock>(std::move(looped), std::move(origin), shared_->segments);
    } else if (!looped.shares_rows_with(graph_)) {
      shared_->looped = std::make_unique<const MessageBlock>(std::move(looped), shared_->segments);
    }
  });
  return shared_->looped ? *shared_->looped : *this;
}

std::span<const NodeId> MessageBlock::order(NodeOrdering ordering) const {
  const auto i = static_cast<std::size_t>(ordering);
  require(i < kNumNodeOrderings, "MessageBlock::order: there is no ordering ", static_cast<int>(ordering),
          ", expected 0 to ", kNumNodeOrderings - 1);
  std::call_once(shared_->order_once[i], [&] { shared_->order[i] = node_order(graph_, segments(), ordering); });
  return shared_->order[i];
}

const void* MessageBlock::find_or_make(const KeptKey& key, FunctionRef<std::shared_ptr<const void>()> make) const {
  // The lock is held while the entry is found, not while its value is made; entries of a map stay where they are.
  Kept& entry = [&]() -> Kept& {
    const std::lock_guard lock(shared_->kept_mutex);
    return shared_->kept[key];
  }();
  std::call_once(entry.once, [&] { entry.value = make(); });
  return entry.value.get();
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
