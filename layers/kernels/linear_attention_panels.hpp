// Linear attention of a range of rows, by panels that stay in the cache: phi of a panel, then its products with the
// small matrices of each head. What a range adds to the sums of its segment, and what it reads of them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "weft/core/buffer.hpp"
#include "weft/layers/kernels/head_products.hpp"

namespace weft::linear_attention_panels {

using attention::ConstMatrix;
using attention::MutableMatrix;
using simd::Float16;
using simd::Float8;

inline constexpr float kEpsilon = 1e-6F;
/// elu(x) + 1: a feature map is its value and its derivative.
struct EluPlusOne {
  template <class Vector>
  [[gnu::always_inline]] static Vector value(Vector x) {
    return x > 0.0F ? x + 1.0F : simd::exp(x);
  }
  template <class Vector>
  [[gnu::always_inline]] static Vector derivative(Vector x) {
    return x > 0.0F ? Vector{} + 1.0F : simd::exp(x);
  }
};

struct Shapes {
  std::int64_t heads, d, e;

  [[nodiscard]] std::int64_t key_columns() const { return heads * d; }
  [[nodiscard]] std::int64_t value_columns() const { return heads * e; }
  /// Floats of S and z for all heads: S of head h at h d e, z behind all S.
  [[nodiscard]] std::int64_t state_size() const { return heads * d * (e + 1); }
  /// Rows of a panel: its parts of two matrices fit the L1 cache for the tiles of narrow heads; for a library,
  /// which makes copies of its own, those of all matrices the L2 cache.
  [[nodiscard]] std::int64_t panel_rows() const {
    const std::int64_t floats = attention::is_narrow(d, e) ? 1 << 12 : 1 << 14;
    return std::clamp<std::int64_t>(floats / std::max(key_columns(), value_columns()), 16, 256);
  }

  [[nodiscard]] ConstMatrix s(const float* state, std::int64_t head) const { return {state + head * d * e, e}; }
  [[nodiscard]] MutableMatrix s(float* state, std::int64_t head) const { return {state + head * d * e, e}; }
  [[nodiscard]] const float* z(const float* state) const { return state + heads * d * e; }
  [[nodiscard]] float* z(float* state) const { return state + heads * d * e; }
};

/// How a vector lies in memory: 16 floats, 8, or fewer filled up with zeros.
struct Sixteen {
  [[gnu::always_inline]] static Float16 load(const float* from) { return simd::load16(from); }
  [[gnu::always_inline]] static void store(float* to, Float16 values) { simd::store(to, values); }
};
struct Eight {
  [[gnu::always_inline]] static Float8 load(const float* from) { return simd::load(from); }
  [[gnu::always_inline]] static void store(float* to, Float8 values) { simd::store(to, values); }
};
struct Fewer {
  std::int64_t count;
  [[gnu::always_inline]] Float8 load(const float* from) const { return simd::load_part(from, count); }
  [[gnu::always_inline]] void store(float* to, Float8 values) const { simd::store_part(to, count, values); }
};

/// Calls body(i, Sixteen, Eight or Fewer) for the vectors of `size` floats.
template <class Body>
[[gnu::always_inline]] inline void for_each_vector(std::int64_t size, Body body) {
  std::int64_t i = 0;
  for (; i + 16 <= size; i += 16) {
    body(i, Sixteen{});
  }
  if (i + 8 <= size) {
    body(i, Eight{});
    i += 8;
  }
  if (i < size) {
    body(i, Fewer{size - i});
  }
}

/// A sum over vectors of both widths.
struct WideSum {
  Float16 wide{};
  Float8 narrow{};
  [[gnu::always_inline]] void add(Float16 x) { wide += x; }
  [[gnu::always_inline]] void add(Float8 x) { narrow += x; }
  [[nodiscard, gnu::always_inline]] float total() const { return simd::sum(wide) + simd::sum(narrow); }
};

[[gnu::always_inline]] inline float dot(const float* a, const float* b, std::int64_t size) {
  WideSum sum;
  for_each_vector(
      size, [&](std::int64_t i, auto lanes)
                __attribute__((always_inline)) { sum.add(lanes.load(a + i) * lanes.load(b + i)); });
  return sum.total();
}

/// to += factor * from.
[[gnu::always_inline]] inline void add_scaled(const float* from, float factor, std::int64_t size, float* to) {
  for_each_vector(
      size, [&](std::int64_t i, auto lanes) __attribute__((always_inline)) {
        lanes.store(to + i, lanes.load(to + i) + factor * lanes.load(from + i));
      });
}

/// One thread's panels.
struct Scratch {
  explicit Scratch(const Shapes& shapes)
      : keys(static_cast<std::size_t>(shapes.panel_rows() * shapes.key_columns())),
        inverse(static_cast<std::size_t>(shapes.panel_rows() * shapes.heads)),
        shift(static_cast<std::size_t>(shapes.panel_rows() * shapes.heads)),
        turned(
            static_cast<std::size_t>(attention::is_narrow(shapes.d, shapes.e) ? shapes.key_columns() * shapes.e : 0)) {}

  /// phi(Q) / D or phi(K), [rows, heads d]; 1 / D and f, [rows, heads]; the transposes of all S, for narrow heads.
  Buffer<float> keys, inverse, shift, turned;
};

template <class FeatureMap>
struct LinearAttention {
  Shapes shapes;
  const float *q, *k, *v;

  template <class Body>
  void for_each_panel(std::int64_t begin, std::int64_t end, Body body) const {
    for (std::int64_t first = begin; first < end; first += shapes.panel_rows()) {
      body(first, std::min(end, first + shapes.panel_rows()));
    }
  }

  [[nodiscard]] ConstMatrix values_of(std::int64_t row, std::int64_t head) const {
    return {v + row * shapes.value_columns() + head * shapes.e, shapes.value_columns()};
  }

  void turn_states(const float* state, Scratch& scratch) const {
    for (std::int64_t h = 0; h < shapes.heads && scratch.turned.size() > 0; ++h) {
      attention::transpose(shapes.d, shapes.e, shapes.s(state, h), scratch.turned.data() + h * shapes.d * shapes.e);
    }
  }
  [[nodiscard]] const float* turned_of(const Scratch& scratch, std::int64_t head) const {
    return scratch.turned.size() > 0 ? scratch.turned.data() + head * shapes.d * shapes.e : nullptr;
  }

  /// phi(K) of a panel into scratch.keys; its column sums are added to z if that is wanted.
  void map_keys(std::int64_t first, std::int64_t last, float* z, Scratch& scratch) const {
    const std::int64_t columns = shapes.key_columns();
    for (std::int64_t r = first; r < last; ++r) {
      const float* from = k + r * columns;
      float* to = scratch.keys.data() + (r - first) * columns;
      for_each_vector(
          columns, [&](std::int64_t i, auto lanes) __attribute__((always_inline)) {
            const auto mapped = FeatureMap::value(lanes.load(from + i));
            lanes.store(to + i, mapped);
            if (z != nullptr) {
              lanes.store(z + i, lanes.load(z + i) + mapped);
            }
          });
    }
  }

  /// phi(Q) / D of a panel into scratch.keys, and 1 / D.
  void map_queries(std::int64_t first, std::int64_t last, const float* state, Scratch& scratch) const {
    const std::int64_t d = shapes.d;
    for (std::int64_t r = first * shapes.heads; r < last * shapes.heads; ++r) {
      const float *from = q + r * d, *z = shapes.z(state) + r % shapes.heads * d;
      float* to = scratch.keys.data() + (r - first * shapes.heads) * d;
      WideSum sum;
      for_each_vector(
          d, [&](std::int64_t i, auto lanes) __attribute__((always_inline)) {
            const auto mapped = FeatureMap::value(lanes.load(from + i));
            lanes.store(to + i, mapped);
            sum.add(mapped * lanes.load(z + i));
          });
      const float inverse = 1.0F / (sum.total() + kEpsilon);
      scratch.inverse[static_cast<std::size_t>(r - first * shapes.heads)] = inverse;
      for_each_vector(
          d, [&](std::int64_t i, auto lanes)
                 __attribute__((always_inline)) { lanes.store(to + i, inverse * lanes.load(to + i)); });
    }
  }

  /// state (S and z) += those of rows [begin, end).
  void add_state(std::int64_t begin, std::int64_t end, Scratch& scratch, float* state) const {
    for_each_panel(begin, end, [&](std::int64_t first, std::int64_t last) {
      map_keys(first, last, shapes.z(state), scratch);
      for (std::int64_t h = 0; h < shapes.heads; ++h) {
        attention::add_transposed_product(last - first, {scratch.keys.data() + h * shapes.d, shapes.key_columns()},
                                          shapes.d, values_of(first, h), shapes.e, shapes.s(state, h));
      }
    });
  }

  void write_output(std::int64_t begin, std::int64_t end, const float* state, Scratch& scratch, float* o) const {
    for_each_panel(begin, end, [&](std::int64_t first, std::int64_t last) {
      map_queries(first, last, state, scratch);
      for (std::int64_t h = 0; h < shapes.heads; ++h) {
        attention::product(last - first, {scratch.keys.data() + h * shapes.d, shapes.key_columns()}, shapes.d,
                           shapes.s(state, h), shapes.e,
                           {o + first * shapes.value_columns() + h * shapes.e, shapes.value_columns()});
      }
    });
  }

  /// dq of rows [begin, end), and dstate (dS and dz) += their share. 1 / D is in phi(Q) / D already where E would
  /// bring it in, so that dO is read where it lies.
  void differentiate_queries(std::int64_t begin, std::int64_t end, const float* state, const float* o,
                             const float* dout, Scratch& scratch, float* dstate, float* dq) const {
    const std::int64_t heads = shapes.heads, d = shapes.d, e = shapes.e;
    const std::int64_t key_columns = shapes.key_columns(), value_columns = shapes.value_columns();
    turn_states(state, scratch);
    for_each_panel(begin, end, [&](std::int64_t first, std::int64_t last) {
      float *keys = scratch.keys.data(), *shift = scratch.shift.data();
      map_queries(first, last, state, scratch);
      for (std::int64_t r = 0; r < (last - first) * heads; ++r) {
        const std::int64_t row = first * heads + r;
        shift[r] = -dot(dout + row * e, o + row * e, e);
        add_scaled(keys + r * d, shift[r], d, shapes.z(dstate) + r % heads * d);
      }
      for (std::int64_t h = 0; h < heads; ++h) {
        const ConstMatrix own{dout + first * value_columns + h * e, value_columns};
        attention::add_transposed_product(last - first, {keys + h * d, key_columns}, d, own, e, shapes.s(dstate, h));
        attention::product_with_transposed(last - first, own, e, shapes.s(state, h), turned_of(scratch, h), d,
                                           {dq + first * key_columns + h * d, key_columns});
      }
      finish(
          q, first, last, shapes.z(state), dq, [&](std::int64_t r) { return shift[r]; },
          [&](std::int64_t r) { return scratch.inverse[static_cast<std::size_t>(r)]; });
    });
  }

  /// dk and dv of rows [begin, end).
  void differentiate_keys(std::int64_t begin, std::int64_t end, const float* dstate, Scratch& scratch, float* dk,
                          float* dv) const {
    const std::int64_t d = shapes.d, e = shapes.e, key_columns = shapes.key_columns();
    turn_states(dstate, scratch);
    for_each_panel(begin, end, [&](std::int64_t first, std::int64_t last) {
      map_keys(first, last, nullptr, scratch);
      for (std::int64_t h = 0; h < shapes.heads; ++h) {
        attention::product(last - first, {scratch.keys.data() + h * d, key_columns}, d, shapes.s(dstate, h), e,
                           {dv + first * shapes.value_columns() + h * e, shapes.value_columns()});
        attention::product_with_transposed(last - first, values_of(first, h), e, shapes.s(dstate, h),
                                           turned_of(scratch, h), d, {dk + first * key_columns + h * d, key_columns});
      }
      const auto one = [](std::int64_t) { return 1.0F; };
      finish(k, first, last, shapes.z(dstate), dk, one, one);
    });
  }

  /// dx = (dx + shift zᵀ) scale o phi'(x), shift and scale by (row of the panel, head).
  template <class Shift, class Scale>
  void finish(const float* x, std::int64_t first, std::int64_t last, const float* z, float* dx, Shift shift,
              Scale scale) const {
    for (std::int64_t r = 0; r < (last - first) * shapes.heads; ++r) {
      const float *from = x + (first * shapes.heads + r) * shapes.d, *sums = z + r % shapes.heads * shapes.d;
      float* to = dx + (first * shapes.heads + r) * shapes.d;
      const float own = shift(r), factor = scale(r);
      for_each_vector(
          shapes.d, [&](std::int64_t i, auto lanes) __attribute__((always_inline)) {
            lanes.store(to + i, (lanes.load(to + i) + own * lanes.load(sums + i)) * factor *
                                    FeatureMap::derivative(lanes.load(from + i)));
          });
    }
  }
};

}  // namespace weft::linear_attention_panels
