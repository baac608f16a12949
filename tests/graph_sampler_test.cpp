// What is drawn from a sequence model: whole graphs by its chances, within constraints, beginning as asked.
#include "weft/generation/graph_sampler.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "tests/sequence_models.hpp"
#include "tests/support.hpp"
#include "tests/typed_graphs.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/graph_constraint.hpp"
#include "weft/generation/sequence_loss.hpp"
#include "weft/generation/sequence_model.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::is_plane;
using test::model_for;
using test::some_graphs;
using test::vocabulary_of;

TEST(GraphSampler, DrawsWholeGraphsFromAnUntrainedModel) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs);
  const SequenceModel model = model_for(vocabulary);
  const std::vector<SampledGraph> samples = sample_graphs(model, vocabulary, 300, {.seed = 3});
  ASSERT_EQ(samples.size(), 300U);
  for (const SampledGraph& sample : samples) {
    ASSERT_TRUE(sample.is_whole);
    ASSERT_LE(sample.graph.num_nodes(), vocabulary.max_nodes());
    ASSERT_LT(sample.log_likelihood, 0.0);
    (void)TypedNeighbors(sample.graph);
  }
}

TEST(GraphSampler, DrawsTheSameWhateverTheNumberOfThreads) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs, true);
  const SequenceModel model = model_for(vocabulary);
  std::vector<SampledGraph> one, two;
  with_threads(1, [&] { one = sample_graphs(model, vocabulary, 1200, {.seed = 8}); });
  with_threads(2, [&] { two = sample_graphs(model, vocabulary, 1200, {.seed = 8}); });
  for (std::size_t i = 0; i < one.size(); ++i) {
    ASSERT_EQ(one[i].graph.edges, two[i].graph.edges) << i;
    ASSERT_EQ(one[i].log_likelihood, two[i].log_likelihood) << i;
  }
  const std::vector<SampledGraph> other = sample_graphs(model, vocabulary, 1200, {.seed = 9});
  EXPECT_FALSE(
      std::ranges::equal(one, other, [](const auto& a, const auto& b) { return a.graph.edges == b.graph.edges; }));
}

TEST(GraphSampler, TellsTheModelOfTheNeighborhoodAsTrainingDoes) {
  // The chance of a drawn graph's own code, seen by the training form, is that with which it was drawn.
  const std::vector<TypedGraph> graphs = {{{0, 0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 0, 1}, {0, 2, 1}}}};
  const CodeVocabulary vocabulary = vocabulary_of(graphs, true);
  const SequenceModel model = model_for(vocabulary);
  std::int64_t compared = 0;
  for (const SampledGraph& sample : sample_graphs(model, vocabulary, 100, {.seed = 2})) {
    const SequenceItem item{.graph = &sample.graph, .random = Random(1)};
    if (!vocabulary.write(sample.graph, item.random).has_value() || sample.graph.edges.size() != 3 ||
        sample.graph.num_nodes() != 3) {
      continue;
    }
    // A triangle has one code only.
    const SequenceBatch batch = make_sequence_batch(vocabulary, std::span(&item, 1));
    Pass pass = Pass::inference();
    EXPECT_NEAR(sequence_loss(model.forward(batch, pass), batch, 0.0F).masked_nats, -sample.log_likelihood, 1e-4);
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

/// One kind of node and no rings: the first token is certain, and graphs are single nodes with the chance of the end.
struct SinglesOrPairs {
  std::vector<TypedGraph> graphs = {{{0}, {}}, {{0, 0}, {{0, 1, 1}}}};
  CodeVocabulary vocabulary{graphs, {}, Random(1)};
  SequenceModel model = model_for(vocabulary);

  /// log p(single node) is minus the masked loss of its code.
  [[nodiscard]] double chance_of_single() const {
    const SequenceItem item{.graph = &graphs[0], .random = Random(1)};
    const SequenceBatch batch = make_sequence_batch(vocabulary, std::span(&item, 1));
    Pass pass = Pass::inference();
    return std::exp(-sequence_loss(model.forward(batch, pass), batch, 0.0F).masked_nats);
  }
};

TEST(GraphSampler, DrawsWithTheChancesOfTheModel) {
  const SinglesOrPairs made;
  const double chance = made.chance_of_single();
  const std::int64_t count = 20000;
  std::int64_t singles = 0;
  for (const SampledGraph& sample : sample_graphs(made.model, made.vocabulary, count, {.seed = 1})) {
    singles += sample.graph.num_nodes() == 1 ? 1 : 0;
    ASSERT_NEAR(sample.log_likelihood, std::log(sample.graph.num_nodes() == 1 ? chance : 1.0 - chance), 1e-4);
  }
  // Four standard deviations.
  EXPECT_NEAR(static_cast<double>(singles) / count, chance, 4.0 * std::sqrt(chance * (1.0 - chance) / count));
}

TEST(GraphSampler, SharpensTheChancesByTheTemperature) {
  // Chances p and 1 - p become p^(1/t) and (1 - p)^(1/t), by their sum. The likelihood stays the model's.
  const SinglesOrPairs made;
  const double chance = made.chance_of_single();
  const std::int64_t count = 2000;
  for (const double temperature : {0.1, 0.3}) {
    const double a = std::pow(chance, 1.0 / temperature), b = std::pow(1.0 - chance, 1.0 / temperature);
    const double expected = a / (a + b), deviation = std::sqrt(expected * (1.0 - expected) / count);
    ASSERT_GT(std::abs(expected - chance), 8.0 * deviation) << "the model does not mind the temperature";
    std::int64_t singles = 0;
    for (const SampledGraph& sample :
         sample_graphs(made.model, made.vocabulary, count, {.seed = 1, .temperature = temperature})) {
      singles += sample.graph.num_nodes() == 1 ? 1 : 0;
      ASSERT_NEAR(sample.log_likelihood, std::log(sample.graph.num_nodes() == 1 ? chance : 1.0 - chance), 1e-4);
    }
    EXPECT_NEAR(static_cast<double>(singles) / count, expected, 4.0 * deviation + 1e-3) << temperature;
  }
}

TEST(GraphSampler, KeepsToConstraints) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs);
  const SequenceModel model = model_for(vocabulary);
  for (const SampledGraph& sample :
       sample_graphs(model, vocabulary, 60, {.seed = 3, .constraint = make_graph_constraint("planar")})) {
    ASSERT_TRUE(is_plane(sample.graph));
  }
}

TEST(GraphSampler, FinishesDeepGraphsThatMayNotCloseRings) {
  // A path as large as any graph may be: only rings are left, which a tree must not close.
  TypedGraph path{std::vector<std::int32_t>(320, 0), {}};
  for (NodeId v = 1; v < 320; ++v) {
    path.edges.push_back({v - 1, v, 1});
  }
  TypedGraph ring = path;
  ring.edges.push_back({319, 0, 1});
  const CodeVocabulary vocabulary(std::vector<TypedGraph>{ring}, {.capacity = {4}, .passes = 20}, Random(1));
  const SequenceModel model = model_for(vocabulary);
  for (const char* constraint : {"none", "tree"}) {
    const SamplingOptions options{.seed = 1, .constraint = make_graph_constraint(constraint), .beginning = path};
    std::int64_t long_rings = 0;
    for (const SampledGraph& sample : sample_graphs(model, vocabulary, 60, options)) {
      ASSERT_TRUE(sample.is_whole);
      // Nodes have the numbers of their grows; the walk leads down from its first node in two branches at most.
      for (const TypedEdge& edge : sample.graph.edges) {
        long_rings += edge.a > edge.b + kNearLevels ? 1 : 0;
      }
    }
    EXPECT_EQ(long_rings > 0, options.constraint == nullptr);
  }
}

TEST(GraphSampler, BeginsWithTheGraphGiven) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs);
  const SequenceModel model = model_for(vocabulary);
  const TypedGraph square{{0, 0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {3, 0, 1}}};
  for (const SampledGraph& sample : sample_graphs(model, vocabulary, 50, {.seed = 3, .beginning = square})) {
    ASSERT_GE(sample.graph.num_nodes(), 4);
    // The first four nodes are a ring, in the order of a walk around it; a chord may have been added since.
    std::int64_t among_first = 0;
    for (const TypedEdge& edge : sample.graph.edges) {
      among_first += edge.a < 4 && edge.b < 4 ? 1 : 0;
    }
    ASSERT_EQ(among_first, 4);
  }
  expect_throws<ArgumentError>(
      [&] {
        (void)sample_graphs(model, vocabulary, 1, {.beginning = TypedGraph{{7}, {}}});
      },
      "beginning");
}

TEST(GraphSampler, GuidanceOfZeroIsTheWishAlone) {
  const std::vector<TypedGraph> graphs = some_graphs();
  const CodeVocabulary vocabulary = vocabulary_of(graphs);
  const SequenceModel model = model_for(vocabulary, 1);
  const auto edges_of_first = [&](std::vector<float> wish, double guidance) {
    return sample_graphs(model, vocabulary, 1, {.seed = 4, .properties = std::move(wish), .guidance = guidance})[0]
        .graph.edges;
  };
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(edges_of_first({}, 0.0), edges_of_first({unknown}, 3.0)) << "no wish, however strong, changes nothing";
  EXPECT_NE(edges_of_first({-40.0F}, 0.0), edges_of_first({40.0F}, 0.0));
  expect_throws<ArgumentError>([&] { (void)edges_of_first({1.0F, 2.0F}, 0.0); }, "properties");
}

}  // namespace
}  // namespace weft
