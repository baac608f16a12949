#include "weft/layers/kernels/attention_patterns.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

/// A node, by its graph and by the place of that graph.
struct Place {
  std::int64_t graph, first, size, v;
};

/// The graph whose row v are the numbers that row(place of v, out) appends to the empty `out`, ascending and distinct;
/// it is asked twice.
template <class Row>
CsrGraph graph_of_rows(std::span<const std::int64_t> segments, std::int64_t num_sources, const Row& row) {
  const std::int64_t num_rows = segments.back();
  Buffer<EdgeId> offsets(static_cast<std::size_t>(num_rows) + 1);
  offsets[0] = 0;
  const auto for_each_row = [&](auto take) {
    parallel_for(num_rows, 1024, [&](std::int64_t begin, std::int64_t end) {
      std::vector<NodeId> sources;
      auto g = static_cast<std::size_t>(std::ranges::upper_bound(segments, begin) - segments.begin()) - 1;
      for (std::int64_t v = begin; v < end; ++v) {
        while (v >= segments[g + 1]) {
          ++g;
        }
        sources.clear();
        row(Place{static_cast<std::int64_t>(g), segments[g], segments[g + 1] - segments[g], v}, sources);
        take(static_cast<std::size_t>(v), sources);
      }
    });
  };
  for_each_row(
      [&](std::size_t v, const std::vector<NodeId>& sources) { offsets[v + 1] = static_cast<EdgeId>(sources.size()); });
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  Buffer<NodeId> all(static_cast<std::size_t>(offsets[static_cast<std::size_t>(num_rows)]));
  for_each_row(
      [&](std::size_t v, const std::vector<NodeId>& sources) { std::ranges::copy(sources, all.data() + offsets[v]); });
  return CsrGraph::from_rows(num_sources, std::move(offsets), std::move(all));
}

void check_segments(std::string_view operation, std::span<const std::int64_t> segments) {
  const std::int64_t rows = segments.empty() ? 0 : segments.back();
  attention::check_segments(operation, segments, rows);
  require(rows <= kMaxNodes, operation, ": there are ", rows, " nodes, expected at most ", kMaxNodes);
}

/// `count` distinct numbers below `bound`, ascending; drawn by `key` (Floyd's method: Bentley and Floyd 1987).
std::vector<std::int64_t> draw_distinct(std::int64_t count, std::int64_t bound, std::int64_t key,
                                        const Random& random) {
  std::vector<std::int64_t> drawn;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t highest = bound - count + i;
    const auto draw = static_cast<std::int64_t>(random.below(
        static_cast<std::uint64_t>(highest) + 1, static_cast<std::uint64_t>(key), static_cast<std::uint32_t>(i)));
    const auto place = std::ranges::lower_bound(drawn, draw);
    if (place == drawn.end() || *place != draw) {
      drawn.insert(place, draw);
    } else {
      drawn.push_back(highest);  // larger than all before
    }
  }
  return drawn;
}

/// Random cycles through the nodes 0 .. n of one graph that share no edge where that can be found.
class DisjointCycles {
 public:
  /// neighbors [n, 2 cycles] is written, two columns a cycle.
  DisjointCycles(std::int64_t n, std::int64_t cycles, NodeId* neighbors)
      : n_(n), stride_(2 * cycles), neighbors_(neighbors), order_(static_cast<std::size_t>(n)) {}

  void draw(std::int64_t cycle, const Random& random) {
    std::iota(order_.begin(), order_.end(), NodeId{0});
    shuffle(std::span<NodeId>(order_), random);
    const Random swaps = random.stream(0);
    for (std::int64_t i = 0; i < n_; ++i) {
      // An edge that an earlier cycle has goes away when its end changes places with another node.
      for (std::uint32_t attempt = 0; attempt < kAttempts && !is_free(i, cycle); ++attempt) {
        const auto j = static_cast<std::int64_t>(
            swaps.below(static_cast<std::uint64_t>(n_), static_cast<std::uint64_t>(i), attempt));
        std::swap(at(i + 1), at(j));
        if (!(is_free(i, cycle) && is_free(i + 1, cycle) && is_free(j - 1, cycle) && is_free(j, cycle))) {
          std::swap(at(i + 1), at(j));
        }
      }
    }
    for (std::int64_t i = 0; i < n_; ++i) {
      NodeId* own = neighbors_ + std::int64_t{at(i)} * stride_ + 2 * cycle;
      own[0] = at(i - 1);
      own[1] = at(i + 1);
    }
  }

 private:
  static constexpr std::uint32_t kAttempts = 64;

  [[nodiscard]] NodeId& at(std::int64_t place) { return order_[static_cast<std::size_t>((place + n_) % n_)]; }
  /// Whether no cycle before this one has the edge from place i to the next.
  [[nodiscard]] bool is_free(std::int64_t i, std::int64_t cycle) {
    const NodeId* own = neighbors_ + std::int64_t{at(i)} * stride_;
    return std::find(own, own + 2 * cycle, at(i + 1)) == own + 2 * cycle;
  }

  std::int64_t n_, stride_;
  NodeId* neighbors_;
  std::vector<NodeId> order_;
};

void append_range(std::int64_t begin, std::int64_t end, std::vector<NodeId>& out) {
  for (std::int64_t place = begin; place < end; ++place) {
    out.push_back(static_cast<NodeId>(place));
  }
}

}  // namespace

CsrGraph window_pattern(std::span<const std::int64_t> segments, const WindowPatternOptions& options,
                        const Random& random) {
  require(options.window >= 1 && options.global_nodes >= 0 && options.random_nodes >= 0,
          "window_pattern: there are windows of ", options.window, ", ", options.global_nodes, " global and ",
          options.random_nodes, " random nodes, expected at least 1, 0 and 0");
  check_segments("window_pattern", segments);
  return graph_of_rows(segments, segments.back(), [&](const Place& at, std::vector<NodeId>& out) {
    // Places within the graph: [0, head), the window [begin, end) behind it, and the gaps before and after that.
    const std::int64_t place = at.v - at.first, width = std::min(at.size, options.window);
    const std::int64_t head = place < options.global_nodes ? at.size : std::min(at.size, options.global_nodes);
    const std::int64_t first = std::clamp<std::int64_t>(place - width / 2, 0, at.size - width);
    const std::int64_t begin = std::max(first, head), end = std::max(first + width, begin);
    const std::int64_t gap = begin - head, others = gap + at.size - end;
    const auto drawn = draw_distinct(std::min(options.random_nodes, others), others, place, random);
    const auto before = static_cast<std::size_t>(std::ranges::lower_bound(drawn, gap) - drawn.begin());
    append_range(at.first, at.first + head, out);
    for (std::size_t i = 0; i < before; ++i) {
      out.push_back(static_cast<NodeId>(at.first + head + drawn[i]));
    }
    append_range(at.first + begin, at.first + end, out);
    for (std::size_t i = before; i < drawn.size(); ++i) {
      out.push_back(static_cast<NodeId>(at.first + end + drawn[i] - gap));
    }
  });
}

CsrGraph expander_graph(std::span<const std::int64_t> segments, std::int64_t cycles, const Random& random) {
  require(cycles >= 0, "expander_graph: cycles is ", cycles, ", expected at least 0");
  check_segments("expander_graph", segments);
  const std::int64_t degree = 2 * cycles;
  const auto is_complete = [&](std::int64_t size) { return cycles > 0 && size <= degree + 1; };
  Buffer<NodeId> neighbors(static_cast<std::size_t>(segments.back() * degree));
  parallel_for(static_cast<std::int64_t>(segments.size()) - 1, 16, [&](std::int64_t begin, std::int64_t end) {
    for (auto g = static_cast<std::size_t>(begin); g < static_cast<std::size_t>(end); ++g) {
      const std::int64_t size = segments[g + 1] - segments[g];
      if (!is_complete(size)) {
        DisjointCycles graph(size, cycles, neighbors.data() + segments[g] * degree);
        for (std::int64_t cycle = 0; cycle < cycles; ++cycle) {
          graph.draw(cycle, random.stream(static_cast<std::uint64_t>(cycle)));
        }
      }
    }
  });
  return graph_of_rows(segments, segments.back(), [&](const Place& at, std::vector<NodeId>& out) {
    if (is_complete(at.size)) {
      append_range(at.first, at.v, out);
      append_range(at.v + 1, at.first + at.size, out);
      return;
    }
    for (std::int64_t i = 0; i < degree; ++i) {
      out.push_back(static_cast<NodeId>(at.first + neighbors[static_cast<std::size_t>(at.v * degree + i)]));
    }
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
  });
}

TypedPattern exphormer_pattern(const MessageBlock& block, const ExphormerOptions& options, const Random& random) {
  require(options.virtual_nodes >= 0, "exphormer_pattern: virtual_nodes is ", options.virtual_nodes,
          ", expected at least 0");
  require(block.num_inputs() == block.num_outputs(), "exphormer_pattern: the graph has ", block.num_inputs(),
          " sources and ", block.num_outputs(), " nodes, expected as many of both");
  const std::int64_t n = block.num_outputs();
  require(options.virtual_nodes <= (kMaxNodes - n) / std::max<std::int64_t>(1, block.num_graphs()),
          "exphormer_pattern: ", options.virtual_nodes, " virtual nodes for each of ", block.num_graphs(),
          " graphs are too many");
  const CsrGraph& graph = block.graph();
  const CsrGraph expander = expander_graph(block.segments(), options.cycles, random);
  CsrGraph all = graph_of_rows(block.segments(), n + options.virtual_nodes * block.num_graphs(),
                               [&](const Place& at, std::vector<NodeId>& out) {
                                 const auto v = static_cast<NodeId>(at.v);
                                 const auto own = graph.sources_of(v), far = expander.sources_of(v);
                                 out.resize(own.size() + far.size());
                                 std::ranges::merge(own, far, out.begin());
                                 out.insert(std::ranges::lower_bound(out, v), v);
                                 out.erase(std::ranges::unique(out).begin(), out.end());
                                 const std::int64_t first = n + at.graph * options.virtual_nodes;
                                 append_range(first, first + options.virtual_nodes, out);
                               });
  auto types = std::make_shared<Buffer<std::uint8_t>>(static_cast<std::size_t>(all.num_edges()));
  parallel_rows(all.offsets(), 1 << 15, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto v = static_cast<NodeId>(i);
      const auto own = graph.sources_of(v);
      auto next = own.begin();
      std::uint8_t* type = types->data() + all.offsets()[static_cast<std::size_t>(i)];
      for (const NodeId u : all.sources_of(v)) {
        next = std::lower_bound(next, own.end(), u);
        const bool is_own = next != own.end() && *next == u;
        *type++ = static_cast<std::uint8_t>(u == v                       ? ExphormerEdge::self
                                            : is_own                     ? ExphormerEdge::graph
                                            : u < static_cast<NodeId>(n) ? ExphormerEdge::expander
                                                                         : ExphormerEdge::virtual_node);
      }
    }
  });
  return {MessageBlock(std::move(all)), std::move(types)};
}

}  // namespace weft
