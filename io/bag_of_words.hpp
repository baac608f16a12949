// Texts as sparse rows of word weights.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "weft/tensor/sparse_matrix.hpp"

namespace weft {

/// One row a text over the `vocabulary` words that occur in most texts (ties by their letters), columns in
/// the order of the letters. A word is a run of at least two ASCII letters and digits with a letter among
/// them, in lower case. Weight: log(n / texts with the word) for each word that occurs, rows scaled to
/// length 1 (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988).
[[nodiscard]] SparseMatrix bag_of_words(std::span<const std::string> texts, std::int64_t vocabulary);

}  // namespace weft
