// s = <w, relu(z)>, z = p_i + sum_f E_f;  with g = dlogit(i, t) and dz = g w o [z > 0]:
// dw += g relu(z), dp_i += dz, dE_f += dz
#include "weft/generation/token_clues.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/row_vectors.hpp"

namespace weft {
namespace {

constexpr std::int64_t kRowGrain = 512;

std::span<const std::int32_t> features_of(const TokenClues& clues, std::int64_t clue) {
  return std::span(clues.features)
      .subspan(static_cast<std::size_t>(clue * TokenClues::kFeatures), TokenClues::kFeatures);
}

/// relu(p + sum of rows of the table)
void activate(std::span<const std::int32_t> features, std::span<const float> state, const Tensor& table,
              std::span<float> z) {
  std::ranges::copy(state, z.begin());
  for (const std::int32_t f : features) {
    const float* row = table.row(f).data();
    for (std::size_t j = 0; j < z.size(); ++j) {
      z[j] += row[j];
    }
  }
  for (float& x : z) {
    x = std::max(x, 0.0F);
  }
}

/// What a chunk of rows adds to the gradients of the table and, in the last row, of the weights.
Tensor rows_backward(const TokenClues& clues, std::int64_t begin, std::int64_t end, const Tensor& dlogits,
                     const Tensor& states, const Tensor& table, const Tensor& weights, Tensor& dstates) {
  Tensor sums(table.rows() + 1, table.cols());
  std::vector<float> z(static_cast<std::size_t>(table.cols()));
  for (std::int64_t i = begin; i < end; ++i) {
    for (std::int64_t c = clues.first[static_cast<std::size_t>(i)]; c < clues.first[static_cast<std::size_t>(i) + 1];
         ++c) {
      const float g = dlogits(i, clues.tokens[static_cast<std::size_t>(c)]);
      if (g == 0.0F) {
        continue;
      }
      activate(features_of(clues, c), states.row(i), table, z);
      float* dweights = sums.row(table.rows()).data();
      for (std::size_t j = 0; j < z.size(); ++j) {
        dweights[j] += g * z[j];
        z[j] = z[j] > 0.0F ? g * weights.data()[j] : 0.0F;
      }
      attention::add_scaled(dstates.row(i).data(), z.data(), 1.0F, table.cols());
      for (const std::int32_t f : features_of(clues, c)) {
        attention::add_scaled(sums.row(f).data(), z.data(), 1.0F, table.cols());
      }
    }
  }
  return sums;
}

void check(const Variable& logits, const Variable& states, const Variable& table, const Variable& weights,
           const TokenClues& clues) {
  require(clues.rows() == logits.rows() && states.rows() == logits.rows(), "clue scores: there are clues for ",
          clues.rows(), " rows and states ", states.shape(), ", logits are ", logits.shape());
  require(table.cols() == states.cols() && weights.shape() == Shape{1, states.cols()}, "clue scores: the table is ",
          table.shape(), ", weights are ", weights.shape(), ", states ", states.shape());
  const auto below = [](std::int64_t bound) { return [bound](std::int32_t x) { return x >= 0 && x < bound; }; };
  require(std::ranges::all_of(clues.tokens, below(logits.cols())) &&
              std::ranges::all_of(clues.features, below(table.rows())),
          "clue scores: a clue is of a token above ", logits.cols(), " or has a feature above ", table.rows());
}

}  // namespace

void TokenClues::add(std::int32_t token, std::span<const std::int32_t> features_of_it) {
  tokens.push_back(token);
  features.insert(features.end(), features_of_it.begin(), features_of_it.end());
}

void TokenClues::clear() {
  first.assign(1, 0);
  tokens.clear();
  features.clear();
}

void TokenClues::append(const TokenClues& other) {
  const auto before = static_cast<std::int64_t>(tokens.size());
  for (std::size_t i = 1; i < other.first.size(); ++i) {
    first.push_back(before + other.first[i]);
  }
  tokens.insert(tokens.end(), other.tokens.begin(), other.tokens.end());
  features.insert(features.end(), other.features.begin(), other.features.end());
}

void add_clue_scores_of_row(const TokenClues& clues, std::int64_t row, std::span<const float> state,
                            const Tensor& table, std::span<const float> weights, std::span<float> logits) {
  std::vector<float> z(state.size());
  for (std::int64_t c = clues.first[static_cast<std::size_t>(row)]; c < clues.first[static_cast<std::size_t>(row) + 1];
       ++c) {
    activate(features_of(clues, c), state, table, z);
    logits[static_cast<std::size_t>(clues.tokens[static_cast<std::size_t>(c)])] +=
        attention::dot(z.data(), weights.data(), static_cast<std::int64_t>(z.size()));
  }
}

Variable add_clue_scores(const Variable& logits, const Variable& states, const Variable& table, const Variable& weights,
                         const TokenClues& clues) {
  check(logits, states, table, weights, clues);
  Tensor y = logits.value();
  const std::int64_t rows = y.rows();
  parallel_for(rows, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      add_clue_scores_of_row(clues, i, states.value().row(i), table.value(), weights.value().values(), y.row(i));
    }
  });
  return record("add_clue_scores", std::move(y), {logits, states, table, weights},
                [logits = logits.without_value(), states, table, weights, clues](Tensor& dy, Gradients& gradients) {
                  const std::int64_t chunks = (dy.rows() + kRowGrain - 1) / kRowGrain;
                  std::vector<Tensor> parts(static_cast<std::size_t>(chunks));
                  Tensor dstates(states.rows(), states.cols());
                  parallel_for(chunks, 1, [&](std::int64_t begin, std::int64_t end) {
                    for (std::int64_t c = begin; c < end; ++c) {
                      parts[static_cast<std::size_t>(c)] =
                          rows_backward(clues, c * kRowGrain, std::min((c + 1) * kRowGrain, dy.rows()), dy,
                                        states.value(), table.value(), weights.value(), dstates);
                    }
                  });
                  Tensor dtable(table.rows(), table.cols()), dweights(1, table.cols());
                  for (const Tensor& part : parts) {
                    attention::add_scaled(dtable.data(), part.data(), 1.0F, dtable.size());
                    attention::add_scaled(dweights.data(), part.row(table.rows()).data(), 1.0F, dweights.size());
                  }
                  gradients.add(states, std::move(dstates));
                  gradients.add(table, std::move(dtable));
                  gradients.add(weights, std::move(dweights));
                  gradients.add(logits, std::move(dy));
                });
}

}  // namespace weft
