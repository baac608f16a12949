// Linear attention by panels of rows that stay in the L2 cache: phi of a panel, then its products with the small
// matrices of each head. Small segments are done whole, several to a task; large ones are cut into at most 64
// parts by their size alone, whose sums are added in order, so the result is the same for every number of threads.
// Gradient: with D = phi(Q) z + eps, P = diag(1 / D) phi(Q) and f = -rowsum(dO o O),
//   dphi(Q) = diag(1 / D) (dO Sᵀ + f zᵀ),  dS = Pᵀ dO,  dz = Pᵀ f,  dphi(K) = V dSᵀ + 1 dzᵀ,  dV = phi(K) dS.
// Cost: forward 2 n d e, backward 4 n d e multiply-adds a head (5 for segments that are not cut, whose S is made anew).
#include "weft/layers/kernels/kernel_attention.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "weft/layers/kernels/linear_attention_parts.hpp"
#include "weft/tensor/segments.hpp"

namespace weft {
namespace {

using namespace linear_attention_panels;

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

}  // namespace

Variable linear_attention(const Variable& q, const Variable& k, const Variable& v,
                          std::span<const std::int64_t> segments, std::int64_t heads) {
  require(heads >= 1 && q.cols() % heads == 0 && q.cols() > 0, "linear_attention: q has shape ", q.shape(),
          ", expected a multiple of heads = ", heads, " columns");
  require(k.shape() == q.shape(), "linear_attention: k has shape ", k.shape(), ", q ", q.shape(),
          ", expected the same");
  require(v.rows() == q.rows() && v.cols() % heads == 0 && v.cols() > 0, "linear_attention: v has shape ", v.shape(),
          ", expected ", q.rows(), " rows and a multiple of heads = ", heads, " columns");
  check_segments("linear_attention", segments, q.rows());

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
