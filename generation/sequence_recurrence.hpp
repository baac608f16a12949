// A sequence model a token at a time, for many sequences side by side: every product takes the rows of all of them at
// once, and each keeps a state of layers * heads * d² numbers, whatever its length.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/generation/sequence_model.hpp"

namespace weft {

/// The weights of a model, packed for this; shared by threads, which each bring a SequenceLanes.
class SequenceRecurrence {
 public:
  /// A copy: the model may go.
  explicit SequenceRecurrence(const SequenceModel& model);

 private:
  friend class SequenceLanes;
  struct Block {
    /// [d, 4 d + heads]: query, key, value, gate, decay.
    Tensor projections;
    Tensor norm, decay_bias, head_gain, output, inner_norm, up, down;
  };
  std::int64_t width_, heads_, num_inputs_, properties_;
  std::vector<std::int64_t> first_row_;
  Tensor embedding_, conditions_, norm_, head_, head_bias_;
  /// Empty without clues.
  Tensor clue_states_, clue_bias_, clue_table_, clue_weights_;
  std::vector<Block> blocks_;
};

/// Sequences in lanes 0 .. capacity, on the calling thread. The same numbers as SequenceModel::forward up to rounding.
class SequenceLanes {
 public:
  /// `model` must outlive the lanes.
  SequenceLanes(const SequenceRecurrence& model, std::int64_t capacity);

  /// Where lane i's inputs [num_inputs], condition [2 properties] and a row of clues are to be written before a step.
  [[nodiscard]] std::span<std::int32_t> inputs(std::int64_t lane);
  [[nodiscard]] std::span<float> condition(std::int64_t lane) { return conditions_.row(lane); }
  [[nodiscard]] TokenClues& clues(std::int64_t lane) { return clues_[static_cast<std::size_t>(lane)]; }

  /// One token of lanes 0 .. count.
  void step(std::int64_t count);
  /// What may follow in a lane, [vocabulary]; until the next step.
  [[nodiscard]] std::span<float> logits(std::int64_t lane) { return logits_.row(lane); }

  /// The lane starts a new sequence.
  void reset(std::int64_t lane);
  /// Lane `to` goes on as lane `from`.
  void move(std::int64_t from, std::int64_t to);

 private:
  void embed(std::int64_t count);
  void run_block(std::size_t b, std::int64_t count);

  const SequenceRecurrence& model_;
  std::vector<std::int32_t> inputs_;
  std::vector<TokenClues> clues_;
  Tensor conditions_, x_, h_, projected_, mixed_, inner_, logits_, judged_;
  /// A row a lane: the states of its layers one after the other.
  Tensor states_;
};

}  // namespace weft
