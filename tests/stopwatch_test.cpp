// Times in words: three figures, and the unit that suits.
#include "weft/core/stopwatch.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(SecondsText, HasThreeFiguresInTheUnitThatSuits) {
  EXPECT_EQ(seconds_text(0.00456), "4.56 ms");
  EXPECT_EQ(seconds_text(12.34), "12.3 s");
  EXPECT_EQ(seconds_text(150.0), "2 min 30 s");
}

TEST(SecondsText, CallsWhatRoundsToASecondASecond) {
  EXPECT_EQ(seconds_text(0.9994), "999 ms");
  EXPECT_EQ(seconds_text(0.9996), "1 s");
  EXPECT_EQ(seconds_text(0.9999), "1 s");
}

}  // namespace
}  // namespace weft
