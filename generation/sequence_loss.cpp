#include "weft/generation/sequence_loss.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/row_vectors.hpp"

namespace weft {
namespace {

constexpr std::int64_t kRowGrain = 256;

bool is_allowed(const std::uint64_t* mask, std::int64_t j) {
  return (mask[j / 64] >> (j % 64) & 1) != 0;
}

/// `full` is not computed, 0, if its share is 0.
struct RowLosses {
  double masked, full;
};

/// Both losses of one row; the gradient of their mix, times `factor`, goes to `out`. `scratch` has a number a token.
RowLosses row_losses(std::span<const float> x, const std::uint64_t* mask, std::int32_t target, float share,
                     float factor, float* scratch, float* out) {
  const auto size = static_cast<std::int64_t>(x.size());
  const auto value = static_cast<double>(x[static_cast<std::size_t>(target)]);
  for (std::int64_t j = 0; j < size; ++j) {
    scratch[j] = is_allowed(mask, j) ? x[static_cast<std::size_t>(j)] : -std::numeric_limits<float>::infinity();
  }
  const float allowed_top = attention::largest(scratch, size);
  const float allowed = attention::exponentiate(scratch, 1.0F, allowed_top, size);
  RowLosses losses{static_cast<double>(allowed_top) + std::log(static_cast<double>(allowed)) - value, 0.0};
  if (share > 0.0F) {
    std::ranges::copy(x, out);
    const float top = attention::largest(out, size), all = attention::exponentiate(out, 1.0F, top, size);
    attention::multiply_by(out, share * factor / all, size);
    losses.full = static_cast<double>(top) + std::log(static_cast<double>(all)) - value;
  } else {
    std::fill_n(out, size, 0.0F);
  }
  attention::add_scaled(out, scratch, (1.0F - share) * factor / allowed, size);
  out[target] -= factor;
  return losses;
}

}  // namespace

// loss = mean of (1 - w) log sum_allowed e^x + w log sum e^x - x_target;
// dx = ((1 - w) softmax over the allowed + w softmax - onehot) / rows
SequenceLoss sequence_loss(const Variable& logits, const SequenceBatch& batch, float unmasked_share) {
  const std::int64_t rows = batch.rows();
  require(rows > 0 && logits.rows() == rows && (logits.cols() + 63) / 64 == batch.mask_words,
          "sequence_loss: logits are ", logits.shape(), " for ", rows, " rows and masks of ", batch.mask_words,
          " words");
  require(unmasked_share >= 0.0F && unmasked_share <= 1.0F, "sequence_loss: the unmasked share is ", unmasked_share,
          ", expected 0 to 1");
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int32_t target = batch.targets[static_cast<std::size_t>(i)];
    require(target >= 0 && target < logits.cols() && is_allowed(batch.masks.data() + i * batch.mask_words, target),
            "sequence_loss: row ", i, " is followed by token ", target, ", which may not follow");
  }
  auto gradient = std::make_shared<Tensor>(Tensor::uninitialized(logits.shape()));
  std::vector<RowLosses> losses(static_cast<std::size_t>(rows));
  parallel_for(rows, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch(static_cast<std::size_t>(logits.cols()));
    for (std::int64_t i = begin; i < end; ++i) {
      losses[static_cast<std::size_t>(i)] = row_losses(
          logits.value().row(i), batch.masks.data() + i * batch.mask_words, batch.targets[static_cast<std::size_t>(i)],
          unmasked_share, 1.0F / static_cast<float>(rows), scratch.data(), gradient->row(i).data());
    }
  });
  double masked = 0.0, full = 0.0;
  for (const RowLosses& row : losses) {
    masked += row.masked;
    full += row.full;
  }
  const auto share = static_cast<double>(unmasked_share);
  const auto mean = static_cast<float>(((1.0 - share) * masked + share * full) / static_cast<double>(rows));
  return {record("sequence_loss", Tensor::full(1, 1, mean), {logits},
                 [logits = logits.without_value(), gradient](Tensor& dy, Gradients& grads) {
                   for (float& g : gradient->values()) {
                     g *= dy(0, 0);
                   }
                   grads.add(logits, std::move(*gradient));
                 }),
          masked};
}

}  // namespace weft
