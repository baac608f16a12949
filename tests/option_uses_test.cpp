// Every option of every model and task changes what is learned or said of it, or is refused by name where nothing reads
// it.
#include "weft/tasks/option_uses.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/option_effects.hpp"
#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/run.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/samplers/link_sampler.hpp"

namespace weft {
namespace {

using test::Changes;
using test::expect_throws;
using test::others;
using test::Pending;
using test::Subject;
using test::table_of;
using test::TemporaryFolder;

/// A column of small numbers for each edge, and their types.
void add_edge_data(Dataset& data) {
  const std::int64_t m = data.graph.num_edges();
  Tensor edges(m, 2);
  data.edge_type = Buffer<std::int32_t>(static_cast<std::size_t>(m));
  for (std::int64_t e = 0; e < m; ++e) {
    edges(e, 0) = static_cast<float>(1 + e % 5);
    edges(e, 1) = static_cast<float>(e % 3);
    data.edge_type[static_cast<std::size_t>(e)] = static_cast<std::int32_t>(e % 2);
  }
  data.edge_features = std::move(edges);
  data.weight_column = 0;
}

CategoricalMatrix categories(std::int64_t rows) {
  CategoricalMatrix x{rows, {3, 4}, Buffer<std::int32_t>(static_cast<std::size_t>(2 * rows))};
  for (std::int64_t i = 0; i < rows; ++i) {
    x.values[static_cast<std::size_t>(2 * i)] = static_cast<std::int32_t>(i % 3);
    x.values[static_cast<std::size_t>(2 * i) + 1] = static_cast<std::int32_t>(i / 2 % 4);
  }
  return x;
}

const Changes& shortened() {
  static const Changes kChanges = {
      {"epochs", "3"},   {"hidden", "8"},           {"layers", "2"},    {"heads", "2"},    {"hops", "2"},
      {"buckets", "64"}, {"attention_warmup", "0"}, {"dropout", "0.2"}, {"norm", "layer"}, {"learning_rate", "0.05"}};
  return kChanges;
}

/// Settings that options of models need, for models that have them.
std::vector<Changes> settings_of_models() {
  std::vector<Changes> settings = {{},
                                   {{"weight_decay", "0.1"}},
                                   {{"schedule", "cosine"}},
                                   {{"schedule", "step"}, {"step_epochs", "1"}, {"step_factor", "0.5"}},
                                   {{"encoding", "random_walk"}},
                                   {{"convolution", "gat"}},
                                   {{"convolution", "gat"}, {"head", "linear"}},
                                   {{"head", "linear"}},
                                   {{"propagation", "3"}, {"restart", "0.5"}}};
  for (const AttentionInfo& info : global_attentions()) {
    Changes changes = {{"attention", std::string(info.name)}};
    for (const Option& option : info.options) {
      // Smaller than the graphs, so that there is something to choose.
      for (const auto& [name, value] :
           {std::pair{"window", "4"}, std::pair{"block_size", "4"}, std::pair{"landmarks", "4"},
            std::pair{"centroids", "5"}, std::pair{"redraw", "1"}, std::pair{"hash_directions", "2"},
            std::pair{"inverse_steps", "2"}}) {
        if (option.name == name) {
          changes.emplace_back(name, value);
        }
      }
    }
    settings.push_back(changes);
  }
  settings.push_back({{"attention", "windows"}, {"grid_width", "6"}});
  return settings;
}

void expect_all_matter(const Subject& subject, const std::string& model) {
  SCOPED_TRACE(model);
  Pending pending(subject, model);
  bool is_first = true;
  for (const Changes& setting : subject.settings) {
    pending.try_in(setting, is_first);
    is_first = false;
  }
  // Nothing that the model can be set to reads them: then setting them is refused.
  for (const std::string& name : pending.names()) {
    if (pending.is_refused(name)) {
      continue;
    }
    Options options = default_options(model, subject.data.task);
    const Options many = default_options(model, subject.data.task, LabelAmount::many);
    const std::map<std::string, Option> table = table_of(model, task_info(subject.data.task));
    for (const OptionValue& value : others(table.at(name), options.value(name))) {
      if (value != many.value(name)) {
        options.set_value(name, value);
        expect_throws<ArgumentError>([&] { require_options_are_read(model, options, subject.data); },
                                     "option " + name + ": ");
        break;
      }
    }
  }
}

Dataset few_nodes() {
  Dataset data = test::communities(36);
  add_edge_data(data);
  return data;
}

TEST(EveryOption, OfModelsOfNodesChangesTheResultOrIsRefused) {
  const Subject subject{.data = few_nodes(), .shortened = shortened(), .settings = settings_of_models()};
  for (const ModelInfo& info : models()) {
    // What is solved for has options of its own alone (floors_test.cpp), and none of how it is trained.
    if (!info.needs_graphs && default_options(info.name).has("hidden")) {
      expect_all_matter(subject, std::string(info.name));
    }
  }
}

TEST(EveryOption, OfTrainingAndSamplersChangesTheResultOrIsRefused) {
  std::vector<Changes> settings = settings_of_models();
  for (const SamplerInfo& info : samplers()) {
    Changes changes = {{"sampler", std::string(info.name)}, {"batch_size", "6"}};
    if (info.needs_of_edges == "weight") {
      changes.emplace_back("edge_weight", "0");
    } else if (info.needs_of_edges == "time" && Options(training_options()).has("edge_time")) {
      changes.emplace_back("edge_time", "0");
    }
    if (!info.is_subgraph) {
      changes.emplace_back("fanout", "3");
    }
    if (info.name == "cluster") {
      changes.emplace_back("parts_per_batch", "2");
    }
    settings.push_back(std::move(changes));
  }
  const Subject subject{
      .data = few_nodes(), .shortened = shortened(), .settings = std::move(settings), .of_the_loop = true};
  expect_all_matter(subject, "gcn");
}

TEST(EveryOption, OfWhatIsReadFirstChangesTheResultForFeaturesOfEveryKind) {
  Subject subject{.data = few_nodes(),
                  .shortened = shortened(),
                  .settings = {{}},
                  .only = {"input_dropout", "feature_norm", "encoding", "pre_linear", "edges"}};
  const std::int64_t n = subject.data.graph.num_nodes();
  for (const bool has_features : {true, false}) {
    subject.data.node_features = has_features ? Features(categories(n)) : Features();
    for (const ModelInfo& info : models()) {
      if (!info.needs_graphs && !info.needs_node_labels) {
        SCOPED_TRACE(std::string(info.name) + (has_features ? " with categories" : " without features"));
        Pending(subject, std::string(info.name)).try_in({}, true);
      }
    }
  }
}

TEST(EveryOption, OfNumbersOfNodesChangesTheResultOrIsRefused) {
  Dataset data = few_nodes();
  data.task = TaskKind::node_regression;
  data.num_classes = 0;
  Tensor y(data.graph.num_nodes(), 1);
  for (std::int64_t v = 0; v < y.rows(); ++v) {
    y(v, 0) = 10.0F + static_cast<float>(v * v % 7);
  }
  data.node_labels = std::move(y);
  Subject subject{.data = std::move(data), .shortened = shortened(), .settings = {{}}};
  Pending pending(subject, "sage");
  pending.try_in({}, true);
  EXPECT_FALSE(pending.names().contains("loss"));
}

/// A third for each part.
Dataset many_graphs(const std::vector<CsrGraph>& graphs, TaskKind task) {
  Dataset data;
  const MessageBlock block = batch_of(graphs);
  data.name = "graphs";
  data.task = task;
  data.graph = block.graph();
  data.node_ptr.assign(block.segments().begin(), block.segments().end());
  data.splits.push_back(test::split_by_thirds(static_cast<std::int64_t>(graphs.size())));
  return data;
}

TEST(EveryOption, OfModelsOfGraphsChangesTheResultOrIsRefused) {
  std::vector<CsrGraph> graphs;
  std::vector<std::int64_t> classes;
  for (std::int64_t g = 0; g < 18; ++g) {
    graphs.push_back(test::ring_with_tail(8 + g % 4, 1 + g % 3));
    classes.push_back(g % 2);
  }
  Dataset data = many_graphs(graphs, TaskKind::graph_classification);
  data.num_classes = 2;
  data.graph_labels = std::move(classes);
  add_edge_data(data);
  Changes shorter = shortened();
  shorter.emplace_back("batch_size", "4");
  const Subject subject{.data = std::move(data), .shortened = shorter, .settings = settings_of_models()};
  for (const ModelInfo& info : models()) {
    if (!info.needs_node_labels) {
      expect_all_matter(subject, std::string(info.name));
    }
  }
}

TEST(EveryOption, OfLinksChangesTheResultOrIsRefused) {
  Subject subject{.data = test::drawn_graph(40), .shortened = shortened(), .settings = settings_of_models()};
  for (const SamplerInfo& info : link_samplers()) {
    subject.settings.push_back({{"sampler", std::string(info.name)}, {"batch_size", "16"}, {"fanout", "2"}});
  }
  subject.settings.push_back({{"node_table", "false"}});
  expect_all_matter(subject, "sage");
}

TEST(EveryOption, OfGenerationChangesTheResultOrIsRefused) {
  std::vector<CsrGraph> graphs;
  for (NodeId g = 0; g < 24; ++g) {
    graphs.push_back(test::random_simple_graph(4 + g % 6, 0.5, g));
  }
  const Subject subject{
      .data = many_graphs(graphs, TaskKind::generation),
      .shortened = {{"epochs", "2"},
                    {"hidden", "8"},
                    {"layers", "1"},
                    {"heads", "2"},
                    {"epoch_graphs", "8"},
                    {"batch_size", "4"},
                    {"val_graphs", "4"},
                    {"vocabulary_passes", "2"}},
      .settings = {{}, {{"condition", "nodes"}}, {{"schedule", "step"}, {"step_epochs", "1"}, {"step_factor", "0.5"}}},
      .of_the_loop = true};
  expect_all_matter(subject, std::string(task_info(TaskKind::generation).model));
}

TEST(EveryOption, ThatNothingReadsIsRefusedByARunThatSetsIt) {
  const TemporaryFolder folder;
  write_dataset(test::communities(36), folder / "data.h5");
  RunConfig config{.dataset = folder / "data.h5", .model = "gcn", .settings = {{"epochs", "1"}, {"heads", "4"}}};
  expect_throws<ArgumentError>([&] { (void)run(plan_run(config)); },
                               "option heads: 4 would change nothing: convolution is gcn, expected gat or gatv2");
  config.settings = {{"epochs", "1"}, {"final_rate", "0.5"}};
  expect_throws<ArgumentError>([&] { (void)run(plan_run(config)); },
                               "option final_rate: 0.5 would change nothing: schedule is constant, expected cosine");
  // What is a default is nobody's wish, and configurations of runs hold all of them.
  config.settings = {{"epochs", "1"}, {"heads", "1"}, {"final_rate", "0"}};
  (void)run(plan_run(config));
}

}  // namespace
}  // namespace weft
