// Two scans without decay: of the values, and of ones for the sums of weights. The second costs 64 d of the first's
// 64 d + 64 e + 2 d e products a row and head; a column of ones beside the values would cost as much, for heads are
// cheap in widths that are multiples of 8 only.
#include "weft/layers/kernels/causal_attention.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/row_vectors.hpp"

namespace weft {
namespace {

constexpr float kEpsilon = 1e-6F;

float feature(float x) {
  return x > 0.0F ? x + 1.0F : std::exp(x);
}

// y = x + 1 where x > 0, e^x elsewhere;  dx = dy min(y, 1)
Variable elu_plus_one(const Variable& x) {
  auto y = std::make_shared<Tensor>(Tensor::uninitialized(x.shape()));
  const auto for_each = [](std::int64_t size, auto body) {
    parallel_for(size, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        body(i);
      }
    });
  };
  const Tensor& from = x.value();
  for_each(y->size(), [&](std::int64_t i) { y->data()[i] = feature(from.data()[i]); });
  return record("elu_plus_one", y, {x}, [x, y, for_each](Tensor& dy, Gradients& gradients) {
    for_each(dy.size(), [&](std::int64_t i) { dy.data()[i] *= std::min(y->data()[i], 1.0F); });
    gradients.add(x, std::move(dy));
  });
}

// o_ih = x_ih / (w_ih + epsilon) for [n, h e] and [n, h];  dx = do / (w + epsilon),  dw = -<do, o> / (w + epsilon)
Variable divide_heads(const Variable& x, const Variable& w) {
  const std::int64_t heads = w.cols(), e = x.cols() / heads;
  auto o = std::make_shared<Tensor>(x.value());
  const auto for_each_head = [=](auto body) {
    parallel_for(o->rows(), 1024, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        for (std::int64_t h = 0; h < heads; ++h) {
          body(i, h);
        }
      }
    });
  };
  for_each_head([&](std::int64_t i, std::int64_t h) {
    attention::multiply_by(o->row(i).data() + h * e, 1.0F / (w.value()(i, h) + kEpsilon), e);
  });
  return record("divide_heads", o, {x, w}, [x, w, o, e, for_each_head](Tensor& gradient, Gradients& gradients) {
    Tensor dw = Tensor::uninitialized(w.shape());
    for_each_head([&](std::int64_t i, std::int64_t h) {
      float* own = gradient.row(i).data() + h * e;
      attention::multiply_by(own, 1.0F / (w.value()(i, h) + kEpsilon), e);
      dw(i, h) = -attention::dot(own, o->row(i).data() + h * e, e);
    });
    gradients.add(x, std::move(gradient));
    gradients.add(w, std::move(dw));
  });
}

}  // namespace

Variable causal_attention(const Variable& q, const Variable& k, const Variable& v,
                          std::span<const std::int64_t> segments, std::int64_t heads) {
  require(heads >= 1 && q.cols() > 0 && q.cols() % heads == 0 && k.shape() == q.shape() && v.rows() == q.rows() &&
              v.cols() > 0 && v.cols() % heads == 0,
          "causal_attention: q, k and v have shapes ", q.shape(), ", ", k.shape(), " and ", v.shape(),
          ", expected the first two alike, as many rows, and multiples of heads = ", heads, " columns");
  const Variable queries = elu_plus_one(q), keys = elu_plus_one(k);
  const Variable no_decay = Variable::constant(Tensor(q.rows(), heads));
  const Variable ones = Variable::constant(Tensor::full(q.rows(), heads, 1.0F));
  return divide_heads(gated_scan(queries, keys, v, no_decay, segments, heads),
                      gated_scan(queries, keys, ones, no_decay, segments, heads));
}

CausalAttentionState::CausalAttentionState(std::int64_t heads, std::int64_t d, std::int64_t e)
    : heads_(heads), d_(d), e_(e), values_(heads, d, e), weights_(heads, d, 1) {}

void CausalAttentionState::step(std::span<const float> q, std::span<const float> k, std::span<const float> v,
                                std::span<float> out) {
  const auto keys = static_cast<std::size_t>(heads_ * d_), values = static_cast<std::size_t>(heads_ * e_);
  require(q.size() == keys && k.size() == keys && v.size() == values && out.size() == values,
          "CausalAttentionState::step: q, k, v and out have ", q.size(), ", ", k.size(), ", ", v.size(), " and ",
          out.size(), " numbers, expected ", keys, ", ", keys, ", ", values, " and ", values);
  std::vector<float> queries(keys), keys_now(keys), sums(static_cast<std::size_t>(heads_));
  std::ranges::transform(q, queries.begin(), feature);
  std::ranges::transform(k, keys_now.begin(), feature);
  const std::vector<float> no_decay(sums.size()), ones(sums.size(), 1.0F);
  values_.step(queries, keys_now, v, no_decay, out);
  weights_.step(queries, keys_now, ones, no_decay, sums);
  for (std::int64_t h = 0; h < heads_; ++h) {
    attention::multiply_by(out.data() + h * e_, 1.0F / (sums[static_cast<std::size_t>(h)] + kEpsilon), e_);
  }
}

}  // namespace weft
