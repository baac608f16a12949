// What is known of single tokens that may follow: to which ancestor a ring or a climb would lead, and what that node is
// like in the graph so far. A small network judges each, beside what the state says of the token's number:
//
//   logit(i, t) += sum over clues c of row i and token t of <w, relu(p_i + sum of E_f over the features f of c)>
//
// With pointer networks (Vinyals, Fortunato, Jaitly 2015) the place that is pointed to is judged by what is there; here
// only nodes near the current one are, so that a token costs the same however long the graph is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Clues of many rows, one after the other.
struct TokenClues {
  /// Features of a clue.
  static constexpr std::int64_t kFeatures = 7;

  /// Row i owns clues first[i] .. first[i + 1].
  std::vector<std::int64_t> first = {0};
  std::vector<std::int32_t> tokens;
  /// [clues, kFeatures]: rows of the table.
  std::vector<std::int32_t> features;

  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(first.size()) - 1; }
  void add(std::int32_t token, std::span<const std::int32_t> features_of_it);
  void end_row() { first.push_back(static_cast<std::int64_t>(tokens.size())); }
  void clear();
  /// All rows of `other` behind those that are here.
  void append(const TokenClues& other);
};

/// logits [n, tokens] with the clues' part added; states [n, r], table [features, r], weights [1, r]. O(clues r).
[[nodiscard]] Variable add_clue_scores(const Variable& logits, const Variable& states, const Variable& table,
                                       const Variable& weights, const TokenClues& clues);

/// The same for row `row` of the clues alone, without a gradient.
void add_clue_scores_of_row(const TokenClues& clues, std::int64_t row, std::span<const float> state,
                            const Tensor& table, std::span<const float> weights, std::span<float> logits);

}  // namespace weft
#pragma GCC visibility pop
