// Duplication (Kitaev, Kaiser, Levskaya 2020, section 5, "0w0w"): a word of 63 random symbols twice, each time after
// a zero; the second word is masked and to be filled in from the first.
#include "draws.hpp"
#include "tasks.hpp"

namespace {

constexpr std::int64_t kSymbols = 32;
/// Tokens: the symbols, the zero, the mask.
constexpr std::int64_t kZero = kSymbols;
constexpr std::int64_t kMask = kSymbols + 1;
constexpr std::int64_t kWord = 63;
constexpr std::int64_t kLength = 2 * kWord + 2;

SequenceBatch draw(const weft::Random& random, std::int64_t count) {
  SequenceBatchBuilder batch({kSymbols + 2, kLength});
  Draws draws(random);
  std::vector<std::int64_t> word(static_cast<std::size_t>(kWord));
  for (std::int64_t sequence = 0; sequence < count; ++sequence) {
    batch.add({kZero, 0}, -1);
    for (std::int64_t i = 0; i < kWord; ++i) {
      word[static_cast<std::size_t>(i)] = draws.below(kSymbols);
      batch.add({word[static_cast<std::size_t>(i)], 1 + i}, -1);
    }
    batch.add({kZero, kWord + 1}, -1);
    for (std::int64_t i = 0; i < kWord; ++i) {
      batch.add({kMask, kWord + 2 + i}, word[static_cast<std::size_t>(i)]);
    }
    batch.end_sequence();
  }
  return std::move(batch).build();
}

}  // namespace

Task duplication_task() {
  return {.name = "duplication",
          .summary = "fill in 63 masked symbols from an earlier copy of them",
          .unit = "token",
          .num_categories = {kSymbols + 2, kLength},
          .num_classes = kSymbols,
          .draw = draw,
          .recipes = {{.attention = "reformer",
                       .options = {{"layers", "2"},
                                   {"hidden", "64"},
                                   {"heads", "4"},
                                   {"block_size", "16"},
                                   {"hash_rounds", "4"},
                                   {"hash_directions", "2"}},
                       .batch = 16,
                       .steps = 1000,
                       .learning_rate = 2e-3}},
          .test_sequences = 64};
}
