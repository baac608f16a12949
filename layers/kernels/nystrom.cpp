// The small matrices of Nystrom attention, in double: A [L, L] of each graph and head, and its pseudo-inverse by
//   Z_0 = Aᵀ / (largest column sum of A),  Y = A Z,  Z <- Z (13 I - Y (15 I - Y (7 I - Y))) / 4
// (Razavi, Kerayechian, Gachpazan, Shateyi 2014, as in Xiong et al. 2021, section 3). The gradient walks the steps
// back, so it is that of what was computed, converged or not.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "weft/layers/kernels/low_rank_attention.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

/// A small dense matrix in double.
struct Matrix {
  Matrix(std::int64_t num_rows, std::int64_t num_cols)
      : rows(num_rows), cols(num_cols), values(static_cast<std::size_t>(num_rows * num_cols)) {}

  [[nodiscard]] double* row(std::int64_t i) { return values.data() + i * cols; }
  [[nodiscard]] const double* row(std::int64_t i) const { return values.data() + i * cols; }

  std::int64_t rows, cols;
  std::vector<double> values;
};

Matrix transposed(const Matrix& a) {
  Matrix result(a.cols, a.rows);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t j = 0; j < a.cols; ++j) {
      result.row(j)[i] = a.row(i)[j];
    }
  }
  return result;
}

/// c += factor a b
void add_product(double factor, const Matrix& a, const Matrix& b, Matrix& c) {
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t p = 0; p < a.cols; ++p) {
      const double weight = factor * a.row(i)[p];
      for (std::int64_t j = 0; j < b.cols; ++j) {
        c.row(i)[j] += weight * b.row(p)[j];
      }
    }
  }
}

Matrix product(double factor, const Matrix& a, const Matrix& b) {
  Matrix c(a.rows, b.cols);
  add_product(factor, a, b, c);
  return c;
}

/// diagonal I - y x, or diagonal I - y without x.
Matrix identity_minus(double diagonal, const Matrix& y, const Matrix* x = nullptr) {
  Matrix result(y.rows, y.cols);
  if (x != nullptr) {
    add_product(-1.0, y, *x, result);
  } else {
    std::ranges::transform(y.values, result.values.begin(), [](double value) { return -value; });
  }
  for (std::int64_t i = 0; i < result.rows; ++i) {
    result.row(i)[i] += diagonal;
  }
  return result;
}

/// The factors of one step: Y, 7 I - Y, 15 I - Y (...), 13 I - Y (...).
struct Step {
  Step(const Matrix& a, const Matrix& z)
      : y(product(1.0, a, z)),
        w1(identity_minus(7.0, y)),
        w2(identity_minus(15.0, y, &w1)),
        w3(identity_minus(13.0, y, &w2)) {}
  Matrix y, w1, w2, w3;
};

class PseudoInverse {
 public:
  PseudoInverse(const Matrix& a, std::int64_t steps) : a_(a) {
    std::vector<double> sums(static_cast<std::size_t>(a.cols));
    for (std::int64_t i = 0; i < a.rows; ++i) {
      for (std::int64_t j = 0; j < a.cols; ++j) {
        sums[static_cast<std::size_t>(j)] += a.row(i)[j];
      }
    }
    largest_column_ = std::ranges::max_element(sums) - sums.begin();
    largest_sum_ = sums[static_cast<std::size_t>(largest_column_)];
    z_.push_back(transposed(a));
    for (double& value : z_.back().values) {
      value /= largest_sum_;
    }
    for (std::int64_t t = 0; t < steps; ++t) {
      z_.push_back(product(0.25, z_.back(), Step(a, z_.back()).w3));
    }
  }

  [[nodiscard]] const Matrix& value() const { return z_.back(); }

  /// dA from dZ.
  [[nodiscard]] Matrix backward(Matrix dz) const {
    Matrix da(a_.rows, a_.cols);
    const Matrix a_turned = transposed(a_);
    for (std::size_t t = z_.size() - 1; t-- > 0;) {
      const Matrix& z = z_[t];
      const Step step(a_, z);
      const Matrix y_turned = transposed(step.y), z_turned = transposed(z);
      const Matrix dw3 = product(0.25, z_turned, dz);
      const Matrix dw2 = product(-1.0, y_turned, dw3);
      const Matrix dw1 = product(-1.0, y_turned, dw2);
      Matrix dy = product(-1.0, dw3, transposed(step.w2));
      add_product(-1.0, dw2, transposed(step.w1), dy);
      for (std::size_t i = 0; i < dy.values.size(); ++i) {
        dy.values[i] -= dw1.values[i];
      }
      add_product(1.0, dy, z_turned, da);
      dz = product(0.25, dz, transposed(step.w3));
      add_product(1.0, a_turned, dy, dz);
    }
    // Z_0 = Aᵀ / c, c the sum of one column.
    double along = 0.0;
    for (std::int64_t i = 0; i < a_.rows; ++i) {
      for (std::int64_t j = 0; j < a_.cols; ++j) {
        da.row(i)[j] += dz.row(j)[i] / largest_sum_;
        along += dz.row(j)[i] * a_.row(i)[j];
      }
    }
    for (std::int64_t i = 0; i < a_.rows; ++i) {
      da.row(i)[largest_column_] -= along / (largest_sum_ * largest_sum_);
    }
    return da;
  }

 private:
  Matrix a_;
  std::int64_t largest_column_ = 0;
  double largest_sum_ = 1.0;
  std::vector<Matrix> z_;
};

/// The rows of one head of some rows, in double, times `factor`.
Matrix head_rows(const Tensor& x, std::int64_t first, std::int64_t count, std::int64_t h, std::int64_t width,
                 double factor = 1.0) {
  Matrix result(count, width);
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int64_t c = 0; c < width; ++c) {
      result.row(i)[c] = factor * static_cast<double>(x(first + i, h * width + c));
    }
  }
  return result;
}

void write_head(const Matrix& from, double factor, Tensor& x, std::int64_t first, std::int64_t h) {
  for (std::int64_t i = 0; i < from.rows; ++i) {
    for (std::int64_t c = 0; c < from.cols; ++c) {
      x(first + i, h * from.cols + c) = static_cast<float>(factor * from.row(i)[c]);
    }
  }
}

/// softmax of the rows of q kᵀ.
Matrix softmax_product(const Matrix& q, const Matrix& k) {
  Matrix a = product(1.0, q, transposed(k));
  for (std::int64_t i = 0; i < a.rows; ++i) {
    const double most = *std::max_element(a.row(i), a.row(i) + a.cols);
    double total = 0.0;
    for (std::int64_t j = 0; j < a.cols; ++j) {
      a.row(i)[j] = std::exp(a.row(i)[j] - most);
      total += a.row(i)[j];
    }
    for (std::int64_t j = 0; j < a.cols; ++j) {
      a.row(i)[j] /= total;
    }
  }
  return a;
}

struct NystromShape {
  std::vector<std::int64_t> nodes, landmarks;
  std::int64_t heads, d, e, steps;

  [[nodiscard]] double scale() const { return 1.0 / std::sqrt(static_cast<double>(d)); }

  /// body(graph, first landmark, landmarks, first node, whether the landmarks are the nodes).
  template <class Body>
  void for_each_graph(Body body) const {
    parallel_for(static_cast<std::int64_t>(nodes.size()) - 1, 1, [&](std::int64_t g, std::int64_t) {
      const auto i = static_cast<std::size_t>(g);
      const std::int64_t count = landmarks[i + 1] - landmarks[i];
      body(landmarks[i], count, nodes[i], count == nodes[i + 1] - nodes[i]);
    });
  }
};

}  // namespace

Variable nystrom_product(const Variable& q, const Variable& k, const Variable& y, const Variable& exact,
                         const LandmarkSegments& segments, std::int64_t heads, std::int64_t steps) {
  require(steps >= 1, "nystrom_product: steps is ", steps, ", expected at least 1");
  require(heads >= 1 && q.cols() > 0 && q.cols() % heads == 0 && q.shape() == k.shape(),
          "nystrom_product: q has shape ", q.shape(), " and k ", k.shape(), ", expected the same and a multiple of ",
          heads, " columns");
  require(y.rows() == q.rows() && y.cols() > 0 && y.cols() % heads == 0 && exact.cols() == y.cols(),
          "nystrom_product: y has shape ", y.shape(), " and exact ", exact.shape(), ", expected ", q.rows(),
          " rows of y and as many columns, a multiple of ", heads);
  attention::check_segments("nystrom_product", segments.nodes, exact.rows());
  attention::check_segments("nystrom_product", segments.landmarks, q.rows());
  auto shape = std::make_shared<const NystromShape>(NystromShape{{segments.nodes.begin(), segments.nodes.end()},
                                                                 {segments.landmarks.begin(), segments.landmarks.end()},
                                                                 heads,
                                                                 q.cols() / heads,
                                                                 y.cols() / heads,
                                                                 steps});
  Tensor out = Tensor::uninitialized(y.shape());
  shape->for_each_graph([&](std::int64_t first, std::int64_t count, std::int64_t first_node, bool all) {
    if (all) {
      std::copy_n(exact.value().data() + first_node * y.cols(), count * y.cols(), out.data() + first * y.cols());
      return;
    }
    for (std::int64_t h = 0; h < shape->heads; ++h) {
      const Matrix a = softmax_product(head_rows(q.value(), first, count, h, shape->d, shape->scale()),
                                       head_rows(k.value(), first, count, h, shape->d));
      const PseudoInverse inverse(a, shape->steps);
      write_head(product(1.0, inverse.value(), head_rows(y.value(), first, count, h, shape->e)), 1.0, out, first, h);
    }
  });
  return record(
      "nystrom_product", std::move(out), {q, k, y, exact},
      [q, k, y, exact, shape](const Tensor& gradient, Gradients& gradients) {
        Tensor dq = Tensor::zeros(q.shape()), dk = Tensor::zeros(k.shape()), dy = Tensor::zeros(y.shape());
        Tensor dexact = Tensor::zeros(exact.shape());
        shape->for_each_graph([&](std::int64_t first, std::int64_t count, std::int64_t first_node, bool all) {
          if (all) {
            std::copy_n(gradient.data() + first * y.cols(), count * y.cols(), dexact.data() + first_node * y.cols());
            return;
          }
          for (std::int64_t h = 0; h < shape->heads; ++h) {
            const Matrix queries = head_rows(q.value(), first, count, h, shape->d, shape->scale());
            const Matrix keys = head_rows(k.value(), first, count, h, shape->d);
            const Matrix a = softmax_product(queries, keys);
            const PseudoInverse inverse(a, shape->steps);
            const Matrix g = head_rows(gradient, first, count, h, shape->e);
            write_head(product(1.0, transposed(inverse.value()), g), 1.0, dy, first, h);
            Matrix dz = inverse.backward(product(1.0, g, transposed(head_rows(y.value(), first, count, h, shape->e))));
            for (std::int64_t i = 0; i < count; ++i) {
              double along = 0.0;
              for (std::int64_t j = 0; j < count; ++j) {
                along += a.row(i)[j] * dz.row(i)[j];
              }
              for (std::int64_t j = 0; j < count; ++j) {
                dz.row(i)[j] = a.row(i)[j] * (dz.row(i)[j] - along);
              }
            }
            write_head(product(1.0, dz, keys), shape->scale(), dq, first, h);
            write_head(product(1.0, transposed(dz), queries), 1.0, dk, first, h);
          }
        });
        gradients.add(q, std::move(dq));
        gradients.add(k, std::move(dk));
        gradients.add(y, std::move(dy));
        gradients.add(exact, std::move(dexact));
      });
}

}  // namespace weft
