// Layouts of blocks: hashed, in windows of an order, and in tiles of a grid as Swin has them.
#include "weft/layers/kernels/block_layouts.hpp"

#include <array>

#include <gtest/gtest.h>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/layers/kernels/block_attention.hpp"

namespace weft {
namespace {

using test::block_of_node;
using test::expect_throws;
using test::random_tensor;

TEST(HashLayouts, PutEqualRowsTogetherAndOppositeOnesApart) {
  // Nodes 0, 2, 4 point one way and 1, 3, 5 the other; x and -x never share a bucket.
  Tensor x(6, 3);
  for (std::int64_t i = 0; i < 6; ++i) {
    x(i, 0) = i % 2 == 0 ? 1.0F : -1.0F;
    x(i, 1) = i % 2 == 0 ? 0.5F : -0.5F;
  }
  const std::vector<std::int64_t> segments{0, 6};
  const HashOptions options{.rounds = 3, .buckets = 4, .block_size = 3};
  for (const BlockLayout& layout : hash_layouts(x, 1, segments, hash_rotations(3, options, Random(5)), options)) {
    const std::vector<NodeId>& order = layout.order;
    EXPECT_TRUE((order == std::vector<NodeId>{0, 2, 4, 1, 3, 5}) || (order == std::vector<NodeId>{1, 3, 5, 0, 2, 4}));
    EXPECT_EQ(layout.blocks, (std::vector<std::int64_t>{0, 3, 6}));
    EXPECT_EQ(layout.reads_previous, (std::vector<char>{0, 1}));
  }
}

TEST(HashLayouts, SortLongAndShortSegmentsAlike) {
  // 2000 nodes are counted into 16 buckets, 10 are compared: nodes of a bucket stay in their order.
  const Tensor x = random_tensor(2010, 4, 1);
  const std::vector<std::int64_t> segments{0, 2000, 2010};
  const HashOptions options{.rounds = 1, .buckets = 4, .block_size = 50};
  const BlockLayout layout = hash_layouts(x, 1, segments, hash_rotations(4, options, Random(5)), options)[0];
  std::int64_t falls = 0;
  for (std::size_t p = 1; p < 2000; ++p) {
    falls += layout.order[p] < layout.order[p - 1] ? 1 : 0;
    ASSERT_LT(layout.order[p], 2000U);
  }
  EXPECT_GE(falls, 8);
  EXPECT_LE(falls, 15);  // one between two buckets at most
}

TEST(WindowLayout, CutsEveryGraphAloneAndShiftsByHalfAWindow) {
  const std::vector<NodeId> order{0, 3, 1, 2, 4, 5, 6, 8, 7};
  const std::vector<std::int64_t> segments{0, 7, 7, 9};
  EXPECT_EQ(window_layout(order, segments, 4, false).blocks, (std::vector<std::int64_t>{0, 4, 7, 9}));
  EXPECT_EQ(window_layout(order, segments, 4, true).blocks, (std::vector<std::int64_t>{0, 2, 6, 7, 9}));
  EXPECT_EQ(window_layout(order, segments, 4, true).reads_previous, (std::vector<char>{0, 0, 0, 0}));
  expect_throws<ArgumentError>([&] { (void)window_layout(order, segments, 1, false); }, "window is 1");
}

using Nodes = std::vector<NodeId>;

using Borders = std::vector<std::int64_t>;

TEST(GridWindowLayout, CutsEveryGridIntoTilesAndCountsOffsetsWithinThem) {
  // Pixels 0 1 2 / 3 4 5, then a grid of one row 6 7 8.
  const Borders segments{0, 6, 6, 9};
  const BlockLayout layout = grid_window_layout(segments, {.width = 3, .side = 2});
  EXPECT_EQ(layout.order, (Nodes{0, 1, 3, 4, 2, 5, 6, 7, 8}));
  EXPECT_EQ(layout.blocks, (Borders{0, 4, 6, 8, 9}));
  EXPECT_EQ(layout.places, (std::vector<std::int32_t>{0, 1, 3, 4, 0, 3, 0, 1, 0}));
}

TEST(GridWindowLayout, ShiftsByHalfASideUnlessOneWindowCoversTheGrid) {
  // Two rows are one window high and stay so; three columns begin with half a window.
  const BlockLayout layout = grid_window_layout(Borders{0, 6}, {.width = 3, .side = 2, .shifted = true});
  EXPECT_EQ(layout.order, (Nodes{0, 3, 1, 2, 4, 5}));
  EXPECT_EQ(layout.blocks, (Borders{0, 2, 6}));
}

TEST(GridWindowLayout, ReadsThePairsOfSwinsRolledAndMaskedWindows) {
  constexpr std::int64_t kHeight = 12, kWidth = 8, kSide = 4, kShift = 2;
  const std::vector<std::int64_t> block = block_of_node(
      grid_window_layout(Borders{0, kHeight * kWidth}, {.width = kWidth, .side = kSide, .shifted = true}));
  // Swin: the grid rolled up and left by the shift; windows of it; in the last ones, parts that were apart are masked.
  const auto part = [](std::int64_t rolled, std::int64_t length) {
    return rolled < length - kSide ? 0 : rolled < length - kShift ? 1 : 2;
  };
  const auto window = [&](std::int64_t v) {
    const std::int64_t y = (v / kWidth + kHeight - kShift) % kHeight, x = (v % kWidth + kWidth - kShift) % kWidth;
    return std::array<std::int64_t, 4>{y / kSide, x / kSide, part(y, kHeight), part(x, kWidth)};
  };
  for (std::int64_t i = 0; i < kHeight * kWidth; ++i) {
    for (std::int64_t j = 0; j < kHeight * kWidth; ++j) {
      ASSERT_EQ(block[static_cast<std::size_t>(i)] == block[static_cast<std::size_t>(j)], window(i) == window(j))
          << i << " " << j;
    }
  }
}

TEST(GridWindowLayout, RefusesGraphsThatAreNoGrids) {
  expect_throws<ArgumentError>(
      [] {
        (void)grid_window_layout(Borders{0, 6, 13}, {.width = 3, .side = 2});
      },
      "graph 1 has 7 nodes, expected rows of 3 pixels");
}

}  // namespace
}  // namespace weft
