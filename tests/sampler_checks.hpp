// What every sampler promises, checked on any of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/samplers/sample.hpp"

namespace weft::test {

template <class T>
std::vector<T> list(std::span<const T> values) {
  return {values.begin(), values.end()};
}
template <class T>
std::vector<T> list(const Buffer<T>& values) {
  return {values.begin(), values.end()};
}

inline std::vector<NodeId> all_nodes(const CsrGraph& graph) {
  std::vector<NodeId> nodes(static_cast<std::size_t>(graph.num_nodes()));
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  return nodes;
}

/// With hubs.
inline const CsrGraph& small_graph() {
  static const CsrGraph graph = rmat({.num_nodes = 2000, .num_edges = 24'000, .seed = 3});
  return graph;
}

inline const CsrGraph& small_undirected_graph() {
  static const CsrGraph graph = rmat({.num_nodes = 600, .num_edges = 3000, .undirected = true, .seed = 3});
  return graph;
}

/// Node 0 reads the nodes 1 .. n; nobody else reads.
inline CsrGraph star(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId u = 1; u <= n; ++u) {
    edges.push_back({u, 0});
  }
  return CsrGraph::from_edges(std::int64_t{n} + 1, edges);
}

/// `count` nodes with at least `degree` neighbors.
inline std::vector<NodeId> readers(const CsrGraph& graph, std::int64_t degree, std::size_t count) {
  std::vector<NodeId> result;
  for (const NodeId v : all_nodes(graph)) {
    if (result.size() < count && graph.in_degree(v) >= degree) {
      result.push_back(v);
    }
  }
  EXPECT_EQ(result.size(), count);
  return result;
}

/// The rows of a subgraph sample, in global ids, against induced_subgraph.
inline void expect_induced(const Sample& sample, const CsrGraph& graph) {
  const CsrGraph expected = induced_subgraph(graph, sample.inputs);
  EXPECT_EQ(list(sample.blocks[0].block.offsets()), list(expected.offsets()));
  EXPECT_EQ(list(sample.blocks[0].block.sources()), list(expected.sources()));
}

/// Blocks fit into each other, rows ascend, every edge is the graph's (where `of_graph`) and stands where the sample
/// says, and the seeds are where they are said to be.
inline void expect_valid(const Sample& sample, const CsrGraph& graph, bool of_graph = true) {
  ASSERT_FALSE(sample.blocks.empty());
  ASSERT_EQ(static_cast<std::int64_t>(sample.inputs.size()), sample.blocks.front().block.num_inputs());
  for (std::size_t b = 0; b < sample.blocks.size(); ++b) {
    const SampledBlock& sampled = sample.blocks[b];
    const MessageBlock& block = sampled.block;
    // Throws unless every promise of the arrays holds.
    (void)CsrGraph::from_rows(block.num_inputs(), Buffer<EdgeId>::copy_of(block.offsets()),
                              Buffer<NodeId>::copy_of(block.sources()));
    if (b + 1 < sample.blocks.size()) {
      ASSERT_EQ(block.num_outputs(), sample.blocks[b + 1].block.num_inputs());
    }
    if (!sampled.weights.empty()) {
      ASSERT_EQ(static_cast<EdgeId>(sampled.weights.size()), block.num_edges());
    }
    if (!sampled.edges.empty()) {
      ASSERT_EQ(static_cast<EdgeId>(sampled.edges.size()), block.num_edges());
    }
    for (NodeId row = 0; of_graph && row < block.num_outputs(); ++row) {
      for (EdgeId e = block.offsets()[row]; e < block.offsets()[row + 1]; ++e) {
        const auto i = static_cast<std::size_t>(e);
        const Edge edge{sample.inputs[block.sources()[i]], sample.inputs[row]};
        ASSERT_TRUE(graph.has_edge(edge)) << edge.source << " -> " << edge.destination;
        if (!sampled.edges.empty()) {
          ASSERT_EQ(graph.sources()[static_cast<std::size_t>(sampled.edges[i])], edge.source);
          ASSERT_GE(sampled.edges[i], graph.offsets()[edge.destination]);
          ASSERT_LT(sampled.edges[i], graph.offsets()[edge.destination + 1]);
        }
      }
    }
  }
  ASSERT_EQ(sample.seeds.size(), sample.seed_rows.size());
  for (std::size_t i = 0; i < sample.seeds.size(); ++i) {
    ASSERT_LT(sample.seed_rows[i], sample.blocks.back().block.num_outputs());
    ASSERT_EQ(sample.inputs[sample.seed_rows[i]], sample.seeds[i]);
  }
}

inline bool same_bits(const Sample& a, const Sample& b) {
  bool same = a.blocks.size() == b.blocks.size() && std::ranges::equal(a.inputs, b.inputs) &&
              std::ranges::equal(a.seeds, b.seeds) && std::ranges::equal(a.seed_rows, b.seed_rows) &&
              std::ranges::equal(a.seed_weights, b.seed_weights) && a.is_subgraph == b.is_subgraph;
  for (std::size_t i = 0; same && i < a.blocks.size(); ++i) {
    same = std::ranges::equal(a.blocks[i].block.offsets(), b.blocks[i].block.offsets()) &&
           std::ranges::equal(a.blocks[i].block.sources(), b.blocks[i].block.sources()) &&
           std::ranges::equal(a.blocks[i].block.segments(), b.blocks[i].block.segments()) &&
           std::ranges::equal(a.blocks[i].edges, b.blocks[i].edges) &&
           std::ranges::equal(a.blocks[i].weights, b.blocks[i].weights);
  }
  return same;
}

/// Two epochs in order, then backward on 1, 2 and 4 threads at once: the same bits. Batches and epochs differ.
template <Sampler S>
void expect_pure(const S& sampler, const CsrGraph& graph, bool of_graph = true) {
  const std::int64_t count = sampler.num_batches();
  ASSERT_GE(count, 2);
  std::vector<Sample> in_order;
  for (std::int64_t i = 0; i < 2 * count; ++i) {
    in_order.push_back(sampler.sample(i / count, i % count));
    expect_valid(in_order.back(), graph, of_graph);
  }
  EXPECT_FALSE(same_bits(in_order[0], in_order[1]));
  EXPECT_FALSE(same_bits(in_order[0], in_order[static_cast<std::size_t>(count)]));
  for (const int threads : {1, 2, 4}) {
    std::vector<char> same(in_order.size());
    with_threads(threads, [&] {
      parallel_for(2 * count, 1, [&](std::int64_t begin, std::int64_t) {
        const std::int64_t i = 2 * count - 1 - begin;
        same[static_cast<std::size_t>(i)] =
            same_bits(sampler.sample(i / count, i % count), in_order[static_cast<std::size_t>(i)]) ? 1 : 0;
      });
    });
    EXPECT_EQ(std::ranges::count(same, 1), 2 * count) << threads << " threads";
  }
}

/// Chi-square of counts against expected counts.
inline double chi_square(std::span<const double> counts, std::span<const double> expected) {
  double sum = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sum += (counts[i] - expected[i]) * (counts[i] - expected[i]) / expected[i];
  }
  return sum;
}

/// Above this a chi-square of k degrees of freedom is with a probability of 1e-4 (Wilson, Hilferty 1931).
inline double chi_square_limit(double k) {
  return k * std::pow(1.0 - 2.0 / (9.0 * k) + 3.72 * std::sqrt(2.0 / (9.0 * k)), 3.0);
}

/// Mean of many draws of an estimator, and its standard error.
struct Estimate {
  double sum = 0.0, squares = 0.0;
  std::int64_t count = 0;

  void add(double x) {
    sum += x;
    squares += x * x;
    ++count;
  }
  [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
  [[nodiscard]] double standard_error() const {
    const auto n = static_cast<double>(count);
    return std::sqrt(std::max(0.0, squares / n - mean() * mean()) / n);
  }
  /// Within four standard errors: a right estimator fails once in 16 thousand.
  void expect(double truth) const {
    EXPECT_NEAR(mean(), truth, 4.0 * standard_error() + 1e-6 * std::abs(truth)) << count << " draws";
  }
};

/// sum of weight * x[source] over the row of output `row` in the last block.
inline double weighted_sum(const Sample& sample, std::span<const double> x, NodeId row) {
  const SampledBlock& sampled = sample.blocks.back();
  double sum = 0.0;
  for (EdgeId e = sampled.block.offsets()[row]; e < sampled.block.offsets()[row + 1]; ++e) {
    const auto i = static_cast<std::size_t>(e);
    sum += static_cast<double>(sampled.weights.empty() ? 1.0F : sampled.weights[i]) *
           x[sample.inputs[sampled.block.sources()[i]]];
  }
  return sum;
}

/// A value for every node, of either sign.
inline std::vector<double> values_of(const CsrGraph& graph) {
  std::vector<double> x(static_cast<std::size_t>(graph.num_nodes()));
  for (std::size_t v = 0; v < x.size(); ++v) {
    x[v] = 2.0 + std::sin(static_cast<double>(v));
  }
  return x;
}

inline double full_sum(const CsrGraph& graph, std::span<const double> x, NodeId v) {
  double sum = 0.0;
  for (const NodeId u : graph.sources_of(v)) {
    sum += x[u];
  }
  return sum;
}

}  // namespace weft::test
