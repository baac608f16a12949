// Parts joined or drawn, and the subgraphs on them.
#include "weft/samplers/part_samplers.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/core/random_permutation.hpp"
#include "weft/samplers/all_hops.hpp"
#include "weft/samplers/seed_batches.hpp"
#include "weft/samplers/subgraph.hpp"

namespace weft {

ClusterSampler::ClusterSampler(CsrGraph graph, std::span<const std::int32_t> part_of, const std::vector<NodeId>& seeds,
                               const ClusterSamplerOptions& options)
    : graph_(std::move(graph)), options_(options), is_seed_(marks_of("ClusterSampler", seeds, graph_.num_nodes())) {
  require_square("ClusterSampler", graph_);
  require(static_cast<std::int64_t>(part_of.size()) == graph_.num_nodes(), "ClusterSampler: there are ", part_of.size(),
          " numbers of parts, expected one for each of ", graph_.num_nodes(), " nodes");
  require(options.parts_per_batch >= 1, "ClusterSampler: parts_per_batch is ", options.parts_per_batch,
          ", expected at least 1");
  const std::int64_t num_parts = part_of.empty() ? 0 : std::int64_t{*std::ranges::max_element(part_of)} + 1;
  part_begin_.assign(static_cast<std::size_t>(num_parts) + 1, 0);
  for (std::size_t v = 0; v < part_of.size(); ++v) {
    require(part_of[v] >= 0, "ClusterSampler: node ", v, " is in part ", part_of[v], ", expected 0 or more");
    ++part_begin_[static_cast<std::size_t>(part_of[v]) + 1];
  }
  for (std::size_t p = 0; p + 1 < part_begin_.size(); ++p) {
    part_begin_[p + 1] += part_begin_[p];
  }
  std::vector<std::int64_t> next = part_begin_;
  nodes_.resize(part_of.size());
  for (std::size_t v = 0; v < part_of.size(); ++v) {
    nodes_[static_cast<std::size_t>(next[static_cast<std::size_t>(part_of[v])]++)] = static_cast<NodeId>(v);
  }
}

Sample ClusterSampler::sample(std::int64_t epoch, std::int64_t index) const {
  require_batch("ClusterSampler", epoch, index, num_batches());
  const RandomPermutation order(num_parts(), Random(options_.seed).stream(static_cast<std::uint64_t>(epoch)));
  std::vector<NodeId> nodes;
  const std::int64_t first = index * options_.parts_per_batch;
  for (std::int64_t i = first; i < std::min(num_parts(), first + options_.parts_per_batch); ++i) {
    const auto part = static_cast<std::size_t>(order(i));
    nodes.insert(nodes.end(), nodes_.begin() + part_begin_[part], nodes_.begin() + part_begin_[part + 1]);
  }
  std::ranges::sort(nodes);
  return subgraph_sample(graph_, nodes, is_seed_, options_.keep_edges, *scratch_.borrow());
}

RandomPartSampler::RandomPartSampler(CsrGraph graph, const std::vector<NodeId>& seeds,
                                     const RandomPartSamplerOptions& options)
    : graph_(std::move(graph)), options_(options), is_seed_(marks_of("RandomPartSampler", seeds, graph_.num_nodes())) {
  require_square("RandomPartSampler", graph_);
  require(options.num_parts >= 1 && options.num_parts <= kMaxNodes, "RandomPartSampler: num_parts is ",
          options.num_parts, ", expected 1 to ", kMaxNodes);
}

Sample RandomPartSampler::sample(std::int64_t epoch, std::int64_t index) const {
  require_batch("RandomPartSampler", epoch, index, num_batches());
  const std::int64_t n = graph_.num_nodes();
  const RandomPermutation order(n, Random(options_.seed).stream(static_cast<std::uint64_t>(epoch)));
  const std::int64_t size = n / options_.num_parts, rest = n % options_.num_parts;
  const std::int64_t first = index * size + std::min(index, rest), last = first + size + (index < rest ? 1 : 0);
  std::vector<NodeId> nodes;
  for (std::int64_t i = first; i < last; ++i) {
    nodes.push_back(static_cast<NodeId>(order(i)));
  }
  std::ranges::sort(nodes);
  return subgraph_sample(graph_, nodes, is_seed_, options_.keep_edges, *scratch_.borrow());
}

}  // namespace weft
