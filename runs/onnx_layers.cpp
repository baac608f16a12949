#include "weft/runs/onnx_layers.hpp"

#include <algorithm>
#include <numbers>

#include "weft/core/error.hpp"
#include "weft/tensor/norm_ops.hpp"

namespace weft::onnx {

const Tensor& Network::tensor(const std::string& name) {
  const Tensor* found = file_.find_tensor(name);
  require(found != nullptr, "export to ONNX: the model has no tensor '", name, "'");
  read_.insert(name);
  return *found;
}

Value Network::weight(const std::string& name) {
  return graph_.constant(name, tensor(name));
}

std::string Network::unread() const {
  const auto found = std::ranges::find_if(file_.tensors, [&](const NamedTensor& t) { return !read_.contains(t.name); });
  return found == file_.tensors.end() ? "" : found->name;
}

Value Network::heads_of(const Value& x, std::int64_t heads, std::int64_t width) {
  return reshape(x, {0, heads, width / heads});
}

Value Network::reduce(std::string_view operation, const Value& x, std::int64_t axis) {
  return graph_.node(operation, {x, graph_.integers({axis})}, {{"keepdims", std::int64_t{0}}});
}

Value Network::linear(const Value& x, const std::string& prefix) {
  return graph_.node("Gemm", {x, weight(prefix + ".weight"), weight(prefix + ".bias")});
}

Value Network::activate(const Value& x, Activation activation) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return graph_.node("Relu", {x});
    case Activation::elu:
      return graph_.node("Elu", {x});
    case Activation::sigmoid:
      return graph_.node("Sigmoid", {x});
    case Activation::gelu: {
      // By the distribution function itself, as activation.cpp; ONNX has it as one operation from 20 on.
      const Value erf = graph_.node("Erf", {multiply(x, graph_.real(std::numbers::sqrt2_v<float> / 2.0F))});
      return multiply(multiply(x, graph_.real(0.5F)), add(erf, graph_.real(1.0F)));
    }
  }
  throw ArgumentError("export to ONNX: unknown activation");
}

Value Network::norm(const Value& x, NormKind kind, const std::string& prefix) {
  if (kind == NormKind::none) {
    return x;
  }
  // Operations want vectors for what are rows in the model.
  const auto vector = [&](const char* name) {
    return graph_.node("Squeeze", {weight(concat(prefix, ".", name)), graph_.integers({0})});
  };
  const Value gain = vector("gain"), bias = vector("bias");
  return kind == NormKind::layer
             ? graph_.node("LayerNormalization", {x, gain, bias}, {{"epsilon", kNormEpsilon}})
             : graph_.node("BatchNormalization", {x, gain, bias, vector("running_mean"), vector("running_variance")},
                           {{"epsilon", kNormEpsilon}});
}

const Edges::Ends& Edges::ends() {
  if (!ends_) {
    OnnxGraph& graph = network_.graph();
    const Value both =
        there_are_ ? graph.input("edge_index", OnnxType::integer, {std::int64_t{2}, "E"}) : graph.no_integers(2);
    const auto row = [&](std::int64_t i) {
      return graph.node("Squeeze", {network_.rows_of(both, graph.integers({i})), graph.integers({0})});
    };
    ends_ = Ends{row(0), row(1)};
  }
  return *ends_;
}

Value Edges::weights() {
  if (!weights_) {
    // As model_input.cpp: a weight of 0 is next to nothing.
    constexpr float kLeast = 1e-20F;
    OnnxGraph& graph = network_.graph();
    const Value count = graph.node("Shape", {sources()});
    const bool reads = there_are_ && weighted_ == Weights::optional;
    const Value given = reads ? graph.node("Max", {graph.optional_input("edge_weight", 1.0F, "W"), graph.real(kLeast)})
                              : graph.real(1.0F);
    weights_ = network_.with_axis(graph.node("Expand", {given, count}), 1);
  }
  return *weights_;
}

Value Edges::are_loops() {
  if (!are_loops_) {
    are_loops_ = network_.with_axis(network_.graph().node("Equal", {sources(), targets()}), 1);
  }
  return *are_loops_;
}

Value Edges::zeros(std::int64_t width) {
  OnnxGraph& graph = network_.graph();
  const Value rows = graph.node("Shape", {nodes_}, {{"start", std::int64_t{0}}, {"end", std::int64_t{1}}});
  return graph.node("ConstantOfShape",
                    {graph.node("Concat", {rows, graph.integers({width})}, {{"axis", std::int64_t{0}}})});
}

Value Edges::target_in_each(std::int64_t width) {
  auto found = target_in_each_.find(width);
  if (found == target_in_each_.end()) {
    OnnxGraph& graph = network_.graph();
    const Value wide = graph.node("Expand", {network_.with_axis(targets(), 1), graph.integers({1, width})});
    found = target_in_each_.emplace(width, wide).first;
  }
  return found->second;
}

// ScatterND would need no index for each column, but ONNX Runtime adds its rows from several threads at once, two of
// them into the same row too.
Value Edges::scatter(const Value& messages, const Value& start, std::int64_t width, std::string_view reduction) {
  return network_.graph().node("ScatterElements", {start, target_in_each(width), messages},
                               {{"axis", std::int64_t{0}}, {"reduction", reduction}});
}

}  // namespace weft::onnx
