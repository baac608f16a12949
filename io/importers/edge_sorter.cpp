#include "weft/io/importers/edge_sorter.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/items_ahead.hpp"
#include "weft/graph/row_buckets.hpp"
#include "weft/io/importers/spill_file.hpp"

namespace weft {
namespace {

/// What is sorted and written: an edge, in the order of (row, source).
struct PlainItem {
  NodeId row, source;
};
struct WeightedItem {
  NodeId row, source;
  float weight;
};

template <class Item>
std::uint64_t key_of(const Item& item) {
  return std::uint64_t{item.row} << 32 | item.source;
}
constexpr auto kByKey = [](const auto& a, const auto& b) { return key_of(a) < key_of(b); };
constexpr auto kSameKey = [](const auto& a, const auto& b) { return key_of(a) == key_of(b); };

PlainItem item_of(NodeId row, NodeId source, std::span<const float>, std::size_t, PlainItem) {
  return {row, source};
}
WeightedItem item_of(NodeId row, NodeId source, std::span<const float> weights, std::size_t i, WeightedItem) {
  return {row, source, weights[i]};
}

constexpr std::int64_t kLargestRange = 1 << 20;
constexpr std::int64_t kRangesAhead = 4;
constexpr std::int64_t kLargestSampleStep = 4096;
constexpr std::int64_t kLeastCapacity = 1024;

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// Room for one piece.
struct PieceRoom {
  Buffer<NodeId> rows, sources;
  Buffer<float> weights;
  std::size_t size = 0;

  template <class Item>
  void take(std::span<const Item> items) {
    constexpr bool kHasWeights = std::is_same_v<Item, WeightedItem>;
    size = items.size();
    if (rows.size() < size) {
      rows = Buffer<NodeId>(size);
      sources = Buffer<NodeId>(size);
      weights = Buffer<float>(kHasWeights ? size : 0);
    }
    for (std::size_t i = 0; i < size; ++i) {
      rows[i] = items[i].row;
      sources[i] = items[i].source;
      if constexpr (kHasWeights) {
        weights[i] = items[i].weight;
      }
    }
  }
  [[nodiscard]] EdgePiece piece() const {
    return {.rows = std::span<const NodeId>(rows).first(size),
            .sources = std::span<const NodeId>(sources).first(size),
            .weights = std::span<const float>(weights).first(weights.empty() ? 0 : size)};
  }
};

}  // namespace

class EdgeSorter::Sorter {
 public:
  virtual ~Sorter() = default;
  virtual void add(std::span<const Edge> edges, std::span<const float> weights) = 0;
  virtual void finish() = 0;
  virtual void visit(FunctionRef<void(const EdgePiece&)> use) const = 0;
  [[nodiscard]] virtual std::int64_t num_runs() const = 0;
  [[nodiscard]] virtual std::int64_t spilled_bytes() const = 0;
};

template <class Item>
class EdgeSorter::SorterOf final : public EdgeSorter::Sorter {
  static constexpr bool kHasWeights = std::is_same_v<Item, WeightedItem>;

 public:
  explicit SorterOf(const EdgeSorterOptions& options) : options_(options) {
    // Of an edge: as it came, and sorted, in both directions if asked.
    const auto bytes = static_cast<std::int64_t>(sizeof(Edge) + (kHasWeights ? sizeof(float) : 0) +
                                                 sizeof(Item) * (options.symmetrize ? 2 : 1));
    capacity_ = std::max(kLeastCapacity, options.memory_bytes / bytes);
    sample_step_ = std::clamp<std::int64_t>(capacity_ / 64, 1, kLargestSampleStep);
    edges_ = Buffer<Edge>(index(capacity_));
    weights_ = Buffer<float>(kHasWeights ? index(capacity_) : 0);
  }

  void add(std::span<const Edge> edges, std::span<const float> weights) override {
    require(!edges_.empty(), "EdgeSorter: add after finish");
    require(weights.size() == (kHasWeights ? edges.size() : 0), "EdgeSorter: ", weights.size(), " weights for ",
            edges.size(), " edges, expected ", kHasWeights ? "one for each" : "none");
    while (!edges.empty()) {
      const std::size_t count = std::min(edges.size(), index(capacity_ - size_));
      std::ranges::copy(edges.first(count), edges_.begin() + size_);
      edges = edges.subspan(count);
      if constexpr (kHasWeights) {
        std::ranges::copy(weights.first(count), weights_.begin() + size_);
        weights = weights.subspan(count);
      }
      size_ += static_cast<std::int64_t>(count);
      if (size_ == capacity_ && !edges.empty()) {
        spill(sorted());
      }
    }
  }

  void finish() override {
    SortedBuckets last = sorted();
    edges_ = {};
    weights_ = {};
    if (runs_.empty()) {
      in_memory_ = std::move(last);
      return;
    }
    spill(std::move(last));
    plan_ranges();
  }

  void visit(FunctionRef<void(const EdgePiece&)> use) const override {
    std::vector<PieceRoom> room(index(kRangesAhead));
    std::vector<MergeRoom> merge_room(index(kRangesAhead));
    const std::int64_t num_pieces =
        runs_.empty() ? in_memory_.buckets.num_buckets() : static_cast<std::int64_t>(range_begin_.size()) - 1;
    ItemsAhead pieces(0, num_pieces, kRangesAhead, [&](std::int64_t i, std::int64_t slot) {
      room[index(slot)].take(runs_.empty() ? in_memory_.bucket(i)
                                           : std::span<const Item>(merged(i, merge_room[index(slot)])));
    });
    while (const auto made = pieces.next()) {
      if (room[index(made->slot)].size > 0) {
        use(room[index(made->slot)].piece());
      }
    }
  }

  [[nodiscard]] std::int64_t num_runs() const override { return static_cast<std::int64_t>(runs_.size()); }
  [[nodiscard]] std::int64_t spilled_bytes() const override { return file_ ? file_->bytes() : 0; }

 private:
  /// Ascending buckets, each sorted; of bucket b the first kept[b] items without repeats.
  struct SortedBuckets {
    RowBuckets<Item> buckets;
    std::vector<std::int64_t> kept;
    [[nodiscard]] std::span<const Item> bucket(std::int64_t b) const {
      return std::span<const Item>(buckets.items).subspan(index(buckets.begin[index(b)]), index(kept[index(b)]));
    }
  };
  /// A sorted run in the file, and the key of every sample_step_-th item.
  struct Run {
    std::int64_t offset = 0, size = 0;
    std::vector<std::uint64_t> samples;
  };
  struct MergeRoom {
    Buffer<Item> items, other;
  };

  /// What was collected, which is then gone.
  SortedBuckets sorted() {
    const std::span<const Edge> edges = std::span<const Edge>(edges_).first(index(std::exchange(size_, 0)));
    NodeId last_row = 0;
    for (const Edge& edge : edges) {
      last_row = std::max(last_row, options_.symmetrize ? std::max(edge.source, edge.destination) : edge.destination);
    }
    SortedBuckets result;
    const std::span<const float> weights = weights_;
    result.buckets =
        into_row_buckets<Item>(edges.empty() ? 0 : std::int64_t{last_row} + 1, static_cast<std::int64_t>(edges.size()),
                               [&](std::int64_t first, std::int64_t last, const auto& emit) {
                                 for (std::size_t i = index(first); i < index(last); ++i) {
                                   const auto [source, destination] = edges[i];
                                   if (source == destination && options_.drops_self_loops) {
                                     continue;
                                   }
                                   emit(item_of(destination, source, weights, i, Item()));
                                   if (options_.symmetrize && source != destination) {
                                     emit(item_of(source, destination, weights, i, Item()));
                                   }
                                 }
                               });
    result.kept.resize(index(result.buckets.num_buckets()));
    parallel_for(result.buckets.num_buckets(), 1, [&](std::int64_t b, std::int64_t) {
      Item* first = result.buckets.items.data() + result.buckets.begin[index(b)];
      Item* last = result.buckets.items.data() + result.buckets.begin[index(b) + 1];
      if constexpr (kHasWeights) {
        std::stable_sort(first, last, kByKey);
      } else {
        std::sort(first, last, kByKey);
      }
      result.kept[index(b)] = std::unique(first, last, kSameKey) - first;
    });
    return result;
  }

  void spill(const SortedBuckets& sorted) {
    if (!file_) {
      file_.emplace(options_.target);
    }
    Run run{.offset = file_->bytes(), .size = 0, .samples = {}};
    for (std::int64_t b = 0; b < sorted.buckets.num_buckets(); ++b) {
      const std::span<const Item> items = sorted.bucket(b);
      const std::int64_t to_next = (sample_step_ - run.size % sample_step_) % sample_step_;
      for (std::size_t i = index(to_next); i < items.size(); i += index(sample_step_)) {
        run.samples.push_back(key_of(items[i]));
      }
      run.size += static_cast<std::int64_t>(items.size());
      file_->append(items.data(), static_cast<std::int64_t>(items.size_bytes()));
    }
    runs_.push_back(std::move(run));
  }

  /// How many items of the run are below `key`.
  [[nodiscard]] std::int64_t count_below(const Run& run, std::uint64_t key) const {
    const auto sample = std::ranges::lower_bound(run.samples, key) - run.samples.begin();
    if (sample == 0) {
      return 0;
    }
    // The items from the last sample below the key on.
    const std::int64_t first = (sample - 1) * sample_step_;
    std::vector<Item> items(index(std::min(sample_step_, run.size - first)));
    file_->read(run.offset + first * static_cast<std::int64_t>(sizeof(Item)), items.data(),
                static_cast<std::int64_t>(items.size() * sizeof(Item)));
    const auto found = std::ranges::partition_point(items, [&](const Item& item) { return key_of(item) < key; });
    return first + (found - items.begin());
  }

  /// Cuts the keys into ranges of about as many items, and finds where each starts in every run.
  void plan_ranges() {
    std::vector<std::uint64_t> samples;
    for (const Run& run : runs_) {
      samples.insert(samples.end(), run.samples.begin(), run.samples.end());
    }
    std::ranges::sort(samples);
    const std::int64_t range_items = std::clamp<std::int64_t>(capacity_ / 16, kLeastCapacity, kLargestRange);
    const std::int64_t step = std::max<std::int64_t>(1, range_items / sample_step_);
    range_begin_.emplace_back(runs_.size(), 0);
    for (std::int64_t i = step; i < static_cast<std::int64_t>(samples.size()); i += step) {
      if (samples[index(i)] == samples[index(i - step)]) {
        continue;
      }
      std::vector<std::int64_t>& begin = range_begin_.emplace_back();
      for (const Run& run : runs_) {
        begin.push_back(count_below(run, samples[index(i)]));
      }
    }
    std::vector<std::int64_t>& end = range_begin_.emplace_back();
    for (const Run& run : runs_) {
      end.push_back(run.size);
    }
  }

  /// The items of a range of all runs, in order, of repeats that of the earliest run.
  std::span<const Item> merged(std::int64_t range, MergeRoom& room) const {
    const std::vector<std::int64_t>&begin = range_begin_[index(range)], &end = range_begin_[index(range) + 1];
    std::vector<std::size_t> border = {0};
    for (std::size_t r = 0; r < runs_.size(); ++r) {
      border.push_back(border.back() + index(end[r] - begin[r]));
    }
    if (room.items.size() < border.back()) {
      room.items = Buffer<Item>(border.back());
      room.other = Buffer<Item>(border.back());
    }
    for (std::size_t r = 0; r < runs_.size(); ++r) {
      file_->read(runs_[r].offset + begin[r] * static_cast<std::int64_t>(sizeof(Item)), room.items.data() + border[r],
                  (end[r] - begin[r]) * static_cast<std::int64_t>(sizeof(Item)));
    }
    while (border.size() > 2) {
      // Neighbors are merged: std::merge takes equal items of the first, the earlier run, first.
      std::vector<std::size_t> next = {0};
      const Item* from = room.items.data();
      for (std::size_t r = 0; r + 1 < border.size(); r += 2) {
        const std::size_t last = border[std::min(r + 2, border.size() - 1)];
        std::merge(from + border[r], from + border[r + 1], from + border[r + 1], from + last,
                   room.other.data() + border[r], kByKey);
        next.push_back(last);
      }
      std::swap(room.items, room.other);
      border = std::move(next);
    }
    Item* first = room.items.data();
    return {first, std::unique(first, first + border.back(), kSameKey)};
  }

  EdgeSorterOptions options_;
  std::int64_t capacity_ = 0, sample_step_ = 1;
  Buffer<Edge> edges_;
  Buffer<float> weights_;
  std::int64_t size_ = 0;
  SortedBuckets in_memory_;
  std::optional<SpillFile> file_;
  std::vector<Run> runs_;
  /// [ranges + 1][runs]
  std::vector<std::vector<std::int64_t>> range_begin_;
};

EdgeSorter::EdgeSorter(const EdgeSorterOptions& options) {
  require(options.memory_bytes > 0, "EdgeSorter: memory_bytes is ", options.memory_bytes, ", expected more than 0");
  if (options.has_weights) {
    sorter_ = std::make_unique<SorterOf<WeightedItem>>(options);
  } else {
    sorter_ = std::make_unique<SorterOf<PlainItem>>(options);
  }
}
EdgeSorter::EdgeSorter(EdgeSorter&&) noexcept = default;
EdgeSorter& EdgeSorter::operator=(EdgeSorter&&) noexcept = default;
EdgeSorter::~EdgeSorter() = default;

void EdgeSorter::add(std::span<const Edge> edges, std::span<const float> weights) {
  sorter_->add(edges, weights);
}
void EdgeSorter::finish() {
  sorter_->finish();
}
void EdgeSorter::visit(FunctionRef<void(const EdgePiece&)> use) const {
  sorter_->visit(use);
}
std::int64_t EdgeSorter::num_runs() const {
  return sorter_->num_runs();
}
std::int64_t EdgeSorter::spilled_bytes() const {
  return sorter_->spilled_bytes();
}

}  // namespace weft
