#include "weft/layers/kernels/block_layouts.hpp"

#include <algorithm>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/head_products.hpp"
#include "weft/layers/kernels/segment_parts.hpp"

namespace weft {
namespace {

/// Cuts each segment's positions into blocks of `size`, the first of a segment being of `first`.
void cut(BlockLayout& layout, std::span<const std::int64_t> segments, std::int64_t size, std::int64_t first,
         bool reads_previous) {
  layout.blocks = {0};
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    std::int64_t begin = segments[g];
    while (begin < segments[g + 1]) {
      const bool is_first = begin == segments[g];
      begin = std::min(begin + (is_first ? first : size), segments[g + 1]);
      layout.blocks.push_back(begin);
      layout.reads_previous.push_back(reads_previous && !is_first ? 1 : 0);
    }
  }
}

constexpr std::int64_t kMaxGridSide = 1024;

/// Where windows begin along a side of the grid, and its end.
std::vector<std::int64_t> cuts(std::int64_t length, const GridWindows& windows) {
  std::vector<std::int64_t> result{0};
  const bool shifts = windows.shifted && length > windows.side && windows.side > 1;
  for (std::int64_t end = shifts ? windows.side / 2 : windows.side; result.back() < length; end += windows.side) {
    result.push_back(std::min(end, length));
  }
  return result;
}

/// Sorts `nodes` (ascending) by bucket, keeping the order of those in the same one.
void sort_by_bucket(std::span<NodeId> nodes, std::span<const std::uint32_t> bucket, std::size_t num_buckets) {
  if (nodes.size() < num_buckets) {
    std::ranges::stable_sort(nodes, {}, [&](NodeId v) { return bucket[v]; });
    return;
  }
  std::vector<std::size_t> next(num_buckets + 1);
  for (const NodeId v : nodes) {
    ++next[bucket[v] + 1];
  }
  for (std::size_t b = 0; b < num_buckets; ++b) {
    next[b + 1] += next[b];
  }
  const std::vector<NodeId> before(nodes.begin(), nodes.end());
  for (const NodeId v : before) {
    nodes[next[bucket[v]]++] = v;
  }
}

/// argmax [t, -t] over `half` numbers.
std::uint32_t hash_of(const float* t, std::int64_t half) {
  std::int64_t best = 0;
  float most = t[0];
  for (std::int64_t r = 0; r < 2 * half; ++r) {
    const float value = r < half ? t[r] : -t[r - half];
    if (value > most) {
      most = value;
      best = r;
    }
  }
  return static_cast<std::uint32_t>(best);
}

}  // namespace

BlockLayout window_layout(std::span<const NodeId> order, std::span<const std::int64_t> segments, std::int64_t window,
                          bool shifted) {
  require(window >= 2, "window_layout: window is ", window, ", expected at least 2");
  attention::check_segments("window_layout", segments, static_cast<std::int64_t>(order.size()));
  BlockLayout layout;
  layout.order.assign(order.begin(), order.end());
  cut(layout, segments, window, shifted ? window / 2 : window, false);
  for (std::size_t b = 0; b + 1 < layout.blocks.size(); ++b) {
    for (std::int64_t p = layout.blocks[b]; p < layout.blocks[b + 1]; ++p) {
      layout.places.push_back(static_cast<std::int32_t>(p - layout.blocks[b]));
    }
  }
  return layout;
}

BlockLayout grid_window_layout(std::span<const std::int64_t> segments, const GridWindows& windows) {
  const std::int64_t width = windows.width, side = windows.side;
  require(width >= 1 && side >= 1 && side <= kMaxGridSide, "grid_window_layout: a row has ", width,
          " pixels and a window's side ", side, ", expected at least 1 of both and a side of at most ", kMaxGridSide);
  BlockLayout layout;
  layout.blocks = {0};
  for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
    const std::int64_t n = segments[g + 1] - segments[g], height = n / width;
    require(n % width == 0, "grid_window_layout: graph ", g, " has ", n, " nodes, expected rows of ", width, " pixels");
    const std::vector<std::int64_t> rows = cuts(height, windows), columns = cuts(width, windows);
    for (std::size_t r = 0; r + 1 < rows.size(); ++r) {
      for (std::size_t c = 0; c + 1 < columns.size(); ++c) {
        for (std::int64_t y = rows[r]; y < rows[r + 1]; ++y) {
          for (std::int64_t x = columns[c]; x < columns[c + 1]; ++x) {
            layout.order.push_back(static_cast<NodeId>(segments[g] + y * width + x));
            layout.places.push_back(static_cast<std::int32_t>((y - rows[r]) * (2 * side - 1) + x - columns[c]));
          }
        }
        layout.blocks.push_back(static_cast<std::int64_t>(layout.order.size()));
        layout.reads_previous.push_back(0);
      }
    }
  }
  return layout;
}

Tensor hash_rotations(std::int64_t d, const HashOptions& options, const Random& random) {
  require(options.rounds >= 1 && options.buckets >= 2 && options.buckets % 2 == 0 && options.block_size >= 1,
          "hash_rotations: there are ", options.rounds, " rounds, ", options.buckets, " buckets and blocks of ",
          options.block_size, ", expected at least 1, an even number of at least 2, at least 1");
  Tensor rotations = Tensor::uninitialized(d, options.rounds * options.buckets);
  for (std::int64_t i = 0; i < rotations.size(); ++i) {
    rotations.data()[i] = static_cast<float>(random.normal(static_cast<std::uint64_t>(i)));
  }
  return rotations;
}

std::vector<BlockLayout> hash_layouts(const Tensor& x, std::int64_t heads, std::span<const std::int64_t> segments,
                                      const Tensor& rotations, const HashOptions& options) {
  require(heads >= 1 && x.cols() == heads * rotations.rows() && rotations.cols() == options.rounds * options.buckets,
          "hash_layouts: x has shape ", x.shape(), " and rotations ", rotations.shape(), ", expected ", heads,
          " heads of as many columns as rotations have rows, and ", options.rounds, " x ", options.buckets,
          " rotations");
  attention::check_segments("hash_layouts", segments, x.rows());
  const std::int64_t n = x.rows(), d = rotations.rows(), half = options.buckets / 2, columns = rotations.cols();
  std::vector<BlockLayout> layouts(static_cast<std::size_t>(options.rounds * heads));
  std::vector<std::vector<std::uint32_t>> bucket(layouts.size(),
                                                 std::vector<std::uint32_t>(static_cast<std::size_t>(n)));
  parallel_for(n, 256, [&](std::int64_t begin, std::int64_t end) {
    Tensor t = Tensor::uninitialized(end - begin, columns);
    for (std::int64_t h = 0; h < heads; ++h) {
      attention::product(end - begin, {x.row(begin).data() + h * d, x.cols()}, d, {rotations.data(), columns}, columns,
                         {t.data(), columns});
      for (std::int64_t i = begin; i < end; ++i) {
        for (std::int64_t round = 0; round < options.rounds; ++round) {
          const float* own = t.row(i - begin).data() + round * options.buckets;
          bucket[static_cast<std::size_t>(round * heads + h)][static_cast<std::size_t>(i)] =
              hash_of(own, half) * static_cast<std::uint32_t>(options.buckets) + hash_of(own + half, half);
        }
      }
    }
  });
  parallel_for(static_cast<std::int64_t>(layouts.size()), 1, [&](std::int64_t l, std::int64_t) {
    BlockLayout& layout = layouts[static_cast<std::size_t>(l)];
    layout.head = l % heads;
    layout.order.resize(static_cast<std::size_t>(n));
    for (std::size_t v = 0; v < layout.order.size(); ++v) {
      layout.order[v] = static_cast<NodeId>(v);
    }
    for (std::size_t g = 0; g + 1 < segments.size(); ++g) {
      sort_by_bucket(
          std::span<NodeId>(layout.order)
              .subspan(static_cast<std::size_t>(segments[g]), static_cast<std::size_t>(segments[g + 1] - segments[g])),
          bucket[static_cast<std::size_t>(l)], static_cast<std::size_t>(options.buckets * options.buckets));
    }
    cut(layout, segments, options.block_size, options.block_size, true);
  });
  return layouts;
}

}  // namespace weft
