#include "weft/tasks/sampling.hpp"

#include <cmath>
#include <limits>

namespace weft {
namespace {

/// A column of dense features of edges, -1: none.
std::vector<float> edge_column(const char* option, const Features& edge_features, std::int64_t column) {
  if (column < 0) {
    return {};
  }
  const auto* features = std::get_if<Tensor>(&edge_features);
  require(features != nullptr && column < features->cols(), option, ": is ", column,
          ", expected a column of dense features of edges; there are ", features == nullptr ? 0 : features->cols());
  std::vector<float> values(static_cast<std::size_t>(features->rows()));
  for (std::int64_t e = 0; e < features->rows(); ++e) {
    values[static_cast<std::size_t>(e)] = (*features)(e, column);
  }
  return values;
}

}  // namespace

void require_readable(const SamplerInfo& sampler, const ModelTraits& model, const ModelInput& input) {
  const bool reads_hop_tokens = model.reads == Reads::hops;
  if (sampler.name == "rows") {
    require(model.reads != Reads::graph,
            "sampler rows: the model reads neighbors; it is for models of precomputed hops (sign, nagphormer) or of "
            "none (mlp)");
    require(!reads_hop_tokens || std::holds_alternative<Tensor>(input.features().in_memory()),
            "sampler rows: hops are computed beforehand from dense features only, these are not dense");
    return;
  }
  require(!reads_hop_tokens, "sampler ", sampler.name,
          ": the model reads hops that are computed beforehand; its sampler is rows");
  require(sampler.is_subgraph || model.layers_read_a_hop, "sampler ", sampler.name,
          ": draws a hop for each layer, and in this model all layers read the same nodes; it needs a sampler of "
          "subgraphs: parts, cluster, saint_walk, shadow, ...");
}

Sampling::Sampling(const ModelInput& input, const ModelTraits& model, const Options& options,
                   const Features& edge_features, std::span<const std::int32_t> edge_types)
    : input_(input),
      options_(options),
      info_(sampler_info(options.text("sampler"))),
      num_hops_(model.layers_read_a_hop ? model.num_hop_layers : options.integer("layers")),
      origin_(std::make_shared<const Origin>(input.block().graph())) {
  require_readable(info_, model, input);
  if (info_.needs_of_edges == "weight") {
    edge_weights_ = edge_column("edge_weight", edge_features, options.integer("edge_weight"));
  } else if (info_.needs_of_edges == "time") {
    for (const float time : edge_column("edge_time", edge_features, options.integer("edge_time"))) {
      require(std::abs(time) < 9e18F, "edge_time: an edge has time ", time, ", expected a number");
      edge_times_.push_back(static_cast<std::int64_t>(time));
    }
  } else if (info_.needs_of_edges == "type") {
    for (const std::int32_t type : edge_types) {
      require(type >= 0 && type <= std::numeric_limits<std::uint16_t>::max(), "sampler typed: an edge has type ", type,
              ", expected 0 to ", std::numeric_limits<std::uint16_t>::max());
      edge_types_.push_back(static_cast<std::uint16_t>(type));
    }
  }
}

std::unique_ptr<const Batches> Sampling::batches(std::vector<NodeId> nodes, bool shuffle, std::uint64_t seed) const {
  const SamplerData data{.graph = input_.block().graph(),
                         .seeds = std::move(nodes),
                         .num_hops = num_hops_,
                         .shuffle = shuffle,
                         .keep_edges = input_.has_edge_features(),
                         .seed = seed,
                         .edge_weights = edge_weights_,
                         .edge_times = edge_times_,
                         .edge_types = edge_types_};
  return samples(make_sampler(info_.name, data, options_), info_, origin_, input_);
}

}  // namespace weft
