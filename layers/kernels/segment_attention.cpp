// By panels of rows: the sums S, z and t of each graph first, then each row's share of them. With G = dO,
// s = self n, E = diag(1 / D) G and f = -rowsum(E o O):
//   dQ' = E Sᵀ + f zᵀ,  dS = Q'ᵀ E,  dz = Q'ᵀ f,  dt = 1ᵀ E,
//   dK' = V dSᵀ + 1 dzᵀ,  dV = K' dS + s E + uniform 1 dt,      where S = K'ᵀ V, z = K'ᵀ 1, t = 1ᵀ V.
#include "weft/layers/kernels/segment_attention.hpp"

#include <memory>
#include <vector>

#include "weft/layers/kernels/head_products.hpp"
#include "weft/layers/kernels/row_vectors.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

using attention::add_scaled;
using attention::ConstMatrix;
using attention::MutableMatrix;
using attention::SegmentPart;
using attention::SegmentParts;

constexpr std::int64_t kPanelRows = 128;

/// What a graph's rows sum up to: S of every head [r, e], then z [h r], then t [h e].
struct StateLayout {
  std::int64_t heads, r, e;

  [[nodiscard]] std::int64_t features() const { return heads * r; }
  [[nodiscard]] std::int64_t values() const { return heads * e; }
  [[nodiscard]] std::int64_t size() const { return heads * (r * e + r + e); }
  template <class Float>
  [[nodiscard]] Float* z(Float* state) const {
    return state + heads * r * e;
  }
  template <class Float>
  [[nodiscard]] Float* t(Float* state) const {
    return state + heads * (r * e + r);
  }
};

template <class Body>
void for_each_panel(const SegmentPart& part, Body body) {
  for (std::int64_t first = part.begin; first < part.end; first += kPanelRows) {
    body(first, std::min(part.end, first + kPanelRows));
  }
}

class KernelAttention {
 public:
  KernelAttention(const Variable& q, const Variable& k, const Variable& v, std::span<const std::int64_t> segments,
                  std::int64_t heads, const KernelAttentionOptions& options)
      : q_(q.shared_value()),
        k_(k.shared_value()),
        v_(v.shared_value()),
        segments_(segments.begin(), segments.end()),
        parts_(segments),
        layout_{heads, q.cols() / heads, v.cols() / heads},
        options_(options) {}

  [[nodiscard]] Tensor forward() {
    states_ = parts_.sum(layout_.size(), attention::no_scratch,
                         [&](const SegmentPart& part, float* state, auto&) { add_state(part, state); });
    inverse_ = Tensor::uninitialized(q_->rows(), layout_.heads);
    Tensor o = Tensor::uninitialized(v_->shape());
    parts_.for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) { write_output(part, o); });
    return o;
  }

  struct InputGradients {
    Tensor q, k, v;
  };

  /// `gradient` is overwritten.
  [[nodiscard]] InputGradients backward(const Tensor& o, Tensor& gradient) const {
    InputGradients d{Tensor::uninitialized(q_->shape()), Tensor::uninitialized(k_->shape()),
                     Tensor::uninitialized(v_->shape())};
    const Tensor dstates = parts_.sum(
        layout_.size(), attention::no_scratch,
        [&](const SegmentPart& part, float* dstate, auto&) { differentiate_queries(part, o, gradient, dstate, d.q); });
    parts_.for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
      differentiate_keys(part, gradient, dstates.row(part.segment).data(), d.k, d.v);
    });
    return d;
  }

 private:
  /// Head h of rows from `first` on.
  static ConstMatrix head(const Tensor& x, std::int64_t first, std::int64_t h, std::int64_t width) {
    return {x.data() + first * x.cols() + h * width, x.cols()};
  }
  static MutableMatrix head(Tensor& x, std::int64_t first, std::int64_t h, std::int64_t width) {
    return {x.data() + first * x.cols() + h * width, x.cols()};
  }
  template <class Float>
  [[nodiscard]] auto s(Float* state, std::int64_t h) const {
    using Matrix = std::conditional_t<std::is_const_v<Float>, ConstMatrix, MutableMatrix>;
    return Matrix{state + h * layout_.r * layout_.e, layout_.e};
  }
  [[nodiscard]] float nodes_of(std::int64_t segment) const {
    const auto g = static_cast<std::size_t>(segment);
    return static_cast<float>(segments_[g + 1] - segments_[g]);
  }

  void add_state(const SegmentPart& part, float* state) const {
    for_each_panel(part, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t h = 0; h < layout_.heads; ++h) {
        attention::add_transposed_product(last - first, head(*k_, first, h, layout_.r), layout_.r,
                                          head(*v_, first, h, layout_.e), layout_.e, s(state, h));
      }
      for (std::int64_t i = first; i < last; ++i) {
        add_scaled(layout_.z(state), k_->row(i).data(), 1.0F, layout_.features());
        if (options_.uniform != 0.0F) {
          add_scaled(layout_.t(state), v_->row(i).data(), 1.0F, layout_.values());
        }
      }
    });
  }

  void write_output(const SegmentPart& part, Tensor& o) {
    const float* state = states_.row(part.segment).data();
    const float nodes = nodes_of(part.segment), self = options_.self * nodes;
    for_each_panel(part, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t h = 0; h < layout_.heads; ++h) {
        attention::product(last - first, head(*q_, first, h, layout_.r), layout_.r, s(state, h), layout_.e,
                           head(o, first, h, layout_.e));
      }
      for (std::int64_t i = first; i < last; ++i) {
        for (std::int64_t h = 0; h < layout_.heads; ++h) {
          float* out = o.row(i).data() + h * layout_.e;
          if (self != 0.0F) {
            add_scaled(out, v_->row(i).data() + h * layout_.e, self, layout_.e);
          }
          if (options_.uniform != 0.0F) {
            add_scaled(out, layout_.t(state) + h * layout_.e, options_.uniform, layout_.e);
          }
          const float weights =
              attention::dot(q_->row(i).data() + h * layout_.r, layout_.z(state) + h * layout_.r, layout_.r);
          inverse_(i, h) = 1.0F / (weights + self + options_.uniform * nodes + options_.epsilon);
          attention::multiply_by(out, inverse_(i, h), layout_.e);
        }
      }
    });
  }

  /// Turns the rows of `gradient` into E; writes dq and adds to dS, dz and dt.
  void differentiate_queries(const SegmentPart& part, const Tensor& o, Tensor& gradient, float* dstate,
                             Tensor& dq) const {
    const float* state = states_.row(part.segment).data();
    for_each_panel(part, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        for (std::int64_t h = 0; h < layout_.heads; ++h) {
          attention::multiply_by(gradient.row(i).data() + h * layout_.e, inverse_(i, h), layout_.e);
        }
        add_scaled(layout_.t(dstate), gradient.row(i).data(), 1.0F, layout_.values());
      }
      for (std::int64_t h = 0; h < layout_.heads; ++h) {
        const ConstMatrix e = head(std::as_const(gradient), first, h, layout_.e);
        attention::add_transposed_product(last - first, head(*q_, first, h, layout_.r), layout_.r, e, layout_.e,
                                          s(dstate, h));
        attention::product_with_transposed(last - first, e, layout_.e, s(state, h), layout_.r,
                                           head(dq, first, h, layout_.r));
        for (std::int64_t i = first; i < last; ++i) {
          const float f =
              -attention::dot(gradient.row(i).data() + h * layout_.e, o.row(i).data() + h * layout_.e, layout_.e);
          add_scaled(dq.row(i).data() + h * layout_.r, layout_.z(state) + h * layout_.r, f, layout_.r);
          add_scaled(layout_.z(dstate) + h * layout_.r, q_->row(i).data() + h * layout_.r, f, layout_.r);
        }
      }
    });
  }

  void differentiate_keys(const SegmentPart& part, const Tensor& scaled, const float* dstate, Tensor& dk,
                          Tensor& dv) const {
    const float self = options_.self * nodes_of(part.segment);
    for_each_panel(part, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t h = 0; h < layout_.heads; ++h) {
        attention::product_with_transposed(last - first, head(*v_, first, h, layout_.e), layout_.e, s(dstate, h),
                                           layout_.r, head(dk, first, h, layout_.r));
        attention::product(last - first, head(*k_, first, h, layout_.r), layout_.r, s(dstate, h), layout_.e,
                           head(dv, first, h, layout_.e));
      }
      for (std::int64_t i = first; i < last; ++i) {
        add_scaled(dk.row(i).data(), layout_.z(dstate), 1.0F, layout_.features());
        if (self != 0.0F) {
          add_scaled(dv.row(i).data(), scaled.row(i).data(), self, layout_.values());
        }
        if (options_.uniform != 0.0F) {
          add_scaled(dv.row(i).data(), layout_.t(dstate), options_.uniform, layout_.values());
        }
      }
    });
  }

  std::shared_ptr<const Tensor> q_, k_, v_;
  std::vector<std::int64_t> segments_;
  SegmentParts parts_;
  StateLayout layout_;
  KernelAttentionOptions options_;
  /// [graphs, layout_.size()]; 1 / D, [n, heads].
  Tensor states_, inverse_;
};

}  // namespace

Variable kernel_attention(const Variable& q, const Variable& k, const Variable& v,
                          std::span<const std::int64_t> segments, std::int64_t heads,
                          const KernelAttentionOptions& options) {
  require(heads >= 1 && q.cols() > 0 && q.cols() % heads == 0, "kernel_attention: q has shape ", q.shape(),
          ", expected a multiple of heads = ", heads, " columns");
  require(k.shape() == q.shape(), "kernel_attention: k has shape ", k.shape(), ", q ", q.shape(),
          ", expected the same");
  require(v.rows() == q.rows() && v.cols() > 0 && v.cols() % heads == 0, "kernel_attention: v has shape ", v.shape(),
          ", expected ", q.rows(), " rows and a multiple of heads = ", heads, " columns");
  attention::check_segments("kernel_attention", segments, q.rows());

  auto kernel = std::make_shared<KernelAttention>(q, k, v, segments, heads, options);
  auto o = std::make_shared<const Tensor>(kernel->forward());
  return record("kernel_attention", o, {q, k, v}, [q, k, v, kernel, o](Tensor& gradient, Gradients& gradients) {
    KernelAttention::InputGradients d = kernel->backward(*o, gradient);
    gradients.add(q, std::move(d.q));
    gradients.add(k, std::move(d.k));
    gradients.add(v, std::move(d.v));
  });
}

}  // namespace weft
