// Orthogonal iteration on the covariance matrix in double precision (Golub, Van Loan, "Matrix
// Computations", 4th edition, 2013, section 8.2.4). Cost: n d^2 for the covariance, 2 d^2 a step.
#include "weft/runs/principal_components.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"

namespace weft {
namespace {

constexpr int kMostSteps = 1000;

std::vector<double> column_means(const Tensor& x) {
  std::vector<double> mean(static_cast<std::size_t>(x.cols()));
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      require(std::isfinite(x(i, j)), "principal_components: element [", i, ", ", j, "] is ", x(i, j),
              ", expected a finite number");
      mean[static_cast<std::size_t>(j)] += static_cast<double>(x(i, j));
    }
  }
  for (double& value : mean) {
    value /= static_cast<double>(x.rows());
  }
  return mean;
}

/// [d, d]; each row is summed by one thread in the order of the points.
std::vector<double> covariance(const Tensor& x, const std::vector<double>& mean) {
  const auto d = static_cast<std::size_t>(x.cols());
  std::vector<double> result(d * d);
  parallel_for(x.cols(), 4, [&](std::int64_t begin, std::int64_t end) {
    for (auto a = static_cast<std::size_t>(begin); a < static_cast<std::size_t>(end); ++a) {
      for (std::int64_t i = 0; i < x.rows(); ++i) {
        const std::span<const float> row = x.row(i);
        const double left = static_cast<double>(row[a]) - mean[a];
        for (std::size_t b = 0; b < d; ++b) {
          result[a * d + b] += left * (static_cast<double>(row[b]) - mean[b]);
        }
      }
    }
  });
  return result;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

std::vector<double> times(const std::vector<double>& matrix, const std::vector<double>& v) {
  std::vector<double> result(v.size());
  for (std::size_t i = 0; i < v.size(); ++i) {
    for (std::size_t j = 0; j < v.size(); ++j) {
      result[i] += matrix[i * v.size() + j] * v[j];
    }
  }
  return result;
}

/// Takes `other` out of `v` and brings v to length 1. False if nothing is left.
bool orthonormalize(std::vector<double>& v, const std::vector<double>* other) {
  const double before = std::sqrt(dot(v, v));
  if (other != nullptr) {
    const double along = dot(v, *other);
    for (std::size_t i = 0; i < v.size(); ++i) {
      v[i] -= along * (*other)[i];
    }
  }
  const double length = std::sqrt(dot(v, v));
  if (!(length > 1e-12 * before)) {
    return false;
  }
  for (double& value : v) {
    value /= length;
  }
  return true;
}

void fix_sign(std::vector<double>& v) {
  double largest = 0.0;
  for (const double value : v) {
    largest = std::abs(value) > std::abs(largest) ? value : largest;
  }
  for (double& value : v) {
    value = largest < 0.0 ? -value : value;
  }
}

}  // namespace

PrincipalComponents principal_components(const Tensor& x) {
  const auto d = static_cast<std::size_t>(x.cols());
  PrincipalComponents result{.points = Tensor(x.rows(), 2)};
  if (x.rows() < 2 || d == 0) {
    return result;
  }
  const std::vector<double> mean = column_means(x);
  const std::vector<double> matrix = covariance(x, mean);
  double variance = 0.0;
  for (std::size_t i = 0; i < d; ++i) {
    variance += matrix[i * d + i];
  }
  if (!(variance > 0.0)) {
    return result;
  }
  const Random random(1);
  std::vector<double> direction[2] = {std::vector<double>(d), std::vector<double>(d)};
  for (std::size_t i = 0; i < d; ++i) {
    direction[0][i] = static_cast<double>(random.normal(i));
    direction[1][i] = static_cast<double>(random.normal(d + i));
  }
  std::size_t found = orthonormalize(direction[0], nullptr) ? 1 : 0;
  found += orthonormalize(direction[1], &direction[0]) ? 1 : 0;
  for (int step = 0; step < kMostSteps; ++step) {
    double moved = 0.0;
    for (std::size_t k = 0; k < found; ++k) {
      std::vector<double> next = times(matrix, direction[k]);
      result.share[k] = dot(direction[k], next) / variance;
      if (!orthonormalize(next, k == 1 ? &direction[0] : nullptr)) {
        result.share[k] = 0.0;
        found = k;
        break;
      }
      moved = std::max(moved, 1.0 - std::abs(dot(next, direction[k])));
      direction[k] = std::move(next);
    }
    if (moved < 1e-14) {
      break;
    }
  }
  for (std::size_t k = 0; k < found; ++k) {
    fix_sign(direction[k]);
    for (std::int64_t i = 0; i < x.rows(); ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < d; ++j) {
        sum += (static_cast<double>(x.row(i)[j]) - mean[j]) * direction[k][j];
      }
      result.points(i, static_cast<std::int64_t>(k)) = static_cast<float>(sum);
    }
  }
  return result;
}

}  // namespace weft
