// Four blocks of Random at the cost of about one: where a row, a walk or a node needs several draws.
#pragma once

#include <cstdint>
#include <span>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "weft/core/random.hpp"

namespace weft {

/// The blocks of lanes lane, lane + 1, lane + 2, lane + 3; word w of block number b is words[4 w + b].
inline void four_blocks(const Random& random, std::uint64_t counter, std::uint32_t lane,
                        std::span<std::uint32_t, 16> words) {
#ifdef __AVX2__
  // A lane of 64 bits a block: a product is exact there, and reads nothing but the lower half of its factors.
  const __m256i a = _mm256_set1_epi64x(0xD2511F53), b = _mm256_set1_epi64x(0xCD9E8D57);
  auto key = random.key();
  __m256i x0 = _mm256_set1_epi64x(static_cast<std::int64_t>(counter & UINT32_MAX));
  __m256i x1 = _mm256_set1_epi64x(static_cast<std::int64_t>(counter >> 32));
  __m256i x2 = _mm256_add_epi32(_mm256_set1_epi64x(lane), _mm256_setr_epi64x(0, 1, 2, 3));
  __m256i x3 = _mm256_setzero_si256();
  for (int round = 0; round < 10; ++round) {
    const __m256i p = _mm256_mul_epu32(a, x0), q = _mm256_mul_epu32(b, x2);
    x0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(q, 32), x1), _mm256_set1_epi64x(key[0]));
    x2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p, 32), x3), _mm256_set1_epi64x(key[1]));
    x1 = q;
    x3 = p;
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  const __m256i lower = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
  const __m256i x[] = {x0, x1, x2, x3};
  for (std::size_t w = 0; w < 4; ++w) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(words.data() + 4 * w),
                     _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(x[w], lower)));
  }
#else
  for (std::uint32_t b = 0; b < 4; ++b) {
    const auto block = random.block(counter, lane + b);
    for (std::size_t w = 0; w < 4; ++w) {
      words[4 * w + b] = block[w];
    }
  }
#endif
}

}  // namespace weft
