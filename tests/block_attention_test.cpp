// Attention within blocks: against all pairs that read each other, the limits where it is exact, and a learned bias for
// each offset within a window.
#include "weft/layers/kernels/block_attention.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"
#include "weft/layers/kernels/block_layouts.hpp"
#include "weft/layers/kernels/feature_maps.hpp"

namespace weft {
namespace {

using test::block_of_node;
using test::constant;
using test::dense_attention;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::kSegments;
using test::random_tensor;

/// In how many layouts node i reads node j in head h.
std::int64_t times_read(std::span<const BlockLayout> layouts, std::int64_t i, std::int64_t j, std::int64_t h) {
  std::int64_t times = 0;
  for (const BlockLayout& layout : layouts) {
    if (layout.head != -1 && layout.head != h) {
      continue;
    }
    const auto block_of = [&](std::int64_t node) {
      const auto position = std::ranges::find(layout.order, static_cast<NodeId>(node)) - layout.order.begin();
      return std::ranges::upper_bound(layout.blocks, position) - layout.blocks.begin() - 1;
    };
    const auto own = block_of(i), other = block_of(j);
    times += own == other || (own == other + 1 && layout.reads_previous[static_cast<std::size_t>(own)] != 0) ? 1 : 0;
  }
  return times;
}

/// All pairs that are read, each once.
Tensor dense_block_attention(const Tensor& q, const Tensor& k, const Tensor& v, std::span<const BlockLayout> layouts,
                             const BlockAttentionOptions& options) {
  const std::vector<std::int64_t> whole{0, q.rows()};
  const auto softmax = test::softmax_weight(q, k, options.heads);
  return dense_attention(v, whole, options.heads, [&](std::int64_t i, std::int64_t j, std::int64_t h) {
    if (options.exclude_self && i == j) {
      std::int64_t others = 0;
      for (std::int64_t other = 0; other < q.rows(); ++other) {
        others += other == i ? 0 : times_read(layouts, i, other, h);
      }
      return others == 0 ? 1.0 : 0.0;
    }
    return times_read(layouts, i, j, h) == 0 ? 0.0 : softmax(i, j, h);
  });
}

/// Two rounds for each of two heads, with blocks of three nodes.
std::vector<BlockLayout> small_layouts(const Tensor& keys) {
  const HashOptions options{.rounds = 2, .buckets = 4, .block_size = 3};
  return hash_layouts(keys, 2, kSegments, hash_rotations(keys.cols() / 2, options, Random(3)), options);
}

TEST(BlockAttention, ReadsItsBlockAndThePreviousOne) {
  // Order 2, 0, 1, 3 in blocks of two; zero logits make means: block {2, 0} alone, block {1, 3} reads all.
  const BlockLayout layout{.order = {2, 0, 1, 3}, .blocks = {0, 2, 4}, .reads_previous = {0, 1}};
  const Variable zero = constant(Tensor(4, 1)), v = constant(Tensor{{1}, {2}, {3}, {6}});
  expect_near(block_attention(zero, zero, v, {layout}, {}).value(), {{2}, {3}, {2}, {3}});
  // Without itself: node 0 reads 2, node 2 reads 0, node 1 reads 2, 0, 3 and node 3 reads 2, 0, 1.
  expect_near(block_attention(zero, zero, v, {layout}, {.exclude_self = true}).value(), {{3}, {10.0F / 3}, {1}, {2}});
}

TEST(BlockAttention, EqualsItsDefinitionOverRoundsAndHeads) {
  const Tensor q = random_tensor(11, 8, 1), k = random_tensor(11, 8, 2), v = random_tensor(11, 6, 3);
  for (const bool exclude_self : {false, true}) {
    const BlockAttentionOptions options{.heads = 2, .exclude_self = exclude_self};
    const std::vector<BlockLayout> layouts = small_layouts(k);
    expect_near(block_attention(constant(q), constant(k), constant(v), layouts, options).value(),
                dense_block_attention(q, k, v, layouts, options));
  }
}

TEST(BlockAttention, CountsAPairOnceHoweverManyLayoutsHoldIt) {
  // Nodes 0 and 1 meet in both layouts, 0 and 2 in the second, 0 and 3 in none; zero logits make means.
  const std::vector<BlockLayout> layouts = {{.order = {0, 1, 2, 3}, .blocks = {0, 2, 4}, .reads_previous = {0, 0}},
                                            {.order = {3, 0, 1, 2}, .blocks = {0, 1, 4}, .reads_previous = {0, 0}}};
  EXPECT_EQ(times_read(layouts, 0, 1, 0), 2);
  const Variable zero = constant(Tensor(4, 1)), v = constant(Tensor{{1}, {2}, {6}, {10}});
  expect_near(block_attention(zero, zero, v, layouts, {}).value(), {{3}, {3}, {19.0F / 4}, {8}});
  expect_near(block_attention(zero, zero, v, layouts, {.exclude_self = true}).value(), {{4}, {3.5F}, {13.0F / 3}, {6}});
  // A layout of another head says nothing of this one.
  std::vector<BlockLayout> of_heads = layouts;
  of_heads[0].head = 1;
  const Variable two = constant(Tensor(4, 2)), both = constant(Tensor{{1, 1}, {2, 2}, {6, 6}, {10, 10}});
  expect_near(block_attention(two, two, both, of_heads, {.heads = 2}).value(),
              {{3, 3}, {3, 3}, {3, 19.0F / 4}, {10, 8}});
}

TEST(BlockAttention, GradientsMatchCentralDifferences) {
  Parameter q(random_tensor(11, 8, 1)), k(random_tensor(11, 8, 2)), v(random_tensor(11, 6, 3));
  const std::vector<BlockLayout> layouts = small_layouts(k.value());
  for (const bool exclude_self : {false, true}) {
    const auto output = [&] {
      return block_attention(q.variable(), k.variable(), v.variable(), layouts,
                             {.heads = 2, .exclude_self = exclude_self});
    };
    expect_gradient_matches(q, output);
    expect_gradient_matches(k, output);
    expect_gradient_matches(v, output);
  }
}

TEST(BlockAttention, GivesTheSameBitsOnAnyNumberOfThreads) {
  const std::vector<std::int64_t> segments{0, 3000, 3010};
  const HashOptions hash{.rounds = 2, .buckets = 8, .block_size = 32};
  const Parameter k(random_tensor(3010, 16, 1));
  expect_same_bits_on_any_threads({&k}, [&] {
    return block_attention(k.variable(), k.variable(), k.variable(),
                           hash_layouts(k.value(), 2, segments, hash_rotations(8, hash, Random(3)), hash),
                           {.heads = 2});
  });
}

TEST(BlockAttention, RefusesLayoutsThatAreNone) {
  const Variable x = constant(Tensor(3, 2));
  const auto run = [&](BlockLayout layout) { (void)block_attention(x, x, x, {std::move(layout)}, {}); };
  expect_throws<ArgumentError>(
      [&] {
        run({.order = {0, 1}, .blocks = {0, 2}, .reads_previous = {0}});
      },
      "orders 2 nodes, expected 3");
  expect_throws<ArgumentError>(
      [&] {
        run({.order = {0, 1, 1}, .blocks = {0, 3}, .reads_previous = {0}});
      },
      "node 1 stands in an order");
  expect_throws<ArgumentError>(
      [&] {
        run({.order = {0, 1, 2}, .blocks = {0, 2}, .reads_previous = {0}});
      },
      "rise from 0 to 3");
  expect_throws<ArgumentError>(
      [&] {
        run({.order = {0, 1, 2}, .blocks = {0, 3}, .reads_previous = {1}});
      },
      "reads one before it");
  expect_throws<ArgumentError>(
      [&] {
        run({.head = 1, .order = {0, 1, 2}, .blocks = {0, 3}, .reads_previous = {0}});
      },
      "for head 1 of 1");
}

TEST(HashAttention, WithOneBlockIsExactSoftmaxOverTheOthers) {
  const std::vector<std::int64_t> segments{0, 40, 60, 61};
  const Tensor q = random_tensor(61, 8, 1), v = random_tensor(61, 8, 2);
  const Tensor k = normalize_heads(constant(q), 2).value();
  const HashOptions hash{.rounds = 2, .buckets = 8, .block_size = 40};
  const Tensor o = block_attention(constant(q), constant(k), constant(v),
                                   hash_layouts(k, 2, segments, hash_rotations(4, hash, Random(3)), hash),
                                   {.heads = 2, .exclude_self = true})
                       .value();
  const auto softmax = test::softmax_weight(q, k, 2);
  expect_near(o, dense_attention(v, segments, 2, [&](std::int64_t i, std::int64_t j, std::int64_t h) {
                return i == j && i != 60 ? 0.0 : softmax(i, j, h);
              }));
}

TEST(HashAttention, FindsTheNodesThatMatterAmongManyBlocks) {
  // 32 groups of 8 nodes; each node's key is its group's direction, long queries read their own group only.
  Tensor direction = random_tensor(32, 16, 1);
  Tensor q(256, 16);
  for (std::int64_t i = 0; i < 256; ++i) {
    for (std::int64_t c = 0; c < 16; ++c) {
      q(i, c) = 10.0F * direction((i * 37) % 32, c) + 0.1F * random_tensor(1, 1, static_cast<std::uint64_t>(i))(0, 0);
    }
  }
  const Tensor k = normalize_heads(constant(q), 1).value(), v = random_tensor(256, 4, 2);
  const std::vector<std::int64_t> segments{0, 256};
  const Tensor exact = dense_attention(v, segments, 1, test::softmax_weight(q, k, 1));
  const auto error = [&](std::int64_t buckets) {
    const HashOptions hash{.rounds = 4, .buckets = buckets, .block_size = 16};
    const Tensor o = block_attention(constant(q), constant(k), constant(v),
                                     hash_layouts(k, 1, segments, hash_rotations(16, hash, Random(3)), hash), {})
                         .value();
    double total = 0.0;
    for (std::int64_t i = 0; i < o.size(); ++i) {
      total += std::abs(static_cast<double>(o.data()[i] - exact.data()[i]));
    }
    return total / static_cast<double>(o.size());
  };
  EXPECT_LT(error(16), 0.1);
  EXPECT_LT(error(16), 0.5 * error(2));
}

using Nodes = std::vector<NodeId>;

using Borders = std::vector<std::int64_t>;

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
  const Parameter x(random_tensor(6000, 16, 1)), table(random_tensor(49, 2, 2));
  expect_same_bits_on_any_threads(
      {&x, &table}, [&] { return attended(x.variable(), x.variable(), x.variable(), layout, table.variable()); });
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

}  // namespace
}  // namespace weft
