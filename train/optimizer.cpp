#include "weft/train/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "weft/core/parallel.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGrain = 1 << 14;

double sum_of_squares(const Tensor& x) {
  return parallel_sum(x.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    double part = 0.0;
    for (std::int64_t i = begin; i < end; ++i) {
      part += static_cast<double>(x.data()[i]) * static_cast<double>(x.data()[i]);
    }
    return part;
  });
}

double decay_of(const AdamOptions& options, ParameterGroup group) {
  switch (group) {
    case ParameterGroup::input:
      return options.input_decay;
    case ParameterGroup::weight:
      return options.weight_decay;
    case ParameterGroup::vector:
      return options.vector_decay;
  }
  return 0.0;
}

void check(const AdamOptions& options) {
  require(options.beta1 >= 0.0 && options.beta1 < 1.0 && options.beta2 >= 0.0 && options.beta2 < 1.0, "Adam: beta1 is ",
          options.beta1, " and beta2 ", options.beta2, ", expected both from 0 to below 1");
  require(std::isfinite(options.epsilon) && options.epsilon > 0.0, "Adam: epsilon is ", options.epsilon,
          ", expected above 0");
  for (const double decay : {options.input_decay, options.weight_decay, options.vector_decay}) {
    require(std::isfinite(decay) && decay >= 0.0, "Adam: a weight decay is ", decay, ", expected 0 or more");
  }
  require(std::isfinite(options.clip) && options.clip >= 0.0, "Adam: clip is ", options.clip, ", expected 0 or more");
}

}  // namespace

Adam::Adam(std::vector<NamedParameter> parameters, const AdamOptions& options)
    : parameters_(std::move(parameters)), options_(options) {
  check(options);
  for (const NamedParameter& p : parameters_) {
    require(p.parameter != nullptr, "Adam: the parameter ", p.name, " is null");
    first_.push_back(Tensor::zeros(p.parameter->value().shape()));
    second_.push_back(Tensor::zeros(p.parameter->value().shape()));
  }
}

void Adam::step(Gradients& gradients, double learning_rate) {
  require(std::isfinite(learning_rate) && learning_rate >= 0.0, "Adam::step: the learning rate is ", learning_rate,
          ", expected 0 or more");
  double squares = 0.0;
  for (const NamedParameter& p : parameters_) {
    if (const Tensor* g = gradients.of(p.parameter->variable())) {
      const double own = sum_of_squares(*g);
      if (!std::isfinite(own)) {
        throw NumericError(concat("step ", num_steps_ + 1, ": the gradient of ", p.name, " is not finite"));
      }
      squares += own;
    }
  }
  const double norm = std::sqrt(squares);
  const auto clip = static_cast<float>(options_.clip > 0.0 && norm > options_.clip ? options_.clip / norm : 1.0);

  ++num_steps_;
  const double t = static_cast<double>(num_steps_);
  const auto rate = static_cast<float>(learning_rate / (1.0 - std::pow(options_.beta1, t)));
  const auto second_factor = static_cast<float>(1.0 / (1.0 - std::pow(options_.beta2, t)));
  const auto beta1 = static_cast<float>(options_.beta1), beta2 = static_cast<float>(options_.beta2);
  const auto epsilon = static_cast<float>(options_.epsilon);
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    const Tensor* gradient = gradients.of(parameters_[k].parameter->variable());
    if (gradient == nullptr) {
      continue;
    }
    const double decay = decay_of(options_, parameters_[k].group);
    const auto coupled = static_cast<float>(options_.decoupled ? 0.0 : decay);
    const auto shrink = static_cast<float>(options_.decoupled ? 1.0 - learning_rate * decay : 1.0);
    float* w = parameters_[k].parameter->mutable_value().data();
    float *m = first_[k].data(), *v = second_[k].data();
    const float* g = gradient->data();
    // By value: what is captured by reference is read again after every store of a float.
    parallel_for(gradient->size(), kGrain, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const float slope = g[i] * clip + coupled * w[i];
        m[i] = beta1 * m[i] + (1.0F - beta1) * slope;
        v[i] = beta2 * v[i] + (1.0F - beta2) * slope * slope;
        w[i] = w[i] * shrink - rate * m[i] / (std::sqrt(v[i] * second_factor) + epsilon);
      }
    });
  }
}

void Adam::restore(std::int64_t num_steps, std::vector<Tensor> first, std::vector<Tensor> second) {
  require(num_steps >= 0, "Adam::restore: ", num_steps, " steps were taken, expected 0 or more");
  require(first.size() == parameters_.size() && second.size() == parameters_.size(), "Adam::restore: there are ",
          first.size(), " and ", second.size(), " moments, expected ", parameters_.size());
  for (std::size_t k = 0; k < parameters_.size(); ++k) {
    const Shape expected = parameters_[k].parameter->value().shape();
    require(first[k].shape() == expected && second[k].shape() == expected, "Adam::restore: moments of ",
            parameters_[k].name, " have shapes ", first[k].shape(), " and ", second[k].shape(), ", expected ",
            expected);
  }
  num_steps_ = num_steps;
  first_ = std::move(first);
  second_ = std::move(second);
}

double schedule_factor(const ScheduleOptions& options, double epochs, std::int64_t num_epochs) {
  require(std::isfinite(epochs) && epochs >= 0.0 && num_epochs >= 1, "schedule_factor: ", epochs, " of ", num_epochs,
          " epochs are done, expected 0 or more of at least 1");
  require(options.warmup >= 0.0 && options.warmup <= 1.0 && options.step_epochs >= 1 &&
              std::isfinite(options.step_factor) && std::isfinite(options.final_rate),
          "schedule_factor: warmup is ", options.warmup, ", step_epochs ", options.step_epochs, ", step_factor ",
          options.step_factor, " and final_rate ", options.final_rate,
          ", expected a share, at least 1, and finite numbers");
  (void)name_of(options.kind);
  const double warmup = options.warmup * static_cast<double>(num_epochs);
  if (epochs < warmup) {
    return (epochs + 1.0) / (warmup + 1.0);
  }
  switch (options.kind) {
    case ScheduleKind::constant:
      return 1.0;
    case ScheduleKind::step:
      return std::pow(options.step_factor, std::floor(epochs / static_cast<double>(options.step_epochs)));
    case ScheduleKind::cosine:
      break;
  }
  const double share = (epochs - warmup) / std::max(1.0, static_cast<double>(num_epochs) - warmup);
  const double cosine = 0.5 * (1.0 + std::cos(std::numbers::pi * share));
  return options.final_rate + (1.0 - options.final_rate) * cosine;
}

}  // namespace weft
