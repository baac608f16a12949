// The model of graph codes against its formula in plain loops.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/forward_reference.hpp"
#include "tests/sequence_models.hpp"

namespace weft {
namespace {

using test::map;
using test::Matrix;
using test::plus;
using test::product;
using test::Weights;

/// Each row, or each of its `heads` parts alone, divided by the root of the mean of its squares, times gain.
Matrix rms_normed(Matrix x, const Matrix& gain, std::int64_t heads = 1) {
  const std::int64_t d = x.cols / heads;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t h = 0; h < heads; ++h) {
      double squares = 0.0;
      for (std::int64_t j = h * d; j < (h + 1) * d; ++j) {
        squares += x(i, j) * x(i, j) / static_cast<double>(d);
      }
      for (std::int64_t j = h * d; j < (h + 1) * d; ++j) {
        x(i, j) *= gain(0, j) / std::sqrt(squares + 1e-6);
      }
    }
  }
  return x;
}

double silu(double x) {
  return x * test::sigmoid(x);
}

/// o_t = sum over s up to t of (product of the decays after s) <q_t, k_s> v_s / sqrt(d), within each sequence and head.
Matrix scanned(const Matrix& q, const Matrix& k, const Matrix& v, const Matrix& decay,
               const std::vector<std::int64_t>& segments) {
  const std::int64_t heads = decay.cols, d = q.cols / heads;
  Matrix o(q.rows, q.cols);
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    for (std::int64_t t = segments[g]; t < segments[g + 1]; ++t) {
      for (std::int64_t h = 0; h < heads; ++h) {
        double kept = 1.0;
        for (std::int64_t s = t; s >= segments[g]; --s) {
          double score = 0.0;
          for (std::int64_t j = h * d; j < (h + 1) * d; ++j) {
            score += q(t, j) * k(s, j);
          }
          for (std::int64_t j = h * d; j < (h + 1) * d; ++j) {
            o(t, j) += kept * score * v(s, j) / std::sqrt(static_cast<double>(d));
          }
          kept *= decay(s, h);
        }
      }
    }
  }
  return o;
}

TEST(SequenceModel, IsItsFormula) {
  const std::vector<TypedGraph> graphs = test::some_graphs();
  const CodeVocabulary vocabulary = test::vocabulary_of(graphs);
  SequenceModel model = test::model_for(vocabulary, 2);
  const Weights w(model);
  const std::vector<float> properties = {0.5F, std::numeric_limits<float>::quiet_NaN()};
  std::vector<SequenceItem> items;
  for (std::size_t i = 0; i < 3; ++i) {
    items.push_back({.graph = &graphs[i], .random = Random(i), .properties = properties});
  }
  const SequenceBatch batch = make_sequence_batch(vocabulary, items);
  Pass pass = Pass::inference();
  const Tensor actual = model.forward(batch, pass).value();

  Matrix x = product(Matrix(batch.conditions), w("conditions"));
  for (std::int64_t i = 0; i < x.rows; ++i) {
    std::int64_t first = 0;
    for (std::int64_t c = 0; c < batch.inputs.cols(); ++c) {
      const std::int64_t row = first + batch.inputs.values[static_cast<std::size_t>(i * batch.inputs.cols() + c)];
      for (std::int64_t j = 0; j < x.cols; ++j) {
        x(i, j) += w("embedding")(row, j);
      }
      first += batch.inputs.num_categories[static_cast<std::size_t>(c)];
    }
  }
  for (const std::string block : {"block0.", "block1."}) {
    const Matrix h = rms_normed(x, w(block + "norm"));
    const Matrix decay = map(test::biased(product(h, w(block + "decay")), w(block + "decay_bias")), test::sigmoid);
    const Matrix o = scanned(product(h, w(block + "query")), product(h, w(block + "key")),
                             product(h, w(block + "value")), decay, batch.segments);
    const Matrix gated =
        times(rms_normed(o, w(block + "head_gain"), decay.cols), map(product(h, w(block + "gate")), silu));
    x = plus(x, product(gated, w(block + "output")));
    const Matrix both = product(rms_normed(x, w(block + "inner_norm")), w(block + "up"));
    Matrix inner(x.rows, both.cols / 2);
    for (std::int64_t i = 0; i < inner.rows; ++i) {
      for (std::int64_t j = 0; j < inner.cols; ++j) {
        inner(i, j) = silu(both(i, j)) * both(i, inner.cols + j);
      }
    }
    x = plus(x, product(inner, w(block + "down")));
  }
  const Matrix logits = test::biased(product(rms_normed(x, w("norm")), w("head")), w("head_bias"));
  test::expect_near(actual, logits, 1e-3);
  w.expect_all_used();
}

}  // namespace
}  // namespace weft
