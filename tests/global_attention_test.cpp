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
#include "weft/graph/generators.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {
namespace {

using test::cycle_graph;
using test::expect_gradient_matches;
using test::expect_near;
using test::expect_same_bits_on_any_threads;
using test::expect_throws;
using test::path_and_loner;
using test::random_tensor;
using test::renumbered;
using test::same_bits;

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
  const CsrGraph graphs[] = {path_and_loner(), cycle_graph(7)};
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
  const CsrGraph graphs[] = {cycle_graph(150), path_and_loner(), cycle_graph(3), cycle_graph(150)};
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
  const CsrGraph graph = cycle_graph(90);
  const Tensor h = random_tensor(90, 8, 3);
  const auto [other, order] = renumbered(graph, 11);
  const MessageBlock permuted(other);
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
  const Parameter h(random_tensor(4200, 8, 3));
  for (const AttentionInfo& info : global_attentions()) {
    SCOPED_TRACE(info.name);
    const auto attention = make(info.name, 4200);
    expect_same_bits_on_any_threads({&h}, [&] {
      Pass pass = Pass::train(Random(5));
      return attention->forward(graph, h.variable(), pass);
    });
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

}  // namespace
}  // namespace weft
