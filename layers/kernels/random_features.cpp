// Positive random features by panels of rows: exponents from one product with the directions, then e^. For keys the
// exponents of a whole graph are known before any is raised. With a = dphi o exp part:
//   dy = a Wᵀ - rowsum(a) o y,  dx = dy / d^(1/4).
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "weft/layers/kernels/feature_maps.hpp"
#include "weft/layers/kernels/head_products.hpp"
#include "weft/layers/kernels/row_vectors.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

using attention::SegmentPart;
using attention::SegmentParts;

constexpr std::int64_t kPanelRows = 128;
constexpr float kFloor = 1e-6F;

struct FeatureShape {
  std::int64_t heads, d, features;
  [[nodiscard]] float scale() const { return std::pow(static_cast<float>(d), -0.25F); }
  [[nodiscard]] float norm() const { return 1.0F / std::sqrt(static_cast<float>(features)); }
};

/// t = <w, y> - |y|^2 / 2 for all rows, heads and features, [n, h M].
Tensor exponents(const Tensor& x, const Tensor& directions, const FeatureShape& shape) {
  Tensor t = Tensor::uninitialized(x.rows(), shape.heads * shape.features);
  parallel_for(x.rows(), kPanelRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      attention::product(end - begin, {x.row(begin).data() + h * shape.d, x.cols()}, shape.d,
                         {directions.data(), shape.features}, shape.features,
                         {t.row(begin).data() + h * shape.features, t.cols()});
      for (std::int64_t i = begin; i < end; ++i) {
        const float* own = x.row(i).data() + h * shape.d;
        const float half = 0.5F * shape.scale() * shape.scale() * attention::dot(own, own, shape.d);
        float* out = t.row(i).data() + h * shape.features;
        for (std::int64_t r = 0; r < shape.features; ++r) {
          out[r] = shape.scale() * out[r] - half;
        }
      }
    }
  });
  return t;
}

/// The largest exponent of every graph and head, [graphs, h].
Tensor highest_exponents(const Tensor& t, const SegmentParts& parts, const FeatureShape& shape) {
  return parts.maximum(shape.heads, -std::numeric_limits<float>::infinity(), attention::no_scratch,
                       [&](const SegmentPart& part, float* most, auto&) {
                         for (std::int64_t i = part.begin; i < part.end; ++i) {
                           for (std::int64_t h = 0; h < shape.heads; ++h) {
                             most[h] = std::max(
                                 most[h], attention::largest(t.row(i).data() + h * shape.features, shape.features));
                           }
                         }
                       });
}

/// One head of one row of exponents becomes features.
void raise(float* t, float highest, const FeatureShape& shape) {
  (void)attention::exponentiate(t, 1.0F, highest, shape.features);
  for (std::int64_t r = 0; r < shape.features; ++r) {
    t[r] = shape.norm() * (t[r] + kFloor);
  }
}

Tensor differentiate(const Tensor& x, const Tensor& directions, const Tensor& y, Tensor& dy,
                     const FeatureShape& shape) {
  Tensor dx = Tensor::uninitialized(x.shape());
  parallel_for(x.rows(), kPanelRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::int64_t c = 0; c < dy.cols(); ++c) {
        dy(i, c) *= y(i, c) - shape.norm() * kFloor;
      }
    }
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      attention::product_with_transposed(end - begin, {dy.row(begin).data() + h * shape.features, dy.cols()},
                                         shape.features, {directions.data(), shape.features}, shape.d,
                                         {dx.row(begin).data() + h * shape.d, dx.cols()});
      for (std::int64_t i = begin; i < end; ++i) {
        float total = 0.0F;
        for (std::int64_t r = 0; r < shape.features; ++r) {
          total += dy(i, h * shape.features + r);
        }
        for (std::int64_t c = h * shape.d; c < (h + 1) * shape.d; ++c) {
          dx(i, c) = shape.scale() * (dx(i, c) - total * shape.scale() * x(i, c));
        }
      }
    }
  });
  return dx;
}

}  // namespace

Tensor orthogonal_directions(std::int64_t d, std::int64_t num_features, const Random& random) {
  require(d >= 1 && num_features >= 1, "orthogonal_directions: d is ", d, " and num_features ", num_features,
          ", expected at least 1 of both");
  Tensor directions = Tensor::uninitialized(d, num_features);
  std::vector<std::vector<double>> block;
  for (std::int64_t r = 0; r < num_features; ++r) {
    if (r % d == 0) {
      block.clear();
    }
    std::vector<double> w(static_cast<std::size_t>(d));
    double length = 0.0, own_length = 0.0;
    for (std::int64_t c = 0; c < d; ++c) {
      w[static_cast<std::size_t>(c)] = random.normal(static_cast<std::uint64_t>(r * d + c), 0);
      length += std::pow(random.normal(static_cast<std::uint64_t>(r * d + c), 1), 2);
    }
    // Gram and Schmidt, twice: once leaves what rounding makes of nearly parallel draws.
    for (int round = 0; round < 2; ++round) {
      for (const std::vector<double>& other : block) {
        double along = 0.0;
        for (std::size_t c = 0; c < w.size(); ++c) {
          along += w[c] * other[c];
        }
        for (std::size_t c = 0; c < w.size(); ++c) {
          w[c] -= along * other[c];
        }
      }
    }
    for (const double value : w) {
      own_length += value * value;
    }
    for (std::size_t c = 0; c < w.size(); ++c) {
      w[c] /= std::sqrt(own_length);
      directions(static_cast<std::int64_t>(c), r) = static_cast<float>(w[c] * std::sqrt(length));
    }
    block.push_back(std::move(w));
  }
  return directions;
}

Variable positive_features(const Variable& x, const Tensor& directions, std::int64_t heads,
                           std::span<const std::int64_t> key_segments) {
  require(heads >= 1 && x.cols() > 0 && x.cols() == heads * directions.rows(), "positive_features: x has shape ",
          x.shape(), ", expected ", heads, " heads of ", directions.rows(), " columns, as the directions have");
  require(directions.cols() >= 1, "positive_features: there are no directions");
  const FeatureShape shape{heads, directions.rows(), directions.cols()};
  auto y = std::make_shared<Tensor>(exponents(x.value(), directions, shape));
  if (key_segments.empty()) {
    parallel_for(y->rows(), kPanelRows, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        for (std::int64_t h = 0; h < heads; ++h) {
          float* own = y->row(i).data() + h * shape.features;
          raise(own, attention::largest(own, shape.features), shape);
        }
      }
    });
  } else {
    attention::check_segments("positive_features", key_segments, x.rows());
    const SegmentParts parts(key_segments);
    const Tensor highest = highest_exponents(*y, parts, shape);
    parts.for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
      for (std::int64_t i = part.begin; i < part.end; ++i) {
        for (std::int64_t h = 0; h < heads; ++h) {
          raise(y->row(i).data() + h * shape.features, highest(part.segment, h), shape);
        }
      }
    });
  }
  return record("positive_features", y, {x}, [x, y, directions, shape](Tensor& dy, Gradients& gradients) {
    gradients.add(x, differentiate(x.value(), directions, *y, dy, shape));
  });
}

}  // namespace weft
