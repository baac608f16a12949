// Adam and AdamW, gradient clipping, learning-rate schedules.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/layers/layer.hpp"
#include "weft/tensor/variable.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct AdamOptions {
  /// Decay the weights themselves (AdamW; Loshchilov, Hutter 2019) instead of adding decay to the gradient.
  bool decoupled = false;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  /// Weight decay of each parameter group.
  double input_decay = 0.0, weight_decay = 0.0, vector_decay = 0.0;
  /// Largest norm of all gradients together; 0: no limit (Pascanu, Mikolov, Bengio 2013).
  double clip = 0.0;
};

/// Adam (Kingma, Ba 2015). Keeps two numbers for each parameter.
class Adam {
 public:
  /// The parameters must outlive the optimizer. Throws ArgumentError for options out of their range.
  Adam(std::vector<NamedParameter> parameters, const AdamOptions& options);

  /// One step against the gradients; a parameter that has none is left alone. Throws NumericError naming
  /// the parameter if a gradient is not finite; nothing has changed then.
  void step(Gradients& gradients, double learning_rate);

  [[nodiscard]] std::int64_t num_steps() const { return num_steps_; }

  /// First and second moments, in the order of the parameters: what a checkpoint must hold besides the
  /// number of steps.
  [[nodiscard]] std::span<const Tensor> first_moments() const { return first_; }
  [[nodiscard]] std::span<const Tensor> second_moments() const { return second_; }
  void restore(std::int64_t num_steps, std::vector<Tensor> first, std::vector<Tensor> second);

 private:
  std::vector<NamedParameter> parameters_;
  AdamOptions options_;
  std::vector<Tensor> first_, second_;
  std::int64_t num_steps_ = 0;
};

/// cosine falls to final_rate at the end, step by step_factor every step_epochs.
enum class ScheduleKind { constant, cosine, step };
template <>
inline constexpr std::array kEnumNames<ScheduleKind> = {std::string_view("constant"), std::string_view("cosine"),
                                                        std::string_view("step")};

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::constant;
  /// Share of the epochs over which the rate first rises in a line.
  double warmup = 0.0;
  std::int64_t step_epochs = 50;
  double step_factor = 0.5;
  double final_rate = 0.0;
};

/// What the learning rate is multiplied with when `epochs` (of `num_epochs`, with a fraction) are done. Throws
/// ArgumentError for options out of their range.
[[nodiscard]] double schedule_factor(const ScheduleOptions& options, double epochs, std::int64_t num_epochs);

}  // namespace weft
#pragma GCC visibility pop
