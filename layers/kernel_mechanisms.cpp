// The kernelized attentions: a feature map of queries and keys each, then one kernel.
#include <cmath>
#include <numbers>

#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/feature_maps.hpp"
#include "weft/layers/kernel_attention.hpp"
#include "weft/layers/segment_attention.hpp"
#include "weft/layers/segment_parts.hpp"
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

class Performer : public ProjectedAttention {
 public:
  Performer(const Options& options, const Random& random)
      : ProjectedAttention(options, random),
        directions_(orthogonal_directions(width() / heads(), options.integer("random_features"), random.stream(6))) {}

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    list.add_statistic("directions", directions_);
  }

 protected:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    return kernel_attention(queries_of(x.q), keys_of(x.k, graph), x.v, graph.segments(), heads(), kWeights);
  }
  [[nodiscard]] Variable queries_of(const Variable& q) const { return positive_features(q, directions_, heads()); }
  [[nodiscard]] Variable keys_of(const Variable& k, const MessageBlock& graph) const {
    return positive_features(k, directions_, heads(), graph.segments());
  }
  /// The features' own floor keeps the sum of weights above 0; a larger epsilon would blur small weights.
  static constexpr KernelAttentionOptions kWeights{.epsilon = 0.0F};

 private:
  Tensor directions_;
};

class NodeFormer : public Performer {
 public:
  NodeFormer(const Options& options, const Random& random)
      : Performer(options, random),
        draws_(options.integer("gumbel_draws")),
        temperature_(static_cast<float>(options.real("temperature"))) {}

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    const float sharper = 1.0F / std::sqrt(temperature_);
    const Variable q = queries_of(scale(x.q, sharper)), k = keys_of(scale(x.k, sharper), graph);
    if (!pass.is_training()) {
      return kernel_attention(q, k, x.v, graph.segments(), heads(), kWeights);
    }
    const Random random = pass.next_random();
    Variable total;
    for (std::int64_t draw = 0; draw < draws_; ++draw) {
      const Variable weights = Variable::constant(gumbel_weights(graph, random, draw));
      const Variable one = kernel_attention(q, multiply_heads(k, weights), x.v, graph.segments(), heads(), kWeights);
      total = draw == 0 ? one : total + one;
    }
    return scale(total, 1.0F / static_cast<float>(draws_));
  }

  /// exp((g - largest g of the graph) / temperature), g standard Gumbel, [n, 1 for all heads].
  [[nodiscard]] Tensor gumbel_weights(const MessageBlock& graph, const Random& random, std::int64_t draw) const {
    Tensor g = Tensor::uninitialized(graph.num_outputs(), 1);
    const SegmentParts parts(graph.segments());
    const Tensor highest = parts.maximum(1, -1e30F, no_scratch, [&](const SegmentPart& part, float* most, auto&) {
      for (std::int64_t i = part.begin; i < part.end; ++i) {
        const double u = random.uniform(static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(draw));
        g(i, 0) = static_cast<float>(-std::log(-std::log(u + 1e-12) + 1e-12));
        *most = std::max(*most, g(i, 0));
      }
    });
    parts.for_each(no_scratch, [&](const SegmentPart& part, auto&) {
      for (std::int64_t i = part.begin; i < part.end; ++i) {
        g(i, 0) = std::exp((g(i, 0) - highest(part.segment, 0)) / temperature_);
      }
    });
    return g;
  }

  std::int64_t draws_;
  float temperature_;
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
        norm_("layer", width()),
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

const Option kRandomFeatures{"random_features", std::int64_t{32}, "performer, nodeformer: random features of a head", 1,
                             4096};

}  // namespace

std::vector<MechanismRow> kernel_mechanisms() {
  return {
      {{.name = "linear",
        .summary = "features elu + 1",
        .cost = "time N d^2 / h, memory N d",
        .source = "Katharopoulos, Vyas, Pappas, Fleuret 2020",
        .options = {}},
       make_mechanism<LinearTransformer>},
      {{.name = "performer",
        .summary = "positive orthogonal random features, an unbiased estimate of softmax attention (FAVOR+)",
        .cost = "time N d random_features, memory N h random_features",
        .source = "Choromanski et al. 2021",
        .options = {kRandomFeatures}},
       make_mechanism<Performer>},
      {{.name = "nodeformer",
        .summary = "FAVOR+ at a temperature, with Gumbel noise on the keys in training; without its edge loss",
        .cost = "time N d random_features gumbel_draws, memory N h random_features gumbel_draws",
        .source = "Wu, Zhao, Li, Wipf, Yan 2022",
        .options = {kRandomFeatures,
                    {"gumbel_draws", std::int64_t{2}, "nodeformer: draws of noise averaged in training", 1, 100},
                    {"temperature", 0.25, "nodeformer: lower is nearer to a choice of one node", 0.01, 10.0}}},
       make_mechanism<NodeFormer>},
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
