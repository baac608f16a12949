#include "weft/io/importers/link_parts.hpp"

#include <algorithm>
#include <utility>

#include "weft/core/error.hpp"

namespace weft {
namespace {

Edge unordered(Edge edge) {
  return {std::min(edge.source, edge.destination), std::max(edge.source, edge.destination)};
}

/// Sorted, without repeats and self-loops.
std::vector<Edge> pairs_of(const std::vector<Edge>& edges) {
  std::vector<Edge> pairs;
  pairs.reserve(edges.size());
  for (const Edge& edge : edges) {
    if (edge.source != edge.destination) {
      pairs.push_back(unordered(edge));
    }
  }
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

/// The links of a part that are in no earlier one, each direction once, in their order.
std::vector<Edge> part_of(const std::vector<Edge>& edges, std::vector<Edge>& taken, const char* part, Dataset& data) {
  std::vector<Edge> kept, sorted = edges;
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::int64_t again = 0;
  for (const Edge& edge : sorted) {
    if (edge.source == edge.destination) {
      continue;
    }
    if (std::ranges::binary_search(taken, unordered(edge))) {
      ++again;
    } else {
      kept.push_back(edge);
    }
  }
  if (again > 0) {
    data.assumed.push_back(concat(again, " of ", sorted.size(), " links for ", part,
                                  " join nodes that an earlier part joins already, and are not judged"));
  }
  const std::vector<Edge> own = pairs_of(kept);
  std::vector<Edge> all(taken.size() + own.size());
  std::ranges::merge(taken, own, all.begin());
  taken = std::move(all);
  return kept;
}

}  // namespace

void add_link_split(const std::vector<Edge>& train, const std::vector<Edge>& val, const std::vector<Edge>& test,
                    Dataset& data) {
  if (val.empty() && test.empty()) {
    return;
  }
  std::vector<Edge> taken;
  Split split{.name = "given"};
  split.train_edges = part_of(train, taken, "training", data);
  split.val_edges = part_of(val, taken, "validation", data);
  split.test_edges = part_of(test, taken, "test", data);
  data.splits.push_back(std::move(split));
}

}  // namespace weft
