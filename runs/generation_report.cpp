#include "weft/runs/generation_report.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "weft/generation/graph_metrics.hpp"
#include "weft/graph/graph_slices.hpp"
#include "weft/molecules/molecule_drawing.hpp"
#include "weft/molecules/molecule_metrics.hpp"
#include "weft/runs/generated_graphs.hpp"
#include "weft/runs/graph_drawing.hpp"
#include "weft/runs/report.hpp"
#include "weft/runs/svg_chart.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft {
namespace {

using Json = GenerationReport::Json;

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

Json distances_json(const GraphDistances& distances) {
  return {{"degree_mmd", finite(distances.degree_mmd)},
          {"clustering_mmd", finite(distances.clustering_mmd)},
          {"spectral_mmd", finite(distances.spectral_mmd)},
          {"orbit_mmd", finite(distances.orbit_mmd)},
          {"wavelet_mmd", finite(distances.wavelet_mmd)},
          {"degree_emd_mmd", finite(distances.degree_emd_mmd)},
          {"clustering_emd_mmd", finite(distances.clustering_emd_mmd)},
          {"orbit_gaussian_mmd", finite(distances.orbit_gaussian_mmd)}};
}

Json graph_json(const GraphQuality& quality) {
  Json json = {{"valid", quality.valid},
               {"unique", quality.unique},
               {"novel", quality.novel},
               {"vun", quality.vun},
               {"mmd_ratio", finite(quality.mmd_ratio)}};
  if (quality.undecided > 0.0) {
    json["undecided"] = quality.undecided;
  }
  json.update(distances_json(quality));
  json["floor"] = distances_json(quality.floor);
  return json;
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

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The share of values in each of `kBins` bins between `low` and `high`.
ChartSeries histogram(const std::string& name, std::int64_t color, const std::vector<double>& values, double low,
                      double high) {
  constexpr std::int64_t kBins = 40;
  ChartSeries series{name, class_color(color), {}, std::vector<double>(kBins, 0.0)};
  const double width = (high - low) / static_cast<double>(kBins);
  for (std::int64_t i = 0; i < kBins; ++i) {
    series.x.push_back(low + (static_cast<double>(i) + 0.5) * width);
  }
  for (const double value : values) {
    const auto bin = std::clamp<std::int64_t>(static_cast<std::int64_t>((value - low) / width), 0, kBins - 1);
    series.y[static_cast<std::size_t>(bin)] += 1.0 / static_cast<double>(values.size());
  }
  return series;
}

/// Means of the properties of molecules go to `json`, their distributions to `data`.
void add_properties(const PropertyValues& made, const PropertyValues& known, Json& json, ReportData& data) {
  for (std::size_t i = 0; i < kMoleculeProperties.size(); ++i) {
    const std::string name(kMoleculeProperties[i]);
    json["mean"][name] = finite(mean_of(made[i]));
    json["mean_of_data"][name] = finite(mean_of(known[i]));
    const auto [low, high] = std::ranges::minmax(known[i]);
    if (made[i].empty() || !(low < high)) {
      continue;
    }
    const ChartSeries series[] = {histogram("generated", 0, made[i], low, high),
                                  histogram("test data", 1, known[i], low, high)};
    data.charts.push_back(
        {"Molecules by " + name,
         line_chart({"Share of molecules by " + name,
                     "The share of generated molecules and of the test part of the data by " + name, name, "share"},
                    series, std::nan(""))});
  }
}

void add_molecules(const GenerationReport& report, Json& json, ReportData& data) {
  const MoleculeEvaluator evaluator(smiles_of(report.dataset, report.split.train),
                                    smiles_of(report.dataset, report.split.test));
  const MoleculeQuality quality = evaluator.evaluate(report.smiles);
  json = molecule_json(quality);
  json["floor"] = molecule_json(evaluator.floor(static_cast<std::int64_t>(report.samples.size())));
  for (std::size_t i = 0; i < report.smiles.size() && data.pictures.size() < kPictures; ++i) {
    std::string svg = report.smiles[i].empty() ? std::string() : molecule_svg(report.smiles[i]);
    if (!svg.empty()) {
      data.pictures.push_back({std::move(svg), report.smiles[i]});
    }
  }
  add_properties(quality.properties, evaluator.reference_properties(), json, data);
}

void add_plain_graphs(const GenerationReport& report, Json& json, ReportData& data) {
  std::vector<CsrGraph> made;
  for (const SampledGraph& sample : report.samples) {
    made.push_back(sample.is_whole ? csr_graph_of(sample.graph) : CsrGraph{});
    if (const CsrGraph& graph = made.back(); sample.is_whole && data.pictures.size() < kPictures) {
      const std::string caption = concat(graph.num_nodes(), " nodes, ", graph.num_edges() / 2, " edges",
                                         report.kind == GraphKind::any        ? ""
                                         : is_valid_graph(graph, report.kind) ? ", valid"
                                                                              : ", not valid");
      data.pictures.push_back({graph_svg(graph, sample.graph.types, caption), caption});
    }
  }
  json = graph_json(evaluate_graphs(made, graphs_of(report.dataset, report.split.train),
                                    graphs_of(report.dataset, report.split.test), report.kind));
}

}  // namespace

double valid_without_mask(const TrainedModel& generator, std::int64_t count, GenerationRequest request,
                          GraphKind kind) {
  request.is_masked = false;
  const std::vector<SampledGraph> samples = generator.generate(count, request);
  const std::vector<std::string> smiles = smiles_of(samples, generator.generator());
  const auto valid = generator.generator().makes_molecules()
                         ? std::ranges::count_if(smiles, [](const std::string& one) { return !one.empty(); })
                         : std::ranges::count_if(samples, [&](const SampledGraph& sample) {
                             return sample.is_whole && is_valid_graph(csr_graph_of(sample.graph), kind);
                           });
  return static_cast<double>(valid) / static_cast<double>(count);
}

const Split& split_to_compare(const GeneratorTraits& generator, const Dataset& dataset, const std::string& name) {
  require(dataset.has_many_graphs(), "report of generated graphs: ", dataset.name,
          " is one graph, expected many, as the model was trained on");
  require(!generator.makes_molecules() || !dataset.smiles.empty(), "report of generated graphs: ", dataset.name,
          " holds no molecules, expected some, as the model was trained on");
  const Split* split = dataset.find_split(name);
  require(split != nullptr, "report of generated graphs: the model was trained on split ", name, ", which ",
          dataset.name, " does not have");
  require(!split->test.empty(), "report of generated graphs: split ", name, " of ", dataset.name,
          " has no test part to compare with");
  return *split;
}

void GenerationReport::write(Json& json, std::string& page) const {
  (void)split_to_compare(generator, dataset, split.name);
  ReportData data{.dataset = dataset.name, .task = "generation", .model = "generated graphs", .split = split.name};
  data.pictures_title = "The first of them";
  generator.makes_molecules() ? add_molecules(*this, json, data) : add_plain_graphs(*this, json, data);
  json["valid_unmasked"] = valid_unmasked;
  add_figures(json, "", data);
  add_sizes(*this, data);
  page = report_html(data);
}

}  // namespace weft
