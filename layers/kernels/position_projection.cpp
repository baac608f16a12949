// With X of a segment and E the first rows of the weights, Y = Eᵀ X: by parts of a segment, summed in order.
//   dX = E dY,  dE = sum over segments of X dYᵀ, by blocks of positions, each going through the segments in order.
#include "weft/layers/kernels/position_projection.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "weft/layers/kernels/head_products.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

using attention::SegmentPart;
using attention::SegmentParts;

constexpr std::int64_t kPositionsPerTask = 256;

struct ProjectedSegments {
  explicit ProjectedSegments(std::span<const std::int64_t> segments)
      : borders(segments.begin(), segments.end()), parts(segments) {}

  std::vector<std::int64_t> borders;
  SegmentParts parts;
};

Tensor project(const Tensor& x, const Tensor& weights, const ProjectedSegments& segments) {
  const std::int64_t k = weights.cols(), d = x.cols();
  const Tensor sums = segments.parts.sum(k * d, attention::no_scratch, [&](const SegmentPart& part, float* sum, auto&) {
    const std::int64_t position = part.begin - segments.borders[static_cast<std::size_t>(part.segment)];
    if (part.rows() > 0) {
      attention::add_transposed_product(part.rows(), {weights.row(position).data(), k}, k,
                                        {x.row(part.begin).data(), d}, d, {sum, d});
    }
  });
  Tensor y = Tensor::uninitialized(sums.rows() * k, d);
  std::copy_n(sums.data(), sums.size(), y.data());
  return y;
}

Tensor gradient_of_rows(const Shape& shape, const Tensor& weights, const Tensor& dy,
                        const ProjectedSegments& segments) {
  Tensor dx = Tensor::uninitialized(shape);
  const std::int64_t k = weights.cols(), d = shape.cols;
  segments.parts.for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
    const std::int64_t position = part.begin - segments.borders[static_cast<std::size_t>(part.segment)];
    if (part.rows() > 0) {
      attention::product(part.rows(), {weights.row(position).data(), k}, k, {dy.row(part.segment * k).data(), d}, d,
                         {dx.row(part.begin).data(), d});
    }
  });
  return dx;
}

Tensor gradient_of_weights(const Tensor& x, const Shape& shape, const Tensor& dy, const ProjectedSegments& segments) {
  Tensor dw = Tensor::zeros(shape);
  const std::int64_t k = shape.cols, d = x.cols();
  parallel_for(shape.rows, kPositionsPerTask, [&](std::int64_t begin, std::int64_t end) {
    for (std::size_t g = 0; g + 1 < segments.borders.size(); ++g) {
      const std::int64_t first = segments.borders[g], rows = std::min(end, segments.borders[g + 1] - first) - begin;
      if (rows > 0) {
        kernels::gemm_sequential(false, true, rows, k, d, {x.row(first + begin).data(), d},
                                 {dy.row(static_cast<std::int64_t>(g) * k).data(), d}, true, {dw.row(begin).data(), k});
      }
    }
  });
  return dw;
}

}  // namespace

Variable project_positions(const Variable& x, const Variable& weights, std::span<const std::int64_t> segments) {
  attention::check_segments("project_positions", segments, x.rows());
  require(weights.cols() > 0, "project_positions: weights have shape ", weights.shape(),
          ", expected at least one column");
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    require(segments[g + 1] - segments[g] <= weights.rows(), "project_positions: graph ", g, " has ",
            segments[g + 1] - segments[g], " nodes, expected at most ", weights.rows(),
            ", the positions that there are weights for");
  }
  auto shared = std::make_shared<const ProjectedSegments>(segments);
  return record("project_positions", project(x.value(), weights.value(), *shared), {x, weights},
                [x, weights, shared](const Tensor& dy, Gradients& gradients) {
                  if (gradients.wants(x)) {
                    gradients.add(x, gradient_of_rows(x.shape(), weights.value(), dy, *shared));
                  }
                  if (gradients.wants(weights)) {
                    gradients.add(weights, gradient_of_weights(x.value(), weights.shape(), dy, *shared));
                  }
                });
}

}  // namespace weft
