#include "weft/io/importers/merged_edges.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <span>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/ascending_rows.hpp"
#include "weft/graph/row_buckets.hpp"

namespace weft {
namespace {

/// Of 12 bytes: most of the time goes into moving them.
struct Entry {
  NodeId row, source;
  std::uint32_t place;
  [[nodiscard]] std::uint64_t key() const { return std::uint64_t{row} << 32 | source; }
};

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

RowBuckets<Entry> sorted_entries(std::int64_t num_nodes, std::span<const Edge> edges, bool symmetrize) {
  RowBuckets<Entry> entries = into_row_buckets<Entry>(
      num_nodes, static_cast<std::int64_t>(edges.size()), [&](std::int64_t first, std::int64_t last, const auto& emit) {
        for (std::int64_t i = first; i < last; ++i) {
          const auto [source, destination] = edges[index(i)];
          emit(Entry{destination, source, static_cast<std::uint32_t>(i)});
          if (symmetrize && source != destination) {
            emit(Entry{source, destination, static_cast<std::uint32_t>(i)});
          }
        }
      });
  parallel_for(entries.num_buckets(), 1, [&](std::int64_t b, std::int64_t) {
    std::sort(
        entries.items.data() + entries.begin[index(b)], entries.items.data() + entries.begin[index(b) + 1],
        [](const Entry& x, const Entry& y) { return x.key() != y.key() ? x.key() < y.key() : x.place < y.place; });
  });
  return entries;
}

float merged_weight(std::span<const Entry> group, std::span<const float> weights, MergeEdges merge) {
  if (group.size() == 1 || merge == MergeEdges::first) {
    return weights[index(group.front().place)];
  }
  double sum = 0.0;
  float most = weights[index(group.front().place)];
  for (const Entry& entry : group) {
    sum += double{weights[index(entry.place)]};
    most = std::max(most, weights[index(entry.place)]);
  }
  switch (merge) {
    case MergeEdges::first:
      return weights[index(group.front().place)];
    case MergeEdges::last:
      return weights[index(group.back().place)];
    case MergeEdges::sum:
      return static_cast<float>(sum);
    case MergeEdges::mean:
      return static_cast<float>(sum / static_cast<double>(group.size()));
    case MergeEdges::max:
      return most;
  }
  return most;
}

/// Calls use(number of the edge in its bucket, its entries) for each edge of a bucket.
template <class Use>
std::int64_t for_each_edge(const RowBuckets<Entry>& entries, std::int64_t bucket, const Use& use) {
  const std::span<const Entry> all(entries.items.data() + entries.begin[index(bucket)],
                                   entries.items.data() + entries.begin[index(bucket) + 1]);
  std::int64_t count = 0;
  for (std::size_t first = 0, last = 0; first < all.size(); first = last, ++count) {
    while (last < all.size() && all[last].key() == all[first].key()) {
      ++last;
    }
    use(count, all.subspan(first, last - first));
  }
  return count;
}

}  // namespace

MergedEdges merged_edges(std::int64_t num_nodes, const EdgeBatch& batch, bool symmetrize, MergeEdges merge) {
  constexpr std::size_t kMostEdges = std::numeric_limits<std::uint32_t>::max();
  require(batch.edges.size() <= kMostEdges, "edges with weights, times or relations: ", batch.edges.size(),
          " are too many in memory, expected at most ", kMostEdges);
  const RowBuckets<Entry> entries = sorted_entries(num_nodes, batch.edges, symmetrize);
  const std::int64_t num_buckets = entries.num_buckets();
  std::vector<std::int64_t> first_edge(index(num_buckets) + 1, 0);
  parallel_for(num_buckets, 1, [&](std::int64_t b, std::int64_t) {
    first_edge[index(b) + 1] = for_each_edge(entries, b, [](std::int64_t, std::span<const Entry>) {});
  });
  for (std::size_t b = 1; b < first_edge.size(); ++b) {
    first_edge[b] += first_edge[b - 1];
  }
  const std::size_t num_edges = index(first_edge.back());
  MergedEdges result;
  result.weights = Buffer<float>(batch.weights.empty() ? 0 : num_edges);
  result.times = Buffer<std::int64_t>(batch.times.empty() ? 0 : num_edges);
  result.relations = Buffer<std::int32_t>(batch.relations.empty() ? 0 : num_edges);
  Buffer<NodeId> sources(num_edges);
  Buffer<EdgeId> offsets(index(num_nodes) + 1, 0);
  std::atomic<std::int64_t> lost{0};
  // A row lies in one bucket.
  parallel_for(num_buckets, 1, [&](std::int64_t b, std::int64_t) {
    std::int64_t own_lost = 0;
    for_each_edge(entries, b, [&](std::int64_t number, std::span<const Entry> group) {
      const std::size_t edge = index(first_edge[index(b)] + number);
      const std::size_t kept = index((merge == MergeEdges::last ? group.back() : group.front()).place);
      sources[edge] = group.front().source;
      ++offsets[std::size_t{group.front().row} + 1];
      if (!batch.weights.empty()) {
        result.weights[edge] = merged_weight(group, batch.weights, merge);
      }
      if (!batch.times.empty()) {
        result.times[edge] = batch.times[kept];
      }
      if (!batch.relations.empty()) {
        result.relations[edge] = batch.relations[kept];
        // Of both directions of an edge one is counted.
        for (const Entry& entry : group) {
          const bool is_forward = batch.edges[index(entry.place)].destination == entry.row;
          own_lost += is_forward && batch.relations[index(entry.place)] != batch.relations[kept] ? 1 : 0;
        }
      }
    });
    lost += own_lost;
  });
  for (std::size_t v = 1; v < offsets.size(); ++v) {
    offsets[v] += offsets[v - 1];
  }
  result.lost_relations = lost;
  result.graph = from_ascending_rows(num_nodes, std::move(offsets), std::move(sources));
  return result;
}

}  // namespace weft
