// Linear attention by panels of rows that stay in the L2 cache: phi of a panel, then its products with the small
// matrices of each head. Small segments are done whole, several to a task; large ones are cut into at most 64
// parts by their size alone, whose sums are added in order, so the result is the same for every number of threads.
// Gradient: with D = phi(Q) z + eps, P = diag(1 / D) phi(Q) and f = -rowsum(dO o O),
//   dphi(Q) = diag(1 / D) (dO Sᵀ + f zᵀ),  dS = Pᵀ dO,  dz = Pᵀ f,  dphi(K) = V dSᵀ + 1 dzᵀ,  dV = phi(K) dS.
// Cost: forward 2 n d e, backward 4 n d e multiply-adds a head (5 for segments that are not cut, whose S is made anew).
#include "weft/layers/kernel_attention.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/layers/head_products.hpp"

namespace weft {
namespace {

using attention::ConstMatrix;
using attention::MutableMatrix;
using simd::Float16;
using simd::Float8;

constexpr float kEpsilon = 1e-6F;
/// A segment of more rows than this is cut; into as many parts as kMaxParts at most.
constexpr std::int64_t kPartRows = 2048, kMaxParts = 64;

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

struct Part {
  std::int64_t segment, begin, end;
};

/// The rows of all segments, cut; and which parts a task does.
struct Plan {
  std::vector<Part> parts;
  /// Parts first_part[g] .. first_part[g + 1] make up segment g.
  std::vector<std::int64_t> first_part;
  /// Segments first_segment[t] .. first_segment[t + 1] are whole and belong to task t, or are cut and alone.
  std::vector<std::int64_t> first_segment;
  /// The numbers of the parts of segments that are cut.
  std::vector<std::int64_t> cut_parts;

  [[nodiscard]] bool is_cut(std::int64_t segment) const {
    return first_part[static_cast<std::size_t>(segment) + 1] - first_part[static_cast<std::size_t>(segment)] > 1;
  }
};

Plan plan_of(std::span<const std::int64_t> segments) {
  Plan plan;
  const auto count = static_cast<std::int64_t>(segments.size()) - 1;
  std::int64_t task_rows = 0;
  plan.first_segment.push_back(0);
  for (std::int64_t g = 0; g < count; ++g) {
    const std::int64_t begin = segments[static_cast<std::size_t>(g)],
                       rows = segments[static_cast<std::size_t>(g) + 1] - begin;
    plan.first_part.push_back(static_cast<std::int64_t>(plan.parts.size()));
    const std::int64_t parts = std::clamp<std::int64_t>((rows + kPartRows - 1) / kPartRows, 1, kMaxParts);
    for (std::int64_t i = 0; i < parts; ++i) {
      if (parts > 1) {
        plan.cut_parts.push_back(static_cast<std::int64_t>(plan.parts.size()));
      }
      plan.parts.push_back({g, begin + rows * i / parts, begin + rows * (i + 1) / parts});
    }
    if (g > plan.first_segment.back() && (parts > 1 || task_rows + rows > kPartRows)) {
      plan.first_segment.push_back(g);
      task_rows = 0;
    }
    task_rows += parts > 1 ? kPartRows + 1 : rows;  // nothing joins a segment that is cut
  }
  plan.first_part.push_back(static_cast<std::int64_t>(plan.parts.size()));
  plan.first_segment.push_back(count);
  return plan;
}

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

/// Runs whole(segment's part, scratch) for segments that are not cut, grouped into tasks.
template <class Body>
void for_each_whole_segment(const Plan& plan, const Shapes& shapes, Body whole) {
  const auto tasks = static_cast<std::int64_t>(plan.first_segment.size()) - 1;
  parallel_for(tasks, 1, [&](std::int64_t task, std::int64_t) {
    const std::int64_t first = plan.first_segment[static_cast<std::size_t>(task)];
    const std::int64_t last = plan.first_segment[static_cast<std::size_t>(task) + 1];
    if (first < last && !(last - first == 1 && plan.is_cut(first))) {
      Scratch scratch(shapes);
      for (std::int64_t g = first; g < last; ++g) {
        whole(plan.parts[static_cast<std::size_t>(plan.first_part[static_cast<std::size_t>(g)])], scratch);
      }
    }
  });
}

/// Sums of S and z, one a part of a segment that is cut.
class PartStates {
 public:
  PartStates(std::shared_ptr<const Plan> plan_of_segments, const Shapes& shapes)
      : plan_holder_(std::move(plan_of_segments)),
        plan_(*plan_holder_),
        shapes_(shapes),
        sums_(static_cast<std::int64_t>(plan_.cut_parts.size()), shapes.state_size()) {}

  /// Runs body(part, sums of the part) for all parts, then adds up those of each segment in order.
  template <class Body>
  void fill(Body body) {
    for_each([&](const Part& part, std::int64_t i, Scratch& scratch) { body(part, sums_.row(i).data(), scratch); });
    std::int64_t first = 0;
    for (std::int64_t i = 1; i <= sums_.rows(); ++i) {
      if (i == sums_.rows() || part_of(i).segment != part_of(first).segment) {
        parallel_for(shapes_.state_size(), 4096, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t other = first + 1; other < i; ++other) {
            for (std::int64_t j = begin; j < end; ++j) {
              sums_(first, j) += sums_(other, j);
            }
          }
        });
        first = i;
      }
    }
  }

  /// Runs body(part, number of the part among those cut, scratch).
  template <class Body>
  void for_each(Body body) const {
    parallel_for(sums_.rows(), 1, [&](std::int64_t i, std::int64_t) {
      Scratch scratch(shapes_);
      body(part_of(i), i, scratch);
    });
  }

  /// The sums of the whole segment that a part belongs to; after fill.
  [[nodiscard]] const float* of_segment(const Part& part) const {
    const auto first = plan_.first_part[static_cast<std::size_t>(part.segment)];
    const auto place = std::ranges::lower_bound(plan_.cut_parts, first);
    return sums_.row(place - plan_.cut_parts.begin()).data();
  }

 private:
  [[nodiscard]] const Part& part_of(std::int64_t i) const {
    return plan_.parts[static_cast<std::size_t>(plan_.cut_parts[static_cast<std::size_t>(i)])];
  }

  std::shared_ptr<const Plan> plan_holder_;
  const Plan& plan_;
  Shapes shapes_;
  Tensor sums_;
};

template <class FeatureMap>
Tensor forward(const LinearAttention<FeatureMap>& attention, const Plan& plan, std::int64_t n, PartStates& states) {
  const Shapes& shapes = attention.shapes;
  Tensor o = Tensor::uninitialized(n, shapes.value_columns());
  for_each_whole_segment(plan, shapes, [&](const Part& part, Scratch& scratch) {
    Buffer<float> state(static_cast<std::size_t>(shapes.state_size()), 0.0F);
    attention.add_state(part.begin, part.end, scratch, state.data());
    attention.write_output(part.begin, part.end, state.data(), scratch, o.data());
  });
  states.fill([&](const Part& part, float* state, Scratch& scratch) {
    attention.add_state(part.begin, part.end, scratch, state);
  });
  states.for_each([&](const Part& part, std::int64_t, Scratch& scratch) {
    attention.write_output(part.begin, part.end, states.of_segment(part), scratch, o.data());
  });
  return o;
}

struct InputGradients {
  Tensor dq, dk, dv;
};

template <class FeatureMap>
InputGradients differentiate(const LinearAttention<FeatureMap>& attention, std::shared_ptr<const Plan> plan_of_segments,
                             const PartStates& states, const Tensor& o, const Tensor& dout) {
  const Plan& plan = *plan_of_segments;
  const Shapes& shapes = attention.shapes;
  InputGradients result{Tensor::uninitialized(o.rows(), shapes.key_columns()),
                        Tensor::uninitialized(o.rows(), shapes.key_columns()), Tensor::uninitialized(o.shape())};
  float *dq = result.dq.data(), *dk = result.dk.data(), *dv = result.dv.data();
  for_each_whole_segment(plan, shapes, [&](const Part& part, Scratch& scratch) {
    Buffer<float> state(static_cast<std::size_t>(shapes.state_size()), 0.0F);
    Buffer<float> dstate(static_cast<std::size_t>(shapes.state_size()), 0.0F);
    attention.add_state(part.begin, part.end, scratch, state.data());
    attention.differentiate_queries(part.begin, part.end, state.data(), o.data(), dout.data(), scratch, dstate.data(),
                                    dq);
    attention.differentiate_keys(part.begin, part.end, dstate.data(), scratch, dk, dv);
  });
  PartStates dstates(std::move(plan_of_segments), shapes);
  dstates.fill([&](const Part& part, float* dstate, Scratch& scratch) {
    attention.differentiate_queries(part.begin, part.end, states.of_segment(part), o.data(), dout.data(), scratch,
                                    dstate, dq);
  });
  dstates.for_each([&](const Part& part, std::int64_t, Scratch& scratch) {
    attention.differentiate_keys(part.begin, part.end, dstates.of_segment(part), scratch, dk, dv);
  });
  return result;
}

void check_segments(std::span<const std::int64_t> segments, std::int64_t n) {
  require(!segments.empty() && segments.front() == 0 && segments.back() == n && std::ranges::is_sorted(segments),
          "linear_attention: segments run from ", segments.empty() ? -1 : segments.front(), " to ",
          segments.empty() ? -1 : segments.back(), ", expected to rise from 0 to ", n, ", the rows of q");
}

}  // namespace

Variable linear_attention(const Variable& q, const Variable& k, const Variable& v,
                          std::span<const std::int64_t> segments, std::int64_t heads) {
  require(heads >= 1 && q.cols() % heads == 0 && q.cols() > 0, "linear_attention: q has shape ", q.shape(),
          ", expected a multiple of heads = ", heads, " columns");
  require(k.shape() == q.shape(), "linear_attention: k has shape ", k.shape(), ", q ", q.shape(),
          ", expected the same");
  require(v.rows() == q.rows() && v.cols() % heads == 0 && v.cols() > 0, "linear_attention: v has shape ", v.shape(),
          ", expected ", q.rows(), " rows and a multiple of heads = ", heads, " columns");
  check_segments(segments, q.rows());

  const auto attention_of = [q, k, v, heads] {
    return LinearAttention<EluPlusOne>{
        {heads, q.cols() / heads, v.cols() / heads}, q.value().data(), k.value().data(), v.value().data()};
  };
  auto plan = std::make_shared<const Plan>(plan_of(segments));
  auto states = std::make_shared<PartStates>(plan, attention_of().shapes);
  auto o = std::make_shared<const Tensor>(forward(attention_of(), *plan, q.rows(), *states));
  return record("linear_attention", o, {q, k, v},
                [q, k, v, plan, states, o, attention_of](const Tensor& dout, Gradients& gradients) {
                  InputGradients result = differentiate(attention_of(), plan, *states, *o, dout);
                  gradients.add(q, std::move(result.dq));
                  gradients.add(k, std::move(result.dk));
                  gradients.add(v, std::move(result.dv));
                });
}

}  // namespace weft
