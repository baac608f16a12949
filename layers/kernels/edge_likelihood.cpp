// With s_vu = <q_v, k_u>, z the sum of a graph's k, D_v = <q_v, z>, and r_v = 1 / (edges into v), for the sum over
// edges of r_v (log s_vu - log D_v), where the second terms of v add up to log D_v:
//   dq_v = r_v sum_u k_u / s_vu - z / D_v,   dk_u = sum_v r_v q_v / s_vu - sum over the graph of q_v / D_v.
// Readers of u are rows of the reversed graph, so every row is written by one task in a fixed order.
#include "weft/layers/kernels/edge_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/row_vectors.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

using attention::SegmentPart;
using attention::SegmentParts;

constexpr std::int64_t kEdgesPerTask = 4096;

class EdgeLikelihood {
 public:
  EdgeLikelihood(const Variable& q, const Variable& k, const MessageBlock& block, std::int64_t heads)
      : q_(q.shared_value()),
        k_(k.shared_value()),
        block_(block.with_self_loops()),
        heads_(heads),
        features_(q.cols() / heads),
        parts_(block.segments()),
        key_sums_(sum_of_rows(*k_)),
        totals_(q.rows(), heads) {
    parts_.for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
      for (std::int64_t v = part.begin; v < part.end; ++v) {
        for (std::int64_t h = 0; h < heads_; ++h) {
          totals_(v, h) = attention::dot(head(*q_, v, h), head(key_sums_, part.segment, h), features_);
        }
      }
    });
  }

  [[nodiscard]] double value() const {
    return factor() * parallel_sum(q_->rows(), 256, [&](std::int64_t begin, std::int64_t end) {
             double sum = 0.0;
             for (std::int64_t v = begin; v < end; ++v) {
               for (std::int64_t h = 0; h < heads_; ++h) {
                 double own = 0.0;
                 for (const NodeId u : block_.graph().sources_of(static_cast<NodeId>(v))) {
                   own += std::log(static_cast<double>(score(v, u, h)));
                 }
                 sum += own * reciprocal_degree(v) - std::log(static_cast<double>(totals_(v, h)));
               }
             }
             return sum;
           });
  }

  /// `scale`: the gradient of the value.
  [[nodiscard]] Tensor gradient_of_q(float scale) const {
    Tensor dq = Tensor::zeros(q_->shape());
    parts_.for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
      for (std::int64_t v = part.begin; v < part.end; ++v) {
        for (std::int64_t h = 0; h < heads_; ++h) {
          attention::add_scaled(mutable_head(dq, v, h), head(key_sums_, part.segment, h), -1.0F / totals_(v, h),
                                features_);
        }
      }
    });
    parallel_rows(block_.offsets(), kEdgesPerTask, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t v = begin; v < end; ++v) {
        for (std::int64_t h = 0; h < heads_; ++h) {
          for (const NodeId u : block_.graph().sources_of(static_cast<NodeId>(v))) {
            attention::add_scaled(mutable_head(dq, v, h), head(*k_, u, h), reciprocal_degree(v) / score(v, u, h),
                                  features_);
          }
        }
        attention::multiply_by(dq.row(v).data(), scale * factor(), dq.cols());
      }
    });
    return dq;
  }

  [[nodiscard]] Tensor gradient_of_k(float scale) const {
    // Of each graph: the sum of q_v / D_v.
    const Tensor query_sums =
        parts_.sum(q_->cols(), attention::no_scratch, [&](const SegmentPart& part, float* sum, auto&) {
          for (std::int64_t v = part.begin; v < part.end; ++v) {
            for (std::int64_t h = 0; h < heads_; ++h) {
              attention::add_scaled(sum + h * features_, head(*q_, v, h), 1.0F / totals_(v, h), features_);
            }
          }
        });
    Tensor dk = Tensor::uninitialized(k_->shape());
    parts_.for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
      for (std::int64_t u = part.begin; u < part.end; ++u) {
        for (std::int64_t c = 0; c < dk.cols(); ++c) {
          dk(u, c) = -query_sums(part.segment, c);
        }
      }
    });
    const CsrGraph& readers = block_.reversed().graph;
    parallel_rows(readers.offsets(), kEdgesPerTask, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t u = begin; u < end; ++u) {
        for (std::int64_t h = 0; h < heads_; ++h) {
          for (const NodeId v : readers.sources_of(static_cast<NodeId>(u))) {
            attention::add_scaled(mutable_head(dk, u, h), head(*q_, v, h), reciprocal_degree(v) / score(v, u, h),
                                  features_);
          }
        }
        attention::multiply_by(dk.row(u).data(), scale * factor(), dk.cols());
      }
    });
    return dk;
  }

 private:
  [[nodiscard]] const float* head(const Tensor& x, std::int64_t row, std::int64_t h) const {
    return x.row(row).data() + h * features_;
  }
  [[nodiscard]] float* mutable_head(Tensor& x, std::int64_t row, std::int64_t h) const {
    return x.row(row).data() + h * features_;
  }
  [[nodiscard]] float score(std::int64_t v, std::int64_t u, std::int64_t h) const {
    return attention::dot(head(*q_, v, h), head(*k_, u, h), features_);
  }
  [[nodiscard]] float reciprocal_degree(std::int64_t v) const {
    return 1.0F / static_cast<float>(block_.graph().in_degree(static_cast<NodeId>(v)));
  }
  /// 1 / (edges heads)
  [[nodiscard]] float factor() const {
    return 1.0F / static_cast<float>(std::max<std::int64_t>(1, block_.num_edges()) * heads_);
  }
  [[nodiscard]] Tensor sum_of_rows(const Tensor& x) const {
    return parts_.sum(x.cols(), attention::no_scratch, [&](const SegmentPart& part, float* sum, auto&) {
      for (std::int64_t i = part.begin; i < part.end; ++i) {
        attention::add_scaled(sum, x.row(i).data(), 1.0F, x.cols());
      }
    });
  }

  std::shared_ptr<const Tensor> q_, k_;
  MessageBlock block_;
  std::int64_t heads_, features_;
  SegmentParts parts_;
  /// z, [graphs, heads M], and D, [n, heads].
  Tensor key_sums_, totals_;
};

}  // namespace

Variable edge_log_likelihood(const Variable& q, const Variable& k, const MessageBlock& block, std::int64_t heads) {
  require(heads >= 1 && q.cols() > 0 && q.cols() % heads == 0 && k.shape() == q.shape(),
          "edge_log_likelihood: q and k have shapes ", q.shape(), " and ", k.shape(),
          ", expected the same, a multiple of heads = ", heads, " columns");
  require(block.num_outputs() == q.rows() && block.num_inputs() == q.rows(), "edge_log_likelihood: the block has ",
          block.num_inputs(), " inputs and ", block.num_outputs(), " outputs, expected ", q.rows(),
          " of both, the rows of q");
  auto shared = std::make_shared<const EdgeLikelihood>(q, k, block, heads);
  Tensor value(1, 1);
  value(0, 0) = static_cast<float>(shared->value());
  return record("edge_log_likelihood", std::move(value), {q, k},
                [q, k, shared](const Tensor& gradient, Gradients& gradients) {
                  gradients.add(q, shared->gradient_of_q(gradient(0, 0)));
                  gradients.add(k, shared->gradient_of_k(gradient(0, 0)));
                });
}

}  // namespace weft
