// Walks in step, with the memory of the next stage asked for ahead.
#include "weft/samplers/random_walks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGroup = 64;

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

void require_walks(const char* operation, const CsrGraph& graph, std::span<const NodeId> starts, std::int64_t length) {
  require(graph.num_nodes() == graph.num_sources(), operation, ": the graph has ", graph.num_nodes(), " rows and ",
          graph.num_sources(), " sources, expected as many of both");
  require(length >= 0 && length < kMaxNodes, operation, ": length is ", length, ", expected 0 to ", kMaxNodes - 1);
  const auto outside = std::ranges::find_if(starts, [&](NodeId v) { return v >= graph.num_nodes(); });
  require(outside == starts.end(), operation, ": start number ", outside - starts.begin(), " is node ",
          outside == starts.end() ? 0 : *outside, ", expected below ", graph.num_nodes());
}

}  // namespace

Buffer<NodeId> uniform_walks(const CsrGraph& graph, std::span<const NodeId> starts, std::int64_t length,
                             const Random& random) {
  require_walks("uniform_walks", graph, starts, length);
  const auto num_walks = static_cast<std::int64_t>(starts.size());
  const EdgeId* offsets = graph.offsets().data();
  const NodeId* sources = graph.sources().data();
  Buffer<NodeId> walks(starts.size() * index(length + 1));
  parallel_for(num_walks, kGroup, [&](std::int64_t first, std::int64_t last) {
    std::array<EdgeId, kGroup> edge{};
    std::array<NodeId, kGroup> at{};
    std::copy(starts.begin() + first, starts.begin() + last, at.begin());
    for (std::int64_t step = 0;; ++step) {
      for (std::int64_t i = first; i < last; ++i) {
        const NodeId v = at[index(i - first)];
        walks[index(i * (length + 1) + step)] = v;
        if (v != kNoNode) {
          __builtin_prefetch(offsets + v);
        }
      }
      if (step == length) {
        return;
      }
      for (std::int64_t i = first; i < last; ++i) {
        const NodeId v = at[index(i - first)];
        const EdgeId degree = v == kNoNode ? 0 : offsets[v + 1] - offsets[v];
        edge[index(i - first)] = -1;
        if (degree > 0) {
          const auto draw = random.below(static_cast<std::uint64_t>(degree), static_cast<std::uint64_t>(i),
                                         static_cast<std::uint32_t>(step));
          edge[index(i - first)] = offsets[v] + static_cast<EdgeId>(draw);
          __builtin_prefetch(sources + edge[index(i - first)]);
        }
      }
      for (std::size_t i = 0; i < index(last - first); ++i) {
        at[i] = edge[i] < 0 ? kNoNode : sources[edge[i]];
      }
    }
  });
  return walks;
}

Buffer<NodeId> node2vec_walks(const CsrGraph& graph, std::span<const NodeId> starts, const Node2vecOptions& options,
                              const Random& random) {
  require_walks("node2vec_walks", graph, starts, options.length);
  const double p = options.return_parameter, q = options.in_out_parameter;
  require(std::isfinite(p) && p > 0.0 && std::isfinite(q) && q > 0.0, "node2vec_walks: the parameters are ", p, " and ",
          q, ", expected finite ones above 0");
  const double most = std::max({1.0, 1.0 / p, 1.0 / q});
  Buffer<NodeId> walks(starts.size() * index(options.length + 1));
  parallel_for(static_cast<std::int64_t>(starts.size()), kGroup, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      NodeId* walk = walks.data() + i * (options.length + 1);
      std::fill_n(walk, options.length + 1, kNoNode);
      walk[0] = starts[index(i)];
      std::uint32_t draw = 0;
      for (std::int64_t step = 1; step <= options.length; ++step) {
        const auto row = graph.sources_of(walk[step - 1]);
        if (row.empty()) {
          break;
        }
        while (true) {
          const auto counter = static_cast<std::uint64_t>(i);
          const NodeId x = row[random.below(row.size(), counter, draw++)];
          if (step == 1) {
            walk[step] = x;
            break;
          }
          const NodeId before = walk[step - 2];
          const double weight = x == before ? 1.0 / p : graph.has_edge({x, before}) ? 1.0 : 1.0 / q;
          if (random.uniform(counter, draw++) * most < weight) {
            walk[step] = x;
            break;
          }
        }
      }
    }
  });
  return walks;
}

}  // namespace weft
