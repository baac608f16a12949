// Parallel loops, sums and sorts: every index once, the same cuts and bits on any number of threads.
#include "weft/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/core/error.hpp"

namespace weft {
namespace {

using test::expect_throws;

using Chunk = std::pair<std::int64_t, std::int64_t>;

std::vector<Chunk> sorted_chunks(const std::function<void(RangeBody)>& loop) {
  std::mutex mutex;
  std::vector<Chunk> chunks;
  loop([&](std::int64_t begin, std::int64_t end) {
    const std::lock_guard lock(mutex);
    chunks.emplace_back(begin, end);
  });
  std::ranges::sort(chunks);
  return chunks;
}

TEST(ParallelFor, CoversEveryIndexOnce) {
  for (const std::int64_t count : {0, 1, 9, 10, 11, 12345}) {
    std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
    parallel_for(count, 10, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        ++visits[static_cast<std::size_t>(i)];
      }
    });
    EXPECT_TRUE(std::ranges::all_of(visits, [](const auto& v) { return v == 1; })) << count;
  }
}

TEST(ParallelFor, CutsAtTheSameBordersForAnyNumberOfThreads) {
  const std::vector<Chunk> expected = {{0, 10}, {10, 20}, {20, 25}};
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] {
      EXPECT_EQ(sorted_chunks([](RangeBody body) { parallel_for(25, 10, body); }), expected) << threads;
    });
  }
}

TEST(ParallelFor, PassesOnAnExceptionOfItsBody) {
  expect_throws<NumericError>(
      [] {
        parallel_for(1000, 1, [](std::int64_t begin, std::int64_t) {
          if (begin == 617) {
            throw NumericError("row 617 is not finite");
          }
        });
      },
      "row 617");
  expect_throws<ArgumentError>([] { parallel_for(1, 0, [](std::int64_t, std::int64_t) {}); }, "grain is 0");
}

TEST(ParallelFor, NestsInsideItself) {
  std::vector<std::int64_t> sums(50);
  parallel_for(50, 1, [&](std::int64_t outer, std::int64_t) {
    std::atomic<std::int64_t> sum{0};
    parallel_for(100, 7, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        sum += i * outer;
      }
    });
    sums[static_cast<std::size_t>(outer)] = sum;
  });
  for (std::int64_t i = 0; i < 50; ++i) {
    EXPECT_EQ(sums[static_cast<std::size_t>(i)], 4950 * i);
  }
}

TEST(ParallelRows, BalanceByEdgesAndNeverSplitAHub) {
  // 1000 rows of 3 edges, but row 500 has 3000.
  std::vector<EdgeId> offsets = {0};
  for (int v = 0; v < 1000; ++v) {
    offsets.push_back(offsets.back() + (v == 500 ? 3000 : 3));
  }
  const auto chunks = sorted_chunks([&](RangeBody body) { parallel_rows(offsets, 400, body); });
  std::int64_t next = 0;
  for (const auto& [begin, end] : chunks) {
    EXPECT_EQ(begin, next) << "all rows, in order, none twice";
    next = end;
    const bool has_hub = begin <= 500 && 500 < end;
    // 400 rows and edges are 100 ordinary rows; the hub may share a chunk with those before it.
    EXPECT_LE(end - begin, 101);
    EXPECT_GE(chunks.size(), 10U);
    if (!has_hub) {
      EXPECT_LE(offsets[static_cast<std::size_t>(end)] - offsets[static_cast<std::size_t>(begin)], 400);
    }
  }
  EXPECT_EQ(next, 1000);
  with_threads(1,
               [&] { EXPECT_EQ(sorted_chunks([&](RangeBody body) { parallel_rows(offsets, 400, body); }), chunks); });
}

TEST(ParallelRows, CoverRowsWithoutEdgesToo) {
  const std::vector<EdgeId> empty_rows(11, 0);
  std::atomic<std::int64_t> rows{0};
  parallel_rows(empty_rows, 3, [&](std::int64_t begin, std::int64_t end) { rows += end - begin; });
  EXPECT_EQ(rows, 10);
  bool called = false;
  parallel_rows(std::vector<EdgeId>{0}, 3, [&](std::int64_t, std::int64_t) { called = true; });
  EXPECT_FALSE(called);
}

TEST(ParallelSum, HasTheSameBitsForAnyNumberOfThreads) {
  // Terms of very different size: another order of additions would round to another sum.
  const auto sum = [] {
    return parallel_sum(100000, 100, [](std::int64_t begin, std::int64_t end) {
      double partial = 0.0;
      for (std::int64_t i = begin; i < end; ++i) {
        partial += std::exp(20.0 * Random(4).uniform(static_cast<std::uint64_t>(i)));
      }
      return partial;
    });
  };
  double one = 0.0;
  with_threads(1, [&] { one = sum(); });
  for (const int threads : {2, 4}) {
    for (int repeat = 0; repeat < 3; ++repeat) {
      with_threads(threads, [&] { EXPECT_EQ(sum(), one); });
    }
  }
  EXPECT_EQ(parallel_sum(10, 3, [](std::int64_t begin, std::int64_t end) { return static_cast<double>(end - begin); }),
            10.0);
  EXPECT_EQ(parallel_sum(0, 3, [](std::int64_t, std::int64_t) { return 1.0; }), 0.0);
}

TEST(ParallelSort, OrdersKeys) {
  std::vector<std::uint64_t> keys;
  for (std::uint64_t i = 0; i < 50000; ++i) {
    keys.push_back(Random(9).bits(i) >> (i % 60));
  }
  std::vector<std::uint64_t> expected = keys;
  std::ranges::sort(expected);
  parallel_sort(keys);
  EXPECT_EQ(keys, expected);
}

TEST(WithThreads, LimitsTheLoopsBelowIt) {
  for (const int threads : {1, 2, 3}) {
    with_threads(threads, [&] { EXPECT_EQ(num_threads(), threads); });
  }
  expect_throws<ArgumentError>([] { with_threads(-1, [] {}); }, "threads is -1");
  expect_throws<NumericError>([] { with_threads(2, [] { throw NumericError("inside"); }); }, "inside");
}

TEST(ParallelFor, CutsAsManyItemsAsCanBeCounted) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> items{0};
  parallel_for(kLargest, kLargest - 1, [&](std::int64_t begin, std::int64_t end) { items += end - begin; });
  EXPECT_EQ(items, kLargest);
}

}  // namespace
}  // namespace weft
