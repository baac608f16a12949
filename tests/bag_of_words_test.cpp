// Features from words.
#include "weft/io/importers/bag_of_words.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(BagOfWords, ScalesRowsToLengthOne) {
  const std::vector<std::string> texts = {"The cat, the DOG", "the dog 42", "a bird!", ""};
  const SparseMatrix x = bag_of_words(texts, 10).x;
  // Columns: bird, cat, dog, the.
  ASSERT_EQ(x.shape(), (Shape{4, 4}));
  const SparseMatrix::Rows& rows = x.by_row();
  EXPECT_TRUE(std::ranges::equal(rows.offsets, std::vector<EdgeId>{0, 3, 5, 6, 6}));
  EXPECT_TRUE(std::ranges::equal(rows.columns, std::vector<std::uint32_t>{1, 2, 3, 2, 3, 0}));
  EXPECT_NEAR(rows.values[0], 1.0 / std::sqrt(3.0), 1e-7);
  EXPECT_NEAR(rows.values[3], 1.0 / std::sqrt(2.0), 1e-7);
  EXPECT_EQ(rows.values[5], 1.0F);
}

TEST(BagOfWords, KeepsTheMostFrequentWords) {
  const std::vector<std::string> texts = {"aa bb", "bb cc", "bb aa dd"};
  EXPECT_EQ(bag_of_words(texts, 1).x.num_entries(), 3) << "bb, in every text";
  EXPECT_EQ(bag_of_words(texts, 2).x.num_entries(), 5) << "aa, in two of them, and bb";
}

}  // namespace
}  // namespace weft
