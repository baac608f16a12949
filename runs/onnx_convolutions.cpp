// The convolutions of layers/convolutions.cpp and edge_state_convolutions.cpp, where edges have no states.
#include <algorithm>
#include <array>
#include <cmath>

#include "weft/core/error.hpp"
#include "weft/runs/onnx_layers.hpp"

namespace weft::onnx {
namespace {

/// One layer of a network: what each kind below is a function of.
struct Place {
  const Convolution& layer;
  const Value& x;
  Network& network;
  Edges& edges;

  [[nodiscard]] OnnxGraph& graph() const { return network.graph(); }
  [[nodiscard]] std::string name(std::string_view own) const { return concat(layer.prefix, ".", own); }
  [[nodiscard]] Value linear(std::string_view own) const { return network.linear(x, name(own)); }
  [[nodiscard]] Value project(std::string_view weight) const { return network.project(x, name(weight)); }
  /// Of the source of each edge, and of its target.
  [[nodiscard]] Value of_sources(const Value& states) const { return network.rows_of(states, edges.sources()); }
  [[nodiscard]] Value of_targets(const Value& states) const { return network.rows_of(states, edges.targets()); }
  [[nodiscard]] Value weighted(const Value& messages) const { return network.multiply(messages, edges.weights()); }
  /// x / y, and x where y is 0.
  [[nodiscard]] Value divided(const Value& a, const Value& b) const {
    const Value is_some = graph().node("Greater", {b, graph().real(0.0F)});
    return network.divide(a, graph().node("Where", {is_some, b, graph().real(1.0F)}));
  }
};

Value none(const Place& place) {
  return place.network.linear(place.x, place.layer.prefix);
}

/// S (A + I) S x W + b: a loop of the graph is the node's own state, which counts once.
Value gcn(const Place& place) {
  Network& network = place.network;
  OnnxGraph& graph = place.graph();
  const Value weights = graph.node("Where", {place.edges.are_loops(), graph.real(0.0F), place.edges.weights()});
  const Value degrees = network.add(place.edges.sum(weights, 1), graph.real(1.0F));
  const Value scale = graph.node("Reciprocal", {graph.node("Sqrt", {degrees})});
  const Value scaled = network.multiply(place.project("weight"), scale);
  const Value messages = network.multiply(place.of_sources(scaled), weights);
  const Value summed = network.multiply(place.edges.sum(messages, scaled, place.layer.out), scale);
  return network.add(summed, network.weight(place.name("bias")));
}

Value sage(const Place& place) {
  const Value h = place.project("neighbor.weight");
  const Value sum = place.edges.sum(place.weighted(place.of_sources(h)), place.layer.out);
  return place.network.add(place.linear("self"), place.divided(sum, place.edges.sum(place.edges.weights(), 1)));
}

/// What attentions differ in: scores of edges [edges, heads], of each node for itself [n, heads], and what is averaged
/// [n, heads d].
struct Attention {
  Value of_edges, of_own, values;
};

/// The means by softmax over the edges into each node, in which an edge counts its weight; a node reads itself with
/// weight 1, and so counts each loop that the graph has already.
Value attend(const Place& place, const Attention& attention) {
  Network& network = place.network;
  OnnxGraph& graph = place.graph();
  Edges& edges = place.edges;
  const std::int64_t heads = place.layer.heads, width = place.layer.concat ? place.layer.out : place.layer.out * heads;
  const Value one = graph.real(1.0F), nothing = graph.real(0.0F);
  const Value loops = graph.node("Where", {edges.are_loops(), one, nothing});
  const Value has_loop = graph.node("Greater", {edges.sum(loops, 1), nothing});

  const Value largest = edges.largest(attention.of_edges, attention.of_own, heads);
  const auto powers = [&](const Value& scores, const Value& most, const Value& weights) {
    return network.multiply(graph.node("Exp", {graph.node("Sub", {scores, most})}), weights);
  };
  const Value of_edges = powers(attention.of_edges, place.of_targets(largest),
                                graph.node("Where", {edges.are_loops(), one, edges.weights()}));
  const Value of_own = powers(attention.of_own, largest, graph.node("Where", {has_loop, nothing, one}));
  const Value total = edges.sum(of_edges, of_own, heads);

  const Value values = network.heads_of(attention.values, heads, width);
  const auto counted = [&](const Value& rows, const Value& counts) {
    return network.side_by_side(network.multiply(rows, network.with_axis(counts, 2)), width);
  };
  const Value sum = edges.sum(counted(place.of_sources(values), of_edges), counted(values, of_own), width);
  const Value mean = network.divide(network.heads_of(sum, heads, width), network.with_axis(total, 2));
  const Value joined = place.layer.concat ? network.side_by_side(mean, width) : network.reduce("ReduceMean", mean, 1);
  return network.add(joined, network.weight(place.name("bias")));
}

Value leaky(OnnxGraph& graph, const Value& x) {
  return graph.node("LeakyRelu", {x}, {{"alpha", 0.2F}});
}

/// Of each head, the sum over its columns of x times a. [n, heads d] [1, heads d] -> [n, heads]
Value head_scores(const Place& place, const Value& x, const Value& a) {
  const std::int64_t heads = place.layer.heads, width = place.layer.concat ? place.layer.out : place.layer.out * heads;
  return place.network.reduce("ReduceSum", place.network.heads_of(place.network.multiply(x, a), heads, width), 2);
}

Value gat(const Place& place) {
  Network& network = place.network;
  const Value h = place.project("weight");
  const Value left = head_scores(place, h, network.weight(place.name("left")));
  const Value right = head_scores(place, h, network.weight(place.name("right")));
  return attend(place, {leaky(place.graph(), network.add(place.of_targets(left), place.of_sources(right))),
                        leaky(place.graph(), network.add(left, right)), h});
}

Value gatv2(const Place& place) {
  Network& network = place.network;
  const Value left = place.linear("left"), right = place.linear("right"), a = network.weight(place.name("score"));
  const auto scores = [&](const Value& of_target, const Value& of_source) {
    return head_scores(place, leaky(place.graph(), network.add(of_target, of_source)), a);
  };
  return attend(place, {scores(place.of_targets(left), place.of_sources(right)), scores(left, right), right});
}

Value transformer(const Place& place) {
  const std::int64_t columns = place.layer.concat ? place.layer.out / place.layer.heads : place.layer.out;
  const Value scale = place.graph().real(1.0F / std::sqrt(static_cast<float>(columns)));
  const Value query = place.network.multiply(place.linear("query"), scale), key = place.project("key.weight");
  return attend(place, {head_scores(place, place.of_targets(query), place.of_sources(key)),
                        head_scores(place, query, key), place.project("value.weight")});
}

/// (1 + epsilon) x + sum
Value with_own(const Place& place, const Value& x, const Value& sum) {
  const float own = 1.0F + place.network.tensor(place.name("epsilon"))(0, 0);
  return place.network.add(place.network.multiply(x, place.graph().real(own)), sum);
}

Value gin(const Place& place) {
  Network& network = place.network;
  const Value h = place.project("first.weight");
  const Value sum = place.edges.sum(place.weighted(place.of_sources(h)), place.layer.out);
  const Value first = network.add(with_own(place, h, sum), network.weight(place.name("first.bias")));
  return network.linear(network.activate(network.norm(first, place.layer.norm, place.name("norm")), Activation::relu),
                        place.name("second"));
}

Value gine(const Place& place) {
  Network& network = place.network;
  const Value moved = network.activate(network.add(place.x, network.weight(place.name("constant"))), Activation::relu);
  const Value sum = place.edges.sum(place.weighted(place.of_sources(moved)), place.layer.in);
  const Value first = network.linear(with_own(place, place.x, sum), place.name("first"));
  return network.linear(network.activate(first, Activation::relu), place.name("second"));
}

Value gatedgcn(const Place& place) {
  Network& network = place.network;
  OnnxGraph& graph = place.graph();
  const Value scores =
      network.add(place.of_targets(place.linear("left")), place.of_sources(place.project("right.weight")));
  const Value gates = place.weighted(network.activate(scores, Activation::sigmoid));
  const Value sum = place.edges.sum(network.multiply(gates, place.of_sources(place.linear("value"))), place.layer.out);
  const Value total = network.add(place.edges.sum(gates, place.layer.out), graph.real(1e-6F));
  return network.add(place.linear("own"), network.divide(sum, total));
}

struct Kind {
  std::string_view name;
  Value (*write)(const Place&);
};
constexpr std::array<Kind, 9> kKinds = {{{"none", none},
                                         {"gcn", gcn},
                                         {"sage", sage},
                                         {"gat", gat},
                                         {"gatv2", gatv2},
                                         {"transformer", transformer},
                                         {"gin", gin},
                                         {"gine", gine},
                                         {"gatedgcn", gatedgcn}}};

}  // namespace

bool has_convolution(std::string_view kind) {
  return std::ranges::find(kKinds, kind, &Kind::name) != kKinds.end();
}

Value convolve(std::string_view kind, const Convolution& layer, const Value& x, Network& network, Edges& edges) {
  const auto found = std::ranges::find(kKinds, kind, &Kind::name);
  require(found != kKinds.end(), "export to ONNX: there is no convolution '", kind, "'");
  return found->write({layer, x, network, edges});
}

}  // namespace weft::onnx
