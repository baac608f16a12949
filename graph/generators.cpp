// R-MAT and grids. The block models stand in block_models.cpp.
#include "weft/graph/generators.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGrain = 1 << 14;

/// Where a draw of 32 bits passes from one quadrant to the next.
struct Quadrants {
  std::uint64_t a, ab, abc;
};

/// Edges drawn side by side: the steps of one edge wait for each other, those of several do not, and
/// compilers turn these loops into vector instructions.
constexpr std::int64_t kLanes = 16;
template <class T>
using Lanes = std::array<T, kLanes>;

/// Ranges of nodes that are halved until one node is left in each.
struct NodeRanges {
  Lanes<NodeId> start{};
  Lanes<NodeId> length{};

  /// Goes on with the second half or the first, which has one more where the length is odd. One node stays
  /// one node. Without branches: which half it will be is random, so every other guess would be wrong.
  void halve(std::size_t lane, bool is_second) {
    const NodeId odd = length[lane] & 1U;
    const NodeId half = (length[lane] >> 1) + odd;
    const NodeId mask = NodeId{0} - static_cast<NodeId>(is_second & (length[lane] > 1));
    start[lane] += half & mask;
    length[lane] = half - (odd & mask);
  }
};

/// Edges number first .. first + kLanes: each descends to a cell of the [num_nodes, num_nodes] matrix by
/// choosing a quadrant at every level, 32 random bits each.
Lanes<Edge> rmat_edges(NodeId num_nodes, const Quadrants& quadrants, const Random& random, std::uint64_t first) {
  NodeRanges source, destination;
  source.length.fill(num_nodes);
  destination.length.fill(num_nodes);
  const int num_levels = std::bit_width(num_nodes - 1);
  for (int level = 0; level < num_levels; level += 4) {
    std::array<Lanes<std::uint32_t>, 4> words;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const auto block = random.block(first + lane, static_cast<std::uint32_t>(level / 4));
      for (std::size_t i = 0; i < 4; ++i) {
        words[i][lane] = block[i];
      }
    }
    for (const Lanes<std::uint32_t>& draws : words) {  // below the last level nothing changes any more
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::uint64_t draw = draws[lane];
        source.halve(lane, draw >= quadrants.ab);
        destination.halve(lane, ((draw >= quadrants.a) & (draw < quadrants.ab)) | (draw >= quadrants.abc));
      }
    }
  }
  Lanes<Edge> edges;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    edges[lane] = {source.start[lane], destination.start[lane]};
  }
  return edges;
}

}  // namespace

RmatEdges::RmatEdges(const RmatOptions& options) : options_(options) {
  const std::int64_t n = options.num_nodes, m = options.num_edges;
  const double a = options.a, b = options.b, c = options.c;
  require(n >= 0 && n <= kMaxNodes, "rmat: num_nodes is ", n, ", expected 0 to ", kMaxNodes);
  require(m >= 0, "rmat: num_edges is ", m, ", expected at least 0");
  require(n > 0 || m == 0, "rmat: num_edges is ", m, " without nodes, expected 0");
  require(a >= 0 && b >= 0 && c >= 0 && a + b + c <= 1.0, "rmat: the quadrants' shares are ", a, ", ", b, " and ", c,
          ", expected none below 0 and a sum of at most 1");
  renumbered_ = Buffer<NodeId>(static_cast<std::size_t>(options.shuffle_nodes ? n : 0));
  std::iota(renumbered_.begin(), renumbered_.end(), NodeId{0});
  shuffle(std::span<NodeId>(renumbered_), Random(options.seed).stream(1));
}

void RmatEdges::draw(std::int64_t first, std::span<Edge> edges) const {
  require(options_.num_nodes > 0 || edges.empty(), "rmat: ", edges.size(), " edges are asked for without nodes");
  require(first >= 0 && first <= std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(edges.size()),
          "rmat: the first draw is number ", first, ", expected 0 or more, and the last one a number too");
  const auto border = [](double share) { return static_cast<std::uint64_t>(share * 0x1p32); };
  const double ab = options_.a + options_.b;
  const Quadrants quadrants{border(options_.a), border(ab), border(ab + options_.c)};
  const Random draws = Random(options_.seed).stream(2);
  parallel_for(static_cast<std::int64_t>(edges.size()), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; i += kLanes) {
      Lanes<Edge> drawn =
          rmat_edges(static_cast<NodeId>(options_.num_nodes), quadrants, draws, static_cast<std::uint64_t>(first + i));
      if (options_.shuffle_nodes) {
        for (Edge& edge : drawn) {
          edge = {renumbered_[edge.source], renumbered_[edge.destination]};
        }
      }
      std::copy_n(drawn.begin(), std::min(kLanes, end - i), edges.begin() + i);
    }
  });
}

CsrGraph rmat(const RmatOptions& options) {
  const RmatEdges draws(options);
  Buffer<Edge> edges(static_cast<std::size_t>(options.num_edges));
  draws.draw(0, edges);
  return CsrGraph::from_edges(options.num_nodes, edges,
                              {.symmetrize = options.undirected, .self_loops = GraphOptions::SelfLoops::remove});
}

CsrGraph grid(std::int64_t rows, std::int64_t cols, bool torus) {
  require(rows >= 0 && cols >= 0, "grid: ", rows, " x ", cols, " nodes, expected none below 0");
  require(rows == 0 || cols <= kMaxNodes / rows, "grid: ", rows, " x ", cols, " nodes, expected at most ", kMaxNodes,
          " together");
  const std::int64_t n = rows * cols;
  constexpr auto kNone = static_cast<NodeId>(kMaxNodes);
  // Calls use(first, last) with the ascending neighbors of a node.
  const auto with_neighbors = [&](std::int64_t v, const auto& use) {
    const std::int64_t row = v / cols, col = v % cols;
    const auto neighbor = [&](std::int64_t r, std::int64_t c) {
      const bool is_inside = r >= 0 && r < rows && c >= 0 && c < cols;
      const std::int64_t u = (r + rows) % rows * cols + (c + cols) % cols;
      return (is_inside || torus) && u != v ? static_cast<NodeId>(u) : kNone;
    };
    std::array<NodeId, 4> found = {neighbor(row - 1, col), neighbor(row, col - 1), neighbor(row, col + 1),
                                   neighbor(row + 1, col)};
    std::ranges::sort(found);
    const auto last = std::unique(found.begin(), found.end());
    use(found.begin(), std::find(found.begin(), last, kNone));
  };
  Buffer<EdgeId> offsets(static_cast<std::size_t>(n) + 1);
  offsets[0] = 0;
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      with_neighbors(v, [&](auto first, auto last) { offsets[static_cast<std::size_t>(v) + 1] = last - first; });
    }
  });
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  Buffer<NodeId> sources(static_cast<std::size_t>(offsets[static_cast<std::size_t>(n)]));
  parallel_for(n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      with_neighbors(v, [&](auto first, auto last) {
        std::copy(first, last, sources.begin() + offsets[static_cast<std::size_t>(v)]);
      });
    }
  });
  return CsrGraph::from_rows(n, std::move(offsets), std::move(sources));
}

}  // namespace weft
