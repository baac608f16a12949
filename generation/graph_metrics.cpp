#include "weft/generation/graph_metrics.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/graph_descriptors.hpp"
#include "weft/generation/graph_mmd.hpp"
#include "weft/generation/vun.hpp"

namespace weft {
namespace {

void require_simple(const char* set, std::span<const CsrGraph> graphs) {
  require(!graphs.empty(), "evaluate_graphs: the ", set, " set has no graphs, expected at least one");
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    require(graphs[i].num_nodes() == graphs[i].num_sources() && is_symmetric(graphs[i]), "evaluate_graphs: ", set,
            " graph ", i, " has an edge without its reverse, expected a symmetric graph");
    for (std::int64_t v = 0; v < graphs[i].num_nodes(); ++v) {
      const auto node = static_cast<NodeId>(v);
      require(!graphs[i].has_edge({node, node}), "evaluate_graphs: ", set, " graph ", i, " has a self-loop at node ", v,
              ", expected none");
    }
  }
}

/// Of all graphs of a set that have nodes.
struct Descriptors {
  std::vector<GraphDescriptor> degree, clustering, spectrum, orbit, wavelet;
};

Descriptors descriptors_of(std::span<const CsrGraph> graphs) {
  std::vector<const CsrGraph*> kept;
  for (const CsrGraph& graph : graphs) {
    if (graph.num_nodes() > 0) {
      kept.push_back(&graph);
    }
  }
  Descriptors result;
  for (auto* part : {&result.degree, &result.clustering, &result.spectrum, &result.orbit, &result.wavelet}) {
    part->resize(kept.size());
  }
  parallel_for(static_cast<std::int64_t>(kept.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      const Spectrum spectrum = normalized_laplacian_spectrum(*kept[i]);
      result.degree[i] = degree_histogram(*kept[i]);
      result.clustering[i] = clustering_histogram(*kept[i]);
      result.spectrum[i] = spectrum_histogram(spectrum);
      result.orbit[i] = mean_orbits(*kept[i]);
      result.wavelet[i] = wavelet_histogram(spectrum);
    }
  });
  return result;
}

GraphDistances distances(const Descriptors& a, const Descriptors& b) {
  using Distance = MmdOptions::Distance;
  return {.degree_mmd = maximum_mean_discrepancy(a.degree, b.degree),
          .clustering_mmd = maximum_mean_discrepancy(a.clustering, b.clustering, {.width = 0.1}),
          .spectral_mmd = maximum_mean_discrepancy(a.spectrum, b.spectrum),
          .orbit_mmd = maximum_mean_discrepancy(a.orbit, b.orbit, {.width = 30.0, .normalize = false}),
          .wavelet_mmd = maximum_mean_discrepancy(a.wavelet, b.wavelet),
          .degree_emd_mmd = maximum_mean_discrepancy(a.degree, b.degree, {.distance = Distance::earth_mover}),
          .clustering_emd_mmd = maximum_mean_discrepancy(
              a.clustering, b.clustering, {.distance = Distance::earth_mover, .width = 0.1, .bins_per_unit = 100.0}),
          .orbit_gaussian_mmd = maximum_mean_discrepancy(
              a.orbit, b.orbit, {.distance = Distance::euclidean, .width = 30.0, .normalize = false})};
}

double mean_ratio(const GraphDistances& generated, const GraphDistances& training) {
  double sum = 0.0;
  int count = 0;
  for (const auto distance :
       {&GraphDistances::degree_mmd, &GraphDistances::clustering_mmd, &GraphDistances::spectral_mmd,
        &GraphDistances::orbit_mmd, &GraphDistances::wavelet_mmd}) {
    const double rounded = std::round(training.*distance * 1e4) / 1e4;
    if (rounded > 0.0) {
      sum += generated.*distance / rounded;
      ++count;
    }
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / count;
}

void set_shares(std::span<const GraphVerdict> verdicts, GraphQuality& quality) {
  const double one = 1.0 / static_cast<double>(verdicts.size());
  std::array<std::int64_t, 5> counts{};
  for (const GraphVerdict& verdict : verdicts) {
    counts[0] += verdict.valid ? 1 : 0;
    counts[1] += verdict.unique ? 1 : 0;
    counts[2] += verdict.novel ? 1 : 0;
    counts[3] += verdict.valid && verdict.unique && verdict.novel ? 1 : 0;
    counts[4] += verdict.undecided ? 1 : 0;
  }
  quality.valid = one * static_cast<double>(counts[0]);
  quality.unique = one * static_cast<double>(counts[1]);
  quality.novel = one * static_cast<double>(counts[2]);
  quality.vun = one * static_cast<double>(counts[3]);
  quality.undecided = one * static_cast<double>(counts[4]);
}

}  // namespace

GraphQuality evaluate_graphs(std::span<const CsrGraph> generated, std::span<const CsrGraph> training,
                             std::span<const CsrGraph> test, GraphKind kind) {
  require_simple("generated", generated);
  require_simple("training", training);
  require_simple("test", test);
  const Descriptors reference = descriptors_of(test);
  GraphQuality quality;
  static_cast<GraphDistances&>(quality) = distances(descriptors_of(generated), reference);
  quality.floor = distances(descriptors_of(training), reference);
  quality.mmd_ratio = mean_ratio(quality, quality.floor);
  set_shares(judge_graphs(generated, training, kind), quality);
  return quality;
}

}  // namespace weft
