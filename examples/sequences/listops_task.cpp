// ListOps (Nangia, Bowman 2018; in the prefix form of Tay et al. 2021): nested lists of digits under MIN, MAX, MED and
// SM (sum modulo 10), such as [MAX 2 9 [MIN 4 7 ] 0 ]. The value, a digit, is read at a first token of its own.
#include <algorithm>

#include "draws.hpp"
#include "tasks.hpp"

namespace {

constexpr std::int64_t kDigits = 10;
enum Token : std::int64_t { kMin = kDigits, kMax, kMed, kSum, kClose, kFirst, kNumTokens };

constexpr std::int64_t kMinTokens = 16;
constexpr std::int64_t kMaxTokens = 256;
constexpr std::int64_t kMaxDepth = 5;
constexpr std::int64_t kMaxArguments = 5;
/// As in the published generators.
constexpr double kChanceOfList = 0.25;

std::int64_t value_of(std::int64_t operation, std::vector<std::int64_t> arguments) {
  std::ranges::sort(arguments);
  const std::size_t n = arguments.size();
  switch (operation) {
    case kMin:
      return arguments.front();
    case kMax:
      return arguments.back();
    case kMed:
      // Of two in the middle the mean, rounded down.
      return (arguments[(n - 1) / 2] + arguments[n / 2]) / 2;
    default: {
      std::int64_t sum = 0;
      for (const std::int64_t digit : arguments) {
        sum += digit;
      }
      return sum % kDigits;
    }
  }
}

/// Appends a list that is `depth` levels down and returns its value.
std::int64_t write_list(std::int64_t depth, Draws& draws, std::vector<std::int64_t>& tokens) {
  const std::int64_t operation = kMin + draws.below(4);
  std::vector<std::int64_t> arguments(static_cast<std::size_t>(2 + draws.below(kMaxArguments - 1)));
  tokens.push_back(operation);
  for (std::int64_t& argument : arguments) {
    if (depth + 1 < kMaxDepth && draws.happens(kChanceOfList)) {
      argument = write_list(depth + 1, draws, tokens);
    } else {
      argument = draws.below(kDigits);
      tokens.push_back(argument);
    }
  }
  tokens.push_back(kClose);
  return value_of(operation, std::move(arguments));
}

SequenceBatch draw(const weft::Random& random, std::int64_t count) {
  SequenceBatchBuilder batch({kNumTokens, kMaxTokens});
  Draws draws(random);
  std::vector<std::int64_t> tokens;
  for (std::int64_t sequence = 0; sequence < count; ++sequence) {
    std::int64_t value = 0, length = 0;
    do {
      tokens = {kFirst};
      value = write_list(0, draws, tokens);
      length = static_cast<std::int64_t>(tokens.size());
    } while (length < kMinTokens || length > kMaxTokens);
    for (std::int64_t p = 0; p < length; ++p) {
      batch.add({tokens[static_cast<std::size_t>(p)], p}, p == 0 ? value : -1);
    }
    batch.end_sequence();
  }
  return std::move(batch).build();
}

}  // namespace

Task listops_task() {
  return {.name = "listops",
          .summary = "the value of nested lists of digits under MIN, MAX, MED and SM",
          .unit = "sequence",
          .num_categories = {kNumTokens, kMaxTokens},
          .num_classes = kDigits,
          .draw = draw,
          .recipes =
              {{.attention = "longformer",
                .options = {{"layers", "3"}, {"hidden", "64"}, {"heads", "4"}, {"window", "16"}, {"global_nodes", "1"}},
                .batch = 64,
                .steps = 2500,
                .learning_rate = 2e-3},
               {.attention = "linformer_positions",
                .options =
                    {{"layers", "3"}, {"hidden", "64"}, {"heads", "4"}, {"landmarks", "32"}, {"max_positions", "256"}},
                .batch = 64,
                .steps = 2500,
                .learning_rate = 2e-3}},
          .test_sequences = 2048};
}
