// Forward passes of models written out once more: plain loops over doubles, from the published formulas, with the
// weights that a model names. Nothing of the library but names and numbers is used.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/small_models.hpp"
#include "tests/support.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/layers/models.hpp"

namespace weft::test {

struct Matrix {
  std::int64_t rows = 0, cols = 0;
  std::vector<double> values = {};

  Matrix() = default;
  Matrix(std::int64_t n, std::int64_t d) : rows(n), cols(d), values(static_cast<std::size_t>(n * d), 0.0) {}
  explicit Matrix(const Tensor& x) : Matrix(x.rows(), x.cols()) {
    for (std::int64_t i = 0; i < x.size(); ++i) {
      values[static_cast<std::size_t>(i)] = static_cast<double>(x.data()[i]);
    }
  }
  double& operator()(std::int64_t i, std::int64_t j) { return values[static_cast<std::size_t>(i * cols + j)]; }
  double operator()(std::int64_t i, std::int64_t j) const { return values[static_cast<std::size_t>(i * cols + j)]; }
};

/// f of every element of one, or of each pair of elements of two.
inline Matrix map(Matrix x, const std::function<double(double)>& f) {
  for (double& value : x.values) {
    value = f(value);
  }
  return x;
}
inline Matrix map(Matrix x, const Matrix& y, const std::function<double(double, double)>& f) {
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    x.values[i] = f(x.values[i], y.values[i]);
  }
  return x;
}
inline Matrix plus(const Matrix& x, const Matrix& y) {
  return map(x, y, [](double a, double b) { return a + b; });
}
inline Matrix times(const Matrix& x, const Matrix& y) {
  return map(x, y, [](double a, double b) { return a * b; });
}

inline double relu(double x) {
  return x > 0.0 ? x : 0.0;
}
inline double elu(double x) {
  return x > 0.0 ? x : std::exp(x) - 1.0;
}
inline double gelu(double x) {
  return x * 0.5 * (1.0 + std::erf(x / std::sqrt(2.0)));
}
inline double sigmoid(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}
inline double leaky_relu(double x) {
  return x > 0.0 ? x : 0.2 * x;
}

/// The parameters and statistics of a model, which are given random values first: biases, gains and running means too,
/// so that no term can be left out unseen.
class Weights {
 public:
  /// Names that begin with `prefix` are known without it.
  explicit Weights(Model& model, const std::string& prefix = "", std::uint64_t seed = 17) {
    const auto short_name = [&](const std::string& name) {
      return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
    };
    const ParameterList list = parameters_of(model);
    std::uint64_t number = 0;
    for (const NamedParameter& p : list.parameters) {
      Tensor value = random_tensor(p.parameter->value().rows(), p.parameter->value().cols(), seed + ++number);
      for (float& x : value.values()) {
        x *= 0.6F;
      }
      values_.emplace(short_name(p.name), Matrix(value));
      p.parameter->mutable_value() = std::move(value);
    }
    for (const NamedStatistic& s : list.statistics) {
      if (s.name == "attends") {
        *s.value = Tensor{{1.0F}};
        continue;
      }
      const Tensor noise = random_tensor(s.value->rows(), s.value->cols(), seed + ++number);
      for (std::int64_t i = 0; i < noise.size(); ++i) {
        s.value->data()[i] = s.name.ends_with("variance") ? 0.5F + std::abs(noise.data()[i]) : 0.3F * noise.data()[i];
      }
      values_.emplace(short_name(s.name), Matrix(*s.value));
    }
  }

  const Matrix& operator()(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
      throw std::runtime_error("the model has no '" + name + "'");
    }
    used_.insert(name);
    return found->second;
  }
  [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }

  /// Each weight is part of the formula.
  void expect_all_used() const {
    for (const auto& [name, value] : values_) {
      EXPECT_TRUE(used_.contains(name)) << name << " is not in the formula";
    }
  }

 private:
  std::map<std::string, Matrix> values_;
  mutable std::set<std::string> used_;
};

inline Matrix product(const Matrix& x, const Matrix& w) {
  Matrix y(x.rows, w.cols);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t k = 0; k < x.cols; ++k) {
      for (std::int64_t j = 0; j < w.cols; ++j) {
        y(i, j) += x(i, k) * w(k, j);
      }
    }
  }
  return y;
}

/// x + 1 b
inline Matrix biased(Matrix x, const Matrix& b) {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t j = 0; j < x.cols; ++j) {
      x(i, j) += b(0, j);
    }
  }
  return x;
}

/// x W, and b where the map has one.
inline Matrix linear(const Weights& w, const std::string& name, const Matrix& x) {
  const Matrix y = product(x, w(name + ".weight"));
  return w.has(name + ".bias") ? biased(y, w(name + ".bias")) : y;
}

/// Layer norm, or batch norm by what training has seen; nothing where the model has neither of that name.
inline Matrix normed(const Weights& w, const std::string& name, Matrix x) {
  if (!w.has(name + ".gain")) {
    return x;
  }
  const bool by_column = w.has(name + ".running_mean");
  for (std::int64_t i = 0; i < x.rows; ++i) {
    double mean = 0.0, variance = 0.0;
    for (std::int64_t j = 0; j < x.cols; ++j) {
      mean += x(i, j) / static_cast<double>(x.cols);
    }
    for (std::int64_t j = 0; j < x.cols; ++j) {
      variance += (x(i, j) - mean) * (x(i, j) - mean) / static_cast<double>(x.cols);
    }
    for (std::int64_t j = 0; j < x.cols; ++j) {
      const double m = by_column ? w(name + ".running_mean")(0, j) : mean;
      const double v = by_column ? w(name + ".running_variance")(0, j) : variance;
      x(i, j) = (x(i, j) - m) / std::sqrt(v + 1e-5) * w(name + ".gain")(0, j) + w(name + ".bias")(0, j);
    }
  }
  return x;
}

/// The sources of each node, and the numbers of their edges.
struct Links {
  explicit Links(const CsrGraph& graph) : sources(static_cast<std::size_t>(graph.num_nodes())), edges(sources) {
    std::int64_t edge = 0;
    for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
      for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
        sources[static_cast<std::size_t>(v)].push_back(u);
        edges[static_cast<std::size_t>(v)].push_back(edge++);
      }
    }
  }
  [[nodiscard]] const std::vector<std::int64_t>& of(std::int64_t v) const {
    return sources[static_cast<std::size_t>(v)];
  }
  [[nodiscard]] std::int64_t num_nodes() const { return static_cast<std::int64_t>(sources.size()); }

  std::vector<std::vector<std::int64_t>> sources, edges;
};

/// D̃^-1/2 (A + I) D̃^-1/2 x
inline Matrix propagated(const Links& links, const Matrix& x) {
  const auto scale = [&](std::int64_t v) { return 1.0 / std::sqrt(1.0 + static_cast<double>(links.of(v).size())); };
  Matrix y(x.rows, x.cols);
  for (std::int64_t v = 0; v < x.rows; ++v) {
    for (std::int64_t j = 0; j < x.cols; ++j) {
      y(v, j) = scale(v) * scale(v) * x(v, j);
      for (const std::int64_t u : links.of(v)) {
        y(v, j) += scale(v) * scale(u) * x(u, j);
      }
    }
  }
  return y;
}

/// Sum or mean over the sources.
inline Matrix gathered(const Links& links, const Matrix& x, bool is_mean) {
  Matrix y(x.rows, x.cols);
  for (std::int64_t v = 0; v < x.rows; ++v) {
    for (const std::int64_t u : links.of(v)) {
      for (std::int64_t j = 0; j < x.cols; ++j) {
        y(v, j) += x(u, j) / (is_mean ? static_cast<double>(links.of(v).size()) : 1.0);
      }
    }
  }
  return y;
}

/// Softmax attention of each node to its sources and itself, by head: score(v, u, first column, columns) of a head.
/// Heads side by side, or their mean.
inline Matrix attended(const Links& links, const Matrix& values, std::int64_t heads, bool concat,
                       const std::function<double(std::int64_t, std::int64_t, std::int64_t, std::int64_t)>& score) {
  const std::int64_t d = values.cols / heads;
  Matrix y(values.rows, concat ? values.cols : d);
  for (std::int64_t v = 0; v < values.rows; ++v) {
    std::vector<std::int64_t> read = links.of(v);
    read.push_back(v);
    for (std::int64_t h = 0; h < heads; ++h) {
      double total = 0.0;
      for (const std::int64_t u : read) {
        total += std::exp(score(v, u, h, d));
      }
      for (const std::int64_t u : read) {
        const double weight = std::exp(score(v, u, h, d)) / total;
        for (std::int64_t j = 0; j < d; ++j) {
          y(v, concat ? h * d + j : j) += weight * values(u, h * d + j) / (concat ? 1.0 : static_cast<double>(heads));
        }
      }
    }
  }
  return y;
}

/// Katharopoulos et al. 2020: weights <phi(q), phi(k)>, phi(x) = elu(x) + 1, divided by their sum; by head.
inline Matrix linear_attention(const Weights& w, const std::string& name, const Matrix& x, std::int64_t heads) {
  const Matrix q = linear(w, name + ".query", x), k = linear(w, name + ".key", x), v = linear(w, name + ".value", x);
  const auto phi = [](double z) { return elu(z) + 1.0; };
  const std::int64_t d = q.cols / heads;
  Matrix y(x.rows, q.cols);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t h = 0; h < heads; ++h) {
      double total = 1e-6;
      for (std::int64_t j = 0; j < x.rows; ++j) {
        double weight = 0.0;
        for (std::int64_t c = h * d; c < (h + 1) * d; ++c) {
          weight += phi(q(i, c)) * phi(k(j, c));
        }
        total += weight;
        for (std::int64_t c = h * d; c < (h + 1) * d; ++c) {
          y(i, c) += weight * v(j, c);
        }
      }
      for (std::int64_t c = h * d; c < (h + 1) * d; ++c) {
        y(i, c) /= total;
      }
    }
  }
  return linear(w, name + ".out", y);
}

/// One convolution of that kind. `edges`: their states, or none.
inline Matrix convolved(const Weights& w, const std::string& name, const std::string& kind, const Links& links,
                        const Matrix& x, std::int64_t heads, bool concat, Matrix* edges = nullptr) {
  if (kind == "none") {
    return linear(w, name, x);
  }
  if (kind == "gcn") {
    return linear(w, name, propagated(links, x));
  }
  if (kind == "sage") {
    return plus(linear(w, name + ".self", x), linear(w, name + ".neighbor", gathered(links, x, true)));
  }
  if (kind == "gat") {
    const Matrix h = product(x, w(name + ".weight"));
    const auto part = [&](const std::string& side, std::int64_t v, std::int64_t head, std::int64_t d) {
      double sum = 0.0;
      for (std::int64_t c = head * d; c < (head + 1) * d; ++c) {
        sum += w(name + "." + side)(0, c) * h(v, c);
      }
      return sum;
    };
    const auto score = [&](std::int64_t v, std::int64_t u, std::int64_t head, std::int64_t d) {
      return leaky_relu(part("left", v, head, d) + part("right", u, head, d));
    };
    return biased(attended(links, h, heads, concat, score), w(name + ".bias"));
  }
  if (kind == "gatv2") {
    const Matrix left = linear(w, name + ".left", x), right = linear(w, name + ".right", x);
    const auto score = [&](std::int64_t v, std::int64_t u, std::int64_t head, std::int64_t d) {
      double sum = 0.0;
      for (std::int64_t c = head * d; c < (head + 1) * d; ++c) {
        sum += w(name + ".score")(0, c) * leaky_relu(left(v, c) + right(u, c));
      }
      return sum;
    };
    return biased(attended(links, right, heads, concat, score), w(name + ".bias"));
  }
  if (kind == "transformer") {
    const Matrix q = linear(w, name + ".query", x), k = linear(w, name + ".key", x), v = linear(w, name + ".value", x);
    const auto score = [&](std::int64_t i, std::int64_t j, std::int64_t head, std::int64_t d) {
      double sum = 0.0;
      for (std::int64_t c = head * d; c < (head + 1) * d; ++c) {
        sum += q(i, c) * k(j, c);
      }
      return sum / std::sqrt(static_cast<double>(d));
    };
    return biased(attended(links, v, heads, concat, score), w(name + ".bias"));
  }
  if (kind == "gin" || kind == "gine") {
    const double own = 1.0 + w(name + ".epsilon")(0, 0);
    Matrix sum(x.rows, x.cols);
    const Matrix e = kind == "gin"      ? Matrix()
                     : edges != nullptr ? linear(w, name + ".edge", *edges)
                                        : w(name + ".constant");
    for (std::int64_t v = 0; v < x.rows; ++v) {
      for (std::int64_t j = 0; j < x.cols; ++j) {
        sum(v, j) = own * x(v, j);
        for (std::size_t i = 0; i < links.of(v).size(); ++i) {
          const double source = x(links.of(v)[i], j);
          const std::int64_t row = edges != nullptr ? links.edges[static_cast<std::size_t>(v)][i] : 0;
          sum(v, j) += kind == "gin" ? source : relu(source + e(row, j));
        }
      }
    }
    return linear(w, name + ".second", map(normed(w, name + ".norm", linear(w, name + ".first", sum)), relu));
  }
  if (kind == "gatedgcn") {
    const Matrix own = linear(w, name + ".own", x), value = linear(w, name + ".value", x);
    const Matrix left = linear(w, name + ".left", x), right = linear(w, name + ".right", x);
    const Matrix of_edges = edges != nullptr ? linear(w, name + ".edge", *edges) : Matrix();
    Matrix y = own, scores(edges != nullptr ? edges->rows : 0, own.cols);
    for (std::int64_t v = 0; v < x.rows; ++v) {
      for (std::int64_t j = 0; j < y.cols; ++j) {
        double total = 1e-6, sum = 0.0;
        for (std::size_t i = 0; i < links.of(v).size(); ++i) {
          const std::int64_t u = links.of(v)[i], edge = links.edges[static_cast<std::size_t>(v)][i];
          const double s = left(v, j) + right(u, j) + (edges != nullptr ? of_edges(edge, j) : 0.0);
          if (edges != nullptr) {
            scores(edge, j) = s;
          }
          total += sigmoid(s);
          sum += sigmoid(s) * value(u, j);
        }
        y(v, j) += sum / total;
      }
    }
    if (edges != nullptr) {
      // What the last layer leaves nobody reads.
      *edges = plus(*edges, map(normed(w, name + ".edge_norm", scores), relu));
    }
    return y;
  }
  throw std::runtime_error("no formula for " + kind);
}

inline void expect_near(const Tensor& actual, const Matrix& expected, double tolerance = 2e-4) {
  ASSERT_EQ(actual.shape(), (Shape{expected.rows, expected.cols}));
  double largest = 0.0;
  for (std::int64_t i = 0; i < expected.rows; ++i) {
    for (std::int64_t j = 0; j < expected.cols; ++j) {
      const double scale = std::max(1.0, std::abs(expected(i, j)));
      ASSERT_NEAR(static_cast<double>(actual(i, j)), expected(i, j), tolerance * scale)
          << "at [" << i << ", " << j << "]";
      largest = std::max(largest, std::abs(expected(i, j)));
    }
  }
  EXPECT_GT(largest, 0.05) << "outputs that say nothing";
}

/// Seven nodes, edges one way and both ways; 3 reads no one, 6 neither reads nor is read.
inline CsrGraph seven_nodes() {
  return CsrGraph::from_edges(
      7, std::vector<Edge>{{0, 1}, {1, 0}, {2, 1}, {3, 1}, {3, 0}, {4, 2}, {2, 4}, {0, 5}, {4, 5}});
}

}  // namespace weft::test
