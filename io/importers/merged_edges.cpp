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

constexpr std::int64_t kGrain = 1 << 15;

/// An edge of a row: its source and its place in the file, in one number, since most of the time goes into moving them.
using Entry = std::uint64_t;

NodeId source_of(Entry entry) {
  return static_cast<NodeId>(entry >> 32);
}

std::size_t place_of(Entry entry) {
  return static_cast<std::size_t>(entry & std::numeric_limits<std::uint32_t>::max());
}

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

std::int32_t relation_of(const EdgeBatch& batch, Entry entry) {
  return batch.relations.empty() ? 0 : batch.relations[place_of(entry)];
}

struct Rows {
  Buffer<EdgeId> offsets;
  Buffer<Entry> entries;

  [[nodiscard]] std::span<const Entry> of(std::int64_t v) const {
    return std::span<const Entry>(entries).subspan(index(offsets[index(v)]),
                                                   index(offsets[index(v) + 1] - offsets[index(v)]));
  }
};

/// By source, relation and place.
Rows sorted_rows(std::int64_t num_nodes, const EdgeBatch& batch, bool symmetrize) {
  struct Incoming {
    NodeId row, source;
    std::uint32_t place;
  };
  Rows rows;
  {
    const auto buckets =
        into_row_buckets<Incoming>(num_nodes, static_cast<std::int64_t>(batch.edges.size()),
                                   [&](std::int64_t first, std::int64_t last, const auto& emit) {
                                     for (std::int64_t i = first; i < last; ++i) {
                                       const auto [source, destination] = batch.edges[index(i)];
                                       emit(Incoming{destination, source, static_cast<std::uint32_t>(i)});
                                       if (symmetrize && source != destination) {
                                         emit(Incoming{source, destination, static_cast<std::uint32_t>(i)});
                                       }
                                     }
                                   });
    rows.entries = Buffer<Entry>(buckets.items.size());
    rows.offsets = place_rows(buckets, num_nodes, [&](EdgeId position, const Incoming& edge) {
      rows.entries[index(position)] = Entry{edge.source} << 32 | edge.place;
    });
  }
  parallel_rows(rows.offsets, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      Entry* first = rows.entries.data() + rows.offsets[index(v)];
      Entry* last = rows.entries.data() + rows.offsets[index(v) + 1];
      if (batch.relations.empty()) {
        std::sort(first, last);
      } else {
        std::sort(first, last, [&](Entry x, Entry y) {
          const std::int32_t of_x = relation_of(batch, x), of_y = relation_of(batch, y);
          return source_of(x) == source_of(y) && of_x != of_y ? of_x < of_y : x < y;
        });
      }
    }
  });
  return rows;
}

float merged_weight(std::span<const Entry> group, std::span<const float> weights, MergeEdges merge) {
  if (group.size() == 1 || merge == MergeEdges::first) {
    return weights[place_of(group.front())];
  }
  double sum = 0.0;
  float most = weights[place_of(group.front())];
  for (const Entry entry : group) {
    sum += double{weights[place_of(entry)]};
    most = std::max(most, weights[place_of(entry)]);
  }
  switch (merge) {
    case MergeEdges::first:
    case MergeEdges::keep:
      return weights[place_of(group.front())];
    case MergeEdges::last:
      return weights[place_of(group.back())];
    case MergeEdges::sum:
      return static_cast<float>(sum);
    case MergeEdges::mean:
      return static_cast<float>(sum / static_cast<double>(group.size()));
    case MergeEdges::max:
      return most;
  }
  return most;
}

/// Calls use(number of the edge in its row, its entries) for each edge of a row, and returns how many there are.
template <class Use>
std::int64_t for_each_edge(const EdgeBatch& batch, MergeEdges merge, std::span<const Entry> row, const Use& use) {
  std::int64_t count = 0;
  for (std::size_t first = 0, last = 0; first < row.size(); first = last, ++count) {
    last = first + 1;
    while (merge != MergeEdges::keep && last < row.size() && source_of(row[last]) == source_of(row[first]) &&
           relation_of(batch, row[last]) == relation_of(batch, row[first])) {
      ++last;
    }
    use(count, row.subspan(first, last - first));
  }
  return count;
}

}  // namespace

MergedEdges merged_edges(std::int64_t num_nodes, const EdgeBatch& batch, bool symmetrize, MergeEdges merge) {
  constexpr std::size_t kMostEdges = std::numeric_limits<std::uint32_t>::max();
  require(batch.edges.size() <= kMostEdges, "edges with weights, times or relations: ", batch.edges.size(),
          " are too many in memory, expected at most ", kMostEdges);
  const Rows rows = sorted_rows(num_nodes, batch, symmetrize);
  Buffer<EdgeId> offsets(index(num_nodes) + 1);
  offsets[0] = 0;
  parallel_rows(rows.offsets, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      offsets[index(v) + 1] = for_each_edge(batch, merge, rows.of(v), [](std::int64_t, std::span<const Entry>) {});
    }
  });
  for (std::size_t v = 1; v < offsets.size(); ++v) {
    offsets[v] += offsets[v - 1];
  }
  const std::size_t num_edges = index(offsets[index(num_nodes)]);
  MergedEdges result;
  result.weights = Buffer<float>(batch.weights.empty() ? 0 : num_edges);
  result.times = Buffer<std::int64_t>(batch.times.empty() ? 0 : num_edges);
  result.relations = Buffer<std::int32_t>(batch.relations.empty() ? 0 : num_edges);
  result.places = Buffer<std::uint32_t>(batch.wants_places ? num_edges : 0);
  Buffer<NodeId> sources(num_edges);
  std::atomic<bool> has_repeats{false};
  parallel_rows(rows.offsets, kGrain, [&](std::int64_t begin, std::int64_t end) {
    bool repeats = false;
    for (std::int64_t v = begin; v < end; ++v) {
      for_each_edge(batch, merge, rows.of(v), [&](std::int64_t number, std::span<const Entry> group) {
        const std::size_t edge = index(offsets[index(v)] + number);
        const std::size_t kept = place_of(merge == MergeEdges::last ? group.back() : group.front());
        sources[edge] = source_of(group.front());
        repeats = repeats || (number > 0 && sources[edge - 1] == sources[edge]);
        if (!batch.weights.empty()) {
          result.weights[edge] = merged_weight(group, batch.weights, merge);
        }
        if (!batch.times.empty()) {
          result.times[edge] = batch.times[kept];
        }
        if (!batch.relations.empty()) {
          result.relations[edge] = batch.relations[kept];
        }
        if (batch.wants_places) {
          result.places[edge] = static_cast<std::uint32_t>(kept);
        }
      });
    }
    if (repeats) {
      has_repeats = true;
    }
  });
  result.graph = from_ascending_rows(num_nodes, std::move(offsets), std::move(sources), has_repeats);
  return result;
}

}  // namespace weft
