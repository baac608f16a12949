#include "weft/runs/molecule_pictures.hpp"

#include <algorithm>
#include <cmath>

#include "weft/graph/graph_slices.hpp"
#include "weft/molecules/molecule_drawing.hpp"
#include "weft/runs/svg_chart.hpp"
#include "weft/tensor/row_ranges.hpp"

namespace weft {
namespace {

constexpr std::size_t kWorst = 6, kPictures = 12;

struct Judged {
  std::int64_t graph = 0;
  /// The output that the picture is about: the class predicted, otherwise the one that is there with the largest error.
  std::int64_t output = 0;
  double error = 0.0;
};

Judged judged(const LabeledPrediction& evaluation, std::int64_t g) {
  const Tensor& said = evaluation.prediction.probabilities;
  if (evaluation.labels.kind() == OutputKind::classes) {
    const auto row = said.row(g);
    const std::int64_t best = std::ranges::max_element(row) - row.begin();
    return {g, best, 1.0 - static_cast<double>(said(g, evaluation.labels.classes()[static_cast<std::size_t>(g)]))};
  }
  Judged worst{.graph = g, .output = 0, .error = -1.0};
  for (std::int64_t j = 0; j < said.cols(); ++j) {
    const double error =
        std::abs(static_cast<double>(said(g, j)) - static_cast<double>(evaluation.labels.targets()(g, j)));
    if (error > worst.error) {
      worst = {g, j, error};
    }
  }
  return worst;
}

std::string caption_of(const LabeledPrediction& evaluation, const Dataset& dataset, const Judged& one) {
  const Tensor& said = evaluation.prediction.probabilities;
  const std::string value = fixed_text(static_cast<double>(said(one.graph, one.output)), 3);
  if (evaluation.labels.kind() == OutputKind::classes) {
    const auto name = [&](std::int64_t c) {
      const auto i = static_cast<std::size_t>(c);
      return i < dataset.class_names.size() ? dataset.class_names[i] : std::to_string(c);
    };
    return "predicted " + name(one.output) + " (" + value + "), true " +
           name(evaluation.labels.classes()[static_cast<std::size_t>(one.graph)]);
  }
  const std::string which = said.cols() > 1 ? "output " + std::to_string(one.output) + ": " : "";
  return which + "predicted " + value + ", true " +
         fixed_text(static_cast<double>(evaluation.labels.targets()(one.graph, one.output)), 3);
}

/// What each atom of the molecule added to the output.
std::vector<float> importance_of(const TrainedModel& model, const Dataset& dataset, const Judged& one) {
  const auto g = static_cast<std::size_t>(one.graph);
  const std::int64_t graphs[] = {one.graph};
  const MessageBlock block = block_of_graphs(dataset.graph, dataset.node_ptr, graphs);
  const RowRange nodes[] = {{dataset.node_ptr[g], dataset.node_ptr[g + 1]}};
  const auto edge = [&](std::int64_t v) { return dataset.graph.offsets()[static_cast<std::size_t>(v)]; };
  const RowRange edges[] = {{edge(nodes[0].begin), edge(nodes[0].end)}};
  const NodeFeatures atoms = rows_in(dataset.node_features, nodes);
  const Features bonds = rows_in(dataset.edge_features, edges);
  return model.node_importance(
      {.graph = block.graph(), .node_features = atoms, .edge_features = bonds, .node_ptr = block.segments()},
      one.output);
}

}  // namespace

void add_molecules(const TrainedModel& model, const LabeledPrediction& evaluation, const Dataset& dataset,
                   std::span<const std::int64_t> rows, ReportData& data) {
  if (!draws_molecules()) {
    return;
  }
  std::vector<Judged> all;
  for (const std::int64_t g : rows) {
    all.push_back(judged(evaluation, g));
  }
  std::ranges::stable_sort(all, [](const Judged& a, const Judged& b) { return a.error > b.error; });
  std::vector<Judged> shown(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(kWorst, all.size())));
  const std::size_t rest = all.size() - shown.size(), more = std::min(kPictures - kWorst, rest);
  for (std::size_t k = 0; k < more; ++k) {
    shown.push_back(all[all.size() - 1 - k * rest / more]);
  }
  for (const Judged& one : shown) {
    const std::vector<float> shades = importance_of(model, dataset, one);
    std::string svg = molecule_svg(dataset.smiles[static_cast<std::size_t>(one.graph)], {.shades = shades});
    if (!svg.empty()) {
      data.pictures.push_back({std::move(svg), caption_of(evaluation, dataset, one)});
    }
  }
  data.pictures_note =
      "The worst predicted first, then others from the best on. Atoms that raised the output are orange, those that "
      "lowered it blue (gradient times input of each atom's first state).";
}

}  // namespace weft
