// The only file that includes oneTBB.
#include "weft/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_sort.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "weft/core/error.hpp"

namespace weft {
namespace {

/// One task a chunk, so that chunk borders are those the caller named.
void for_each_chunk(std::int64_t num_chunks, FunctionRef<void(std::int64_t)> body) {
  if (num_chunks == 1) {
    body(0);
    return;
  }
  tbb::parallel_for(
      tbb::blocked_range<std::int64_t>(0, num_chunks, 1),
      [&](const tbb::blocked_range<std::int64_t>& range) {
        for (std::int64_t chunk = range.begin(); chunk < range.end(); ++chunk) {
          // A thread that waits inside a body must not start another chunk of this loop: bodies may
          // hold per-thread scratch.
          tbb::this_task_arena::isolate([&] { body(chunk); });
        }
      },
      tbb::simple_partitioner());
}

}  // namespace

void parallel_for(std::int64_t count, std::int64_t grain, RangeBody body) {
  require(grain >= 1, "parallel_for: grain is ", grain, ", expected at least 1");
  if (count <= 0) {
    return;
  }
  for_each_chunk((count + grain - 1) / grain,
                 [&](std::int64_t chunk) { body(chunk * grain, std::min(count, (chunk + 1) * grain)); });
}

void parallel_rows(std::span<const EdgeId> offsets, std::int64_t edges_per_chunk, RangeBody body) {
  require(edges_per_chunk >= 1, "parallel_rows: edges_per_chunk is ", edges_per_chunk, ", expected at least 1");
  const auto num_rows = static_cast<std::int64_t>(offsets.size()) - 1;
  if (num_rows <= 0) {
    return;
  }
  // Row v starts at cost v + offsets[v]; a chunk is the rows whose start falls into its share.
  const auto cost = [&](std::int64_t row) { return row + offsets[static_cast<std::size_t>(row)] - offsets[0]; };
  const auto first_row = [&](std::int64_t start) {
    std::int64_t low = 0, high = num_rows;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (cost(middle) < start) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  const std::int64_t num_chunks = (cost(num_rows) + edges_per_chunk - 1) / edges_per_chunk;
  for_each_chunk(num_chunks, [&](std::int64_t chunk) {
    const std::int64_t begin = first_row(chunk * edges_per_chunk);
    const std::int64_t end = chunk + 1 == num_chunks ? num_rows : first_row((chunk + 1) * edges_per_chunk);
    if (begin < end) {
      body(begin, end);
    }
  });
}

double parallel_sum(std::int64_t count, std::int64_t grain,
                    FunctionRef<double(std::int64_t begin, std::int64_t end)> body) {
  require(grain >= 1, "parallel_sum: grain is ", grain, ", expected at least 1");
  if (count <= 0) {
    return 0.0;
  }
  std::vector<double> partial(static_cast<std::size_t>((count + grain - 1) / grain));
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
    partial[static_cast<std::size_t>(begin / grain)] = body(begin, end);
  });
  double sum = 0.0;
  for (const double p : partial) {
    sum += p;
  }
  return sum;
}

void parallel_sort(std::span<std::uint64_t> keys) {
  tbb::parallel_sort(keys.begin(), keys.end());
}

void with_threads(int threads, FunctionRef<void()> work) {
  require(threads >= 0, "with_threads: threads is ", threads, ", expected 0 (all) or more");
  const int count = threads == 0 ? tbb::info::default_concurrency() : threads;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count));
  tbb::task_arena arena(count);
  arena.execute([&] { work(); });
}

void on_this_thread(FunctionRef<void()> work) {
  thread_local tbb::task_arena alone(1);
  alone.execute([&] { work(); });
}

/// The items under way, one task group a slot. In an arena of their own, so that a thread which waits inside a loop of
/// the caller never starts to make an item, and of low priority, so that threads go to the loops first.
class ItemsAhead::UnderWay {
 public:
  UnderWay(std::int64_t depth, Make make)
      : make_(std::move(make)), arena_(tbb::this_task_arena::max_concurrency(), 1, tbb::task_arena::priority::low) {
    for (std::int64_t slot = 0; slot < depth; ++slot) {
      slots_.push_back(std::make_unique<tbb::task_group>());
    }
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() {
    // Groups are not cancelled: that would break off the loops inside an item that is being made, and what it does
    // after them would read what they have not written.
    is_over_ = true;
    for (const auto& slot : slots_) {
      try {
        arena_.execute([&] { slot->wait(); });
      } catch (...) {
        // Nobody uses this item any more.
      }
    }
  }

  void start(std::int64_t item) {
    const std::int64_t slot = slot_of(item);
    arena_.execute([&] {
      group(slot).run([this, item, slot] {
        if (!is_over_) {
          make_(item, slot);
        }
      });
    });
  }
  void wait_for(std::int64_t item) {
    arena_.execute([&] { group(slot_of(item)).wait(); });
  }
  [[nodiscard]] std::int64_t slot_of(std::int64_t item) const {
    return item % static_cast<std::int64_t>(slots_.size());
  }

 private:
  [[nodiscard]] tbb::task_group& group(std::int64_t slot) { return *slots_[static_cast<std::size_t>(slot)]; }

  Make make_;
  tbb::task_arena arena_;
  std::atomic<bool> is_over_{false};
  std::vector<std::unique_ptr<tbb::task_group>> slots_;
};

ItemsAhead::ItemsAhead(std::int64_t first, std::int64_t end, std::int64_t depth, Make make)
    : next_(first), end_(end), depth_(depth) {
  require(depth >= 1 && first <= end, "ItemsAhead: depth is ", depth, " and items are ", first, " to ", end,
          ", expected a depth of at least 1 and a range");
  under_way_ = std::make_unique<UnderWay>(depth, std::move(make));
  for (std::int64_t item = first; item < std::min(first + depth - 1, end); ++item) {
    under_way_->start(item);
  }
}

ItemsAhead::~ItemsAhead() = default;

std::optional<ItemsAhead::Item> ItemsAhead::next() {
  if (next_ == end_) {
    return std::nullopt;
  }
  // Into the slot of the item before, which nobody uses any more.
  if (const std::int64_t last = next_ + depth_ - 1; last < end_) {
    under_way_->start(last);
  }
  under_way_->wait_for(next_);
  const std::int64_t item = next_++;
  return Item{item, under_way_->slot_of(item)};
}

int num_threads() {
  return tbb::this_task_arena::max_concurrency();
}

}  // namespace weft
