// Dot-product attention along edges against its definition, written as loops over all edges.
#include "weft/layers/kernels/dot_attention.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/attention_reference.hpp"
#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::random_graph;
using test::random_tensor;
using test::same_bits;

/// What an attention reads.
struct Inputs {
  /// d columns of a head of keys, e of one of values; num_types 0: edges have no types.
  Inputs(const CsrGraph& of, std::int64_t num_heads, std::int64_t d, std::int64_t e, std::int64_t num_types = 0)
      : graph(of),
        heads(num_heads),
        q(random_tensor(of.num_nodes(), heads * d, 1)),
        k(random_tensor(of.num_sources(), heads * d, 2)),
        v(random_tensor(of.num_sources(), heads * e, 3)),
        table(random_tensor(num_types, heads * d, 4)) {
    if (num_types > 0) {
      auto drawn = std::make_shared<Buffer<std::uint8_t>>(static_cast<std::size_t>(of.num_edges()));
      for (std::size_t i = 0; i < drawn->size(); ++i) {
        (*drawn)[i] = static_cast<std::uint8_t>(Random(9).below(static_cast<std::uint64_t>(num_types), i));
      }
      types = drawn;
    }
  }

  [[nodiscard]] Variable attend(DotAttentionOptions options = {}) const {
    options.heads = heads;
    return dot_attention(MessageBlock(graph), q.variable(), k.variable(), v.variable(), options,
                         {types, table.variable()});
  }

  /// The definition, edge by edge in double.
  [[nodiscard]] Tensor slow(double clamp = 1e300) const {
    const std::int64_t d = q.value().cols() / heads, e = v.value().cols() / heads;
    Tensor y(graph.num_nodes(), heads * e);
    for (std::int64_t i = 0; i < graph.num_nodes(); ++i) {
      for (std::int64_t h = 0; h < heads; ++h) {
        const EdgeId first = graph.offsets()[static_cast<std::size_t>(i)];
        const auto sources = graph.sources_of(static_cast<NodeId>(i));
        std::vector<double> score(sources.size());
        for (std::size_t j = 0; j < sources.size(); ++j) {
          for (std::int64_t c = h * d; c < (h + 1) * d; ++c) {
            const double weight =
                types ? static_cast<double>(table.value()((*types)[static_cast<std::size_t>(first) + j], c)) : 1.0;
            score[j] += static_cast<double>(q.value()(i, c)) * k.value()(sources[j], c) * weight;
          }
          score[j] = std::clamp(score[j] / std::sqrt(static_cast<double>(d)), -clamp, clamp);
        }
        const double largest = score.empty() ? 0.0 : *std::ranges::max_element(score);
        double total = 0.0;
        std::vector<double> sum(static_cast<std::size_t>(e));
        for (std::size_t j = 0; j < sources.size(); ++j) {
          const double power = std::exp(score[j] - largest);
          total += power;
          for (std::int64_t c = 0; c < e; ++c) {
            sum[static_cast<std::size_t>(c)] += power * v.value()(sources[j], h * e + c);
          }
        }
        for (std::int64_t c = 0; c < e && total > 0.0; ++c) {
          y(i, h * e + c) = static_cast<float>(sum[static_cast<std::size_t>(c)] / total);
        }
      }
    }
    return y;
  }

  CsrGraph graph;
  std::int64_t heads;
  Parameter q, k, v, table;
  std::shared_ptr<const Buffer<std::uint8_t>> types;
};

struct HeadShape {
  std::int64_t heads, d, e;
};

TEST(DotAttention, EqualsTheDefinitionForAllShapesOfHeads) {
  const CsrGraph graph = random_graph(90, 500, 3);
  for (const auto& [heads, d, e] :
       std::vector<HeadShape>{{1, 1, 1},  {1, 3, 5},   {1, 8, 8},   {1, 20, 7},  {1, 64, 64}, {1, 70, 70}, {2, 3, 3},
                              {2, 32, 8}, {3, 5, 9},   {4, 16, 16}, {4, 16, 12}, {4, 12, 16}, {6, 24, 24}, {8, 7, 8},
                              {8, 8, 8},  {8, 32, 32}, {5, 2, 3},   {12, 8, 8},  {16, 4, 4},  {64, 1, 2}}) {
    for (const std::int64_t num_types : {0, 3}) {
      SCOPED_TRACE(concat(heads, " heads of ", d, " and ", e, " columns, types ", num_types));
      const Inputs in(graph, heads, d, e, num_types);
      expect_near(in.attend().value(), in.slow(), 2e-5);
    }
  }
}

TEST(DotAttention, CutsScoresOffAtTheClamp) {
  for (const std::int64_t num_types : {0, 3}) {
    const Inputs in(random_graph(90, 500, 3), 4, 16, 16, num_types);
    expect_near(in.attend({.clamp = 0.3F}).value(), in.slow(0.3), 2e-5);
    EXPECT_GT(test::largest_difference(in.slow(0.3), in.slow()), 0.1);
  }
  // Scores 3 and 0 with clamp 1: weights e / (e + 1) and 1 / (e + 1) of values 1 and 0.
  Inputs in(CsrGraph::from_edges(2, std::vector<Edge>{{0, 0}, {1, 0}}), 1, 1, 1);
  in.q = Parameter(Tensor{{3}, {0}});
  in.k = Parameter(Tensor{{1}, {0}});
  in.v = Parameter(Tensor{{1}, {0}});
  EXPECT_NEAR(in.attend({.clamp = 1.0F}).value()(0, 0), std::exp(1.0) / (std::exp(1.0) + 1.0), 1e-6);
}

TEST(DotAttention, HasNoGradientBeyondTheClamp) {
  Inputs in(CsrGraph::from_edges(2, std::vector<Edge>{{0, 0}, {1, 0}}), 1, 1, 1);
  in.q = Parameter(Tensor{{3}, {0}});
  in.k = Parameter(Tensor{{1}, {0.1F}});
  in.v = Parameter(Tensor{{1}, {0}});
  const Gradients gradients = backward(in.attend({.clamp = 1.0F}), Tensor{{1}, {0}});
  EXPECT_EQ((*gradients.of(in.k.variable()))(0, 0), 0.0F);
  // Scores 1 (cut off) and 0.3: d y / d score of the second = -w (1 - w), times q.
  const double w = 1.0 / (1.0 + std::exp(-0.7));
  EXPECT_NEAR((*gradients.of(in.k.variable()))(1, 0), -3.0 * w * (1.0 - w), 1e-5);
}

TEST(DotAttention, GradientsMatchCentralDifferences) {
  const CsrGraph graph = random_graph(9, 25, 6);
  for (const auto& [heads, d, e] : std::vector<HeadShape>{
           {1, 3, 3}, {2, 5, 4}, {4, 16, 16}, {8, 8, 8}, {1, 64, 64}, {9, 2, 2}, {3, 9, 16}, {2, 32, 8}}) {
    for (const std::int64_t num_types : {0, 3}) {
      for (const float dropout : {0.0F, 0.4F}) {
        SCOPED_TRACE(concat(heads, " heads of ", d, ", ", e, " columns, types ", num_types, ", dropout ", dropout));
        Inputs in(graph, heads, d, e, num_types);
        const auto forward = [&] { return in.attend({.clamp = 5.0F, .dropout = dropout, .random = Random(8)}); };
        for (Parameter* parameter : {&in.q, &in.k, &in.v}) {
          expect_gradient_matches(*parameter, forward, 4e-3);
        }
        if (num_types > 0) {
          expect_gradient_matches(in.table, forward, 4e-3);
        }
      }
    }
  }
}

TEST(DotAttention, ReadsBipartiteBlocks) {
  // Three inputs, two outputs; output 1 reads inputs 0 and 2, output 0 only 2.
  Buffer<EdgeId> offsets(3);
  Buffer<NodeId> sources(3);
  std::ranges::copy(std::array<EdgeId, 3>{0, 1, 3}, offsets.begin());
  std::ranges::copy(std::array<NodeId, 3>{2, 0, 2}, sources.begin());
  Inputs in(CsrGraph::from_rows(3, std::move(offsets), std::move(sources)), 2, 4, 3);
  const Tensor y = in.attend().value();
  expect_near(y, in.slow());
  for (std::int64_t c = 0; c < 6; ++c) {
    EXPECT_NEAR(y(0, c), in.v.value()(2, c), 1e-6);
  }
  for (Parameter* parameter : {&in.q, &in.k, &in.v}) {
    expect_gradient_matches(*parameter, [&] { return in.attend(); });
  }
}

TEST(DotAttention, IsZeroWhereANodeReadsNothing) {
  const Inputs in(random_graph(10, 20, 5), 2, 5, 5);
  ASSERT_EQ(in.graph.in_degree(9), 0);
  const Tensor y = in.attend().value();
  for (const float value : y.row(9)) {
    EXPECT_EQ(value, 0.0F);
  }
}

TEST(DotAttention, SumsARowOfAHundredThousandEdges) {
  // Equal scores: node 0 gets the mean of 0 .. n - 1, and every value the gradient 1 / n.
  constexpr std::int64_t n = 100'000;
  Inputs in(random_graph(n, 0, 4), 1, 8, 1);
  in.q = Parameter(Tensor(n, 8));
  Tensor values(n, 1);
  for (std::int64_t u = 0; u < n; ++u) {
    values(u, 0) = static_cast<float>(u) / static_cast<float>(n);
  }
  in.v = Parameter(std::move(values));
  const Variable y = in.attend();
  EXPECT_NEAR(y.value()(0, 0), 0.5 - 0.5 / n, 1e-4);
  const Gradients gradients = backward(y, Tensor::full(n, 1, static_cast<float>(n)));
  for (std::int64_t u = 0; u < n; u += 9973) {
    EXPECT_NEAR((*gradients.of(in.v.variable()))(u, 0), 1.0F, 1e-3);
  }
}

TEST(DotAttention, EqualsTheDefinitionInRowsOfManyPieces) {
  for (const std::int64_t num_types : {0, 4}) {
    const Inputs in(random_graph(3000, 2000, 4), 4, 4, 4, num_types);
    ASSERT_EQ(in.graph.in_degree(0), 3000);
    expect_near(in.attend().value(), in.slow(), 2e-5);
  }
}

TEST(DotAttention, StaysFiniteAndPicksTheLargestOfLargeScores) {
  // Scores of +-1e4 and 0: all weight is on the source with the largest.
  Inputs in(CsrGraph::from_edges(3, std::vector<Edge>{{0, 0}, {1, 0}, {2, 0}}), 1, 1, 1);
  in.q = Parameter(Tensor{{1e4F}, {0}, {0}});
  in.k = Parameter(Tensor{{-1}, {1}, {0}});
  in.v = Parameter(Tensor{{1}, {2}, {3}});
  const Variable y = in.attend();
  EXPECT_EQ(y.value()(0, 0), 2.0F);
  const Gradients gradients = backward(y, Tensor::full(3, 1, 1.0F));
  for (const Parameter* parameter : {&in.q, &in.k, &in.v}) {
    for (const float value : gradients.of(parameter->variable())->values()) {
      EXPECT_TRUE(std::isfinite(value));
    }
  }
  EXPECT_NEAR((*gradients.of(in.v.variable()))(1, 0), 1.0F, 1e-3);
}

TEST(DotAttention, GivesTheSameBitsForEveryNumberOfThreads) {
  const Inputs in(random_graph(4000, 60000, 10), 8, 8, 8, 3);
  expect_same_bits_on_any_threads({&in.q, &in.k, &in.v, &in.table},
                                  [&] { return in.attend({.clamp = 5.0F, .dropout = 0.5F, .random = Random(3)}); });
}

TEST(DotAttention, GraphsInOneBlockEqualEachGraphAlone) {
  const std::vector<CsrGraph> graphs{random_graph(11, 40, 1), random_graph(140, 600, 2), random_graph(5, 9, 3)};
  const Inputs all(batch_of(graphs).graph(), 4, 8, 8);
  const Tensor together = all.attend().value();
  std::int64_t first = 0;
  for (const CsrGraph& graph : graphs) {
    std::vector<std::int64_t> nodes(static_cast<std::size_t>(graph.num_nodes()));
    std::iota(nodes.begin(), nodes.end(), first);
    Inputs own(graph, 4, 8, 8);
    own.q = Parameter(select_rows(all.q.value(), nodes));
    own.k = Parameter(select_rows(all.k.value(), nodes));
    own.v = Parameter(select_rows(all.v.value(), nodes));
    EXPECT_TRUE(same_bits(select_rows(together, nodes), own.attend().value()));
    first += graph.num_nodes();
  }
}

TEST(DotAttention, DropoutKeepsTheShareAndTheMeanItPromises) {
  // Equal scores and states of 1: y is the sum of factor / 4000 over a row, with mean 1.
  Inputs in(random_graph(4000, 0, 1), 8, 1, 1);
  in.q = Parameter(Tensor(4000, 8));
  in.v = Parameter(Tensor::full(4000, 8, 1.0F));
  const auto output = [&](std::uint64_t seed) { return in.attend({.dropout = 0.25F, .random = Random(seed)}).value(); };
  const Tensor y = output(1);
  EXPECT_TRUE(same_bits(y, output(1)));
  EXPECT_FALSE(same_bits(y, output(2)));
  double mean = 0;
  for (std::int64_t head = 0; head < 8; ++head) {
    // The standard deviation of a head is sqrt(0.25 / 0.75 / 4000) = 0.009.
    EXPECT_NEAR(y(0, head), 1.0, 0.037) << "head " << head;
    mean += y(0, head) / 8;
  }
  EXPECT_NEAR(mean, 1.0, 0.013);
}

TEST(DotAttention, RefusesOptionsShapesAndTypesThatDoNotFit) {
  const CsrGraph graph = random_graph(6, 8, 1);
  const auto refuses = [&](const std::string& message, auto change, DotAttentionOptions options = {}) {
    Inputs in(graph, 2, 3, 4, 2);
    change(in);
    expect_throws<ArgumentError>([&] { (void)in.attend(options); }, message);
  };
  const auto nothing = [](Inputs&) {};
  refuses("heads is 0", [](Inputs& in) { in.heads = 0; });
  refuses("heads is 65", [](Inputs& in) { in.heads = 65; });
  refuses("dropout is 1", nothing, {.dropout = 1.0F});
  refuses("clamp is 0", nothing, {.clamp = 0.0F});
  refuses("q has shape [5, 6], expected 6 rows", [](Inputs& in) { in.q = Parameter(Tensor(5, 6)); });
  refuses("q has shape [6, 7]", [](Inputs& in) { in.q = Parameter(Tensor(6, 7)); });
  refuses("k has shape [6, 8], expected [6, 6]", [](Inputs& in) { in.k = Parameter(Tensor(6, 8)); });
  refuses("v has shape [5, 8], expected 6 rows", [](Inputs& in) { in.v = Parameter(Tensor(5, 8)); });
  refuses("the table of types has shape [2, 8], expected 6 columns",
          [](Inputs& in) { in.table = Parameter(Tensor(2, 8)); });
  refuses("an edge has type 1, expected below 1", [](Inputs& in) { in.table = Parameter(Tensor(1, 6)); });
  refuses(concat("types of 3 edges, expected ", graph.num_edges()),
          [](Inputs& in) { in.types = std::make_shared<Buffer<std::uint8_t>>(3, std::uint8_t{0}); });
}

}  // namespace
}  // namespace weft
