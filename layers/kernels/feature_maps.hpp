// What queries and keys pass through before kernel_attention: each map, with the weight it stands for, makes one of
// the linear attentions. Heads are equal groups of columns; segments are graphs; all are O(n) in time and memory.
#pragma once

#include <cstdint>
#include <span>

#include "weft/core/random.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

/// Every head of a row to length 1: sqrt(sum of squares + 1e-12) divides it. [n, h d] -> [n, h d]
[[nodiscard]] Variable normalize_heads(const Variable& x, std::int64_t heads);

/// All rows of a graph together to length 1 (Frobenius norm, as above). [n, p] -> [n, p]
[[nodiscard]] Variable normalize_segments(const Variable& x, std::span<const std::int64_t> segments);

/// Softmax over the columns of each head. [n, h d] -> [n, h d]
[[nodiscard]] Variable softmax_heads(const Variable& x, std::int64_t heads);

/// Softmax of each column over the nodes of each graph. [n, p] -> [n, p]
[[nodiscard]] Variable segment_softmax(const Variable& x, std::span<const std::int64_t> segments);

/// d directions of M random features as columns, [d, M]: in blocks of d they are orthogonal, and each has the length
/// of a standard normal vector of its own.
[[nodiscard]] Tensor orthogonal_directions(std::int64_t d, std::int64_t num_features, const Random& random);

/// Positive random features (Choromanski et al. 2021, FAVOR+), with y = x / d^(1/4) for each head:
///   feature r = (exp(<w_r, y> - |y|^2 / 2 - c) + 1e-6) / sqrt(M),
/// whose products are on average exp(<x, x'> / sqrt(d)) up to a factor that attention divides away. c keeps them in
/// range: the largest exponent of the row and head for queries; of the graph and head for keys, which is where
/// `key_segments` are given. Gradients take c as a constant. [n, h d] -> [n, h M]
[[nodiscard]] Variable positive_features(const Variable& x, const Tensor& directions, std::int64_t heads,
                                         std::span<const std::int64_t> key_segments = {});

/// [x sin(angle_i), x cos(angle_i)] for each head, so that products of two rows are weighted by the cosine of the
/// difference of their angles. [n, h d], n angles -> [n, 2 h d]
[[nodiscard]] Variable rotate_heads(const Variable& x, std::span<const float> angles, std::int64_t heads);

}  // namespace weft
