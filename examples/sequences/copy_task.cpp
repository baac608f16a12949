// Copying (Katharopoulos, Vyas, Pappas, Fleuret 2020, section 4.1): a separator, 63 random symbols, the separator and
// the same symbols again. Each token foretells the next one, from the second separator on, where that can be known.
#include "draws.hpp"
#include "tasks.hpp"

namespace {

constexpr std::int64_t kSymbols = 10;
constexpr std::int64_t kSeparator = kSymbols;
constexpr std::int64_t kWord = 63;
constexpr std::int64_t kLength = 2 * kWord + 2;

std::int64_t token_at(std::int64_t position, const std::vector<std::int64_t>& word) {
  const std::int64_t place = position % (kWord + 1);
  return place == 0 ? kSeparator : word[static_cast<std::size_t>(place - 1)];
}

SequenceBatch draw(const weft::Random& random, std::int64_t count) {
  SequenceBatchBuilder batch({kSymbols + 1, kLength});
  Draws draws(random);
  std::vector<std::int64_t> word(static_cast<std::size_t>(kWord));
  for (std::int64_t sequence = 0; sequence < count; ++sequence) {
    for (std::int64_t& symbol : word) {
      symbol = draws.below(kSymbols);
    }
    for (std::int64_t p = 0; p < kLength; ++p) {
      const bool is_known = p >= kWord + 1 && p + 1 < kLength;
      batch.add({token_at(p, word), p}, is_known ? token_at(p + 1, word) : -1);
    }
    batch.end_sequence();
  }
  return std::move(batch).build();
}

}  // namespace

Task copy_task() {
  return {.name = "copy",
          .summary = "read 63 symbols and a separator, say them again one by one, looking back only",
          .unit = "token",
          .num_categories = {kSymbols + 1, kLength},
          .num_classes = kSymbols,
          .draw = draw,
          .recipes = {{.attention = "causal",
                       .options = {{"layers", "2"}, {"hidden", "128"}, {"heads", "4"}},
                       .batch = 8,
                       .steps = 5000,
                       .learning_rate = 2e-3},
                      {.attention = "scan",
                       .options = {{"direction", "forward"}, {"layers", "2"}, {"hidden", "128"}, {"heads", "4"}},
                       .batch = 8,
                       .steps = 5000,
                       .learning_rate = 2e-3}},
          .test_sequences = 64,
          .is_causal = true};
}
