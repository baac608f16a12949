// Operations on dense matrices with their gradients. Every one throws ArgumentError, naming operation
// and shapes, when shapes do not fit.
#pragma once

#include <cstdint>
#include <span>

#include "weft/core/random.hpp"
#include "weft/tensor/activation.hpp"
#include "weft/tensor/features.hpp"
#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// a b: [n, k] [k, p] -> [n, p]
[[nodiscard]] Variable matmul(const Variable& a, const Variable& b);
/// activation(x w + bias): [n, k] [k, p] [1, p] -> [n, p], bias and activation fused into the product.
[[nodiscard]] Variable linear(const Variable& x, const Variable& w, const Variable& bias,
                              Activation activation = Activation::none);
/// Each stored entry of a sparse or categorical matrix is dropped with probability `rate`, the others are scaled by
/// 1 / (1 - rate).
struct EntryDropout {
  float rate = 0.0F;
  Random random = Random(0);
};
/// The same for sparse x, after dropout of its entries. O(entries p); nothing of size n k is made.
[[nodiscard]] Variable linear(const SparseMatrix& x, const Variable& w, const Variable& bias,
                              Activation activation = Activation::none, const EntryDropout& dropout = {});
/// The sum over columns j of the row of `table` for category x[i, j]; column j's rows start at the sum of
/// the earlier columns' categories. What is dropped adds nothing. [n, c] [sum of categories, p] -> [n, p]
[[nodiscard]] Variable embedding_sum(const CategoricalMatrix& x, const Variable& table,
                                     const EntryDropout& dropout = {});

[[nodiscard]] Variable add(const Variable& a, const Variable& b);
[[nodiscard]] Variable subtract(const Variable& a, const Variable& b);
/// Element by element.
[[nodiscard]] Variable multiply(const Variable& a, const Variable& b);
[[nodiscard]] Variable scale(const Variable& a, float factor);
/// [n, p] + [1, p]
[[nodiscard]] Variable add_bias(const Variable& x, const Variable& bias);
[[nodiscard]] Variable activate(const Variable& x, Activation activation);
/// Each element becomes 0 with probability `rate`, the others are scaled by 1 / (1 - rate); which ones is
/// a function of (random, position). 0 <= rate < 1; rate 0 is x itself.
[[nodiscard]] Variable dropout(const Variable& x, float rate, const Random& random);
/// [n, p] [n, q] -> [n, p + q]
[[nodiscard]] Variable concat_columns(const Variable& a, const Variable& b);
/// a over b: [n, p] [m, p] -> [n + m, p]
[[nodiscard]] Variable concat_rows(const Variable& a, const Variable& b);
/// The rows of x at `index`; rows may repeat. -> [index.size(), p]
[[nodiscard]] Variable select_rows(const Variable& x, std::span<const std::int64_t> index);
/// The first `count` rows.
[[nodiscard]] Variable first_rows(const Variable& x, std::int64_t count);
/// The sum of all elements, [1, 1].
[[nodiscard]] Variable sum(const Variable& x);

/// Heads are equal groups of columns: [n, h d].
/// score[i, h] = sum over the columns of head h of x[i, .] a[0, .]: [n, h d] [1, h d] -> [n, h]
[[nodiscard]] Variable head_scores(const Variable& x, const Variable& a, std::int64_t heads);
/// The mean over heads: [n, h d] -> [n, d]
[[nodiscard]] Variable mean_of_heads(const Variable& x, std::int64_t heads);
/// Each head times its own factor: [n, h d] [n, h] -> [n, h d]
[[nodiscard]] Variable multiply_heads(const Variable& x, const Variable& factor);

/// The sum or mean of the rows segments[g] .. segments[g + 1] in row g; an empty segment gives 0.
/// [n, p] -> [g, p]
[[nodiscard]] Variable segment_sum(const Variable& x, std::span<const std::int64_t> segments);
[[nodiscard]] Variable segment_mean(const Variable& x, std::span<const std::int64_t> segments);

/// The largest value of each column among the rows segments[g] .. segments[g + 1], in row g; an empty segment gives 0.
/// The gradient goes to the first row that has it. [n, p] -> [g, p]
[[nodiscard]] Variable segment_max(const Variable& x, std::span<const std::int64_t> segments);

/// Row g for every row of segment g. [g, p] -> [n, p]
[[nodiscard]] Variable expand_segments(const Variable& x, std::span<const std::int64_t> segments);

[[nodiscard]] inline Variable operator+(const Variable& a, const Variable& b) {
  return add(a, b);
}
[[nodiscard]] inline Variable operator-(const Variable& a, const Variable& b) {
  return subtract(a, b);
}
[[nodiscard]] inline Variable operator*(const Variable& a, const Variable& b) {
  return multiply(a, b);
}

}  // namespace weft
#pragma GCC visibility pop
