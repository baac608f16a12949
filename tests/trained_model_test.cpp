// Trained models: what the task of one cannot do is refused by a sentence that says what the model is.
#include "weft/runs/trained_model.hpp"
#include "weft/core/buffer.hpp"
#include "weft/core/memory_peak.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/runs/run.hpp"
#include "weft/tasks/trained_task.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

using test::expect_throws;

TrainedModel trained_on(const Dataset& data, std::string_view model,
                        const std::vector<std::pair<std::string, std::string>>& changes = {},
                        const std::filesystem::path& kept = {}) {
  const test::TemporaryFolder folder;
  TrainJob job;
  job.model = model;
  job.options = default_options(model, data.task);
  job.options.set("epochs", "1");
  for (const auto& [name, value] : changes) {
    job.options.set(name, value);
  }
  job.splits = split_names(data, task_info(data.task));
  job.folder = kept.empty() ? folder.path() : kept;
  (void)train(data, job);
  return TrainedModel::load(job.folder);
}

/// The same six nodes three times.
Dataset small_graphs(TaskKind task) {
  std::vector<Edge> edges;
  for (NodeId first : {0U, 6U, 12U}) {
    edges.insert(edges.end(), {{first, first + 1}, {first + 1, first + 2}, {first + 2, first + 5}, {first + 3, first}});
  }
  Dataset data;
  data.name = "small";
  data.task = task;
  data.graph = CsrGraph::from_edges(18, edges, {.symmetrize = true});
  data.node_ptr = {0, 6, 12, 18};
  data.num_classes = 2;
  data.graph_labels = std::vector<std::int64_t>{0, 1, 1};
  data.splits = {{.name = "rand0", .train = {0, 1}, .val = {2}, .test = {2}}};
  return data;
}

TEST(TrainedModel, IsNoneOfAFileWhoseSizesItsWeightsDoNotHave) {
  const test::TemporaryFolder folder;
  (void)trained_on(test::communities(60), "gcn", {}, folder.path());
  const ModelFile file = read_model_file(folder.path() / "model.h5");
  for (const char* name :
       {"num_features", "num_outputs", "num_categories", "num_edge_features", "num_edge_categories"}) {
    for (const std::int64_t size : {std::int64_t{-1}, std::int64_t{1} << 40, std::int64_t{1} << 62}) {
      ModelFile forged = file;
      forged.numbers[name] = std::vector<std::int64_t>{size};
      expect_throws<DataError>([&] { (void)TrainedModel::from_file(forged, "forged.h5"); },
                               "forged.h5: a number of features, categories or outputs is " + std::to_string(size));
    }
  }
}

TEST(TrainedModel, IsNoneOfAFileWhoseOptionsAskForMoreThanItsWeights) {
  const test::TemporaryFolder folder;
  (void)trained_on(test::communities(60), "gcn", {}, folder.path());
  ModelFile forged = read_model_file(folder.path() / "model.h5");
  EXPECT_EQ(TrainedModel::from_file(forged, "sound.h5").model(), "gcn");
  // 16384 x 16384 weights a layer would be 1 GiB: what a machine may hold, but not what the file has.
  forged.config["option.hidden"] = "16384";
  forged.config["option.layers"] = "4";
  reset_memory_peak();
  expect_throws<DataError>([&] { (void)TrainedModel::from_file(forged, "forged.h5"); },
                           "forged.h5: its options ask for a model of more than");
  EXPECT_LT(memory_use().peak, std::int64_t{256} << 20);
}

TEST(TrainedModel, RefusesWhatItsTaskCannotDo) {
  const Dataset nodes = test::communities(60), links = test::drawn_graph(60),
                graphs = small_graphs(TaskKind::graph_classification), made = small_graphs(TaskKind::generation);
  const TrainedModel of_nodes = trained_on(nodes, "gcn"), of_links = trained_on(links, "gcn"),
                     of_graphs = trained_on(graphs, "gin"),
                     generator = trained_on(made, "sequence", {{"epoch_graphs", "4"}, {"hidden", "16"}});
  const std::vector<std::string> rand0 = {"rand0"};
  const std::vector<Edge> pairs = {{0, 1}};
  OwnOfGraphs own;
  const std::vector<
      std::tuple<std::string, std::function<void(const TrainedModel&)>, std::vector<const TrainedModel*>, std::string>>
      refusals = {
          {"predict",
           [&](const TrainedModel& model) { (void)model.predict(made); },
           {&generator},
           "nodes, graphs or links"},
          {"evaluate",
           [&](const TrainedModel& model) { (void)model.evaluate(made, rand0); },
           {&generator},
           "nodes, graphs or links"},
          {"node_importance",
           [&](const TrainedModel& model) { (void)model.node_importance(graphs_of(nodes, model.shape(), own), 0); },
           {&of_nodes, &of_links, &generator},
           "graphs"},
          {"score pairs",
           [&](const TrainedModel& model) { (void)model.score_pairs(nodes, pairs); },
           {&of_nodes, &of_graphs, &generator},
           "links"},
          {"generate",
           [&](const TrainedModel& model) { (void)model.generate(1); },
           {&of_nodes, &of_links, &of_graphs},
           "generation"},
          {"generate",
           [&](const TrainedModel& model) { (void)model.generator(); },
           {&of_nodes, &of_links, &of_graphs},
           "generation"},
      };
  for (const auto& [operation, call, models, expected] : refusals) {
    for (const TrainedModel* model : models) {
      expect_throws<ArgumentError>([&] { call(*model); },
                                   operation + ": " + model->what() + ", expected one of " + expected);
    }
  }
  EXPECT_EQ(of_nodes.what(), "the model gcn of communities is one of node_classification");
  EXPECT_EQ(generator.what(), "the model sequence of small is one of generation");
}

}  // namespace
}  // namespace weft
