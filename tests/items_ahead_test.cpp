// Items made ahead: in order, never more than asked for, and an end that waits for what is under way.
#include "weft/core/items_ahead.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

using test::expect_throws;

TEST(ItemsAhead, HandOverEveryItemInOrderAndNeverTwoInOneSlot) {
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [] {
      std::vector<std::int64_t> slots(3, -1), used;
      ItemsAhead items(
          5, 40, 3, [&](std::int64_t item, std::int64_t slot) { slots[static_cast<std::size_t>(slot)] = item * item; });
      while (const auto item = items.next()) {
        EXPECT_EQ(slots[static_cast<std::size_t>(item->slot)], item->number * item->number);
        // A loop inside, as training has them.
        EXPECT_EQ(parallel_sum(1000, 10, [](std::int64_t a, std::int64_t b) { return double(b - a); }), 1000.0);
        used.push_back(item->number);
      }
      ASSERT_EQ(used.size(), 35U);
      EXPECT_TRUE(std::ranges::is_sorted(used));
      EXPECT_EQ(used.front(), 5);
    });
  }
}

TEST(ItemsAhead, AreNeverMoreThanTheDepthAhead) {
  std::atomic<std::int64_t> last_used{-1}, furthest{0};
  ItemsAhead items(0, 200, 4, [&](std::int64_t item, std::int64_t) {
    std::int64_t distance = item - last_used.load(), seen = furthest.load();
    while (distance > seen && !furthest.compare_exchange_weak(seen, distance)) {
    }
  });
  while (const auto item = items.next()) {
    last_used = item->number;
  }
  EXPECT_LE(furthest.load(), 5);
}

TEST(ItemsAhead, HandAnExceptionOverWhereItsItemWasToBeUsed) {
  std::vector<std::int64_t> used;
  ItemsAhead items(0, 100, 4, [](std::int64_t item, std::int64_t) {
    if (item >= 7) {
      throw std::runtime_error("item " + std::to_string(item) + " is broken");
    }
  });
  expect_throws<std::runtime_error>(
      [&] {
        while (const auto item = items.next()) {
          used.push_back(item->number);
        }
      },
      "item 7 is broken");
  EXPECT_EQ(used, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(ItemsAhead, EndCleanlyWhenTheUserHasEnough) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> running{0}, made{0};
    {
      ItemsAhead items(0, 1000, 4, [&](std::int64_t, std::int64_t) {
        ++running;
        ++made;
        --running;
      });
      for (int use = 0; use < 10; ++use) {
        ASSERT_TRUE(items.next().has_value());
      }
    }
    EXPECT_EQ(running.load(), 0);
    EXPECT_LE(made.load(), 14);
  }
}

/// Whether another thread was amid an item when the user had enough; if so, its loop must have come to its end.
bool stop_amid_an_item() {
  const std::thread::id user = std::this_thread::get_id();
  std::atomic<bool> is_under_way{false}, is_over{false};
  std::atomic<std::int64_t> looped{0};
  const auto make = [&](std::int64_t item, std::int64_t) {
    if (item == 0) {
      return;
    }
    if (std::this_thread::get_id() == user) {
      // The user helps while it waits; the other thread gets the time to take one too.
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return;
    }
    is_under_way = true;
    while (!is_over) {
      std::this_thread::yield();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    parallel_for(1000, 1, [&](std::int64_t begin, std::int64_t end) { looped += end - begin; });
  };
  {
    ItemsAhead items(0, 4, 4, make);
    (void)items.next();
    // Its slot is given back, and the item after it is made, only by another call.
    for (int i = 0; i < 20 && !is_under_way; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    is_over = true;
  }
  EXPECT_EQ(looped.load(), is_under_way ? 1000 : 0);
  return is_under_way;
}

TEST(ItemsAhead, FinishTheLoopsOfAnItemThatNobodyWillUse) {
  bool stopped = false;
  for (int round = 0; round < 200 && !stopped; ++round) {
    with_threads(2, [&] { stopped = stop_amid_an_item(); });
  }
  EXPECT_TRUE(stopped || std::thread::hardware_concurrency() == 1);
}

}  // namespace
}  // namespace weft
