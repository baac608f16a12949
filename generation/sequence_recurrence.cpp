#include "weft/generation/sequence_recurrence.hpp"

#include <algorithm>
#include <cmath>

#include "weft/layers/kernels/gated_scan.hpp"
#include "weft/tensor/dense_kernels.hpp"
#include "weft/tensor/gated_ops.hpp"

namespace weft {
namespace {

constexpr float kEpsilon = 1e-6F;

/// c [count, n] = or += a [count, k] b [k, n], rows of a `stride` apart.
void product(std::int64_t count, const Tensor& a, const Tensor& b, bool accumulate, Tensor& c) {
  kernels::gemm_sequential(false, false, count, b.cols(), b.rows(), {a.data(), a.cols()}, {b.data(), b.cols()},
                           accumulate, {c.data(), c.cols()});
}

void paste_columns(const Tensor& from, std::int64_t first, Tensor& to) {
  for (std::int64_t i = 0; i < from.rows(); ++i) {
    std::ranges::copy(from.row(i), to.row(i).data() + first);
  }
}

/// log(1 / (1 + e^-x))
float log_sigmoid_of(float x) {
  return std::min(x, 0.0F) - std::log1p(std::exp(-std::abs(x)));
}

}  // namespace

SequenceRecurrence::SequenceRecurrence(const SequenceModel& model)
    : width_(model.options().hidden),
      heads_(model.options().heads),
      num_inputs_(static_cast<std::int64_t>(model.shape().input_categories.size())),
      properties_(model.shape().properties),
      embedding_(model.embedding_.value()),
      norm_(model.norm_.value()),
      head_(model.head_.value()),
      head_bias_(model.head_bias_.value()) {
  std::int64_t row = 0;
  for (const std::int64_t categories : model.shape().input_categories) {
    first_row_.push_back(row);
    row += categories;
  }
  if (properties_ > 0) {
    conditions_ = model.conditions_.value();
  }
  if (model.shape().clue_features > 0) {
    clue_states_ = model.clue_states_.value();
    clue_bias_ = model.clue_bias_.value();
    clue_table_ = model.clue_table_.value();
    clue_weights_ = model.clue_weights_.value();
  }
  for (const SequenceBlock& from : model.blocks_) {
    Block block;
    block.decay_bias = from.decay_bias.value();
    block.projections = Tensor::uninitialized(width_, 4 * width_ + heads_);
    paste_columns(from.query.value(), 0, block.projections);
    paste_columns(from.key.value(), width_, block.projections);
    paste_columns(from.value.value(), 2 * width_, block.projections);
    paste_columns(from.gate.value(), 3 * width_, block.projections);
    paste_columns(from.decay.value(), 4 * width_, block.projections);
    block.norm = from.norm.value();
    block.head_gain = from.head_gain.value();
    block.output = from.output.value();
    block.inner_norm = from.inner_norm.value();
    block.up = from.up.value();
    block.down = from.down.value();
    blocks_.push_back(std::move(block));
  }
}

SequenceLanes::SequenceLanes(const SequenceRecurrence& model, std::int64_t capacity)
    : model_(model),
      inputs_(static_cast<std::size_t>(capacity * model.num_inputs_), 0),
      clues_(static_cast<std::size_t>(capacity)),
      conditions_(capacity, 2 * model.properties_),
      x_(capacity, model.width_),
      h_(capacity, model.width_),
      projected_(capacity, 4 * model.width_ + model.heads_),
      mixed_(capacity, 4 * model.width_),
      inner_(capacity, 2 * model.width_),
      logits_(capacity, model.head_.cols()),
      judged_(capacity, model.clue_states_.cols()),
      states_(capacity, static_cast<std::int64_t>(model.blocks_.size()) * model.width_ * model.width_ / model.heads_) {}

std::span<std::int32_t> SequenceLanes::inputs(std::int64_t lane) {
  return std::span(inputs_).subspan(static_cast<std::size_t>(lane * model_.num_inputs_),
                                    static_cast<std::size_t>(model_.num_inputs_));
}

void SequenceLanes::reset(std::int64_t lane) {
  std::ranges::fill(states_.row(lane), 0.0F);
}

void SequenceLanes::move(std::int64_t from, std::int64_t to) {
  std::ranges::copy(states_.row(from), states_.row(to).begin());
  std::ranges::copy(conditions_.row(from), conditions_.row(to).begin());
}

void SequenceLanes::embed(std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::span<float> x = x_.row(i);
    std::ranges::fill(x, 0.0F);
    const std::span<const std::int32_t> in = inputs(i);
    for (std::size_t j = 0; j < in.size(); ++j) {
      const std::span<const float> row = model_.embedding_.row(model_.first_row_[j] + in[j]);
      std::transform(x.begin(), x.end(), row.begin(), x.begin(), std::plus<>());
    }
  }
  if (model_.properties_ > 0) {
    product(count, conditions_, model_.conditions_, true, x_);
  }
}

void SequenceLanes::run_block(std::size_t b, std::int64_t count) {
  const SequenceRecurrence::Block& block = model_.blocks_[b];
  const std::int64_t d = model_.width_, heads = model_.heads_, head = d / heads;
  for (std::int64_t i = 0; i < count; ++i) {
    kernels::rms_norm_row(x_.row(i), block.norm.values(), kEpsilon, h_.row(i));
  }
  product(count, h_, block.projections, false, projected_);
  std::vector<float> decay(static_cast<std::size_t>(heads)), o(static_cast<std::size_t>(d));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::span<const float> row = projected_.row(i);
    const float* p = row.data();
    for (std::int64_t h = 0; h < heads; ++h) {
      decay[static_cast<std::size_t>(h)] = log_sigmoid_of(p[4 * d + h] + block.decay_bias(0, h));
    }
    gated_scan_step({.heads = heads, .d = head, .e = head}, p, p + d, p + 2 * d, decay.data(),
                    states_.row(i).data() + static_cast<std::int64_t>(b) * d * head, o.data());
    kernels::gated_head_norm_row(o, row.subspan(static_cast<std::size_t>(3 * d), static_cast<std::size_t>(d)),
                                 block.head_gain.values(), heads, kEpsilon, h_.row(i));
  }
  product(count, h_, block.output, true, x_);
  for (std::int64_t i = 0; i < count; ++i) {
    kernels::rms_norm_row(x_.row(i), block.inner_norm.values(), kEpsilon, h_.row(i));
  }
  product(count, h_, block.up, false, mixed_);
  for (std::int64_t i = 0; i < count; ++i) {
    kernels::swiglu_row(mixed_.row(i), inner_.row(i));
  }
  product(count, inner_, block.down, true, x_);
}

void SequenceLanes::step(std::int64_t count) {
  embed(count);
  for (std::size_t b = 0; b < model_.blocks_.size(); ++b) {
    run_block(b, count);
  }
  for (std::int64_t i = 0; i < count; ++i) {
    kernels::rms_norm_row(x_.row(i), model_.norm_.values(), kEpsilon, h_.row(i));
    std::ranges::copy(model_.head_bias_.values(), logits_.row(i).begin());
  }
  product(count, h_, model_.head_, true, logits_);
  if (model_.clue_table_.size() == 0) {
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    std::ranges::copy(model_.clue_bias_.values(), judged_.row(i).begin());
  }
  product(count, h_, model_.clue_states_, true, judged_);
  for (std::int64_t i = 0; i < count; ++i) {
    add_clue_scores_of_row(clues(i), 0, judged_.row(i), model_.clue_table_, model_.clue_weights_.values(),
                           logits_.row(i));
  }
}

}  // namespace weft
