#include "weft/core/items_ahead.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "weft/core/error.hpp"
#include "weft/core/stop.hpp"

namespace weft {

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
    // Groups are not canceled: that would break off the loops inside an item that is being made, and what it does
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
          const StopScope scope = StopScope::carried(flag_);
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
  StopFlag* const flag_ = stop_flag();
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

}  // namespace weft
