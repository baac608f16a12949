// The task that CONTRIBUTING.md adds, taken from that page when CMake configures.
#include "recipe_task.inc"

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained_models.hpp"
#include "weft/core/parallel.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

using test::expect_same_bits;
using test::TemporaryFolder;
using test::weights_in;

Dataset data_without_labels() {
  Dataset data = test::communities();
  data.task = TaskKind::node_regression;
  data.node_labels = std::monostate();
  data.num_classes = 0;
  return data;
}

TrainJob short_job(std::string_view model, const char* epochs) {
  TrainJob job;
  job.model = model;
  job.options = default_options(model, TaskKind::node_regression);
  for (const auto& [name, value] : {std::pair{"epochs", epochs},
                                    {"hidden", "16"},
                                    {"dropout", "0"},
                                    {"input_dropout", "0"},
                                    {"weight_decay", "0"},
                                    {"feature_norm", "none"}}) {
    job.options.set(name, value);
  }
  job.splits = {"rand0"};
  return job;
}

TrainReport train_task(const Dataset& data, const TrainJob& job, const TrainObserver& observer = {},
                       RunStore* store = nullptr) {
  const std::unique_ptr<Task> task = neighbor_tasks().front().make(data, job);
  return train(*task, job, observer, store);
}

TEST(RecipeTask, IsJudgedByTheMeansOfNeighbors) {
  // 0 - 1 - 2 and 3, which has no neighbor: the means are 4, 3, 4 and none.
  Dataset data = data_without_labels();
  data.graph = CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}}, {.symmetrize = true});
  data.node_features = Tensor{{1}, {4}, {5}, {9}};
  data.splits = {{.name = "rand0", .train = {0, 3}, .val = {1}, .test = {2, 3}}};
  TrainJob job = short_job("sage", "2");
  const TrainReport report = train_task(data, job);
  EXPECT_EQ(report.metric, "rmse");
  EXPECT_FALSE(report.higher_is_better);
  const NeighborTask task(data, job);
  const auto model = task.new_model(data.splits[0], Random(3));
  const Tensor outputs = task.infer(*model, data.splits[0], {});
  const Figures figures = task.judge(*model, data.splits[0], Parts::all);
  EXPECT_NEAR(figures.train, std::abs(outputs(0, 0) - 4.0F), 1e-6);
  EXPECT_NEAR(figures.val, std::abs(outputs(1, 0) - 3.0F), 1e-6);
  EXPECT_NEAR(figures.test, std::abs(outputs(2, 0) - 4.0F), 1e-6);
  EXPECT_NEAR(figures.test_metrics.at("mae"), figures.test, 1e-6);
}

TEST(RecipeTask, IsLearnedByAModelThatReadsNeighborsAndNotByOneThatDoesNot) {
  const Dataset data = data_without_labels();
  TrainJob job = short_job("sage", "200");
  job.options.set("layers", "1");
  job.options.set("learning_rate", "0.05");
  const double with_neighbors = train_task(data, job).runs[0].test;
  job.options.set("edges", "false");
  const double without = train_task(data, job).runs[0].test;
  EXPECT_LT(with_neighbors, 0.1);
  EXPECT_GT(without, 4.0 * with_neighbors);
  EXPECT_GT(without, 0.2);
}

TEST(RecipeTask, GoesOnFromACheckpointToTheSameBitsOnAnyNumberOfThreads) {
  const Dataset data = data_without_labels();
  const TemporaryFolder folder;
  TrainJob job = short_job("gcn", "12");
  job.folder = folder.path() / "whole";
  {
    RunFolder store(job.folder);
    (void)train_task(data, job, {}, &store);
  }
  job.folder = folder.path() / "parts";
  int epochs = 0;
  {
    RunFolder store(job.folder);
    const TrainReport part = train_task(
        data, job, {.on_epoch = [&](const EpochRecord&) { ++epochs; }, .should_stop = [&] { return epochs == 5; }},
        &store);
    EXPECT_TRUE(part.interrupted);
  }
  job.resume = true;
  RunFolder store(job.folder);
  with_threads(1, [&] {
    const TrainReport resumed = train_task(data, job, {}, &store);
    EXPECT_EQ(resumed.num_epochs, 12 - 5) << "it began anew";
    EXPECT_EQ(resumed.runs[0].epochs, 12);
  });
  expect_same_bits(weights_in(folder.path() / "whole"), weights_in(folder.path() / "parts"));
}

TEST(RecipeTask, LeavesAModelThatForetellsWhatTrainingDid) {
  const Dataset data = data_without_labels();
  const TemporaryFolder folder;
  const TrainJob job = short_job("gcn", "20");
  RunFolder store(folder.path() / "run");
  const TrainReport report = train_task(data, job, {}, &store);
  const auto model = TrainedModel::load(folder.path() / "run");
  EXPECT_EQ(model.metric(), "rmse");
  const Tensor outputs = model.predict(data).logits;
  const Tensor means =
      aggregate_mean(MessageBlock(data.graph), Variable::constant(std::get<Tensor>(data.node_features.in_memory())))
          .value();
  EXPECT_NEAR(root_mean_squared_error(outputs, means, data.splits[0].test), report.runs[0].test, 1e-6);
}

}  // namespace
}  // namespace weft
