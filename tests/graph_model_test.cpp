// Models of whole graphs and their invariances.
#include "weft/layers/graph_model.hpp"

#include <algorithm>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/runs/run.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::random_tensor;
using test::renamed;
using test::ring_with_tail;

Options graph_options_of(std::string_view model) {
  Options options = default_options(model, TaskKind::graph_classification);
  if (options.has("hidden")) {
    options.set_value("hidden", std::int64_t{16});
  }
  return options;
}

Tensor logits_of(const NodeModel& model, const MessageBlock& block, const Features& x, const Options& options,
                 const Features* edges = nullptr) {
  const std::optional<Tensor> encoding = options.has("encoding") ? node_encoding(block, options) : std::nullopt;
  NodeInput input(x);
  input.encoding = encoding ? &*encoding : nullptr;
  input.edge_features = edges;
  Pass pass = Pass::inference();
  return model.forward(block, input, pass).logits.value();
}

TEST(GraphModel, DoesNotDependOnTheOrderOfAtomsNorOnTheRestOfTheBatch) {
  const CsrGraph graph = ring_with_tail(5, 4), other = ring_with_tail(7, 1), third = ring_with_tail(3, 0);
  const std::vector<NodeId> order = {4, 7, 1, 0, 8, 2, 6, 3, 5};
  const Tensor x = random_tensor(9, 3, 5), more = random_tensor(8, 3, 6), last = random_tensor(3, 3, 7);
  Tensor x_renamed(9, 3);
  for (std::int64_t v = 0; v < 9; ++v) {
    std::ranges::copy(x.row(v), x_renamed.row(order[static_cast<std::size_t>(v)]).begin());
  }
  for (const ModelInfo& info : models()) {
    for (const char* pooling : {"sum", "attention"}) {
      if (info.needs_node_labels) {
        continue;
      }
      SCOPED_TRACE(std::string(info.name) + " " + pooling);
      Options options = graph_options_of(info.name);
      options.set_value("pooling", std::string(pooling));
      options.set("readout", info.name == "sign" || info.name == "nagphormer" ? "last" : "all");
      if (options.has("encoding")) {
        options.set("encoding", "random_walk");
      }
      if (options.has("virtual_node")) {
        options.set_value("virtual_node", true);
      }
      const Features features = x;
      const auto model = make_graph_model(info.name, shape_for(features, 2), options, Random(4));
      const Tensor alone = logits_of(*model, MessageBlock(graph), features, options);
      ASSERT_EQ(alone.shape(), (Shape{1, 2}));
      expect_near(logits_of(*model, MessageBlock(renamed(graph, order)), x_renamed, options), alone, 1e-4);

      const MessageBlock batch = batch_of(std::vector<CsrGraph>{other, graph, third});
      Tensor all(20, 3);
      std::ranges::copy(last.values(),
                        std::ranges::copy(x.values(), std::ranges::copy(more.values(), all.data()).out).out);
      const Tensor together = logits_of(*model, batch, Features(std::move(all)), options);
      ASSERT_EQ(together.shape(), (Shape{3, 2}));
      expect_near(select_rows(together, std::vector<std::int64_t>{1}), alone, 1e-4);
    }
  }
}

TEST(GraphModel, ReadsEveryLayerWhereAllAreAskedFor) {
  const Features x = random_tensor(9, 3, 5);
  for (const char* name : {"gin", "weft", "gps", "polynormer"}) {
    SCOPED_TRACE(name);
    Options options = graph_options_of(name);
    options.set_value("layers", std::int64_t{3});
    options.set_value("head_layers", std::int64_t{1});
    options.set("readout", "all");
    const auto model = make_graph_model(name, shape_for(x, 2), options, Random(4));
    // The input's states and those of three layers, 16 columns each.
    EXPECT_EQ(model->embedding_width(), 4 * 16);
  }
  Options options = graph_options_of("sign");
  options.set("readout", "all");
  expect_throws<ArgumentError>([&] { (void)make_graph_model("sign", shape_for(x, 2), options, Random(4)); },
                               "expected readout last");
}

TEST(GraphModel, HasNoParametersThatNothingReads) {
  const Features x = random_tensor(9, 3, 5);
  const MessageBlock block(ring_with_tail(5, 4));
  for (const ModelInfo& info : models()) {
    if (info.needs_node_labels) {
      continue;
    }
    SCOPED_TRACE(info.name);
    const Options options = graph_options_of(info.name);
    const auto model = make_graph_model(info.name, shape_for(x, 2), options, Random(4));
    Pass pass = Pass::train(Random(1));
    const Gradients gradients = backward(sum(model->forward(block, NodeInput(x), pass).logits));
    for (const NamedParameter& p : parameters_of(*model).parameters) {
      EXPECT_NE(gradients.of(p.parameter->variable()), nullptr) << p.name;
    }
  }
}

TEST(Pass, WeightsOfInputsGiveWhatEachNodeAdds) {
  // A linear model: the sum of the nodes' own contributions, so that each derivative is that contribution.
  const Features x = random_tensor(9, 3, 5);
  Options options = graph_options_of("mlp");
  options.set_value("layers", std::int64_t{1});
  options.set_value("head_layers", std::int64_t{1});
  options.set("pooling", "sum");
  options.set("norm", "none");
  const MessageBlock block(ring_with_tail(5, 4));
  const auto model = make_graph_model("mlp", shape_for(x, 1), options, Random(4));
  const Variable weights = Variable::parameter(Tensor::full(9, 1, 1.0F));
  Pass pass = Pass::explaining(weights);
  const Variable y = model->forward(block, NodeInput(x), pass).logits;
  const Gradients gradients = backward(sum(y));
  const Tensor* importance = gradients.of(weights);
  ASSERT_NE(importance, nullptr);
  // ReLU networks without biases are homogeneous: the contributions sum to the output.
  const float total = std::accumulate(importance->values().begin(), importance->values().end(), 0.0F);
  EXPECT_NEAR(total, y.value()(0, 0), 1e-4);
  Pass plain = Pass::inference();
  expect_near(y.value(), model->forward(block, NodeInput(x), plain).logits.value(), 0.0);
}

}  // namespace
}  // namespace weft
