#include "weft/cli/generation_report.hpp"

#include <cmath>
#include <map>

#include "weft/generation/graph_metrics.hpp"
#include "weft/generation/molecule_metrics.hpp"
#include "weft/graph/graph_slices.hpp"
#include "weft/io/molecule_drawing.hpp"
#include "weft/train/report.hpp"
#include "weft/train/svg_chart.hpp"

namespace weft::cli {
namespace {

constexpr std::size_t kPictures = 24;

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json molecule_json(const MoleculeQuality& quality) {
  return {{"valid", quality.valid},
          {"unique", finite(quality.unique)},
          {"novel", finite(quality.novel)},
          {"nspdk_mmd", finite(quality.nspdk_mmd)},
          {"scaffold_similarity", finite(quality.scaffold_similarity)},
          {"fragment_similarity", finite(quality.fragment_similarity)},
          {"snn", finite(quality.snn)},
          {"internal_diversity", finite(quality.internal_diversity)},
          {"w1",
           {{"logp", finite(quality.w1.logp)},
            {"sa", finite(quality.w1.sa)},
            {"qed", finite(quality.w1.qed)},
            {"mw", finite(quality.w1.mw)},
            {"tpsa", finite(quality.w1.tpsa)},
            {"rings", finite(quality.w1.rings)}}}};
}

Json graph_json(const GraphQuality& quality) {
  return {{"valid", quality.valid},
          {"unique", quality.unique},
          {"novel", quality.novel},
          {"vun", quality.vun},
          {"degree_mmd", finite(quality.degree_mmd)},
          {"clustering_mmd", finite(quality.clustering_mmd)},
          {"spectral_mmd", finite(quality.spectral_mmd)},
          {"orbit_mmd", finite(quality.orbit_mmd)},
          {"wavelet_mmd", finite(quality.wavelet_mmd)},
          {"mmd_ratio", finite(quality.mmd_ratio)},
          {"degree_emd_mmd", finite(quality.degree_emd_mmd)},
          {"clustering_emd_mmd", finite(quality.clustering_emd_mmd)},
          {"orbit_gaussian_mmd", finite(quality.orbit_gaussian_mmd)}};
}

std::vector<std::string> smiles_of(const Dataset& dataset, std::span<const std::int64_t> graphs) {
  std::vector<std::string> result;
  for (const std::int64_t g : graphs) {
    result.push_back(dataset.smiles[static_cast<std::size_t>(g)]);
  }
  return result;
}

std::vector<CsrGraph> graphs_of(const Dataset& dataset, std::span<const std::int64_t> graphs) {
  std::vector<CsrGraph> result;
  for (const std::int64_t g : graphs) {
    result.push_back(block_of_graphs(dataset.graph, dataset.node_ptr, {&g, 1}).graph());
  }
  return result;
}

/// The share of graphs with so many nodes, or so many edges (each counted once).
ChartSeries shares(const std::string& name, std::int64_t color, const std::map<std::int64_t, std::int64_t>& counts) {
  ChartSeries series{name, class_color(color), {}, {}};
  std::int64_t total = 0;
  for (const auto& [size, count] : counts) {
    total += count;
  }
  for (const auto& [size, count] : counts) {
    series.x.push_back(static_cast<double>(size));
    series.y.push_back(static_cast<double>(count) / static_cast<double>(total));
  }
  return series;
}

void add_sizes(const GenerationReport& report, ReportData& data) {
  std::map<std::int64_t, std::int64_t> nodes, edges, known_nodes, known_edges;
  for (const SampledGraph& sample : report.samples) {
    if (sample.is_whole) {
      ++nodes[sample.graph.num_nodes()];
      ++edges[static_cast<std::int64_t>(sample.graph.edges.size())];
    }
  }
  const auto offsets = report.dataset.graph.offsets();
  for (const std::int64_t g : report.split.train) {
    const auto first = report.dataset.node_ptr[static_cast<std::size_t>(g)];
    const auto last = report.dataset.node_ptr[static_cast<std::size_t>(g) + 1];
    ++known_nodes[last - first];
    ++known_edges[(offsets[static_cast<std::size_t>(last)] - offsets[static_cast<std::size_t>(first)]) / 2];
  }
  const auto add = [&](const std::string& what, const auto& made, const auto& known) {
    const ChartSeries series[] = {shares("generated", 0, made), shares("training data", 1, known)};
    data.charts.push_back(
        {"Graphs by " + what,
         line_chart({"Share of graphs by " + what,
                     "The share of generated graphs and of the training data by number of " + what, what, "share"},
                    series, std::nan(""))});
  };
  add("nodes", nodes, known_nodes);
  add("edges", edges, known_edges);
}

void add_figures(const Json& figures, const std::string& prefix, ReportData& data) {
  for (const auto& [name, value] : figures.items()) {
    if (value.is_object()) {
      add_figures(value, prefix + name + " ", data);
    } else {
      data.facts.emplace_back(prefix + name, value.is_number() ? fixed_text(value.get<double>(), 5) : "not defined");
    }
  }
}

}  // namespace

Json GenerationReport::figures() const {
  require(!split.test.empty(), "weft generate --report: split ", split.name, " of ", dataset.name,
          " has no test part to compare with");
  if (!generator.makes_molecules()) {
    std::vector<CsrGraph> made;
    for (const SampledGraph& sample : samples) {
      made.push_back(sample.is_whole ? csr_graph_of(sample.graph) : CsrGraph{});
    }
    return graph_json(evaluate_graphs(made, graphs_of(dataset, split.train), graphs_of(dataset, split.test), kind));
  }
  const MoleculeEvaluator evaluator(smiles_of(dataset, split.train), smiles_of(dataset, split.test));
  Json result = molecule_json(evaluator.evaluate(smiles));
  result["floor"] = molecule_json(evaluator.floor(static_cast<std::int64_t>(samples.size())));
  return result;
}

std::string GenerationReport::page(const Json& figures) const {
  ReportData data{.dataset = dataset.name, .task = "generation", .model = "generated graphs", .split = split.name};
  add_figures(figures, "", data);
  data.pictures_title = "The first of them";
  for (std::size_t i = 0; i < smiles.size() && data.pictures.size() < kPictures; ++i) {
    if (std::string svg = smiles[i].empty() ? std::string() : molecule_svg(smiles[i]); !svg.empty()) {
      data.pictures.push_back({std::move(svg), smiles[i]});
    }
  }
  add_sizes(*this, data);
  return report_html(data);
}

}  // namespace weft::cli
