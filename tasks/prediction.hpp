// What is asked of a trained model, and what it answers.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/tasks/classification_metrics.hpp"
#include "weft/tensor/feature_rows.hpp"
#include "weft/tensor/tensor.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// What the numbers that a model puts out mean.
enum class OutputKind {
  /// Logits of classes that exclude each other: probabilities are their softmax.
  classes,
  /// Logits of labels that do not: probabilities are the sigmoid of each.
  labels,
  /// Numbers in the unit of the data.
  values,
  /// States whose products say how likely links are.
  states,
  /// New graphs.
  graphs,
};
template <>
inline constexpr std::array<std::string_view, 5> kEnumNames<OutputKind> = {"classes", "labels", "values", "states",
                                                                           "graphs"};

/// Graphs to predict: one, or many end to end, graph g with the nodes node_ptr[g] .. node_ptr[g + 1]. Views.
struct Graphs {
  const CsrGraph& graph;
  const NodeFeatures& node_features;
  /// In the order of the graph's arrays; a model that was not trained on any ignores them.
  const Features& edge_features;
  std::span<const std::int64_t> node_ptr = {};
  /// Of each edge, in the order of the graph's arrays, or empty: its type, and when it came.
  std::span<const std::int32_t> edge_type = {};
  std::span<const std::int64_t> edge_time = {};
  /// When each node is asked about, or empty.
  std::span<const std::int64_t> node_time = {};
  /// What each edge counts, in the order of the graph's arrays, or empty: all alike.
  std::span<const float> edge_weight = {};
  /// What each node is called, or empty. A model that knows labels of nodes looks whether these are they.
  std::span<const std::string> node_names = {};
};

/// Which outputs somebody will read: what is not wanted need not be computed.
struct Wanted {
  /// The nodes or graphs, each once; empty: all.
  std::span<const std::int64_t> rows = {};
  /// Whether the states that the head reads are wanted too, for these rows.
  bool embedding = true;
};

struct Prediction {
  /// [rows, outputs]: of classes, of labels each for itself, or where the model's outputs are values or states those.
  /// Rows that are not wanted may hold anything.
  Tensor probabilities;
  /// [wanted, hidden], in their order; empty where it was not asked for.
  Tensor embedding;
  /// [rows, outputs], before softmax: what metrics rank by, so that figures agree with those of training.
  Tensor logits;
};

/// Of some rows, or of all if none are named, those that hold a number which is not finite, in their order.
/// Probabilities hide an infinite logit, so what is asked of should be logits, values or states.
[[nodiscard]] std::vector<std::int64_t> rows_not_finite(const Tensor& outputs, std::span<const std::int64_t> rows = {});

/// Every metric of the task on each part of a split.
struct Evaluation {
  std::string split;
  /// NaN where a metric is not defined, and where an output that it reads is not a number.
  std::map<std::string, double> train, val, test;
  /// Of classes: each of them, in the three parts.
  std::vector<ClassFigures> train_classes = {}, val_classes = {}, test_classes = {};
  /// Labeled rows of the three parts whose outputs are not finite; of links, nodes whose states are not.
  std::int64_t num_not_finite = 0;
};

}  // namespace weft
#pragma GCC visibility pop
