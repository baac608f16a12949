// The attentions by positive random features: Performer, and NodeFormer, which adds noise, edges and a loss.
#include <cmath>

#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/kernels/aggregation.hpp"
#include "weft/layers/kernels/edge_likelihood.hpp"
#include "weft/layers/kernels/feature_maps.hpp"
#include "weft/layers/kernels/segment_attention.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft::attention {
namespace {

class Performer : public ProjectedAttention {
 public:
  Performer(const Options& options, const Random& random)
      : ProjectedAttention(options, random),
        redraw_(options.integer("redraw")),
        directions_(orthogonal_directions(width() / heads(), options.integer("random_features"), random.stream(6))) {}

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    list.add_statistic("directions", directions_);
    if (redraw_ > 0) {
      list.add_statistic("steps_since_redraw", steps_);
    }
  }

 protected:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    const Tensor directions = directions_in(pass);
    return kernel_attention(positive_features(x.q, directions, heads()),
                            positive_features(x.k, directions, heads(), graph.segments()), x.v, graph.segments(),
                            heads(), kWeights);
  }
  /// Those of this pass; in training new ones for it and those after it, as often as the options say.
  [[nodiscard]] Tensor directions_in(Pass& pass) const {
    if (pass.is_training() && redraw_ > 0) {
      const Random random = pass.next_random();
      Tensor steps = pass.current(steps_);
      if (steps(0, 0) >= static_cast<float>(redraw_)) {
        pass.update(directions_, orthogonal_directions(directions_.rows(), directions_.cols(), random));
        steps(0, 0) = 0.0F;
      }
      steps(0, 0) += 1.0F;
      pass.update(steps_, std::move(steps));
    }
    return pass.current(directions_);
  }
  /// The features' own floor keeps the sum of weights above 0; a larger epsilon would blur small weights.
  static constexpr KernelAttentionOptions kWeights{.epsilon = 0.0F};

 private:
  std::int64_t redraw_;
  // What inference uses is what training used last.
  Tensor directions_;
  /// Training passes since the directions were drawn.
  Tensor steps_{1, 1};
};

class NodeFormer : public Performer {
 public:
  NodeFormer(const Options& options, const Random& random)
      : Performer(options, random),
        draws_(options.integer("gumbel_draws")),
        temperature_(static_cast<float>(options.real("temperature"))),
        edge_loss_(static_cast<float>(options.real("edge_loss"))) {
    // The published start.
    for (std::int64_t r = 0; r < options.integer("relational_order"); ++r) {
      relation_.emplace_back(Tensor::full(1, heads(), 0.1F));
    }
  }

  void list_parameters(ParameterList& list) override {
    Performer::list_parameters(list);
    for (std::size_t r = 0; r < relation_.size(); ++r) {
      list.add("relation" + std::to_string(r + 1), relation_[r], ParameterGroup::vector);
    }
  }

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    const Tensor directions = directions_in(pass);
    const float sharper = 1.0F / std::sqrt(temperature_);
    const Variable q = positive_features(scale(x.q, sharper), directions, heads()),
                   k = positive_features(scale(x.k, sharper), directions, heads(), graph.segments());
    const Variable o = pass.is_training() ? with_noise(graph, q, k, x.v, pass)
                                          : kernel_attention(q, k, x.v, graph.segments(), heads(), kWeights);
    if (pass.is_training() && edge_loss_ > 0.0F) {
      pass.add_loss(scale(edge_log_likelihood(q, k, graph, heads()), -edge_loss_));
    }
    return relation_.empty() ? o : o + relational_bias(graph, x.v, pass);
  }

  [[nodiscard]] Variable with_noise(const MessageBlock& graph, const Variable& q, const Variable& k, const Variable& v,
                                    Pass& pass) const {
    const Random random = pass.next_random();
    Variable total;
    for (std::int64_t draw = 0; draw < draws_; ++draw) {
      const Variable weights = Variable::constant(gumbel_weights(graph, random, draw));
      const Variable one = kernel_attention(q, multiply_heads(k, weights), v, graph.segments(), heads(), kWeights);
      total = draw == 0 ? one : total + one;
    }
    return scale(total, 1.0F / static_cast<float>(draws_));
  }

  /// exp((g - largest g of the graph and head) / temperature), g standard Gumbel, one for each node and head, [n, h].
  [[nodiscard]] Tensor gumbel_weights(const MessageBlock& graph, const Random& random, std::int64_t draw) const {
    Tensor g = Tensor::uninitialized(graph.num_outputs(), heads());
    const SegmentParts parts(graph.segments());
    const Tensor highest = parts.maximum(heads(), -1e30F, no_scratch, [&](const SegmentPart& part, float* most, auto&) {
      for (std::int64_t i = part.begin; i < part.end; ++i) {
        for (std::int64_t h = 0; h < heads(); ++h) {
          const double u =
              random.uniform(static_cast<std::uint64_t>(i * heads() + h), static_cast<std::uint32_t>(draw));
          g(i, h) = static_cast<float>(-std::log(-std::log(u + 1e-12) + 1e-12));
          most[h] = std::max(most[h], g(i, h));
        }
      }
    });
    parts.for_each(no_scratch, [&](const SegmentPart& part, auto&) {
      for (std::int64_t i = part.begin; i < part.end; ++i) {
        for (std::int64_t h = 0; h < heads(); ++h) {
          g(i, h) = std::exp((g(i, h) - highest(part.segment, h)) / temperature_);
        }
      }
    });
    return g;
  }

  /// The sum over r of sigmoid(b_r) A^r V, one b for each power and head, A the adjacency with loops, normalized.
  [[nodiscard]] Variable relational_bias(const MessageBlock& graph, const Variable& v, Pass& pass) const {
    const GcnNorm norm(graph);
    const Variable zero = Variable::constant(Tensor(v.rows(), heads()));
    Variable reached = v, total;
    for (std::size_t r = 0; r < relation_.size(); ++r) {
      reached = aggregate_gcn(norm, reached);
      const Variable strength = add_bias(zero, activate(pass.use(relation_[r]), Activation::sigmoid));
      const Variable one = multiply_heads(reached, strength);
      total = r == 0 ? one : total + one;
    }
    return total;
  }

  std::int64_t draws_;
  float temperature_, edge_loss_;
  std::vector<Parameter> relation_;
};

const Option kRandomFeatures{"random_features", std::int64_t{32}, "performer, nodeformer: random features of a head", 1,
                             4096};
const Option kRedraw{"redraw", std::int64_t{0},
                     "performer, nodeformer: training steps after which random features are drawn anew; 0: never", 0,
                     1 << 20};

}  // namespace

std::vector<MechanismRow> random_feature_mechanisms() {
  return {
      {{.name = "performer",
        .summary = "positive orthogonal random features, an unbiased estimate of softmax attention (FAVOR+)",
        .cost = "time N d random_features, memory N h random_features",
        .source = "Choromanski et al. 2021",
        .options = {kRandomFeatures, kRedraw}},
       make_mechanism<Performer>},
      {{.name = "nodeformer",
        .summary = "FAVOR+ at a temperature, with Gumbel noise on the keys in training and a relational bias along "
                   "edges; as published with edge_loss = 1",
        .cost =
            "time N d random_features gumbel_draws + E d relational_order, memory N h random_features gumbel_draws; "
            "with edge_loss time E h random_features more",
        .source = "Wu, Zhao, Li, Wipf, Yan 2022",
        .options = {kRandomFeatures,
                    kRedraw,
                    {"gumbel_draws", std::int64_t{2}, "nodeformer: draws of noise averaged in training", 1, 100},
                    {"temperature", 0.25, "nodeformer: lower is nearer to a choice of one node", 0.01, 10.0},
                    {"relational_order", std::int64_t{1}, "nodeformer: powers of the adjacency in its bias; 0: no bias",
                     0, 16},
                    {"edge_loss", 0.0,
                     "nodeformer: weight of the loss that makes attention foretell edges, in each block", 0.0,
                     1000.0}}},
       make_mechanism<NodeFormer>},
  };
}

}  // namespace weft::attention
