// Panels of nodes against all landmarks of their graph, by head: logits by one product, softmax, one product more.
// Nodes reading landmarks finish a row at a time; landmarks reading nodes need the largest logit of the graph first,
// then sums, both merged over the parts of a graph in order. With P the weights, G = dO and dP = G Vᵀ:
//   dZ = P o (dP - <dO, O>),  dQ = dZ K / sqrt(d),  dK = dZᵀ Q / sqrt(d),  dV = Pᵀ G.
#include "weft/layers/kernels/low_rank_attention.hpp"

#include <cmath>
#include <memory>
#include <vector>

#include "weft/layers/kernels/head_products.hpp"
#include "weft/layers/kernels/row_vectors.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

using attention::ConstMatrix;
using attention::MutableMatrix;
using attention::SegmentPart;
using attention::SegmentParts;

constexpr std::int64_t kPanelRows = 64;

/// Two tensors' heads and two sets of rows: what both directions share.
class LandmarkShape {
 public:
  LandmarkShape(const LandmarkSegments& segments, std::int64_t num_heads, std::int64_t key_width,
                std::int64_t value_width, std::span<const float> bias = {})
      : heads(num_heads),
        d(key_width / num_heads),
        e(value_width / num_heads),
        parts(segments.nodes),
        landmarks_(segments.landmarks.begin(), segments.landmarks.end()),
        bias_(bias.begin(), bias.end()) {
    for (std::int64_t g = 0; g < parts.num_segments(); ++g) {
      most_landmarks = std::max(most_landmarks, count(g));
    }
  }

  [[nodiscard]] std::int64_t first(std::int64_t graph) const { return landmarks_[static_cast<std::size_t>(graph)]; }
  [[nodiscard]] std::int64_t count(std::int64_t graph) const {
    return landmarks_[static_cast<std::size_t>(graph) + 1] - first(graph);
  }
  [[nodiscard]] float scale() const { return 1.0F / std::sqrt(static_cast<float>(d)); }
  /// Added to each landmark's logits; none if empty.
  [[nodiscard]] std::span<const float> bias() const { return bias_; }
  [[nodiscard]] auto make_scratch() const {
    return [this] {
      return Scratch{Buffer<float>(static_cast<std::size_t>(kPanelRows * most_landmarks)),
                     Buffer<float>(static_cast<std::size_t>(kPanelRows * most_landmarks))};
    };
  }

  struct Scratch {
    /// [panel rows, landmarks of the graph]
    Buffer<float> weights, gradients;
  };

  /// body(first row, rows, head) for panels of the part's nodes.
  template <class Body>
  void for_each_panel(const SegmentPart& part, Body body) const {
    for (std::int64_t row = part.begin; row < part.end; row += kPanelRows) {
      for (std::int64_t h = 0; h < heads; ++h) {
        body(row, std::min(kPanelRows, part.end - row), h);
      }
    }
  }

  /// Copies the sums of every graph, rows of `stride` numbers of which its landmarks' [count, width] come first from
  /// `offset` on, to the landmarks' own rows.
  [[nodiscard]] Tensor landmark_rows(const Tensor& sums, std::int64_t offset, std::int64_t width) const {
    Tensor result = Tensor::uninitialized(landmarks_.back(), width);
    for (std::int64_t g = 0; g < parts.num_segments(); ++g) {
      if (count(g) > 0) {
        std::copy_n(sums.row(g).data() + offset, count(g) * width, result.row(first(g)).data());
      }
    }
    return result;
  }

  std::int64_t heads, d, e;
  std::int64_t most_landmarks = 0;
  SegmentParts parts;

 private:
  std::vector<std::int64_t> landmarks_;
  std::vector<float> bias_;
};

ConstMatrix head_of(const Tensor& x, std::int64_t row, std::int64_t h, std::int64_t width) {
  return {x.data() + row * x.cols() + h * width, x.cols()};
}
MutableMatrix mutable_head_of(Tensor& x, std::int64_t row, std::int64_t h, std::int64_t width) {
  return {x.data() + row * x.cols() + h * width, x.cols()};
}

void check(std::string_view operation, const Variable& nodes, const Variable& keys, const Variable& landmarks,
           const Variable& values, const LandmarkSegments& segments, std::int64_t heads) {
  require(heads >= 1 && nodes.cols() > 0 && nodes.cols() % heads == 0, operation, ": nodes have shape ", nodes.shape(),
          ", expected a multiple of heads = ", heads, " columns");
  require(landmarks.cols() == nodes.cols(), operation, ": landmarks have shape ", landmarks.shape(), ", nodes ",
          nodes.shape(), ", expected as many columns");
  require(values.rows() == keys.rows() && values.cols() > 0 && values.cols() % heads == 0, operation,
          ": values have shape ", values.shape(), ", expected ", keys.rows(), " rows and a multiple of heads = ", heads,
          " columns");
  attention::check_segments(operation, segments.nodes, nodes.rows());
  attention::check_segments(operation, segments.landmarks, landmarks.rows());
  require(segments.nodes.size() == segments.landmarks.size(), operation, ": there are nodes of ",
          segments.nodes.size() - 1, " graphs and landmarks of ", segments.landmarks.size() - 1);
}

/// dZ = scale P o (dP - shift) for a row of `size` weights, in place of dP.
void softmax_backward(const float* weights, float* gradients, float shift, float scale, std::int64_t size) {
  for (std::int64_t j = 0; j < size; ++j) {
    gradients[j] = scale * weights[j] * (gradients[j] - shift);
  }
}

/// Softmax over the landmarks of rows of logits <q_i, k_l>, [rows, count].
void weigh_landmarks(const LandmarkShape& shape, const Tensor& q, const Tensor& k, std::int64_t graph, std::int64_t row,
                     std::int64_t rows, std::int64_t h, float* weights) {
  const std::int64_t count = shape.count(graph);
  attention::product_with_transposed(rows, head_of(q, row, h, shape.d), shape.d,
                                     head_of(k, shape.first(graph), h, shape.d), count, {weights, count});
  for (std::int64_t i = 0; i < rows; ++i) {
    if (!shape.bias().empty()) {
      // The softmax scales what it is given.
      attention::add_scaled(weights + i * count, shape.bias().data() + shape.first(graph), 1.0F / shape.scale(), count);
    }
    attention::softmax(weights + i * count, shape.scale(), count);
  }
}

struct PairGradients {
  Tensor q, k, v;
};

PairGradients differentiate_reading(const LandmarkShape& shape, const Tensor& q, const Tensor& k, const Tensor& v,
                                    const Tensor& gradient) {
  const std::int64_t key_width = shape.heads * shape.d, value_width = shape.heads * shape.e;
  const std::int64_t values_at = shape.most_landmarks * key_width;
  Tensor dq = Tensor::zeros(q.shape());
  const Tensor sums = shape.parts.sum(
      shape.most_landmarks * (key_width + value_width), shape.make_scratch(),
      [&](const SegmentPart& part, float* sum, auto& scratch) {
        const std::int64_t count = shape.count(part.segment), first = shape.first(part.segment);
        shape.for_each_panel(part, [&](std::int64_t row, std::int64_t rows, std::int64_t h) {
          float *weights = scratch.weights.data(), *dz = scratch.gradients.data();
          weigh_landmarks(shape, q, k, part.segment, row, rows, h, weights);
          const ConstMatrix g = head_of(gradient, row, h, shape.e);
          attention::product_with_transposed(rows, g, shape.e, head_of(v, first, h, shape.e), count, {dz, count});
          for (std::int64_t i = 0; i < rows; ++i) {
            const float shift = attention::dot(weights + i * count, dz + i * count, count);
            softmax_backward(weights + i * count, dz + i * count, shift, shape.scale(), count);
          }
          attention::product(rows, {dz, count}, count, head_of(k, first, h, shape.d), shape.d,
                             mutable_head_of(dq, row, h, shape.d));
          attention::add_transposed_product(rows, {dz, count}, count, head_of(q, row, h, shape.d), shape.d,
                                            {sum + h * shape.d, key_width});
          attention::add_transposed_product(rows, {weights, count}, count, g, shape.e,
                                            {sum + values_at + h * shape.e, value_width});
        });
      });
  return {std::move(dq), shape.landmark_rows(sums, 0, key_width), shape.landmark_rows(sums, values_at, value_width)};
}

}  // namespace

Variable landmark_attention(const Variable& q, const Variable& k, const Variable& v, const LandmarkSegments& segments,
                            std::int64_t heads, std::span<const float> bias) {
  check("landmark_attention", q, k, k, v, segments, heads);
  require(bias.empty() || std::ssize(bias) == k.rows(), "landmark_attention: there are ", bias.size(), " biases for ",
          k.rows(), " landmarks, expected one for each or none");
  auto shape = std::make_shared<const LandmarkShape>(segments, heads, q.cols(), v.cols(), bias);
  Tensor o = Tensor::zeros({q.rows(), v.cols()});
  shape->parts.for_each(shape->make_scratch(), [&](const SegmentPart& part, auto& scratch) {
    const std::int64_t count = shape->count(part.segment), first = shape->first(part.segment);
    shape->for_each_panel(part, [&](std::int64_t row, std::int64_t rows, std::int64_t h) {
      weigh_landmarks(*shape, q.value(), k.value(), part.segment, row, rows, h, scratch.weights.data());
      attention::product(rows, {scratch.weights.data(), count}, count, head_of(v.value(), first, h, shape->e), shape->e,
                         mutable_head_of(o, row, h, shape->e));
    });
  });
  return record("landmark_attention", std::move(o), {q, k, v},
                [q, k, v, shape](const Tensor& gradient, Gradients& gradients) {
                  PairGradients d = differentiate_reading(*shape, q.value(), k.value(), v.value(), gradient);
                  gradients.add(q, std::move(d.q));
                  gradients.add(k, std::move(d.k));
                  gradients.add(v, std::move(d.v));
                });
}

namespace {

/// What pooling keeps for its gradient: the result and, for each landmark and head, the log of its sum of weights.
struct Pooled {
  Tensor o, log_sum;
};

/// Logits <k_i, q_l> of nodes (rows) and landmarks (columns), unscaled.
void pooling_logits(const LandmarkShape& shape, const Tensor& q, const Tensor& k, std::int64_t graph, std::int64_t row,
                    std::int64_t rows, std::int64_t h, float* logits) {
  const std::int64_t count = shape.count(graph);
  attention::product_with_transposed(rows, head_of(k, row, h, shape.d), shape.d,
                                     head_of(q, shape.first(graph), h, shape.d), count, {logits, count});
}

/// weights = e^(scale logits - shift), one shift a landmark.
void exponentiate_columns(float* logits, const float* shifts, float scale, std::int64_t rows, std::int64_t count) {
  for (std::int64_t i = 0; i < rows; ++i) {
    float* own = logits + i * count;
    for (std::int64_t l = 0; l < count; ++l) {
      own[l] = scale * own[l] - shifts[l];
    }
    (void)attention::exponentiate(own, 1.0F, 0.0F, count);
  }
}

/// The largest scaled logit of each landmark, [graphs, h * most_landmarks], head by head.
Tensor highest_logits(const LandmarkShape& shape, const Tensor& q, const Tensor& k) {
  return shape.parts.maximum(
      shape.heads * shape.most_landmarks, -1e30F, shape.make_scratch(),
      [&](const SegmentPart& part, float* most, auto& scratch) {
        const std::int64_t count = shape.count(part.segment);
        shape.for_each_panel(part, [&](std::int64_t row, std::int64_t rows, std::int64_t h) {
          pooling_logits(shape, q, k, part.segment, row, rows, h, scratch.weights.data());
          float* own = most + h * shape.most_landmarks;
          for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t l = 0; l < count; ++l) {
              own[l] = std::max(own[l], shape.scale() * scratch.weights[static_cast<std::size_t>(i * count + l)]);
            }
          }
        });
      });
}

Pooled pool(const LandmarkShape& shape, const Tensor& q, const Tensor& k, const Tensor& v) {
  const std::int64_t value_width = shape.heads * shape.e, totals_at = shape.most_landmarks * value_width;
  const Tensor highest = highest_logits(shape, q, k);
  const Tensor sums = shape.parts.sum(
      totals_at + shape.heads * shape.most_landmarks, shape.make_scratch(),
      [&](const SegmentPart& part, float* sum, auto& scratch) {
        const std::int64_t count = shape.count(part.segment);
        shape.for_each_panel(part, [&](std::int64_t row, std::int64_t rows, std::int64_t h) {
          float* weights = scratch.weights.data();
          pooling_logits(shape, q, k, part.segment, row, rows, h, weights);
          exponentiate_columns(weights, highest.row(part.segment).data() + h * shape.most_landmarks, shape.scale(),
                               rows, count);
          for (std::int64_t i = 0; i < rows; ++i) {
            attention::add_scaled(sum + totals_at + h * shape.most_landmarks, weights + i * count, 1.0F, count);
          }
          attention::add_transposed_product(rows, {weights, count}, count, head_of(v, row, h, shape.e), shape.e,
                                            {sum + h * shape.e, value_width});
        });
      });
  Pooled result{shape.landmark_rows(sums, 0, value_width), Tensor(q.rows(), shape.heads)};
  for (std::int64_t g = 0; g < shape.parts.num_segments(); ++g) {
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      for (std::int64_t l = 0; l < shape.count(g); ++l) {
        const float total = sums(g, totals_at + h * shape.most_landmarks + l);
        const std::int64_t row = shape.first(g) + l;
        attention::multiply_by(result.o.row(row).data() + h * shape.e, total > 0.0F ? 1.0F / total : 0.0F, shape.e);
        result.log_sum(row, h) = highest(g, h * shape.most_landmarks + l) + std::log(std::max(total, 1e-30F));
      }
    }
  }
  return result;
}

PairGradients differentiate_pooling(const LandmarkShape& shape, const Tensor& q, const Tensor& k, const Tensor& v,
                                    const Pooled& pooled, const Tensor& gradient) {
  const std::int64_t key_width = shape.heads * shape.d;
  // By head, so that a graph's landmarks are neighbors: <dO, O> and the log of the sums.
  Tensor shift = Tensor::uninitialized(shape.heads, q.rows()), log_sum = Tensor::uninitialized(shape.heads, q.rows());
  for (std::int64_t l = 0; l < q.rows(); ++l) {
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      shift(h, l) = attention::dot(gradient.row(l).data() + h * shape.e, pooled.o.row(l).data() + h * shape.e, shape.e);
      log_sum(h, l) = pooled.log_sum(l, h);
    }
  }
  Tensor dk = Tensor::zeros(k.shape()), dv = Tensor::zeros(v.shape());
  const Tensor sums = shape.parts.sum(
      shape.most_landmarks * key_width, shape.make_scratch(), [&](const SegmentPart& part, float* sum, auto& scratch) {
        const std::int64_t count = shape.count(part.segment), first = shape.first(part.segment);
        shape.for_each_panel(part, [&](std::int64_t row, std::int64_t rows, std::int64_t h) {
          float *weights = scratch.weights.data(), *dz = scratch.gradients.data();
          pooling_logits(shape, q, k, part.segment, row, rows, h, weights);
          exponentiate_columns(weights, log_sum.row(h).data() + first, shape.scale(), rows, count);
          const ConstMatrix g = head_of(gradient, first, h, shape.e);
          attention::product_with_transposed(rows, head_of(v, row, h, shape.e), shape.e, g, count, {dz, count});
          for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t l = 0; l < count; ++l) {
              dz[i * count + l] = shape.scale() * weights[i * count + l] * (dz[i * count + l] - shift(h, first + l));
            }
          }
          attention::product(rows, {weights, count}, count, g, shape.e, mutable_head_of(dv, row, h, shape.e));
          attention::product(rows, {dz, count}, count, head_of(q, first, h, shape.d), shape.d,
                             mutable_head_of(dk, row, h, shape.d));
          attention::add_transposed_product(rows, {dz, count}, count, head_of(k, row, h, shape.d), shape.d,
                                            {sum + h * shape.d, key_width});
        });
      });
  return {shape.landmark_rows(sums, 0, key_width), std::move(dk), std::move(dv)};
}

}  // namespace

Variable pooling_attention(const Variable& q, const Variable& k, const Variable& v, const LandmarkSegments& segments,
                           std::int64_t heads) {
  check("pooling_attention", k, k, q, v, segments, heads);
  auto shape = std::make_shared<const LandmarkShape>(segments, heads, q.cols(), v.cols());
  auto pooled = std::make_shared<const Pooled>(pool(*shape, q.value(), k.value(), v.value()));
  return record("pooling_attention", std::shared_ptr<const Tensor>(pooled, &pooled->o), {q, k, v},
                [q, k, v, shape, pooled](const Tensor& gradient, Gradients& gradients) {
                  PairGradients d = differentiate_pooling(*shape, q.value(), k.value(), v.value(), *pooled, gradient);
                  gradients.add(q, std::move(d.q));
                  gradients.add(k, std::move(d.k));
                  gradients.add(v, std::move(d.v));
                });
}

}  // namespace weft
