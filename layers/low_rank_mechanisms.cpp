// The low-rank attentions: where their landmarks come from, and how they are read.
#include <algorithm>
#include <cmath>

#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/kernels/low_rank_attention.hpp"
#include "weft/layers/kernels/node_sequence.hpp"
#include "weft/layers/kernels/position_projection.hpp"

namespace weft::attention {
namespace {

/// Landmarks that are means of about equally many nodes which follow each other in an order; where a graph
/// has no more nodes than landmarks, each node is one.
class NodeClusters {
 public:
  NodeClusters(const MessageBlock& graph, NodeOrdering ordering, std::int64_t landmarks) : clusters_{0}, landmarks_{0} {
    for (const NodeId v : graph.order(ordering)) {
      order_.push_back(static_cast<std::int64_t>(v));
    }
    for (std::size_t g = 0; g + 1 < graph.segments().size(); ++g) {
      const std::int64_t begin = graph.segments()[g], n = graph.segments()[g + 1] - begin;
      const std::int64_t count = std::min(n, landmarks);
      for (std::int64_t c = 1; c <= count; ++c) {
        clusters_.push_back(begin + n * c / count);
      }
      landmarks_.push_back(landmarks_.back() + count);
      if (n == count) {
        // Landmark i is node i, whatever the order.
        std::sort(order_.begin() + begin, order_.begin() + begin + n);
      }
    }
  }

  /// [landmarks, p]
  [[nodiscard]] Variable means(const Variable& x) const { return segment_mean(select_rows(x, order_), clusters_); }
  [[nodiscard]] LandmarkSegments segments(const MessageBlock& graph) const { return {graph.segments(), landmarks_}; }

 private:
  std::vector<std::int64_t> order_, clusters_, landmarks_;
};

class ClusterAttention : public ProjectedAttention {
 public:
  ClusterAttention(const Options& options, const Random& random)
      : ProjectedAttention(options, random),
        ordering_(ordering_of(options)),
        landmarks_(options.integer("landmarks")) {}

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    const NodeClusters clusters(graph, ordering_, landmarks_);
    return landmark_attention(x.q, clusters.means(x.k), clusters.means(x.v), clusters.segments(graph), heads());
  }

  NodeOrdering ordering_;
  std::int64_t landmarks_;
};

class NystromAttention : public ProjectedAttention {
 public:
  NystromAttention(const Options& options, const Random& random)
      : ProjectedAttention(options, random),
        ordering_(ordering_of(options)),
        landmarks_(options.integer("landmarks")),
        steps_(options.integer("inverse_steps")) {}

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    const NodeClusters clusters(graph, ordering_, landmarks_);
    const LandmarkSegments segments = clusters.segments(graph);
    const Variable q = clusters.means(x.q), k = clusters.means(x.k);
    const Variable pooled = pooling_attention(q, x.k, x.v, segments, heads());
    return landmark_attention(x.q, k, nystrom_product(q, k, pooled, x.v, segments, heads(), steps_), segments, heads());
  }

  NodeOrdering ordering_;
  std::int64_t landmarks_, steps_;
};

/// Keys and values are projected to landmarks by a learned matrix over the nodes, E = softmax over nodes of
/// h W / sqrt(d): Linformer's projection for graphs of any size and numbering.
class Linformer : public ProjectedAttention {
 public:
  Linformer(const Options& options, const Random& random)
      : ProjectedAttention(options, random),
        landmarks_(options.integer("landmarks")),
        key_seeds_(seeds(random.stream(6))),
        value_seeds_(seeds(random.stream(7))) {}

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    list.add("key_projection", key_seeds_, ParameterGroup::weight);
    list.add("value_projection", value_seeds_, ParameterGroup::weight);
  }

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    std::vector<std::int64_t> rows, landmarks{0};
    for (std::int64_t g = 0; g < graph.num_graphs(); ++g) {
      for (std::int64_t l = 0; l < landmarks_; ++l) {
        rows.push_back(l);
      }
      landmarks.push_back(landmarks.back() + landmarks_);
    }
    const LandmarkSegments segments{graph.segments(), landmarks};
    const auto project = [&](const Parameter& seeds, const Variable& y) {
      return pooling_attention(select_rows(pass.use(seeds), rows), x.h, y, segments, 1);
    };
    return landmark_attention(x.q, project(key_seeds_, x.k), project(value_seeds_, x.v), segments, heads());
  }

  [[nodiscard]] Parameter seeds(const Random& random) const {
    Tensor values = Tensor::uninitialized(landmarks_, width());
    for (std::int64_t i = 0; i < values.size(); ++i) {
      values.data()[i] = static_cast<float>(random.normal(static_cast<std::uint64_t>(i)));
    }
    return Parameter(std::move(values));
  }

  std::int64_t landmarks_;
  Parameter key_seeds_, value_seeds_;
};

/// Linformer as published: learned weights of positions, shared by heads; for sequences.
class PositionalLinformer : public ProjectedAttention {
 public:
  PositionalLinformer(const Options& options, const Random& random)
      : ProjectedAttention(options, random),
        ordering_(ordering_of(options)),
        landmarks_(options.integer("landmarks")),
        key_weights_(weights(options.integer("max_positions"), random.stream(6))),
        value_weights_(weights(options.integer("max_positions"), random.stream(7))) {}

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    list.add("key_projection", key_weights_, ParameterGroup::weight);
    list.add("value_projection", value_weights_, ParameterGroup::weight);
  }

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    const NodeSequence nodes(graph, ordering_);
    std::vector<std::int64_t> landmarks;
    for (std::int64_t g = 0; g <= graph.num_graphs(); ++g) {
      landmarks.push_back(g * landmarks_);
    }
    const auto project = [&](const Parameter& projection, const Variable& y) {
      return project_positions(nodes.in_order(y), pass.use(projection), graph.segments());
    };
    return landmark_attention(x.q, project(key_weights_, x.k), project(value_weights_, x.v),
                              {graph.segments(), landmarks}, heads());
  }

  /// Normal with variance 1 / (positions + landmarks), which keeps the scale of rows as Glorot's does.
  [[nodiscard]] Parameter weights(std::int64_t max_positions, const Random& random) const {
    Tensor values = Tensor::uninitialized(max_positions, landmarks_);
    const float deviation = 1.0F / std::sqrt(static_cast<float>(max_positions + landmarks_));
    for (std::int64_t i = 0; i < values.size(); ++i) {
      values.data()[i] = deviation * static_cast<float>(random.normal(static_cast<std::uint64_t>(i)));
    }
    return Parameter(std::move(values));
  }

  NodeOrdering ordering_;
  std::int64_t landmarks_;
  Parameter key_weights_, value_weights_;
};

const Option kLandmarks{"landmarks", std::int64_t{32},
                        "linformer, linformer_positions, clusters, nystrom: landmarks of a graph", 1, 4096};

}  // namespace

std::vector<MechanismRow> low_rank_mechanisms() {
  return {
      {{.name = "linformer",
        .summary = "softmax over landmarks: keys and values projected by learned softmax weights over the nodes",
        .cost = "time N d landmarks, memory N d",
        .source = "Wang, Li, Khabsa, Fang, Ma 2020",
        .options = {kLandmarks}},
       make_mechanism<Linformer>},
      {{.name = "linformer_positions",
        .summary = "as published: keys and values projected to landmarks by learned weights of positions in an order",
        .cost = "time N d landmarks + ordering, memory N d + max_positions landmarks",
        .source = "Wang, Li, Khabsa, Fang, Ma 2020",
        .uses_order = true,
        .options = {kLandmarks,
                    order_option(),
                    {"max_positions", std::int64_t{8192},
                     "linformer_positions: nodes of the largest graph; longer ones are refused", 1, 1 << 24}}},
       make_mechanism<PositionalLinformer>},
      {{.name = "clusters",
        .summary = "softmax over means of nodes that follow each other in an order",
        .cost = "time N d landmarks + ordering, memory N d",
        .source = "after Wang, Li, Khabsa, Fang, Ma 2020",
        .uses_order = true,
        .options = {kLandmarks, order_option()}},
       make_mechanism<ClusterAttention>},
      {{.name = "nystrom",
        .summary =
            "Nystrom approximation of softmax attention through landmarks, means of nodes that follow each other",
        .cost = "time N d landmarks + h landmarks^3 inverse_steps + ordering, memory N d",
        .source = "Xiong et al. 2021",
        .uses_order = true,
        .options = {kLandmarks,
                    order_option(),
                    {"inverse_steps", std::int64_t{10}, "nystrom: steps of the pseudo-inverse", 1, 100}}},
       make_mechanism<NystromAttention>},
  };
}

}  // namespace weft::attention
