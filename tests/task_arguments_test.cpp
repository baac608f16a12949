// Every public function of tasks/ and runs/ that takes numbers, spans, tensors or data sets, with each argument broken
// once.
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/broken_calls.hpp"
#include "tests/file_content.hpp"
#include "tests/short_job.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/classification_metrics.hpp"
#include "weft/tasks/generation_request.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

using test::communities;
using test::expect_refused;
using test::TemporaryFolder;

using Index = std::vector<std::int64_t>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

/// Six nodes four times.
Dataset small_graphs(TaskKind task) {
  std::vector<Edge> edges;
  for (NodeId first : {0U, 6U, 12U, 18U}) {
    edges.insert(edges.end(), {{first, first + 1}, {first + 1, first + 2}, {first + 2, first + 5}, {first + 3, first}});
  }
  Dataset data;
  data.name = "small";
  data.task = task;
  data.graph = CsrGraph::from_edges(24, edges, {.symmetrize = true});
  data.node_ptr = {0, 6, 12, 18, 24};
  data.num_classes = 2;
  data.graph_labels = Index{0, 1, 1, 0};
  data.splits = {{.name = "rand0", .train = {0, 1}, .val = {2}, .test = {3}}};
  return data;
}

TrainJob job_for(const Dataset& data, std::string_view model) {
  TrainJob job;
  job.model = model;
  job.options = default_options(model, data.task);
  job.options.set("epochs", "1");
  job.options.set("hidden", "16");
  job.splits = split_names(data, task_info(data.task));
  return job;
}

TrainedModel trained_on(const Dataset& data, std::string_view model) {
  const TemporaryFolder folder;
  TrainJob job = job_for(data, model);
  job.folder = folder.path();
  (void)train(data, job);
  return TrainedModel::load(job.folder);
}

Index& classes_of(Dataset& data) {
  return std::get<Index>(data.node_labels);
}

/// Data that break the rules of their format, each in a way of its own.
struct BrokenData {
  const char* what;
  std::function<void(Dataset&)> change;
};
const std::vector<BrokenData>& broken_nodes() {
  static const std::vector<BrokenData> kBroken = {
      {"task", [](Dataset& d) { d.task = static_cast<TaskKind>(42); }},
      {"train", [](Dataset& d) { d.splits[0].train[0] = 100'000'000; }},
      {"val", [](Dataset& d) { d.splits[0].val[0] = 60; }},
      {"test below 0", [](Dataset& d) { d.splits[0].test[0] = -1; }},
      {"repeated node", [](Dataset& d) { d.splits[0].train[1] = d.splits[0].train[0]; }},
      {"link",
       [](Dataset& d) {
         d.splits[0].val_edges = {{0, 60}};
       }},
      {"names of splits", [](Dataset& d) { d.splits.push_back({.name = "rand0"}); }},
      {"label", [](Dataset& d) { classes_of(d)[5] = 3; }},
      {"label below -1", [](Dataset& d) { classes_of(d)[5] = -2; }},
      {"unlabeled node of a split", [](Dataset& d) { classes_of(d)[0] = -1; }},
      {"labels", [](Dataset& d) { classes_of(d).pop_back(); }},
      {"classes", [](Dataset& d) { d.num_classes = 0; }},
      {"classes below 0", [](Dataset& d) { d.num_classes = -3; }},
      {"many classes", [](Dataset& d) { d.num_classes = kLargest; }},
      {"names of classes", [](Dataset& d) { d.class_names = {"a"}; }},
      {"features", [](Dataset& d) { d.node_features = Tensor(59, 8); }},
      {"NaN", [](Dataset& d) { std::get<Tensor>(d.node_features.in_memory())(3, 2) = static_cast<float>(kNan); }},
      {"category",
       [](Dataset& d) {
         d.node_features = CategoricalMatrix{.rows = 60, .num_categories = {2}, .values = Buffer<std::int32_t>(60, 2)};
       }},
      {"categories",
       [](Dataset& d) {
         d.node_features = CategoricalMatrix{.rows = 60, .num_categories = {2}, .values = Buffer<std::int32_t>(3, 0)};
       }},
      {"features of edges", [](Dataset& d) { d.edge_features = Tensor(1, 2); }},
      {"types of edges", [](Dataset& d) { d.edge_type = Buffer<std::int32_t>(1, 0); }},
      {"types of nodes", [](Dataset& d) { d.node_type = Buffer<std::int32_t>(60, -1); }},
      {"names of nodes", [](Dataset& d) { d.node_names = {"a"}; }},
      {"original numbers", [](Dataset& d) { d.original_node.assign(60, 0); }},
      {"node_ptr",
       [](Dataset& d) {
         d.node_ptr = {0, 99, 60};
       }},
      {"graph", [](Dataset& d) { d.graph = CsrGraph::from_rows(61, Buffer<EdgeId>(61, 0), Buffer<NodeId>(0)); }},
      {"no graph", [](Dataset& d) { d.graph = CsrGraph(); }},
      {"task of graphs", [](Dataset& d) { d.task = TaskKind::graph_classification; }},
      {"task of numbers", [](Dataset& d) { d.task = TaskKind::node_regression; }},
      {"no labels", [](Dataset& d) { d.node_labels = {}; }},
  };
  return kBroken;
}

TEST(BrokenArguments, OfDataAreRefusedBeforeTheyAreLearnedFromOrJudged) {
  const TrainJob job = job_for(communities(60), "gcn");
  const TrainedModel model = trained_on(communities(60), "gcn");
  const std::vector<std::string> rand0 = {"rand0"};
  for (const BrokenData& broken : broken_nodes()) {
    Dataset data = communities(60);
    broken.change(data);
    expect_refused({
        {broken.what, [&] { (void)make_task(data, job); }},
        {broken.what, [&] { (void)train(data, job); }},
        {broken.what, [&] { (void)model.evaluate(data, rand0); }},
    });
  }
  const std::vector<BrokenData> broken_graphs = {
      {"graph of a split", [](Dataset& d) { d.splits[0].train[0] = 4; }},
      {"label of a graph", [](Dataset& d) { std::get<Index>(d.graph_labels)[0] = -2; }},
      {"labels of graphs", [](Dataset& d) { std::get<Index>(d.graph_labels).pop_back(); }},
      {"node_ptr falls",
       [](Dataset& d) {
         d.node_ptr = {0, 12, 6, 18, 24};
       }},
      {"node_ptr ends", [](Dataset& d) { d.node_ptr.back() = 25; }},
      {"node_ptr begins", [](Dataset& d) { d.node_ptr.front() = 1; }},
      {"edge between graphs",
       [](Dataset& d) {
         d.node_ptr = {0, 5, 12, 18, 24};
       }},
      {"smiles", [](Dataset& d) { d.smiles = {"C"}; }},
      {"one graph", [](Dataset& d) { d.node_ptr.clear(); }},
  };
  for (const TaskKind task : {TaskKind::graph_classification, TaskKind::generation}) {
    const char* name = task == TaskKind::generation ? "sequence" : "gin";
    const TrainJob own = job_for(small_graphs(task), name);
    for (const BrokenData& broken : broken_graphs) {
      Dataset data = small_graphs(task);
      broken.change(data);
      expect_refused({{broken.what, [&] { (void)make_task(data, own); }}});
    }
  }
}

TEST(BrokenArguments, OfTasksAreRefused) {
  const Dataset data = communities(60);
  const auto task_with = [&](auto change) {
    TrainJob job = job_for(data, "gcn");
    change(job);
    (void)make_task(data, job);
  };
  const Split outside{.name = "s", .train = {60}}, below{.name = "s", .train = {-1}};
  expect_refused({
      {"make_task: model", [&] { task_with([](TrainJob& job) { job.model = "gnc"; }); }},
      {"make_task: split", [&] { task_with([](TrainJob& job) { job.splits = {"none"}; }); }},
      {"make_task: options", [&] { task_with([](TrainJob& job) { job.options = {}; }); }},
      {"make_task: metric", [&] { task_with([](TrainJob& job) { job.options.set("metric", "mae"); }); }},
      {"task_info: kind", [] { (void)task_info(static_cast<TaskKind>(42)); }},
      {"task_info: name", [] { (void)task_info("node_clasification"); }},
      {"label_amount: split", [&] { (void)label_amount(data, outside); }},
      {"label_amount: below 0", [&] { (void)label_amount(data, below); }},
      {"default_options: model", [] { (void)default_options("gnc"); }},
      {"default_options: task", [] { (void)default_options("gcn", static_cast<TaskKind>(42)); }},
      {"default_options: model of another task", [] { (void)default_options("gcn", TaskKind::generation); }},
      {"default_options: split", [&] { (void)default_options("gcn", data, outside); }},
      {"suited_sampler: model", [] { (void)suited_sampler("gnc", Options()); }},
      {"suited_sampler: options", [] { (void)suited_sampler("gcn", Options()); }},
  });
}

TEST(BrokenArguments, OfMetricsAreRefused) {
  const Tensor logits{{1, 0}, {0, 1}, {0, 0}};
  const Index labels = {0, 1, 1}, short_of = {0, 1}, beyond = {0, 2, 1}, unlabeled = {0, -1, 1}, all = {0, 1, 2},
              outside = {3}, below = {-1};
  const std::vector<float> scores = {0.1F, 0.2F};
  const std::vector<std::uint8_t> one = {1}, two = {0, 2}, three = {0, 1, 1};
  using Figure = std::function<void(const Tensor&, const Index&, const Index&)>;
  const std::vector<Figure> figures = {
      [](const Tensor& x, const Index& y, const Index& i) { (void)accuracy(x, y, i); },
      [](const Tensor& x, const Index& y, const Index& i) { (void)macro_f1(x, y, i); },
      [](const Tensor& x, const Index& y, const Index& i) { (void)roc_auc(x, y, i); },
      [](const Tensor& x, const Index& y, const Index& i) { (void)mean_log_loss(x, y, i); },
      [](const Tensor& x, const Index& y, const Index& i) { (void)balanced_accuracy(x, y, i); },
      [](const Tensor& x, const Index& y, const Index& i) { (void)average_precision(x, y, i); },
      [](const Tensor& x, const Index& y, const Index& i) { (void)confusion_matrix(x, y, i); },
  };
  for (const Figure& figure : figures) {
    expect_refused({
        {"metric: labels", [&] { figure(logits, short_of, {0}); }},
        {"metric: label", [&] { figure(logits, beyond, all); }},
        {"metric: no label", [&] { figure(logits, unlabeled, all); }},
        {"metric: index", [&] { figure(logits, labels, outside); }},
        {"metric: index below 0", [&] { figure(logits, labels, below); }},
        {"metric: no columns", [&] { figure(Tensor(3, 0), labels, all); }},
    });
  }
  for (const auto metric :
       {static_cast<double (*)(std::span<const float>, std::span<const std::uint8_t>)>(roc_auc),
        static_cast<double (*)(std::span<const float>, std::span<const std::uint8_t>)>(average_precision)}) {
    expect_refused({
        {"scores: too few outcomes", [&] { (void)metric(scores, one); }},
        {"scores: too many outcomes", [&] { (void)metric(scores, three); }},
        {"scores: outcome", [&] { (void)metric(scores, two); }},
    });
  }
  expect_refused({
      {"rows_not_finite: row", [&] { (void)rows_not_finite(logits, outside); }},
      {"rows_not_finite: row below 0", [&] { (void)rows_not_finite(logits, below); }},
  });
}

TEST(BrokenArguments, OfTrainedModelsAreRefused) {
  const TemporaryFolder folder;
  const Dataset nodes = communities(60), links = test::drawn_graph(60),
                graphs = small_graphs(TaskKind::graph_classification);
  TrainedModel of_nodes = trained_on(nodes, "gcn");
  const TrainedModel of_links = trained_on(links, "gcn"), of_graphs = trained_on(graphs, "gin");
  const Index outside = {60}, below = {-1}, graph = {4};
  const std::vector<Edge> pairs = {{0, 60}};
  const std::vector<std::string> none = {"none"};
  const Tensor x(60, 8);
  const NodeFeatures features(Features{x}), few(Features{Tensor(59, 8)}), narrow(Features{Tensor(60, 7)});
  const Features no_edges, edges = Tensor(1, 2);
  const NodeFeatures nothing;
  const auto predict = [&](const NodeFeatures& of, const Features& of_edges, const Index& ptr) {
    (void)of_nodes.predict(
        Graphs{.graph = nodes.graph, .node_features = of, .edge_features = of_edges, .node_ptr = ptr});
  };
  const auto importance = [&](const Index& ptr, std::int64_t output) {
    (void)of_graphs.node_importance(
        Graphs{.graph = graphs.graph, .node_features = nothing, .edge_features = no_edges, .node_ptr = ptr}, output);
  };
  const auto predict_graphs = [&](const Index& ptr) {
    (void)of_graphs.predict(
        Graphs{.graph = graphs.graph, .node_features = nothing, .edge_features = no_edges, .node_ptr = ptr});
  };
  expect_refused({
      {"load: path", [&] { (void)TrainedModel::load(folder / "none"); }},
      {"from_file: empty", [] { (void)TrainedModel::from_file({}, "file"); }},
      {"predict: rows", [&] { (void)of_nodes.predict(nodes, {.rows = outside, .embedding = false}); }},
      {"predict: rows below 0", [&] { (void)of_nodes.predict(nodes, {.rows = below}); }},
      {"predict: rows of graphs", [&] { (void)of_graphs.predict(graphs, {.rows = graph, .embedding = false}); }},
      {"predict: many graphs", [&] { (void)of_nodes.predict(graphs); }},
      {"predict: one graph", [&] { (void)of_graphs.predict(nodes); }},
      {"predict: features", [&] { predict(few, no_edges, {}); }},
      {"predict: columns", [&] { predict(narrow, no_edges, {}); }},
      {"predict: no features", [&] { predict(nothing, no_edges, {}); }},
      {"predict: features of edges", [&] { predict(features, edges, {}); }},
      {"predict: node_ptr",
       [&] {
         predict(features, no_edges, {0, 60});
       }},
      {"predict: node_ptr falls",
       [&] {
         predict_graphs({0, 99, 24});
       }},
      {"predict: node_ptr ends",
       [&] {
         predict_graphs({0, 25});
       }},
      {"predict: node_ptr cuts an edge",
       [&] {
         predict_graphs({0, 5, 24});
       }},
      {"probabilities: features", [&] { (void)of_nodes.probabilities(nodes.graph, few); }},
      {"evaluate: split", [&] { (void)of_nodes.evaluate(nodes, none); }},
      {"evaluate: data", [&] { (void)of_nodes.evaluate(graphs, none); }},
      {"score_pairs: pair", [&] { (void)of_links.score_pairs(links, pairs); }},
      {"node_importance: output",
       [&] {
         importance({0, 24}, 2);
       }},
      {"node_importance: output below 0",
       [&] {
         importance({0, 24}, -1);
       }},
      {"node_importance: node_ptr",
       [&] {
         importance({0, 25}, 0);
       }},
      {"set_inference_rows: below 0", [&] { of_nodes.set_inference_rows(-1); }},
      {"plan_reading: limit", [&] { (void)of_nodes.plan_reading(folder / "none", "much"); }},
      {"plan_reading: path", [&] { (void)of_nodes.plan_reading(folder / "none", "1G"); }},
      {"generate: model", [&] { (void)of_nodes.generate(1); }},
  });
}

TEST(BrokenArguments, OfGenerationAreRefused) {
  Dataset data = small_graphs(TaskKind::generation);
  const TemporaryFolder folder;
  TrainJob job = job_for(data, "sequence");
  job.options.set("epoch_graphs", "4");
  job.options.set("condition", "nodes,edges");
  job.folder = folder.path();
  (void)train(data, job);
  const TrainedModel model = TrainedModel::load(folder.path());
  const auto ask = [&](std::int64_t count, GenerationRequest request) { (void)model.generate(count, request); };
  const TypedGraph outside{.types = {0, 0}, .edges = {{0, 2, 1}}}, type{.types = {7}, .edges = {}};
  expect_refused({
      {"generate: count", [&] { ask(-1, {}); }},
      {"generate: all that can be counted", [&] { ask(kLargest, {}); }},
      {"generate: count and best_of", [&] { ask(kMostGraphsAtOnce, {.best_of = 2}); }},
      {"generate: best_of", [&] { ask(1, {.best_of = 0}); }},
      {"generate: too large a best_of", [&] { ask(1, {.best_of = kLargest}); }},
      {"generate: temperature", [&] { ask(1, {.temperature = 0.0}); }},
      {"generate: hot", [&] { ask(1, {.temperature = 1e6}); }},
      {"generate: temperature NaN", [&] { ask(1, {.temperature = kNan}); }},
      {"generate: guidance NaN",
       [&] {
         ask(1, {.wishes = {{"nodes", 6.0}}, .guidance = kNan});
       }},
      {"generate: guidance infinite",
       [&] {
         ask(1, {.wishes = {{"nodes", 6.0}}, .guidance = kInfinite});
       }},
      {"generate: guidance below 0", [&] { ask(1, {.guidance = -1.0}); }},
      {"generate: constraint", [&] { ask(1, {.constraint = "cube"}); }},
      {"generate: wish",
       [&] {
         ask(1, {.wishes = {{"color", 1.0}}});
       }},
      {"generate: wish NaN",
       [&] {
         ask(1, {.wishes = {{"nodes", kNan}}});
       }},
      {"generate: wish beyond numbers",
       [&] {
         ask(1, {.wishes = {{"nodes", 1e300}}});
       }},
      {"generate: wish twice",
       [&] {
         ask(1, {.wishes = {{"nodes", 6.0}, {"nodes", 5.0}}});
       }},
      {"generate: beginning", [&] { ask(1, {.beginning = outside}); }},
      {"generate: type of the beginning", [&] { ask(1, {.beginning = type}); }},
  });
}

TEST(BrokenArguments, OfRunsAreRefused) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "data.h5", toml = folder / "config.toml";
  write_dataset(communities(60), path);
  const std::string data = path.string();
  const auto set = [](const std::string& key, const std::string& text) { RunConfig().set(key, text); };
  const auto plan = [](RunConfig config) { (void)plan_run(std::move(config)); };
  const auto with_plan = [&](auto change) {
    RunPlan made = plan_run({.dataset = data});
    change(made);
    (void)run(made);
  };
  const auto read = [&](const std::string& text) {
    (void)test::write_content(toml, text);
    RunConfig config;
    read_run_config(toml, config);
    check_options(config);
  };
  const TaskInfo& nodes = task_info(TaskKind::node_classification);
  expect_refused({
      {"RunConfig::set: seed", [&] { set("seed", "-1"); }},
      {"RunConfig::set: runs", [&] { set("runs", "0"); }},
      {"RunConfig::set: many runs", [&] { set("runs", "1000000"); }},
      {"RunConfig::set: task", [&] { set("task", "nodes"); }},
      {"RunConfig::set: protocol", [&] { set("protocol", "unfair"); }},
      {"RunConfig::set: assignment", [] { RunConfig().set("hidden"); }},
      {"RunConfig::check: runs", [] { RunConfig{.runs = -1}.check(); }},
      {"RunConfig::check: max_minutes", [] { RunConfig{.max_minutes = kNan}.check(); }},
      {"plan_run: no data", [&] { plan({}); }},
      {"plan_run: model", [&] { plan({.dataset = data, .model = "gnc"}); }},
      {"plan_run: key",
       [&] {
         plan({.dataset = data, .settings = {{"hiden", "8"}}});
       }},
      {"plan_run: value",
       [&] {
         plan({.dataset = data, .settings = {{"hidden", "0"}}});
       }},
      {"plan_run: training", [&] { plan({.dataset = data, .training = TrainOptions{.epochs = 0}}); }},
      {"plan_run: runs", [&] { plan({.dataset = data, .runs = 0}); }},
      {"plan_run: seeds", [&] { plan({.dataset = data, .seed = ~std::uint64_t{0}, .runs = 2}); }},
      {"plan_run: limit", [&] { plan({.dataset = data, .memory_limit = "little"}); }},
      {"plan_run: too little", [&] { plan({.dataset = data, .memory_limit = "1M"}); }},
      {"plan_run: resume", [&] { plan({.dataset = data, .resume = true}); }},
      {"run: path", [&] { (void)run({.dataset = (folder / "none.h5").string()}); }},
      {"run: split", [&] { (void)run({.dataset = data, .splits = {"rand9"}}); }},
      {"run: runs of a plan", [&] { with_plan([](RunPlan& made) { made.config.runs = -5; }); }},
      {"run: reading of a plan", [&] { with_plan([](RunPlan& made) { made.read.kept_rows = -5; }); }},
      {"run: weights",
       [&] {
         (void)run({.dataset = data, .model = "gcn", .settings = {{"hidden", "65536"}, {"layers", "1000"}}});
       }},
      {"estimate_run: weights",
       [&] {
         (void)estimate_run(
             plan_run({.dataset = data, .model = "gcn", .settings = {{"hidden", "65536"}, {"layers", "1000"}}}));
       }},
      {"plan_run: weights beyond the limit",
       [&] {
         plan({.dataset = data,
               .model = "gcn",
               .settings = {{"hidden", "8192"}, {"layers", "4"}},
               .memory_limit = "1G"});
       }},
      {"estimate_run: runs of a plan",
       [&] {
         RunPlan made = plan_run({.dataset = data});
         made.config.runs = -5;
         (void)estimate_run(made);
       }},
      {"read_run_config: path",
       [&] {
         RunConfig config;
         read_run_config(folder / "none.toml", config);
       }},
      {"read_run_config: text", [&] { read("hidden = "); }},
      {"read_run_config: key", [&] { read("hiden = 8"); }},
      {"read_run_config: value", [&] { read("runs = -8"); }},
      {"model_of: model", [&] { (void)model_of({.model = "gnc"}, nodes); }},
      {"options_of: key",
       [&] {
         (void)options_of({.model = "gcn", .settings = {{"hiden", "8"}}}, nodes);
       }},
  });
}

}  // namespace
}  // namespace weft
