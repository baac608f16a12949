// Attention between the nodes of a graph and a few landmarks of the same graph, both ways: nodes read landmarks, and
// landmarks read nodes. Linformer, Nystrom and clusters are made of these two.
//
// Landmarks of graph g are the rows landmark_segments[g] .. landmark_segments[g + 1] of their matrices, its nodes the
// rows segments[g] .. segments[g + 1]; heads are equal groups of columns. With L landmarks of a graph at most:
// O(n L d) time; nothing of size n L is kept, gradients compute the weights anew.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/variable.hpp"

namespace weft {

/// Which rows belong to which graph; both have one entry more than there are graphs.
struct LandmarkSegments {
  std::span<const std::int64_t> nodes, landmarks;
};

/// Node i reads the landmarks of its graph: softmax_l(<q_i, k_l> / sqrt(d) + bias_l) v_l, where `bias` has a number for
/// each landmark or is empty for none: the log of how many nodes it stands for, say. Where a graph has no landmarks its
/// nodes get 0. q [n, h d], k [l, h d], v [l, h e] -> [n, h e]
[[nodiscard]] Variable landmark_attention(const Variable& q, const Variable& k, const Variable& v,
                                          const LandmarkSegments& segments, std::int64_t heads,
                                          std::span<const float> bias = {});

/// Landmark l reads the nodes of its graph: softmax_i(<q_l, k_i> / sqrt(d)) v_i. Where a graph has no nodes its
/// landmarks get 0. q [l, h d], k [n, h d], v [n, h e] -> [l, h e]
[[nodiscard]] Variable pooling_attention(const Variable& q, const Variable& k, const Variable& v,
                                         const LandmarkSegments& segments, std::int64_t heads);

/// The middle of Nystrom attention (Xiong et al. 2021), for each graph and head: A⁺ y, where A is the softmax of
/// <q_l, k_m> / sqrt(d) over the landmarks m, and A⁺ its pseudo-inverse after `steps` steps of Razavi et al. 2014.
/// A graph whose landmarks are its nodes, as many as there are, gets `exact` instead: A A⁺ A = A makes that the
/// limit, and its attention exact softmax. q, k [l, h d], y [l, h e], exact [n, h e] -> [l, h e].
/// O(steps L^3 h) time for each graph that has more nodes than landmarks.
[[nodiscard]] Variable nystrom_product(const Variable& q, const Variable& k, const Variable& y, const Variable& exact,
                                       const LandmarkSegments& segments, std::int64_t heads, std::int64_t steps);

}  // namespace weft
