// What models read: features of nodes and of edges, and encodings, on their way through every model.
#include "weft/layers/input_layers.hpp"

#include <cmath>

#include "tests/attention_reference.hpp"
#include "tests/small_graphs.hpp"
#include "tests/small_models.hpp"
#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/dense_ops.hpp"

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
using test::same_bits;
using test::three_edges;

TEST(NodeFeatures, AreReadInEveryForm) {
  const MessageBlock block(path_and_loner());
  Buffer<EdgeId> offsets = Buffer<EdgeId>::copy_of(std::vector<EdgeId>{0, 1, 2, 2, 3});
  Buffer<std::uint32_t> columns = Buffer<std::uint32_t>::copy_of(std::vector<std::uint32_t>{1, 0, 2});
  const SparseMatrix sparse(4, 3, std::move(offsets), std::move(columns), Buffer<float>(3, 1.0F));
  CategoricalMatrix categorical{
      4, {2, 2}, Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{0, 1, 1, 1, 0, 0, 1, 0})};
  for (const std::string& name : model_names()) {
    SCOPED_TRACE(name);
    const Options options = options_of(name);
    const Tensor from_dense = logits(*make_model(name, shape_for(sparse.to_dense(), 3), options, Random(7)), block,
                                     Features(sparse.to_dense()));
    expect_near(logits(*make_model(name, shape_for(sparse, 3), options, Random(7)), block, Features(sparse)),
                from_dense);
    Features categories = CategoricalMatrix{4, categorical.num_categories, categorical.values.clone()};
    EXPECT_EQ(logits(*make_model(name, shape_for(categories, 3), options, Random(7)), block, categories).shape(),
              (Shape{4, 3}));
    const Features none;
    EXPECT_EQ(logits(*make_model(name, shape_for(none, 3), options, Random(7)), block, none).shape(), (Shape{4, 3}));
  }
}

TEST(NodeFeatures, AreOneAndTheLogarithmOfTheDegreeWhereThereAreNone) {
  const float two = std::log(2.0F), three = std::log(3.0F);
  expect_near(degree_features(MessageBlock(path_and_loner())), Tensor{{1, two}, {1, three}, {1, two}, {1, 0}});
}

TEST(InputDropout, DropsFeaturesOfEveryFormInTrainingAlone) {
  const MessageBlock block(path_and_loner());
  const Features forms[] = {
      random_tensor(4, 3, 1), test::small_sparse(),
      CategoricalMatrix{4, {2, 2}, Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{0, 1, 1, 1, 0, 0, 1, 0})},
      Features()};
  for (const std::string& name : model_names()) {
    for (const Features& x : forms) {
      SCOPED_TRACE(name + " with features of kind " + std::to_string(x.index()));
      const auto outputs = [&](const char* rate, Pass pass) {
        const Options options = test::options_where_there(
            name, {{"input_dropout", rate}, {"dropout", "0"}, {"attention_dropout", "0"}, {"attention_warmup", "1"}});
        return make_model(name, shape_for(x, 3), options, Random(7))->forward(block, x, pass).logits.value();
      };
      const Tensor plain = outputs("0.5", Pass::inference());
      expect_near(outputs("0", Pass::train(Random(1), 0.0)), plain);
      EXPECT_GT(test::largest_difference(outputs("0.5", Pass::train(Random(1), 0.0)), plain), 1e-3);
    }
  }
}

TEST(NodeFeatures, AreRefusedWhereTheModelWasNotMadeForThem) {
  const auto model = make_model("gcn", shape_for(Tensor(4, 3), 2), options_of("gcn"), Random(7));
  const MessageBlock block(path_and_loner());
  expect_throws<ArgumentError>([&] { (void)logits(*model, block, Features(Tensor(4, 5))); },
                               "made for 3 dense features, given 5 dense");
  expect_throws<ArgumentError>([&] { (void)logits(*model, block, Features(Tensor(6, 3))); }, "features of 6 nodes");
  expect_throws<ArgumentError>([] { (void)make_model("gcn", shape_for({}, -1), {}, Random(1)); }, "num_outputs is -1");
  expect_throws<ArgumentError>([] { (void)model_info("gnc"); }, "did you mean 'gcn'?");
}

TEST(EdgeLayer, GivesEdgesOfTheSameCategoriesOneState) {
  const Features categories =
      CategoricalMatrix{4, {2}, Buffer<std::int32_t>::copy_of(std::vector<std::int32_t>{1, 0, 1, 1})};
  const Features none;
  const ModelShape shape = shape_for(none, 1, categories);
  EdgeLayer layer(shape, 3, Random(1));
  NodeInput input(none);
  input.edge_features = &categories;
  const EdgeStates states = layer.forward(input, Pass::inference());
  EXPECT_EQ(states.states.shape(), (Shape{2, 3}));
  const Tensor each = states.for_each_edge(states.states).value();
  ParameterList list;
  layer.list_parameters(list);
  const Tensor& table = list.parameters[0].parameter->value();
  expect_near(each, select_rows(table, std::vector<std::int64_t>{1, 0, 1, 1}));
}

/// Every model and convolution that reads features of edges.
std::vector<std::pair<std::string, Options>> edge_models() {
  std::vector<std::pair<std::string, Options>> result;
  for (const ModelInfo& info : models()) {
    const Options defaults(info.options);
    if (!defaults.has("convolution")) {
      continue;
    }
    for (const ConvolutionInfo& convolution : convolutions()) {
      if (!convolution.reads_edges || (defaults.has("output_heads") && info.name != convolution.name)) {
        continue;
      }
      Options options = defaults;
      options.set("convolution", convolution.name);
      options.set("hidden", "8");
      options.set("heads", "2");
      options.set("dropout", "0");
      options.set("input_dropout", "0");
      options.set("activation", "gelu");
      result.emplace_back(std::string(info.name), std::move(options));
    }
  }
  return result;
}

CsrGraph small_graph() {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < 7; ++v) {
    edges.push_back({v, (v + 1) % 7});
    edges.push_back({v, (v * 3 + 2) % 7});
  }
  return CsrGraph::from_edges(7, edges);
}

NodeInput with_edges(const Features& x, const Features& edges) {
  NodeInput input(x);
  input.edge_features = &edges;
  return input;
}

TEST(EdgeFeatures, OfEitherFormHaveTheGradientOfDifferencesInEveryModel) {
  // Few edges, so that few of GINE's kinks lie close to a difference.
  const CsrGraph graph = three_edges();
  const MessageBlock block(graph);
  const std::int64_t m = graph.num_edges();
  Buffer<std::int32_t> categories(static_cast<std::size_t>(m));
  for (std::int64_t i = 0; i < m; ++i) {
    categories[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i % 3);
  }
  const Features x = random_tensor(4, 4, 1), dense = random_tensor(m, 3, 2),
                 categorical = CategoricalMatrix{m, {3}, std::move(categories)};
  const std::vector<std::pair<std::string, Options>> all = edge_models();
  ASSERT_GE(all.size(), 6U);
  for (const auto& [name, options] : all) {
    for (const Features* edges : {&dense, &categorical}) {
      const auto model = make_model(name, shape_for(x, 2, *edges), options, Random(3));
      const auto forward = [&] {
        Pass pass = Pass::train(Random(1), 1.0);
        return model->forward(block, with_edges(x, *edges), pass).logits;
      };
      SCOPED_TRACE(name + " " + options.text("convolution"));
      expect_gradient_matches(parameter_of(*model, "edges.weight"), forward, 1e-2);
    }
  }
}

TEST(EdgeFeatures, FollowTheirEdgesWhenNodesAreRenumbered) {
  const CsrGraph graph = small_graph();
  const std::vector<std::int64_t> order = {4, 2, 0, 6, 5, 1, 3};
  std::vector<NodeId> place(7);
  for (std::size_t i = 0; i < 7; ++i) {
    place[static_cast<std::size_t>(order[i])] = static_cast<NodeId>(i);
  }
  const std::vector<Edge> edges = edges_of(graph);
  std::vector<Edge> moved;
  for (const Edge& edge : edges) {
    moved.push_back({place[edge.source], place[edge.destination]});
  }
  const CsrGraph permuted = CsrGraph::from_edges(7, moved);
  const std::vector<Edge> there = edges_of(permuted);
  std::vector<std::int64_t> edge_order;
  for (const Edge& edge : there) {
    edge_order.push_back(std::find(moved.begin(), moved.end(), edge) - moved.begin());
  }
  const Tensor x = random_tensor(7, 4, 1), e = random_tensor(graph.num_edges(), 3, 2);
  const Features features = x, edge_features = e, permuted_features = select_rows(x, order),
                 permuted_edges = select_rows(e, edge_order);
  for (const auto& [name, options] : edge_models()) {
    SCOPED_TRACE(name + " " + options.text("convolution"));
    const auto model = make_model(name, shape_for(features, 2, edge_features), options, Random(3));
    Pass pass = Pass::inference();
    const Tensor y = model->forward(MessageBlock(graph), with_edges(features, edge_features), pass).logits.value();
    const Tensor z =
        model->forward(MessageBlock(permuted), with_edges(permuted_features, permuted_edges), pass).logits.value();
    expect_near(z, select_rows(y, order), 1e-4);
    // They are read at all.
    const Features none_like = Tensor(graph.num_edges(), 3);
    const Tensor w = model->forward(MessageBlock(graph), with_edges(features, none_like), pass).logits.value();
    EXPECT_FALSE(same_bits(y, w));
  }
}

TEST(EdgeFeatures, GiveTheSameBitsOnAnyNumberOfThreads) {
  const CsrGraph graph = grid(40, 50);
  const MessageBlock block(graph);
  const Features x = random_tensor(2000, 5, 1), edges = random_tensor(graph.num_edges(), 3, 2);
  for (const auto& [name, options] : edge_models()) {
    SCOPED_TRACE(name);
    const auto model = make_model(name, shape_for(x, 2, edges), options, Random(3));
    expect_same_bits_on_any_threads({&parameter_of(*model, "edges.weight")}, [&] {
      Pass pass = Pass::train(Random(1), 0.0);
      return sum(model->forward(block, with_edges(x, edges), pass).logits);
    });
  }
}

TEST(EdgeFeatures, AreRefusedWhereTheyAreNotThoseOfTheModel) {
  const MessageBlock block(three_edges());
  const Features x = Tensor(4, 2), edges = Tensor(3, 2), other = Tensor(3, 5), few = Tensor(2, 2);
  const StackOptions options{.convolution = "gine", .head = HeadKind::linear};
  const auto model = make_model(shape_for(x, 2, edges), options, Random(1));
  Pass pass = Pass::inference();
  expect_throws<ArgumentError>([&] { (void)model->forward(block, x, pass); },
                               "made for 2 dense edge features, given no edge features");
  expect_throws<ArgumentError>([&] { (void)model->forward(block, with_edges(x, other), pass); },
                               "made for 2 dense edge features, given 5 dense");
  expect_throws<ArgumentError>([&] { (void)model->forward(block, with_edges(x, few), pass); },
                               "features of 2 edges, the graph has 3");
  // A model made for none ignores them.
  const auto plain = make_model(shape_for(x, 2), options, Random(1));
  EXPECT_TRUE(same_bits(plain->forward(block, with_edges(x, other), pass).logits.value(),
                        plain->forward(block, x, pass).logits.value()));
}

Options encoded(std::string_view model, std::string_view encoding) {
  return test::options_where_there(model, {{"encoding", encoding},
                                           {"encoding_size", "3"},
                                           {"hidden", "8"},
                                           {"heads", "2"},
                                           {"dropout", "0"},
                                           {"input_dropout", "0"},
                                           {"activation", "gelu"}});
}

TEST(Encoding, IsReadByEveryModelThroughItsOwnMap) {
  const MessageBlock block(small_graph());
  const Features x = random_tensor(7, 4, 1);
  for (const ModelInfo& info : models()) {
    for (const char* kind : {"random_walk", "laplacian", "degree"}) {
      if (info.needs_graphs || info.needs_node_labels) {
        continue;
      }
      SCOPED_TRACE(std::string(info.name) + " " + kind);
      const Options options = encoded(info.name, kind);
      const auto model = make_model(info.name, shape_for(x, 2), options, Random(3));
      const std::optional<Tensor> encoding = node_encoding(block, options);
      ASSERT_TRUE(encoding.has_value());
      EXPECT_EQ(encoding->cols(), encoding_width(options));
      NodeInput input(x);
      input.encoding = &*encoding;
      const auto forward = [&] {
        Pass pass = Pass::train(Random(1), 0.0);
        return model->forward(block, input, pass).logits;
      };
      bool found = false;
      for (const NamedParameter& p : parameters_of(*model).parameters) {
        if (p.name.ends_with("encoding.weight")) {
          expect_gradient_matches(*p.parameter, forward, 1e-2);
          found = true;
        }
      }
      EXPECT_TRUE(found);
    }
  }
}

TEST(Encoding, TurnsEigenvectorsRoundInTrainingOnly) {
  const MessageBlock block(three_edges());
  const Features x = Tensor(4, 1);
  const Options options = encoded("mlp", "laplacian");
  const auto model = make_model("mlp", shape_for(x, 2), options, Random(3));
  const Tensor ones = Tensor::full(4, 3, 1.0F);
  NodeInput input(x);
  input.encoding = &ones;
  const auto logit = [&](Pass pass) { return model->forward(block, input, pass).logits.value(); };
  int differ = 0;
  for (std::uint64_t step = 0; step < 32; ++step) {
    differ += same_bits(logit(Pass::train(Random(step))), logit(Pass::inference())) ? 0 : 1;
  }
  // All three keep their sign in one step of eight.
  EXPECT_GE(differ, 20);
  EXPECT_LE(differ, 31);
}

TEST(Encoding, IsRefusedWhereItIsMissingOrOfAnotherWidth) {
  const MessageBlock block(three_edges());
  const Features x = Tensor(4, 1);
  const auto model = make_model("gcn", shape_for(x, 2), encoded("gcn", "random_walk"), Random(3));
  Pass pass = Pass::inference();
  expect_throws<ArgumentError>([&] { (void)model->forward(block, x, pass); }, "an encoding of 3 columns, given none");
  const Tensor wide(4, 5);
  NodeInput input(x);
  input.encoding = &wide;
  expect_throws<ArgumentError>([&] { (void)model->forward(block, input, pass); }, "shape [4, 5], expected [4, 3]");
}

}  // namespace
}  // namespace weft
