#include "weft/tasks/unread_data.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/layers/models.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/tasks/tasks.hpp"

namespace weft {
namespace {

/// " (paper, author)", or how many there are.
std::string named(const std::vector<std::string>& names, std::span<const std::int32_t> types) {
  constexpr std::size_t kMost = 6;
  if (names.empty()) {
    return concat(" (", std::int64_t{*std::ranges::max_element(types)} + 1, ')');
  }
  std::string list;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i) {
    list += (i == 0 ? "" : ", ") + names[i];
  }
  return concat(" (", list, names.size() > kMost ? ", ..." : "", ')');
}

bool has(const Options& options, std::string_view flag) {
  return options.has(flag) && options.flag(flag);
}

/// Whether they count the weights of edges, where these have some.
bool reads_weights(const ModelTraits& traits, const Options& options) {
  return reads_edge_weights(traits, options) && has(options, "edges") && has(options, "edge_weights");
}

}  // namespace

bool counts_weights(const Dataset& dataset, std::string_view model, const Options& options) {
  return dataset.weight_column >= 0 &&
         reads_weights(traits_of(model, options, kind_of(dataset.edge_features)), options);
}

std::string unread_data(const Dataset& dataset, std::string_view model, const Options& options) {
  const Rows rows = task_info(dataset.task).rows;
  if (rows == Rows::none) {
    return "";
  }
  const ModelTraits traits = traits_of(model, options, kind_of(dataset.edge_features));
  const std::string sampler = options.has("sampler") ? options.text("sampler") : "none";
  const auto read_by_sampler = [&](std::string_view what) {
    const auto all = samplers();
    const auto found = std::ranges::find(all, sampler, &SamplerInfo::name);
    return found != all.end() && found->needs_of_edges == what;
  };
  std::vector<std::string> unread;
  const std::vector<std::string>& columns = dataset.names.features;
  const bool are_columns = !columns.empty() && columns.front().starts_with("node_type=");
  if (!dataset.node_type.empty() && !are_columns && rows != Rows::links) {
    unread.push_back(concat("types of nodes", named(dataset.names.node_types, dataset.node_type)));
  }
  if (!dataset.edge_type.empty() && !read_by_sampler("type")) {
    unread.push_back(concat("types of edges", named(dataset.names.edge_types, dataset.edge_type)));
  }
  const std::int64_t edge_columns = shape_of(dataset.edge_features).cols;
  const bool only_weights = edge_columns == 1 && dataset.weight_column == 0;
  if (edge_columns > 0 && !only_weights && (!traits.reads_edge_features || rows == Rows::links)) {
    unread.push_back(concat("features of edges (", edge_columns, edge_columns == 1 ? " column)" : " columns)"));
  }
  if (dataset.weight_column >= 0 && !reads_weights(traits, options)) {
    unread.emplace_back("weights of edges");
  }
  if (dataset.directed && rows == Rows::links) {
    unread.emplace_back("directions of links");
  }
  if (!dataset.edge_time.empty() && !read_by_sampler("time")) {
    unread.emplace_back("times of edges");
  }
  std::string text;
  for (const std::string& one : unread) {
    text += (text.empty() ? "not read: " : ", ") + one;
  }
  return text;
}

}  // namespace weft
