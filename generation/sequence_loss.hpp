// How well logits foretell the next tokens, under the mask that sampling uses.
#pragma once

#include "weft/generation/sequence_batch.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

struct SequenceLoss {
  /// [1, 1]: the mean over rows of (1 - w) times the cross-entropy among the tokens that may follow plus w times that
  /// among all tokens.
  Variable loss;
  /// The sum over rows of the first of the two, in nats: minus the log-likelihood of the codes as they are sampled.
  double masked_nats = 0.0;
};

/// logits [rows, vocabulary]. `unmasked_share` is w in [0, 1]: above 0 the model learns the rules itself instead of
/// leaving them to the mask. Throws ArgumentError if a target may not follow.
[[nodiscard]] SequenceLoss sequence_loss(const Variable& logits, const SequenceBatch& batch, float unmasked_share);

}  // namespace weft
