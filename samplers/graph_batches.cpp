#include "weft/samplers/graph_batches.hpp"

#include <numeric>

#include "weft/core/error.hpp"

namespace weft {

GraphEpoch even_batches(std::vector<std::int64_t> graphs, std::span<const std::int64_t> costs,
                        std::int64_t batch_size) {
  require(batch_size >= 1, "even_batches: batch_size is ", batch_size, ", expected at least 1");
  require(costs.size() == graphs.size(), "even_batches: there are ", graphs.size(), " graphs and ", costs.size(),
          " costs, expected as many");
  const auto count = static_cast<std::int64_t>(graphs.size());
  const double wanted = static_cast<double>((count + batch_size - 1) / batch_size);
  // A graph costs something even if it has no node.
  const double total = static_cast<double>(std::accumulate(costs.begin(), costs.end(), count));
  GraphEpoch epoch{.graphs = std::move(graphs), .starts = {0}};
  double done = 0.0;
  for (std::int64_t i = 0; i < count; ++i) {
    done += static_cast<double>(costs[static_cast<std::size_t>(i)] + 1);
    // The share that this graph completes, if any; several at once if it is large.
    const double shares = static_cast<double>(epoch.starts.size());
    if (i + 1 == count || done * wanted >= total * shares) {
      epoch.starts.push_back(i + 1);
    }
  }
  return epoch;
}

GraphBatches::GraphBatches(std::vector<std::int64_t> graphs, std::vector<std::int64_t> costs, std::int64_t batch_size,
                           const Random& random)
    : graphs_(std::move(graphs)), costs_(std::move(costs)), batch_size_(batch_size), random_(random) {
  (void)even_batches(graphs_, costs_, batch_size_);
}

GraphEpoch GraphBatches::epoch(std::int64_t epoch) const {
  std::vector<std::int64_t> order(graphs_.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  shuffle(std::span<std::int64_t>(order), random_.stream(static_cast<std::uint64_t>(epoch)));
  std::vector<std::int64_t> graphs(order.size()), costs(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    graphs[i] = graphs_[static_cast<std::size_t>(order[i])];
    costs[i] = costs_[static_cast<std::size_t>(order[i])];
  }
  return even_batches(std::move(graphs), costs, batch_size_);
}

}  // namespace weft
