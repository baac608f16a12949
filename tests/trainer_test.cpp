// Training: whole jobs, determinism and resuming.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "tests/short_job.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained_models.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/model_file.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/classification_metrics.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;
using test::communities;
using test::expect_near;
using test::expect_same_bits;
using test::expect_throws;
using test::short_job;
using test::TemporaryFolder;
using test::weights_in;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Train, LearnsTheCommunitiesBetterWithEdgesThanWithout) {
  const Dataset data = communities();
  TrainJob job = short_job("gcn", 60);
  const double with_edges = train(data, job).runs[0].test;
  job.options.set_value("edges", false);
  const double without = train(data, job).runs[0].test;
  EXPECT_GT(with_edges, 0.85);
  EXPECT_LT(without, with_edges - 0.1);
}

TEST(Train, EveryModelGivesTheSameWeightsOnOneTwoAndFourThreads) {
  const Dataset data = communities(1500);
  for (const ModelInfo& info : models()) {
    SCOPED_TRACE(info.name);
    if (info.needs_graphs) {
      continue;
    }
    std::vector<std::vector<NamedTensor>> weights;
    for (const int threads : {1, 2, 4}) {
      const TemporaryFolder folder;
      TrainJob job = short_job(info.name, 6);
      job.folder = folder.path();
      with_threads(threads, [&] { (void)train(data, job); });
      weights.push_back(weights_in(folder.path()));
    }
    expect_same_bits(weights[0], weights[1]);
    expect_same_bits(weights[0], weights[2]);
  }
}

TEST(Train, GoesOnFromACheckpointToTheSameBits) {
  const Dataset data = communities();
  for (const ModelInfo& info : models()) {
    SCOPED_TRACE(info.name);
    // Those that are solved for are done after one epoch: there is nothing to go on with.
    if (info.needs_graphs || !default_options(info.name).has("hidden")) {
      continue;
    }
    const TemporaryFolder whole, cut;
    TrainJob job = short_job(info.name, 10);
    job.seeds = {3, 4};
    job.options.set("norm", std::string_view("batch"));
    job.folder = whole.path();
    const TrainReport uninterrupted = train(data, job);

    job.folder = cut.path();
    int epochs_left = 14;  // into the second run
    const TrainReport first = train(data, job, {.on_epoch = {}, .should_stop = [&] { return --epochs_left == 0; }});
    EXPECT_TRUE(first.interrupted);
    job.resume = true;
    const TrainReport resumed = train(data, job);
    EXPECT_FALSE(resumed.interrupted);
    EXPECT_EQ(first.num_epochs, 14);
    EXPECT_EQ(resumed.num_epochs, 6);

    expect_same_bits(weights_in(whole.path()), weights_in(cut.path()));
    ASSERT_EQ(resumed.runs.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(resumed.runs[i].test, uninterrupted.runs[i].test);
      EXPECT_EQ(resumed.runs[i].best_epoch, uninterrupted.runs[i].best_epoch);
    }
    EXPECT_EQ(resumed.best_run, uninterrupted.best_run);
    const std::string log = text_of(cut.path() / "metrics.jsonl");
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 20);
  }
}

TEST(Train, GoesOnToTheSameBitsWithAttentionThatKeepsStatistics) {
  const Dataset data = communities();
  for (const std::string_view attention : {"goat", "performer", "nodeformer"}) {
    SCOPED_TRACE(attention);
    const TemporaryFolder whole, cut;
    TrainJob job = short_job("weft", 10);
    for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"attention", attention},
                                      {"attention_warmup", "0.2"},
                                      {"centroids", "20"},
                                      {"redraw", "3"},
                                      {"edge_loss", "1"}}) {
      job.options.set(name, value);
    }
    job.folder = whole.path();
    (void)train(data, job);
    job.folder = cut.path();
    int epochs_left = 7;
    EXPECT_TRUE(train(data, job, {.on_epoch = {}, .should_stop = [&] { return --epochs_left == 0; }}).interrupted);
    job.resume = true;
    const TrainReport resumed = train(data, job);
    EXPECT_FALSE(resumed.interrupted);
    EXPECT_EQ(resumed.num_epochs, 3);
    expect_same_bits(weights_in(whole.path()), weights_in(cut.path()));
  }
}

TEST(Train, MinimizesTheLossesOfLayersToo) {
  const Dataset data = communities();
  const auto first_loss = [&](std::string_view weight) {
    TrainJob job = short_job("weft", 1);
    job.options.set("attention", std::string_view("nodeformer"));
    job.options.set("attention_warmup", std::string_view("0"));
    job.options.set("edge_loss", weight);
    double loss = 0.0;
    (void)train(data, job, {.on_epoch = [&](const EpochRecord& r) { loss = r.loss; }, .should_stop = {}});
    return loss;
  };
  const double alone = first_loss("0"), once = first_loss("1"), twice = first_loss("2");
  EXPECT_GT(once, alone + 0.1);
  EXPECT_NEAR(twice - alone, 2 * (once - alone), 1e-4);
}

TEST(Train, KeepsWhatPassesHaveFoundWithoutGradients) {
  const TemporaryFolder folder;
  TrainJob job = short_job("weft", 4);
  job.options.set("norm", "batch");
  job.options.set("attention_warmup", "0");
  job.folder = folder.path();
  (void)train(communities(60), job);
  std::map<std::string, Tensor> saved;
  for (const NamedTensor& tensor : weights_in(folder.path())) {
    saved.emplace(tensor.name, tensor.value);
  }
  EXPECT_EQ(saved.at("attends")(0, 0), 1.0F);
  for (std::int64_t j = 0; j < 16; ++j) {
    EXPECT_NE(saved.at("last_norm.running_mean")(0, j), 0.0F);
    EXPECT_NE(saved.at("last_norm.running_variance")(0, j), 1.0F);
  }
}

TEST(Train, ARunWhoseFigureIsNotDefinedIsNotTheBest) {
  Dataset data = test::two_communities(60, 4);
  // No ROC curve of one class.
  Split one_class = data.splits[0];
  one_class.name = "one_class";
  const auto& labels = std::get<std::vector<std::int64_t>>(data.node_labels);
  std::erase_if(one_class.val, [&](std::int64_t v) { return labels[static_cast<std::size_t>(v)] == 1; });
  data.splits.push_back(one_class);
  TrainJob job = short_job("gcn", 2);
  for (const bool is_first : {true, false}) {
    job.splits =
        is_first ? std::vector<std::string>{"one_class", "rand0"} : std::vector<std::string>{"rand0", "one_class"};
    const TrainReport report = train(data, job);
    ASSERT_TRUE(std::isnan(report.runs[is_first ? 0 : 1].val));
    EXPECT_EQ(report.best_run, is_first ? 1U : 0U);
  }
}

TEST(Train, SelectsByValidationAndReportsTestAtThatEpoch) {
  const Dataset data = communities();
  double best_val = -1.0;
  std::int64_t best_epoch = -1;
  const TrainReport report = train(data, short_job("gcn", 30), {.on_epoch = [&](const EpochRecord& r) {
                                     if (r.val > best_val) {
                                       best_val = r.val;
                                     }
                                     best_epoch = r.best_epoch;
                                   }});
  EXPECT_EQ(report.runs[0].val, best_val);
  EXPECT_EQ(report.runs[0].best_epoch, best_epoch);
  EXPECT_EQ(report.runs[0].test, report.runs[0].test_metrics.at("accuracy"));
}

TEST(LabelAmount, IsManyFromAHundredTrainingLabelsAClass) {
  Dataset data = communities(900);
  EXPECT_EQ(label_amount(data, data.splits[0]), LabelAmount::many);  // 300 for 3 classes
  data.splits[0].train.pop_back();
  EXPECT_EQ(label_amount(data, data.splits[0]), LabelAmount::few);
  // Of 300 a class that are a small share of the nodes.
  EXPECT_EQ(label_amount({.nodes = 4500, .num_classes = 3, .train_rows = 900}), LabelAmount::few);
  EXPECT_EQ(label_amount({.nodes = 4499, .num_classes = 3, .train_rows = 900}), LabelAmount::many);
  EXPECT_EQ(label_amount({.nodes = 15000, .num_classes = 3, .train_rows = 3000}), LabelAmount::many);
  EXPECT_EQ(default_options("gcn").text("norm"), "none");
  EXPECT_EQ(default_options("gcn", TaskKind::node_classification, LabelAmount::many).text("norm"), "batch");
}

TEST(DefaultOptions, AreThereForEveryModelAndTask) {
  for (const TaskInfo& task : tasks()) {
    if (!task.model.empty()) {
      EXPECT_NO_THROW((void)default_options(task.model, task.kind)) << task.name();
      continue;
    }
    for (const ModelInfo& info : models()) {
      for (const LabelAmount amount : {LabelAmount::few, LabelAmount::many}) {
        EXPECT_NO_THROW((void)default_options(info.name, task.kind, amount)) << info.name << " " << task.name();
      }
    }
  }
}

TEST(Train, StopsEarlyWhenPatienceIsUp) {
  TrainJob job = short_job("mlp", 400);
  job.options.set_value("patience", std::int64_t{5});
  const RunResult run = train(communities(), job).runs[0];
  EXPECT_LT(run.epochs, 400);
  EXPECT_EQ(run.epochs, run.best_epoch + 6);
}

TEST(Train, JudgesEverySoManyEpochsAndTheLastAndSelectsFromThoseAlone) {
  TrainJob job = short_job("gcn", 11);
  job.options.set_value("eval_every", std::int64_t{4});
  std::vector<EpochRecord> records;
  const RunResult run =
      train(communities(), job, {.on_epoch = [&](const EpochRecord& r) { records.push_back(r); }}).runs[0];
  ASSERT_EQ(records.size(), 11U);
  double best = -1.0;
  for (const EpochRecord& r : records) {
    const bool judged = r.epoch == 3 || r.epoch == 7 || r.epoch == 10;
    EXPECT_EQ(r.evaluated, judged) << r.epoch;
    EXPECT_EQ(std::isnan(r.val), !judged) << r.epoch;
    EXPECT_EQ(r.best_epoch < 0, r.epoch < 3) << r.epoch;
    best = judged ? std::max(best, r.val) : best;
  }
  EXPECT_EQ(run.val, best);
  EXPECT_TRUE(run.best_epoch == 3 || run.best_epoch == 7 || run.best_epoch == 10);
  // What it learns does not depend on when it is judged.
  EXPECT_EQ(records[10].loss, [&] {
    double last = 0.0;
    (void)train(communities(), short_job("gcn", 11), {.on_epoch = [&](const EpochRecord& r) { last = r.loss; }});
    return last;
  }());
}

TEST(Train, CountsJudgedEpochsForPatience) {
  TrainJob job = short_job("mlp", 400);
  job.options.set_value("patience", std::int64_t{2});
  job.options.set_value("eval_every", std::int64_t{5});
  const RunResult run = train(communities(), job).runs[0];
  EXPECT_LT(run.epochs, 400);
  EXPECT_EQ(run.best_epoch % 5, 4);
  EXPECT_EQ(run.epochs, run.best_epoch + 1 + 2 * 5);
}

TEST(Train, RunsEverySeedOnEverySplitAndSaysMeanAndDeviation) {
  Dataset data = communities();
  Split second = data.splits[0];
  second.name = "rand1";
  std::swap(second.train, second.test);
  data.splits.push_back(second);
  TrainJob job = short_job("gcn", 5);
  job.splits = {"rand0", "rand1"};
  job.seeds = {7, 8};
  const TrainReport report = train(data, job);
  ASSERT_EQ(report.runs.size(), 4U);
  EXPECT_EQ(report.runs[3].split, "rand1");
  EXPECT_EQ(report.runs[3].seed, 8U);
  double mean = 0.0;
  for (const RunResult& run : report.runs) {
    mean += run.test / 4.0;
  }
  EXPECT_DOUBLE_EQ(report.mean(&RunResult::test), mean);
  EXPECT_GT(report.deviation(&RunResult::test), 0.0);
}

TEST(Train, RefusesWhatItCannotTrain) {
  Dataset data = communities();
  TrainJob job = short_job("gcn");
  job.splits = {"public"};
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "has no split 'public'");
  job.splits = {"rand0"};
  data.task = TaskKind::generation;
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "the task is generation");
  data.task = TaskKind::node_classification;
  data.node_labels = std::monostate{};
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "has no classes of nodes");
}

TEST(Train, NamesEpochAndSeedWhenTheLossIsNotFinite) {
  Dataset data = communities();
  TrainJob job = short_job("mlp", 50);
  job.options.set("feature_norm", "none");
  std::get<Tensor>(data.node_features.in_memory())(0, 0) = 3e38F;
  std::get<Tensor>(data.node_features.in_memory())(3, 0) = -3e38F;
  expect_throws<NumericError>([&] { (void)train(data, job); }, "of seed 0, split rand0: the loss is");
}

TEST(Train, PeakMemoryDoesNotGrowWithEpochs) {
  const Dataset data = communities(20000);
  TrainJob job = short_job("weft", 4);
  job.options.set_value("hidden", std::int64_t{64});
  (void)train(data, job);
  const std::int64_t after_four = memory_use().peak;
  job.options.set_value("epochs", std::int64_t{12});
  (void)train(data, job);
  EXPECT_LE(memory_use().peak, after_four + (after_four >> 6));
}

TEST(Train, AStoppedRunDoesNotTakeThePlaceOfAModelThatIsDone) {
  const TemporaryFolder folder;
  Dataset data = communities();
  // The stopped run is judged by what it learns by heart, so that it looks better.
  data.splits.push_back(data.splits[0]);
  data.splits[1].name = "by_heart";
  data.splits[1].val = data.splits[1].train;
  TrainJob job = short_job("gcn", 20);
  job.splits = {"rand0", "by_heart"};
  job.folder = folder.path();
  int epochs = 0;
  const TrainReport report = train(
      data, job, {.on_epoch = [&](const EpochRecord&) { ++epochs; }, .should_stop = [&] { return epochs == 39; }});
  EXPECT_TRUE(report.interrupted);
  ASSERT_EQ(report.runs.size(), 2U);
  ASSERT_GT(report.runs[1].val, report.runs[0].val);
  EXPECT_EQ(report.best_run, 0U);
  EXPECT_EQ(read_model_file(folder.path() / "model.h5").text("split"), "rand0");
}

TEST(TrainedModel, GivesWhatTheTrainerMeasured) {
  const TemporaryFolder folder;
  const Dataset data = communities();
  for (const ModelInfo& info : models()) {
    SCOPED_TRACE(info.name);
    if (info.needs_graphs) {
      continue;
    }
    TrainJob job = short_job(info.name, 10);
    job.folder = folder.path();
    const TrainReport report = train(data, job);
    const TrainedModel predictor = TrainedModel::load(folder.path());
    const Tensor p = predictor.probabilities(data.graph, data.node_features);
    EXPECT_DOUBLE_EQ(accuracy(p, std::get<std::vector<std::int64_t>>(data.node_labels), data.splits[0].test),
                     report.runs[0].test);
    EXPECT_NEAR(p(0, 0) + p(0, 1) + p(0, 2), 1.0, 1e-5);
    EXPECT_EQ(predictor.model(), info.name);
    if (info.name == "label_propagation") {
      continue;  // reads no features
    }
    expect_throws<ArgumentError>([&] { (void)predictor.probabilities(data.graph, Tensor(300, 9)); },
                                 "made for 8 dense features, given 9 dense");
  }
}

/// A ring whose nodes have class 1 where the edge that comes from the right says so; node features tell nothing.
Dataset marked_ring(std::int64_t num_nodes) {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < num_nodes; ++v) {
    edges.push_back({static_cast<NodeId>((v + 1) % num_nodes), v});
  }
  Dataset data;
  data.name = "marked_ring";
  data.num_classes = 2;
  data.graph = CsrGraph::from_edges(num_nodes, edges);
  data.node_features = Tensor::full(num_nodes, 1, 1.0F);
  std::vector<std::int64_t> labels;
  Tensor marks(num_nodes, 1);
  for (std::int64_t v = 0; v < num_nodes; ++v) {
    labels.push_back(Random(1).bits(static_cast<std::uint64_t>(v)) & 1);
    marks(v, 0) = labels.back() == 1 ? 1.0F : -1.0F;
  }
  data.edge_features = std::move(marks);
  data.node_labels = std::move(labels);
  data.splits = {test::split_by_thirds(num_nodes)};
  return data;
}

TEST(Train, LearnsFromFeaturesOfEdgesAndPredictsWithThem) {
  const TemporaryFolder folder;
  const Dataset data = marked_ring(300);
  for (const auto& [model, convolution] : {std::pair{"gine", "gine"}, {"gps", "gine"}, {"gcn", "gcn"}}) {
    SCOPED_TRACE(model);
    TrainJob job = short_job(model, 40);
    job.options.set("convolution", convolution);
    job.options.set("dropout", "0");
    job.options.set("input_dropout", "0");
    job.folder = folder.path();
    const double test = train(data, job).runs[0].test;  // ROC-AUC
    const bool reads = convolution_info(convolution).reads_edges;
    // Nodes that are alike may be told apart by the last bit: some libraries add up the last rows of a product
    // otherwise.
    constexpr double kByRounding = 0.05;
    if (!reads) {
      EXPECT_NEAR(test, 0.5, kByRounding);
      continue;
    }
    EXPECT_GT(test, 0.99);
    const TrainedModel predictor = TrainedModel::load(folder.path());
    EXPECT_EQ(predictor.shape().edge_kind, FeatureKind::dense);
    const Tensor p = predictor.predict(data).logits;
    EXPECT_NEAR(roc_auc(p, std::get<std::vector<std::int64_t>>(data.node_labels), data.splits[0].test), test, 1e-9);
    expect_throws<ArgumentError>([&] { (void)predictor.probabilities(data.graph, data.node_features); },
                                 "given no edge features");
    // Without edges there are no features of edges either.
    job.options.set("edges", "false");
    EXPECT_NEAR(train(data, job).runs[0].test, 0.5, kByRounding);
  }
}

TEST(Train, EncodingsTellNodesApartThatFeaturesDoNot) {
  // Two of three nodes stand in triangles, the others in pairs: edges alone would tell, so they are hidden from the
  // model by reading no neighbors.
  std::vector<Edge> edges;
  for (NodeId v = 0; v + 6 <= 300; v += 6) {
    edges.insert(edges.end(), {{v, v + 1}, {v + 1, v + 2}, {v + 2, v}, {v + 3, v + 4}, {v + 4, v + 5}});
  }
  Dataset data = marked_ring(300);
  data.graph = CsrGraph::from_edges(300, edges, {.symmetrize = true});
  data.edge_features = {};
  std::vector<std::int64_t> labels;
  for (std::int64_t v = 0; v < 300; ++v) {
    labels.push_back(v % 6 < 3 ? 1 : 0);
  }
  data.node_labels = std::move(labels);
  const TemporaryFolder folder;
  for (const char* encoding : {"none", "random_walk"}) {
    TrainJob job = short_job("mlp", 40);
    job.options.set("encoding", encoding);
    job.folder = folder.path();
    const TrainReport report = train(data, job);
    EXPECT_NEAR(report.runs[0].test, encoding == std::string("none") ? 0.5 : 1.0, 0.01) << encoding;
    const Tensor p = TrainedModel::load(folder.path()).probabilities(data.graph, data.node_features);
    EXPECT_NEAR(roc_auc(p, std::get<std::vector<std::int64_t>>(data.node_labels), data.splits[0].test),
                report.runs[0].test, 1e-9);
  }
}

TEST(TrainedModel, RefusesModelsOfAnOlderFormat) {
  const TemporaryFolder folder;
  TrainJob job = short_job("gcn", 2);
  job.folder = folder.path();
  (void)train(communities(), job);
  ModelFile file = read_model_file(folder.path() / "model.h5");
  file.config.erase("edge_kind");
  write_model_file(file, folder.path() / "model.h5");
  expect_throws<DataError>([&] { (void)TrainedModel::load(folder.path()); }, "made by an older Weft; train it again");
}

TEST(TrainedModel, NamesTheFileThatIsNotAModel) {
  const TemporaryFolder folder;
  ModelFile file;
  file.config["model"] = "gcn";
  write_model_file(file, folder.path() / "model.h5");
  expect_throws<DataError>([&] { (void)TrainedModel::load(folder.path()); }, "model.h5");
}

}  // namespace
}  // namespace weft
