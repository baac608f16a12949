#include "weft/layers/wl_model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "weft/core/parallel.hpp"
#include "weft/layers/input_layers.hpp"

namespace weft {
namespace {

using Color = std::uint64_t;

Color mixed(Color a, Color b) {
  return mixed_bits(a * 0x9E3779B97F4A7C15 + b + 0x632BE59BD9B4E019);
}

/// A hash of each row.
std::vector<Color> row_colors(const Features& features, std::int64_t rows) {
  std::vector<Color> colors(static_cast<std::size_t>(rows), 1);
  const auto each_row = [&](auto hash) {
    parallel_for(rows, 1024, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        colors[static_cast<std::size_t>(i)] = hash(i);
      }
    });
  };
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    each_row([&](std::int64_t i) {
      Color color = 2;
      for (const float x : dense->row(i)) {
        color = mixed(color, std::bit_cast<std::uint32_t>(x));
      }
      return color;
    });
  } else if (const auto* sparse = std::get_if<SparseMatrix>(&features)) {
    const SparseMatrix::Rows& x = sparse->by_row();
    each_row([&](std::int64_t i) {
      Color color = 3;
      for (EdgeId k = x.offsets[static_cast<std::size_t>(i)]; k < x.offsets[static_cast<std::size_t>(i) + 1]; ++k) {
        const auto place = static_cast<std::size_t>(k);
        color = mixed(mixed(color, x.columns[place]), std::bit_cast<std::uint32_t>(x.values[place]));
      }
      return color;
    });
  } else if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
    each_row([&](std::int64_t i) {
      Color color = 4;
      for (std::int64_t j = 0; j < categorical->cols(); ++j) {
        color = mixed(color,
                      static_cast<Color>(categorical->values[static_cast<std::size_t>(i * categorical->cols() + j)]));
      }
      return color;
    });
  }
  return colors;
}

/// One round: the sum of hashes is the same for every order of the neighbors.
std::vector<Color> refined(const MessageBlock& block, const std::vector<Color>& colors,
                           const std::vector<Color>& edges) {
  std::vector<Color> next(colors.size());
  parallel_rows(block.offsets(), 4096, [&](std::int64_t begin, std::int64_t end) {
    for (auto v = static_cast<std::size_t>(begin); v < static_cast<std::size_t>(end); ++v) {
      Color multiset = 0;
      for (auto e = static_cast<std::size_t>(block.offsets()[v]); e < static_cast<std::size_t>(block.offsets()[v + 1]);
           ++e) {
        multiset += mixed(colors[block.sources()[e]], edges.empty() ? 0 : edges[e]);
      }
      next[v] = mixed(colors[v], multiset);
    }
  });
  return next;
}

struct Histogram {
  std::vector<std::uint32_t> buckets;
  std::vector<float> values;
};

Histogram histogram_of(std::vector<std::uint32_t>& seen, HistogramScale scale) {
  std::ranges::sort(seen);
  Histogram result;
  double squares = 0.0;
  for (std::size_t i = 0; i < seen.size();) {
    std::size_t end = i;
    while (end < seen.size() && seen[end] == seen[i]) {
      ++end;
    }
    const auto count = static_cast<float>(end - i);
    result.buckets.push_back(seen[i]);
    result.values.push_back(scale == HistogramScale::root ? std::sqrt(count) : count);
    squares += static_cast<double>(count) * static_cast<double>(count);
    i = end;
  }
  if (scale == HistogramScale::unit && squares > 0.0) {
    for (float& x : result.values) {
      x = static_cast<float>(static_cast<double>(x) / std::sqrt(squares));
    }
  }
  return result;
}

}  // namespace

SparseMatrix wl_histograms(const MessageBlock& block, const Features& features, const Features* edge_features,
                           std::int64_t rounds, std::int64_t buckets, HistogramScale scale) {
  std::vector<std::vector<Color>> colors = {row_colors(features, block.num_outputs())};
  std::vector<Color> edges;
  if (edge_features != nullptr && !std::holds_alternative<std::monostate>(*edge_features)) {
    edges = row_colors(*edge_features, block.num_edges());
  }
  for (std::int64_t round = 0; round < rounds; ++round) {
    colors.push_back(refined(block, colors.back(), edges));
  }
  std::vector<Histogram> rows(static_cast<std::size_t>(block.num_graphs()));
  parallel_for(block.num_graphs(), 16, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::uint32_t> seen;
    for (auto g = static_cast<std::size_t>(begin); g < static_cast<std::size_t>(end); ++g) {
      seen.clear();
      for (std::size_t round = 0; round < colors.size(); ++round) {
        for (std::int64_t v = block.segments()[g]; v < block.segments()[g + 1]; ++v) {
          const Color color = mixed(colors[round][static_cast<std::size_t>(v)], round);
          seen.push_back(static_cast<std::uint32_t>(color % static_cast<Color>(buckets)));
        }
      }
      rows[g] = histogram_of(seen, scale);
    }
  });
  Buffer<EdgeId> offsets(rows.size() + 1);
  offsets[0] = 0;
  for (std::size_t g = 0; g < rows.size(); ++g) {
    offsets[g + 1] = offsets[g] + static_cast<EdgeId>(rows[g].buckets.size());
  }
  Buffer<std::uint32_t> columns(static_cast<std::size_t>(offsets[rows.size()]));
  Buffer<float> values(columns.size());
  for (std::size_t g = 0; g < rows.size(); ++g) {
    std::ranges::copy(rows[g].buckets, columns.data() + offsets[g]);
    std::ranges::copy(rows[g].values, values.data() + offsets[g]);
  }
  return SparseMatrix(block.num_graphs(), buckets, std::move(offsets), std::move(columns), std::move(values));
}

WlModel::WlModel(const ModelShape& shape, const WlOptions& options, const Random& random)
    : shape_(shape),
      rounds_(options.rounds),
      scale_(options.histogram),
      dropout_(static_cast<float>(options.dropout)),
      head_(options.buckets, shape.num_outputs, random, ParameterGroup::input),
      output_(shape.num_outputs) {
  // Zeros: a color that no training graph has then changes nothing.
  ParameterList own;
  head_.list_parameters(own);
  own.parameters.front().parameter->mutable_value() = Tensor(head_.in(), head_.out());
}

NodeModel::Output WlModel::forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const {
  const MessageBlock& block = blocks.whole("of graphs");
  require_input(shape_, block, input);
  const Features histograms =
      wl_histograms(block, input.features, shape_.edge_kind == FeatureKind::none ? nullptr : input.edge_features,
                    rounds_, head_.in(), scale_);
  const Variable y = head_.forward(LayerInput(histograms).dropped(dropout_, pass), pass);
  return {output_.forward(y, pass), y};
}

void WlModel::list_parameters(ParameterList& list) {
  list.add_layer("head", head_);
  list.add_layer("output", output_);
}

}  // namespace weft
