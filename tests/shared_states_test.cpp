// Layers that compute a row a color against the same layers with a row a node.
#include "weft/layers/shared_states.hpp"

#include <optional>
#include <string>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/layers/graph_model.hpp"
#include "weft/runs/run.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

/// Rings of six nodes with a tail of two, as molecules often have: many nodes look alike for some rounds.
MessageBlock rings(std::int64_t count) {
  return batch_of(std::vector<CsrGraph>(static_cast<std::size_t>(count), test::ring_with_tail(6, 2)));
}

/// Two columns; mostly zeros.
CategoricalMatrix categories(std::int64_t rows, std::uint64_t seed) {
  CategoricalMatrix x{rows, {5, 3}, Buffer<std::int32_t>(static_cast<std::size_t>(2 * rows), 0)};
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::uint64_t bits = Random(seed).bits(static_cast<std::uint64_t>(i));
    x.values[static_cast<std::size_t>(2 * i)] = bits % 7 == 0 ? static_cast<std::int32_t>(bits / 7 % 5) : 0;
    x.values[static_cast<std::size_t>(2 * i) + 1] = bits % 11 == 0 ? static_cast<std::int32_t>(bits / 11 % 3) : 0;
  }
  return x;
}

Options options_of(const std::string& name) {
  Options options = default_options(name, TaskKind::graph_classification);
  options.set_value("hidden", std::int64_t{12});
  options.set_value("layers", std::int64_t{3});
  options.set_value("norm", std::string("batch"));
  options.set_value("dropout", 0.0);
  // Shared rows start with states.
  options.set_value("pre_linear", true);
  return options;
}

struct Outcome {
  Tensor logits;
  std::vector<Tensor> gradients, statistics;
  /// Layers that share rows where the pass does not keep states.
  std::size_t num_shared = 0;
};

/// One step of training. Nodes have rows of their own where the pass keeps the states of every layer. found_for: what
/// is alike is found before the pass, for training or for inference.
Outcome step(const std::string& name, const Options& options, const MessageBlock& block, const Features& x,
             const Features* edges, bool keeps, std::optional<bool> found_for = std::nullopt) {
  const auto model = make_model(name, edges != nullptr ? shape_for(x, 2, *edges) : shape_for(x, 2), options, Random(3));
  NodeInput input(x);
  input.edge_features = edges;
  const auto kinds = found_for ? model->kinds_in(block, input, *found_for) : nullptr;
  input.kinds = kinds.get();
  Pass pass = Pass::train(Random(1));
  std::vector<Variable> states;
  if (keeps) {
    pass.keep_states_in(states);
  }
  const Variable y = model->forward(block, input, pass).logits;
  Outcome result{y.value(), {}, {}, model->kinds_in(block, input, true)->shared.num_layers()};
  const Gradients gradients = backward(y, random_tensor(y.rows(), y.cols(), 5));
  update_statistics(*model, pass);
  const ParameterList list = parameters_of(*model);
  for (const NamedParameter& p : list.parameters) {
    result.gradients.push_back(*gradients.of(p.parameter->variable()));
  }
  for (const NamedStatistic& s : list.statistics) {
    result.statistics.push_back(*s.value);
  }
  return result;
}

void expect_alike(const Outcome& a, const Outcome& b) {
  expect_near(a.logits, b.logits, 1e-4);
  ASSERT_EQ(a.gradients.size(), b.gradients.size());
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    SCOPED_TRACE(i);
    expect_near(a.gradients[i], b.gradients[i], 2e-3);
  }
  ASSERT_EQ(a.statistics.size(), b.statistics.size());
  for (std::size_t i = 0; i < a.statistics.size(); ++i) {
    expect_near(a.statistics[i], b.statistics[i], 1e-4);
  }
}

TEST(SharedStates, AreUsedForAsManyLayersAsNodesLookAlike) {
  const MessageBlock block = rings(50);
  const std::vector<std::int64_t> alike(static_cast<std::size_t>(block.num_outputs()), 0);
  const SharedStates shared(block.graph(), std::make_shared<const std::vector<std::int64_t>>(alike), {}, 3);
  EXPECT_EQ(shared.num_layers(), 3U);
  // After a round: end of the tail, its middle and ring nodes (two neighbors each), where the tail begins (three).
  EXPECT_EQ(shared.block(0).num_outputs(), 3);
  std::vector<std::int64_t> different(alike.size());
  for (std::size_t v = 0; v < different.size(); ++v) {
    different[v] = static_cast<std::int64_t>(v);
  }
  EXPECT_EQ(
      SharedStates(block.graph(), std::make_shared<const std::vector<std::int64_t>>(different), {}, 3).num_layers(),
      0U);
}

TEST(SharedStates, AreNotUsedWhereEachNodeDropsFeaturesOfItsOwn) {
  const MessageBlock block = rings(50);
  const Features x = categories(block.num_outputs(), 1);
  Options options = options_of("gin");
  EXPECT_GT(step("gin", options, block, x, nullptr, false).num_shared, 0U);
  options.set_value("input_dropout", 0.5);
  const Outcome own = step("gin", options, block, x, nullptr, false, true);
  EXPECT_EQ(own.num_shared, 0U);
  expect_alike(own, step("gin", options, block, x, nullptr, true));
}

TEST(SharedStates, ChangeNeitherOutputsNorGradientsNorStatistics) {
  const MessageBlock block = rings(60);
  const Features x = categories(block.num_outputs(), 1), edges = categories(block.num_edges(), 2);
  for (const std::string name : {"gin", "gine", "sage"}) {
    for (const Features* of_edges : {static_cast<const Features*>(nullptr), &edges}) {
      for (const bool residual : {false, true}) {
        if (of_edges != nullptr && name != "gine") {
          continue;
        }
        SCOPED_TRACE(name);
        Options options = options_of(name);
        options.set_value("residual", residual);
        const Outcome shared = step(name, options, block, x, of_edges, false);
        EXPECT_GT(shared.num_shared, 0U);
        expect_alike(shared, step(name, options, block, x, of_edges, true));
      }
    }
  }
}

void expect_same_bits(const Outcome& a, const Outcome& b) {
  EXPECT_TRUE(same_bits(a.logits, b.logits));
  ASSERT_EQ(a.gradients.size(), b.gradients.size());
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    EXPECT_TRUE(same_bits(a.gradients[i], b.gradients[i])) << i;
  }
}

TEST(InputKinds, FoundAheadOfThePassAreThoseItWouldFind) {
  const MessageBlock block = rings(60);
  const Features x = categories(block.num_outputs(), 1), edges = categories(block.num_edges(), 2);
  for (const std::string name : {"gin", "gine", "gcn"}) {
    SCOPED_TRACE(name);
    const Features* of_edges = name == "gine" ? &edges : nullptr;
    Options options = options_of(name);
    for (const bool keeps : {false, true}) {
      expect_same_bits(step(name, options, block, x, of_edges, keeps, true),
                       step(name, options, block, x, of_edges, keeps));
    }
    options.set_value("dropout", 0.3);
    for (const bool training : {false, true}) {
      expect_same_bits(step(name, options, block, x, of_edges, false, training),
                       step(name, options, block, x, of_edges, false));
    }
  }
}

TEST(InputKinds, SpareThePassTheSearch) {
  const MessageBlock block = rings(60);
  const Features x = categories(block.num_outputs(), 1);
  const auto model = make_model("gin", shape_for(x, 2), options_of("gin"), Random(3));
  const Features zeros = CategoricalMatrix{
      block.num_outputs(), {5, 3}, Buffer<std::int32_t>(static_cast<std::size_t>(2 * block.num_outputs()), 0)};
  const auto kinds = model->kinds_in(block, NodeInput(zeros), false);
  ASSERT_TRUE(kinds && kinds->nodes);
  EXPECT_FALSE(kinds->edges) << "the graph has no features of edges";
  EXPECT_GT(kinds->shared.num_layers(), 0U);
  // A pass that does not look for itself takes the kinds of other features for those of its own.
  NodeInput input(x);
  input.kinds = kinds.get();
  const auto logits = [&](const NodeInput& of) {
    Pass pass = Pass::inference();
    return model->forward(block, of, pass).logits.value();
  };
  EXPECT_TRUE(same_bits(logits(input), logits(NodeInput(zeros))));
  EXPECT_FALSE(same_bits(logits(input), logits(NodeInput(x))));
}

TEST(SharedStates, EndWhereNodesCanBeToldApart) {
  // Every node is of a kind of its own but for half of them: too many colors after the first round.
  const MessageBlock block = rings(12);
  CategoricalMatrix mixed{
      block.num_outputs(), {96}, Buffer<std::int32_t>(static_cast<std::size_t>(block.num_outputs()))};
  for (std::int64_t i = 0; i < mixed.rows; ++i) {
    mixed.values[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i / 2);
  }
  const Features x = std::move(mixed);
  expect_alike(step("gin", options_of("gin"), block, x, nullptr, false),
               step("gin", options_of("gin"), block, x, nullptr, true));
}

TEST(SharedStates, AreNotUsedWhereDropoutTellsNodesApart) {
  const MessageBlock block = rings(40);
  const Features x = categories(block.num_outputs(), 1);
  Options options = options_of("gin");
  options.set_value("dropout", 0.3);
  const Outcome dropping = step("gin", options, block, x, nullptr, false);
  EXPECT_EQ(dropping.num_shared, 0U);
  EXPECT_TRUE(same_bits(dropping.logits, step("gin", options, block, x, nullptr, true).logits));
}

TEST(SharedStates, ServeInferenceOfAModelThatWasTrainedWithDropout) {
  const MessageBlock block = rings(40);
  const Features x = categories(block.num_outputs(), 1), edges = categories(block.num_edges(), 2);
  Options options = options_of("gine");
  options.set_value("dropout", 0.3);
  const auto model = make_model("gine", shape_for(x, 2, edges), options, Random(3));
  NodeInput input(x);
  input.edge_features = &edges;
  std::vector<Variable> states;
  Pass sharing = Pass::inference(), keeping = Pass::inference();
  keeping.keep_states_in(states);
  expect_near(model->forward(block, input, sharing).logits.value(),
              model->forward(block, input, keeping).logits.value(), 1e-5);
}

TEST(SharedStates, GiveTheSameBitsOnAnyNumberOfThreads) {
  const MessageBlock block = rings(400);
  const Features x = categories(block.num_outputs(), 1), edges = categories(block.num_edges(), 2);
  std::vector<Outcome> results;
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] { results.push_back(step("gine", options_of("gine"), block, x, &edges, false)); });
  }
  for (const Outcome& other : results) {
    expect_same_bits(other, results[0]);
  }
}

TEST(EdgeStates, OfSomeEdgesMustBeShared) {
  const EdgeStates own{Variable::constant(random_tensor(4, 3))};
  expect_throws<ArgumentError>([&] { (void)own.of(std::vector<std::int64_t>{1}); },
                               "EdgeStates::of: the edges have states of their own");
}

}  // namespace
}  // namespace weft
