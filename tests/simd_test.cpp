// Vector functions against the scalar ones.
#include "weft/tensor/simd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "weft/core/random.hpp"

namespace weft {
namespace {

TEST(Simd, ExpIsWithinItsBoundAndFlushesWhatIsTooSmall) {
  for (double x = -87.32; x < 88.36; x += 0.00317) {
    const auto argument = static_cast<float>(x);
    const double exact = std::exp(static_cast<double>(argument));
    ASSERT_NEAR(simd::exp(simd::broadcast(argument))[5] / exact, 1.0, 2e-7) << "x = " << x;
  }
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(simd::exp(simd::broadcast(-infinity))[0], 0.0F);
  EXPECT_EQ(simd::exp(simd::broadcast(-88.0F))[0], 0.0F);
  EXPECT_TRUE(std::isfinite(simd::exp(simd::broadcast(infinity))[0]));
  EXPECT_TRUE(std::isnan(simd::exp(simd::broadcast(std::nanf("")))[0]));
}

TEST(Simd, LogIsWithinItsBound) {
  for (double x = 1e-30; x < 1e30; x *= 1.0037) {
    const auto argument = static_cast<float>(x);
    const double exact = std::log(static_cast<double>(argument));
    ASSERT_NEAR(simd::log(simd::broadcast(argument))[2], exact, 2e-7 * std::max(1.0, std::abs(exact))) << "x = " << x;
  }
  EXPECT_EQ(simd::log(simd::broadcast(1.0F))[0], 0.0F);
}

TEST(Simd, ExpMinusOneKeepsItsDigitsNearZero) {
  for (const float x : {0.0F, -1e-30F, -1e-7F, -3e-4F, -0.2F, -0.35F, -1.0F, -20.0F, -100.0F}) {
    const float exact = std::expm1(x);
    EXPECT_NEAR(simd::expm1_of_negative(simd::broadcast(x))[3], exact, 4e-7F * std::abs(exact)) << x;
  }
}

TEST(Simd, PhiloxOfEightCountersIsThatOfEach) {
  const Random random(77);
  simd::Word8 words[4] = {simd::Word8{5, 6, 7, 8, 9, 10, 11, 0xFFFFFFFF}, simd::Word8{} + 3, simd::Word8{} + 2,
                          simd::Word8{}};
  const simd::Word8 counters = words[0];
  simd::philox4x32(random.key(), words);
  for (int lane = 0; lane < 8; ++lane) {
    const auto expected = philox4x32({static_cast<std::uint32_t>(counters[lane]), 3, 2, 0}, random.key());
    for (std::size_t word = 0; word < 4; ++word) {
      EXPECT_EQ(static_cast<std::uint32_t>(words[word][lane]), expected[word]);
    }
  }
}

TEST(Simd, SumsOfPutsTheSumOfEachVectorIntoItsLane) {
  simd::Float8 x[8];
  for (int i = 0; i < 8; ++i) {
    x[i] = simd::Float8{1, 2, 3, 4, 5, 6, 7, 8} * static_cast<float>(i + 1);
  }
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(simd::sums_of<8>(x)[i], 36.0F * static_cast<float>(i + 1));
  }
  EXPECT_EQ(simd::sums_of<4>(x)[3], 144.0F);
  EXPECT_EQ(simd::sums_of<2>(x)[1], 72.0F);
  EXPECT_EQ(simd::sum(x[2]), 108.0F);
}

}  // namespace
}  // namespace weft
