// Philox4x32-10 for eight counters at once: eight blocks of 128 bits give 64 elements 16 bits each, compared with
// the rate while they are in registers. Cost: about two instructions an element.
#include "weft/tensor/dropout.hpp"

#include <algorithm>
#include <cmath>

#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/elementwise.hpp"
#include "weft/tensor/simd.hpp"

namespace weft {

namespace kernels {

DropoutMask::DropoutMask(float rate, const Random& random)
    : threshold_(static_cast<std::uint32_t>(std::lround(rate * 65536.0F))),
      scale_(1.0F / (1.0F - rate)),
      random_(random) {
  require(rate >= 0.0F && rate < 1.0F, "dropout: rate is ", rate, ", expected 0 <= rate < 1");
}

void DropoutMask::apply(std::int64_t begin, std::int64_t end, const float* in, float* out) const {
  std::int64_t first = begin;
  for (; first + kBlock <= end; first += kBlock) {
    apply_block(first / kBlock, in + (first - begin), out + (first - begin));
  }
  if (first < end) {
    float rest[kBlock] = {};
    std::copy(in + (first - begin), in + (end - begin), rest);
    apply_block(first / kBlock, rest, rest);
    std::copy_n(rest, end - first, out + (first - begin));
  }
}

/// Word w of the block of lane l decides with its low half on element 16 w + l, with its high half on 16 w + 8 + l.
[[gnu::always_inline]] inline void DropoutMask::apply_block(std::int64_t block, const float* in, float* out) const {
  const simd::Word8 counter = simd::Word8{0, 1, 2, 3, 4, 5, 6, 7} + static_cast<std::uint64_t>(block) * 8;
  simd::Word8 words[4] = {counter, counter >> 32, simd::Word8{}, simd::Word8{}};
  simd::philox4x32(random_.key(), words);
  const simd::Int8 threshold = simd::Int8{} + static_cast<std::int32_t>(threshold_);
  for (int w = 0; w < 4; ++w) {
    const simd::Int8 bits = __builtin_convertvector(words[w], simd::Int8);
    const simd::Int8 low = bits & 0xFFFF, high = (bits >> 16) & 0xFFFF;
    const simd::Float8 first = simd::load(in + 16 * w), second = simd::load(in + 16 * w + 8);
    simd::store(out + 16 * w, simd::select(low >= threshold, first * scale_, simd::Float8{}));
    simd::store(out + 16 * w + 8, simd::select(high >= threshold, second * scale_, simd::Float8{}));
  }
}

float DropoutMask::factor(std::int64_t i) const {
  float factors[kBlock];
  std::fill_n(factors, kBlock, 1.0F);
  apply_block(i / kBlock, factors, factors);
  return factors[i % kBlock];
}

}  // namespace kernels

// y = m x with m = 0 or 1 / (1 - rate), made anew from the random numbers instead of stored;  dx = m dy
Variable dropout(const Variable& x, float rate, const Random& random) {
  const kernels::DropoutMask mask(rate, random);
  if (rate == 0.0F) {
    return x;
  }
  const float* given = x.value().data();
  Tensor y = Tensor::uninitialized(x.shape());
  parallel_for(y.size(), kernels::kElementGrain,
               [&](std::int64_t begin, std::int64_t end) { mask.apply(begin, end, given + begin, y.data() + begin); });
  return record("dropout", std::move(y), {x}, [x = x.without_value(), mask](Tensor& dy, Gradients& grads) {
    parallel_for(dy.size(), kernels::kElementGrain, [&](std::int64_t begin, std::int64_t end) {
      mask.apply(begin, end, dy.data() + begin, dy.data() + begin);
    });
    grads.add(x, std::move(dy));
  });
}

}  // namespace weft
