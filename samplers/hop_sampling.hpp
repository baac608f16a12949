// One hop of any neighbor sampler: every node met so far is an output and picks positions of its row.
//
// Method: staged prefetch. Groups of outputs pass through three stages, one group behind the other: pick positions and
// ask memory for the edges there; read the neighbors and ask for their slots in the table of local ids; number them and
// write the rows. Each stage meets memory that the stage before has asked for a whole group ago, so that cache misses
// overlap instead of following each other. O(picks + outputs).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/graph/ascending_rows.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/local_ids.hpp"
#include "weft/samplers/position_picks.hpp"
#include "weft/samplers/sample.hpp"

namespace weft {

inline constexpr std::int64_t kLanes = 16;
using Lanes = std::uint32_t __attribute__((vector_size(4 * kLanes)));

/// Outputs that go through a stage together.
inline constexpr std::int64_t kHopGroup = 64;

/// Memory of a hop, reused.
struct HopScratch {
  struct Group {
    std::array<EdgeId, kHopGroup> begin{};
    /// Picks of output i of the group: [first[i], first[i + 1]).
    std::array<std::int64_t, kHopGroup + 1> first{};
    std::vector<std::uint32_t> picked;
    std::vector<float> weights;
    std::vector<NodeId> neighbors;
  };
  std::array<Group, 3> groups;
  std::vector<NodeId> sources;
  std::vector<EdgeId> edges;
  std::vector<float> weights;
  std::vector<std::uint64_t> keys;
  /// For pick_many.
  std::vector<std::uint32_t> table;
};

template <class T>
void grow_to(std::vector<T>& values, std::int64_t size) {
  if (static_cast<std::size_t>(size) > values.size()) {
    values.resize(2 * static_cast<std::size_t>(size));
  }
}

/// Writes a row in ascending order of its local ids: calls write(place, i) for each i in [0, count). The ids differ
/// unless `may_repeat`; kLanes entries may be read.
template <class Write>
void write_ascending(const NodeId* ids, std::int64_t count, bool may_repeat, std::vector<std::uint64_t>& keys,
                     const Write& write) {
  if (count <= kLanes && !may_repeat) {
    // The place of an id is how many are smaller: compared all at once, no branch depends on them.
    Lanes row, place = {};
    __builtin_memcpy(&row, ids, sizeof(row));
    for (std::int64_t i = 0; i < count; ++i) {
      // What lies behind the row gets places too, which nobody reads.
      place -= static_cast<Lanes>(row > ids[i]);
    }
    std::uint32_t places[kLanes];
    __builtin_memcpy(places, &place, sizeof(places));
    for (std::int64_t i = 0; i < count; ++i) {
      write(static_cast<std::int64_t>(places[i]), i);
    }
    return;
  }
  keys.resize(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    keys[static_cast<std::size_t>(i)] = std::uint64_t{ids[i]} << 32 | static_cast<std::uint64_t>(i);
  }
  std::ranges::sort(keys);
  for (std::int64_t i = 0; i < count; ++i) {
    write(i, static_cast<std::int64_t>(keys[static_cast<std::size_t>(i)] & UINT32_MAX));
  }
}

/// `picker` says what a row gives:
///   kWeighted               whether it writes weights
///   most(row, degree)       an upper bound of how many positions it picks
///   pick(row, key, begin, degree, picked, weights)
///                           distinct positions of the row, counted from its begin; returns how many
/// where `row` is the output and `key` its key among `ids`.
template <class Ids, class Picker>
class HopSampling {
 public:
  HopSampling(const CsrGraph& graph, Ids& ids, Picker& picker, HopScratch& scratch, bool keep_edges)
      : graph_(graph),
        offsets_(graph.offsets().data()),
        sources_(graph.sources().data()),
        ids_(ids),
        picker_(picker),
        scratch_(scratch),
        keep_edges_(keep_edges),
        may_repeat_(graph.has_repeats()),
        num_outputs_(ids.size()),
        rows_(static_cast<std::size_t>(num_outputs_) + 1) {
    rows_[0] = 0;
  }

  [[nodiscard]] SampledBlock run() {
    const std::int64_t num_groups = (num_outputs_ + kHopGroup - 1) / kHopGroup;
    for (std::int64_t step = -1; step < num_groups + 2; ++step) {
      if (step + 1 < num_groups) {
        prefetch_rows(step + 1);
      }
      if (step >= 0 && step < num_groups) {
        pick(step);
      }
      if (step >= 1 && step - 1 < num_groups) {
        read(step - 1);
      }
      if (step >= 2) {
        number(step - 2);
        write(step - 2);
      }
      // After 512 rows: with pages of the file around each, few enough megabytes.
      if (step % 8 == 7) {
        graph_.trim();
      }
    }
    return block();
  }

 private:
  static constexpr bool kWeighted = Picker::kWeighted;

  [[nodiscard]] HopScratch::Group& group(std::int64_t g) { return scratch_.groups[static_cast<std::size_t>(g % 3)]; }
  [[nodiscard]] std::size_t size_of(std::int64_t g) const {
    return static_cast<std::size_t>(std::min(kHopGroup, num_outputs_ - g * kHopGroup));
  }
  [[nodiscard]] auto key_of(std::int64_t g, std::size_t i) const {
    return ids_.key(g * kHopGroup + static_cast<std::int64_t>(i));
  }

  void prefetch_rows(std::int64_t g) {
    for (std::size_t i = 0; i < size_of(g); ++i) {
      // A row's end may lie in the next line of the cache.
      const EdgeId* row = offsets_ + Ids::node_of(key_of(g, i));
      __builtin_prefetch(row);
      __builtin_prefetch(row + 1);
    }
  }

  void pick(std::int64_t g) {
    HopScratch::Group& group_of = group(g);
    const std::size_t count = size_of(g);
    const std::int64_t first = g * kHopGroup;
    std::int64_t most = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const NodeId v = Ids::node_of(key_of(g, i));
      group_of.begin[i] = offsets_[v];
      most += picker_.most(first + static_cast<std::int64_t>(i), offsets_[v + 1] - offsets_[v]);
    }
    grow_to(group_of.picked, most);
    if (kWeighted) {
      grow_to(group_of.weights, most);
    }
    std::int64_t filled = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto key = key_of(g, i);
      const EdgeId begin = group_of.begin[i];
      std::uint32_t* picked = group_of.picked.data() + filled;
      float* weights = kWeighted ? group_of.weights.data() + filled : nullptr;
      group_of.first[i] = filled;
      const std::int64_t added = picker_.pick(first + static_cast<std::int64_t>(i), key, begin,
                                              offsets_[Ids::node_of(key) + 1] - begin, picked, weights);
      for (std::int64_t j = 0; j < added; ++j) {
        __builtin_prefetch(sources_ + begin + picked[j]);
      }
      filled += added;
    }
    group_of.first[count] = filled;
  }

  void read(std::int64_t g) {
    HopScratch::Group& group_of = group(g);
    const std::size_t count = size_of(g);
    grow_to(group_of.neighbors, group_of.first[count] + kLanes);
    for (std::size_t i = 0; i < count; ++i) {
      const NodeId* row = sources_ + group_of.begin[i];
      const auto key = key_of(g, i);
      for (auto j = static_cast<std::size_t>(group_of.first[i]); j < static_cast<std::size_t>(group_of.first[i + 1]);
           ++j) {
        group_of.neighbors[j] = row[group_of.picked[j]];
        ids_.prefetch(Ids::neighbor_of(key, group_of.neighbors[j]));
      }
    }
  }

  /// Turns neighbors into local ids: all rows before the first is read again as a whole, as a wide load waits for
  /// narrow stores.
  void number(std::int64_t g) {
    HopScratch::Group& group_of = group(g);
    const std::size_t count = size_of(g);
    ids_.make_room(group_of.first[count]);
    for (std::size_t i = 0; i < count; ++i) {
      const auto key = key_of(g, i);
      for (auto j = static_cast<std::size_t>(group_of.first[i]); j < static_cast<std::size_t>(group_of.first[i + 1]);
           ++j) {
        group_of.neighbors[j] = ids_.insert(Ids::neighbor_of(key, group_of.neighbors[j]));
      }
    }
  }

  void write(std::int64_t g) {
    HopScratch::Group& group_of = group(g);
    const std::size_t count = size_of(g);
    const std::int64_t total = written_ + group_of.first[count];
    grow_to(scratch_.sources, total);
    if (keep_edges_) {
      grow_to(scratch_.edges, total);
    }
    if (kWeighted) {
      grow_to(scratch_.weights, total);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t begin = group_of.first[i], size = group_of.first[i + 1] - begin;
      const NodeId* local = group_of.neighbors.data() + begin;
      const std::uint32_t* picked = group_of.picked.data() + begin;
      NodeId* sources = scratch_.sources.data() + written_;
      EdgeId* edges = keep_edges_ ? scratch_.edges.data() + written_ : nullptr;
      float* weights = kWeighted ? scratch_.weights.data() + written_ : nullptr;
      write_ascending(local, size, may_repeat_, scratch_.keys, [&](std::int64_t place, std::int64_t j) {
        sources[place] = local[j];
        if (edges != nullptr) {
          edges[place] = group_of.begin[i] + picked[j];
        }
        if constexpr (kWeighted) {
          weights[place] = group_of.weights[static_cast<std::size_t>(begin + j)];
        }
      });
      written_ += size;
      rows_[static_cast<std::size_t>(g * kHopGroup) + i + 1] = written_;
    }
  }

  [[nodiscard]] SampledBlock block() {
    const auto copy = [&]<class T>(const std::vector<T>& values) {
      return Buffer<T>::copy_of(std::span<const T>(values.data(), static_cast<std::size_t>(written_)));
    };
    SampledBlock result;
    result.block = MessageBlock(from_ascending_rows(ids_.size(), std::move(rows_), copy(scratch_.sources)));
    if (keep_edges_) {
      result.edges = copy(scratch_.edges);
    }
    if (kWeighted) {
      result.weights = copy(scratch_.weights);
    }
    return result;
  }

  const CsrGraph& graph_;
  const EdgeId* offsets_;
  const NodeId* sources_;
  Ids& ids_;
  Picker& picker_;
  HopScratch& scratch_;
  bool keep_edges_, may_repeat_;
  std::int64_t num_outputs_;
  Buffer<EdgeId> rows_;
  std::int64_t written_ = 0;
};

}  // namespace weft
