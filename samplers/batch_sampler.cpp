#include "weft/samplers/batch_sampler.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>

#include "weft/core/named_rows.hpp"
#include "weft/graph/partition.hpp"
#include "weft/samplers/labor_sampler.hpp"
#include "weft/samplers/ladies_sampler.hpp"
#include "weft/samplers/neighbor_sampler.hpp"
#include "weft/samplers/part_samplers.hpp"
#include "weft/samplers/pinsage_sampler.hpp"
#include "weft/samplers/row_sampler.hpp"
#include "weft/samplers/saint_sampler.hpp"
#include "weft/samplers/shadow_sampler.hpp"
#include "weft/samplers/temporal_neighbor_sampler.hpp"
#include "weft/samplers/typed_neighbor_sampler.hpp"
#include "weft/samplers/weighted_neighbor_sampler.hpp"

namespace weft {
namespace {

using Made = std::unique_ptr<BatchSampler>;

/// As many as layers of a model.
constexpr std::int64_t kMostHops = 1000;

void require_hops(const char* operation, std::int64_t count) {
  require(count >= 0 && count <= kMostHops, operation, ": the number of hops is ", count, ", expected 0 to ",
          kMostHops);
}

template <Sampler S>
class Named final : public BatchSampler {
 public:
  explicit Named(S sampler) : sampler_(std::move(sampler)) {}
  [[nodiscard]] std::int64_t num_batches() const override { return sampler_.num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const override {
    return sampler_.sample(epoch, index);
  }

 private:
  S sampler_;
};

template <Sampler S>
Made named(S sampler) {
  return std::make_unique<Named<S>>(std::move(sampler));
}

SeedBatches seed_batches(const SamplerData& data, const Options& options) {
  return SeedBatches(data.seeds,
                     {.batch_size = options.integer("batch_size"), .shuffle = data.shuffle, .seed = data.seed});
}

/// Parts of about batch_size nodes, `together` of which make a batch; option parts where it is set.
std::int64_t num_parts(const SamplerData& data, const Options& options, std::int64_t together) {
  const std::int64_t set = options.integer("parts"), size = options.integer("batch_size");
  return set > 0 ? set : std::max<std::int64_t>(1, (data.graph.num_nodes() * together + size - 1) / size);
}

Made make_neighbor(const SamplerData& data, const Options& options) {
  return named(NeighborSampler(data.graph, seed_batches(data, options),
                               {.fanouts = fanouts(options, "15,10,5", data.num_hops),
                                .replace = options.flag("replace"),
                                .keep_edges = data.keep_edges,
                                .seed = data.seed}));
}
Made make_full(const SamplerData& data, const Options& options) {
  return named(NeighborSampler(data.graph, seed_batches(data, options),
                               {.fanouts = std::vector<std::int64_t>(static_cast<std::size_t>(data.num_hops), -1),
                                .keep_edges = data.keep_edges,
                                .seed = data.seed}));
}
Made make_weighted(const SamplerData& data, const Options& options) {
  return named(WeightedNeighborSampler(data.graph, data.edge_weights, seed_batches(data, options),
                                       {.fanouts = fanouts(options, "15,10,5", data.num_hops),
                                        .replace = options.flag("replace"),
                                        .keep_edges = data.keep_edges,
                                        .seed = data.seed}));
}
/// The fanout of a hop is that of each type.
Made make_typed(const SamplerData& data, const Options& options) {
  const std::size_t num_types =
      data.edge_types.empty() ? 1 : std::size_t{*std::ranges::max_element(data.edge_types)} + 1;
  TypedNeighborSamplerOptions own{.fanouts = {}, .seed = data.seed};
  for (const std::int64_t fanout : fanouts(options, "5,5,5", data.num_hops)) {
    own.fanouts.emplace_back(num_types, fanout);
  }
  return named(TypedNeighborSampler(data.graph, data.edge_types, seed_batches(data, options), std::move(own)));
}
Made make_temporal(const SamplerData& data, const Options& options) {
  require(data.node_times.empty() || static_cast<std::int64_t>(data.node_times.size()) == data.graph.num_nodes(),
          "sampler temporal: there are ", data.node_times.size(), " times of nodes, expected ", data.graph.num_nodes());
  std::vector<std::int64_t> times;
  for (const NodeId v : data.seeds) {
    require(std::int64_t{v} < data.graph.num_nodes(), "sampler temporal: node ", v, " is not in the graph");
    if (!data.node_times.empty()) {
      times.push_back(data.node_times[v]);
      continue;
    }
    const auto row = data.edge_times.subspan(static_cast<std::size_t>(data.graph.offsets()[v]),
                                             static_cast<std::size_t>(data.graph.in_degree(v)));
    times.push_back(row.empty() ? 0 : *std::ranges::max_element(row));
  }
  return named(TemporalNeighborSampler(data.graph, data.edge_times, seed_batches(data, options), std::move(times),
                                       {.fanouts = fanouts(options, "15,10,5", data.num_hops),
                                        .most_recent = options.flag("most_recent"),
                                        .keep_edges = data.keep_edges,
                                        .seed = data.seed}));
}
Made make_labor(const SamplerData& data, const Options& options) {
  return named(LaborSampler(
      data.graph, seed_batches(data, options),
      {.fanouts = fanouts(options, "15,10,5", data.num_hops), .keep_edges = data.keep_edges, .seed = data.seed}));
}
Made make_ladies(const SamplerData& data, const Options& options) {
  return named(LadiesSampler(
      data.graph, seed_batches(data, options),
      {.layer_sizes = fanouts(options, "2048", data.num_hops), .keep_edges = data.keep_edges, .seed = data.seed}));
}
Made make_pinsage(const SamplerData& data, const Options& options) {
  return named(PinsageSampler(data.graph, seed_batches(data, options),
                              {.num_hops = data.num_hops,
                               .num_walks = options.integer("walks"),
                               .walk_length = options.integer("walk_length"),
                               .return_parameter = options.real("walk_return"),
                               .in_out_parameter = options.real("walk_in_out"),
                               .num_neighbors = fanouts(options, "5", 1).front(),
                               .seed = data.seed}));
}
Made make_shadow(const SamplerData& data, const Options& options) {
  return named(ShadowSampler(data.graph, seed_batches(data, options),
                             {.fanouts = fanouts(options, "10", 2), .keep_edges = data.keep_edges, .seed = data.seed}));
}
Made make_cluster(const SamplerData& data, const Options& options) {
  const std::int64_t together = options.integer("parts_per_batch");
  const std::int64_t count =
      std::min(num_parts(data, options, together), std::max<std::int64_t>(1, data.graph.num_nodes()));
  const Partition parts = has_metis() ? metis_partition(data.graph, count) : breadth_first_partition(data.graph, count);
  return named(
      ClusterSampler(data.graph, parts, data.seeds,
                     {.parts_per_batch = std::min(together, count), .keep_edges = data.keep_edges, .seed = data.seed}));
}
Made make_parts(const SamplerData& data, const Options& options) {
  return named(
      RandomPartSampler(data.graph, data.seeds,
                        {.num_parts = num_parts(data, options, 1), .keep_edges = data.keep_edges, .seed = data.seed}));
}
template <SaintMethod kMethod>
Made make_saint(const SamplerData& data, const Options& options) {
  const std::int64_t size = options.integer("batch_size"), steps = options.integer("walk_length");
  const std::int64_t draws = kMethod == SaintMethod::walk   ? std::max<std::int64_t>(1, size / (steps + 1))
                             : kMethod == SaintMethod::edge ? std::max<std::int64_t>(1, size / 2)
                                                            : size;
  return named(SaintSampler(data.graph, data.seeds,
                            {.method = kMethod,
                             .budget = draws,
                             .walk_length = steps,
                             .num_batches = num_parts(data, options, 1),
                             .keep_edges = data.keep_edges,
                             .seed = data.seed}));
}
Made make_rows(const SamplerData& data, const Options& options) {
  require_nodes("sampler rows", data.seeds, data.graph.num_nodes());
  return named(RowSampler(seed_batches(data, options)));
}

struct Row {
  SamplerInfo info;
  std::function<Made(const SamplerData&, const Options&)> make;
};

const std::vector<Row>& table() {
  static const std::vector<Row> kRows = {
      {{.name = "neighbor",
        .summary = "so many neighbors of each node, all alike likely",
        .source = "Hamilton, Ying, Leskovec 2017",
        .reads_rows_only = true},
       make_neighbor},
      {{.name = "weighted",
        .summary = "so many neighbors of each node, by the weight of the edge",
        .source = "Efraimidis, Spirakis 2006",
        .needs_of_edges = "weight"},
       make_weighted},
      {{.name = "typed",
        .summary = "so many neighbors of each node for every type of edge",
        .source = "-",
        .needs_of_edges = "type"},
       make_typed},
      {{.name = "temporal",
        .summary = "so many neighbors of each node, never by an edge later than the seed's time, or its last edge",
        .source = "Rossi et al. 2020",
        .infers_by_samples = true,
        .needs_of_edges = "time"},
       make_temporal},
      {{.name = "labor",
        .summary = "neighbors that the nodes of a batch share as far as they can",
        .source = "Balin, Catalyurek 2023",
        .sums = RowSums::estimate,
        .reads_rows_only = true},
       make_labor},
      {{.name = "ladies",
        .summary = "so many nodes a layer, by how much of them is read",
        .source = "Zou et al. 2019",
        .sums = RowSums::estimate},
       make_ladies},
      {{.name = "full",
        .summary = "all neighbors of each node: batches of seeds without an error of sampling",
        .source = "-",
        .sums = RowSums::estimate,
        .reads_rows_only = true},
       make_full},
      {{.name = "pinsage",
        .summary = "the nodes that short walks visit most",
        .source = "Ying et al. 2018",
        .sums = RowSums::exact,
        .infers_by_samples = true},
       make_pinsage},
      {{.name = "cluster",
        .summary = "parts of a partition, joined at random",
        .source = "Chiang et al. 2019",
        .is_subgraph = true},
       make_cluster},
      {{.name = "saint_node",
        .summary = "subgraphs of drawn nodes, weighted without bias",
        .source = "Zeng et al. 2020",
        .is_subgraph = true,
        .sums = RowSums::estimate},
       make_saint<SaintMethod::node>},
      {{.name = "saint_edge",
        .summary = "subgraphs of drawn edges, weighted without bias",
        .source = "Zeng et al. 2020",
        .is_subgraph = true,
        .sums = RowSums::estimate},
       make_saint<SaintMethod::edge>},
      {{.name = "saint_walk",
        .summary = "subgraphs of random walks, weighted without bias",
        .source = "Zeng et al. 2020",
        .is_subgraph = true,
        .sums = RowSums::estimate},
       make_saint<SaintMethod::walk>},
      {{.name = "shadow",
        .summary = "a small graph of its own around each seed",
        .source = "Zeng et al. 2021",
        .is_subgraph = true,
        .sums = RowSums::exact,
        .infers_by_samples = true},
       make_shadow},
      {{.name = "parts",
        .summary = "random parts of all nodes: for attention over all pairs",
        .source = "Wu et al. 2023",
        .is_subgraph = true},
       make_parts},
      {{.name = "rows",
        .summary = "nodes without edges: for models that read precomputed hops, or none",
        .source = "Frasca et al. 2020",
        .is_subgraph = true,
        .sums = RowSums::exact},
       make_rows},
  };
  return kRows;
}

const Row& row_of(std::string_view name) {
  return row_named(table(), "sampler", name);
}

}  // namespace

std::span<const SamplerInfo> samplers() {
  static const std::vector<SamplerInfo> kInfos = infos_of(table());
  return kInfos;
}

const SamplerInfo& sampler_info(std::string_view name) {
  return row_of(name).info;
}

std::span<const Option> sampler_options() {
  static const std::vector<Option> kOptions = [] {
    Option sampler{"sampler", std::string("none"), "what a step reads of the graph; none: all of it", {}, {}, {"none"}};
    for (const SamplerInfo& info : samplers()) {
      sampler.choices.push_back(info.name);
    }
    return std::vector<Option>{
        sampler,
        {"batch_size", std::int64_t{1024}, "samplers: seeds of a step, or nodes where a step reads a subgraph", 1, 1e9},
        {"fanout", std::string("auto"),
         "samplers: neighbors drawn in each hop, from the seeds outward, as 15,10,5 or all; ladies: nodes of a layer"},
        {"replace", false, "samplers neighbor, weighted: draw with replacement"},
        {"parts", std::int64_t{0}, "samplers cluster, parts, saint: parts of the graph; 0: by batch_size", 0, 1e9},
        {"parts_per_batch", std::int64_t{8}, "sampler cluster: parts that are joined", 1, 1e9},
        {"walks", std::int64_t{10}, "sampler pinsage: walks from each node", 1, 1000},
        {"walk_length", std::int64_t{2}, "samplers saint_walk, pinsage: steps of a walk", 1, 1000},
        {"walk_return", 1.0, "sampler pinsage: node2vec's p, large: walks seldom go back at once", 1e-3, 1e3},
        {"walk_in_out", 1.0, "sampler pinsage: node2vec's q, large: walks stay near, small: they move away", 1e-3, 1e3},
        {"most_recent", false, "sampler temporal: the latest edges instead of drawn ones"},
    };
  }();
  return kOptions;
}

std::unique_ptr<BatchSampler> make_sampler(std::string_view name, const SamplerData& data, const Options& options) {
  const Row& row = row_of(name);
  const std::string_view needs = row.info.needs_of_edges;
  const bool has_them = needs.empty() || data.graph.num_edges() == 0 ||
                        (needs == "weight" && !data.edge_weights.empty()) ||
                        (needs == "time" && !data.edge_times.empty()) || (needs == "type" && !data.edge_types.empty());
  require(has_them, "sampler ", name, ": the edges have no ", needs, ", which it draws by");
  require_hops("make_sampler", data.num_hops);
  for (const std::size_t count : {data.edge_weights.size(), data.edge_times.size(), data.edge_types.size()}) {
    require(count == 0 || static_cast<EdgeId>(count) == data.graph.num_edges(), "sampler ", name, ": there are ", count,
            " values of edges, expected one for each of ", data.graph.num_edges(), " or none");
  }
  return row.make(data, options);
}

std::vector<std::int64_t> fanouts_of(std::string_view text, std::int64_t count) {
  require_hops("fanout", count);
  std::vector<std::int64_t> result;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    require(word == "all" || (error == std::errc() && end == word.data() + word.size() && value >= 1), "fanout: '",
            text, "' has '", word, "', expected numbers of at least 1, or all, with commas between");
    result.push_back(word == "all" ? -1 : value);
    if (comma == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  require(static_cast<std::int64_t>(result.size()) <= count, "fanout: '", text, "' has ", result.size(),
          " numbers, expected at most ", count, ", one for each hop");
  result.resize(static_cast<std::size_t>(count), result.back());
  return result;
}

std::vector<std::int64_t> fanouts(const Options& options, std::string_view fallback, std::int64_t count) {
  require_hops("fanout", count);
  const std::string& text = options.text("fanout");
  if (text != "auto") {
    return fanouts_of(text, count);
  }
  // A default has to suit any number of hops.
  std::vector<std::int64_t> result = fanouts_of(fallback, std::max<std::int64_t>(count, 3));
  result.resize(static_cast<std::size_t>(count));
  return result;
}

}  // namespace weft
