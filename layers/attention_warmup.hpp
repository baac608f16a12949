// Attention over all nodes that joins a model when a share of its training has passed: local first, global later.
#pragma once

#include <optional>

#include "weft/layers/layer.hpp"

namespace weft {

class AttentionWarmup {
 public:
  /// share: of the training, before attention joins; nothing: the model has no attention.
  explicit AttentionWarmup(std::optional<double> share) : share_(share) {}

  [[nodiscard]] bool is_never() const { return !share_; }

  /// Whether this pass attends: in training as its progress says, otherwise as the last training pass did.
  [[nodiscard]] bool has_joined(Pass& pass) const {
    if (!pass.is_training()) {
      return share_ && joined_(0, 0) > 0.0F;
    }
    const bool joined = share_ && pass.progress() >= *share_;
    if (joined != (pass.current(joined_)(0, 0) > 0.0F)) {
      pass.update(joined_, Tensor{{joined ? 1.0F : 0.0F}});
    }
    return joined;
  }
  /// The statistic "attends", so that a saved model goes on as it was.
  void list_parameters(ParameterList& list) { list.add_statistic("attends", joined_); }

 private:
  std::optional<double> share_;
  Tensor joined_ = Tensor(1, 1);
};

}  // namespace weft
