// Block by block: rows are gathered in the layout's order, weighed against all they read by one product, and merged
// into each node's running largest logit, sum and result (Milakov, Gimelshein 2018), so layouts come one after the
// other without being kept. With P the weights, G = dO: dZ = P o (G Vᵀ - <G, O>), dQ = dZ K / sqrt(d),
// dK = dZᵀ Q / sqrt(d), dV = Pᵀ G. A block adds to its own keys and those of the block before it, so even blocks are
// done before odd ones: no two tasks meet, and the order of additions is fixed.
#include "weft/layers/kernels/block_attention.hpp"

#include <cmath>
#include <memory>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/head_products.hpp"
#include "weft/layers/kernels/row_vectors.hpp"

namespace weft {
namespace {

/// Positions a task: enough to outweigh its start.
constexpr std::int64_t kTaskPositions = 1024;
/// The logit of a weight that is excluded, of a node on itself for instance: e^ of it is 0 beside any other, and 1
/// alone.
constexpr float kExcluded = -1e4F;
constexpr float kLowest = -1e30F;

struct Shape3 {
  std::int64_t heads, d, e;
};

/// A task's panels: rows of the block [block, .] and of what it reads [read, .].
struct Panels {
  Panels(std::int64_t block, std::int64_t read, const Shape3& shape)
      : q(size(block, shape.d)),
        k(size(read, shape.d)),
        v(size(read, shape.e)),
        g(size(block, shape.e)),
        weights(size(block, read)),
        dz(size(block, read)),
        blocks(static_cast<std::size_t>(read)),
        out(size(std::max(block, read), std::max(shape.d, shape.e))) {}

  static std::size_t size(std::int64_t rows, std::int64_t cols) { return static_cast<std::size_t>(rows * cols); }

  Buffer<float> q, k, v, g, weights, dz;
  /// Of the nodes that are read, in another layout.
  Buffer<NodeId> blocks;
  Buffer<float> out;
  /// The number of the task: what it sums goes to a row of its own, so that the order of additions is fixed.
  std::int64_t task = 0;
};

bool is_given(const Variable& position_bias) {
  return position_bias.rows() > 0;
}

class BlockAttention {
 public:
  BlockAttention(const Variable& q, const Variable& k, const Variable& v, std::vector<BlockLayout> layouts,
                 const BlockAttentionOptions& options)
      : q_(q.shared_value()),
        k_(k.shared_value()),
        v_(v.shared_value()),
        layouts_(std::move(layouts)),
        shape_{options.heads, q.cols() / options.heads, v.cols() / options.heads},
        exclude_self_(options.exclude_self),
        has_bias_(is_given(options.position_bias)) {
    if (has_bias_) {
      const Tensor& table = options.position_bias.value();
      bias_ = Tensor::uninitialized(table.cols(), table.rows());
      for (std::int64_t i = 0; i < table.size(); ++i) {
        bias_(i % table.cols(), i / table.cols()) = table.data()[i];
      }
    }
    for (std::size_t l = 0; l + 1 < layouts_.size(); ++l) {
      if (is_read_again(l)) {
        block_of_.resize(layouts_.size() - 1);
        block_of_[l] = blocks_by_node(layouts_[l]);
      }
    }
  }

  [[nodiscard]] Tensor forward() {
    highest_ = Tensor::full(q_->rows(), shape_.heads, kLowest);
    inverse_ = Tensor(q_->rows(), shape_.heads);
    Tensor o(q_->rows(), v_->cols());
    for_each_layout_and_head([&](const BlockLayout& layout, std::int64_t h) {
      for_each_block(layout, 1, 0, [&](std::int64_t b, Panels& panels) { read(layout, b, h, panels, o); });
    });
    for (float& sum : inverse_.values()) {
      sum = sum > 0.0F ? 1.0F / sum : 0.0F;
    }
    parallel_for(o.rows(), 1024, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        for (std::int64_t h = 0; h < shape_.heads; ++h) {
          attention::multiply_by(o.row(i).data() + h * shape_.e, inverse_(i, h), shape_.e);
        }
      }
    });
    return o;
  }

  struct InputGradients {
    Tensor q, k, v, bias;
  };
  [[nodiscard]] InputGradients backward(const Tensor& o, const Tensor& gradient) const {
    InputGradients d{Tensor::zeros(q_->shape()), Tensor::zeros(k_->shape()), Tensor::zeros(v_->shape()),
                     Tensor(bias_.cols(), bias_.rows())};
    for_each_layout_and_head([&](const BlockLayout& layout, std::int64_t h) {
      for (const std::int64_t parity : {0, 1}) {
        Tensor bias_sums(has_bias_ ? num_tasks(layout, 2, parity) : 0, bias_.cols());
        for_each_block(layout, 2, parity, [&](std::int64_t b, Panels& panels) {
          float* sums = has_bias_ ? bias_sums.row(panels.task).data() : nullptr;
          differentiate(layout, b, h, o, gradient, panels, sums, d);
        });
        for (std::int64_t i = 0; i < bias_sums.size(); ++i) {
          d.bias(i % bias_.cols(), h) += bias_sums.data()[i];
        }
      }
    });
    return d;
  }

 private:
  /// A block's own positions and those that it reads, which end where it ends.
  struct Range {
    Range(const BlockLayout& layout, std::int64_t b)
        : begin(layout.blocks[static_cast<std::size_t>(b)]),
          end(layout.blocks[static_cast<std::size_t>(b) + 1]),
          first_read(layout.reads_previous[static_cast<std::size_t>(b)] != 0
                         ? layout.blocks[static_cast<std::size_t>(b) - 1]
                         : begin) {}
    [[nodiscard]] std::int64_t rows() const { return end - begin; }
    [[nodiscard]] std::int64_t reads() const { return end - first_read; }

    std::int64_t begin, end, first_read;
  };

  template <class Body>
  void for_each_layout_and_head(Body body) const {
    for (const BlockLayout& layout : layouts_) {
      const std::int64_t first = std::max<std::int64_t>(0, layout.head);
      for (std::int64_t h = first; h < (layout.head < 0 ? shape_.heads : first + 1); ++h) {
        body(layout, h);
      }
    }
  }

  /// Whether a head reads by two layouts.
  [[nodiscard]] static bool share_a_head(const BlockLayout& a, const BlockLayout& b) {
    return a.head < 0 || b.head < 0 || a.head == b.head;
  }
  /// Whether a later layout has to know what layout number l reads.
  [[nodiscard]] bool is_read_again(std::size_t l) const {
    return std::any_of(layouts_.begin() + static_cast<std::ptrdiff_t>(l) + 1, layouts_.end(),
                       [&](const BlockLayout& later) { return share_a_head(layouts_[l], later); });
  }
  [[nodiscard]] static std::vector<NodeId> blocks_by_node(const BlockLayout& layout) {
    std::vector<NodeId> block_of(layout.order.size());
    for (std::int64_t b = 0; b < num_blocks(layout); ++b) {
      const Range range(layout, b);
      for (std::int64_t p = range.begin; p < range.end; ++p) {
        block_of[layout.order[static_cast<std::size_t>(p)]] = static_cast<NodeId>(b);
      }
    }
    return block_of;
  }

  [[nodiscard]] static std::int64_t num_blocks(const BlockLayout& layout) {
    return static_cast<std::int64_t>(layout.blocks.size()) - 1;
  }
  /// How many of the blocks first, first + stride, ... there are, and how many of them make a task.
  [[nodiscard]] static std::int64_t count(const BlockLayout& layout, std::int64_t stride, std::int64_t first) {
    return (num_blocks(layout) - first + stride - 1) / stride;
  }
  [[nodiscard]] static std::int64_t grain(const BlockLayout& layout) {
    return std::max<std::int64_t>(
        1, kTaskPositions * num_blocks(layout) / std::max<std::int64_t>(1, layout.blocks.back()));
  }
  [[nodiscard]] static std::int64_t num_tasks(const BlockLayout& layout, std::int64_t stride, std::int64_t first) {
    return (count(layout, stride, first) + grain(layout) - 1) / grain(layout);
  }

  /// Runs body(b, panels) for the blocks first, first + stride, ...
  template <class Body>
  void for_each_block(const BlockLayout& layout, std::int64_t stride, std::int64_t first, Body body) const {
    parallel_for(count(layout, stride, first), grain(layout), [&](std::int64_t begin, std::int64_t end) {
      std::int64_t most_rows = 0, most_reads = 0;
      for (std::int64_t i = begin; i < end; ++i) {
        const Range range(layout, first + i * stride);
        most_rows = std::max(most_rows, range.rows());
        most_reads = std::max(most_reads, range.reads());
      }
      Panels panels(most_rows, most_reads, shape_);
      panels.task = begin / grain(layout);
      for (std::int64_t i = begin; i < end; ++i) {
        if (Range(layout, first + i * stride).rows() > 0) {
          body(first + i * stride, panels);
        }
      }
    });
  }

  /// A block's rows lie anywhere in memory: asked for all at once, they arrive together.
  static void prefetch(const Tensor& x, const BlockLayout& layout, std::int64_t begin, std::int64_t end, std::int64_t h,
                       std::int64_t width) {
    constexpr std::int64_t kLine = 16;
    for (std::int64_t p = begin; p < end; ++p) {
      const float* row = x.row(layout.order[static_cast<std::size_t>(p)]).data() + h * width;
      for (std::int64_t c = 0; c < width; c += kLine) {
        __builtin_prefetch(row + c);
      }
    }
  }
  static void gather(const Tensor& x, const BlockLayout& layout, std::int64_t begin, std::int64_t end, std::int64_t h,
                     std::int64_t width, float* to) {
    for (std::int64_t p = begin; p < end; ++p) {
      std::copy_n(x.row(layout.order[static_cast<std::size_t>(p)]).data() + h * width, width, to + (p - begin) * width);
    }
  }
  static void scatter_add(const float* from, const BlockLayout& layout, std::int64_t begin, std::int64_t end,
                          std::int64_t h, std::int64_t width, Tensor& x) {
    for (std::int64_t p = begin; p < end; ++p) {
      attention::add_scaled(x.row(layout.order[static_cast<std::size_t>(p)]).data() + h * width,
                            from + (p - begin) * width, 1.0F, width);
    }
  }

  [[nodiscard]] float scale() const { return 1.0F / std::sqrt(static_cast<float>(shape_.d)); }

  /// Gathers a block's q, k and v and writes its scaled logits to panels.weights, [rows, reads].
  void write_logits(const BlockLayout& layout, const Range& range, std::int64_t h, Panels& panels) const {
    prefetch(*q_, layout, range.begin, range.end, h, shape_.d);
    prefetch(*k_, layout, range.first_read, range.end, h, shape_.d);
    prefetch(*v_, layout, range.first_read, range.end, h, shape_.e);
    prefetch(highest_, layout, range.begin, range.end, h, 1);
    prefetch(inverse_, layout, range.begin, range.end, h, 1);
    gather(*q_, layout, range.begin, range.end, h, shape_.d, panels.q.data());
    gather(*k_, layout, range.first_read, range.end, h, shape_.d, panels.k.data());
    gather(*v_, layout, range.first_read, range.end, h, shape_.e, panels.v.data());
    attention::product_with_transposed(range.rows(), {panels.q.data(), shape_.d}, shape_.d, {panels.k.data(), shape_.d},
                                       range.reads(), {panels.weights.data(), range.reads()});
    attention::multiply_by(panels.weights.data(), scale(), range.rows() * range.reads());
    if (has_bias_) {
      for_each_bias(layout, range, [&, own = bias_.row(h).data()](std::int64_t pair, std::int64_t t) {
        panels.weights[pair] += own[t];
      });
    }
    exclude_pairs_of_earlier(layout, range, h, panels);
    if (exclude_self_) {
      for (std::int64_t i = 0; i < range.rows(); ++i) {
        panels.weights[static_cast<std::size_t>(i * range.reads() + range.begin - range.first_read + i)] = kExcluded;
      }
    }
  }

  /// A pair that several layouts hold counts in the first of them alone.
  void exclude_pairs_of_earlier(const BlockLayout& layout, const Range& range, std::int64_t h, Panels& panels) const {
    const auto number = static_cast<std::size_t>(&layout - layouts_.data());
    for (std::size_t l = 0; l < number; ++l) {
      const BlockLayout& earlier = layouts_[l];
      if (earlier.head >= 0 && earlier.head != h) {
        continue;
      }
      NodeId* blocks = panels.blocks.data();
      for (std::int64_t p = range.first_read; p < range.end; ++p) {
        blocks[p - range.first_read] = block_of_[l][layout.order[static_cast<std::size_t>(p)]];
      }
      for (std::int64_t i = 0; i < range.rows(); ++i) {
        const NodeId own = blocks[range.begin - range.first_read + i],
                     before = own - (earlier.reads_previous[own] != 0 ? 1 : 0);
        float* weights = panels.weights.data() + i * range.reads();
        for (std::int64_t j = 0; j < range.reads(); ++j) {
          weights[j] = (blocks[j] == own) | (blocks[j] == before) ? kExcluded : weights[j];
        }
      }
    }
  }

  /// Runs body(place in [rows, reads], row of the table) for all pairs of a block.
  template <class Body>
  void for_each_bias(const BlockLayout& layout, const Range& range, Body body) const {
    const std::int32_t* places = layout.places.data();
    std::int64_t pair = 0;
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      const std::int64_t own = places[i] + (bias_.cols() - 1) / 2;
      for (std::int64_t j = range.first_read; j < range.end; ++j) {
        body(pair++, own - places[j]);
      }
    }
  }

  /// Merges what block b reads into highest_, inverse_ (until the end the sum itself) and o (the sum of values).
  void read(const BlockLayout& layout, std::int64_t b, std::int64_t h, Panels& panels, Tensor& o) {
    const Range range(layout, b);
    prefetch(o, layout, range.begin, range.end, h, shape_.e);
    write_logits(layout, range, h, panels);
    for (std::int64_t i = 0; i < range.rows(); ++i) {
      const std::int64_t node = layout.order[static_cast<std::size_t>(range.begin + i)];
      float* own = panels.weights.data() + i * range.reads();
      const float highest = std::max(highest_(node, h), attention::largest(own, range.reads()));
      const float shrink = std::exp(highest_(node, h) - highest);
      inverse_(node, h) = inverse_(node, h) * shrink + attention::exponentiate(own, 1.0F, highest, range.reads());
      attention::multiply_by(o.row(node).data() + h * shape_.e, shrink, shape_.e);
      highest_(node, h) = highest;
    }
    attention::product(range.rows(), {panels.weights.data(), range.reads()}, range.reads(), {panels.v.data(), shape_.e},
                       shape_.e, {panels.out.data(), shape_.e});
    scatter_add(panels.out.data(), layout, range.begin, range.end, h, shape_.e, o);
  }

  void differentiate(const BlockLayout& layout, std::int64_t b, std::int64_t h, const Tensor& o, const Tensor& gradient,
                     Panels& panels, float* bias_sums, InputGradients& d) const {
    const Range range(layout, b);
    const std::int64_t rows = range.rows(), reads = range.reads();
    prefetch(gradient, layout, range.begin, range.end, h, shape_.e);
    prefetch(o, layout, range.begin, range.end, h, shape_.e);
    prefetch(d.q, layout, range.begin, range.end, h, shape_.d);
    prefetch(d.k, layout, range.first_read, range.end, h, shape_.d);
    prefetch(d.v, layout, range.first_read, range.end, h, shape_.e);
    write_logits(layout, range, h, panels);
    gather(gradient, layout, range.begin, range.end, h, shape_.e, panels.g.data());
    attention::product_with_transposed(rows, {panels.g.data(), shape_.e}, shape_.e, {panels.v.data(), shape_.e}, reads,
                                       {panels.dz.data(), reads});
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int64_t node = layout.order[static_cast<std::size_t>(range.begin + i)];
      float *weights = panels.weights.data() + i * reads, *dz = panels.dz.data() + i * reads;
      (void)attention::exponentiate(weights, 1.0F, highest_(node, h), reads);
      attention::multiply_by(weights, inverse_(node, h), reads);
      const float along = attention::dot(panels.g.data() + i * shape_.e, o.row(node).data() + h * shape_.e, shape_.e);
      for (std::int64_t j = 0; j < reads; ++j) {
        dz[j] = weights[j] * (dz[j] - along);
      }
      if (exclude_self_) {
        dz[range.begin - range.first_read + i] = 0.0F;
      }
    }
    if (has_bias_) {
      for_each_bias(layout, range, [&](std::int64_t pair, std::int64_t t) { bias_sums[t] += panels.dz[pair]; });
    }
    attention::multiply_by(panels.dz.data(), scale(), rows * reads);
    attention::product(rows, {panels.dz.data(), reads}, reads, {panels.k.data(), shape_.d}, shape_.d,
                       {panels.out.data(), shape_.d});
    scatter_add(panels.out.data(), layout, range.begin, range.end, h, shape_.d, d.q);
    add_to_read(panels.dz.data(), panels.q.data(), layout, range, h, shape_.d, panels, d.k);
    add_to_read(panels.weights.data(), panels.g.data(), layout, range, h, shape_.e, panels, d.v);
  }

  /// x += weightsᵀ rows at all that the block reads.
  static void add_to_read(const float* weights, const float* rows, const BlockLayout& layout, const Range& range,
                          std::int64_t h, std::int64_t width, Panels& panels, Tensor& x) {
    std::fill_n(panels.out.data(), range.reads() * width, 0.0F);
    attention::add_transposed_product(range.rows(), {weights, range.reads()}, range.reads(), {rows, width}, width,
                                      {panels.out.data(), width});
    scatter_add(panels.out.data(), layout, range.first_read, range.end, h, width, x);
  }

  std::shared_ptr<const Tensor> q_, k_, v_;
  std::vector<BlockLayout> layouts_;
  /// block_of_[l][v]: the block of node v in layout number l, of layouts that a later one has to know.
  std::vector<std::vector<NodeId>> block_of_;
  Shape3 shape_;
  bool exclude_self_, has_bias_;
  /// The table turned, [heads, t].
  Tensor bias_;
  /// The largest logit of all rounds and 1 / the sum of weights, [n, heads].
  Tensor highest_, inverse_;
};

void check_layout(const BlockLayout& layout, std::int64_t n, std::int64_t heads) {
  require(layout.head >= -1 && layout.head < heads, "block_attention: a layout is for head ", layout.head, " of ",
          heads);
  require(static_cast<std::int64_t>(layout.order.size()) == n, "block_attention: a layout orders ", layout.order.size(),
          " nodes, expected ", n);
  require(!layout.blocks.empty() && layout.blocks.front() == 0 && layout.blocks.back() == n &&
              std::ranges::is_sorted(layout.blocks) && layout.reads_previous.size() + 1 == layout.blocks.size(),
          "block_attention: the blocks of a layout are to rise from 0 to ", n,
          " and each to say whether it reads the one before");
  require(layout.reads_previous.empty() || layout.reads_previous.front() == 0,
          "block_attention: the first block of a layout reads one before it");
  std::vector<char> seen(static_cast<std::size_t>(n));
  for (const NodeId v : layout.order) {
    require(v < n && seen[v] == 0, "block_attention: node ", v, " stands in an order of ", n,
            " nodes that does not hold it or holds it twice");
    seen[v] = 1;
  }
}

void check_places(const BlockLayout& layout, std::int64_t highest) {
  require(layout.places.size() == layout.order.size(), "block_attention: a layout has ", layout.places.size(),
          " places of ", layout.order.size(), " positions, expected as many for a position bias");
  for (const std::int32_t place : layout.places) {
    require(place >= 0 && place <= highest, "block_attention: a layout has place ", place, ", expected 0 to ", highest,
            ", half the rows of the position bias");
  }
  require(std::ranges::count(layout.reads_previous, 0) == std::ssize(layout.reads_previous),
          "block_attention: a layout with a position bias has a block that reads the one before it");
}

}  // namespace

Variable block_attention(const Variable& q, const Variable& k, const Variable& v, std::vector<BlockLayout> layouts,
                         const BlockAttentionOptions& options) {
  const std::int64_t heads = options.heads;
  require(heads >= 1 && q.cols() > 0 && q.cols() % heads == 0, "block_attention: q has shape ", q.shape(),
          ", expected a multiple of heads = ", heads, " columns");
  require(k.shape() == q.shape(), "block_attention: k has shape ", k.shape(), ", q ", q.shape(), ", expected the same");
  require(v.rows() == q.rows() && v.cols() > 0 && v.cols() % heads == 0, "block_attention: v has shape ", v.shape(),
          ", expected ", q.rows(), " rows and a multiple of heads = ", heads, " columns");
  const Variable& bias = options.position_bias;
  require(!is_given(bias) || (bias.cols() == heads && bias.rows() % 2 == 1),
          "block_attention: position_bias has shape ", bias.shape(), ", expected an odd number of rows and ", heads,
          " columns, one for each head");
  for (const BlockLayout& layout : layouts) {
    check_layout(layout, q.rows(), heads);
    if (is_given(bias)) {
      check_places(layout, (bias.rows() - 1) / 2);
    }
  }
  auto kernel = std::make_shared<BlockAttention>(q, k, v, std::move(layouts), options);
  auto o = std::make_shared<const Tensor>(kernel->forward());
  return record("block_attention", o, {q, k, v, bias},
                [q, k, v, bias, kernel, o](const Tensor& gradient, Gradients& gradients) {
                  BlockAttention::InputGradients d = kernel->backward(*o, gradient);
                  gradients.add(q, std::move(d.q));
                  gradients.add(k, std::move(d.k));
                  gradients.add(v, std::move(d.v));
                  gradients.add(bias, std::move(d.bias));
                });
}

}  // namespace weft
