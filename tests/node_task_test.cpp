// Numbers and several yes-or-no labels of nodes: learned, judged, saved, and predicted in the unit of the data.
#include <cmath>
#include <limits>

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/generators.hpp"
#include "weft/runs/memory_estimate.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft {
namespace {

constexpr std::int64_t kNodes = 600;

/// Column 0 is around 1000 and says what the mean of the neighbors' first feature is, column 1 that of the second
/// around -3, missing for every fourth node.
Dataset neighbor_means() {
  Dataset data;
  data.name = "means";
  data.task = TaskKind::node_regression;
  data.graph = rmat({.num_nodes = kNodes, .num_edges = 3000, .a = 0.25, .b = 0.25, .c = 0.25, .undirected = true});
  Tensor x(kNodes, 4), y(kNodes, 2);
  for (std::int64_t v = 0; v < kNodes; ++v) {
    for (std::int64_t j = 0; j < 4; ++j) {
      x(v, j) = static_cast<float>(Random(7).normal(static_cast<std::uint64_t>(v), static_cast<std::uint32_t>(j)));
    }
  }
  for (std::int64_t v = 0; v < kNodes; ++v) {
    const auto neighbors = data.graph.sources_of(static_cast<NodeId>(v));
    double sum[2] = {0.0, 0.0};
    for (const NodeId u : neighbors) {
      sum[0] += static_cast<double>(x(u, 0));
      sum[1] += static_cast<double>(x(u, 1));
    }
    const double degree = std::max<double>(1.0, static_cast<double>(neighbors.size()));
    y(v, 0) = static_cast<float>(1000.0 + 100.0 * sum[0] / degree);
    y(v, 1) = v % 4 == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(-3.0 + sum[1] / degree);
  }
  data.node_features = std::move(x);
  data.node_labels = std::move(y);
  data.splits = {test::split_by_thirds(kNodes)};
  return data;
}

/// Whether each of the two is above its middle.
Dataset two_labels() {
  Dataset data = neighbor_means();
  data.task = TaskKind::node_classification;
  data.num_classes = 2;
  Tensor y = std::get<Tensor>(data.node_labels);
  for (std::int64_t v = 0; v < kNodes; ++v) {
    y(v, 0) = y(v, 0) > 1000.0F ? 1.0F : 0.0F;
    y(v, 1) = std::isnan(y(v, 1)) ? y(v, 1) : y(v, 1) > -3.0F ? 1.0F : 0.0F;
  }
  data.node_labels = std::move(y);
  return data;
}

TrainJob job_of(const std::string& model, const std::string& sampler = "none") {
  TrainJob job;
  job.model = model;
  job.options = default_options(model);
  job.splits = {"rand0"};
  for (const auto& [key, value] : {std::pair("epochs", "60"), std::pair("hidden", "32"), std::pair("dropout", "0"),
                                   std::pair("weight_decay", "0")}) {
    job.options.set(key, value);
  }
  if (sampler != "none") {
    job.options.set("sampler", sampler);
    job.options.set("batch_size", "64");
  }
  return job;
}

TEST(NodeTargets, AreLearnedInTheirUnitAndPredictedFromTheFile) {
  const test::TemporaryFolder folder;
  const Dataset data = neighbor_means();
  TrainJob job = job_of("sage");
  job.folder = folder / "run";
  const TrainReport report = train(data, job);
  EXPECT_EQ(report.metric, "mae");
  EXPECT_FALSE(report.higher_is_better);
  // The mean alone is off by 25 in column 0 and by 0.25 in column 1: by 16 over all entries.
  EXPECT_LT(report.runs[0].test, 6.0);
  TrainedModel predictor = TrainedModel::load(folder / "run");
  EXPECT_EQ(predictor.outputs(), OutputKind::values);
  EXPECT_NEAR(predictor.evaluate(data, job.splits)[0].test.at("mae"), report.runs[0].test, 1e-4);
  const Tensor values = predictor.predict(data).probabilities;
  EXPECT_NEAR(static_cast<double>(values(2, 0)), 1000.0, 150.0);
  EXPECT_NEAR(static_cast<double>(values(2, 1)), -3.0, 2.0);
  predictor.set_inference_rows(100);
  test::expect_near(predictor.predict(data).probabilities, values, 1e-2);
}

TEST(NodeTargets, AreLearnedFromSamplesToo) {
  const Dataset data = neighbor_means();
  EXPECT_LT(train(data, job_of("sage", "neighbor")).runs[0].test, 8.0);
  // Whose losses are weighted.
  TrainJob saint = job_of("sage", "saint_node");
  saint.options.set("batch_size", "300");
  EXPECT_LT(train(data, saint).runs[0].test, 12.0);
}

TEST(NodeTargets, MayBeSeveralLabels) {
  const TrainReport report = train(two_labels(), job_of("sage"));
  EXPECT_EQ(report.metric, "roc_auc");
  EXPECT_GT(report.runs[0].test, 0.9);
  EXPECT_EQ(report.runs[0].test_metrics.count("average_precision"), 1U);
}

TEST(NodeTargets, AreEstimatedBeforeARun) {
  const JobEstimate estimate =
      estimate_job(neighbor_means(), {.nodes = kNodes, .edges = 6000, .features = 4, .feature_bytes = 16 * kNodes},
                   job_of("sage"), {});
  EXPECT_GT(estimate.epoch_seconds, 0.0);
}

TEST(NodeTargets, HaveMetricsOfTheirOwn) {
  TrainJob job = job_of("gcn");
  job.options.set("metric", "accuracy");
  test::expect_throws<ArgumentError>([&] { (void)train(neighbor_means(), job); },
                                     "metric 'accuracy' is not one of node_regression");
  Dataset bare = neighbor_means();
  bare.node_labels = {};
  test::expect_throws<ArgumentError>([&] { (void)train(bare, job_of("gcn")); }, "has no targets of nodes");
}

}  // namespace
}  // namespace weft
