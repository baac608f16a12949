// Training on whole graphs: classes, labels with gaps, numbers in their unit, protocols, and the same
// bits for any number of threads and after any stop.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained_models.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/cross_validation.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/target_metrics.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_same_bits;
using test::expect_throws;
using test::TemporaryFolder;
using test::weights_in;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

CsrGraph star(std::int64_t nodes) {
  std::vector<Edge> edges;
  for (std::int64_t v = 1; v < nodes; ++v) {
    edges.push_back({0, static_cast<NodeId>(v)});
  }
  return CsrGraph::from_edges(nodes, edges, {.symmetrize = true});
}

/// Rings and stars in turn, three of each, of 4 to 9 nodes, without features: class 1 is a star.
Dataset rings_and_stars(std::int64_t count = 90) {
  std::vector<CsrGraph> graphs;
  std::vector<std::int64_t> classes;
  for (std::int64_t g = 0; g < count; ++g) {
    const std::int64_t nodes = 4 + (g / 6) % 6;
    graphs.push_back((g / 3) % 2 == 0 ? test::cycle_graph(static_cast<NodeId>(nodes)) : star(nodes));
    classes.push_back((g / 3) % 2);
  }
  const MessageBlock block = batch_of(graphs);
  Dataset data;
  data.name = "rings_and_stars";
  data.task = TaskKind::graph_classification;
  data.num_classes = 2;
  data.graph = block.graph();
  data.node_ptr.assign(block.segments().begin(), block.segments().end());
  data.graph_labels = std::move(classes);
  Split split{.name = "rand0", .train = {}, .val = {}, .test = {}};
  for (std::int64_t g = 0; g < count; ++g) {
    (g % 3 == 0 ? split.val : g % 3 == 1 ? split.test : split.train).push_back(g);
  }
  data.splits.push_back(std::move(split));
  return data;
}

/// The number of nodes, times 100 plus 5000, and of edges, unknown for every fourth graph.
Dataset sizes() {
  Dataset data = rings_and_stars();
  data.task = TaskKind::graph_regression;
  data.num_classes = 0;
  Tensor y(data.num_graphs(), 2);
  for (std::int64_t g = 0; g < y.rows(); ++g) {
    const auto i = static_cast<std::size_t>(g);
    const auto nodes = static_cast<float>(data.node_ptr[i + 1] - data.node_ptr[i]);
    y(g, 0) = 5000.0F + 100.0F * nodes;
    y(g, 1) = g % 4 == 0 ? kMissing : 2.0F * nodes;
  }
  data.graph_labels = std::move(y);
  return data;
}

TrainJob short_job(std::string_view model, std::int64_t epochs) {
  TrainJob job;
  job.model = model;
  job.options = default_options(model, TaskKind::graph_classification);
  job.splits = {"rand0"};
  job.options.set_value("epochs", epochs);
  job.options.set_value("batch_size", std::int64_t{8});
  job.options.set_value("learning_rate", 0.01);
  if (job.options.has("hidden")) {
    job.options.set_value("hidden", std::int64_t{16});
    job.options.set_value("layers", std::int64_t{2});
  }
  return job;
}

TEST(TargetMetrics, CountByHand) {
  const Tensor scores = {{0.9F, 1}, {0.8F, 2}, {0.7F, 3}, {0.6F, 4}};
  // Column 0: yes, no, yes, unknown. Column 1 has one outcome only and does not count.
  const Tensor targets = {{1, 1}, {0, 1}, {1, 1}, {kMissing, kMissing}};
  const std::vector<std::int64_t> all = {0, 1, 2, 3};
  EXPECT_DOUBLE_EQ(label_roc_auc(scores, targets, all), 0.5);
  // Precision 1 at half the recall, 2/3 at the rest.
  EXPECT_NEAR(label_average_precision(scores, targets, all), 0.5 * 1.0 + 0.5 * 2.0 / 3.0, 1e-12);
  EXPECT_DOUBLE_EQ(label_accuracy(scores, targets, all), 5.0 / 6.0);
  EXPECT_TRUE(std::isnan(label_roc_auc(scores, targets, std::vector<std::int64_t>{0})));
  EXPECT_NEAR(label_log_loss(Tensor{{0.0F}}, Tensor{{1.0F}}, std::vector<std::int64_t>{0}), std::log(2.0), 1e-12);

  const Tensor outputs = {{1}, {4}, {5}}, truth = {{2}, {4}, {kMissing}};
  const std::vector<std::int64_t> rows = {0, 1, 2};
  EXPECT_DOUBLE_EQ(mean_absolute_error(outputs, truth, rows), 0.5);
  EXPECT_DOUBLE_EQ(root_mean_squared_error(outputs, truth, rows), std::sqrt(0.5));
  // Errors 1 against a spread of 2 around the mean.
  EXPECT_NEAR(r_squared(outputs, truth, rows), 0.5, 1e-12);
}

TEST(TargetMetrics, CountEqualScoresAsOneThreshold) {
  const Tensor scores = {{1}, {1}, {0}}, targets = {{1}, {0}, {0}};
  EXPECT_DOUBLE_EQ(label_average_precision(scores, targets, std::vector<std::int64_t>{0, 1, 2}), 0.5);
}

TEST(CrossValidation, ChoosesTheEpochWithTheBestMeanOverFolds) {
  const std::vector<std::vector<double>> curves = {{0.5, 0.9, 0.7}, {0.7, 0.5, 0.9, 1.0}};
  const MeanEpoch best = best_mean_epoch(curves, true);
  EXPECT_EQ(best.epoch, 2);
  EXPECT_DOUBLE_EQ(best.mean, 0.8);
  EXPECT_NEAR(best.deviation, std::sqrt(0.02), 1e-12);
  EXPECT_EQ(best_mean_epoch(curves, false).epoch, 0);
  EXPECT_EQ(best_mean_epoch({}, true).epoch, -1);
}

TEST(CrossValidation, TheGinProtocolMeasuresEveryEpochOnTheTestParts) {
  Dataset data = rings_and_stars();
  expect_throws<ArgumentError>([&] { prepare_folds(data, Protocol::gin); }, "has 0 of the ten folds");
  for (int fold = 0; fold < 10; ++fold) {
    data.splits.push_back({.name = std::to_string(fold), .train = {0, 1}, .val = {}, .test = {2, 3 + fold}});
  }
  prepare_folds(data, Protocol::gin);
  EXPECT_EQ(data.find_split("4")->val, (std::vector<std::int64_t>{2, 7}));
  EXPECT_EQ(data.find_split("rand0")->val.size(), 30U) << "other splits stay as they are";
  EXPECT_TRUE(folds_of(data, Protocol::fair).empty());
}

TEST(GraphTraining, TellsStarsFromRingsWithEveryModelThatReadsEdges) {
  const Dataset data = rings_and_stars();
  for (const char* model : {"gin", "gcn", "gps", "weft", "wl"}) {
    SCOPED_TRACE(model);
    const TrainReport report = train(data, short_job(model, 30));
    EXPECT_EQ(report.metric, "roc_auc") << "two classes are judged by rank, of graphs as of nodes";
    EXPECT_GE(report.runs[0].test_metrics.at("accuracy"), 0.95);
  }
}

TEST(GraphTraining, GivesTheSameBitsOnOneTwoAndFourThreads) {
  const Dataset data = rings_and_stars();
  for (const char* model : {"gine", "gatedgcn", "gps", "wl"}) {
    SCOPED_TRACE(model);
    std::vector<std::vector<NamedTensor>> weights;
    for (const int threads : {1, 2, 4}) {
      const TemporaryFolder folder;
      TrainJob job = short_job(model, 3);
      job.folder = folder.path();
      with_threads(threads, [&] { (void)train(data, job); });
      weights.push_back(weights_in(folder.path()));
    }
    expect_same_bits(weights[0], weights[1]);
    expect_same_bits(weights[0], weights[2]);
  }
}

TEST(GraphTraining, GoesOnToTheSameBitsAfterAStopInTheMidstOfAnEpoch) {
  const Dataset data = sizes();
  const TemporaryFolder whole, cut;
  TrainJob job = short_job("gin", 5);
  job.options.set_value("average", 0.9);
  job.folder = whole.path();
  const TrainReport uninterrupted = train(data, job);

  job.folder = cut.path();
  int asked = 0;
  // Four batches an epoch: the ninth question falls inside the third one.
  EXPECT_TRUE(train(data, job, {.should_stop = [&] { return ++asked == 9; }}).interrupted);
  job.resume = true;
  const TrainReport resumed = train(data, job);
  EXPECT_EQ(resumed.num_epochs, 3);
  EXPECT_EQ(resumed.runs[0].test, uninterrupted.runs[0].test);
  EXPECT_EQ(resumed.runs[0].best_epoch, uninterrupted.runs[0].best_epoch);
  expect_same_bits(weights_in(cut.path()), weights_in(whole.path()));
}

TEST(GraphTraining, IsNotGoneOnWithWhereTheNodesBelongToOtherGraphs) {
  const TemporaryFolder folder;
  Dataset data = rings_and_stars();
  // A node without edges at the end of one graph or at the start of the next.
  data.graph = CsrGraph::from_edges(data.graph.num_nodes() + 1, edges_of(data.graph));
  ++data.node_ptr.back();
  data.node_ptr.push_back(data.node_ptr.back());
  std::get<std::vector<std::int64_t>>(data.graph_labels).push_back(0);
  TrainJob job = short_job("gin", 1);
  job.folder = folder.path();
  (void)train(data, job);
  --data.node_ptr[data.node_ptr.size() - 2];
  job.resume = true;
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "another version of the dataset");
}

TEST(GraphTraining, LearnsNumbersAndSaysThemInTheirUnit) {
  const Dataset data = sizes();
  const TemporaryFolder folder;
  TrainJob job = short_job("gin", 160);
  job.options.set("pooling", "sum");
  job.options.set("norm", "none");
  job.folder = folder.path();
  const TrainReport report = train(data, job);
  EXPECT_EQ(report.metric, "mae");
  EXPECT_FALSE(report.higher_is_better);
  // The targets are around 5620 and 12; without the unit of each the first alone would be learned.
  EXPECT_LT(report.runs[0].test, 30.0);
  const TrainedModel predictor = TrainedModel::load(folder.path());
  EXPECT_EQ(predictor.task().kind, TaskKind::graph_regression);
  EXPECT_EQ(predictor.outputs(), OutputKind::values);
  EXPECT_NEAR(predictor.evaluate(data, job.splits)[0].test.at("mae"), report.runs[0].test, 1e-9);
  EXPECT_NEAR(predictor.predict(data).probabilities(4, 0), 5400.0, 60.0);
  const ModelFile file = read_model_file(folder.path() / "model.h5");
  ASSERT_NE(file.find_tensor("output.shift"), nullptr);
  // 6.2 nodes in the mean.
  EXPECT_NEAR((*file.find_tensor("output.shift"))(0, 0), 5620.0, 0.01);
}

TEST(GraphTraining, LearnsSeveralLabelsOfWhichSomeAreMissing) {
  Dataset data = rings_and_stars();
  Tensor y(data.num_graphs(), 3);
  for (std::int64_t g = 0; g < y.rows(); ++g) {
    const auto i = static_cast<std::size_t>(g);
    y(g, 0) = static_cast<float>((g / 3) % 2);
    y(g, 1) = g % 5 == 0 ? kMissing : data.node_ptr[i + 1] - data.node_ptr[i] > 6 ? 1.0F : 0.0F;
    y(g, 2) = kMissing;
  }
  data.graph_labels = std::move(y);
  const TemporaryFolder folder;
  TrainJob job = short_job("gin", 40);
  job.options.set("pooling", "sum");
  job.folder = folder.path();
  const TrainReport report = train(data, job);
  EXPECT_EQ(report.metric, "roc_auc");
  EXPECT_GE(report.runs[0].test, 0.95);
  const auto model = TrainedModel::load(folder.path());
  const Tensor said = model.predict(data).probabilities;
  EXPECT_TRUE(std::ranges::all_of(said.values(), [](float p) { return p >= 0.0F && p <= 1.0F; }));
  EXPECT_NEAR(model.evaluate(data, job.splits)[0].test.at("roc_auc"), report.runs[0].test, 1e-9);
}

TEST(GraphTraining, PredictsAGraphAloneAsItDoesAmongOthers) {
  const Dataset data = rings_and_stars();
  const TemporaryFolder folder;
  TrainJob job = short_job("gin", 10);
  job.folder = folder.path();
  (void)train(data, job);
  const TrainedModel predictor = TrainedModel::load(folder.path());
  const Tensor all = predictor.predict(data).probabilities;
  const CsrGraph alone = star(4);
  const std::int64_t whole[] = {0, 4};
  const NodeFeatures none;
  const Features no_edges;
  const Graphs graphs{.graph = alone, .node_features = none, .edge_features = no_edges, .node_ptr = whole};
  const Tensor one = predictor.predict(graphs).probabilities;
  // Graph 4 of the set is a star of four nodes.
  expect_near(one, select_rows(all, std::vector<std::int64_t>{4}), 1e-5);
  const std::vector<float> importance = predictor.node_importance(graphs, 1);
  ASSERT_EQ(importance.size(), 4U);
  EXPECT_NEAR(importance[1], importance[3], 1e-5) << "equal places in the graph add the same";
  EXPECT_NE(importance[0], importance[1]);
  expect_throws<ArgumentError>([&] { (void)predictor.probabilities(alone, {}); }, "is one of graph_classification");
}

TEST(GraphTraining, ChoosesAThresholdOfTwoClassesAndKeepsIt) {
  // A fifth of the stars is of class 1, whatever their size, so that no graph is likely to be.
  Dataset data = rings_and_stars(300);
  auto& classes = std::get<std::vector<std::int64_t>>(data.graph_labels);
  for (std::size_t g = 0; g < classes.size(); ++g) {
    classes[g] = (g / 3) % 10 == 1 ? 1 : 0;
  }
  const auto trained = [&](const std::string& threshold) {
    const TemporaryFolder folder;
    TrainJob job = short_job("gin", 6);
    job.options.set("threshold", threshold);
    job.folder = folder.path();
    TrainReport report = train(data, job);
    return std::pair(std::move(report), TrainedModel::load(folder.path()));
  };
  const auto [before, plain] = trained("none");
  const auto [after, moved] = trained("balanced_accuracy");
  const auto judged = [&](const TrainedModel& model) {
    return model.evaluate(data, std::vector<std::string>{"rand0"})[0];
  };
  EXPECT_GT(judged(moved).val.at("balanced_accuracy"), judged(plain).val.at("balanced_accuracy") + 0.1);
  EXPECT_DOUBLE_EQ(judged(moved).test.at("balanced_accuracy"), after.runs[0].test_metrics.at("balanced_accuracy"));
  // It moves what graphs are called, and neither their order nor their probabilities.
  EXPECT_DOUBLE_EQ(judged(moved).test.at("roc_auc"), judged(plain).test.at("roc_auc"));
  EXPECT_TRUE(test::same_bits(moved.predict(data).probabilities, plain.predict(data).probabilities));
  EXPECT_NE(moved.predict(data).logits(0, 1), plain.predict(data).logits(0, 1));
  const std::string& settled = after.runs[0].settled;
  EXPECT_EQ(settled.find("a graph is called '1' where its probability is above "), 0U) << settled;
  EXPECT_EQ(moved.match(data), std::vector{settled});
  expect_throws<ArgumentError>([&] { (void)trained("1.5"); }, "option threshold: '1.5'");
  EXPECT_TRUE(before.runs[0].settled.empty());
}

TEST(GraphTraining, RefusesDataAndMetricsThatDoNotFit) {
  Dataset data = rings_and_stars();
  TrainJob job = short_job("gin", 2);
  job.options.set("metric", "mae");
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "metric 'mae' is not one of graph_classification");
  job.options.set("metric", "auto");
  data.graph_labels = std::monostate{};
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "has no classes of graphs");
  data.node_ptr.clear();
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "is one graph, expected /graphs/node_ptr");
}

}  // namespace
}  // namespace weft
