// Where the time of training on samples goes.
#pragma once

#pragma GCC visibility push(default)
namespace weft {

/// Seconds. Sampling and gathering add up those of all threads, and overlap with training.
struct StageTimes {
  /// Drawing batches; reading their features; steps of training.
  double sampling = 0.0, gathering = 0.0, training = 0.0;
  /// What training waited for batches.
  double waiting = 0.0;

  [[nodiscard]] bool any() const { return sampling > 0.0; }
  StageTimes& operator+=(const StageTimes& other) {
    sampling += other.sampling;
    gathering += other.gathering;
    training += other.training;
    waiting += other.waiting;
    return *this;
  }
};

}  // namespace weft
#pragma GCC visibility pop
