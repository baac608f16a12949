// Training a generator: it learns, goes on to the bit, is read from its file, and refuses what it cannot train.
#include "weft/tasks/generation_task.hpp"
#include "weft/tasks/training_options.hpp"

#include <filesystem>
#include <fstream>

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::rings;
using test::same_bits;

class TrainGenerator : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
};

TrainJob job_with(const std::vector<std::pair<std::string, std::string>>& options) {
  TrainJob job;
  job.model = kGeneratorModel;
  job.options = default_options(kGeneratorModel, TaskKind::generation);
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"hidden", "16"}, {"layers", "1"}, {"heads", "2"}, {"batch_size", "32"}, {"warmup", "0.05"}}) {
    job.options.set(name, value);
  }
  for (const auto& [name, value] : options) {
    job.options.set(name, value);
  }
  job.splits = {"rand0"};
  return job;
}

bool is_ring(const TypedGraph& graph) {
  std::vector<int> degree(graph.types.size(), 0);
  for (const TypedEdge& edge : graph.edges) {
    ++degree[edge.a];
    ++degree[edge.b];
  }
  return num_components(graph) == 1 && std::ranges::all_of(degree, [](int d) { return d == 2; });
}

TEST_F(TrainGenerator, LearnsToMakeRings) {
  const Dataset dataset = rings(64, 3, 6);
  TrainJob job = job_with({{"epochs", "2"}, {"epoch_graphs", "6400"}, {"learning_rate", "0.01"}});
  job.folder = folder_.path();
  std::vector<EpochRecord> records;
  const TrainReport report = train(dataset, job, {.on_epoch = [&](const EpochRecord& r) { records.push_back(r); }});
  ASSERT_EQ(records.size(), 2U);
  // Four sizes, equally likely: log 4 = 1.386 nats is all there is to know.
  EXPECT_NEAR(report.runs[0].val, std::log(4.0), 0.05);
  EXPECT_EQ(report.metric, "nll");
  const auto generator = TrainedModel::load(folder_.path());
  for (const bool is_masked : {true, false}) {
    std::int64_t good = 0;
    std::vector<int> sizes(7, 0);
    for (const SampledGraph& sample : generator.generate(400, {.seed = 1, .is_masked = is_masked})) {
      good += sample.is_whole && is_ring(sample.graph) ? 1 : 0;
      ++sizes[std::min<std::size_t>(sample.graph.types.size(), 6)];
    }
    EXPECT_GE(good, 390) << (is_masked ? "with" : "without") << " the mask";
    for (std::size_t n = 3; n <= 6; ++n) {
      EXPECT_NEAR(sizes[n], 100, 45) << n;
    }
  }
}

TEST_F(TrainGenerator, GivesTheSizeThatItIsAskedFor) {
  const Dataset dataset = rings(64, 3, 6);
  TrainJob job =
      job_with({{"epochs", "2"}, {"epoch_graphs", "6400"}, {"learning_rate", "0.01"}, {"condition", "nodes,rings"}});
  job.folder = folder_.path();
  (void)train(dataset, job);
  const auto generator = TrainedModel::load(folder_.path());
  for (const double size : {3.0, 5.0}) {
    std::int64_t right = 0;
    for (const SampledGraph& sample : generator.generate(200, {.seed = 1, .wishes = {{"nodes", size}}})) {
      right += static_cast<double>(sample.graph.num_nodes()) == size ? 1 : 0;
    }
    EXPECT_GE(right, 180) << "of size " << size;
  }
  expect_throws<ArgumentError>([&] { (void)generator.generate(1, {.wishes = {{"color", 1.0}}}); }, "color");
}

TEST_F(TrainGenerator, GoesOnToTheBit) {
  const Dataset dataset = rings(40, 3, 7);
  TrainJob job = job_with({{"epochs", "3"}, {"epoch_graphs", "320"}, {"dropout", "0.1"}});
  job.folder = folder_ / "whole";
  (void)train(dataset, job);
  // Stopped in the middle of the second epoch, of ten steps each.
  job.folder = folder_ / "parts";
  int steps = 0;
  const TrainReport stopped = train(dataset, job, {.should_stop = [&] { return ++steps == 14; }});
  EXPECT_TRUE(stopped.interrupted);
  job.resume = true;
  const TrainReport resumed = train(dataset, job);
  EXPECT_FALSE(resumed.interrupted);
  EXPECT_EQ(resumed.num_epochs, 2);
  const ModelFile whole = read_model_file(folder_ / "whole" / "model.h5"),
                  parts = read_model_file(folder_ / "parts" / "model.h5");
  ASSERT_EQ(whole.tensors.size(), parts.tensors.size());
  for (std::size_t k = 0; k < whole.tensors.size(); ++k) {
    EXPECT_TRUE(same_bits(whole.tensors[k].value, parts.tensors[k].value)) << whole.tensors[k].name;
  }
  std::ifstream log(folder_ / "parts" / "metrics.jsonl");
  std::int64_t lines = 0;
  for (std::string line; std::getline(log, line);) {
    EXPECT_NE(line.find("\"epoch\":" + std::to_string(++lines)), std::string::npos);
    EXPECT_NE(line.find("\"evaluated\":true"), std::string::npos) << line;
  }
  EXPECT_EQ(lines, 3);
}

TEST_F(TrainGenerator, GoesOverSeedsAndSplitsAndStopsEarlyAsOtherTasksDo) {
  Dataset dataset = rings(40, 3, 7);
  dataset.splits.push_back(dataset.splits[0]);
  dataset.splits[1].name = "rand1";
  std::swap(dataset.splits[1].val, dataset.splits[1].test);
  TrainJob job = job_with({{"epochs", "60"},
                           {"epoch_graphs", "32"},
                           {"eval_every", "2"},
                           {"patience", "1"},
                           {"learning_rate", "0"},
                           {"average", "0"}});
  job.splits = {"rand0", "rand1"};
  job.seeds = {0, 1};
  job.folder = folder_.path();
  const TrainReport report = train(dataset, job);
  ASSERT_EQ(report.runs.size(), 4U);
  EXPECT_EQ(report.runs[2].split, "rand1");
  EXPECT_EQ(report.runs[3].seed, 1U);
  for (const RunResult& run : report.runs) {
    // Weights that do not move are never better than at their first judgment.
    EXPECT_EQ(run.best_epoch, 1);
    EXPECT_EQ(run.epochs, 4);
  }
  EXPECT_EQ(report.runs[0].val, report.runs[2].test);
  EXPECT_EQ(TrainedModel::load(folder_.path()).split(), report.runs[report.best_run].split);
}

TEST_F(TrainGenerator, MakesAModelThatSaysWhatItIs) {
  TrainJob job = job_with({{"epochs", "1"}, {"epoch_graphs", "32"}});
  job.folder = folder_.path();
  const Dataset dataset = rings(40, 3, 7);
  (void)train(dataset, job);
  const auto model = TrainedModel::load(folder_.path());
  expect_throws<ArgumentError>(
      [&] { (void)model.predict(dataset); },
      "the model sequence of rings is one of generation, expected one of nodes, graphs or links");
  expect_throws<ArgumentError>([&] { (void)model.evaluate(dataset, job.splits); }, "is one of generation");
}

TEST_F(TrainGenerator, DoesNotDependOnTheNumberOfThreads) {
  const Dataset dataset = rings(40, 3, 7);
  const TrainJob job = job_with({{"epochs", "1"}, {"epoch_graphs", "640"}, {"batch_size", "64"}});
  double one = 0.0, two = 0.0;
  with_threads(1, [&] { one = train(dataset, job).runs[0].val; });
  with_threads(2, [&] { two = train(dataset, job).runs[0].val; });
  EXPECT_EQ(one, two);
}

TEST_F(TrainGenerator, RefusesACheckpointOfAnotherJob) {
  TrainJob job = job_with({{"epochs", "1"}, {"epoch_graphs", "64"}});
  job.folder = folder_.path();
  (void)train(rings(40, 3, 7), job);
  job.resume = true;
  expect_throws<ArgumentError>([&] { (void)train(rings(40, 3, 6), job); }, "another dataset");
  job.options.set("hidden", "32");
  expect_throws<ArgumentError>([&] { (void)train(rings(40, 3, 7), job); }, "option.hidden");
}

TEST_F(TrainGenerator, RefusesACheckpointThatWasMadeWithOtherProperties) {
  Dataset dataset = rings(40, 3, 7);
  dataset.graph_labels = test::random_tensor(40, 1);
  TrainJob job = job_with({{"epochs", "1"}, {"epoch_graphs", "64"}, {"condition", "targets"}});
  job.folder = folder_.path();
  (void)train(dataset, job);
  job.resume = true;
  EXPECT_EQ(train(dataset, job).num_epochs, 0);
  std::get<Tensor>(dataset.graph_labels)(39, 0) += 1.0F;
  expect_throws<ArgumentError>([&] { (void)train(dataset, job); }, "other features or properties");
}

TEST_F(TrainGenerator, SaysWhichGraphsAreLeftOut) {
  Dataset dataset = rings(40, 3, 7);
  dataset.node_ptr.push_back(dataset.node_ptr.back());
  dataset.splits[0].test.push_back(40);
  // A type that no graph of the training part has.
  dataset.node_type = Buffer<std::int32_t>(static_cast<std::size_t>(dataset.graph.num_nodes()), 0);
  dataset.node_type[static_cast<std::size_t>(dataset.node_ptr[static_cast<std::size_t>(dataset.splits[0].val[0])])] = 1;
  const TrainJob job = job_with({});
  EXPECT_EQ(GenerationTask(dataset, job).notes(),
            (std::vector<std::string>{
                "graphs that are left out: 1 of 41; the first is graph 40: there are no nodes",
                "split rand0: graphs that are left out, since its training part has no codes for them: 1"}));
  const Dataset whole = rings(40, 3, 7);
  EXPECT_TRUE(GenerationTask(whole, job).notes().empty());
}

TEST_F(TrainGenerator, StopsAtItsTimeBudget) {
  TrainJob job = job_with({{"epochs", "1000000"}, {"epoch_graphs", "64"}, {"budget_minutes", "0.01"}});
  const TrainReport report = train(rings(40, 3, 7), job);
  EXPECT_FALSE(report.interrupted);
  EXPECT_GE(report.runs[0].seconds, 0.6);
  EXPECT_LT(report.num_epochs, 1000000);
}

TEST_F(TrainGenerator, RefusesWhatItCannotLearnFrom) {
  Dataset dataset = rings(40, 3, 7);
  TrainJob job = job_with({});
  job.splits = {"nowhere"};
  expect_throws<ArgumentError>([&] { (void)train(dataset, job); }, "nowhere");
  Dataset alone = rings(40, 3, 7);
  alone.node_ptr.clear();
  job = job_with({});
  expect_throws<ArgumentError>([&] { (void)train(alone, job); }, "is one graph, expected /graphs/node_ptr");
  job = job_with({{"condition", "weight"}});
  expect_throws<ArgumentError>([&] { (void)train(dataset, job); }, "weight");
  dataset.directed = true;
  expect_throws<ArgumentError>([&] { (void)train(dataset, job_with({})); }, "directed");
}

}  // namespace
}  // namespace weft
