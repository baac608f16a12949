// Models made of blocks and of hops (gps, weft, polynormer, sign, nagphormer) against their formulas in plain loops.
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tests/forward_reference.hpp"

namespace weft {
namespace {

using test::linear;
using test::Links;
using test::map;
using test::Matrix;
using test::normed;
using test::plus;
using test::times;
using test::Weights;

/// A model of seven nodes, its weights and what it says.
struct Case {
  explicit Case(std::string_view model, std::initializer_list<std::pair<std::string_view, std::string_view>> changes)
      : network(make_model(model, shape_for(features, 3), test::options_of(model, changes), Random(1))), w(*network) {
    actual = test::logits(*network, MessageBlock(graph), features);
  }

  CsrGraph graph = test::seven_nodes();
  Features features = test::random_tensor(7, 5, 3);
  Links links{graph};
  Matrix x{std::get<Tensor>(features)};
  std::unique_ptr<NodeModel> network;
  Weights w;
  Tensor actual;
};

/// Two linear maps with an activation between.
Matrix two_linears(const Weights& w, const std::string& name, const Matrix& x, double (*activation)(double)) {
  return linear(w, name + ".down", map(linear(w, name + ".up", x), activation));
}

TEST(GpsModel, IsItsPublishedFormula) {
  for (const char* norm : {"none", "layer", "batch"}) {
    for (const bool feed_forward : {true, false}) {
      SCOPED_TRACE(norm);
      const Case c("gps", {{"hidden", "8"},
                           {"heads", "2"},
                           {"layers", "2"},
                           {"convolution", "gatedgcn"},
                           {"norm", norm},
                           {"feed_forward", feed_forward ? "true" : "false"}});
      Matrix x = linear(c.w, "input", c.x);
      for (const std::string block : {"block0", "block1"}) {
        // Rampasek et al. 2022, equations 2 to 5: both read x, each with a residual and a norm of its own.
        const Matrix local = map(test::convolved(c.w, block + ".local", "gatedgcn", c.links, x, 2, true), test::relu);
        const Matrix global = test::linear_attention(c.w, block + ".global", x, 2);
        const Matrix y = plus(normed(c.w, block + ".local_norm", plus(x, local)),
                              normed(c.w, block + ".global_norm", plus(x, global)));
        x = feed_forward
                ? normed(c.w, block + ".last_norm", plus(y, two_linears(c.w, block + ".feed_forward", y, test::relu)))
                : y;
      }
      test::expect_near(c.actual, linear(c.w, "head", x));
      c.w.expect_all_used();
    }
  }
}

TEST(WeftModel, IsItsFormula) {
  const Case c("weft", {{"hidden", "8"},
                        {"heads", "2"},
                        {"layers", "2"},
                        {"convolution", "sage"},
                        {"norm", "layer"},
                        {"feed_forward", "true"},
                        {"jumping_knowledge", "sum"},
                        {"propagation", "3"},
                        {"activation", "elu"}});
  Matrix x = map(linear(c.w, "input", c.x), test::elu), total = x;
  for (const std::string block : {"block0", "block1"}) {
    const Matrix h = normed(c.w, block + ".norm", x);
    const Matrix local = test::convolved(c.w, block + ".local", "sage", c.links, h, 2, true);
    const Matrix global = test::linear_attention(c.w, block, h, 2),
                 gate = map(linear(c.w, block + ".gate", h), test::sigmoid);
    Matrix y = local;
    for (std::int64_t v = 0; v < y.rows; ++v) {
      for (std::int64_t j = 0; j < y.cols; ++j) {
        y(v, j) += gate(v, j / 4) * global(v, j);
      }
    }
    x = plus(x, map(y, test::elu));
    x = plus(x, two_linears(c.w, block + ".feed_forward", normed(c.w, block + ".feed_forward.norm", x), test::gelu));
    total = plus(total, x);
  }
  Matrix power = linear(c.w, "head", normed(c.w, "last_norm", total)), expected(7, 3);
  for (std::int64_t k = 0; k <= 3; ++k) {
    for (std::size_t i = 0; i < power.values.size(); ++i) {
      expected.values[i] += c.w("propagation")(0, k) * power.values[i];
    }
    power = test::propagated(c.links, power);
  }
  test::expect_near(c.actual, expected);
  c.w.expect_all_used();
}

TEST(PolynormerModel, IsItsPublishedFormula) {
  const Case c("polynormer", {{"hidden", "8"},
                              {"heads", "2"},
                              {"layers", "2"},
                              {"global_layers", "2"},
                              {"convolution", "gcn"},
                              {"attention", "linear"},
                              {"norm", "layer"}});
  // Deng, Yue, Zhang 2024, equations 5 and 6: X = (1 - s) norm(H * Z) + s Z.
  Matrix x = linear(c.w, "input", c.x), total(7, 8);
  for (const std::string layer : {"local0", "local1"}) {
    const Matrix h = map(linear(c.w, layer + ".factor", x), test::relu);
    const Matrix read =
        plus(test::convolved(c.w, layer + ".convolution", "gcn", c.links, x, 2, true), linear(c.w, layer + ".own", x));
    const Matrix z = map(normed(c.w, layer + ".norm", read), test::relu);
    const Matrix product = normed(c.w, layer + ".product_norm", times(h, z));
    for (std::int64_t v = 0; v < 7; ++v) {
      for (std::int64_t j = 0; j < 8; ++j) {
        const double s = test::sigmoid(c.w(layer + ".balance")(0, j));
        x(v, j) = (1.0 - s) * product(v, j) + s * z(v, j);
      }
    }
    total = plus(total, x);
  }
  x = normed(c.w, "global_norm", total);
  for (const std::string layer : {"global0", "global1"}) {
    x = map(test::linear_attention(c.w, layer, x, 2), test::relu);
  }
  test::expect_near(c.actual, linear(c.w, "global_head", x));
  // The head of the local layers is read before attention joins.
  (void)linear(c.w, "local_head", total);
  c.w.expect_all_used();
}

/// D^-1/2 A D^-1/2 x by in-degrees, 0 where there are none.
Matrix hop(const Links& links, const Matrix& x) {
  const auto scale = [&](std::int64_t v) {
    return links.of(v).empty() ? 0.0 : 1.0 / std::sqrt(static_cast<double>(links.of(v).size()));
  };
  Matrix y(x.rows, x.cols);
  for (std::int64_t v = 0; v < x.rows; ++v) {
    for (const std::int64_t u : links.of(v)) {
      for (std::int64_t j = 0; j < x.cols; ++j) {
        y(v, j) += scale(v) * scale(u) * x(u, j);
      }
    }
  }
  return y;
}

TEST(SignModel, IsItsPublishedFormula) {
  const Case c("sign", {{"hidden", "6"}, {"hops", "2"}, {"layers", "2"}, {"norm", "layer"}});
  // Frasca et al. 2020, equation 5: maps of powers, each through an activation, side by side through one more.
  Matrix power = c.x, sum(7, 6);
  for (const std::string k : {"0", "1", "2"}) {
    const Matrix token = map(normed(c.w, "norm" + k, linear(c.w, k == "0" ? "input" : "hop" + k, power)), test::relu);
    sum = plus(sum, linear(c.w, "join" + k, token));
    power = hop(c.links, power);
  }
  Matrix x = map(test::biased(sum, c.w("join.bias")), test::relu);
  x = map(linear(c.w, "layer1", x), test::relu);
  test::expect_near(c.actual, linear(c.w, "head", x));
  c.w.expect_all_used();
}

TEST(NagphormerModel, IsItsPublishedFormula) {
  const Case c(
      "nagphormer",
      {{"hidden", "8"}, {"heads", "2"}, {"hops", "2"}, {"layers", "2"}, {"norm", "layer"}, {"activation", "relu"}});
  Matrix powers[3] = {c.x, hop(c.links, c.x), {}};
  powers[2] = hop(c.links, powers[1]);
  Matrix expected(7, 8);
  for (std::int64_t v = 0; v < 7; ++v) {
    // Chen, Gao, Li, He 2023: a node's tokens are its rows of the powers.
    Matrix t(3, 5);
    for (std::int64_t k = 0; k < 3; ++k) {
      for (std::int64_t j = 0; j < 5; ++j) {
        t(k, j) = powers[k](v, j);
      }
    }
    t = linear(c.w, "input", t);
    for (const std::string layer : {"layer0", "layer1"}) {
      const Matrix h = normed(c.w, layer + ".norm", t);
      const Matrix q = linear(c.w, layer + ".query", h), k = linear(c.w, layer + ".key", h),
                   value = linear(c.w, layer + ".value", h);
      Links all(CsrGraph::from_edges(3, {}));
      all.sources = {{1, 2}, {0, 2}, {0, 1}};
      const auto score = [&](std::int64_t i, std::int64_t j, std::int64_t head, std::int64_t d) {
        double sum = 0.0;
        for (std::int64_t column = head * d; column < (head + 1) * d; ++column) {
          sum += q(i, column) * k(j, column);
        }
        return sum / std::sqrt(static_cast<double>(d));
      };
      t = plus(t, linear(c.w, layer + ".out", test::attended(all, value, 2, true, score)));
      t = plus(t, two_linears(c.w, layer + ".feed_forward", normed(c.w, layer + ".feed_forward.norm", t), test::gelu));
    }
    t = normed(c.w, "last_norm", t);
    // The readout: the node itself, and the other tokens by the softmax of their scores.
    double total = 0.0, weight[3] = {};
    for (std::int64_t k = 1; k < 3; ++k) {
      double score = 0.0;
      for (std::int64_t j = 0; j < 8; ++j) {
        score += c.w("score")(0, j) * t(k, j);
      }
      weight[k] = std::exp(score);
      total += weight[k];
    }
    for (std::int64_t j = 0; j < 8; ++j) {
      expected(v, j) = t(0, j) + (weight[1] * t(1, j) + weight[2] * t(2, j)) / total;
    }
  }
  test::expect_near(c.actual, linear(c.w, "head", map(linear(c.w, "hidden", expected), test::relu)));
  c.w.expect_all_used();
}

}  // namespace
}  // namespace weft
