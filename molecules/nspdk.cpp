// Edges become nodes between their ends, so that one breadth-first search sees the labels of both; what is even hops
// away is then a node. A neighborhood's name is a running hash over its shells, each the hash of a multiset.
#include "weft/molecules/nspdk.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"

namespace weft {
namespace {

constexpr std::uint32_t kNumFeatures = 1 << 16;
/// The largest radius and the largest distance, in edges.
constexpr std::size_t kReach = 4;
/// Shells of nodes and edges in turn: 0 is the node itself.
constexpr std::size_t kShells = 2 * kReach + 1;

std::uint64_t joined(std::uint64_t a, std::uint64_t b) {
  return mixed_bits(a * 0x9E3779B97F4A7C15 + mixed_bits(b + 0x632BE59BD9B4E019));
}

/// Nodes, then edges, with their neighbors.
struct Expanded {
  std::vector<std::vector<std::uint32_t>> neighbors;
  /// Of label and degree.
  std::vector<std::uint64_t> name;
};

Expanded expanded(const NspdkGraph& graph) {
  const std::size_t n = graph.node_label.size();
  require(graph.edges.size() == graph.edge_label.size(), "nspdk_features: ", graph.edges.size(), " edges have ",
          graph.edge_label.size(), " labels, expected one each");
  Expanded result;
  result.neighbors.resize(n + graph.edges.size());
  for (std::size_t e = 0; e < graph.edges.size(); ++e) {
    const auto [u, v] = graph.edges[e];
    require(u < n && v < n, "nspdk_features: edge ", e, " joins nodes ", u, " and ", v, ", expected numbers below ", n);
    for (const NodeId end : {u, v}) {
      result.neighbors[end].push_back(static_cast<std::uint32_t>(n + e));
      result.neighbors[n + e].push_back(end);
    }
  }
  for (std::size_t i = 0; i < result.neighbors.size(); ++i) {
    const std::uint64_t label = i < n ? joined(1, graph.node_label[i]) : joined(2, graph.edge_label[i - n]);
    result.name.push_back(joined(label, result.neighbors[i].size()));
  }
  return result;
}

/// What lies around one node.
struct Neighborhood {
  /// At 0, 2, 4, 6, 8 hops: the nodes 0 .. 4 edges away.
  std::array<std::vector<std::uint32_t>, kReach + 1> nodes;
  /// Of everything within that many hops; as many as there are shells.
  std::vector<std::uint64_t> name;
};

Neighborhood around(const Expanded& graph, std::uint32_t root, std::vector<char>& seen) {
  Neighborhood result;
  std::vector<std::uint32_t> shell = {root}, found = {root};
  seen[root] = 1;
  std::uint64_t running = 0xAAAAAAAA;
  for (std::size_t hop = 0; hop < kShells && !shell.empty(); ++hop) {
    std::uint64_t multiset = 0;
    std::vector<std::uint32_t> next;
    for (const std::uint32_t i : shell) {
      multiset += mixed_bits(graph.name[i]);
      for (const std::uint32_t j : graph.neighbors[i]) {
        if (seen[j] == 0) {
          seen[j] = 1;
          next.push_back(j);
        }
      }
    }
    running = joined(running, joined(multiset, hop));
    result.name.push_back(running);
    if (hop % 2 == 0) {
      result.nodes[hop / 2] = shell;
    }
    found.insert(found.end(), next.begin(), next.end());
    shell.swap(next);
  }
  for (const std::uint32_t i : found) {
    seen[i] = 0;
  }
  return result;
}

/// The features of all pairs at one distance with one radius, scaled to length one.
void add_block(const std::vector<Neighborhood>& all, std::size_t distance, std::size_t radius,
               std::vector<std::uint32_t>& hits, std::map<std::uint32_t, double>& total) {
  const std::uint64_t block = joined(distance, radius);
  hits.clear();
  for (const Neighborhood& v : all) {
    for (const std::uint32_t i : v.nodes[distance]) {
      const Neighborhood& u = all[i];
      if (2 * radius < v.name.size() && 2 * radius < u.name.size()) {
        const auto [low, high] = std::minmax(v.name[2 * radius], u.name[2 * radius]);
        hits.push_back(static_cast<std::uint32_t>(joined(joined(low, high), block) % kNumFeatures));
        hits.push_back(static_cast<std::uint32_t>(joined(u.name[2 * radius], block + 1) % kNumFeatures));
      }
    }
  }
  std::ranges::sort(hits);
  const auto for_counts = [&](const auto& take) {
    for (std::size_t i = 0; i < hits.size();) {
      std::size_t end = i;
      while (end < hits.size() && hits[end] == hits[i]) {
        ++end;
      }
      take(hits[i], static_cast<double>(end - i));
      i = end;
    }
  };
  double squares = 0.0;
  for_counts([&](std::uint32_t, double count) { squares += count * count; });
  for_counts([&](std::uint32_t feature, double count) { total[feature] += count / std::sqrt(squares); });
}

/// The mean feature vector, added up graph by graph.
std::vector<double> mean_features(std::span<const NspdkGraph> graphs) {
  constexpr std::size_t kAtOnce = 1024;
  std::vector<double> mean(kNumFeatures, 0.0);
  std::vector<NspdkFeatures> rows;
  for (std::size_t first = 0; first < graphs.size(); first += kAtOnce) {
    const auto some = graphs.subspan(first, std::min(kAtOnce, graphs.size() - first));
    rows.assign(some.size(), {});
    parallel_for(static_cast<std::int64_t>(some.size()), 16, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        rows[i] = nspdk_features(some[i]);
      }
    });
    for (const NspdkFeatures& row : rows) {
      for (const auto& [feature, value] : row) {
        mean[feature] += value;
      }
    }
  }
  for (double& value : mean) {
    value /= static_cast<double>(graphs.size());
  }
  return mean;
}

}  // namespace

NspdkFeatures nspdk_features(const NspdkGraph& graph) {
  const Expanded all = expanded(graph);
  std::vector<char> seen(all.neighbors.size(), 0);
  std::vector<Neighborhood> neighborhoods;
  for (std::uint32_t v = 0; v < graph.node_label.size(); ++v) {
    neighborhoods.push_back(around(all, v, seen));
  }
  std::vector<std::uint32_t> hits;
  std::map<std::uint32_t, double> total;
  for (std::size_t distance = 0; distance <= kReach; ++distance) {
    for (std::size_t radius = 0; radius <= kReach; ++radius) {
      add_block(neighborhoods, distance, radius, hits, total);
    }
  }
  double squares = 0.0;
  for (const auto& [feature, value] : total) {
    squares += value * value;
  }
  NspdkFeatures result(total.begin(), total.end());
  for (auto& [feature, value] : result) {
    value /= std::sqrt(squares);
  }
  return result;
}

double nspdk_mmd(std::span<const NspdkGraph> a, std::span<const NspdkGraph> b) {
  if (a.empty() || b.empty()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const std::vector<double> x = mean_features(a);
  const std::vector<double> y = mean_features(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += (x[i] - y[i]) * (x[i] - y[i]);
  }
  return sum;
}

}  // namespace weft
