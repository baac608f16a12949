// What `weft import --order` is worth: mean aggregation on one graph with its nodes in several orders. The yardstick,
// `shuffled`, has them in random order; NAME_x below 1 is faster. `given` is the order of a dataset's file. Arguments:
// columns, threads. Datasets are looked for in $WEFT_DATA and $WEFT_DATA/h5. Counters are explained in
// bench/rounds.hpp.
#include <map>

#include "bench/inputs.hpp"
#include "bench/public_data.hpp"
#include "bench/rounds.hpp"
#include "weft/core/random_permutation.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/io/dataset_order.hpp"
#include "weft/layers/kernels/aggregation.hpp"

namespace weft::bench {
namespace {

/// A dataset's graph, or if there is no name communities of 1000 nodes, 16 of 20 edges inside.
CsrGraph graph_called(const std::string& name) {
  if (name.empty()) {
    return stochastic_block_model({.num_nodes = 500'000,
                                   .num_communities = 500,
                                   .degree_inside = 16,
                                   .degree_outside = 4,
                                   .shuffle_nodes = false,
                                   .seed = 1})
        .graph;
  }
  return public_dataset(name).graph;
}

/// The same graph in every order, made once.
const std::map<std::string, MessageBlock>& orders_of(const std::string& name) {
  static std::map<std::string, std::map<std::string, MessageBlock>> made;
  std::map<std::string, MessageBlock>& orders = made[name];
  if (orders.empty()) {
    const CsrGraph given = graph_called(name);
    const RandomPermutation permutation(given.num_nodes(), Random(1));
    std::vector<NodeId> order(static_cast<std::size_t>(given.num_nodes()));
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = static_cast<NodeId>(permutation(static_cast<std::int64_t>(i)));
    }
    const CsrGraph shuffled = induced_subgraph(given, order);
    orders.emplace("given", MessageBlock(given));
    orders.emplace("shuffled", MessageBlock(shuffled));
    for (const char* kind : {"community", "rcm", "degree"}) {
      orders.emplace(kind, MessageBlock(induced_subgraph(shuffled, node_order_of(shuffled, kind))));
    }
  }
  return orders;
}

void order(benchmark::State& state, const std::string& name) {
  try {
    with_threads(static_cast<int>(state.range(1)), [&] {
      const auto& orders = orders_of(name);
      const MessageBlock& shuffled = orders.at("shuffled");
      const Variable x = Variable::constant(random_matrix(shuffled.num_inputs(), state.range(0), 1));
      std::vector<Variant> variants;
      for (const char* kind : {"given", "community", "rcm", "degree"}) {
        const MessageBlock& block = orders.at(kind);
        variants.push_back({kind, [&block, &x] { (void)aggregate_mean(block, x); }});
      }
      run_rounds(state, {"shuffled", [&] { (void)aggregate_mean(shuffled, x); }}, variants);
    });
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
}

#define WEFT_ORDER_BENCH(name, dataset)    \
  BENCHMARK_CAPTURE(order, name, dataset)  \
      ->ArgNames({"width", "threads"})     \
      ->ArgsProduct({{64, 128, 256}, {2}}) \
      ->Iterations(11)                     \
      ->UseManualTime()                    \
      ->Unit(benchmark::kMillisecond)
WEFT_ORDER_BENCH(communities, "");
WEFT_ORDER_BENCH(gowalla, "gowalla");
WEFT_ORDER_BENCH(wordnet, "wordnet");
WEFT_ORDER_BENCH(facebook_pages, "facebook_pages");

}  // namespace
}  // namespace weft::bench
