// gated_scan over a short sequence, pair by pair: no states, no panels. Below some 32 rows the products of a chunk
// are smaller than what it costs to set them up.
#pragma once

#include <algorithm>
#include <cstdint>

#include "weft/layers/kernels/row_vectors.hpp"

namespace weft::attention {

inline constexpr std::int64_t kShortRows = 32;

/// One head of one sequence: row t of q is at q + t * stride, and so on; e columns of v, d of q and k.
struct ShortSequence {
  std::int64_t rows, d, e;
  /// Of q and k; of v and the results' rows of e columns.
  std::int64_t stride, value_stride;
  const float *q, *k, *v;
  /// log_decay[t * decay_stride]
  const float* log_decay;
  std::int64_t decay_stride;
  /// 1 / sqrt(d)
  float scale;
};

/// factors[s] = scale e^(b_t - b_s) for s <= t, where b are the sums of log_decay.
inline void decay_factors(const ShortSequence& x, const float* b, std::int64_t t, float* factors) {
  for (std::int64_t s = 0; s <= t; ++s) {
    factors[s] = -b[s];
  }
  (void)exponentiate(factors, 1.0F, -b[t], t + 1);
  multiply_by(factors, x.scale, t + 1);
}

inline void sum_decays(const ShortSequence& x, float* b) {
  float total = 0.0F;
  for (std::int64_t t = 0; t < x.rows; ++t) {
    total += x.log_decay[t * x.decay_stride];
    b[t] = total;
  }
}

/// O_t = sum_{s <= t} scale e^(b_t - b_s) <q_t, k_s> v_s
inline void scan_short(const ShortSequence& x, float* o) {
  float b[kShortRows], factors[kShortRows];
  sum_decays(x, b);
  for (std::int64_t t = 0; t < x.rows; ++t) {
    decay_factors(x, b, t, factors);
    float* out = o + t * x.value_stride;
    std::fill_n(out, x.e, 0.0F);
    for (std::int64_t s = 0; s <= t; ++s) {
      add_scaled(out, x.v + s * x.value_stride, factors[s] * dot(x.q + t * x.stride, x.k + s * x.stride, x.d), x.e);
    }
  }
}

/// Where the gradients go, laid out as what they belong to.
struct ShortGradients {
  float *q, *k, *v, *log_decay;
};

/// The same pairs once more. With f the factor above, w = f <q_t, k_s> and u = f <g_t, v_s>: dv_s += w g_t,
/// dq_t += u k_s, dk_s += u q_t; what w u / f adds to db_t it takes from db_s, and d log a_t = the sum of db from t on.
inline void scan_short_backward(const ShortSequence& x, const float* gradient, const ShortGradients& to) {
  float b[kShortRows], factors[kShortRows], db[kShortRows] = {};
  sum_decays(x, b);
  for (std::int64_t t = 0; t < x.rows; ++t) {
    std::fill_n(to.q + t * x.stride, x.d, 0.0F);
    std::fill_n(to.k + t * x.stride, x.d, 0.0F);
    std::fill_n(to.v + t * x.value_stride, x.e, 0.0F);
  }
  for (std::int64_t t = 0; t < x.rows; ++t) {
    decay_factors(x, b, t, factors);
    const float *q = x.q + t * x.stride, *g = gradient + t * x.value_stride;
    for (std::int64_t s = 0; s <= t; ++s) {
      const float* k = x.k + s * x.stride;
      const float score = dot(q, k, x.d), slope = factors[s] * dot(g, x.v + s * x.value_stride, x.e);
      add_scaled(to.v + s * x.value_stride, g, factors[s] * score, x.e);
      add_scaled(to.q + t * x.stride, k, slope, x.d);
      add_scaled(to.k + s * x.stride, q, slope, x.d);
      db[t] += slope * score;
      db[s] -= slope * score;
    }
  }
  float total = 0.0F;
  for (std::int64_t t = x.rows - 1; t >= 0; --t) {
    total += db[t];
    to.log_decay[t * x.decay_stride] = total;
  }
}

}  // namespace weft::attention
