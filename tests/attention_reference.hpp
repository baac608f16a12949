// The quadratic definition that every attention is compared with: all pairs of nodes of a graph, in double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "weft/core/random.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/layers/kernels/block_attention.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft::test {

/// Graphs of one node, of none, of seven and of three.
inline const std::vector<std::int64_t> kSegments{0, 1, 1, 8, 11};

/// The weight that node i puts on node j of its graph in head h, before they are divided by their sum.
using PairWeight = std::function<double(std::int64_t i, std::int64_t j, std::int64_t h)>;

/// O_i = sum_j w_ij v_j / (epsilon + sum_j w_ij) over the nodes j of the graph of i.
inline Tensor dense_attention(const Tensor& v, std::span<const std::int64_t> segments, std::int64_t heads,
                              const PairWeight& weight, double epsilon = 0.0) {
  const std::int64_t e = v.cols() / heads;
  Tensor o(v.rows(), v.cols());
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    for (std::int64_t i = segments[g]; i < segments[g + 1]; ++i) {
      for (std::int64_t h = 0; h < heads; ++h) {
        double total = epsilon;
        std::vector<double> sum(static_cast<std::size_t>(e));
        for (std::int64_t j = segments[g]; j < segments[g + 1]; ++j) {
          const double w = weight(i, j, h);
          total += w;
          for (std::int64_t c = 0; c < e; ++c) {
            sum[static_cast<std::size_t>(c)] += w * v(j, h * e + c);
          }
        }
        for (std::int64_t c = 0; c < e; ++c) {
          o(i, h * e + c) = static_cast<float>(sum[static_cast<std::size_t>(c)] / total);
        }
      }
    }
  }
  return o;
}

/// <a_i, b_j> in head h.
inline double head_dot(const Tensor& a, std::int64_t i, const Tensor& b, std::int64_t j, std::int64_t h,
                       std::int64_t heads) {
  double dot = 0.0;
  const std::int64_t d = a.cols() / heads;
  for (std::int64_t c = h * d; c < (h + 1) * d; ++c) {
    dot += static_cast<double>(a(i, c)) * static_cast<double>(b(j, c));
  }
  return dot;
}

/// exp(<q_i, k_j> / sqrt(d)): softmax attention.
inline PairWeight softmax_weight(const Tensor& q, const Tensor& k, std::int64_t heads) {
  const double scale = 1.0 / std::sqrt(static_cast<double>(q.cols() / heads));
  return [&q, &k, heads, scale](std::int64_t i, std::int64_t j, std::int64_t h) {
    return std::exp(scale * head_dot(q, i, k, j, h, heads));
  };
}

/// The block that each node is in.
inline std::vector<std::int64_t> block_of_node(const BlockLayout& layout) {
  std::vector<std::int64_t> block(layout.order.size());
  for (std::size_t b = 0; b + 1 < layout.blocks.size(); ++b) {
    for (std::int64_t p = layout.blocks[b]; p < layout.blocks[b + 1]; ++p) {
      block[layout.order[static_cast<std::size_t>(p)]] = static_cast<std::int64_t>(b);
    }
  }
  return block;
}

/// The largest difference of two elements.
inline double largest_difference(const Tensor& a, const Tensor& b) {
  double most = 0.0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i])));
  }
  return most;
}

/// `m` random edges; the last node reads nothing, and node 0 reads all others if `hub`.
inline CsrGraph random_graph(std::int64_t n, std::int64_t m, std::uint64_t seed, bool hub = true) {
  const Random random(seed);
  std::vector<Edge> edges;
  for (std::int64_t u = 0; hub && u < n; ++u) {
    edges.push_back({static_cast<NodeId>(u), 0});
  }
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(m); ++i) {
    edges.push_back({static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n), i, 0)),
                     static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n - 1), i, 1))});
  }
  return CsrGraph::from_edges(n, edges);
}

}  // namespace weft::test
