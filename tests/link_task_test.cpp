// Training on links: what it may know, determinism, resuming, and a published figure.
#include <algorithm>
#include <vector>

#include "tests/public_files.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained_models.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/model_file.hpp"
#include "weft/layers/kernels/link_scores.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/samplers/link_sampler.hpp"
#include "weft/tasks/link_split.hpp"

namespace weft {
namespace {

using test::expect_same_bits;
using test::expect_throws;
using test::TemporaryFolder;
using test::weights_in;

/// Communities, so that who is joined can be learned.
Dataset communities(bool has_features = true) {
  LabeledGraph made = contextual_block_model(
      {.blocks = {.num_nodes = 300, .num_communities = 5, .degree_inside = 12, .degree_outside = 1, .seed = 5},
       .num_features = 8,
       .signal = 1.0});
  Dataset data;
  data.name = "communities";
  data.task = TaskKind::link_prediction;
  data.graph = std::move(made.graph);
  if (has_features) {
    data.node_features = Tensor::from_buffer(300, 8, std::move(made.features));
  }
  return data;
}

TrainJob link_job(std::int64_t epochs, std::string_view sampler = "uniform_negatives", std::string_view model = "gcn") {
  TrainJob job;
  job.model = model;
  job.options = default_options(model, TaskKind::link_prediction);
  job.splits = {"random"};
  job.options.set_value("epochs", epochs);
  job.options.set_value("hidden", std::int64_t{16});
  job.options.set_value("embedding", std::int64_t{8});
  job.options.set("sampler", sampler);
  return job;
}

TEST(LinkTraining, LearnsWhoIsJoinedWithEverySampler) {
  for (const SamplerInfo& sampler : link_samplers()) {
    SCOPED_TRACE(sampler.name);
    const RunResult run = train(communities(), link_job(40, sampler.name)).runs[0];
    EXPECT_GT(run.test, 0.8);
    EXPECT_GT(run.test_metrics.at("average_precision"), 0.75);
    EXPECT_EQ(run.test_metrics.at("roc_auc"), run.test);
  }
}

TEST(LinkTraining, LearnsARowForEachNodeWhereThereAreNoFeatures) {
  const Dataset data = communities(false);
  TrainJob job = link_job(60);
  EXPECT_GT(train(data, job).runs[0].test, 0.8);
  job.options.set("node_table", "false");
  // The degrees say little about who is joined.
  EXPECT_LT(train(data, job).runs[0].test, 0.75);
}

/// Losses of all epochs where these links are held out beside the same links of training.
std::vector<double> losses_with_held_out(const std::vector<Edge>& val, const std::vector<Edge>& test,
                                         std::string_view sampler) {
  Dataset data = communities();
  const LinkSplit drawn = link_split(data, "random", 0);
  std::vector<Edge> edges = edges_of(drawn.messages);
  for (const std::vector<Edge>* part : {&val, &test}) {
    for (const auto& [u, v] : *part) {
      edges.push_back({u, v});
      edges.push_back({v, u});
    }
  }
  data.graph = CsrGraph::from_edges(300, edges);
  data.splits.push_back({.name = "random",
                         .train = {},
                         .val = {},
                         .test = {},
                         .train_edges = drawn.train,
                         .val_edges = val,
                         .test_edges = test});
  std::vector<double> losses;
  (void)train(data, link_job(5, sampler),
              {.on_epoch = [&](const EpochRecord& record) { losses.push_back(record.loss); }, .should_stop = {}});
  return losses;
}

TEST(LinkTraining, KnowsNothingOfTheLinksThatAreHeldOut) {
  const LinkSplit drawn = link_split(communities(), "random", 0);
  // As many others, which are no links at all.
  std::vector<Edge> others;
  for (NodeId u = 0; others.size() < drawn.test.size(); u = (u + 1) % 150) {
    const Edge pair{u, u + 100 + static_cast<NodeId>(others.size() / 100)};
    if (!drawn.messages.has_edge(pair) && std::ranges::find(others, pair) == others.end()) {
      others.push_back(pair);
    }
  }
  for (const SamplerInfo& sampler : link_samplers()) {
    const std::vector<double> losses = losses_with_held_out(drawn.val, drawn.test, sampler.name);
    ASSERT_EQ(losses.size(), 5U);
    EXPECT_EQ(losses, losses_with_held_out({{0, 299}}, others, sampler.name)) << sampler.name;
  }
}

TEST(LinkTraining, GivesTheSameWeightsOnOneTwoAndFourThreads) {
  const Dataset data = communities();
  for (const SamplerInfo& sampler : link_samplers()) {
    SCOPED_TRACE(sampler.name);
    std::vector<std::vector<NamedTensor>> weights;
    for (const int threads : {1, 2, 4}) {
      const TemporaryFolder folder;
      TrainJob job = link_job(4, sampler.name);
      job.options.set("batch_size", "300");
      job.folder = folder.path();
      with_threads(threads, [&] { (void)train(data, job); });
      weights.push_back(weights_in(folder.path()));
    }
    expect_same_bits(weights[0], weights[1]);
    expect_same_bits(weights[0], weights[2]);
  }
}

TEST(LinkTraining, GoesOnFromACheckpointToTheSameBits) {
  const Dataset data = communities();
  for (const SamplerInfo& sampler : link_samplers()) {
    SCOPED_TRACE(sampler.name);
    const TemporaryFolder whole, cut;
    TrainJob job = link_job(6, sampler.name);
    job.options.set("batch_size", "300");
    job.seeds = {3, 4};
    job.folder = whole.path();
    const TrainReport uninterrupted = train(data, job);
    job.folder = cut.path();
    // Into the second run, and into the midst of an epoch.
    int steps_left = 40;
    const TrainReport first = train(data, job, {.on_epoch = {}, .should_stop = [&] { return --steps_left == 0; }});
    EXPECT_TRUE(first.interrupted);
    job.resume = true;
    const TrainReport resumed = train(data, job);
    EXPECT_FALSE(resumed.interrupted);
    ASSERT_EQ(first.runs.size(), 2U);
    EXPECT_EQ(first.num_epochs + resumed.num_epochs, 12);
    expect_same_bits(weights_in(whole.path()), weights_in(cut.path()));
    ASSERT_EQ(resumed.runs.size(), 2U);
    EXPECT_EQ(resumed.runs[0].test_metrics, uninterrupted.runs[0].test_metrics);
    EXPECT_EQ(resumed.runs[1].test_metrics, uninterrupted.runs[1].test_metrics);
  }
}

TEST(LinkTraining, SelectsByTheMetricThatIsAskedFor) {
  TrainJob job = link_job(10);
  job.options.set("metric", "mrr");
  const TrainReport report = train(communities(), job);
  EXPECT_EQ(report.metric, "mrr");
  EXPECT_EQ(report.runs[0].test, report.runs[0].test_metrics.at("mrr"));
  job.options.set("metric", "accuracy");
  expect_throws<ArgumentError>([&] { (void)train(communities(), job); }, "metric 'accuracy' is not one of");
}

TEST(LinkTraining, GoesOverSplitsThatEachHaveAGraphOfTheirOwn) {
  Dataset data = communities();
  const std::vector<Edge> edges = edges_of(data.graph);
  data.splits = {{.name = "a", .train = {}, .val = {}, .test = {}, .test_edges = {edges[0], edges[50]}},
                 {.name = "b", .train = {}, .val = {}, .test = {}, .test_edges = {edges[100], edges[150]}}};
  TrainJob job = link_job(3);
  job.splits = {"a", "b"};
  const TrainReport both = train(data, job);
  ASSERT_EQ(both.runs.size(), 2U);
  for (const RunResult& run : both.runs) {
    job.splits = {run.split};
    EXPECT_EQ(train(data, job).runs[0].val, run.val) << run.split;
  }
}

TEST(LinkTraining, RefusesSplitsThatAreNotThereAndModelsWithoutHopsForSamples) {
  TrainJob job = link_job(1);
  job.splits = {"random", "other"};
  expect_throws<ArgumentError>([&] { (void)train(communities(), job); }, "has no split of links 'other'");
  expect_throws<ArgumentError>([] { (void)train(communities(), link_job(1, "neighbor", "weft")); },
                               "draws a hop for each layer");
}

TEST(LinkTraining, EveryModelLearnsLinks) {
  const Dataset data = communities();
  for (const ModelInfo& info : models()) {
    if (!info.needs_graphs && !info.needs_node_labels) {
      EXPECT_GT(train(data, link_job(100, "uniform_negatives", info.name)).runs[0].test, 0.6) << info.name;
    }
  }
}

TEST(TrainedLinks, GiveWhatTheTrainerMeasured) {
  const TemporaryFolder folder;
  const Dataset data = communities();
  TrainJob job = link_job(10);
  job.options.set("split_seed", "7");
  job.folder = folder.path();
  const TrainReport report = train(data, job);
  const auto model = TrainedModel::load(folder.path());
  EXPECT_EQ(model.task().kind, TaskKind::link_prediction);
  EXPECT_EQ(model.evaluate(data, job.splits)[0].test, report.runs[0].test_metrics);
  EXPECT_EQ(model.predict(data).logits.shape(), (Shape{300, 8}));
  const std::vector<Edge> pairs = {{0, 1}, {2, 5}};
  EXPECT_EQ(model.score_pairs(data, pairs), link_scores(model.predict(data).logits, pairs));
  expect_throws<ArgumentError>([&] { (void)model.generate(1); },
                               "is one of link_prediction, expected one of generation");
}

TEST(LinkTraining, ReachesTheGraphAutoencoderOnCora) {
  const auto file = test::public_file("cora");
  if (!file) {
    GTEST_SKIP();
  }
  Dataset data = read_dataset(*file);
  data.task = TaskKind::link_prediction;
  TrainJob job = link_job(200);
  job.options.set("hidden", "128");
  job.options.set("embedding", "64");
  // Published, Kipf and Welling 2016, on a split of their own: AUC 0.910, AP 0.920.
  const RunResult run = train(data, job).runs[0];
  EXPECT_GT(run.test, 0.90);
  EXPECT_GT(run.test_metrics.at("average_precision"), 0.90);
}

}  // namespace
}  // namespace weft
