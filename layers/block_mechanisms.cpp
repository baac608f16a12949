// Attention within blocks: by hashed buckets (Reformer) and by windows over an order or a grid (Swin).
#include "weft/layers/attention_mechanisms.hpp"
#include "weft/layers/kernels/block_layouts.hpp"
#include "weft/layers/kernels/feature_maps.hpp"

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
        grid_{.width = options.integer("grid_width"), .side = options.integer("grid_side"), .shifted = layer % 2 == 1},
        ordering_(ordering_of(options)) {
    if (options.flag("position_bias")) {
      const std::int64_t longest = is_grid() ? 2 * grid_.side - 1 : 2 * window_ - 1;
      position_bias_ = Parameter(small_normal(is_grid() ? longest * longest : longest, heads(), random.stream(6)));
    }
  }

  void list_parameters(ParameterList& list) override {
    ProjectedAttention::list_parameters(list);
    if (has_bias()) {
      list.add("position_bias", position_bias_, ParameterGroup::vector);
    }
  }

 private:
  [[nodiscard]] Variable attend(const MessageBlock& graph, const Inputs& x, Pass& pass) const override {
    std::vector<BlockLayout> layouts;
    layouts.push_back(is_grid() ? grid_window_layout(graph.segments(), grid_)
                                : window_layout(graph.order(ordering_), graph.segments(), window_, grid_.shifted));
    return block_attention(x.q, x.k, x.v, std::move(layouts),
                           {.heads = heads(), .position_bias = has_bias() ? pass.use(position_bias_) : Variable()});
  }

  [[nodiscard]] bool is_grid() const { return grid_.width > 0; }
  [[nodiscard]] bool has_bias() const { return position_bias_.variable().rows() > 0; }

  /// Normal with deviation 0.02, as Swin starts.
  [[nodiscard]] static Tensor small_normal(std::int64_t rows, std::int64_t cols, const Random& random) {
    Tensor result = Tensor::uninitialized(rows, cols);
    for (std::int64_t i = 0; i < result.size(); ++i) {
      result.data()[i] = 0.02F * static_cast<float>(random.normal(static_cast<std::uint64_t>(i)));
    }
    return result;
  }

  std::int64_t window_;
  /// Width 0: windows over an order.
  GridWindows grid_;
  NodeOrdering ordering_;
  Parameter position_bias_;
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
        .summary = "softmax within windows over an order or a grid, shifted by half a window in every other block",
        .cost = "time N d window + ordering, memory N d; a grid's window has grid_side^2 nodes",
        .source = "Liu et al. 2021 (Swin)",
        .uses_order = true,
        .options = {order_option(),
                    kWindow,
                    {"grid_width", std::int64_t{0},
                     "windows: nodes are the pixels of grids this wide, row after row; 0: windows go over an order", 0,
                     1 << 20},
                    {"grid_side", std::int64_t{4}, "windows: pixels of the side of a window on a grid", 2, 64},
                    {"position_bias", false, "windows: learn a bias of weights for each offset within a window"}}},
       [](const Options& options, std::int64_t layer, const Random& random) {
         return std::make_unique<Windows>(options, layer, random);
       }},
  };
}

}  // namespace weft::attention
