// The kernelized attentions: a feature map of queries and keys each, then one kernel.
#include <numbers>

#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/kernels/feature_maps.hpp"
#include "weft/layers/kernels/kernel_attention.hpp"
#include "weft/layers/kernels/segment_attention.hpp"
#include "weft/tensor/norm_ops.hpp"

namespace weft::attention {
namespace {

class LinearTransformer : public ProjectedAttention {
 public:
  using ProjectedAttention::ProjectedAttention;

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    return linear_attention(x.q, x.k, x.v, graph.segments(), heads());
  }
};

class Efficient : public ProjectedAttention {
 public:
  using ProjectedAttention::ProjectedAttention;

 private:
  // Weights sum to 1 as they are, so the kernel's denominator changes nothing.
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    return kernel_attention(softmax_heads(x.q, heads()), segment_softmax(x.k, graph.segments()), x.v, graph.segments(),
                            heads(), {.epsilon = 0.0F});
  }
};

class CosFormer : public ProjectedAttention {
 public:
  CosFormer(const Options& options, const Random& random)
      : ProjectedAttention(options, random), ordering_(ordering_of(options)) {}

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    std::vector<float> angles(static_cast<std::size_t>(graph.num_outputs()));
    const auto order = graph.order(ordering_);
    for (std::size_t g = 0; g + 1 < graph.segments().size(); ++g) {
      const std::int64_t begin = graph.segments()[g], n = graph.segments()[g + 1] - begin;
      for (std::int64_t rank = 0; rank < n; ++rank) {
        const double position = static_cast<double>(rank + 1) / static_cast<double>(n);
        angles[order[static_cast<std::size_t>(begin + rank)]] = static_cast<float>(position * std::numbers::pi / 2.0);
      }
    }
    return kernel_attention(rotate_heads(activate(x.q, Activation::relu), angles, heads()),
                            rotate_heads(activate(x.k, Activation::relu), angles, heads()), x.v, graph.segments(),
                            heads());
  }

  NodeOrdering ordering_;
};

/// Weights 1 + <q, k> or n + <q, k>, with queries and keys of length 1: by node, or as published all nodes together.
class Simple : public ProjectedAttention {
 public:
  enum class Length { of_graph, of_node };
  Simple(const Options& options, const Random& random, Length length, KernelAttentionOptions weights)
      : ProjectedAttention(options, random), length_(length), weights_(weights) {}

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    const auto unit = [&](const Variable& y) {
      return length_ == Length::of_node ? normalize_heads(y, heads()) : normalize_segments(y, graph.segments());
    };
    return kernel_attention(unit(x.q), unit(x.k), x.v, graph.segments(), heads(), weights_);
  }

  Length length_;
  KernelAttentionOptions weights_;
};

auto make_simple(Simple::Length length, KernelAttentionOptions weights) {
  return [=](const Options& options, std::int64_t, const Random& random) {
    return std::make_unique<Simple>(options, random, length, weights);
  };
}

class Polynormer : public ProjectedAttention {
 public:
  Polynormer(const Options& options, const Random& random)
      : ProjectedAttention(options, random, Keys::same_as_queries),
        norm_(NormKind::layer, width()),
        factor_(width(), width(), random.stream(6)) {}

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    list.add_layer("attended_norm", norm_);
    list.add_layer("factor", factor_);
  }

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    const Variable features = activate(x.q, Activation::sigmoid);
    const Variable o = kernel_attention(features, features, x.v, graph.segments(), heads());
    return norm_.forward(o, pass) * factor_.forward(x.h, pass);
  }

  Norm norm_;
  Linear factor_;
};

}  // namespace

std::vector<MechanismRow> kernel_mechanisms() {
  return {
      {{.name = "linear",
        .summary = "features elu + 1",
        .cost = "time N d^2 / h, memory N d",
        .source = "Katharopoulos, Vyas, Pappas, Fleuret 2020",
        .options = {}},
       make_mechanism<LinearTransformer>},
      {{.name = "efficient",
        .summary = "softmax of queries over features, of keys over the nodes of the graph",
        .cost = "time N d^2 / h, memory N d",
        .source = "Shen, Zhang, Zhao, Yi, Li 2021",
        .options = {}},
       make_mechanism<Efficient>},
      {{.name = "cosformer",
        .summary = "features relu, weighted by the cosine of the distance in an order",
        .cost = "time N d^2 / h + ordering, memory N d",
        .source = "Qin et al. 2022",
        .uses_order = true,
        .options = {order_option()}},
       make_mechanism<CosFormer>},
      {{.name = "sgformer",
        .summary = "as published: weight N on itself, queries and keys divided by the norm of all nodes together",
        .cost = "time N d^2 / h, memory N d",
        .source = "Wu et al. 2023 (SGFormer)",
        .options = {}},
       make_simple(Simple::Length::of_graph, {.self = 1.0F})},
      {{.name = "sgformer_rows",
        .summary = "sgformer with each node's query and key of length 1, so that it still attends in large graphs",
        .cost = "time N d^2 / h, memory N d",
        .source = "after Wu et al. 2023 (SGFormer)",
        .options = {}},
       make_simple(Simple::Length::of_node, {.self = 1.0F, .uniform = 1.0F})},
      {{.name = "difformer",
        .summary = "as published (DIFFormer-s): weights 1 + <q, k>, divided by the norm of all nodes together",
        .cost = "time N d^2 / h, memory N d",
        .source = "Wu et al. 2023 (DIFFormer)",
        .options = {}},
       make_simple(Simple::Length::of_graph, {.uniform = 1.0F})},
      {{.name = "difformer_rows",
        .summary = "difformer with each node's query and key of length 1, so that it still attends in large graphs",
        .cost = "time N d^2 / h, memory N d",
        .source = "after Wu et al. 2023 (DIFFormer)",
        .options = {}},
       make_simple(Simple::Length::of_node, {.uniform = 1.0F})},
      {{.name = "polynormer",
        .summary = "features sigmoid, shared by queries and keys; the result multiplied by a linear map of the state",
        .cost = "time N d^2 / h, memory N d",
        .source = "Deng, Yue, Zhang 2024",
        .options = {}},
       make_mechanism<Polynormer>},
  };
}

}  // namespace weft::attention
