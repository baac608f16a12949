// What the mechanisms of global attention share, and the rows of each family for the table in global_attention.cpp.
// To add a mechanism: derive from ProjectedAttention, write attend, and add a row to its family's table.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "weft/graph/node_order.hpp"
#include "weft/layers/dense_layers.hpp"
#include "weft/layers/global_attention.hpp"

namespace weft::attention {

/// Queries, keys and values are linear maps of the states, and the result is one of what `attend` makes of them.
class ProjectedAttention : public GlobalAttention {
 public:
  enum class Keys { own, same_as_queries };

  ProjectedAttention(const Options& options, const Random& random, Keys keys = Keys::own)
      : width_(options.integer("hidden")),
        heads_(options.integer("heads")),
        keys_(keys),
        query_(width_, width_, random.stream(1)),
        value_(width_, width_, random.stream(3)),
        out_(width_, width_, random.stream(4)) {
    if (keys == Keys::own) {
      key_ = Linear(width_, width_, random.stream(2));
    }
  }

  [[nodiscard]] Variable forward(const MessageBlock& graph, const Variable& h, Pass& pass) const final {
    const Variable q = query_.forward(h, pass);
    const Variable k = keys_ == Keys::own ? key_.forward(h, pass) : q;
    const Variable v = value_.forward(h, pass);
    return out_.forward(attend(graph, {h, q, k, v}, pass), pass);
  }

  void list_parameters(ParameterList& list) override {
    list.add_layer("query", query_);
    if (keys_ == Keys::own) {
      list.add_layer("key", key_);
    }
    list.add_layer("value", value_);
    list.add_layer("out", out_);
  }

 protected:
  /// All [n, width()]: the states, and what the linear maps made of them.
  struct Inputs {
    Variable h, q, k, v;
  };
  [[nodiscard]] virtual Variable attend(const MessageBlock& graph, const Inputs& inputs, Pass& pass) const = 0;

  /// The same linear maps of other states, for mechanisms that have states of their own.
  [[nodiscard]] Variable query_of(const Variable& states, const Pass& pass) const {
    return query_.forward(states, pass);
  }
  [[nodiscard]] Variable key_of(const Variable& states, const Pass& pass) const { return key_.forward(states, pass); }
  [[nodiscard]] Variable value_of(const Variable& states, const Pass& pass) const {
    return value_.forward(states, pass);
  }

  [[nodiscard]] std::int64_t width() const { return width_; }
  [[nodiscard]] std::int64_t heads() const { return heads_; }

 private:
  std::int64_t width_, heads_;
  Keys keys_;
  Linear query_, key_, value_, out_;
};

struct MechanismRow {
  AttentionInfo info;
  std::function<std::unique_ptr<GlobalAttention>(const Options&, std::int64_t layer, const Random&)> make;
};

/// Shared by windows and the sparse patterns.
inline const Option kWindow{"window", std::int64_t{64}, "windows, longformer, bigbird: nodes of a window", 2, 4096};
/// The order that a mechanism reads nodes in: one option for all that need one.
[[nodiscard]] inline Option order_option() {
  return {"order",
          std::string("bfs"),
          "the order of nodes that windows, positions and scans go by: bfs and rcm put neighbors together, degree "
          "puts hubs last, natural is as numbered",
          {},
          {},
          {"bfs", "degree", "rcm", "natural"}};
}
[[nodiscard]] inline NodeOrdering ordering_of(const Options& options) {
  return node_ordering_of(options.text("order"));
}

/// For mechanisms that do not ask which layer they are.
template <class Mechanism>
std::unique_ptr<GlobalAttention> make_mechanism(const Options& options, std::int64_t, const Random& random) {
  return std::make_unique<Mechanism>(options, random);
}

/// Feature maps before one kernel (segment_attention.hpp).
[[nodiscard]] std::vector<MechanismRow> kernel_mechanisms();
/// Softmax attention estimated by random features (feature_maps.hpp).
[[nodiscard]] std::vector<MechanismRow> random_feature_mechanisms();
/// Softmax over a few landmarks of each graph (low_rank_attention.hpp).
[[nodiscard]] std::vector<MechanismRow> low_rank_mechanisms();
/// Softmax over the vectors of a learned codebook (codebook.hpp).
[[nodiscard]] std::vector<MechanismRow> codebook_mechanisms();
/// Softmax within blocks of an ordering (block_attention.hpp).
[[nodiscard]] std::vector<MechanismRow> block_mechanisms();
/// Dot-product softmax along sparse patterns (attention_patterns.hpp).
[[nodiscard]] std::vector<MechanismRow> pattern_mechanisms();
/// A state along an ordering, decaying or not (gated_scan.hpp, causal_attention.hpp).
[[nodiscard]] std::vector<MechanismRow> scan_mechanisms();

}  // namespace weft::attention
