// Philox4x32-10 for eight counters at once: eight blocks of 128 bits give 64 elements 16 bits each. Written
// as loops over eight lanes, which compilers turn into vector instructions.
#include "weft/tensor/dropout.hpp"

#include <algorithm>
#include <cmath>

#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/elementwise.hpp"

namespace weft {

namespace kernels {

DropoutMask::DropoutMask(float rate, const Random& random)
    : threshold_(static_cast<std::uint32_t>(std::lround(rate * 65536.0F))),
      scale_(1.0F / (1.0F - rate)),
      random_(random) {
  require(rate >= 0.0F && rate < 1.0F, "dropout: rate is ", rate, ", expected 0 <= rate < 1");
}

void DropoutMask::fill(std::int64_t block, std::uint16_t bits[kBlock]) const {
  constexpr int kLanes = 8;
  std::uint32_t c0[kLanes], c1[kLanes], c2[kLanes], c3[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) {
    const std::uint64_t counter = static_cast<std::uint64_t>(block) * kLanes + static_cast<std::uint64_t>(lane);
    c0[lane] = static_cast<std::uint32_t>(counter);
    c1[lane] = static_cast<std::uint32_t>(counter >> 32);
    c2[lane] = 0;
    c3[lane] = 0;
  }
  std::uint32_t k0 = random_.key()[0], k1 = random_.key()[1];
  for (int round = 0; round < 10; ++round) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const std::uint64_t a = std::uint64_t{0xD2511F53} * c0[lane];
      const std::uint64_t b = std::uint64_t{0xCD9E8D57} * c2[lane];
      c0[lane] = static_cast<std::uint32_t>(b >> 32) ^ c1[lane] ^ k0;
      c2[lane] = static_cast<std::uint32_t>(a >> 32) ^ c3[lane] ^ k1;
      c1[lane] = static_cast<std::uint32_t>(b);
      c3[lane] = static_cast<std::uint32_t>(a);
    }
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  for (int lane = 0; lane < kLanes; ++lane) {
    bits[lane] = static_cast<std::uint16_t>(c0[lane]);
    bits[8 + lane] = static_cast<std::uint16_t>(c0[lane] >> 16);
    bits[16 + lane] = static_cast<std::uint16_t>(c1[lane]);
    bits[24 + lane] = static_cast<std::uint16_t>(c1[lane] >> 16);
    bits[32 + lane] = static_cast<std::uint16_t>(c2[lane]);
    bits[40 + lane] = static_cast<std::uint16_t>(c2[lane] >> 16);
    bits[48 + lane] = static_cast<std::uint16_t>(c3[lane]);
    bits[56 + lane] = static_cast<std::uint16_t>(c3[lane] >> 16);
  }
}

void DropoutMask::apply(std::int64_t begin, std::int64_t end, const float* in, float* out) const {
  std::uint16_t bits[kBlock];
  for (std::int64_t first = begin; first < end; first += kBlock) {
    fill(first / kBlock, bits);
    const std::int64_t count = std::min(kBlock, end - first);
    const float* from = in + (first - begin);
    float* to = out + (first - begin);
    for (std::int64_t i = 0; i < count; ++i) {
      to[i] = bits[i] >= threshold_ ? from[i] * scale_ : 0.0F;
    }
  }
}

float DropoutMask::factor(std::int64_t i) const {
  std::uint16_t bits[kBlock];
  fill(i / kBlock, bits);
  return bits[i % kBlock] >= threshold_ ? scale_ : 0.0F;
}

}  // namespace kernels

// y = m x with m = 0 or 1 / (1 - rate), made anew from the random numbers instead of stored;  dx = m dy
Variable dropout(const Variable& x, float rate, const Random& random) {
  const kernels::DropoutMask mask(rate, random);
  if (rate == 0.0F) {
    return x;
  }
  Tensor y = Tensor::uninitialized(x.shape());
  parallel_for(y.size(), kernels::kElementGrain, [&](std::int64_t begin, std::int64_t end) {
    mask.apply(begin, end, x.value().data() + begin, y.data() + begin);
  });
  return record("dropout", std::move(y), {x}, [x = x.without_value(), mask](Tensor& dy, Gradients& grads) {
    parallel_for(dy.size(), kernels::kElementGrain, [&](std::int64_t begin, std::int64_t end) {
      mask.apply(begin, end, dy.data() + begin, dy.data() + begin);
    });
    grads.add(x, std::move(dy));
  });
}

}  // namespace weft
