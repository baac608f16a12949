#include "weft/samplers/link_sampler.hpp"

#include <algorithm>
#include <array>

#include "weft/core/error.hpp"
#include "weft/core/random_permutation.hpp"

namespace weft {

LinkSampler::LinkSampler(std::int64_t num_nodes, std::vector<Edge> links, const LinkSamplerOptions& options)
    : num_nodes_(num_nodes),
      links_(std::move(links)),
      options_(options),
      negatives_(CsrGraph::from_edges(num_nodes, links_, {.symmetrize = true}),
                 {.per_positive = options.degree_power > 0.0 ? options.negatives_per_edge : 1,
                  .degree_power = options.degree_power,
                  .side = options.side}) {
  require(options.batch_size >= 0 && options.negatives_per_edge >= 1, "LinkSampler: batch_size is ", options.batch_size,
          " and negatives_per_edge ", options.negatives_per_edge, ", expected at least 0 and 1");
}

std::int64_t LinkSampler::num_batches() const {
  const auto count = static_cast<std::int64_t>(links_.size());
  const std::int64_t size = options_.batch_size > 0 ? options_.batch_size : std::max<std::int64_t>(1, count);
  return (count + size - 1) / size;
}

LinkSample LinkSampler::sample(std::int64_t epoch, std::int64_t index) const {
  require(epoch >= 0 && index >= 0 && index < num_batches(), "LinkSampler: batch ", index, " of epoch ", epoch,
          " was asked for, expected 0 to ", num_batches() - 1);
  const auto count = static_cast<std::int64_t>(links_.size());
  const Random of_epoch = Random(options_.seed).stream(static_cast<std::uint64_t>(epoch));
  const RandomPermutation place(count, of_epoch);
  const std::int64_t size = options_.batch_size > 0 ? options_.batch_size : count;
  LinkSample result;
  for (std::int64_t i = index * size; i < std::min(count, (index + 1) * size); ++i) {
    result.pairs.push_back(links_[static_cast<std::size_t>(place(i))]);
  }
  result.num_links = static_cast<std::int64_t>(result.pairs.size());
  const std::vector<Edge> none = negatives(result.pairs, of_epoch.stream(static_cast<std::uint64_t>(index)));
  result.pairs.insert(result.pairs.end(), none.begin(), none.end());
  return result;
}

std::vector<Edge> LinkSampler::negatives(std::span<const Edge> links, const Random& random) const {
  if (options_.degree_power == 0.0) {
    return uniform_non_edges(negatives_, num_nodes_,
                             static_cast<std::int64_t>(links.size()) * options_.negatives_per_edge, random)
        .edges;
  }
  std::vector<Edge> turned(links.begin(), links.end());
  const Random coin = random.stream(0);
  for (std::size_t i = 0; i < turned.size(); ++i) {
    if ((coin.bits(i) & 1) != 0) {
      std::swap(turned[i].source, turned[i].destination);
    }
  }
  return negatives_.sample(turned, random.stream(1)).edges;
}

NegativeEdges uniform_non_edges(const NegativeSampler& uniform, std::int64_t num_nodes, std::int64_t count,
                                const Random& random) {
  const Random destinations = random.stream(0);
  std::vector<Edge> asked(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto v = static_cast<NodeId>(destinations.below(static_cast<std::uint64_t>(num_nodes), i));
    asked[i] = {v, v};
  }
  return uniform.sample(asked, random.stream(1));
}

std::span<const SamplerInfo> link_samplers() {
  static constexpr std::array<SamplerInfo, 4> kSamplers = {{
      {.name = "uniform_negatives",
       .summary = "links, and pairs of nodes drawn uniformly that are none",
       .source = "Kipf, Welling 2016"},
      {.name = "degree_negatives",
       .summary = "links, and pairs that keep one end of a link and draw the other by its degree",
       .source = "Mikolov et al. 2013"},
      {.name = "neighbor",
       .summary = "the same as uniform_negatives, and of the graph so many neighbors around their ends",
       .source = "Hamilton, Ying, Leskovec 2017"},
      {.name = "neighbor+degree_negatives",
       .summary = "the same as degree_negatives, and of the graph so many neighbors around their ends",
       .source = "Hamilton, Ying, Leskovec 2017"},
  }};
  return kSamplers;
}

}  // namespace weft
