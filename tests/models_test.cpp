// Models: what their rows in the table say is what they do, and what holds for each: gradients, invariances, refusals.
#include "weft/layers/models.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/small_graphs.hpp"
#include "tests/small_models.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/hop_features.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::logits;
using test::model_names;
using test::options_of;
using test::parameter_of;
using test::path_and_loner;
using test::random_tensor;
using test::renumbered;
using test::ring_with_chords;
using test::same_bits;

struct Case {
  std::string_view model;
  Options options;
};

/// Every row with its defaults and with what changes how it reads the graph. Small, and with nothing that is not read
/// before some training.
std::vector<Case> cases() {
  using Sets = std::vector<std::pair<std::string, std::string>>;
  std::vector<Sets> variants = {{},
                                {{"virtual_node", "true"}, {"head", "linear"}},
                                {{"virtual_node", "true"}, {"head", "linear"}, {"convolution", "none"}},
                                {{"jumping_knowledge", "sum"}, {"head", "linear"}},
                                {{"pre_linear", "true"}},
                                {{"attention", "none"}},
                                {{"convolution", "none"}, {"attention", "none"}, {"propagation", "0"}},
                                {{"convolution", "none"}, {"attention", "none"}, {"propagation", "3"}},
                                {{"convolution", "none"}, {"propagation", "0"}},
                                {{"hops", "2"}},
                                {{"edge_features", "false"}}};
  for (const ConvolutionInfo& info : convolutions()) {
    variants.push_back({{"convolution", std::string(info.name)}});
  }
  std::vector<Case> result;
  for (const ModelInfo& info : models()) {
    for (const Sets& sets : variants) {
      if (info.needs_node_labels) {
        continue;
      }
      Options options(info.options);
      const bool has_all = std::ranges::all_of(sets, [&](const auto& set) {
        return options.has(set.first) || set.first == "head" || set.first == "attention" || set.first == "propagation";
      });
      if (!has_all) {
        continue;
      }
      Sets all = sets;
      all.insert(all.end(), {{"hidden", "8"}, {"layers", "3"}, {"restart", "0.5"}, {"buckets", "64"}});
      for (const auto& [name, value] : all) {
        if (options.has(name)) {
          options.set(name, value);
        }
      }
      if (info.name == "gps" && options.text("convolution") == "none" && options.text("attention") == "none") {
        continue;  // it refuses to read nothing
      }
      result.push_back({info.name, std::move(options)});
    }
  }
  return result;
}

std::string described(const Case& c) {
  std::string text(c.model);
  for (const char* name : {"convolution", "attention", "virtual_node", "propagation", "hops"}) {
    text += c.options.has(name) ? concat(" ", name, " ", to_text(c.options.value(name))) : "";
  }
  return text;
}

const MessageBlock& ring() {
  static const MessageBlock kRing(
      CsrGraph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}, {3, 0}}, {.symmetrize = true}));
  return kRing;
}

/// As after training: attention has joined.
std::unique_ptr<NodeModel> trained(const Case& c, const ModelShape& shape) {
  auto model = make_model(c.model, shape, c.options, Random(3));
  for (const NamedStatistic& statistic : parameters_of(*model).statistics) {
    if (statistic.name == "attends") {
      *statistic.value = Tensor{{1}};
    }
  }
  return model;
}

TEST(ModelTraits, AgreeWithTheHopLayersOfTheModelForEveryRow) {
  const Features x = random_tensor(4, 5, 1), edges = random_tensor(8, 3, 2), none;
  std::int64_t with_hops = 0, without = 0;
  for (const Case& c : cases()) {
    if (model_info(c.model).needs_graphs) {
      continue;
    }
    for (const Features* given : {&edges, &none}) {
      SCOPED_TRACE(described(c));
      const ModelTraits traits = traits_of(c.model, c.options, kind_of(*given));
      const auto model =
          make_model(c.model, shape_for(x, 2, traits.reads_edge_features ? *given : none), c.options, Random(3));
      EXPECT_EQ(traits.layers_read_a_hop, model->hop_layers() != nullptr);
      EXPECT_EQ(traits.num_hop_layers,
                traits.layers_read_a_hop ? static_cast<std::int64_t>(model->hop_layers()->num_layers()) : 0);
      ++(traits.layers_read_a_hop ? with_hops : without);
    }
  }
  EXPECT_GT(with_hops, 20);
  EXPECT_GT(without, 20);
}

TEST(ModelTraits, SayWhetherFeaturesOfEdgesChangeTheOutputs) {
  const Features x = random_tensor(4, 5, 1), edges = random_tensor(8, 3, 2), others = random_tensor(8, 3, 3);
  const ModelShape shape = shape_for(x, 2, edges);
  for (const Case& c : cases()) {
    SCOPED_TRACE(described(c));
    EXPECT_FALSE(traits_of(c.model, c.options, FeatureKind::none).reads_edge_features);
    const bool is_wl = model_info(c.model).needs_graphs;
    Options options = c.options;
    options.add(graph_options());
    const bool expected = traits_of(c.model, c.options, FeatureKind::dense).reads_edge_features;
    EXPECT_EQ(expected, reads_edge_features(c.options));
    if (is_wl) {
      EXPECT_EQ(expected, options.flag("edge_features"));
      continue;
    }
    const auto model = trained(c, shape);
    const auto logits_with = [&](const Features& e) {
      NodeInput input(x);
      input.edge_features = &e;
      return logits(*model, ring(), input);
    };
    EXPECT_EQ(expected, !same_bits(logits_with(edges), logits_with(others)));
  }
}

TEST(ModelTraits, SayWhetherANodeReadsItsOwnRowAlone) {
  const Tensor x = random_tensor(4, 5, 1);
  Tensor changed = x;
  changed(2, 0) += 1.0F;
  std::int64_t alone = 0;
  for (const Case& c : cases()) {
    if (model_info(c.model).needs_graphs) {
      continue;
    }
    SCOPED_TRACE(described(c));
    const auto model = trained(c, shape_for(x, 2));
    const Features before = x, after = changed;
    const Tensor a = logits(*model, ring(), before), b = logits(*model, ring(), after);
    bool same = true;
    for (const std::int64_t v : {0, 1, 3}) {
      same = same && std::ranges::equal(a.row(v), b.row(v));
    }
    const Reads reads = traits_of(c.model, c.options, FeatureKind::none).reads;
    EXPECT_EQ(reads == Reads::own_row, same);
    alone += same ? 1 : 0;
  }
  EXPECT_GE(alone, 4);
}

TEST(ModelTraits, SayHowManyHopsAreComputedBeforehand) {
  const Features x = random_tensor(4, 5, 1);
  for (const Case& c : cases()) {
    const ModelTraits traits = traits_of(c.model, c.options, FeatureKind::none);
    SCOPED_TRACE(described(c));
    EXPECT_EQ(traits.reads == Reads::hops, c.options.has("hops"));
    if (traits.reads != Reads::hops) {
      continue;
    }
    const std::int64_t num_hops = c.options.integer("hops");
    const auto model = make_model(c.model, shape_for(x, 2), c.options, Random(3));
    const std::vector<Tensor> hops = hop_features(ring(), x, num_hops + 1);
    NodeInput input(x);
    input.hops = std::span(hops).first(static_cast<std::size_t>(num_hops));
    EXPECT_EQ(logits(*model, ring(), input).shape(), (Shape{4, 2}));
    input.hops = hops;
    expect_throws<ArgumentError>([&] { (void)logits(*model, ring(), input); }, concat("made for ", num_hops));
  }
}

TEST(ModelTraits, HaveNoFeaturesOfEdgesWhereEdgesAreLeftOut) {
  Options options(model_info("gine").options);
  EXPECT_TRUE(traits_of("gine", options, FeatureKind::categorical).reads_edge_features);
  EXPECT_FALSE(traits_of("gine", options, FeatureKind::categorical).layers_read_a_hop);
  const std::vector<Option> edges = {{"edges", false, "whether there are edges"}};
  options.add(edges);
  EXPECT_FALSE(traits_of("gine", options, FeatureKind::categorical).reads_edge_features);
  EXPECT_TRUE(traits_of("gine", options, FeatureKind::categorical).layers_read_a_hop);
}

TEST(Models, SayWhichReadWholeGraphsOnly) {
  for (const ModelInfo& info : models()) {
    SCOPED_TRACE(info.name);
    EXPECT_EQ(info.needs_graphs, info.name == "wl");
    EXPECT_EQ(info.needs_node_labels, info.name == "ridge" || info.name == "label_propagation");
    Options options(info.options);
    options.add(graph_options());
    if (info.needs_node_labels) {
      expect_throws<ArgumentError>(
          [&] { (void)make_graph_model(info.name, shape_for(Tensor(1, 3), 2), options, Random(1)); },
          "made for labels of nodes, the task is about whole graphs");
      continue;
    }
    EXPECT_NE(make_graph_model(info.name, shape_for(Tensor(1, 3), 2), options, Random(1)), nullptr);
    if (info.needs_graphs) {
      expect_throws<ArgumentError>([&] { (void)make_model(info.name, shape_for(Tensor(1, 3), 2), options, Random(1)); },
                                   "made for whole graphs, the task is about nodes");
    }
  }
}

TEST(Models, SayHowManyColumnsTheirEmbeddingHas) {
  const Features x = random_tensor(4, 5, 1);
  std::vector<Case> all = cases();
  for (const char* head : {"linear", "convolution"}) {
    all.push_back({"gcn", Options(model_info("gcn").options)});
    all.back().options.set("layers", "1");
    all.back().options.set("head", head);
  }
  for (const Case& c : all) {
    if (model_info(c.model).needs_graphs) {
      continue;
    }
    const auto model = trained(c, shape_for(x, 3));
    const std::vector<Tensor> hops = hop_features(ring(), x, c.options.has("hops") ? c.options.integer("hops") : 0);
    NodeInput input(x);
    input.hops = hops;
    Pass pass = Pass::inference();
    const NodeModel::Output output = model->forward(ring(), input, pass);
    EXPECT_EQ(output.embedding.cols(), model->embedding_width()) << described(c);
  }
}

TEST(Models, GradientsOfAllParametersMatchDifferences) {
  const MessageBlock block(ring_with_chords());
  const Features x = random_tensor(12, 5, 3);
  for (const std::string& name : model_names()) {
    // A smooth activation and no dropout: differences need both sides of a point to be alike.
    const Options options = test::options_where_there(name, {{"hidden", "8"},
                                                             {"heads", "2"},
                                                             {"dropout", "0"},
                                                             {"input_dropout", "0"},
                                                             {"attention_dropout", "0"},
                                                             {"activation", "gelu"}});
    const auto model = make_model(name, shape_for(x, 3), options, Random(7));
    double progress = 1.0;
    const auto forward = [&] {
      Pass pass = Pass::train(Random(1), progress);
      return model->forward(block, x, pass).logits;
    };
    for (const NamedParameter& p : parameters_of(*model).parameters) {
      SCOPED_TRACE(name + " " + p.name);
      // What is read only before attention joins.
      progress = p.name.starts_with("local_head.") ? 0.0 : 1.0;
      expect_gradient_matches(*p.parameter, forward, 1e-2);
    }
  }
}

TEST(Models, GradientsMatchDifferencesWithTheFeedForwardPart) {
  const MessageBlock block(path_and_loner());
  const Features x = random_tensor(4, 5, 3);
  for (const char* name : {"gps", "weft"}) {
    const Options options = options_of(name, {{"hidden", "4"},
                                              {"heads", "2"},
                                              {"dropout", "0"},
                                              {"input_dropout", "0"},
                                              {"activation", "gelu"},
                                              {"norm", "layer"},
                                              {"feed_forward", "true"}});
    const auto model = make_model(name, shape_for(x, 3), options, Random(7));
    const auto forward = [&] {
      Pass pass = Pass::train(Random(1), 1.0);
      return model->forward(block, x, pass).logits;
    };
    (void)parameter_of(*model, "block0.feed_forward.up.weight");
    for (const NamedParameter& p : parameters_of(*model).parameters) {
      SCOPED_TRACE(std::string(name) + " " + p.name);
      expect_gradient_matches(*p.parameter, forward, 2e-2);
    }
  }
}

TEST(Models, TurnPermutedNodesIntoPermutedOutputs) {
  const CsrGraph graph = ring_with_chords();
  const Tensor x = random_tensor(12, 5, 3);
  const auto [other, order] = renumbered(graph, 11);
  const MessageBlock block(graph), permuted(other);
  for (const std::string& name : model_names()) {
    SCOPED_TRACE(name);
    const auto model = make_model(name, shape_for(x, 3), options_of(name), Random(7));
    expect_near(logits(*model, permuted, select_rows(x, order)), select_rows(logits(*model, block, x), order), 1e-4);
  }
}

TEST(Models, GiveAGraphInABatchWhatTheyGiveItAlone) {
  const CsrGraph graphs[] = {ring_with_chords(), path_and_loner(), ring_with_chords()};
  const Tensor x = random_tensor(28, 5, 3);
  const MessageBlock batch = batch_of(graphs);
  for (const std::string& name : model_names()) {
    SCOPED_TRACE(name);
    const auto model = make_model(name, shape_for(x, 3), options_of(name), Random(7));
    const Tensor together = logits(*model, batch, x);
    for (std::size_t g = 0; g < 3; ++g) {
      std::vector<std::int64_t> rows(static_cast<std::size_t>(batch.segments()[g + 1] - batch.segments()[g]));
      std::iota(rows.begin(), rows.end(), batch.segments()[g]);
      expect_near(select_rows(together, rows), logits(*model, MessageBlock(graphs[g]), select_rows(x, rows)), 1e-5);
    }
  }
}

TEST(Models, GiveTheSameBitsOnAnyNumberOfThreads) {
  const CsrGraph graph = grid(60, 50);
  const MessageBlock block(graph);
  const Features x = random_tensor(3000, 20, 3);
  for (const std::string& name : model_names()) {
    SCOPED_TRACE(name);
    const auto model = make_model(name, shape_for(x, 3), options_of(name), Random(7));
    expect_same_bits_on_any_threads([&] { return std::vector<Tensor>{logits(*model, block, x)}; });
  }
}

TEST(Models, AreDefinedForNoNodesOneNodeAndNoEdges) {
  for (const std::string& name : model_names()) {
    for (const std::int64_t n : {0, 1, 5}) {
      SCOPED_TRACE(name + " with " + std::to_string(n));
      const Tensor x = random_tensor(n, 4, 1);
      const auto model = make_model(name, shape_for(x, 2), options_of(name), Random(7));
      const Tensor y = logits(*model, MessageBlock(CsrGraph::from_edges(n, {})), x);
      ASSERT_EQ(y.shape(), (Shape{n, 2}));
      for (const float value : y.values()) {
        EXPECT_TRUE(std::isfinite(value));
      }
    }
  }
}

TEST(GpsModel, RefusesToReadNothing) {
  const GpsOptions options{.convolution = "none", .attention = "none"};
  expect_throws<ArgumentError>([&] { (void)make_model(shape_for(Tensor(1, 5), 3), options, Random(7)); },
                               "convolution and attention are both none");
}

TEST(PolynormerModel, StartsWithItsLocalHeadAndGoesOnWithTheGlobalOne) {
  const Features x = random_tensor(4, 5, 3);
  const auto model = make_model(shape_for(x, 3), PolynormerOptions{}, Random(7));
  const MessageBlock block(path_and_loner());
  const auto reads = [&](const char* head, double progress) {
    Pass pass = Pass::train(Random(1), progress);
    const Gradients gradients = backward(sum(model->forward(block, x, pass).logits));
    return gradients.of(parameter_of(*model, head).variable()) != nullptr;
  };
  EXPECT_TRUE(reads("local_head.weight", 0.1));
  EXPECT_FALSE(reads("global_head.weight", 0.1));
  EXPECT_FALSE(reads("local_head.weight", 0.9));
  EXPECT_TRUE(reads("global_head.weight", 0.9));
}

TEST(StackModel, ReadsAllHopsSideBySide) {
  const Features x = random_tensor(12, 4, 1);
  StackOptions options{.convolution = "gin",
                       .hidden = 5,
                       .layers = 3,
                       .jumping_knowledge = JumpingKnowledge::concat,
                       .head = HeadKind::linear};
  const auto model = make_model(shape_for(x, 2), options, Random(3));
  Pass pass = Pass::inference();
  const NodeModel::Output output = model->forward(MessageBlock(ring_with_chords()), x, pass);
  EXPECT_EQ(output.embedding.shape(), (Shape{12, 15}));
  EXPECT_EQ(output.logits.shape(), (Shape{12, 2}));
  options.head = HeadKind::convolution;
  expect_throws<ArgumentError>([&] { (void)make_model(shape_for(x, 2), options, Random(3)); },
                               "jumping_knowledge concat needs head linear");
}

}  // namespace
}  // namespace weft
