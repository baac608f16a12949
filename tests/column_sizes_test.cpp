#include "weft/tensor/column_sizes.hpp"

#include <cmath>

#include "tests/support.hpp"

namespace weft {
namespace {

TEST(ColumnSizes, AreMeanAndDeviationOfTheRowsInHoweverManyPieces) {
  const Tensor x{{1, 0, 5}, {3, 1, 5}, {8, 1, 5}};
  ColumnSizes once(3), pieces(3);
  once.add(x);
  pieces.add(Tensor{{1, 0, 5}});
  pieces.add(Tensor(0, 3));
  pieces.add(Tensor{{3, 1, 5}, {8, 1, 5}});
  for (const ColumnSizes* sizes : {&once, &pieces}) {
    EXPECT_EQ(sizes->rows(), 3);
    EXPECT_DOUBLE_EQ(sizes->mean(0), 4.0);
    EXPECT_NEAR(sizes->deviation(0), std::sqrt(26.0 / 3.0), 1e-12);
    EXPECT_NEAR(sizes->size(0), std::sqrt(74.0 / 3.0), 1e-12);
    EXPECT_FALSE(sizes->is_flag(0));
    EXPECT_TRUE(sizes->is_flag(1));
    EXPECT_EQ(sizes->deviation(2), 0.0);
  }
}

TEST(ColumnSizes, LoseNothingFarFromZero) {
  // Unix seconds: squares of 1.6e9 leave nothing of a deviation of 128 in 53 bits of a sum of squares.
  ColumnSizes sizes(1);
  sizes.add(Tensor{{1600000000}, {1600000256}});
  sizes.add(Tensor{{1600000000}, {1600000256}});
  EXPECT_DOUBLE_EQ(sizes.deviation(0), 128.0);
}

TEST(ColumnSizes, TakeColumnsOfZerosFromOtherRows) {
  ColumnSizes sizes(2), others(2);
  sizes.add(Tensor{{1, 0}, {3, 0}, {2, 0}});
  others.add(Tensor{{50, 900}, {60, 500}});
  sizes.replace_zeros(ColumnSizes(2));
  EXPECT_EQ(sizes.size(1), 0.0);
  sizes.replace_zeros(others);
  EXPECT_DOUBLE_EQ(sizes.mean(0), 2.0);
  EXPECT_DOUBLE_EQ(sizes.mean(1), 700.0);
  EXPECT_NEAR(sizes.deviation(1), 200.0, 1e-9);
  EXPECT_FALSE(sizes.is_flag(1));
}

TEST(ColumnSizes, RefuseRowsOfAnotherWidth) {
  ColumnSizes sizes(2);
  test::expect_throws<ArgumentError>([&] { sizes.add(Tensor(1, 3)); }, "the rows have 3 columns, expected 2");
}

}  // namespace
}  // namespace weft
