// Dot-product attention along sparse patterns: the graph's own edges, windows over an order with global and random
// nodes, and the expander with virtual nodes.
#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/kernels/attention_patterns.hpp"
#include "weft/layers/kernels/dot_attention.hpp"
#include "weft/layers/kernels/low_rank_attention.hpp"
#include "weft/layers/kernels/node_sequence.hpp"

namespace weft::attention {
namespace {

class GraphTransformer : public ProjectedAttention {
 public:
  using ProjectedAttention::ProjectedAttention;

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    return dot_attention(graph.with_self_loops(), x.q, x.k, x.v, {.heads = heads()});
  }
};

/// Random edges follow from the seed and not from the layer or the run, so that all of them share one pattern.
Random pattern_random(const Options& options) {
  return Random(static_cast<std::uint64_t>(options.integer("pattern_seed")));
}

/// Rows are put in order and back, so that windows are rows that lie side by side.
class WindowAttention : public ProjectedAttention {
 public:
  WindowAttention(const Options& options, const Random& random, std::int64_t random_nodes)
      : ProjectedAttention(options, random),
        ordering_(ordering_of(options)),
        pattern_{.window = options.integer("window"),
                 .global_nodes = options.integer("global_nodes"),
                 .random_nodes = random_nodes},
        random_(random_nodes > 0 ? pattern_random(options) : Random(0)),
        key_(concat("window ", options.text("order"), " ", pattern_.window, " ", pattern_.global_nodes, " ",
                    pattern_.random_nodes, " ", random_.key()[0], " ", random_.key()[1])) {}

 private:
  struct Layout {
    MessageBlock pattern;
    NodeSequence nodes;
  };

  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    const Layout& layout = graph.kept<Layout>(key_, [&] {
      return Layout{MessageBlock(window_pattern(graph.segments(), pattern_, random_)), NodeSequence(graph, ordering_)};
    });
    const auto ordered = [&](const Variable& y) { return layout.nodes.in_order(y); };
    return layout.nodes.at_nodes(
        dot_attention(layout.pattern, ordered(x.q), ordered(x.k), ordered(x.v), {.heads = heads()}));
  }

  NodeOrdering ordering_;
  WindowPatternOptions pattern_;
  Random random_;
  std::string key_;
};

/// Virtual nodes read all nodes of their graph before they are read: their states start anew in every block, and what
/// they read would come too late for the nodes otherwise.
class Exphormer : public ProjectedAttention {
 public:
  Exphormer(const Options& options, const Random& random)
      : ProjectedAttention(options, random),
        pattern_{.cycles = options.integer("expander_cycles"), .virtual_nodes = options.integer("virtual_nodes")},
        random_(pattern_random(options)),
        key_(concat("exphormer ", pattern_.cycles, " ", pattern_.virtual_nodes, " ", random_.key()[0], " ",
                    random_.key()[1])),
        edge_types_(Tensor::full(kExphormerEdgeTypes, width(), 1.0F)),
        states_(glorot_uniform(pattern_.virtual_nodes, width(), random.stream(6))) {}

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    list.add("edge_types", edge_types_, ParameterGroup::vector);
    if (pattern_.virtual_nodes > 0) {
      list.add("virtual_states", states_, ParameterGroup::weight);
    }
  }

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    const TypedPattern& pattern =
        graph.kept<TypedPattern>(key_, [&] { return exphormer_pattern(graph, pattern_, random_); });
    const EdgeTypes types{pattern.types, pass.use(edge_types_)};
    const DotAttentionOptions options{.heads = heads(), .clamp = kClamp};
    if (pattern_.virtual_nodes == 0) {
      return dot_attention(pattern.block, x.q, x.k, x.v, options, types);
    }
    const Variable read = virtual_states(graph, x, pass);
    return dot_attention(pattern.block, x.q, concat_rows(x.k, key_of(read, pass)),
                         concat_rows(x.v, value_of(read, pass)), options, types);
  }

  /// The states of all graphs' virtual nodes after they have read their graph, [graphs * virtual_nodes, width].
  [[nodiscard]] Variable virtual_states(const MessageBlock& graph, const Inputs& x, const Pass& pass) const {
    std::vector<std::int64_t> rows, segments{0};
    for (std::int64_t g = 0; g < graph.num_graphs(); ++g) {
      for (std::int64_t i = 0; i < pattern_.virtual_nodes; ++i) {
        rows.push_back(i);
      }
      segments.push_back(segments.back() + pattern_.virtual_nodes);
    }
    const Variable states = select_rows(pass.use(states_), rows);
    return states + pooling_attention(query_of(states, pass), x.k, x.v, {graph.segments(), segments}, heads());
  }

  /// Shirzad et al.'s.
  static constexpr float kClamp = 5.0F;

  ExphormerOptions pattern_;
  Random random_;
  std::string key_;
  Parameter edge_types_, states_;
};

const Option kGlobalNodes{"global_nodes", std::int64_t{1},
                          "longformer, bigbird: nodes that read all of their graph and that all read", 0, 1024};
const Option kPatternSeed{"pattern_seed", std::int64_t{0}, "bigbird, exphormer: seed of the random edges", 0,
                          4294967295.0};

}  // namespace

std::vector<MechanismRow> pattern_mechanisms() {
  return {
      {{.name = "transformer",
        .summary = "softmax of dot products over the neighbors and the node itself",
        .cost = "time N d + E d, memory N d + E h",
        .source = "Shi et al. 2021, Dwivedi, Bresson 2021",
        .only_neighbors = true,
        .options = {}},
       make_mechanism<GraphTransformer>},
      {{.name = "longformer",
        .summary = "softmax over a window around each node of an order, and over global nodes",
        .cost = "time N d (window + 2 global_nodes) + ordering, memory N d + N h (window + 2 global_nodes)",
        .source = "Beltagy, Peters, Cohan 2020",
        .uses_order = true,
        .options = {order_option(), kWindow, kGlobalNodes}},
       [](const Options& options, std::int64_t, const Random& random) {
         return std::make_unique<WindowAttention>(options, random, 0);
       }},
      {{.name = "bigbird",
        .summary = "longformer with random nodes in every row",
        .cost = "time N d P + ordering, memory N d + N h P, P = window + 2 global_nodes + random_nodes",
        .source = "Zaheer et al. 2020",
        .uses_order = true,
        .options = {order_option(),
                    kWindow,
                    kGlobalNodes,
                    {"random_nodes", std::int64_t{3}, "bigbird: random nodes that each node reads", 0, 1024},
                    kPatternSeed}},
       [](const Options& options, std::int64_t, const Random& random) {
         return std::make_unique<WindowAttention>(options, random, options.integer("random_nodes"));
       }},
      {{.name = "exphormer",
        .summary = "softmax over neighbors, a random expander and virtual nodes, with a learned factor for each kind",
        .cost = "time N d P + E d, memory N d + (N P + E) h, P = 2 expander_cycles + 2 virtual_nodes + 1",
        .source = "Shirzad et al. 2023",
        .uses_order = true,
        .options = {{"expander_cycles", std::int64_t{3},
                     "exphormer: random cycles through all nodes of a graph, each of which gives a node two to read", 0,
                     64},
                    {"virtual_nodes", std::int64_t{4}, "exphormer: learned nodes of each graph that all read", 0, 256},
                    kPatternSeed}},
       make_mechanism<Exphormer>},
  };
}

}  // namespace weft::attention
