// Codes of many graphs laid end to end, without padding: what a sequence model reads and is asked for at each position.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/generation/code_vocabulary.hpp"
#include "weft/tensor/features.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct SequenceBatch {
  /// [rows, num_inputs of the vocabulary]
  CategoricalMatrix inputs;
  /// Sequence s owns rows segments[s] .. segments[s + 1]: the start, then every token but the end.
  std::vector<std::int64_t> segments;
  /// The token that follows each row.
  std::vector<std::int32_t> targets;
  /// Which tokens may follow each row, [rows, mask_words] words of 64 bits.
  std::vector<std::uint64_t> masks;
  std::int64_t mask_words = 0;
  /// Of all rows.
  TokenClues clues;
  /// [rows, 2 p]: for each property its value, or 0 where it is not known, and 1 where it is not known, else 0. Empty
  /// without properties.
  Tensor conditions;

  [[nodiscard]] std::int64_t rows() const { return inputs.rows; }
  [[nodiscard]] std::int64_t num_sequences() const { return static_cast<std::int64_t>(segments.size()) - 1; }
};

/// A graph and the properties that it has, NaN where unknown.
struct SequenceItem {
  const TypedGraph* graph = nullptr;
  Random random{0};
  std::span<const float> properties = {};
};

/// The codes of items, each drawn from its own randomness. Throws ArgumentError if the vocabulary cannot write a graph.
[[nodiscard]] SequenceBatch make_sequence_batch(const CodeVocabulary& vocabulary, std::span<const SequenceItem> items);

/// A row of SequenceBatch::conditions.
void write_condition(std::span<const float> properties, std::span<float> row);

}  // namespace weft
#pragma GCC visibility pop
