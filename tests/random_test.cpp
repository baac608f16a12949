// Counter-based randomness: known answers, distributions, shuffles, and four blocks at once.
#include "weft/core/random.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "weft/core/random_blocks.hpp"

namespace weft {
namespace {

using Block = std::array<std::uint32_t, 4>;

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

TEST(RandomBlocks, FourAtOnceAreTheSameBits) {
  const Random random(99);
  const std::uint64_t counter = 0x123456789ABCDEF0;
  std::array<std::uint32_t, 16> words{};
  four_blocks(random, counter, 8, words);
  for (std::uint32_t b = 0; b < 4; ++b) {
    for (std::size_t w = 0; w < 4; ++w) {
      EXPECT_EQ(words[4 * w + b], random.block(counter, 8 + b)[w]);
    }
  }
}

}  // namespace
}  // namespace weft
