// weft synth: datasets made from a seed, ready to train on.
//
// sbm: communities with features around their means; the class is the community. rmat: the class is the
// quartile of the degree, which models must read from the edges, for the features are noise. grid: the
// class is the cell of a checkerboard of 4 x 4 blocks that the node lies in, the features are noise around
// the class mean, so that neighbors help.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "weft/cli/console.hpp"
#include "weft/cli/input_files.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/storage_flags.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/importers/edge_sorter.hpp"
#include "weft/io/large_dataset.hpp"
#include "weft/io/splits.hpp"
#include "weft/runs/memory_plan.hpp"

namespace weft::cli {
namespace {

struct SynthFlags : SharedFlags, StorageFlags {
  std::string kind, output;
  std::int64_t nodes = 1000;
  std::int64_t edges = 0;
  std::int64_t features = 16;
  std::int64_t classes = 4;
  double homophily = 0.8;
  std::uint64_t seed = 0;
};

constexpr std::int64_t kGridBlock = 4;

/// Rows first .. first + count of standard normal numbers, shifted by the unit vector of the class where `label` is
/// given.
void fill_noise(std::int64_t first, std::int64_t count, std::int64_t cols, const std::vector<std::int64_t>* label,
                const Random& random, std::span<float> rows) {
  parallel_for(count, 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      for (std::int64_t j = 0; j < cols; ++j) {
        const std::int64_t row = first + i;
        const bool shifted = label != nullptr && (*label)[static_cast<std::size_t>(row)] == j;
        rows[static_cast<std::size_t>(i * cols + j)] =
            static_cast<float>(random.normal(static_cast<std::uint64_t>(row * cols + j)) + (shifted ? 1.0 : 0.0));
      }
    }
  });
}

/// Class of each node: which of `classes` equal parts of the degree order it is in; equal degrees in the
/// order of node numbers.
std::vector<std::int64_t> degree_classes(std::span<const EdgeId> offsets, std::int64_t classes) {
  const auto n = static_cast<std::int64_t>(offsets.size()) - 1;
  std::vector<NodeId> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), NodeId{0});
  std::ranges::stable_sort(order, {}, [&](NodeId v) { return offsets[std::size_t{v} + 1] - offsets[v]; });
  std::vector<std::int64_t> label(static_cast<std::size_t>(n));
  for (std::int64_t rank = 0; rank < n; ++rank) {
    label[order[static_cast<std::size_t>(rank)]] = rank * classes / n;
  }
  return label;
}

Dataset make_sbm(const SynthFlags& flags) {
  const std::int64_t edges = flags.edges > 0 ? flags.edges : 10 * flags.nodes;
  const double degree = static_cast<double>(edges) / static_cast<double>(flags.nodes);
  LabeledGraph made = contextual_block_model({.blocks = {.num_nodes = flags.nodes,
                                                         .num_communities = flags.classes,
                                                         .degree_inside = degree * flags.homophily,
                                                         .degree_outside = degree * (1.0 - flags.homophily),
                                                         .seed = flags.seed},
                                              .num_features = flags.features});
  Dataset dataset;
  dataset.graph = std::move(made.graph);
  dataset.node_labels = std::move(made.label);
  if (flags.features > 0) {
    dataset.node_features = Tensor::from_buffer(flags.nodes, flags.features, std::move(made.features));
  }
  return dataset;
}

Dataset make_grid(const SynthFlags& flags) {
  const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(flags.nodes)) + 0.5);
  require(side * side == flags.nodes, "weft synth grid: --nodes is ", flags.nodes,
          ", expected a square number such as ", std::max<std::int64_t>(side, 1) * std::max<std::int64_t>(side, 1));
  require(flags.edges == 0, "weft synth grid: --edges is ", flags.edges, ", but a grid of ", side, " x ", side,
          " has the edges it has; leave it out");
  Dataset dataset;
  dataset.graph = grid(side, side);
  std::vector<std::int64_t> label(static_cast<std::size_t>(flags.nodes));
  for (std::int64_t v = 0; v < flags.nodes; ++v) {
    label[static_cast<std::size_t>(v)] = (v / side / kGridBlock + v % side / kGridBlock) % flags.classes;
  }
  if (flags.features > 0) {
    Tensor features = Tensor::uninitialized(flags.nodes, flags.features);
    fill_noise(0, flags.nodes, flags.features, &label, Random(flags.seed).stream(1), features.values());
    dataset.node_features = std::move(features);
  }
  dataset.node_labels = std::move(label);
  return dataset;
}

/// All that does not depend on the kind; the labels are there.
void describe(const SynthFlags& flags, Dataset& dataset) {
  dataset.name = std::filesystem::path(flags.output).stem().string();
  dataset.source = concat("weft synth ", flags.kind, " --seed ", flags.seed);
  dataset.task = TaskKind::node_classification;
  dataset.num_classes = flags.classes;
  const auto& labels = std::get<std::vector<std::int64_t>>(dataset.node_labels);
  dataset.splits.push_back(stratified_split("0", labels, flags.classes, {}, Random(flags.seed).stream(2)));
}

/// Writes the dataset; returns its number of edges.
EdgeId write_in_memory(const SynthFlags& flags) {
  require(flags.memory_limit.empty(), "weft synth ", flags.kind, ": --memory-limit is ", flags.memory_limit,
          ", but only rmat is made piece by piece");
  Dataset dataset = flags.kind == "sbm" ? make_sbm(flags) : make_grid(flags);
  describe(flags, dataset);
  writing([&] { write_dataset(dataset, flags.output, write_options_of(flags)); });
  return dataset.graph.num_edges();
}

/// What is left of the limit for sorting edges, beside the arrays that have an entry a node: numbers of nodes, row
/// offsets, degree order, labels, split.
std::int64_t sorting_memory(const SynthFlags& flags) {
  constexpr std::int64_t kBytesANode = 48, kLeastForEdges = 16 << 20;
  const std::int64_t limit = memory_limit_of(flags), for_nodes = kBytesANode * flags.nodes;
  require(limit - for_nodes >= 2 * kLeastForEdges, "weft synth rmat: --memory-limit is ", bytes_text(limit), ", but ",
          flags.nodes, " nodes take ", bytes_text(for_nodes), ", expected at least ",
          bytes_text(for_nodes + 2 * kLeastForEdges));
  return (limit - for_nodes) / 2;
}

EdgeId write_rmat(const SynthFlags& flags, const ProgressCallback& progress) {
  constexpr std::int64_t kDraws = 1 << 22;
  EdgeSorter sorter(
      {.target = flags.output, .memory_bytes = sorting_memory(flags), .symmetrize = true, .drops_self_loops = true});
  {
    // Both directions are stored, so half as many are drawn.
    const std::int64_t num_draws = ((flags.edges > 0 ? flags.edges : 10 * flags.nodes) + 1) / 2;
    const RmatEdges draws({.num_nodes = flags.nodes, .num_edges = num_draws, .seed = flags.seed});
    Buffer<Edge> edges(static_cast<std::size_t>(std::min(kDraws, num_draws)));
    for (std::int64_t first = 0; first < num_draws; first += kDraws) {
      const auto some = std::span<Edge>(edges).first(static_cast<std::size_t>(std::min(kDraws, num_draws - first)));
      draws.draw(first, some);
      writing([&] { sorter.add(some); });
      progress({.stage = "drawing edges", .done = first, .total = num_draws, .detail = ""});
    }
  }
  LargeDataset dataset;
  dataset.visit_edges = [&](FunctionRef<void(const EdgePiece&)> use) { sorter.visit(use); };
  writing([&] {
    sorter.finish();
    dataset.offsets = row_offsets(flags.nodes, dataset.visit_edges, progress);
  });
  dataset.rest.node_labels = degree_classes(dataset.offsets, flags.classes);
  describe(flags, dataset.rest);
  dataset.num_features = flags.features;
  dataset.fill_features = [&](std::int64_t first, std::int64_t count, std::span<float> rows) {
    fill_noise(first, count, flags.features, nullptr, Random(flags.seed).stream(1), rows);
  };
  writing([&] { write_dataset(dataset, flags.output, write_options_of(flags), progress); });
  return dataset.num_edges();
}

}  // namespace

Work add_synth_command(CLI::App& app) {
  const auto flags = std::make_shared<SynthFlags>();
  CLI::App* command = app.add_subcommand("synth", "make a dataset from a seed: rmat, sbm or grid");
  command
      ->add_option("KIND", flags->kind,
                   "rmat: few hubs, classes are degree ranges; sbm: communities with features; grid: a square grid")
      ->required()
      ->check(one_of("kind", {"rmat", "sbm", "grid"}));
  command->add_option("-o,--output", flags->output, "the dataset file to write")->required();
  command->add_option("--nodes", flags->nodes, "how many nodes; a square number for grid")
      ->check(CLI::Range(std::int64_t{1}, kMaxNodes))
      ->capture_default_str();
  command
      ->add_option("--edges", flags->edges,
                   "about how many edges, both directions counted; 0: ten a node (not for grid)")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 40));
  command->add_option("--features", flags->features, "columns of the features; 0: none")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  command->add_option("--classes", flags->classes, "how many classes")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--homophily", flags->homophily, "sbm: the share of edges inside a community")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--seed", flags->seed, "the same seed makes the same file")
      ->check(whole_seed())
      ->capture_default_str();
  add_memory_limit(*command, *flags, "rmat sorts edges on disk where they do not fit");
  add_feature_type(*command, *flags);
  add_shared_flags(*command, *flags, "Example: weft synth sbm --nodes 10000 --features 32 -o sbm.h5");
  return [flags, command] {
    require_new_output(flags->output, {});
    require(flags->kind == "sbm" || command->count("--homophily") == 0, "--homophily: is of sbm, not of ", flags->kind);
    require(flags->classes <= flags->nodes, "weft synth: ", flags->classes, " classes for ", flags->nodes,
            " nodes, expected at most as many");
    with_threads(flags->threads, [&] {
      ProgressBar bar(flags->quiet);
      const EdgeId num_edges =
          flags->kind == "rmat"
              ? write_rmat(*flags, [&](const Progress& p) { bar.show(p.stage, p.done, p.total, p.detail); })
              : write_in_memory(*flags);
      bar.clear();
      const std::string name = std::filesystem::path(flags->output).stem().string();
      if (flags->json) {
        print_json(Json{{"dataset", name},
                        {"path", flags->output},
                        {"nodes", flags->nodes},
                        {"edges", num_edges},
                        {"classes", flags->classes},
                        {"seed", flags->seed}});
      }
      say(flags->quiet, concat("wrote ", flags->output, ": ", flags->nodes, " nodes, ", num_edges, " edges, ",
                               flags->classes, " classes"));
    });
  };
}

}  // namespace weft::cli
