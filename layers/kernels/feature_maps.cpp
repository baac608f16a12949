// Normalizing feature maps, by rows and by graphs. The random features are in random_features.cpp.
#include "weft/layers/kernels/feature_maps.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "weft/layers/kernels/row_vectors.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

using attention::SegmentPart;
using attention::SegmentParts;

constexpr float kTiny = 1e-12F;

std::int64_t head_width(std::string_view operation, const Variable& x, std::int64_t heads) {
  require(heads >= 1 && x.cols() > 0 && x.cols() % heads == 0, operation, ": x has shape ", x.shape(),
          ", expected a multiple of heads = ", heads, " columns");
  return x.cols() / heads;
}

/// body(i, h) for every row and head.
template <class Body>
void for_each_head(std::int64_t rows, std::int64_t heads, Body body) {
  parallel_for(rows, 512, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::int64_t h = 0; h < heads; ++h) {
        body(i, h);
      }
    }
  });
}

/// What rows of x and dy share while they are summed over graphs: sum of a o b over all columns.
Tensor segment_dots(const SegmentParts& parts, const Tensor& a, const Tensor& b) {
  return parts.sum(1, attention::no_scratch, [&](const SegmentPart& part, float* sum, auto&) {
    for (std::int64_t i = part.begin; i < part.end; ++i) {
      *sum += attention::dot(a.row(i).data(), b.row(i).data(), a.cols());
    }
  });
}

}  // namespace

// y = x / |x|;  dx = (dy - <dy, y> y) / |x|
Variable normalize_heads(const Variable& x, std::int64_t heads) {
  const std::int64_t d = head_width("normalize_heads", x, heads);
  auto inverse = std::make_shared<Tensor>(Tensor::uninitialized(x.rows(), heads));
  auto y = std::make_shared<Tensor>(x.value());
  for_each_head(x.rows(), heads, [&](std::int64_t i, std::int64_t h) {
    float* row = y->row(i).data() + h * d;
    (*inverse)(i, h) = 1.0F / std::sqrt(attention::dot(row, row, d) + kTiny);
    attention::multiply_by(row, (*inverse)(i, h), d);
  });
  return record("normalize_heads", y, {x},
                [x = x.without_value(), y, inverse, heads, d](Tensor& dy, Gradients& gradients) {
                  for_each_head(dy.rows(), heads, [&](std::int64_t i, std::int64_t h) {
                    float* row = dy.row(i).data() + h * d;
                    const float* unit = y->row(i).data() + h * d;
                    attention::add_scaled(row, unit, -attention::dot(row, unit, d), d);
                    attention::multiply_by(row, (*inverse)(i, h), d);
                  });
                  gradients.add(x, std::move(dy));
                });
}

// y = X / |X|_F;  dX = (dY - <dY, Y>_F Y) / |X|_F
Variable normalize_segments(const Variable& x, std::span<const std::int64_t> segments) {
  attention::check_segments("normalize_segments", segments, x.rows());
  auto parts = std::make_shared<const SegmentParts>(segments);
  auto inverse = std::make_shared<Tensor>(segment_dots(*parts, x.value(), x.value()));
  for (float& value : inverse->values()) {
    value = 1.0F / std::sqrt(value + kTiny);
  }
  auto y = std::make_shared<Tensor>(x.value());
  parts->for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
    if (part.rows() > 0) {
      attention::multiply_by(y->row(part.begin).data(), (*inverse)(part.segment, 0), part.rows() * y->cols());
    }
  });
  return record(
      "normalize_segments", y, {x}, [x = x.without_value(), y, inverse, parts](Tensor& dy, Gradients& gradients) {
        const Tensor along = segment_dots(*parts, dy, *y);
        parts->for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
          if (part.rows() > 0) {
            const std::int64_t size = part.rows() * dy.cols();
            attention::add_scaled(dy.row(part.begin).data(), y->row(part.begin).data(), -along(part.segment, 0), size);
            attention::multiply_by(dy.row(part.begin).data(), (*inverse)(part.segment, 0), size);
          }
        });
        gradients.add(x, std::move(dy));
      });
}

// y = softmax(x);  dx = y o (dy - <dy, y>)
Variable softmax_heads(const Variable& x, std::int64_t heads) {
  const std::int64_t d = head_width("softmax_heads", x, heads);
  auto y = std::make_shared<Tensor>(x.value());
  for_each_head(x.rows(), heads,
                [&](std::int64_t i, std::int64_t h) { attention::softmax(y->row(i).data() + h * d, 1.0F, d); });
  return record("softmax_heads", y, {x}, [x = x.without_value(), y, heads, d](Tensor& dy, Gradients& gradients) {
    for_each_head(dy.rows(), heads, [&](std::int64_t i, std::int64_t h) {
      float* row = dy.row(i).data() + h * d;
      const float* own = y->row(i).data() + h * d;
      const float along = attention::dot(row, own, d);
      for (std::int64_t j = 0; j < d; ++j) {
        row[j] = own[j] * (row[j] - along);
      }
    });
    gradients.add(x, std::move(dy));
  });
}

// y = softmax over the nodes of a graph;  dx = y o (dy - 1 colsum(dy o y))
Variable segment_softmax(const Variable& x, std::span<const std::int64_t> segments) {
  attention::check_segments("segment_softmax", segments, x.rows());
  auto parts = std::make_shared<const SegmentParts>(segments);
  const std::int64_t p = x.cols();
  const Tensor& from = x.value();
  const Tensor highest = parts->maximum(p, -std::numeric_limits<float>::infinity(), attention::no_scratch,
                                        [&](const SegmentPart& part, float* most, auto&) {
                                          for (std::int64_t i = part.begin; i < part.end; ++i) {
                                            for (std::int64_t j = 0; j < p; ++j) {
                                              most[j] = std::max(most[j], from(i, j));
                                            }
                                          }
                                        });
  auto y = std::make_shared<Tensor>(x.value());
  const Tensor totals = parts->sum(p, attention::no_scratch, [&](const SegmentPart& part, float* total, auto&) {
    for (std::int64_t i = part.begin; i < part.end; ++i) {
      float* row = y->row(i).data();
      attention::add_scaled(row, highest.row(part.segment).data(), -1.0F, p);
      (void)attention::exponentiate(row, 1.0F, 0.0F, p);
      attention::add_scaled(total, row, 1.0F, p);
    }
  });
  parts->for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
    for (std::int64_t i = part.begin; i < part.end; ++i) {
      for (std::int64_t j = 0; j < p; ++j) {
        (*y)(i, j) /= totals(part.segment, j);
      }
    }
  });
  return record("segment_softmax", y, {x}, [x = x.without_value(), y, parts](Tensor& dy, Gradients& gradients) {
    const Tensor along = parts->sum(dy.cols(), attention::no_scratch, [&](const SegmentPart& part, float* sum, auto&) {
      for (std::int64_t i = part.begin; i < part.end; ++i) {
        for (std::int64_t j = 0; j < dy.cols(); ++j) {
          sum[j] += dy(i, j) * (*y)(i, j);
        }
      }
    });
    parts->for_each(attention::no_scratch, [&](const SegmentPart& part, auto&) {
      for (std::int64_t i = part.begin; i < part.end; ++i) {
        for (std::int64_t j = 0; j < dy.cols(); ++j) {
          dy(i, j) = (*y)(i, j) * (dy(i, j) - along(part.segment, j));
        }
      }
    });
    gradients.add(x, std::move(dy));
  });
}

// y = [x sin a, x cos a];  dx = sin a dy_1 + cos a dy_2
Variable rotate_heads(const Variable& x, std::span<const float> angles, std::int64_t heads) {
  const std::int64_t d = head_width("rotate_heads", x, heads);
  require(static_cast<std::int64_t>(angles.size()) == x.rows(), "rotate_heads: there are ", angles.size(),
          " angles for x of shape ", x.shape(), ", expected one a row");
  auto sine = std::make_shared<std::vector<float>>(), cosine = std::make_shared<std::vector<float>>();
  for (const float angle : angles) {
    sine->push_back(std::sin(angle));
    cosine->push_back(std::cos(angle));
  }
  Tensor y(x.rows(), 2 * x.cols());
  for_each_head(x.rows(), heads, [&](std::int64_t i, std::int64_t h) {
    const float* from = x.value().row(i).data() + h * d;
    float* to = y.row(i).data() + 2 * h * d;
    attention::add_scaled(to, from, (*sine)[static_cast<std::size_t>(i)], d);
    attention::add_scaled(to + d, from, (*cosine)[static_cast<std::size_t>(i)], d);
  });
  return record("rotate_heads", std::move(y), {x},
                [x = x.without_value(), sine, cosine, heads, d](Tensor& dy, Gradients& gradients) {
                  Tensor dx = Tensor::zeros(x.shape());
                  for_each_head(dx.rows(), heads, [&](std::int64_t i, std::int64_t h) {
                    const float* from = dy.row(i).data() + 2 * h * d;
                    float* to = dx.row(i).data() + h * d;
                    attention::add_scaled(to, from, (*sine)[static_cast<std::size_t>(i)], d);
                    attention::add_scaled(to, from + d, (*cosine)[static_cast<std::size_t>(i)], d);
                  });
                  gradients.add(x, std::move(dx));
                });
}

}  // namespace weft
