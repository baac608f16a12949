// A language model of graph codes: gated linear attention blocks, trained in parallel over whole sequences and sampled
// a token at a time from a state that does not grow.
//
//   x = sum of embeddings of the inputs [+ properties W]
//   block: h = rms_norm(x); q, k, v, g = h W; S_t = a_t S_{t-1} + k_t v_tᵀ with a_t = sigmoid(h_t w + b) by head;
//          x += (head_norm(S_tᵀ q_t / sqrt(d)) o silu(g)) W_o;  x += swiglu(rms_norm(x) W_1) W_2
//   logits = rms_norm(x) W + b [+ scores of clues, by rms_norm(x) P + c: token_clues.hpp]
//
// Scalar gates by head: Mamba-2 (Dao, Gu 2024); output gate and norm: RetNet (Sun et al. 2023), gated linear attention
// (Yang et al. 2024).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/generation/sequence_batch.hpp"
#include "weft/layers/dense_layers.hpp"
#include "weft/layers/layer.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct SequenceModelOptions {
  /// Columns of the states; a multiple of heads.
  std::int64_t width = 128;
  std::int64_t layers = 4;
  std::int64_t heads = 4;
  float dropout = 0.0F;
};

/// What a model reads and writes.
struct SequenceShape {
  /// Values of each input.
  std::vector<std::int64_t> input_categories;
  std::int64_t vocabulary = 0;
  std::int64_t properties = 0;
  /// Of tokens; 0: none.
  std::int64_t clue_features = 0;
};

/// One block's parameters.
struct SequenceBlock {
  SequenceBlock(const SequenceModelOptions& options, const Random& random);
  void list_parameters(ParameterList& list);

  Parameter norm, query, key, value, gate;
  Parameter decay, decay_bias, head_gain, output;
  Parameter inner_norm, up, down;
};

class SequenceModel : public Model {
 public:
  /// Columns of the network that judges clues.
  static constexpr std::int64_t kClueWidth = 32;

  /// Throws ArgumentError if width is no multiple of heads, or a size is below 1.
  SequenceModel(const SequenceShape& shape, const SequenceModelOptions& options, const Random& random);

  /// [rows, vocabulary]: what may follow each row. O(rows (32 + d) d) a block beside the dense products.
  [[nodiscard]] Variable forward(const SequenceBatch& batch, Pass& pass) const;
  void list_parameters(ParameterList& list) override;

  [[nodiscard]] const SequenceShape& shape() const { return shape_; }
  [[nodiscard]] const SequenceModelOptions& options() const { return options_; }

 private:
  friend class SequenceRecurrence;
  SequenceShape shape_;
  SequenceModelOptions options_;
  Parameter embedding_, conditions_;
  std::vector<SequenceBlock> blocks_;
  Parameter norm_, head_, head_bias_;
  /// There with clues only.
  Parameter clue_states_, clue_bias_, clue_table_, clue_weights_;
};

}  // namespace weft
#pragma GCC visibility pop
