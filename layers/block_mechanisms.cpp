// Attention within blocks: by hashed buckets (Reformer) and by windows over breadth-first order (Swin).
#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/block_layouts.hpp"
#include "weft/layers/feature_maps.hpp"

namespace weft::attention {
namespace {

class Reformer : public ProjectedAttention {
 public:
  Reformer(const Options& options, const Random& random)
      : ProjectedAttention(options, random, Keys::same_as_queries),
        hash_{.rounds = options.integer("hash_rounds"),
              .buckets = 2 * options.integer("hash_directions"),
              .block_size = options.integer("block_size")},
        rotations_(hash_rotations(width() / heads(), hash_, random.stream(6))) {}

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    list.add_statistic("rotations", rotations_);
  }

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    const Variable k = normalize_heads(x.q, heads());
    return block_attention(x.q, k, x.v, hash_layouts(k.value(), heads(), graph.segments(), rotations_, hash_),
                           {.heads = heads(), .exclude_self = true});
  }

  HashOptions hash_;
  Tensor rotations_;
};

class Windows : public ProjectedAttention {
 public:
  Windows(const Options& options, std::int64_t layer, const Random& random)
      : ProjectedAttention(options, random),
        window_(options.integer("window")),
        ordering_(ordering_of(options)),
        shifted_(layer % 2 == 1) {}

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass&) const override {
    std::vector<BlockLayout> layouts;
    layouts.push_back(window_layout(graph.order(ordering_), graph.segments(), window_, shifted_));
    return block_attention(x.q, x.k, x.v, std::move(layouts), {.heads = heads()});
  }

  std::int64_t window_;
  NodeOrdering ordering_;
  bool shifted_;
};

}  // namespace

std::vector<MechanismRow> block_mechanisms() {
  return {
      {{.name = "reformer",
        .summary = "softmax over nodes of like keys, found by locality-sensitive hashing; keys are queries of length 1",
        .cost = "time N d hash_rounds (block_size + hash_directions), memory N d + N h hash_rounds",
        .source = "Kitaev, Kaiser, Levskaya 2020",
        .uses_order = true,
        .options = {{"hash_rounds", std::int64_t{2}, "reformer: independent hashes of every node", 1, 64},
                    {"hash_directions", std::int64_t{8}, "reformer: a node is in one of 4 hash_directions^2 buckets", 1,
                     1024},
                    {"block_size", std::int64_t{64},
                     "reformer: nodes of a block, which reads itself and the one before", 1, 4096}}},
       make_mechanism<Reformer>},
      {{.name = "windows",
        .summary = "softmax within windows over an order, shifted by half a window in every other block",
        .cost = "time N d window + ordering, memory N d",
        .source = "after Liu et al. 2021 (Swin)",
        .uses_order = true,
        .options = {order_option(), {"window", std::int64_t{64}, "windows: nodes of a window", 2, 4096}}},
       [](const Options& options, std::int64_t layer, const Random& random) {
         return std::make_unique<Windows>(options, layer, random);
       }},
  };
}

}  // namespace weft::attention
