// The models that are not trained: what they are solved to, what they read, and what they refuse.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/layers/ridge_model.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;

TrainJob job_of(const std::string& model, const std::filesystem::path& folder = {}) {
  return {.model = model,
          .options = default_options(model, TaskKind::node_classification),
          .splits = {"rand0"},
          .folder = folder};
}

/// Labels of the parts that no model may learn from, other than they are.
Dataset with_other_labels(bool val_too) {
  Dataset data = test::communities();
  auto& labels = std::get<std::vector<std::int64_t>>(data.node_labels);
  const auto change = [&](const std::vector<std::int64_t>& part) {
    for (const std::int64_t v : part) {
      labels[static_cast<std::size_t>(v)] = (labels[static_cast<std::size_t>(v)] + 1 + v % 2) % data.num_classes;
    }
  };
  change(data.splits[0].test);
  if (val_too) {
    change(data.splits[0].val);
  }
  return data;
}

Tensor predicted(const Dataset& data, const std::string& model,
                 const std::vector<std::pair<std::string, std::string>>& sets) {
  const TemporaryFolder folder;
  TrainJob job = job_of(model, folder.path());
  for (const auto& [name, value] : sets) {
    job.options.set(name, value);
  }
  (void)train(data, job);
  return TrainedModel::load(folder.path()).predict(data).logits;
}

TEST(Floors, AreBetterThanChanceAndTheFiguresOfTrainAreThoseOfEvaluate) {
  const Dataset data = test::communities();
  for (const std::string model : {"label_propagation", "ridge"}) {
    SCOPED_TRACE(model);
    const TemporaryFolder folder;
    const TrainReport report = train(data, job_of(model, folder.path()));
    EXPECT_GT(report.runs[0].test, 0.7);
    EXPECT_EQ(report.runs[0].epochs, 1);
    EXPECT_EQ(report.num_parameters, 0);
    const auto evaluation = TrainedModel::load(folder.path()).evaluate(data, std::vector<std::string>{"rand0"});
    EXPECT_DOUBLE_EQ(evaluation[0].test.at("accuracy"), report.runs[0].test);
    EXPECT_DOUBLE_EQ(evaluation[0].val.at("accuracy"), report.runs[0].val);
  }
}

TEST(Floors, DoNotReadLabelsOfTheTestPart) {
  const Dataset data = test::communities(), other = with_other_labels(false);
  for (const std::string model : {"label_propagation", "ridge"}) {
    EXPECT_TRUE(test::same_bits(predicted(data, model, {}), predicted(other, model, {}))) << model;
  }
}

TEST(Floors, ReadLabelsOfTheValidationPartToChooseByOnly) {
  const Dataset data = test::communities(), other = with_other_labels(true);
  EXPECT_TRUE(test::same_bits(predicted(data, "label_propagation", {{"spread_share", "0.8"}}),
                              predicted(other, "label_propagation", {{"spread_share", "0.8"}})));
  // How sure ridge is hangs on the validation part, what it calls a node does not.
  const Tensor one = predicted(data, "ridge", {{"penalty", "0.1"}}),
               two = predicted(other, "ridge", {{"penalty", "0.1"}});
  const float factor = two(0, 0) / one(0, 0);
  for (std::int64_t i = 0; i < one.size(); ++i) {
    ASSERT_NEAR(two.data()[i], factor * one.data()[i], 1e-4F * std::max(1.0F, std::abs(two.data()[i]))) << i;
  }
}

TEST(Floors, HaveTheSameBitsOnAnyThreads) {
  const Dataset data = test::communities();
  for (const std::string model : {"label_propagation", "ridge"}) {
    test::expect_same_bits_on_any_threads([&] { return std::vector<Tensor>{predicted(data, model, {})}; });
  }
}

TEST(LabelPropagation, IsOneOfItsGraphAlone) {
  const Dataset data = test::communities();
  const TemporaryFolder folder;
  (void)train(data, job_of("label_propagation", folder.path()));
  const TrainedModel model = TrainedModel::load(folder.path());
  Dataset unlabeled = test::communities();
  unlabeled.node_labels = {};
  EXPECT_TRUE(test::same_bits(model.predict(unlabeled).logits, model.predict(data).logits));
  Dataset other = test::communities(301);
  EXPECT_THROW((void)model.predict(other), ArgumentError);
}

using Matrix = std::vector<std::vector<double>>;

Matrix zeros(std::size_t rows, std::size_t cols) {
  return Matrix(rows, std::vector<double>(cols, 0.0));
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c = zeros(a.size(), b.front().size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < b.size(); ++k) {
      for (std::size_t j = 0; j < b.front().size(); ++j) {
        c[i][j] += a[i][k] * b[k][j];
      }
    }
  }
  return c;
}

Matrix transposed(const Matrix& a) {
  Matrix t = zeros(a.front().size(), a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < a.front().size(); ++j) {
      t[j][i] = a[i][j];
    }
  }
  return t;
}

/// a^-1 b for a positive definite a, by elimination.
Matrix solved(Matrix a, Matrix b) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double factor = i == k ? 0.0 : a[i][k] / a[k][k];
      for (std::size_t j = k; j < a.size() && factor != 0.0; ++j) {
        a[i][j] -= factor * a[k][j];
      }
      for (std::size_t j = 0; j < b.front().size() && factor != 0.0; ++j) {
        b[i][j] -= factor * b[k][j];
      }
    }
  }
  for (std::size_t k = 0; k < a.size(); ++k) {
    for (double& x : b[k]) {
      x /= a[k][k];
    }
  }
  return b;
}

/// Takes off means over some rows and, where asked, divides by the deviation over them; the means.
std::vector<double> center(Matrix& x, const std::vector<std::int64_t>& rows, bool standardizes) {
  std::vector<double> means(x.front().size(), 0.0);
  const auto t = static_cast<double>(rows.size());
  for (std::size_t j = 0; j < means.size(); ++j) {
    double squares = 0.0;
    for (const std::int64_t v : rows) {
      means[j] += x[static_cast<std::size_t>(v)][j] / t;
    }
    for (const std::int64_t v : rows) {
      squares += std::pow(x[static_cast<std::size_t>(v)][j] - means[j], 2) / t;
    }
    for (std::vector<double>& row : x) {
      row[j] = (row[j] - means[j]) / (standardizes ? std::sqrt(squares) : 1.0);
    }
  }
  return means;
}

Matrix rows_of(const Matrix& x, const std::vector<std::int64_t>& rows) {
  Matrix some;
  for (const std::int64_t v : rows) {
    some.push_back(x[static_cast<std::size_t>(v)]);
  }
  return some;
}

/// Dense: the mean of powers of D^-1/2 A D^-1/2, then ridge regression on columns of mean 0 and, where the features are
/// dense, deviation 1, with the penalty in the mean square of the columns.
Matrix ridge_scores(const Dataset& data, const Matrix& features, bool standardizes, double penalty) {
  Matrix a = zeros(features.size(), features.size());
  for (std::size_t v = 0; v < a.size(); ++v) {
    for (const NodeId u : data.graph.sources_of(static_cast<NodeId>(v))) {
      a[v][u] += 1.0 / std::sqrt(static_cast<double>(data.graph.in_degree(static_cast<NodeId>(v))) *
                                 static_cast<double>(data.graph.in_degree(u)));
    }
  }
  const Matrix once = product(a, features), twice = product(a, once);
  Matrix x = features, y = zeros(a.size(), static_cast<std::size_t>(data.num_classes));
  for (std::size_t v = 0; v < a.size(); ++v) {
    for (std::size_t j = 0; j < x[v].size(); ++j) {
      x[v][j] = (x[v][j] + once[v][j] + twice[v][j]) / 3.0;
    }
    y[v][static_cast<std::size_t>(std::get<std::vector<std::int64_t>>(data.node_labels)[v])] = 1.0;
  }
  const std::vector<std::int64_t>& train = data.splits[0].train;
  (void)center(x, train, standardizes);
  const std::vector<double> means = center(y, train, false);
  const Matrix known = transposed(rows_of(x, train));
  Matrix square = product(known, transposed(known));
  double trace = 0.0;
  for (std::size_t j = 0; j < square.size(); ++j) {
    trace += square[j][j];
  }
  for (std::size_t j = 0; j < square.size(); ++j) {
    square[j][j] += penalty * trace / static_cast<double>(square.size());
  }
  Matrix scores = product(x, solved(square, product(known, rows_of(y, train))));
  for (std::vector<double>& row : scores) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      row[c] += means[c];
    }
  }
  return scores;
}

/// Scores up to the one factor that makes them logits.
void expect_scores(const Tensor& logits, const Matrix& scores) {
  const double factor = static_cast<double>(logits(0, 0)) / scores[0][0];
  EXPECT_GT(factor, 0.0);
  for (std::int64_t v = 0; v < logits.rows(); ++v) {
    for (std::int64_t c = 0; c < logits.cols(); ++c) {
      ASSERT_NEAR(static_cast<double>(logits(v, c)) / factor,
                  scores[static_cast<std::size_t>(v)][static_cast<std::size_t>(c)], 1e-3)
          << v << ", " << c;
    }
  }
}

TEST(Ridge, IsSolvedByTheNormalEquationsOfColumns) {
  const Dataset data = test::communities();
  const auto& x = std::get<Tensor>(data.node_features.in_memory());
  Matrix features = zeros(static_cast<std::size_t>(x.rows()), static_cast<std::size_t>(x.cols()));
  for (std::int64_t v = 0; v < x.rows(); ++v) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      features[static_cast<std::size_t>(v)][static_cast<std::size_t>(j)] = static_cast<double>(x(v, j));
    }
  }
  expect_scores(predicted(data, "ridge", {{"penalty", "0.1"}}), ridge_scores(data, features, true, 0.1));
}

TEST(Ridge, IsSolvedByThoseOfRowsWhereTheyAreFewerAndReadsSparseFeatures) {
  Dataset data = test::communities(150);
  // 200 columns, more than a block of them and more than the 50 nodes of the training part.
  const std::int64_t n = 150, d = 200;
  Matrix features = zeros(n, d);
  Buffer<EdgeId> offsets(static_cast<std::size_t>(n) + 1);
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  offsets[0] = 0;
  for (std::int64_t v = 0; v < n; ++v) {
    for (std::int64_t j = v % 7; j < d; j += 11 + v % 3) {
      columns.push_back(static_cast<std::uint32_t>(j));
      values.push_back(1.0F + static_cast<float>(v % 2));
      features[static_cast<std::size_t>(v)][static_cast<std::size_t>(j)] = static_cast<double>(values.back());
    }
    offsets[static_cast<std::size_t>(v) + 1] = static_cast<EdgeId>(columns.size());
  }
  data.node_features =
      SparseMatrix(n, d, std::move(offsets), Buffer<std::uint32_t>::copy_of(columns), Buffer<float>::copy_of(values));
  expect_scores(predicted(data, "ridge", {{"penalty", "0.1"}}), ridge_scores(data, features, false, 0.1));
}

TEST(Ridge, ReadsCategoriesAsAColumnEach) {
  Dataset data = test::communities(150);
  Matrix features = zeros(150, 8);
  CategoricalMatrix x{150, {5, 3}, Buffer<std::int32_t>(300)};
  for (std::int64_t v = 0; v < 150; ++v) {
    x.values[static_cast<std::size_t>(2 * v)] = static_cast<std::int32_t>(v % 5);
    x.values[static_cast<std::size_t>(2 * v + 1)] = static_cast<std::int32_t>((v / 7) % 3);
    features[static_cast<std::size_t>(v)][static_cast<std::size_t>(v % 5)] = 1.0;
    features[static_cast<std::size_t>(v)][static_cast<std::size_t>(5 + (v / 7) % 3)] = 1.0;
  }
  data.node_features = std::move(x);
  expect_scores(predicted(data, "ridge", {{"penalty", "0.1"}}), ridge_scores(data, features, false, 0.1));
}

TEST(Ridge, RefusesDataWithoutFeaturesAndWhatIsTooMuch) {
  Dataset data = test::communities();
  data.node_features = {};
  const Dataset& bare = data;
  EXPECT_THROW((void)train(bare, job_of("ridge")), ArgumentError);
  EXPECT_EQ(why_not_solved(4096, 10000), "");
  EXPECT_NE(why_not_solved(4097, 4097), "");
  EXPECT_NE(why_not_solved(std::int64_t{1} << 40, 128), "");
}

TEST(Floors, LearnSeveralLabelsSomeOfThemMissing) {
  Dataset data = test::communities();
  const auto& classes = std::get<std::vector<std::int64_t>>(data.node_labels);
  Tensor labels(data.graph.num_nodes(), 2);
  for (std::int64_t v = 0; v < labels.rows(); ++v) {
    labels(v, 0) = classes[static_cast<std::size_t>(v)] == 0 ? 1.0F : 0.0F;
    labels(v, 1) = v % 6 == 0 ? std::nanf("") : classes[static_cast<std::size_t>(v)] == 1 ? 1.0F : 0.0F;
  }
  data.node_labels = std::move(labels);
  data.num_classes = 2;
  for (const std::string model : {"label_propagation", "ridge"}) {
    EXPECT_GT(train(data, job_of(model)).runs[0].test, 0.8) << model;
  }
}

TEST(Floors, RefuseNumbersGraphsAndLinks) {
  Dataset data = test::communities();
  data.task = TaskKind::node_regression;
  data.node_labels = test::random_tensor(data.graph.num_nodes(), 1);
  for (const std::string model : {"label_propagation", "ridge"}) {
    TrainJob job = job_of(model);
    job.options = default_options(model, TaskKind::node_regression);
    EXPECT_THROW((void)train(data, job), ArgumentError);
    Options options(model_info(model).options);
    options.add(graph_options());
    EXPECT_THROW((void)make_graph_model(model, shape_for(Tensor(1, 3), 2), options, Random(1)), ArgumentError);
    EXPECT_THROW((void)make_model(model, shape_for(Tensor(1, 3), 0), options, Random(1)), ArgumentError);
  }
}

}  // namespace
}  // namespace weft
