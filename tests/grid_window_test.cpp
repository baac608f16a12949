// Windows as Swin has them: tiles of a grid, shifted ones, and a learned bias for each offset within a window.
#include <array>
#include <cmath>
#include <set>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/kernels/block_layouts.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/models.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

using Nodes = std::vector<NodeId>;
using Borders = std::vector<std::int64_t>;

std::vector<std::int64_t> block_of_node(const BlockLayout& layout) {
  std::vector<std::int64_t> block(layout.order.size());
  for (std::size_t b = 0; b + 1 < layout.blocks.size(); ++b) {
    for (std::int64_t p = layout.blocks[b]; p < layout.blocks[b + 1]; ++p) {
      block[layout.order[static_cast<std::size_t>(p)]] = static_cast<std::int64_t>(b);
    }
  }
  return block;
}

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

/// Windows of three nodes in a shuffled order, and tiles of 2 x 2 over two grids; each with its table for two heads.
struct BiasCase {
  BlockLayout layout;
  Tensor table;
};
std::vector<BiasCase> bias_cases() {
  const Nodes order{4, 2, 7, 0, 1, 3, 6, 5, 8, 10, 9};
  return {{window_layout(order, Borders{0, 8, 11}, 3, true), random_tensor(5, 2, 5)},
          {grid_window_layout(Borders{0, 9, 9, 11}, {.width = 1, .side = 2, .shifted = true}), random_tensor(9, 2, 6)},
          {grid_window_layout(Borders{0, 11}, {.width = 11, .side = 2}), random_tensor(9, 2, 7)}};
}

Variable attended(const Variable& q, const Variable& k, const Variable& v, const BlockLayout& layout,
                  const Variable& table) {
  return block_attention(q, k, v, {layout}, {.heads = 2, .position_bias = table});
}

TEST(PositionBias, IsAddedToTheLogitsOfPairsByTheirOffset) {
  const Tensor q = random_tensor(11, 8, 1), k = random_tensor(11, 8, 2), v = random_tensor(11, 6, 3);
  for (const auto& [layout, table] : bias_cases()) {
    const std::vector<std::int64_t> block = block_of_node(layout);
    std::vector<std::int64_t> place(11);
    for (std::size_t p = 0; p < 11; ++p) {
      place[layout.order[p]] = layout.places[p];
    }
    const auto softmax = test::softmax_weight(q, k, 2);
    const Tensor expected =
        test::dense_attention(v, Borders{0, 11}, 2, [&, &bias = table](std::int64_t i, std::int64_t j, std::int64_t h) {
          const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
          return block[a] != block[b]
                     ? 0.0
                     : softmax(i, j, h) * std::exp(bias(place[a] - place[b] + (bias.rows() - 1) / 2, h));
        });
    expect_near(
        attended(Variable::constant(q), Variable::constant(k), Variable::constant(v), layout, Variable::constant(table))
            .value(),
        expected);
  }
}

TEST(PositionBias, TellsUpFromDownAndLeftFromRight) {
  // One window of pixels 0 1 / 2 3; the bias all but forbids everything but one offset.
  const BlockLayout layout = grid_window_layout(Borders{0, 4}, {.width = 2, .side = 2});
  const Variable zero = Variable::constant(Tensor(4, 1)), v = Variable::constant(Tensor{{1}, {2}, {3}, {4}});
  const auto with = [&](std::int64_t down, std::int64_t right) {
    Tensor table = Tensor::full(9, 1, -50.0F);
    table(down * 3 + right + 4, 0) = 0.0F;
    return block_attention(zero, zero, v, {layout}, {.position_bias = Variable::constant(table)}).value();
  };
  // The reader stands below what it reads: 2 reads 0 and 3 reads 1; who has nobody above reads all alike.
  expect_near(with(1, 0), {{2.5F}, {2.5F}, {1}, {2}});
  expect_near(with(-1, 0), {{3}, {4}, {2.5F}, {2.5F}});
  expect_near(with(0, 1), {{2.5F}, {1}, {2.5F}, {3}});
  expect_near(with(1, -1), {{2.5F}, {2.5F}, {2}, {2.5F}});
  expect_near(with(0, 0), {{1}, {2}, {3}, {4}});
}

TEST(PositionBias, GradientsMatchCentralDifferences) {
  for (const auto& [layout, values] : bias_cases()) {
    Parameter q(random_tensor(11, 8, 1)), k(random_tensor(11, 8, 2)), v(random_tensor(11, 6, 3)), table(values);
    const auto output = [&, &blocks = layout] {
      return attended(q.variable(), k.variable(), v.variable(), blocks, table.variable());
    };
    expect_gradient_matches(q, output);
    expect_gradient_matches(k, output);
    expect_gradient_matches(v, output);
    expect_gradient_matches(table, output);
  }
}

TEST(PositionBias, GivesTheSameBitsOnAnyNumberOfThreads) {
  const BlockLayout layout = grid_window_layout(Borders{0, 6000}, {.width = 60, .side = 4, .shifted = true});
  std::vector<Tensor> gradients;
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] {
      Parameter x(random_tensor(6000, 16, 1)), table(random_tensor(49, 2, 2));
      const Gradients all = backward(attended(x.variable(), x.variable(), x.variable(), layout, table.variable()),
                                     random_tensor(6000, 16, 2));
      gradients.push_back(*all.of(table.variable()));
    });
  }
  EXPECT_TRUE(same_bits(gradients[0], gradients[1]) && same_bits(gradients[0], gradients[2]));
}

TEST(PositionBias, RefusesTablesAndLayoutsThatDoNotFit) {
  const Variable x = Variable::constant(Tensor(4, 2));
  const BlockLayout tiles = grid_window_layout(Borders{0, 4}, {.width = 2, .side = 2});
  const auto run = [&](const BlockLayout& layout, std::int64_t rows, std::int64_t cols) {
    (void)block_attention(x, x, x, {layout}, {.position_bias = Variable::constant(Tensor(rows, cols))});
  };
  expect_throws<ArgumentError>([&] { run(tiles, 9, 2); }, "position_bias has shape [9, 2]");
  expect_throws<ArgumentError>([&] { run(tiles, 8, 1); }, "an odd number of rows");
  expect_throws<ArgumentError>([&] { run(tiles, 7, 1); }, "has place 4, expected 0 to 3");
  BlockLayout without = tiles;
  without.places.clear();
  expect_throws<ArgumentError>([&] { run(without, 9, 1); }, "has 0 places of 4 positions");
  const BlockLayout reads{.order = {0, 1, 2, 3}, .blocks = {0, 2, 4}, .reads_previous = {0, 1}, .places = {0, 1, 0, 1}};
  expect_throws<ArgumentError>([&] { run(reads, 9, 1); }, "reads the one before it");
}

Options grid_options() {
  Options options(model_info("weft").options);
  for (const auto& [name, value] :
       {std::pair("hidden", "8"), {"heads", "2"}, {"grid_width", "8"}, {"grid_side", "4"}, {"position_bias", "true"}}) {
    options.set(name, value);
  }
  return options;
}

Tensor run(const GlobalAttention& attention, const MessageBlock& graph, const Tensor& h) {
  Pass pass = Pass::inference();
  return attention.forward(graph, Variable::constant(h), pass).value();
}

TEST(Windows, OfAGridAreTilesThatShiftInEveryOtherLayer) {
  const MessageBlock graph(grid(8, 8));
  const Tensor h = random_tensor(64, 8, 3);
  Tensor changed = h;
  for (float& value : changed.row(3 * 8 + 4)) {
    value += 1.0F;
  }
  // Pixel (3, 4) is in the tile of rows 0 .. 3 and columns 4 .. 7 or, shifted by two, rows and columns 2 .. 5.
  for (const auto& [layer, top, left] : {std::array<std::int64_t, 3>{0, 0, 4}, {1, 2, 2}, {2, 0, 4}}) {
    const auto attention = make_global_attention("windows", grid_options(), layer, Random(7));
    const Tensor before = run(*attention, graph, h), after = run(*attention, graph, changed);
    for (std::int64_t i = 0; i < 64; ++i) {
      const bool inside = i / 8 >= top && i / 8 < top + 4 && i % 8 >= left && i % 8 < left + 4;
      EXPECT_EQ(std::ranges::equal(before.row(i), after.row(i)), !inside) << layer << " " << i;
    }
  }
}

TEST(Windows, OfAGridHaveATableOfOffsetsWithAGradient) {
  const auto attention = make_global_attention("windows", grid_options(), 1, Random(7));
  ParameterList list;
  attention->list_parameters(list);
  ASSERT_EQ(list.parameters.back().name, "position_bias");
  EXPECT_EQ(list.parameters.back().parameter->value().shape(), (Shape{49, 2}));
  const MessageBlock graph(grid(2, 8));
  Parameter h(random_tensor(16, 8, 5));
  const auto forward = [&] {
    Pass pass = Pass::train(Random(1));
    return attention->forward(graph, h.variable(), pass);
  };
  expect_gradient_matches(h, forward, 5e-3);
  expect_gradient_matches(*list.parameters.back().parameter, forward, 5e-3);
}

TEST(Windows, OverAnOrderHaveATableOfDistances) {
  Options options = grid_options();
  options.set("grid_width", "0");
  options.set("window", "6");
  const auto attention = make_global_attention("windows", options, 0, Random(7));
  ParameterList list;
  attention->list_parameters(list);
  EXPECT_EQ(list.parameters.back().parameter->value().shape(), (Shape{11, 2}));
}

TEST(Windows, OfAGridRefuseGraphsOfAnotherWidth) {
  const auto attention = make_global_attention("windows", grid_options(), 0, Random(7));
  expect_throws<ArgumentError>([&] { (void)run(*attention, MessageBlock(grid(3, 3)), Tensor(9, 8)); },
                               "graph 0 has 9 nodes, expected rows of 8 pixels");
}

}  // namespace
}  // namespace weft
