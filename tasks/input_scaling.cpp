#include "weft/tasks/input_scaling.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "weft/layers/input_layers.hpp"
#include "weft/layers/standardized_model.hpp"

namespace weft {
namespace {

/// Of some rows of dense features, in pieces where they are in their file.
ColumnSizes sizes_of(const NodeFeatures& features, std::span<const std::int64_t> nodes) {
  constexpr std::size_t kAtOnce = 1 << 16;
  ColumnSizes sizes(features.shape().cols);
  std::vector<std::uint32_t> piece;
  for (; !nodes.empty(); nodes = nodes.subspan(piece.size())) {
    const auto some = nodes.first(std::min(kAtOnce, nodes.size()));
    piece.assign(some.begin(), some.end());
    sizes.add(std::get<Tensor>(features.rows(piece)));
  }
  return sizes;
}

ColumnSizes sizes_of(const Tensor& x) {
  ColumnSizes sizes(x.cols());
  sizes.add(x);
  return sizes;
}

ColumnSizes sizes_of(const Tensor& x, std::span<const std::int64_t> rows) {
  ColumnSizes sizes(x.cols());
  sizes.add(gather_rows(x, std::vector<std::uint32_t>(rows.begin(), rows.end())));
  return sizes;
}

/// Of some rows, and of columns that are 0 in all of them those of others.
template <class Rows>
ColumnSizes sizes_of(const Rows& features, std::span<const std::int64_t> nodes, std::span<const std::int64_t> others) {
  ColumnSizes sizes = sizes_of(features, nodes);
  if (!others.empty()) {
    sizes.replace_zeros(sizes_of(features, others));
  }
  return sizes;
}

/// Networks are started for numbers of size 1: columns ten times as large drown the others, and columns that differ by
/// more than ten leave the small ones unread. Columns of zeros do not count.
bool differ_in_size(const ColumnSizes& sizes) {
  constexpr double kMost = 10.0;
  double smallest = std::numeric_limits<double>::infinity(), largest = 0.0;
  for (std::int64_t j = 0; j < sizes.columns(); ++j) {
    const double size = sizes.is_flag(j) ? 1.0 : sizes.size(j);
    if (size > 0.0) {
      smallest = std::min(smallest, size);
      largest = std::max(largest, size);
    }
  }
  return largest > kMost || largest > kMost * smallest;
}

bool has_dense_features(const NodeFeatures& features) {
  return features.is_in_file() || std::holds_alternative<Tensor>(features.in_memory());
}

/// Null if the model reads none that are dense.
const Tensor* dense_edge_features(const ModelInput& input) {
  return input.has_edge_features() ? std::get_if<Tensor>(input.edge_features()) : nullptr;
}

std::unique_ptr<NodeModel> wrapped(std::unique_ptr<NodeModel> model, InputScale scale, InputScaling scaling) {
  return scaling.features || scaling.edge_features
             ? std::make_unique<StandardizedModel>(std::move(model), std::move(scale))
             : std::move(model);
}

}  // namespace

std::string InputScaling::text() const {
  return std::string(features ? "features" : "") + (features && edge_features ? "," : "") +
         (edge_features ? "edge_features" : "");
}

InputScaling InputScaling::of_text(std::string_view text) {
  return {.features = text.starts_with("features"), .edge_features = text.ends_with("edge_features")};
}

InputScaling input_scaling(const ModelInput& input, const Options& options, std::span<const std::int64_t> nodes,
                           std::span<const std::int64_t> others) {
  const std::string norm = options.has("feature_norm") ? options.text("feature_norm") : "none";
  if (norm != "auto" && norm != "column") {
    return {};
  }
  InputScaling scaling;
  if (has_dense_features(input.features()) && input.features().shape().cols > 0) {
    scaling.features = norm == "column" || differ_in_size(sizes_of(input.features(), nodes, others));
  }
  if (const Tensor* edges = dense_edge_features(input); edges != nullptr && edges->cols() > 0) {
    scaling.edge_features = norm == "column" || differ_in_size(sizes_of(*edges));
  }
  return scaling;
}

std::unique_ptr<NodeModel> with_scaling(std::unique_ptr<NodeModel> model, const ModelShape& shape,
                                        const Options& options, InputScaling scaling) {
  InputScale scale;
  if (scaling.features) {
    scale.features = ColumnScale(shape.num_features);
    scale.hops.assign(options.has("hops") ? static_cast<std::size_t>(options.integer("hops")) : 0,
                      ColumnScale(shape.num_features));
  }
  if (scaling.edge_features) {
    scale.edge_features = ColumnScale(shape.num_edge_features);
  }
  return wrapped(std::move(model), std::move(scale), scaling);
}

std::vector<std::int64_t> nodes_of_other_types(std::span<const std::int32_t> node_type,
                                               std::span<const std::int64_t> nodes) {
  std::set<std::int32_t> seen;
  for (const std::int64_t v : node_type.empty() ? std::span<const std::int64_t>() : nodes) {
    seen.insert(node_type[static_cast<std::size_t>(v)]);
  }
  std::vector<std::int64_t> others;
  for (std::size_t v = 0; v < node_type.size(); ++v) {
    if (!seen.contains(node_type[v])) {
      others.push_back(static_cast<std::int64_t>(v));
    }
  }
  return others;
}

std::unique_ptr<NodeModel> with_scaling(std::unique_ptr<NodeModel> model, const ModelInput& input, InputScaling scaling,
                                        std::span<const std::int64_t> nodes, std::span<const std::int64_t> others) {
  InputScale scale;
  if (scaling.features) {
    scale.features = ColumnScale(input.features().shape().cols);
    scale.features.set(sizes_of(input.features(), nodes, others));
    for (const Tensor& hop : input.hops()) {
      scale.hops.emplace_back(hop.cols()).set(sizes_of(hop, nodes, others));
    }
  }
  if (scaling.edge_features) {
    const Tensor& edges = *dense_edge_features(input);
    scale.edge_features = ColumnScale(edges.cols());
    scale.edge_features.set(sizes_of(edges));
  }
  return wrapped(std::move(model), std::move(scale), scaling);
}

std::string scaling_note(InputScaling scaling, const Options& options) {
  if (!scaling.features && !scaling.edge_features) {
    return "";
  }
  const std::string what = scaling.features && scaling.edge_features ? "features of nodes and edges"
                           : scaling.features                        ? "features of nodes"
                                                                     : "features of edges";
  return what + (options.text("feature_norm") == "auto" ? " differ in size by more than ten, and" : "") +
         " are read at mean 0 and deviation 1 of the training part, column by column (feature_norm=" +
         options.text("feature_norm") + ")";
}

}  // namespace weft
