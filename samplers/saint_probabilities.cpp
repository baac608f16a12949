// Probabilities of single draws: exact for nodes and edges, counted over trial walks for walks.
#include "weft/samplers/saint_probabilities.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "weft/core/parallel.hpp"
#include "weft/samplers/random_walks.hpp"

namespace weft {
namespace {

/// (1 - p)^b
double none_of(double p, double b) {
  return p >= 1.0 ? 0.0 : std::exp(b * std::log1p(-p));
}

/// Where u -> v stands first in the graph's arrays, or -1.
EdgeId position_of(const CsrGraph& graph, Edge edge) {
  const auto row = graph.sources_of(edge.destination);
  const auto found = std::ranges::lower_bound(row, edge.source);
  return found == row.end() || *found != edge.source
             ? -1
             : graph.offsets()[edge.destination] + static_cast<EdgeId>(found - row.begin());
}

void find_node_probabilities(const CsrGraph& graph, SaintProbabilities& p) {
  for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
    const auto row = graph.sources_of(static_cast<NodeId>(v));
    for (const NodeId u : row) {
      p.hit[u] += 1.0 / (static_cast<double>(row.size()) * static_cast<double>(row.size()));
    }
  }
  p.running_sums.resize(p.hit.size());
  std::partial_sum(p.hit.begin(), p.hit.end(), p.running_sums.begin());
  if (graph.num_edges() == 0) {
    p.running_sums.clear();
  }
  for (double& h : p.hit) {
    h = p.running_sums.empty() ? 0.0 : h / p.running_sums.back();
  }
}

void find_edge_probabilities(const CsrGraph& graph, SaintProbabilities& p) {
  const auto inverse_degree = [&](NodeId v) {
    return 1.0 / static_cast<double>(std::max<std::int64_t>(1, graph.in_degree(v)));
  };
  p.running_sums.reserve(static_cast<std::size_t>(graph.num_edges()));
  double sum = 0.0;
  for (std::int64_t row = 0; row < graph.num_nodes(); ++row) {
    const auto v = static_cast<NodeId>(row);
    for (const NodeId u : graph.sources_of(v)) {
      const double weight = inverse_degree(u) + inverse_degree(v);
      p.running_sums.push_back(sum += weight);
      p.hit[v] += weight;
      p.hit[u] += u == v ? 0.0 : weight;
    }
  }
  for (double& h : p.hit) {
    h = sum == 0.0 ? 0.0 : h / sum;
  }
}

/// Counts are whole numbers: their sum does not depend on the order of the threads.
void find_walk_probabilities(const CsrGraph& graph, const SaintSamplerOptions& options, SaintProbabilities& p) {
  const std::int64_t n = graph.num_nodes();
  std::vector<std::uint64_t> hits(static_cast<std::size_t>(n));
  p.joint_count.assign(static_cast<std::size_t>(graph.num_edges()), 0);
  p.joint_unit = 1.0 / (static_cast<double>(n) * static_cast<double>(options.trial_walks));
  const auto add_one = [](std::uint64_t& count) {
    std::atomic_ref<std::uint64_t>(count).fetch_add(1, std::memory_order_relaxed);
  };
  std::vector<NodeId> roots(static_cast<std::size_t>(n));
  std::iota(roots.begin(), roots.end(), NodeId{0});
  const auto width = static_cast<std::size_t>(options.walk_length) + 1;
  const Random random = Random(options.seed).stream(0x5452494C);
  for (std::int64_t trial = 0; trial < options.trial_walks; ++trial) {
    const Buffer<NodeId> walks =
        uniform_walks(graph, roots, options.walk_length, random.stream(static_cast<std::uint64_t>(trial)));
    parallel_for(n, 4096, [&](std::int64_t begin, std::int64_t end) {
      std::vector<NodeId> met;
      for (std::int64_t i = begin; i < end; ++i) {
        const NodeId* walk = walks.data() + static_cast<std::size_t>(i) * width;
        met.assign(walk, std::find(walk, walk + width, kNoNode));
        std::ranges::sort(met);
        met.erase(std::ranges::unique(met).begin(), met.end());
        for (const NodeId v : met) {
          add_one(hits[v]);
          for (const NodeId u : met) {
            const EdgeId first = position_of(graph, {u, v}), row_end = graph.offsets()[std::size_t{v} + 1];
            for (EdgeId at = first; at >= 0 && at < row_end && graph.sources()[static_cast<std::size_t>(at)] == u;
                 ++at) {
              add_one(p.joint_count[static_cast<std::size_t>(at)]);
            }
          }
        }
      }
    });
  }
  std::ranges::transform(hits, p.hit.begin(),
                         [&](std::uint64_t count) { return static_cast<double>(count) * p.joint_unit; });
}

}  // namespace

double SaintProbabilities::of_node(NodeId v) const {
  return 1.0 - none_of(hit[v], draws);
}

double SaintProbabilities::joint_hit(const CsrGraph& graph, Edge edge, EdgeId position) const {
  if (method == SaintMethod::walk) {
    // A walk that starts at v goes to u first with a probability that is known.
    const double first_step =
        1.0 / (static_cast<double>(graph.num_nodes()) * static_cast<double>(graph.in_degree(edge.destination)));
    const double counted = static_cast<double>(joint_count[static_cast<std::size_t>(position)]) * joint_unit;
    return std::min({std::max(counted, first_step), hit[edge.source], hit[edge.destination]});
  }
  if (method == SaintMethod::node) {
    return 0.0;
  }
  const auto probability_of = [&](EdgeId e) {
    const auto i = static_cast<std::size_t>(e);
    return (running_sums[i] - (i == 0 ? 0.0 : running_sums[i - 1])) / running_sums.back();
  };
  const EdgeId back = position_of(graph, {edge.destination, edge.source});
  return probability_of(position) + (back >= 0 ? probability_of(back) : 0.0);
}

double SaintProbabilities::of_edge(const CsrGraph& graph, Edge edge, EdgeId position) const {
  if (edge.source == edge.destination) {
    return of_node(edge.source);
  }
  const double u = hit[edge.source], v = hit[edge.destination];
  return 1.0 - none_of(u, draws) - none_of(v, draws) + none_of(u + v - joint_hit(graph, edge, position), draws);
}

SaintProbabilities saint_probabilities(const CsrGraph& graph, const SaintSamplerOptions& options) {
  SaintProbabilities p;
  p.method = options.method;
  p.draws = static_cast<double>(options.budget);
  p.hit.assign(static_cast<std::size_t>(graph.num_nodes()), 0.0);
  switch (options.method) {
    case SaintMethod::node:
      find_node_probabilities(graph, p);
      break;
    case SaintMethod::edge:
      find_edge_probabilities(graph, p);
      break;
    case SaintMethod::walk:
      find_walk_probabilities(graph, options, p);
      break;
  }
  return p;
}

}  // namespace weft
