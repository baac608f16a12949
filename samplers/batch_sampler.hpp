// Samplers by name. A row of the table gives a sampler's summary, what its samples are and how it is made; the command
// line, its help and its checks come from it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/samplers/sample.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Any sampler (the concept Sampler), for callers that know it by name only.
class BatchSampler {
 public:
  virtual ~BatchSampler() = default;
  /// At least 1 if there are seeds.
  [[nodiscard]] virtual std::int64_t num_batches() const = 0;
  /// A pure function; may be called from several threads at once.
  [[nodiscard]] virtual Sample sample(std::int64_t epoch, std::int64_t index) const = 0;
};

/// What the weighted sum over a row of a sample is.
enum class RowSums {
  /// What layers are meant to see: of a graph of its own, or a pool.
  exact,
  /// An estimate of the sum over the whole row in the graph.
  estimate,
  /// A sum over some of the row's edges, which stand for all of them: the sampler does not say how many.
  part,
};

struct SamplerInfo {
  std::string_view name;
  std::string_view summary;
  std::string_view source;
  /// One graph that all layers read, and not a hop for each.
  bool is_subgraph = false;
  RowSums sums = RowSums::part;
  /// Models learn to read the samples, not the graph: predictions are made from samples too.
  bool infers_by_samples = false;
  /// "weight", "time" or "type" of edges, which it cannot do without; empty: nothing.
  std::string_view needs_of_edges = {};
  /// Reads the rows of the nodes in a batch and no more of the graph, whose edges may lie in a file.
  bool reads_rows_only = false;
};

/// Every sampler, in the order in which they are shown.
[[nodiscard]] std::span<const SamplerInfo> samplers();
/// Throws ArgumentError naming the nearest sampler if there is none of that name.
[[nodiscard]] const SamplerInfo& sampler_info(std::string_view name);

/// The options of all samplers: batch_size, fanout, parts, ...
[[nodiscard]] std::span<const Option> sampler_options();

/// What a sampler draws from.
struct SamplerData {
  CsrGraph graph;
  /// The nodes to predict.
  std::vector<NodeId> seeds;
  /// How many hops a sample has, unless it is a subgraph: the layers of the model, 0 to 1000.
  std::int64_t num_hops = 2;
  /// Another order of the seeds in every epoch.
  bool shuffle = true;
  /// Fills SampledBlock::edges, where blocks have edges of the graph.
  bool keep_edges = false;
  std::uint64_t seed = 0;
  /// [num_edges] in the order of the graph's arrays, for the samplers that need them.
  std::span<const float> edge_weights = {};
  std::span<const std::int64_t> edge_times = {};
  /// [num_nodes]: when a seed is asked about; empty: as of its last edge.
  std::span<const std::int64_t> node_times = {};
  std::span<const std::uint16_t> edge_types = {};
};

/// Throws ArgumentError for an unknown name, an option out of place, numbers out of range, or data that the sampler
/// cannot do without.
[[nodiscard]] std::unique_ptr<BatchSampler> make_sampler(std::string_view name, const SamplerData& data,
                                                         const Options& options);

/// The numbers of "15,10,5", "all" being -1: one for each of `count` hops, the last repeated where there are fewer.
/// Throws ArgumentError for anything else, or for more numbers than hops.
[[nodiscard]] std::vector<std::int64_t> fanouts_of(std::string_view text, std::int64_t count);

/// The same of option fanout, or of `fallback` where that is "auto".
[[nodiscard]] std::vector<std::int64_t> fanouts(const Options& options, std::string_view fallback, std::int64_t count);

}  // namespace weft
#pragma GCC visibility pop
