// Sequences of up to 32 rows pair by pair (short_scan.hpp), longer ones by chunks of 64 rows. Within a chunk decays add
// up as logarithms, b_t <= 0, and every factor e^(b_t - b_s), s <= t, is at most 1: nothing is divided by a product of
// decays. With S the state before a chunk and D the gradient of the one behind it, M_ts = e^(b_t - b_s) for s <= t, B =
// b of the last row, G = dO:
//   O = e^b o Q S + (M o Q Kᵀ) V,                   S' = e^B S + (e^(B - b) o K)ᵀ V,
//   dQ = e^b o G Sᵀ + (M o G Vᵀ) K,                 dK = (M o G Vᵀ)ᵀ Q + e^(B - b) o V Dᵀ,
//   dV = (M o Q Kᵀ)ᵀ G + e^(B - b) o K D,           dS = e^B D + (e^b o Q)ᵀ G,
//   db_t = <q_t, dq_t> - <k_t, dk_t>, and <D, S'> more for the last row; d log a_t = the sum of db from t on.
// (Q stands for Q / sqrt(d).)
#include "weft/layers/kernels/gated_scan.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "weft/layers/kernels/head_products.hpp"
#include "weft/layers/kernels/row_vectors.hpp"
#include "weft/layers/kernels/segment_parts.hpp"
#include "weft/layers/kernels/short_scan.hpp"

namespace weft {
namespace {

using attention::ConstMatrix;
using attention::MutableMatrix;

constexpr std::int64_t kChunkRows = 64;
constexpr std::int64_t kTaskChunks = 8;

struct Chunk {
  std::int64_t begin, end;
  [[nodiscard]] std::int64_t rows() const { return end - begin; }
};

/// One task's panels for a chunk and a head.
struct ChunkScratch {
  ChunkScratch(std::int64_t d, std::int64_t e)
      : q(size(d)),
        k(size(d)),
        v(size(e)),
        g(size(e)),
        weights(size(kChunkRows)),
        slopes(size(kChunkRows)),
        out(size(std::max(d, e))) {}
  static std::size_t size(std::int64_t width) { return static_cast<std::size_t>(kChunkRows * width); }

  Buffer<float> q, k, v, g, weights, slopes, out;
  /// b of the chunk's rows.
  float b[kChunkRows];
};

class GatedScan {
 public:
  GatedScan(const Variable& q, const Variable& k, const Variable& v, const Variable& log_decay,
            std::span<const std::int64_t> segments, std::int64_t heads)
      : q_(q.shared_value()),
        k_(k.shared_value()),
        v_(v.shared_value()),
        log_decay_(log_decay.shared_value()),
        heads_(heads),
        d_(q.cols() / heads),
        e_(v.cols() / heads) {
    first_chunk_.push_back(0);
    for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
      if (segments[g + 1] - segments[g] <= attention::kShortRows) {
        short_.push_back({segments[g], segments[g + 1]});
        continue;
      }
      for (std::int64_t begin = segments[g]; begin < segments[g + 1]; begin += kChunkRows) {
        chunks_.push_back({begin, std::min(begin + kChunkRows, segments[g + 1])});
      }
      first_chunk_.push_back(static_cast<std::int64_t>(chunks_.size()));
    }
  }

  [[nodiscard]] Tensor forward() {
    behind_ = Tensor(static_cast<std::int64_t>(chunks_.size()), heads_ * d_ * e_);
    for_each_chunk([&](std::int64_t c, std::int64_t h, ChunkScratch& s) {
      load(c, h, s);
      scale_rows(s.k.data(), d_, c, s, [&](float b, float last) { return last - b; });
      attention::add_transposed_product(chunk(c).rows(), {s.k.data(), d_}, d_, {s.v.data(), e_}, e_,
                                        state(behind_, c, h));
    });
    chain(behind_, 1);
    Tensor o = Tensor::uninitialized(v_->shape());
    for_each_chunk([&](std::int64_t c, std::int64_t h, ChunkScratch& s) {
      load(c, h, s);
      weigh(c, s.q.data(), s.k.data(), d_, s.b, s.weights.data());
      attention::product(chunk(c).rows(), {s.weights.data(), kChunkRows}, chunk(c).rows(), {s.v.data(), e_}, e_,
                         {s.out.data(), e_});
      if (!starts_segment(c)) {
        scale_rows(s.q.data(), d_, c, s, [](float b, float) { return b; });
        add_product(chunk(c).rows(), s.q.data(), d_, state(std::as_const(behind_), c - 1, h), e_, s.out.data());
      }
      store(s.out.data(), e_, c, h, o);
    });
    for_each_short([&](const attention::ShortSequence& x, std::int64_t row, std::int64_t h) {
      attention::scan_short(x, o.row(row).data() + h * e_);
    });
    return o;
  }

  struct InputGradients {
    Tensor q, k, v, log_decay;
  };
  [[nodiscard]] InputGradients backward(const Tensor& gradient) const {
    // before.row(c): the gradient of the state before chunk c, all rows from there on having been seen.
    Tensor before(behind_.rows(), behind_.cols());
    for_each_chunk([&](std::int64_t c, std::int64_t h, ChunkScratch& s) {
      load(c, h, s);
      copy(gradient, e_, c, h, s.g.data());
      scale_rows(s.q.data(), d_, c, s, [](float b, float) { return b; });
      attention::add_transposed_product(chunk(c).rows(), {s.q.data(), d_}, d_, {s.g.data(), e_}, e_,
                                        state(before, c, h));
    });
    chain(before, -1);
    InputGradients d{Tensor::uninitialized(q_->shape()), Tensor::uninitialized(k_->shape()),
                     Tensor::uninitialized(v_->shape()), Tensor::uninitialized(log_decay_->shape())};
    for_each_chunk([&](std::int64_t c, std::int64_t h, ChunkScratch& s) {
      load(c, h, s);
      copy(gradient, e_, c, h, s.g.data());
      differentiate(c, h, before, s, d);
    });
    for_each_short([&](const attention::ShortSequence& x, std::int64_t row, std::int64_t h) {
      attention::scan_short_backward(x, gradient.row(row).data() + h * e_,
                                     {d.q.row(row).data() + h * d_, d.k.row(row).data() + h * d_,
                                      d.v.row(row).data() + h * e_, d.log_decay.row(row).data() + h});
    });
    return d;
  }

 private:
  [[nodiscard]] const Chunk& chunk(std::int64_t c) const { return chunks_[static_cast<std::size_t>(c)]; }
  [[nodiscard]] bool starts_segment(std::int64_t c) const { return c == 0 || is_border(c); }
  [[nodiscard]] bool ends_segment(std::int64_t c) const { return is_border(c + 1); }
  [[nodiscard]] bool is_border(std::int64_t c) const { return std::ranges::binary_search(first_chunk_, c); }

  [[nodiscard]] MutableMatrix state(Tensor& x, std::int64_t c, std::int64_t h) const {
    return {x.row(c).data() + h * d_ * e_, e_};
  }
  [[nodiscard]] ConstMatrix state(const Tensor& x, std::int64_t c, std::int64_t h) const {
    return {x.row(c).data() + h * d_ * e_, e_};
  }

  template <class Body>
  void for_each_chunk(Body body) const {
    parallel_for(static_cast<std::int64_t>(chunks_.size()), kTaskChunks, [&](std::int64_t begin, std::int64_t end) {
      ChunkScratch scratch(d_, e_);
      for (std::int64_t c = begin; c < end; ++c) {
        for (std::int64_t h = 0; h < heads_; ++h) {
          body(c, h, scratch);
        }
      }
    });
  }

  /// body(sequence, its first row, head) for all short sequences.
  template <class Body>
  void for_each_short(Body body) const {
    constexpr std::int64_t kTaskSequences = 16;
    parallel_for(static_cast<std::int64_t>(short_.size()), kTaskSequences, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const Chunk& rows = short_[static_cast<std::size_t>(i)];
        for (std::int64_t h = 0; h < heads_ && rows.rows() > 0; ++h) {
          body({.rows = rows.rows(),
                .d = d_,
                .e = e_,
                .stride = heads_ * d_,
                .value_stride = heads_ * e_,
                .q = q_->row(rows.begin).data() + h * d_,
                .k = k_->row(rows.begin).data() + h * d_,
                .v = v_->row(rows.begin).data() + h * e_,
                .log_decay = log_decay_->row(rows.begin).data() + h,
                .decay_stride = heads_,
                .scale = scale()},
               rows.begin, h);
        }
      }
    });
  }

  void copy(const Tensor& x, std::int64_t width, std::int64_t c, std::int64_t h, float* to) const {
    for (std::int64_t i = chunk(c).begin; i < chunk(c).end; ++i) {
      std::copy_n(x.row(i).data() + h * width, width, to + (i - chunk(c).begin) * width);
    }
  }
  void store(const float* from, std::int64_t width, std::int64_t c, std::int64_t h, Tensor& x) const {
    for (std::int64_t i = chunk(c).begin; i < chunk(c).end; ++i) {
      std::copy_n(from + (i - chunk(c).begin) * width, width, x.row(i).data() + h * width);
    }
  }

  [[nodiscard]] float scale() const { return 1.0F / std::sqrt(static_cast<float>(d_)); }

  /// q / sqrt(d), k, v and b of a chunk and head.
  void load(std::int64_t c, std::int64_t h, ChunkScratch& s) const {
    copy(*q_, d_, c, h, s.q.data());
    attention::multiply_by(s.q.data(), scale(), chunk(c).rows() * d_);
    copy(*k_, d_, c, h, s.k.data());
    copy(*v_, e_, c, h, s.v.data());
    float b = 0.0F;
    for (std::int64_t i = 0; i < chunk(c).rows(); ++i) {
      b += (*log_decay_)(chunk(c).begin + i, h);
      s.b[i] = b;
    }
  }

  /// Row t times e^exponent(b_t, B).
  template <class Exponent>
  void scale_rows(float* x, std::int64_t width, std::int64_t c, const ChunkScratch& s, Exponent exponent) const {
    const float last = s.b[chunk(c).rows() - 1];
    for (std::int64_t t = 0; t < chunk(c).rows(); ++t) {
      attention::multiply_by(x + t * width, std::exp(exponent(s.b[t], last)), width);
    }
  }

  /// M o A Bᵀ with rows of kChunkRows numbers.
  void weigh(std::int64_t c, const float* a, const float* b, std::int64_t width, const float* decay,
             float* weights) const {
    const std::int64_t rows = chunk(c).rows();
    attention::product_with_transposed(rows, {a, width}, width, {b, width}, rows, {weights, kChunkRows});
    float factors[kChunkRows];
    for (std::int64_t t = 0; t < rows; ++t) {
      float* row = weights + t * kChunkRows;
      std::transform(decay, decay + t + 1, factors, [](float b_s) { return -b_s; });
      (void)attention::exponentiate(factors, 1.0F, -decay[t], t + 1);
      std::transform(row, row + t + 1, factors, row, std::multiplies<>());
      std::fill(row + t + 1, row + rows, 0.0F);
    }
  }

  /// c += a b
  static void add_product(std::int64_t rows, const float* a, std::int64_t depth, ConstMatrix b, std::int64_t cols,
                          float* c) {
    kernels::gemm_sequential(false, false, rows, cols, depth, {a, depth}, b, true, {c, cols});
  }

  /// Adds to each chunk's sums those of the chunk before it (step 1) or behind it (-1) in its segment, decayed: first
  /// the sum of its own rows alone, then of all rows up to it or from it on.
  void chain(Tensor& sums, std::int64_t step) const {
    const auto segments = static_cast<std::int64_t>(first_chunk_.size()) - 1;
    parallel_for(segments * heads_, std::max<std::int64_t>(1, 16 / heads_), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t h = i % heads_, first = first_chunk_[static_cast<std::size_t>(i / heads_)],
                           behind = first_chunk_[static_cast<std::size_t>(i / heads_) + 1];
        for (std::int64_t c = step > 0 ? first + 1 : behind - 2; c >= first && c < behind; c += step) {
          float total = 0.0F;
          for (std::int64_t row = chunk(c).begin; row < chunk(c).end; ++row) {
            total += (*log_decay_)(row, h);
          }
          attention::add_scaled(state(sums, c, h).data, state(sums, c - step, h).data, std::exp(total), d_ * e_);
        }
      }
    });
  }

  void differentiate(std::int64_t c, std::int64_t h, const Tensor& before, ChunkScratch& s, InputGradients& d) const {
    const std::int64_t rows = chunk(c).rows();
    weigh(c, s.q.data(), s.k.data(), d_, s.b, s.weights.data());
    weigh(c, s.g.data(), s.v.data(), e_, s.b, s.slopes.data());
    std::vector<float> db(static_cast<std::size_t>(rows));
    // dV, before k is scaled for its second term; then dQ and dK.
    std::fill_n(s.out.data(), rows * e_, 0.0F);
    attention::add_transposed_product(rows, {s.weights.data(), kChunkRows}, rows, {s.g.data(), e_}, e_,
                                      {s.out.data(), e_});
    std::vector<float> scaled(s.k.data(), s.k.data() + rows * d_);
    if (!ends_segment(c)) {
      const ConstMatrix after = state(before, c + 1, h), own = state(behind_, c, h);
      scale_rows(scaled.data(), d_, c, s, [](float b, float end) { return end - b; });
      add_product(rows, scaled.data(), d_, after, e_, s.out.data());
      db.back() += attention::dot(after.data, own.data, d_ * e_);
    }
    store(s.out.data(), e_, c, h, d.v);

    attention::product(rows, {s.slopes.data(), kChunkRows}, rows, {s.k.data(), d_}, d_, {s.out.data(), d_});
    if (!starts_segment(c)) {
      scaled.assign(s.g.data(), s.g.data() + rows * e_);
      scale_rows(scaled.data(), e_, c, s, [](float b, float) { return b; });
      kernels::gemm_sequential(false, true, rows, d_, e_, {scaled.data(), e_}, state(behind_, c - 1, h), true,
                               {s.out.data(), d_});
    }
    for (std::int64_t t = 0; t < rows; ++t) {
      db[static_cast<std::size_t>(t)] += attention::dot(s.q.data() + t * d_, s.out.data() + t * d_, d_);
    }
    attention::multiply_by(s.out.data(), scale(), rows * d_);
    store(s.out.data(), d_, c, h, d.q);

    std::fill_n(s.out.data(), rows * d_, 0.0F);
    attention::add_transposed_product(rows, {s.slopes.data(), kChunkRows}, rows, {s.q.data(), d_}, d_,
                                      {s.out.data(), d_});
    if (!ends_segment(c)) {
      scaled.assign(s.v.data(), s.v.data() + rows * e_);
      scale_rows(scaled.data(), e_, c, s, [](float b, float end) { return end - b; });
      kernels::gemm_sequential(false, true, rows, d_, e_, {scaled.data(), e_}, state(before, c + 1, h), true,
                               {s.out.data(), d_});
    }
    store(s.out.data(), d_, c, h, d.k);
    float total = 0.0F;
    for (std::int64_t t = rows - 1; t >= 0; --t) {
      total += db[static_cast<std::size_t>(t)] - attention::dot(s.k.data() + t * d_, s.out.data() + t * d_, d_);
      d.log_decay(chunk(c).begin + t, h) = total;
    }
  }

  std::shared_ptr<const Tensor> q_, k_, v_, log_decay_;
  std::int64_t heads_, d_, e_;
  std::vector<Chunk> chunks_;
  /// Whole segments of few rows, which have no chunks.
  std::vector<Chunk> short_;
  /// Chunks first_chunk_[g] .. first_chunk_[g + 1] are those of the g-th longer segment.
  std::vector<std::int64_t> first_chunk_;
  /// The state behind each chunk, [chunks, h d e].
  Tensor behind_;
};

}  // namespace

Variable gated_scan(const Variable& q, const Variable& k, const Variable& v, const Variable& log_decay,
                    std::span<const std::int64_t> segments, std::int64_t heads) {
  require(heads >= 1 && q.cols() > 0 && q.cols() % heads == 0, "gated_scan: q has shape ", q.shape(),
          ", expected a multiple of heads = ", heads, " columns");
  require(k.shape() == q.shape(), "gated_scan: k has shape ", k.shape(), ", q ", q.shape(), ", expected the same");
  require(v.rows() == q.rows() && v.cols() > 0 && v.cols() % heads == 0, "gated_scan: v has shape ", v.shape(),
          ", expected ", q.rows(), " rows and a multiple of heads = ", heads, " columns");
  require(log_decay.shape() == Shape{q.rows(), heads}, "gated_scan: log_decay has shape ", log_decay.shape(),
          ", expected [", q.rows(), ", ", heads, "]");
  attention::check_segments("gated_scan", segments, q.rows());
  auto scan = std::make_shared<GatedScan>(q, k, v, log_decay, segments, heads);
  Tensor o = scan->forward();
  return record("gated_scan", std::move(o), {q, k, v, log_decay},
                [q, k, v, log_decay, scan](const Tensor& gradient, Gradients& gradients) {
                  GatedScan::InputGradients d = scan->backward(gradient);
                  gradients.add(q, std::move(d.q));
                  gradients.add(k, std::move(d.k));
                  gradients.add(v, std::move(d.v));
                  gradients.add(log_decay, std::move(d.log_decay));
                });
}

// y = -log(1 + e^-x);  dx = dy / (1 + e^x)
Variable log_sigmoid(const Variable& x) {
  Tensor y = Tensor::uninitialized(x.shape());
  const auto for_each = [](std::int64_t size, auto body) {
    parallel_for(size, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        body(i);
      }
    });
  };
  const Tensor& from = x.value();
  for_each(y.size(), [&](std::int64_t i) {
    const float value = from.data()[i];
    y.data()[i] = std::min(value, 0.0F) - std::log1p(std::exp(-std::abs(value)));
  });
  return record("log_sigmoid", std::move(y), {x}, [x, for_each](Tensor& dy, Gradients& gradients) {
    const float* values = x.value().data();
    for_each(dy.size(), [&](std::int64_t i) { dy.data()[i] /= 1.0F + std::exp(values[i]); });
    gradients.add(x, std::move(dy));
  });
}

GatedScanState::GatedScanState(std::int64_t heads, std::int64_t d, std::int64_t e) : heads_(heads), d_(d), e_(e) {
  std::int64_t rows = 0;
  require(heads >= 1 && d >= 1 && e >= 1 && !__builtin_mul_overflow(heads, d, &rows), "GatedScanState: there are ",
          heads, " heads of ", d, " and ", e, " columns, expected at least 1 of each and no more than fit in memory");
  state_ = Tensor(rows, e);
}

void GatedScanState::step(std::span<const float> q, std::span<const float> k, std::span<const float> v,
                          std::span<const float> log_decay, std::span<float> out) {
  const auto keys = static_cast<std::size_t>(heads_ * d_), values = static_cast<std::size_t>(heads_ * e_);
  require(q.size() == keys && k.size() == keys && v.size() == values && out.size() == values &&
              log_decay.size() == static_cast<std::size_t>(heads_),
          "GatedScanState::step: q, k, v, out and log_decay have ", q.size(), ", ", k.size(), ", ", v.size(), ", ",
          out.size(), " and ", log_decay.size(), " numbers, expected ", keys, ", ", keys, ", ", values, ", ", values,
          " and ", heads_);
  gated_scan_step({.heads = heads_, .d = d_, .e = e_}, q.data(), k.data(), v.data(), log_decay.data(), state_.data(),
                  out.data());
}

void gated_scan_step(const GatedScanShape& shape, const float* q, const float* k, const float* v,
                     const float* log_decay, float* state, float* out) {
  const float scale = 1.0F / std::sqrt(static_cast<float>(shape.d));
  std::fill_n(out, shape.heads * shape.e, 0.0F);
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    const float decay = std::exp(log_decay[h]);
    for (std::int64_t c = h * shape.d; c < (h + 1) * shape.d; ++c) {
      float *row = state + c * shape.e, *to = out + h * shape.e;
      const float *from = v + h * shape.e, key = k[c], query = scale * q[c];
      simd::for_each_eight(
          shape.e, [&](std::int64_t i, auto load, auto store) __attribute__((always_inline)) {
            const simd::Float8 next = decay * load(row + i) + key * load(from + i);
            store(row + i, next);
            store(to + i, load(to + i) + query * next);
          });
    }
  }
}

}  // namespace weft
