// Neighbors drawn by the type of their edge.
#include "weft/samplers/typed_neighbor_sampler.hpp"

#include <vector>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/samplers/seed_batches.hpp"

namespace weft {
namespace {

using test::all_nodes;
using test::expect_pure;
using test::expect_throws;
using test::small_graph;

TEST(TypedNeighborSampler, DrawsTheFanoutOfEachType) {
  // Twelve neighbors of types 0 0 0 0 0 0 0 0 1 1 1 2, interleaved by taking every fifth.
  const CsrGraph graph = test::star(12);
  std::vector<std::uint16_t> types(12);
  for (std::size_t i = 0; i < 12; ++i) {
    types[i * 5 % 12] = static_cast<std::uint16_t>(i < 8 ? 0 : i < 11 ? 1 : 2);
  }
  const TypedNeighborSampler sampler(graph, types, SeedBatches({0}), {.fanouts = {{3, -1, 0}}});
  std::vector<double> counts(12);
  for (std::int64_t epoch = 0; epoch < 8000; ++epoch) {
    const Sample sample = sampler.sample(epoch, 0);
    test::expect_valid(sample, graph);
    std::vector<std::int64_t> of_type(3);
    for (const EdgeId edge : sample.blocks[0].edges) {
      ++of_type[types[static_cast<std::size_t>(edge)]];
      ++counts[static_cast<std::size_t>(edge)];
    }
    ASSERT_EQ(of_type, (std::vector<std::int64_t>{3, 3, 0}));
  }
  std::vector<double> of_first_type;
  for (std::size_t e = 0; e < 12; ++e) {
    if (types[e] == 0) {
      of_first_type.push_back(counts[e]);
    }
  }
  EXPECT_LT(test::chi_square(of_first_type, std::vector<double>(8, 3000.0)), test::chi_square_limit(7));
}

TEST(TypedNeighborSampler, IsPureAndRefusesWrongArguments) {
  const CsrGraph& graph = small_graph();
  std::vector<std::uint16_t> types(static_cast<std::size_t>(graph.num_edges()));
  for (std::size_t e = 0; e < types.size(); ++e) {
    types[e] = static_cast<std::uint16_t>(e % 3);
  }
  const SeedBatches batches(all_nodes(graph), {.batch_size = 500});
  expect_pure(TypedNeighborSampler(graph, types, batches, {.fanouts = {{3, 2, 1}, {1, 1, 1}}}), graph);
  expect_throws<ArgumentError>(
      [&] {
        (void)TypedNeighborSampler(graph, types, batches, {.fanouts = {{3, 2}}});
      },
      "has type 2, expected below 2");
  expect_throws<ArgumentError>(
      [&] {
        (void)TypedNeighborSampler(graph, types, batches, {.fanouts = {{3, 2, 1}, {1}}});
      },
      "hop 1 has 1 fanouts");
  expect_throws<ArgumentError>([&] { (void)TypedNeighborSampler(graph, {}, batches, {.fanouts = {{1}}}); },
                               "there are 0 values for edges");
}

}  // namespace
}  // namespace weft
