// The second half of a transformer's block: every node alone goes through a small network.
#pragma once

#include "weft/layers/dense_layers.hpp"

namespace weft {

/// Two linear maps, twice as wide between them: [n, d] -> [n, d], O(n d²).
class TwoLinears {
 public:
  TwoLinears() = default;
  TwoLinears(std::int64_t width, float dropout, const Random& random)
      : dropout_(dropout), up_(width, 2 * width, random.stream(0)), down_(2 * width, width, random.stream(1)) {}

  /// dropout(dropout(activation(x W_1)) W_2)
  [[nodiscard]] Variable forward(const Variable& x, Pass& pass, Activation activation) const {
    if (!pass.is_training() || dropout_ == 0.0F) {
      return up_.forward_through(down_, x, pass, activation);
    }
    const LayerInput inner = LayerInput(up_.forward(x, pass, activation)).dropped(dropout_, pass);
    return LayerInput(down_.forward(inner, pass)).dropped(dropout_, pass).states();
  }
  void list_parameters(ParameterList& list) {
    list.add_layer("up", up_);
    list.add_layer("down", down_);
  }

 private:
  float dropout_ = 0.0F;
  Linear up_, down_;
};

/// x + two linear maps of norm(x), GELU between them.
class FeedForward {
 public:
  FeedForward(NormKind norm, std::int64_t width, float dropout, const Random& random)
      : norm_(norm, width), linears_(width, dropout, random) {}

  [[nodiscard]] Variable forward(const Variable& x, Pass& pass) const {
    return x + linears_.forward(norm_.forward(x, pass), pass, Activation::gelu);
  }
  void list_parameters(ParameterList& list) {
    list.add_layer("norm", norm_);
    linears_.list_parameters(list);
  }

 private:
  Norm norm_;
  TwoLinears linears_;
};

}  // namespace weft
