// Randomness, parallel loops, options and buffers.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <set>

#include "tests/support.hpp"
#include "weft/core/buffer.hpp"
#include "weft/core/error.hpp"
#include "weft/core/named_rows.hpp"
#include "weft/core/options.hpp"
#include "weft/core/parallel.hpp"

namespace weft {
namespace {

using Block = std::array<std::uint32_t, 4>;
using Chunk = std::pair<std::int64_t, std::int64_t>;
using test::expect_throws;

// Known answers of Random123's kat_vectors for philox4x32 with 10 rounds.
static_assert(philox4x32({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});

TEST(Random, PhiloxGivesTheKnownAnswersOfItsAuthors) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, DependsOnSeedStreamCounterAndLaneAlone) {
  const Random random(7);
  EXPECT_EQ(random.bits(3), Random(7).bits(3));
  std::set<std::uint64_t> all;
  for (const std::uint64_t seed : {std::uint64_t{7}, std::uint64_t{8}, std::uint64_t{7} << 32}) {
    for (const Random& r : {Random(seed), Random(seed).stream(0), Random(seed).stream(1)}) {
      for (const std::uint64_t counter : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32}) {
        all.insert({r.bits(counter, 0), r.bits(counter, 1)});
      }
    }
  }
  EXPECT_EQ(all.size(), 3U * 3U * 3U * 2U) << "no two of these addresses share a number";
}

TEST(Random, UniformStaysBelowOneAndCentersOnOneHalf) {
  const Random random(1);
  const std::uint64_t count = 100000;
  double sum = 0.0, smallest = 1.0, largest = 0.0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double u = random.uniform(i);
    sum += u;
    smallest = std::min(smallest, u);
    largest = std::max(largest, u);
  }
  EXPECT_GE(smallest, 0.0);
  EXPECT_LT(smallest, 1e-3);
  EXPECT_LT(largest, 1.0);
  EXPECT_GT(largest, 0.999);
  // The mean's standard deviation is 1 / sqrt(12 * count) = 0.0009.
  EXPECT_NEAR(sum / static_cast<double>(count), 0.5, 0.004);
}

TEST(Random, NormalHasMeanZeroVarianceOneAndTheRightTails) {
  const Random random(2);
  const std::uint64_t count = 100000;
  double sum = 0.0, squares = 0.0, beyond_two = 0.0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double x = random.normal(i);
    sum += x;
    squares += x * x;
    beyond_two += std::abs(x) > 2.0 ? 1.0 : 0.0;
  }
  EXPECT_NEAR(sum / static_cast<double>(count), 0.0, 0.015);
  EXPECT_NEAR(squares / static_cast<double>(count), 1.0, 0.02);
  EXPECT_NEAR(beyond_two / static_cast<double>(count), 0.0455, 0.004);
}

TEST(Random, BelowIsUniformByTheChiSquareTest) {
  constexpr std::uint64_t kBound = 10, kCount = 100000;
  const Random random(3);
  std::array<double, kBound> count{};
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const std::uint64_t value = random.below(kBound, i);
    ASSERT_LT(value, kBound);
    count[value] += 1.0;
  }
  const double expected = static_cast<double>(kCount) / static_cast<double>(kBound);
  double chi_square = 0.0;
  for (const double c : count) {
    chi_square += (c - expected) * (c - expected) / expected;
  }
  // Nine degrees of freedom: 99.9 % of samples stay below 27.88; a perfect score would be as suspicious.
  EXPECT_LT(chi_square, 27.88);
  EXPECT_GT(chi_square, 1.15);
  EXPECT_EQ(random.below(1, 5), 0U);
}

TEST(Random, ShuffleIsAPermutationThatItsSeedDecides) {
  const auto shuffled = [](std::uint64_t seed) {
    std::vector<int> values(100);
    std::iota(values.begin(), values.end(), 0);
    shuffle(std::span<int>(values), Random(seed));
    return values;
  };
  std::vector<int> values = shuffled(1);
  EXPECT_EQ(values, shuffled(1));
  EXPECT_NE(values, shuffled(2));
  EXPECT_FALSE(std::ranges::is_sorted(values));
  std::ranges::sort(values);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
  }
}

TEST(Random, ShuffleReachesEveryOrderEquallyOften) {
  std::map<std::vector<int>, int> seen;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    std::vector<int> values = {0, 1, 2};
    shuffle(std::span<int>(values), Random(seed));
    ++seen[values];
  }
  ASSERT_EQ(seen.size(), 6U);
  for (const auto& [order, count] : seen) {
    EXPECT_NEAR(count, 1000, 120) << "four standard deviations of 29";
  }
}

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

const std::vector<Option>& table() {
  static const std::vector<Option> rows = {
      {.name = "layers", .fallback = std::int64_t{2}, .help = "How many.", .minimum = 1, .maximum = 64},
      {.name = "dropout", .fallback = 0.5, .help = "Share.", .minimum = 0.0, .maximum = 0.9},
      {.name = "residual", .fallback = false, .help = "Whether."},
      {.name = "norm", .fallback = std::string("layer"), .help = "Which.", .choices = {"none", "layer", "batch"}},
  };
  return rows;
}

TEST(Options, StartFromTheirDefaultsAndReadText) {
  Options options(table());
  EXPECT_EQ(options.integer("layers"), 2);
  EXPECT_EQ(options.text("norm"), "layer");
  options.set("layers", "7");
  options.set("dropout", "0.25");
  options.set("residual", "true");
  options.set("norm", "batch");
  EXPECT_EQ(options.integer("layers"), 7);
  EXPECT_EQ(options.real("dropout"), 0.25);
  EXPECT_TRUE(options.flag("residual"));
  EXPECT_EQ(options.text("norm"), "batch");
  EXPECT_FALSE(options == Options(table()));
}

TEST(Options, RefuseWhatIsNotOfTheirTypeOrRange) {
  Options options(table());
  expect_throws<ArgumentError>([&] { options.set("layers", "two"); }, "'two' is not an integer");
  expect_throws<ArgumentError>([&] { options.set("layers", "2.5"); }, "'2.5' is not an integer");
  expect_throws<ArgumentError>([&] { options.set("layers", "65"); }, "65 is out of range, expected 1 to 64");
  expect_throws<ArgumentError>([&] { options.set("layers", "99999999999999999999"); }, "not an integer");
  expect_throws<ArgumentError>([&] { options.set("dropout", "nan"); }, "out of range");
  expect_throws<ArgumentError>([&] { options.set("dropout", ""); }, "'' is not a number");
  expect_throws<ArgumentError>([&] { options.set("residual", "yes"); }, "'yes' is not true or false");
  expect_throws<ArgumentError>([&] { options.set("norm", "group"); }, "'group' is not one of none, layer, batch");
  expect_throws<ArgumentError>([&] { options.set_value("layers", 2.0); }, "another type than the default 2");
  expect_throws<ArgumentError>([&] { (void)options.real("layers"); }, "read as another type");
  expect_throws<ArgumentError>([&] { (void)options.real("depth"); }, "no option 'depth'");
  EXPECT_EQ(options, Options(table())) << "a refused value changes nothing";
}

TEST(Options, NameTheNearestWhenOneIsMisspelled) {
  Options options(table());
  expect_throws<ArgumentError>([&] { options.set("droput", "0.1"); }, "did you mean 'dropout'?");
  expect_throws<ArgumentError>([&] { options.set("xyzzy", "0.1"); }, "there is no option 'xyzzy'");
  const std::vector<std::string> names = {"gcn", "gat", "sage"};
  EXPECT_EQ(nearest_name("gatt", names), "gat");
  EXPECT_EQ(nearest_name("transformer", names), "");
}

TEST(NamedRows, AreFoundByNameOrNameTheNearest) {
  struct Color {
    std::string_view name;
  };
  struct Row {
    Color info;
    int value;
  };
  const std::vector<Row> rows = {{{"green"}, 1}, {{"blue"}, 2}};
  EXPECT_EQ(row_named(rows, "color", "blue").value, 2);
  EXPECT_EQ(infos_of(rows)[1].name, "blue");
  expect_throws<ArgumentError>([&] { (void)row_named(rows, "color", "gren"); },
                               "there is no color 'gren'; did you mean 'green'?");
}

TEST(Options, KeepTheirValueWhenATableIsAddedAgain) {
  Options options(table());
  options.set("layers", "9");
  options.add(table());
  EXPECT_EQ(options.integer("layers"), 9);
}

TEST(Options, WriteTextThatReadsBackToTheSameBits) {
  const Option real = {.name = "x", .fallback = 0.0, .help = ""};
  for (const double value : {0.1, 1.0 / 3.0, 1e-300, -2.5, 12345678901234567.0}) {
    EXPECT_EQ(std::get<double>(parse_option(real, to_text(value))), value);
  }
  EXPECT_EQ(to_text(true), "true");
  EXPECT_EQ(to_text(std::int64_t{-3}), "-3");
}

TEST(Buffer, IsAlignedMovesAndClones) {
  Buffer<float> a(1000, 2.0F);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.data()) % 64, 0U);
  Buffer<float> b = a.clone();
  b[0] = 3.0F;
  EXPECT_EQ(a[0], 2.0F);
  const float* data = b.data();
  const Buffer<float> c = std::move(b);
  EXPECT_EQ(c.data(), data);
  EXPECT_EQ(c[0], 3.0F);
  EXPECT_EQ(c.size(), 1000U);
  EXPECT_TRUE(Buffer<float>(0).empty());
  EXPECT_THROW(Buffer<double>(SIZE_MAX / 2), std::bad_alloc);
}

TEST(Buffer, RecyclesRepeatedEqualAllocations) {
  constexpr std::size_t kCount = std::size_t{3} << 20;
  { const Buffer<float> a(kCount), b(kCount); }
  const MemoryUse before = memory_use();
  for (int step = 0; step < 20; ++step) {
    const Buffer<float> a(kCount), b(kCount);
    EXPECT_EQ(memory_use().live - before.live, 2 * static_cast<std::int64_t>(kCount * sizeof(float)));
  }
  const MemoryUse after = memory_use();
  EXPECT_EQ(after.peak, before.peak);
  EXPECT_EQ(after.live, before.live);
  EXPECT_EQ(after.kept, before.kept);
}

TEST(Buffer, ServesNearlyEqualSizesFromWhatIsKept) {
  // Both are rounded up to 12 MiB, as an eighth of 8 MiB is less than a huge page of 2 MiB.
  constexpr std::size_t kFirst = std::size_t{21} << 19, kSecond = std::size_t{23} << 19;
  { const Buffer<char> first(kFirst); }
  const MemoryUse before = memory_use();
  const Buffer<char> second(kSecond);
  EXPECT_EQ(memory_use().kept, before.kept - (12 << 20));
  EXPECT_EQ(memory_use().live, before.live + (12 << 20));
}

TEST(Buffer, KeepsAtMostAQuarterMoreThanWasEverLive) {
  for (std::size_t size = 1; size < 30; ++size) {
    const Buffer<char> buffer(size << 20);
    const MemoryUse use = memory_use();
    EXPECT_LE(use.live + use.kept, use.peak + use.peak / 4);
  }
}

TEST(Errors, SayFileObjectAndProblem) {
  const DataError error("a.h5", "/node/y", "has 3 rows, expected 4");
  EXPECT_STREQ(error.what(), "a.h5: /node/y: has 3 rows, expected 4");
  EXPECT_EQ(error.object(), "/node/y");
  EXPECT_STREQ(DataError("a.h5", "", "is empty").what(), "a.h5: is empty");
  EXPECT_NO_THROW(require(true, "never"));
  expect_throws<ArgumentError>([] { require(false, "x is ", 3, ", expected ", 4.5); }, "x is 3, expected 4.5");
}

}  // namespace
}  // namespace weft
