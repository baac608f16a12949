// Rows of features that are the same, and rows taken in ranges.
#include "weft/tensor/distinct_rows.hpp"

#include <algorithm>
#include <vector>

#include "tests/support.hpp"
#include "weft/tensor/row_ranges.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;

TEST(DistinctRows, NumbersThemInOrderAndSaysWhichEachRowIs) {
  const CategoricalMatrix x{
      4, {3, 2}, Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{2, 0, 0, 1, 2, 0, 2, 0})};
  const auto distinct = distinct_rows(x);
  ASSERT_TRUE(distinct.has_value());
  EXPECT_EQ(distinct->rows.rows, 2);
  EXPECT_EQ(distinct->rows.num_categories, x.num_categories);
  EXPECT_TRUE(std::ranges::equal(distinct->rows.values, std::vector<std::int32_t>{0, 1, 2, 0}));
  EXPECT_EQ(*distinct->row_of, (std::vector<std::int64_t>{1, 0, 1, 1}));
}

TEST(DistinctRows, AreFoundAmongManyCombinations) {
  // 3000 rows of 700 kinds, of 10^12 combinations; kind k has the values k, 7 k and k.
  CategoricalMatrix x{3000, {10000, 10000, 10000}, Buffer<std::int32_t>(9000)};
  for (std::int32_t i = 0; i < 3000; ++i) {
    const std::int32_t kind = i * 37 % 700;
    x.values[static_cast<std::size_t>(3 * i)] = kind;
    x.values[static_cast<std::size_t>(3 * i) + 1] = 7 * kind;
    x.values[static_cast<std::size_t>(3 * i) + 2] = kind;
  }
  const auto distinct = distinct_rows(x);
  ASSERT_TRUE(distinct.has_value());
  ASSERT_EQ(distinct->rows.rows, 700);
  for (std::int64_t i = 0; i < 3000; ++i) {
    EXPECT_EQ((*distinct->row_of)[static_cast<std::size_t>(i)], i * 37 % 700);
  }
  EXPECT_EQ(distinct->rows.values[static_cast<std::size_t>(3 * 699 + 1)], 7 * 699);
}

TEST(DistinctRows, AreNotLookedForWhereTheyWouldNotPay) {
  const auto column = [](std::int64_t categories, const std::vector<std::int32_t>& values) {
    return CategoricalMatrix{
        static_cast<std::int64_t>(values.size()), {categories}, Buffer<std::int32_t>::copy_of(values)};
  };
  EXPECT_TRUE(distinct_rows(column(3, {0, 0, 1, 1})).has_value());
  EXPECT_FALSE(distinct_rows(column(3, {0, 1, 2, 1})).has_value()) << "three of four differ";
  const std::int64_t many = std::int64_t{1} << 31;
  EXPECT_FALSE(distinct_rows({4, {many, many, 2}, Buffer<std::int32_t>(12, 0)}).has_value()) << "too many combinations";
  EXPECT_FALSE(distinct_rows(column(2, {0, 0, 2, 0})).has_value()) << "2 is out of range";
}

TEST(RowsIn, CopiesRangesInOrderInEveryForm) {
  const std::vector<RowRange> ranges = {{3, 5}, {0, 1}};
  expect_near(rows_in(Tensor{{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}}, ranges), {{6, 7}, {8, 9}, {0, 1}});
  const Features categories =
      CategoricalMatrix{5, {9}, Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{4, 5, 6, 7, 8})};
  const Features taken = rows_in(categories, ranges);
  EXPECT_TRUE(std::ranges::equal(std::get<CategoricalMatrix>(taken).values, std::vector<std::int32_t>{7, 8, 4}));
  expect_throws<ArgumentError>([&] { (void)rows_in(Tensor(2, 1), ranges); }, "rows 3 to 5 of 2");
}

}  // namespace
}  // namespace weft
