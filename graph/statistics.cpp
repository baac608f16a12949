#include "weft/graph/statistics.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGrain = 1 << 15;

void require_square(const char* operation, const CsrGraph& graph) {
  require(graph.num_sources() == graph.num_nodes(), operation, ": the graph has ", graph.num_nodes(), " rows and ",
          graph.num_sources(), " sources, expected as many of both");
}

void describe_degrees(const CsrGraph& graph, GraphStatistics& statistics) {
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  Buffer<std::int64_t> degree(n);
  parallel_for(graph.num_nodes(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      degree[static_cast<std::size_t>(v)] = graph.in_degree(static_cast<NodeId>(v));
    }
  });
  const auto [smallest, largest] = std::ranges::minmax_element(degree);
  statistics.min_in_degree = *smallest;
  statistics.max_in_degree = *largest;
  statistics.mean_in_degree = static_cast<double>(graph.num_edges()) / static_cast<double>(n);
  const auto middle = degree.begin() + n / 2;
  std::nth_element(degree.begin(), middle, degree.end());
  const std::int64_t lower = n % 2 == 1 ? *middle : *std::max_element(degree.begin(), middle);
  statistics.median_in_degree = 0.5 * static_cast<double>(lower + *middle);
}

void count_components(const CsrGraph& graph, GraphStatistics& statistics) {
  const Buffer<NodeId> component = weak_components(graph);
  Buffer<std::int64_t> size(component.size(), 0);
  for (const NodeId root : component) {
    ++size[root];
  }
  statistics.num_components = std::ranges::count_if(size, [](std::int64_t s) { return s > 0; });
  statistics.largest_component = *std::ranges::max_element(size);
  for (std::size_t v = 0; v < size.size(); ++v) {
    // Alone in its component: its only edge, if any, is a self-loop.
    statistics.num_isolated += size[v] == 1 && graph.in_degree(static_cast<NodeId>(v)) == 0 ? 1 : 0;
  }
}

}  // namespace

GraphStatistics statistics_of(const CsrGraph& graph) {
  require_square("statistics_of", graph);
  GraphStatistics statistics;
  statistics.is_symmetric = is_symmetric(graph);
  if (graph.num_nodes() == 0) {
    return statistics;
  }
  describe_degrees(graph, statistics);
  count_components(graph, statistics);
  // Counts are whole numbers far below 2^53, so their sum as doubles is exact.
  statistics.num_self_loops =
      static_cast<std::int64_t>(parallel_sum(graph.num_nodes(), kGrain, [&](std::int64_t begin, std::int64_t end) {
        std::int64_t count = 0;
        for (std::int64_t i = begin; i < end; ++i) {
          const auto v = static_cast<NodeId>(i);
          count += graph.has_edge({v, v}) ? 1 : 0;
        }
        return static_cast<double>(count);
      }));
  return statistics;
}

// Union-find whose roots are the smallest members, with path halving (Tarjan, van Leeuwen 1984): O(m log n)
// at worst, close to O(m) on real graphs.
Buffer<NodeId> weak_components(const CsrGraph& graph) {
  require_square("weak_components", graph);
  const std::int64_t n = graph.num_nodes();
  Buffer<NodeId> parent(static_cast<std::size_t>(n));
  const auto root_of = [&](NodeId v) {
    while (parent[v] != v) {
      parent[v] = parent[parent[v]];
      v = parent[v];
    }
    return v;
  };
  for (std::int64_t i = 0; i < n; ++i) {
    const auto v = static_cast<NodeId>(i);
    parent[v] = v;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const auto v = static_cast<NodeId>(i);
    for (const NodeId u : graph.sources_of(v)) {
      const NodeId a = root_of(u), b = root_of(v);
      parent[std::max(a, b)] = std::min(a, b);
    }
  }
  // Parents are below their children, so each one is final before it is read.
  for (NodeId& p : parent) {
    p = parent[p];
  }
  return parent;
}

std::optional<double> edge_homophily(const CsrGraph& graph, std::span<const std::int64_t> labels) {
  require_square("edge_homophily", graph);
  require(static_cast<std::int64_t>(labels.size()) == graph.num_nodes(), "edge_homophily: ", labels.size(),
          " labels for ", graph.num_nodes(), " nodes, expected one each");
  const auto count_edges = [&](const auto& counts) {
    return parallel_sum(graph.num_nodes(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::int64_t count = 0;
      for (std::int64_t v = begin; v < end; ++v) {
        const std::int64_t own = labels[static_cast<std::size_t>(v)];
        if (own >= 0) {
          count += std::ranges::count_if(graph.sources_of(static_cast<NodeId>(v)),
                                         [&](NodeId u) { return counts(labels[u], own); });
        }
      }
      return static_cast<double>(count);
    });
  };
  const double num_labeled = count_edges([](std::int64_t theirs, std::int64_t) { return theirs >= 0; });
  if (num_labeled == 0.0) {
    return std::nullopt;
  }
  return count_edges([](std::int64_t theirs, std::int64_t own) { return theirs == own; }) / num_labeled;
}

std::optional<AdjustedHomophily> adjusted_homophily(const CsrGraph& graph, std::span<const std::int64_t> labels,
                                                    std::int64_t num_classes) {
  require_square("adjusted_homophily", graph);
  require(static_cast<std::int64_t>(labels.size()) == graph.num_nodes(), "adjusted_homophily: ", labels.size(),
          " labels for ", graph.num_nodes(), " nodes, expected one each");
  std::vector<std::int64_t> ends(static_cast<std::size_t>(std::max<std::int64_t>(0, num_classes)), 0);
  std::int64_t edges = 0, equal = 0;
  for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
    const std::int64_t own = labels[static_cast<std::size_t>(v)];
    require(own < num_classes, "adjusted_homophily: node ", v, " has the label ", own, ", there are ", num_classes,
            " classes");
    if (own < 0) {
      continue;
    }
    for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
      if (const std::int64_t other = labels[u]; other >= 0) {
        ++edges;
        equal += other == own ? 1 : 0;
        ++ends[static_cast<std::size_t>(own)];
        require(other < num_classes, "adjusted_homophily: node ", u, " has the label ", other, ", there are ",
                num_classes, " classes");
        ++ends[static_cast<std::size_t>(other)];
      }
    }
  }
  double chance = 0.0;
  for (const std::int64_t count : ends) {
    const double share = edges == 0 ? 0.0 : static_cast<double>(count) / (2.0 * static_cast<double>(edges));
    chance += share * share;
  }
  if (edges == 0 || chance >= 1.0) {
    return std::nullopt;
  }
  const double observed = static_cast<double>(equal) / static_cast<double>(edges);
  return AdjustedHomophily{.value = (observed - chance) / (1.0 - chance), .num_edges = edges};
}

}  // namespace weft
