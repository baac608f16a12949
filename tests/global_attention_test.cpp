// Every mechanism of global attention, by its row of the table: gradients, batches, threads, orders, small graphs.
#include "weft/layers/global_attention.hpp"
#include "weft/graph/node_order.hpp"

#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>
#include <set>

#include "tests/attention_reference.hpp"
#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::expect_gradient_matches;
using test::expect_near;
using test::expect_throws;
using test::path_and_loner;
using test::random_tensor;
using test::same_bits;

CsrGraph ring(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < n; ++v) {
    edges.push_back({v, (v + 1) % n});
  }
  return CsrGraph::from_edges(n, edges, {.symmetrize = true});
}

/// The options of model weft, small: heads of 4 columns, parameters of positions for graphs of `max_nodes`.
Options small_options(std::string_view kind, std::int64_t max_nodes = 12) {
  Options options(model_info("weft").options);
  options.set("attention", kind);
  options.set("hidden", "8");
  options.set("heads", "2");
  options.set("max_positions", std::to_string(max_nodes));
  return options;
}

std::unique_ptr<GlobalAttention> make(std::string_view kind, std::int64_t max_nodes = 12) {
  return make_global_attention(kind, small_options(kind, max_nodes), 1, Random(7));
}

Tensor run(const GlobalAttention& attention, const MessageBlock& graph, const Tensor& h) {
  Pass pass = Pass::inference();
  return attention.forward(graph, Variable::constant(h), pass).value();
}

TEST(GlobalAttention, EveryKindSaysWhatItIsAndTakesItsOptionsFromTheModel) {
  std::set<std::string_view> names;
  const Options options(model_info("weft").options);
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    EXPECT_TRUE(names.insert(info.name).second) << "twice in the table";
    EXPECT_FALSE(info.summary.empty() || info.source.empty());
    EXPECT_NE(info.cost.find("time N"), std::string_view::npos) << "linear in the nodes";
    for (const Option& option : info.options) {
      EXPECT_TRUE(options.has(option.name)) << option.name;
    }
  }
  EXPECT_TRUE(names.contains("linear"));
}

TEST(GlobalAttention, EveryKindHasTheGradientOfDifferences) {
  const CsrGraph graphs[] = {path_and_loner(), ring(7)};
  const MessageBlock batch = batch_of(graphs);
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    const auto attention = make(info.name);
    Parameter h(random_tensor(11, 8, 5));
    ParameterList list;
    attention->list_parameters(list);
    const auto forward = [&] {
      Pass pass = Pass::train(Random(1));
      return attention->forward(batch, h.variable(), pass);
    };
    expect_gradient_matches(h, forward, 5e-3);
    for (const NamedParameter& p : list.parameters) {
      SCOPED_TRACE(p.name);
      expect_gradient_matches(*p.parameter, forward, 5e-3);
    }
  }
}

TEST(GlobalAttention, GraphsInOneBatchGetWhatEachGetsAlone) {
  const CsrGraph graphs[] = {ring(150), path_and_loner(), ring(3), ring(150)};
  const MessageBlock batch = batch_of(graphs);
  const Tensor h = random_tensor(307, 8, 3);
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    const auto attention = make(info.name, 150);
    const Tensor together = run(*attention, batch, h);
    for (std::size_t g = 0; g < 4; ++g) {
      std::vector<std::int64_t> rows(static_cast<std::size_t>(batch.segments()[g + 1] - batch.segments()[g]));
      std::iota(rows.begin(), rows.end(), batch.segments()[g]);
      expect_near(select_rows(together, rows), run(*attention, MessageBlock(graphs[g]), select_rows(h, rows)), 1e-5);
    }
  }
}

TEST(GlobalAttention, DoesNotDependOnTheNumberingOfNodesUnlessItSaysSo) {
  const CsrGraph graph = ring(90);
  const Tensor h = random_tensor(90, 8, 3);
  std::vector<std::int64_t> order(90);
  std::iota(order.begin(), order.end(), 0);
  shuffle(std::span<std::int64_t>(order), Random(11));
  std::vector<NodeId> place(90);
  for (std::size_t i = 0; i < 90; ++i) {
    place[static_cast<std::size_t>(order[i])] = static_cast<NodeId>(i);
  }
  std::vector<Edge> edges = edges_of(graph);
  for (Edge& edge : edges) {
    edge = {place[edge.source], place[edge.destination]};
  }
  const MessageBlock permuted(CsrGraph::from_edges(90, edges));
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    const auto attention = make(info.name, 90);
    const Tensor expected = select_rows(run(*attention, MessageBlock(graph), h), order);
    const Tensor actual = run(*attention, permuted, select_rows(h, order));
    if (info.uses_order) {
      EXPECT_FALSE(same_bits(actual, expected));
    } else {
      expect_near(actual, expected, 1e-4);
    }
  }
}

TEST(GlobalAttention, GivesTheSameBitsOnAnyNumberOfThreads) {
  const MessageBlock graph(grid(70, 60));
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    std::vector<Tensor> outputs, gradients;
    for (const int threads : {1, 2, 4}) {
      with_threads(threads, [&] {
        const auto attention = make(info.name, 4200);
        Parameter h(random_tensor(4200, 8, 3));
        Pass pass = Pass::train(Random(5));
        const Variable y = attention->forward(graph, h.variable(), pass);
        outputs.push_back(y.value());
        const Gradients all = backward(y, random_tensor(4200, 8, 4));
        gradients.push_back(*all.of(h.variable()));
      });
    }
    EXPECT_TRUE(same_bits(outputs[0], outputs[1]) && same_bits(outputs[0], outputs[2]));
    EXPECT_TRUE(same_bits(gradients[0], gradients[1]) && same_bits(gradients[0], gradients[2]));
  }
}

TEST(GlobalAttention, IsDefinedForNoNodesOneNodeAndNoEdges) {
  for (const AttentionInfo& info : global_attentions()) {
    for (const std::int64_t n : {0, 1, 2, 5}) {
      SCOPED_TRACE(concat(info.name, " with ", n));
      const auto attention = make(info.name);
      const MessageBlock graph(CsrGraph::from_edges(n, {}), {0, 0, n, n});
      Parameter h(random_tensor(n, 8, 1));
      Pass pass = Pass::train(Random(1));
      const Variable y = attention->forward(graph, h.variable(), pass);
      ASSERT_EQ(y.shape(), (Shape{n, 8}));
      const Gradients gradients = backward(y, Tensor::full(n, 8, 1.0F));
      ASSERT_NE(gradients.of(h.variable()), nullptr);
      for (const Tensor* tensor : {&y.value(), gradients.of(h.variable())}) {
        for (const float value : tensor->values()) {
          EXPECT_TRUE(std::isfinite(value));
        }
      }
    }
  }
}

TEST(GlobalAttention, ReachesANodeWithoutEdgesUnlessItSaysThatItReadsNeighborsAlone) {
  const Tensor h = random_tensor(4, 8, 3);
  // Whether the result of `reader` changes with the state of `read`.
  const auto reads = [&](std::string_view kind, std::int64_t reader, std::int64_t read) {
    Tensor changed = h;
    for (float& value : changed.row(read)) {
      value += 1.0F;
    }
    const auto attention = make(kind);
    const MessageBlock graph(path_and_loner());
    return !std::ranges::equal(run(*attention, graph, h).row(reader), run(*attention, graph, changed).row(reader));
  };
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    EXPECT_EQ(reads(info.name, 3, 0), !info.only_neighbors);
    EXPECT_EQ(reads(info.name, 0, 3), !info.only_neighbors && info.causal != "always");
  }
}

/// One graph in breadth-first order as it stands, and all that a mechanism of kernels makes of it.
struct SmallCase {
  explicit SmallCase(std::string_view kind) : attention(make(kind)) {
    attention->list_parameters(list);
    q = project(0, h);
    k = project(2, h);
    v = project(4, h);
  }

  [[nodiscard]] Tensor project(std::size_t parameter, const Tensor& x) const {
    return linear(Variable::constant(x), list.parameters[parameter].parameter->variable(),
                  list.parameters[parameter + 1].parameter->variable())
        .value();
  }

  static constexpr std::int64_t kNodes = 9;
  MessageBlock graph{CsrGraph::from_edges(kNodes, {})};
  Tensor h = random_tensor(kNodes, 8, 4);
  std::unique_ptr<GlobalAttention> attention;
  ParameterList list;
  Tensor q, k, v;
};

double norm(std::span<const float> x) {
  double sum = 0.0;
  for (const float value : x) {
    sum += static_cast<double>(value) * value;
  }
  return std::sqrt(sum);
}

TEST(KernelMechanisms, EqualTheirPublishedDefinitions) {
  constexpr auto n = static_cast<double>(SmallCase::kNodes);
  using Weight = std::function<double(const SmallCase&, std::int64_t i, std::int64_t j, std::int64_t h)>;
  const auto dot = [](const SmallCase& c, std::int64_t i, std::int64_t j, std::int64_t h) {
    return test::head_dot(c.q, i, c.k, j, h, 2);
  };
  const auto dot_of = [](const SmallCase& c, std::int64_t i, std::int64_t j, std::int64_t h, auto map) {
    double sum = 0.0;
    for (std::int64_t column = 4 * h; column < 4 * h + 4; ++column) {
      sum += map(static_cast<double>(c.q(i, column))) * map(static_cast<double>(c.k(j, column)));
    }
    return sum;
  };
  const auto by_node = [&](const SmallCase& c, std::int64_t i, std::int64_t j, std::int64_t h) {
    return dot(c, i, j, h) / norm(c.q.row(i).subspan(static_cast<std::size_t>(4 * h), 4)) /
           norm(c.k.row(j).subspan(static_cast<std::size_t>(4 * h), 4));
  };
  const auto by_graph = [&](const SmallCase& c, std::int64_t i, std::int64_t j, std::int64_t h) {
    return dot(c, i, j, h) / norm(c.q.values()) / norm(c.k.values());
  };
  const std::pair<std::string_view, Weight> definitions[] = {
      {"linear",
       [&](const SmallCase& c, std::int64_t i, std::int64_t j, std::int64_t h) {
         return dot_of(c, i, j, h, [](double x) { return x > 0 ? x + 1 : std::exp(x); });
       }},
      {"cosformer",
       [&](const SmallCase& c, std::int64_t i, std::int64_t j, std::int64_t h) {
         return dot_of(c, i, j, h, [](double x) { return std::max(x, 0.0); }) *
                std::cos(std::numbers::pi / 2 * static_cast<double>(i - j) / n);
       }},
      {"sgformer", [&](const SmallCase& c, std::int64_t i, std::int64_t j,
                       std::int64_t h) { return by_graph(c, i, j, h) + (i == j ? n : 0.0); }},
      {"sgformer_rows", [&](const SmallCase& c, std::int64_t i, std::int64_t j,
                            std::int64_t h) { return by_node(c, i, j, h) + 1.0 + (i == j ? n : 0.0); }},
      {"difformer",
       [&](const SmallCase& c, std::int64_t i, std::int64_t j, std::int64_t h) { return by_graph(c, i, j, h) + 1.0; }},
      {"difformer_rows",
       [&](const SmallCase& c, std::int64_t i, std::int64_t j, std::int64_t h) { return by_node(c, i, j, h) + 1.0; }},
      {"efficient",
       [&](const SmallCase& c, std::int64_t i, std::int64_t j, std::int64_t h) {
         double sum = 0.0;
         for (std::int64_t column = 4 * h; column < 4 * h + 4; ++column) {
           double over_features = 0.0, over_nodes = 0.0;
           for (std::int64_t other = 4 * h; other < 4 * h + 4; ++other) {
             over_features += std::exp(c.q(i, other));
           }
           for (std::int64_t other = 0; other < SmallCase::kNodes; ++other) {
             over_nodes += std::exp(c.k(other, column));
           }
           sum += std::exp(c.q(i, column)) / over_features * std::exp(c.k(j, column)) / over_nodes;
         }
         return sum;
       }},
  };
  for (const auto& [kind, weight] : definitions) {
    SCOPED_TRACE(kind);
    const SmallCase c(kind);
    const Tensor attended = test::dense_attention(
        c.v, c.graph.segments(), 2, [&](std::int64_t i, std::int64_t j, std::int64_t h) { return weight(c, i, j, h); },
        1e-6);
    expect_near(run(*c.attention, c.graph, c.h), c.project(6, attended), 1e-5);
  }
}

TEST(Windows, ShiftInEveryOtherLayer) {
  Options options = small_options("windows");
  options.set("window", "4");
  const MessageBlock graph(CsrGraph::from_edges(8, {}));
  const Tensor h = random_tensor(8, 8, 3);
  Tensor changed = h;
  for (float& value : changed.row(4)) {
    value += 1.0F;
  }
  // Which nodes read node 4: those of its window, 4 .. 7 or, shifted by two, 2 .. 5.
  for (const auto& [layer, first, last] : {std::array<std::int64_t, 3>{0, 4, 7}, {1, 2, 5}, {2, 4, 7}}) {
    const auto attention = make_global_attention("windows", options, layer, Random(7));
    const Tensor before = run(*attention, graph, h), after = run(*attention, graph, changed);
    for (std::int64_t i = 0; i < 8; ++i) {
      EXPECT_EQ(std::ranges::equal(before.row(i), after.row(i)), i < first || i > last) << layer << " " << i;
    }
  }
}

TEST(GlobalAttention, ThatIsCausalLeavesNodesBeforeAChangeAsTheyAre) {
  // A ring named at random, by each order: `before` in the order, not in the numbers.
  const MessageBlock graph(CsrGraph::from_edges(90,
                                                [] {
                                                  std::vector<Edge> edges;
                                                  for (NodeId v = 0; v < 90; ++v) {
                                                    edges.push_back({(v * 37) % 90, ((v + 1) * 37) % 90});
                                                  }
                                                  return edges;
                                                }(),
                                                {.symmetrize = true}));
  const Tensor h = random_tensor(90, 8, 3);
  std::int64_t kinds = 0;
  for (const AttentionInfo& info : global_attentions()) {
    if (info.causal.empty()) {
      continue;
    }
    ++kinds;
    for (const std::string_view order : {"natural", "bfs", "degree", "rcm"}) {
      SCOPED_TRACE(concat(info.name, " by ", order));
      Options options = small_options(info.name);
      options.set("order", order);
      if (const auto equals = info.causal.find(" = "); equals != std::string_view::npos) {
        options.set(info.causal.substr(0, equals), info.causal.substr(equals + 3));
      }
      const auto attention = make_global_attention(info.name, options, 0, Random(7));
      const auto nodes = graph.order(node_ordering_of(order));
      Tensor changed = h;
      for (float& value : changed.row(nodes[70])) {
        value += 1.0F;
      }
      const Tensor before = run(*attention, graph, h), after = run(*attention, graph, changed);
      for (std::size_t p = 0; p < 90; ++p) {
        EXPECT_EQ(std::ranges::equal(before.row(nodes[p]), after.row(nodes[p])), p < 70) << p;
      }
    }
  }
  EXPECT_GE(kinds, 2);
}

TEST(GlobalAttention, RefusesUnknownKindsAndHeadsThatDoNotFit) {
  expect_throws<ArgumentError>([] { (void)make_global_attention("performr", small_options("linear"), 0, Random(1)); },
                               "did you mean 'performer'?");
  Options options = small_options("linear");
  options.set("heads", "3");
  expect_throws<ArgumentError>([&] { (void)make_global_attention("linear", options, 0, Random(1)); },
                               "hidden 8 cannot be cut into 3 heads");
}

TEST(SgformerAndDifformer, AsPublishedForgetTheirNodesInLargeGraphsAndTheirRowsVariantsDoNot) {
  // Row 0 asks in one direction or the other; how far does that move its result?
  const auto moves = [](std::string_view kind, std::int64_t n) {
    const auto attention = make(kind);
    ParameterList list;
    attention->list_parameters(list);
    const MessageBlock graph(CsrGraph::from_edges(n, {}));
    const Tensor h = random_tensor(n, 8, 2);
    const Tensor before = run(*attention, graph, h);
    for (float& weight : list.parameters[0].parameter->mutable_value().values()) {
      weight = -weight;  // query.weight
    }
    return std::abs(run(*attention, graph, h)(0, 0) - before(0, 0));
  };
  EXPECT_LT(moves("difformer", 3000), 1e-3F);
  EXPECT_LT(moves("sgformer", 3000), 1e-3F);
  EXPECT_GT(moves("difformer_rows", 3000), 1e-2F);
  EXPECT_GT(moves("sgformer_rows", 3000), 5e-3F);
}

TEST(WeftModel, WithEveryAttentionHasNamesThatDoNotMeet) {
  for (const AttentionInfo& info : global_attentions()) {
    const auto model = make_model("weft", shape_for(Tensor(1, 5), 2), small_options(info.name), Random(7));
    const ParameterList list = parameters_of(*model);
    std::set<std::string> names;
    for (const NamedParameter& p : list.parameters) {
      EXPECT_TRUE(names.insert(p.name).second) << info.name << " " << p.name;
    }
    for (const NamedStatistic& statistic : list.statistics) {
      EXPECT_TRUE(names.insert(statistic.name).second) << info.name << " " << statistic.name;
    }
    EXPECT_TRUE(names.contains("block0.query.weight") && names.contains("block0.gate.bias"));
  }
}

TEST(WeftModel, WithEveryAttentionHasTheGradientOfDifferencesAndLearns) {
  const CsrGraph graphs[] = {path_and_loner(), ring(7)};
  const MessageBlock batch = batch_of(graphs);
  const Features x = random_tensor(11, 5, 3);
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    Options options = small_options(info.name);
    options.set("layers", "2");
    options.set("dropout", "0");
    options.set("input_dropout", "0");
    options.set("norm", "layer");
    options.set("convolution", "sage");
    options.set("activation", "gelu");
    const auto model = make_model("weft", shape_for(x, 2), options, Random(7));
    const ParameterList list = parameters_of(*model);
    const auto forward = [&] {
      Pass pass = Pass::train(Random(1), 1.0);
      return model->forward(batch, x, pass).logits;
    };
    std::int64_t in_attention = 0;
    for (const NamedParameter& p : list.parameters) {
      if (p.name.starts_with("block1.") && !p.name.starts_with("block1.local") && !p.name.starts_with("block1.norm")) {
        SCOPED_TRACE(p.name);
        ++in_attention;
        expect_gradient_matches(*p.parameter, forward, 1e-2);
      }
    }
    EXPECT_GE(in_attention, 8);
    // A few steps down the gradient of the squared distance to a fixed target bring the outputs nearer.
    const Tensor target = random_tensor(11, 2, 9);
    const auto distance = [&] {
      const Variable off = forward() - Variable::constant(target);
      return sum(off * off);
    };
    const float before = distance().value()(0, 0);
    for (int step = 0; step < 30; ++step) {
      const Gradients gradients = backward(distance());
      for (const NamedParameter& p : list.parameters) {
        if (const Tensor* d = gradients.of(p.parameter->variable())) {
          for (std::int64_t i = 0; i < d->size(); ++i) {
            p.parameter->mutable_value().data()[i] -= 0.005F * d->data()[i];
          }
        }
      }
    }
    EXPECT_LT(distance().value()(0, 0), 0.7F * before);
  }
}

}  // namespace
}  // namespace weft
