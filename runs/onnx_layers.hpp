// Layers as operations of ONNX: what layers/ computes in a pass without training, written down instead of done.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/model_file.hpp"
#include "weft/io/onnx_file.hpp"
#include "weft/layers/kinds.hpp"

namespace weft::onnx {

using Value = OnnxGraph::Value;

/// A network that is being written, and the tensors that it takes from a model file, which become constants under
/// their own names.
class Network {
 public:
  Network(OnnxGraph& graph, const ModelFile& file) : graph_(graph), file_(file) {}

  [[nodiscard]] OnnxGraph& graph() { return graph_; }
  [[nodiscard]] bool has(std::string_view name) const { return file_.find_tensor(name) != nullptr; }
  /// The tensor itself. Throws ArgumentError if there is none of that name.
  [[nodiscard]] const Tensor& tensor(const std::string& name);
  [[nodiscard]] Value weight(const std::string& name);
  /// The first tensor that nobody has asked for, or empty: a part of the model that the network lacks.
  [[nodiscard]] std::string unread() const;

  /// Operations with two sides.
  Value add(const Value& a, const Value& b) { return graph_.node("Add", {a, b}); }
  Value multiply(const Value& a, const Value& b) { return graph_.node("Mul", {a, b}); }
  Value divide(const Value& a, const Value& b) { return graph_.node("Div", {a, b}); }
  /// [n, d] -> [n, heads, d / heads]
  Value heads_of(const Value& x, std::int64_t heads, std::int64_t width);
  /// The reverse.
  Value side_by_side(const Value& x, std::int64_t width) { return reshape(x, {0, width}); }
  Value with_axis(const Value& x, std::int64_t axis) { return graph_.node("Unsqueeze", {x, graph_.integers({axis})}); }
  Value rows_of(const Value& x, const Value& index) { return graph_.node("Gather", {x, index}); }
  /// Over an axis, which is gone then.
  Value reduce(std::string_view operation, const Value& x, std::int64_t axis);

  /// x W + b under "prefix.weight" and "prefix.bias".
  Value linear(const Value& x, const std::string& prefix);
  /// x W
  Value project(const Value& x, const std::string& weight_name) {
    return graph_.node("MatMul", {x, weight(weight_name)});
  }
  Value activate(const Value& x, Activation activation);
  Value norm(const Value& x, NormKind kind, const std::string& prefix);

 private:
  Value reshape(const Value& x, const std::vector<std::int64_t>& extents) {
    return graph_.node("Reshape", {x, graph_.integers(extents)});
  }

  OnnxGraph& graph_;
  const ModelFile& file_;
  std::set<std::string, std::less<>> read_;
};

/// The edges u -> v that a network reads, and sums over those into each node. Inputs of the network are declared when
/// something asks for edges.
class Edges {
 public:
  enum class Weights { none, optional };
  /// there_are: false for a model that reads its graph without edges.
  Edges(Network& network, Value nodes, bool there_are, Weights weights)
      : network_(network), nodes_(std::move(nodes)), there_are_(there_are), weighted_(weights) {}

  /// [edges]: u and v
  Value sources() { return ends().sources; }
  Value targets() { return ends().targets; }
  /// [edges, 1]: what each counts.
  Value weights();
  /// [edges, 1]: whether it is one from a node to itself.
  Value are_loops();
  /// start[v] + the sum of the messages of the edges into v. [edges, width] [n, width] -> [n, width]
  Value sum(const Value& messages, const Value& start, std::int64_t width) {
    return scatter(messages, start, width, "add");
  }
  Value sum(const Value& messages, std::int64_t width) { return sum(messages, zeros(width), width); }
  Value largest(const Value& messages, const Value& start, std::int64_t width) {
    return scatter(messages, start, width, "max");
  }
  /// [n, width]
  Value zeros(std::int64_t width);

 private:
  struct Ends {
    Value sources, targets;
  };
  const Ends& ends();
  Value scatter(const Value& messages, const Value& start, std::int64_t width, std::string_view reduction);
  /// The target of each edge in every column. [edges, width]
  Value target_in_each(std::int64_t width);

  Network& network_;
  Value nodes_;
  bool there_are_;
  Weights weighted_;
  std::optional<Ends> ends_;
  std::optional<Value> weights_, are_loops_;
  std::map<std::int64_t, Value> target_in_each_;
};

/// A convolution of a StackModel.
struct Convolution {
  std::string prefix;
  std::int64_t in = 0, out = 0;
  std::int64_t heads = 1;
  /// Whether heads lie side by side; otherwise they are averaged.
  bool concat = true;
  NormKind norm = NormKind::none;
};

/// Whether convolutions of this kind can be written.
[[nodiscard]] bool has_convolution(std::string_view kind);
/// [n, in] -> [n, out]
[[nodiscard]] Value convolve(std::string_view kind, const Convolution& layer, const Value& x, Network& network,
                             Edges& edges);

}  // namespace weft::onnx
