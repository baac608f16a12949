// The models that are not trained: what they are solved to, what they read, and what they refuse.
#include <gtest/gtest.h>

#include <Eigen/Dense>
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
Dataset with_other_labels(Dataset data, bool val_too) {
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
  const Dataset data = test::communities(), other = with_other_labels(data, false);
  for (const std::string model : {"label_propagation", "ridge"}) {
    EXPECT_TRUE(test::same_bits(predicted(data, model, {}), predicted(other, model, {}))) << model;
  }
}

TEST(Floors, ReadLabelsOfTheValidationPartToChooseByOnly) {
  const Dataset data = test::communities(), other = with_other_labels(data, true);
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
  Dataset unlabeled = data;
  unlabeled.node_labels = {};
  EXPECT_TRUE(test::same_bits(model.predict(unlabeled).logits, model.predict(data).logits));
  Dataset other = test::communities(301);
  EXPECT_THROW((void)model.predict(other), ArgumentError);
}

/// Dense: the mean of powers of D^-1/2 A D^-1/2, then ridge regression on columns of mean 0 and, where the features are
/// dense, deviation 1, with the penalty in the mean square of the columns.
Eigen::MatrixXd ridge_scores(const Dataset& data, const Eigen::MatrixXd& features, bool standardizes, double penalty) {
  const Eigen::Index n = features.rows();
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index v = 0; v < n; ++v) {
    for (const NodeId u : data.graph.sources_of(static_cast<NodeId>(v))) {
      a(v, u) += 1.0 / std::sqrt(static_cast<double>(data.graph.in_degree(static_cast<NodeId>(v))) *
                                 static_cast<double>(data.graph.in_degree(u)));
    }
  }
  Eigen::MatrixXd x = (features + a * features + a * (a * features)) / 3.0;
  const std::vector<std::int64_t>& train = data.splits[0].train;
  const auto t = static_cast<Eigen::Index>(train.size());
  Eigen::MatrixXd xt(t, x.cols()), y = Eigen::MatrixXd::Zero(t, data.num_classes);
  for (Eigen::Index i = 0; i < t; ++i) {
    const auto v = static_cast<std::size_t>(train[static_cast<std::size_t>(i)]);
    xt.row(i) = x.row(static_cast<Eigen::Index>(v));
    y(i, std::get<std::vector<std::int64_t>>(data.node_labels)[v]) = 1.0;
  }
  const Eigen::RowVectorXd mean = xt.colwise().mean(), mean_y = y.colwise().mean();
  xt.rowwise() -= mean;
  x.rowwise() -= mean;
  y.rowwise() -= mean_y;
  if (standardizes) {
    const Eigen::RowVectorXd deviation = (xt.array().square().colwise().mean()).sqrt();
    xt.array().rowwise() /= deviation.array();
    x.array().rowwise() /= deviation.array();
  }
  Eigen::MatrixXd square = xt.transpose() * xt;
  const double unit = square.trace() / static_cast<double>(x.cols());
  square.diagonal().array() += penalty * unit;
  return (x * square.ldlt().solve(xt.transpose() * y)).rowwise() + mean_y;
}

/// Scores up to the one factor that makes them logits.
void expect_scores(const Tensor& logits, const Eigen::MatrixXd& scores) {
  const double factor = static_cast<double>(logits(0, 0)) / scores(0, 0);
  EXPECT_GT(factor, 0.0);
  for (std::int64_t v = 0; v < logits.rows(); ++v) {
    for (std::int64_t c = 0; c < logits.cols(); ++c) {
      ASSERT_NEAR(static_cast<double>(logits(v, c)) / factor, scores(v, c), 1e-3) << v << ", " << c;
    }
  }
}

TEST(Ridge, IsSolvedByTheNormalEquationsOfColumns) {
  const Dataset data = test::communities();
  const auto& x = std::get<Tensor>(data.node_features.in_memory());
  Eigen::MatrixXd features(x.rows(), x.cols());
  for (std::int64_t v = 0; v < x.rows(); ++v) {
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      features(v, j) = static_cast<double>(x(v, j));
    }
  }
  expect_scores(predicted(data, "ridge", {{"penalty", "0.1"}}), ridge_scores(data, features, true, 0.1));
}

TEST(Ridge, IsSolvedByThoseOfRowsWhereTheyAreFewerAndReadsSparseFeatures) {
  Dataset data = test::communities(150);
  // 200 columns, more than a block of them and more than the 50 nodes of the training part.
  const std::int64_t n = 150, d = 200;
  Eigen::MatrixXd features = Eigen::MatrixXd::Zero(n, d);
  Buffer<EdgeId> offsets(static_cast<std::size_t>(n) + 1);
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  offsets[0] = 0;
  for (std::int64_t v = 0; v < n; ++v) {
    for (std::int64_t j = v % 7; j < d; j += 11 + v % 3) {
      columns.push_back(static_cast<std::uint32_t>(j));
      values.push_back(1.0F + static_cast<float>(v % 2));
      features(v, j) = static_cast<double>(values.back());
    }
    offsets[static_cast<std::size_t>(v) + 1] = static_cast<EdgeId>(columns.size());
  }
  data.node_features =
      SparseMatrix(n, d, std::move(offsets), Buffer<std::uint32_t>::copy_of(columns), Buffer<float>::copy_of(values));
  expect_scores(predicted(data, "ridge", {{"penalty", "0.1"}}), ridge_scores(data, features, false, 0.1));
}

TEST(Ridge, ReadsCategoriesAsAColumnEach) {
  Dataset data = test::communities(150);
  Eigen::MatrixXd features = Eigen::MatrixXd::Zero(150, 8);
  CategoricalMatrix x{150, {5, 3}, Buffer<std::int32_t>(300)};
  for (std::int64_t v = 0; v < 150; ++v) {
    x.values[static_cast<std::size_t>(2 * v)] = static_cast<std::int32_t>(v % 5);
    x.values[static_cast<std::size_t>(2 * v + 1)] = static_cast<std::int32_t>((v / 7) % 3);
    features(v, v % 5) = 1.0;
    features(v, 5 + (v / 7) % 3) = 1.0;
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
