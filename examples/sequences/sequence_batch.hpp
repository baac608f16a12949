// Sequences as Weft reads them: graphs laid end to end, a node for each token, without edges unless the task has some.
// Sequences of different lengths need no padding, and none of them sees another.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include <weft/graph/message_block.hpp>
#include <weft/tensor/features.hpp>

/// A step's sequences, with what is asked about them.
struct SequenceBatch {
  weft::MessageBlock block;
  /// Categorical: the token, and one or more columns that tell the position.
  weft::Features features;
  /// A label for each token; -1 where nothing is asked.
  std::vector<std::int64_t> labels;
  /// The tokens with a label: what training learns from.
  std::vector<std::int64_t> asked;
  /// Those of them that a test counts.
  std::vector<std::int64_t> tested;
};

class SequenceBatchBuilder {
 public:
  /// Values that each column of the features can take.
  explicit SequenceBatchBuilder(std::vector<std::int64_t> num_categories)
      : num_categories_(std::move(num_categories)) {}

  enum class Question { test, training };
  /// One more token of the sequence that is being written: a value for each column, and its label or -1.
  void add(std::initializer_list<std::int64_t> values, std::int64_t label, Question question = Question::test);
  /// An edge both ways between two tokens, counted from 0 in the sequence that is being written.
  void link(std::int64_t a, std::int64_t b);
  void end_sequence() { segments_.push_back(static_cast<std::int64_t>(labels_.size())); }

  [[nodiscard]] SequenceBatch build() &&;

 private:
  std::vector<std::int64_t> num_categories_;
  std::vector<std::int32_t> values_;
  std::vector<std::int64_t> labels_, asked_, tested_, segments_ = {0};
  std::vector<weft::Edge> edges_;
};
