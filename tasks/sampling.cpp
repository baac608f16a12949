#include "weft/tasks/sampling.hpp"

#include <bit>
#include <limits>

namespace weft {
namespace {

/// A number that is larger for a later time: samplers compare times and do not count with them, so that nothing is
/// rounded. The bits of floats of one sign ascend with their size.
std::int64_t place_in_order(float time) {
  const auto bits = std::bit_cast<std::int32_t>(time == 0.0F ? 0.0F : time);
  return bits >= 0 ? std::int64_t{bits} : std::int64_t{std::numeric_limits<std::int32_t>::min()} - bits;
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

Sampling::Sampling(const ModelInput& input, const ModelTraits& model, const Options& options, const Graphs& graphs)
    : input_(input),
      options_(options),
      info_(sampler_info(options.text("sampler"))),
      num_hops_(model.layers_read_a_hop ? model.num_hop_layers
                : options.has("layers") ? options.integer("layers")
                                        : 0),
      origin_(std::make_shared<const Origin>(
          input.block().graph(), input.block().weights(),
          info_.needs_of_edges == "weight" ? WeightUse::by_drawing : WeightUse::by_edge)) {
  require(model.layers_read_a_hop || options.has("layers"), "sampler ", info_.name,
          ": the model is solved for on the whole graph at once, expected none");
  require_readable(info_, model, input);
  if (info_.needs_of_edges == "weight") {
    const std::int64_t column = options.integer("edge_weight");
    edge_weights_ = column < 0 ? std::vector<float>(graphs.edge_weight.begin(), graphs.edge_weight.end())
                               : edge_column("edge_weight", graphs.edge_features, column);
  } else if (info_.needs_of_edges == "time") {
    const std::int64_t column = options.integer("edge_time");
    for (const float time : edge_column("edge_time", graphs.edge_features, column)) {
      times_of_column_.push_back(place_in_order(time));
    }
    require(column < 0 || graphs.node_time.empty(), "edge_time: is ", column,
            ", a column of 32-bit floats, and the nodes have times of 64 bits, which cannot "
            "be compared with them; expected the edges' times as /edge/time");
    edge_times_ = column < 0 ? graphs.edge_time : std::span<const std::int64_t>(times_of_column_);
    node_times_ = graphs.node_time;
  } else if (info_.needs_of_edges == "type") {
    for (const std::int32_t type : graphs.edge_type) {
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
                         .keep_edges = input_.has_edge_features() || origin_->reads_edges(),
                         .seed = seed,
                         .edge_weights = edge_weights_,
                         .edge_times = edge_times_,
                         .node_times = node_times_,
                         .edge_types = edge_types_};
  return samples(make_sampler(info_.name, data, options_), info_, origin_, input_);
}

}  // namespace weft
