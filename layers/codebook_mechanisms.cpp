// Attention to a codebook: every node is replaced by the code nearest to it, and codes are read instead of nodes.
#include <algorithm>
#include <cmath>
#include <optional>

#include "weft/core/error.hpp"
#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/codebook.hpp"
#include "weft/layers/kernels/low_rank_attention.hpp"

namespace weft::attention {
namespace {

/// The codes that stand for nodes of each graph, and for how many.
struct CodesOfGraphs {
  CodesOfGraphs(const MessageBlock& graph, std::span<const std::int64_t> code_of) : landmarks{0} {
    for (std::int64_t g = 0; g < graph.num_graphs(); ++g) {
      std::vector<std::int64_t> own(code_of.begin() + graph.segments()[static_cast<std::size_t>(g)],
                                    code_of.begin() + graph.segments()[static_cast<std::size_t>(g) + 1]);
      std::ranges::sort(own);
      for (std::size_t begin = 0, end = 0; begin < own.size(); begin = end) {
        while (end < own.size() && own[end] == own[begin]) {
          ++end;
        }
        codes.push_back(own[begin]);
        log_counts.push_back(std::log(static_cast<float>(end - begin)));
      }
      landmarks.push_back(static_cast<std::int64_t>(codes.size()));
    }
  }

  std::vector<std::int64_t> codes, landmarks;
  std::vector<float> log_counts;
};

class Goat : public GlobalAttention {
 public:
  Goat(const Options& options, const Random& random)
      : heads_(options.integer("heads")),
        query_(options.integer("hidden"), options.integer("hidden"), random.stream(1)),
        key_(options.integer("hidden"), options.integer("hidden"), random.stream(2)),
        value_(options.integer("hidden"), options.integer("hidden"), random.stream(3)),
        out_(options.integer("hidden"), options.integer("hidden"), random.stream(4)),
        codebook_(options.integer("centroids"), options.integer("hidden"), random.stream(6)) {}

  /// Gradients reach the queries and the maps of keys and values; codes are constants. A training pass reads the codes
  /// as the passes before have left them.
  [[nodiscard]] Variable forward(const MessageBlock& graph, const Variable& h, Pass& pass) const override {
    std::optional<Codebook> learned;
    if (pass.is_training()) {
      learned = codebook_.as_of(pass);
    }
    const Codebook& codebook = learned ? *learned : codebook_;
    require(h.value().rows() == graph.num_outputs(), "attention goat: there are ", h.value().rows(),
            " rows, expected one for each of ", graph.num_outputs(), " nodes");
    const std::vector<std::int64_t> code_of = codebook.nearest(h.value());
    const CodesOfGraphs own(graph, code_of);
    const Variable states = Variable::constant(codebook.states());
    const Variable k = select_rows(key_.forward(states, pass), own.codes),
                   v = select_rows(value_.forward(states, pass), own.codes);
    const Variable o =
        landmark_attention(query_.forward(h, pass), k, v, {graph.segments(), own.landmarks}, heads_, own.log_counts);
    if (learned) {
      learned->learn(h.value(), code_of, pass.next_random());
      codebook_.update(pass, std::move(*learned));
    }
    return out_.forward(o, pass);
  }

  void list_parameters(ParameterList& list) override {
    list.add_layer("query", query_);
    list.add_layer("key", key_);
    list.add_layer("value", value_);
    list.add_layer("out", out_);
    codebook_.list_parameters(list);
  }

 private:
  std::int64_t heads_;
  Linear query_, key_, value_, out_;
  Codebook codebook_;
};

}  // namespace

std::vector<MechanismRow> codebook_mechanisms() {
  return {
      {{.name = "goat",
        .summary = "softmax over the centroids that nodes of the graph are nearest to, as often as they are; one "
                   "codebook for all graphs, learned by k-means while training",
        .cost = "time N d centroids, memory N d",
        .source = "Kong et al. 2023",
        .options = {{"centroids", std::int64_t{128}, "goat: vectors of the codebook", 1, 65536}}},
       make_mechanism<Goat>},
  };
}

}  // namespace weft::attention
