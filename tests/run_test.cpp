// Runs from C++: what is refused before any data are read, what a refused run leaves behind, and what is kept in
// memory.
#include "weft/runs/run.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>

#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/runs/run_report.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::TemporaryFolder;

TEST(Run, ChecksFieldsThatAreSetFromCppBeforeItReadsAnything) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const std::vector<std::pair<RunConfig, std::string>> cases = {
      {{.task = "foo"}, "task: 'foo' is not one of generation, link_prediction"},
      {{.task = "node_regression"}, "task: 'node_regression' is not one of generation, link_prediction"},
      {{.protocol = "Gin"}, "protocol: 'Gin' is not one of gin, fair"},
      {{.runs = 0}, "runs: 0 is out of range, expected 1 to 10000"},
      {{.runs = -1}, "runs: -1 is out of range, expected 1 to 10000"},
      {{.seed = kMost, .runs = 2}, "pass the largest seed"},
      {{.max_minutes = -1.0}, "max_minutes: -1 is out of range"},
      {{.model = "gcn", .task = "generation"}, "task generation: the model 'gcn' does not learn that"},
      {{.model = "gcm"}, "did you mean 'gcn'?"},
      {{.resume = true}, "no run folder is named"},
  };
  for (auto [config, problem] : cases) {
    config.dataset = "there is no such file";
    expect_throws<ArgumentError>([&] { (void)run(config); }, problem);
  }
  EXPECT_NO_THROW((void)plan_run({.dataset = "there is no such file", .seed = kMost, .runs = 1}));
}

TEST(Run, ChecksTextsAsItChecksFields) {
  RunConfig config;
  expect_throws<ArgumentError>([&] { config.set("runs=0"); }, "runs: 0 is out of range, expected 1 to 10000");
  config = {};
  expect_throws<ArgumentError>([&] { config.set("protocol=Gin"); }, "protocol: 'Gin' is not one of gin, fair");
}

TEST(Run, LocksItsFolderBeforeItReadsTheData) {
  const TemporaryFolder folder;
  const RunFolder other(folder / "run");
  expect_throws<OutputError>([&] { (void)run({.dataset = "there is no such file", .folder = folder / "run"}); },
                             "another run is using this folder");
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

TEST(Run, LeavesNothingBehindWhereItIsRefused) {
  const TemporaryFolder folder;
  const std::string data = folder / "data.h5";
  write_dataset(test::communities(60), data);
  // Refused by the reader, by the choice of splits, and by the task.
  expect_throws<DataError>([&] { (void)run({.dataset = folder / "no.h5", .folder = folder / "a/run"}); }, "no.h5");
  expect_throws<ArgumentError>([&] { (void)run({.dataset = data, .splits = {"9"}, .folder = folder / "a/run/"}); },
                               "matches no split");
  expect_throws<ArgumentError>([&] { (void)run({.dataset = data, .task = "generation", .folder = folder / "a/run"}); },
                               "is one graph");
  EXPECT_EQ(files_in(folder.path()), std::vector<std::string>{"data.h5"});
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Run, TrainsOnDataInMemoryAsOnThoseOfAFile) {
  const TemporaryFolder folder;
  const std::string data = folder / "data.h5";
  write_dataset(test::communities(60), data);
  const std::vector<std::pair<std::string, std::string>> settings = {{"epochs", "3"}};
  const RunSummary read = run({.dataset = data, .settings = settings, .folder = folder / "read"});
  Dataset given = test::communities(60);
  given.name = read.dataset;
  const RunSummary in_memory = run(RunConfig{.settings = settings, .folder = folder / "in_memory"}, std::move(given));
  EXPECT_EQ(in_memory.mean_test(), read.mean_test());
  EXPECT_EQ(content_of(folder / "in_memory/model.h5"), content_of(folder / "read/model.h5"));
  EXPECT_NE(content_of(folder / "in_memory/config.toml").find("dataset = \"\""), std::string::npos);
}

TEST(Run, RefusesDataInMemoryThatAFileCouldNotHold) {
  Dataset broken = test::communities(60);
  broken.splits.at(0).test = broken.splits.at(0).train;
  expect_throws<DataError>([&] { (void)run(RunConfig{}, std::move(broken)); }, "expected disjoint");
  expect_throws<ArgumentError>([] { (void)run(RunConfig{.memory_limit = "4G"}, test::communities(60)); },
                               "the dataset is in memory already");
}

TEST(Run, LeavesAFolderOfBeforeAsItWasWhereItIsRefused) {
  const TemporaryFolder folder;
  const std::string data = folder / "data.h5";
  write_dataset(test::communities(60), data);
  (void)run({.dataset = data, .model = "gcn", .settings = {{"epochs", "2"}}, .folder = folder / "run"});
  const std::vector<std::string> files = files_in(folder / "run");
  const std::string config = content_of(folder / "run/config.toml"), model = content_of(folder / "run/model.h5");
  expect_throws<ArgumentError>([&] { (void)run({.dataset = data, .task = "generation", .folder = folder / "run"}); },
                               "is one graph");
  EXPECT_EQ(files_in(folder / "run"), files);
  EXPECT_EQ(content_of(folder / "run/config.toml"), config);
  EXPECT_EQ(content_of(folder / "run/model.h5"), model);
}

// Somebody may look whether a folder is free, and another process fill it before the run takes it.
TEST(Run, KeepsWhatHasComeIntoItsFolderSinceItWasPlanned) {
  const TemporaryFolder folder;
  const std::string data = folder / "data.h5";
  write_dataset(test::communities(60), data);
  const RunConfig config = {
      .dataset = data, .model = "gcn", .settings = {{"epochs", "2"}}, .folder = folder / "run", .keeps_former = true};
  const RunPlan planned = plan_run(config);
  (void)run(config);
  const std::string model = content_of(folder / "run/model.h5");
  expect_throws<ArgumentError>([&] { (void)run(planned); }, "holds a run that has come there meanwhile");
  std::filesystem::remove(folder / "run/report.html");
  expect_throws<ArgumentError>([&] { (void)run(planned); }, "holds a run that has come there meanwhile");
  EXPECT_EQ(content_of(folder / "run/model.h5"), model);
  RunConfig again = config;
  again.resume = true;
  (void)run(again);
  again.resume = again.keeps_former = false;
  (void)run(again);
}

TEST(Run, ShowsLinksByTheStatesThatTheirWeightsGive) {
  const TemporaryFolder folder;
  const std::string path = folder / "data.h5";
  Dataset data = test::communities(60);
  Tensor weights(data.graph.num_edges(), 1);
  for (std::int64_t e = 0; e < weights.rows(); ++e) {
    weights(e, 0) = e % 3 == 0 ? 50.0F : 0.1F;
  }
  data.edge_features = std::move(weights);
  data.weight_column = 0;
  write_dataset(data, path);
  const RunConfig config = {.dataset = path,
                            .model = "gcn",
                            .task = "link_prediction",
                            .settings = {{"epochs", "2"}},
                            .folder = folder / "run"};
  const RunSummary summary = run(config);
  const auto picture = [&] {
    const std::string page = content_of(folder / "run/report.html");
    const std::size_t at = page.find("two principal components");
    EXPECT_NE(at, std::string::npos);
    return page.substr(std::min(at, page.size()));
  };
  const std::string drawn = picture();
  data.task = TaskKind::link_prediction;
  write_run_report({folder / "run"}, data, summary);
  EXPECT_EQ(picture(), drawn);
  std::ranges::fill(std::get<Tensor>(data.edge_features).values(), 1.0F);
  write_run_report({folder / "run"}, data, summary);
  EXPECT_NE(picture(), drawn);
}

/// 40 triangles with features, of two classes.
Dataset triangles() {
  Dataset data;
  data.name = "triangles";
  data.task = TaskKind::graph_classification;
  data.num_classes = 2;
  data.node_ptr = {0};
  std::vector<Edge> edges;
  std::vector<std::int64_t> labels;
  Split split;
  split.name = "0";
  for (std::int64_t g = 0; g < 40; ++g) {
    const auto a = static_cast<NodeId>(3 * g), b = a + 1, c = a + 2;
    edges.insert(edges.end(), {{a, b}, {b, c}, {c, a}});
    data.node_ptr.push_back(3 * g + 3);
    labels.push_back(g % 2);
    (g < 20 ? split.train : g < 30 ? split.val : split.test).push_back(g);
  }
  data.graph = CsrGraph::from_edges(120, edges, {.symmetrize = true});
  data.node_features = test::random_tensor(120, 8);
  data.graph_labels = std::move(labels);
  data.splits = {split};
  return data;
}

TEST(Run, KeepsManyGraphsInMemoryOrSaysThatTheyDoNotFit) {
  const TemporaryFolder folder;
  const std::string data = folder / "data.h5";
  write_dataset(triangles(), data);
  RunConfig config{.dataset = data, .memory_limit = "1G", .on_samples = true};
  std::vector<std::string> told;
  const RunPlan plan = plan_run(config, {.on_message = [&](const std::string& text) { told.push_back(text); }});
  EXPECT_EQ(told, std::vector<std::string>{"memory limit 1.00 GB: the features are read into memory"});
  EXPECT_FALSE(plan.read.leaves_features);
  // A little more than the program, the graphs, and half of the features.
  config.memory_limit = "58726500";
  expect_throws<ArgumentError>([&] { (void)plan_run(config); }, "nothing can stay in the file where there are many");
  config.settings = {{"sampler", "neighbor"}};
  expect_throws<ArgumentError>([&] { (void)plan_run(config); }, "nothing can stay in the file where there are many");
}

TEST(Run, IsEstimatedOverSeveralSplits) {
  const TemporaryFolder folder;
  Dataset data = test::communities(60);
  data.splits.push_back(data.splits.front());
  data.splits.back().name = "again";
  write_dataset(data, folder / "data.h5");
  RunConfig config{.dataset = folder / "data.h5", .model = "gcn", .settings = {{"epochs", "5"}}};
  config.splits = {data.splits.front().name};
  const JobEstimate one = estimate_run(plan_run(config));
  config.splits = {"all"};
  const JobEstimate both = estimate_run(plan_run(config));
  EXPECT_GT(one.total_seconds, 0.0);
  EXPECT_DOUBLE_EQ(both.total_seconds, 2.0 * 5.0 * (both.epoch_seconds + both.evaluation_seconds));
}

TEST(Run, TakesTheOptionsOfTheTaskThatTheDatasetIsOf) {
  const TemporaryFolder folder;
  Dataset data = triangles();
  data.task = TaskKind::generation;
  data.num_classes = 0;
  data.graph_labels = {};
  write_dataset(data, folder / "data.h5");
  const RunConfig config{
      .dataset = folder / "data.h5",
      .settings = {{"epochs", "1"}, {"epoch_graphs", "16"}, {"hidden", "16"}, {"layers", "1"}, {"heads", "2"}}};
  EXPECT_EQ(run(config).task, TaskKind::generation);
  write_dataset(triangles(), folder / "data.h5");
  expect_throws<ArgumentError>([&] { (void)run(config); }, "that belongs to generation, and this run is one of graph");
}

TEST(Run, TookAsLongWhenItIsReadAgainAndWhenItIsOver) {
  const TemporaryFolder folder;
  write_dataset(test::communities(60), folder / "data.h5");
  RunConfig config{.dataset = folder / "data.h5", .model = "gcn", .runs = 2, .settings = {{"epochs", "3"}}};
  config.folder = folder / "run";
  const RunSummary first = run(config);
  EXPECT_GT(first.train_seconds, 0.0);
  EXPECT_DOUBLE_EQ(read_run(config.folder).train_seconds, first.train_seconds);
  config.resume = true;
  EXPECT_DOUBLE_EQ(run(config).train_seconds, first.train_seconds);
}

}  // namespace
}  // namespace weft
