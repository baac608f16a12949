// Every public function of graph/, samplers/, molecules/, io/ and io/importers/ that takes numbers, spans or paths,
// with each argument broken once.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/broken_calls.hpp"
#include "tests/small_graphs.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/graph/boost_graph.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/graph/planarity.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/importers.hpp"
#include "weft/io/model_file.hpp"
#include "weft/molecules/molecules.hpp"
#include "weft/molecules/typed_graph.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/samplers/saint_sampler.hpp"

namespace weft {
namespace {

using test::expect_refused;
using test::path_and_loner;
using test::TemporaryFolder;

using Index = std::vector<std::int64_t>;
using Nodes = std::vector<NodeId>;

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

CsrGraph rows(std::int64_t num_sources, const std::vector<EdgeId>& offsets, const Nodes& sources) {
  return CsrGraph::from_rows(num_sources, Buffer<EdgeId>::copy_of(offsets), Buffer<NodeId>::copy_of(sources));
}

TEST(BrokenArguments, OfGraphsAreRefused) {
  const std::vector<Edge> edge = {{0, 3}};
  const CsrGraph wide = rows(3, {0, 1}, {2}), tall = rows(1, {0, 1, 1}, {0});
  expect_refused({
      {"from_edges: nodes", [&] { (void)CsrGraph::from_edges(-1, {}); }},
      {"from_edges: too many nodes", [&] { (void)CsrGraph::from_edges(kLargest, {}); }},
      {"from_edges: edge", [&] { (void)CsrGraph::from_edges(3, edge); }},
      {"from_rows: sources", [] { (void)rows(-1, {0}, {}); }},
      {"from_rows: no offsets", [] { (void)rows(1, {}, {}); }},
      {"from_rows: first offset",
       [] {
         (void)rows(1, {1, 1}, {0});
       }},
      {"from_rows: offsets fall",
       [] {
         (void)rows(3, {0, 9, 1}, {0});
       }},
      {"from_rows: last offset",
       [] {
         (void)rows(3, {0, 9}, {0});
       }},
      {"from_rows: source",
       [] {
         (void)rows(3, {0, 1}, {3});
       }},
      {"from_rows: order",
       [] {
         (void)rows(3, {0, 2}, {1, 0});
       }},
      {"from_file_rows: no file", [] { (void)CsrGraph::from_file_rows(1, Buffer<EdgeId>(1, 0), nullptr); }},
      {"with_self_loops: rows", [&] { (void)with_self_loops(tall); }},
      {"induced_subgraph: node", [] { (void)induced_subgraph(path_and_loner(), Nodes{4}); }},
      {"induced_subgraph: twice",
       [] {
         (void)induced_subgraph(path_and_loner(), Nodes{1, 1});
       }},
      {"induced_subgraph: shape", [&] { (void)induced_subgraph(wide, {}); }},
      {"is_planar: nodes", [] { (void)is_planar(-3, {}); }},
      {"is_planar: edge", [&] { (void)is_planar(3, edge); }},
  });
  EXPECT_FALSE(path_and_loner().has_edge({0, 9}));
  EXPECT_FALSE(path_and_loner().has_edge({9, 0}));
}

TEST(BrokenArguments, OfBlocksAreRefused) {
  const CsrGraph graph = path_and_loner(), tall = rows(1, {0, 1, 1}, {0});
  const std::vector<CsrGraph> blocks = {rows(3, {0, 1}, {2})};
  const auto origin = [&](BlockOrigin given) { (void)MessageBlock(graph, std::move(given)); };
  const MessageBlock block(graph);
  expect_refused({
      {"MessageBlock: outputs", [&] { (void)MessageBlock(tall); }},
      {"MessageBlock: first segment",
       [&] {
         (void)MessageBlock(graph, Index{1, 4});
       }},
      {"MessageBlock: segments fall",
       [&] {
         (void)MessageBlock(graph, Index{0, 9, 4});
       }},
      {"MessageBlock: last segment",
       [&] {
         (void)MessageBlock(graph, Index{0, 9});
       }},
      {"MessageBlock: weights", [&] { origin({.weights = Buffer<float>(1, 2.0F)}); }},
      {"MessageBlock: row weights", [&] { origin({.row_weights = Buffer<float>(9, 2.0F)}); }},
      {"MessageBlock: degrees", [&] { origin({.degrees = Buffer<float>(5, 2.0F)}); }},
      {"MessageBlock: counts", [&] { origin({.counts = Buffer<float>(5, 2.0F)}); }},
      {"MessageBlock::order: ordering", [&] { (void)block.order(static_cast<NodeOrdering>(4)); }},
      {"MessageBlock::order: below 0", [&] { (void)block.order(static_cast<NodeOrdering>(-1)); }},
      {"batch_of: shape", [&] { (void)batch_of(blocks); }},
  });
}

TEST(BrokenArguments, OfGeneratorsAreRefused) {
  std::vector<Edge> one(1);
  const auto model = [](BlockModelOptions options) { (void)stochastic_block_model(options); };
  const auto features = [](std::int64_t columns, double signal) {
    (void)contextual_block_model({.blocks = {.num_nodes = 9}, .num_features = columns, .signal = signal});
  };
  expect_refused({
      {"rmat: nodes", [] { (void)rmat({.num_nodes = -1}); }},
      {"rmat: too many nodes", [] { (void)rmat({.num_nodes = kLargest, .num_edges = 0}); }},
      {"rmat: edges", [] { (void)rmat({.num_nodes = 4, .num_edges = -1}); }},
      {"rmat: edges without nodes", [] { (void)rmat({.num_nodes = 0, .num_edges = 1}); }},
      {"rmat: shares", [] { (void)rmat({.num_nodes = 4, .num_edges = 4, .a = 0.9}); }},
      {"rmat: share below 0", [] { (void)rmat({.num_nodes = 4, .num_edges = 4, .b = -0.1}); }},
      {"rmat: NaN", [] { (void)rmat({.num_nodes = 4, .num_edges = 4, .c = kNan}); }},
      {"RmatEdges::draw: first", [&] { RmatEdges({.num_nodes = 4}).draw(-1, one); }},
      {"RmatEdges::draw: last", [&] { RmatEdges({.num_nodes = 4}).draw(kLargest, one); }},
      {"RmatEdges::draw: no nodes", [&] { RmatEdges({.num_nodes = 0, .num_edges = 0}).draw(0, one); }},
      {"block model: nodes", [&] { model({.num_nodes = -1}); }},
      {"block model: communities", [&] { model({.num_nodes = 9, .num_communities = 0}); }},
      {"block model: too many communities", [&] { model({.num_nodes = 9, .num_communities = 10}); }},
      {"block model: degree", [&] { model({.num_nodes = 9, .degree_inside = 9.0}); }},
      {"block model: NaN", [&] { model({.num_nodes = 9, .degree_inside = 1.0, .degree_outside = kNan}); }},
      {"contextual: features", [&] { features(0, 1.0); }},
      {"contextual: too many features", [&] { features(kLargest, 1.0); }},
      {"contextual: signal", [&] { features(2, kNan); }},
      {"grid: rows", [] { (void)grid(-1, 2); }},
      {"grid: cols", [] { (void)grid(2, -1); }},
      {"grid: too large", [] { (void)grid(kLargest, 3); }},
  });
}

TEST(BrokenArguments, OfBoostViewsAreRefused) {
  const CsrGraph directed = test::three_edges(), wide = rows(3, {0, 1}, {2});
  const ReversedGraph of_other = reversed(path_and_loner());
  ReversedGraph short_of = reversed(directed);
  short_of.edge = Buffer<EdgeId>(1, 0);
  const ReversedGraph reverse_of_wide = reversed(wide);
  expect_refused({
      {"boost_view: reverse", [&] { (void)boost_view(directed, of_other); }},
      {"boost_view: places of edges", [&] { (void)boost_view(directed, short_of); }},
      {"boost_view: shape", [&] { (void)boost_view(wide, reverse_of_wide); }},
      {"boost_view_undirected: directed", [&] { (void)boost_view_undirected(directed); }},
      {"boost_view_undirected: shape", [&] { (void)boost_view_undirected(wide); }},
  });
}

TEST(BrokenArguments, OfSamplersAreRefused) {
  const CsrGraph graph = path_and_loner(), wide = rows(3, {0, 1}, {2});
  const Nodes seeds = {0, 1}, twice = {1, 1}, outside = {4};
  const std::vector<float> weights(static_cast<std::size_t>(graph.num_edges()), 1.0F), two(2, 1.0F);
  const std::vector<std::int64_t> two_times(2);
  const std::vector<std::uint16_t> two_types(2);
  const auto set = [](std::vector<std::pair<std::string_view, std::string_view>> changes) {
    Options options(sampler_options());
    for (const auto& [name, value] : changes) {
      options.set(name, value);
    }
    return options;
  };
  const Options plain = set({});
  for (const SamplerInfo& info : samplers()) {
    SCOPED_TRACE(info.name);
    const auto make = [&](SamplerData data) { (void)make_sampler(info.name, data, plain); };
    if (info.needs_of_edges.empty()) {
      const auto sampler = make_sampler(info.name, {.graph = graph, .seeds = seeds}, plain);
      expect_refused({
          {"sample: epoch", [&] { (void)sampler->sample(-1, 0); }},
          {"sample: batch", [&] { (void)sampler->sample(0, sampler->num_batches()); }},
          {"sample: batch below 0", [&] { (void)sampler->sample(0, -1); }},
          {"make_sampler: seed", [&] { make({.graph = graph, .seeds = outside}); }},
      });
    }
    expect_refused({
        {"make_sampler: hops", [&] { make({.graph = graph, .seeds = seeds, .num_hops = -1}); }},
        {"make_sampler: too many hops", [&] { make({.graph = graph, .seeds = seeds, .num_hops = kLargest}); }},
        {"make_sampler: weights", [&] { make({.graph = graph, .seeds = seeds, .edge_weights = two}); }},
        {"make_sampler: times", [&] { make({.graph = graph, .seeds = seeds, .edge_times = two_times}); }},
        {"make_sampler: types", [&] { make({.graph = graph, .seeds = seeds, .edge_types = two_types}); }},
    });
  }
  const SamplerData data{.graph = graph, .seeds = seeds};
  const SamplerData weighted{.graph = graph, .seeds = seeds, .edge_weights = weights};
  const auto make = [&](std::string_view name, const Options& options) { (void)make_sampler(name, data, options); };
  const auto walk = [&](SaintSamplerOptions options) { (void)SaintSampler(graph, seeds, options); };
  expect_refused({
      {"make_sampler: name", [&] { make("neighbour", plain); }},
      {"make_sampler: seeds twice", [&] { (void)make_sampler("neighbor", {.graph = graph, .seeds = twice}, plain); }},
      {"make_sampler: graph", [&] { (void)make_sampler("neighbor", {.graph = wide, .seeds = {0}}, plain); }},
      {"make_sampler: option missing", [&] { make("neighbor", Options()); }},
      {"make_sampler: fanouts",
       [&] {
         make("neighbor", set({{"fanout", "1,2,3,4"}}));
       }},
      {"make_sampler: fanout",
       [&] {
         make("neighbor", set({{"fanout", "-2"}}));
       }},
      {"make_sampler: too large",
       [&] {
         make("neighbor", set({{"fanout", "9000000000000000000"}}));
       }},
      {"make_sampler: replace all",
       [&] {
         make("neighbor", set({{"fanout", "all"}, {"replace", "true"}}));
       }},
      {"make_sampler: replace many",
       [&] {
         make("neighbor", set({{"fanout", "4000000000"}, {"replace", "true"}}));
       }},
      {"make_sampler: weighted, replace many",
       [&] {
         (void)make_sampler("weighted", weighted, set({{"fanout", "4000000000"}, {"replace", "true"}}));
       }},
      {"make_sampler: saint_node",
       [&] {
         make("saint_node", set({{"batch_size", "1000000000"}}));
       }},
      {"make_sampler: saint_edge",
       [&] {
         make("saint_edge", set({{"batch_size", "1000000000"}}));
       }},
      {"make_sampler: saint_walk",
       [&] {
         make("saint_walk", set({{"batch_size", "1000000000"}}));
       }},
      {"SaintSampler: budget", [&] { walk({.budget = std::int64_t{1} << 60}); }},
      {"SaintSampler: no budget", [&] { walk({.budget = 0}); }},
      {"SaintSampler: walk length", [&] { walk({.walk_length = kLargest}); }},
      {"SaintSampler: batches", [&] { walk({.num_batches = 0}); }},
      {"SaintSampler: trials", [&] { walk({.trial_walks = kLargest}); }},
      {"option walks",
       [&] {
         (void)set({{"walks", "1000000"}});
       }},
      {"option walk_length",
       [&] {
         (void)set({{"walk_length", "1000000"}});
       }},
      {"sampler_info: name", [] { (void)sampler_info(""); }},
      {"fanouts_of: hops", [] { (void)fanouts_of("3", -1); }},
      {"fanouts_of: too many hops", [] { (void)fanouts_of("3", kLargest); }},
      {"fanouts_of: text", [] { (void)fanouts_of("3,x", 2); }},
      {"fanouts: hops", [&] { (void)fanouts(plain, "3", -1); }},
      {"fanouts: too many hops", [&] { (void)fanouts(plain, "3", kLargest); }},
      {"fanouts: fallback", [&] { (void)fanouts(plain, "", 2); }},
      {"Sample::block_of: layer", [] { (void)Sample().block_of(0, 1); }},
      {"Sample::block_of: layers", [] { (void)Sample().block_of(2, 2); }},
  });
}

TEST(BrokenArguments, OfMoleculesAreRefused) {
  const std::vector<AtomType> carbon = {{6, 0}}, wild = {{6, 1'000'000}}, no_element = {{0, 0}}, two(2);
  const std::vector<std::int32_t> hydrogens = {3, 3}, one = {3}, below = {-1, 3};
  const auto kekulized = [&](std::span<const AtomType> atoms, std::span<const std::int32_t> own, AromaticBond bond) {
    (void)kekulize(atoms, own, {&bond, 1});
  };
  const TypedGraph ethane{.types = {0, 0}, .edges = {{0, 1, 1}}};
  const TypedGraph outside{.types = {0, 0}, .edges = {{0, 2, 1}}}, loop{.types = {0}, .edges = {{0, 0, 1}}},
      twice{.types = {0, 0}, .edges = {{0, 1, 1}, {1, 0, 1}}}, order{.types = {0, 0}, .edges = {{0, 1, 4}}},
      type{.types = {0, 1}, .edges = {}}, below_type{.types = {-1}, .edges = {}};
  const Nodes same = {0, 1};
  expect_refused({
      {"element_symbol: 0", [] { (void)element_symbol(0); }},
      {"element_symbol: 119", [] { (void)element_symbol(119); }},
      {"hydrogens_of: charge",
       [&] {
         (void)hydrogens_of({6, std::numeric_limits<std::int32_t>::min()}, 0);
       }},
      {"hydrogens_of: used",
       [&] {
         (void)hydrogens_of({6, 0}, -1);
       }},
      {"hydrogens_of: used too large",
       [&] {
         (void)hydrogens_of({6, 0}, std::numeric_limits<std::int32_t>::max());
       }},
      {"kekulize: hydrogens",
       [&] {
         kekulized(two, one, {0, 1, 1, false});
       }},
      {"kekulize: hydrogens below 0",
       [&] {
         kekulized(two, below, {0, 1, 1, false});
       }},
      {"kekulize: bond",
       [&] {
         kekulized(two, hydrogens, {0, 2, 1, false});
       }},
      {"kekulize: loop",
       [&] {
         kekulized(two, hydrogens, {1, 1, 1, true});
       }},
      {"kekulize: order",
       [&] {
         kekulized(two, hydrogens, {0, 1, 0, false});
       }},
      {"write_smiles: edge", [&] { (void)write_smiles(outside, carbon); }},
      {"write_smiles: loop", [&] { (void)write_smiles(loop, carbon); }},
      {"write_smiles: twice", [&] { (void)write_smiles(twice, carbon); }},
      {"write_smiles: order", [&] { (void)write_smiles(order, carbon); }},
      {"write_smiles: type", [&] { (void)write_smiles(type, carbon); }},
      {"write_smiles: type below 0", [&] { (void)write_smiles(below_type, carbon); }},
      {"write_smiles: no alphabet", [&] { (void)write_smiles(ethane, {}); }},
      {"write_smiles: charge", [&] { (void)write_smiles(ethane, wild); }},
      {"write_smiles: element", [&] { (void)write_smiles(ethane, no_element); }},
      {"TypedNeighbors: edge", [&] { (void)TypedNeighbors(outside); }},
      {"TypedNeighbors: loop", [&] { (void)TypedNeighbors(loop); }},
      {"TypedNeighbors: twice", [&] { (void)TypedNeighbors(twice); }},
      {"plain_graph: directed", [] { (void)plain_graph(test::three_edges()); }},
      {"plain_graph: loops", [] { (void)plain_graph(with_self_loops(path_and_loner())); }},
      {"csr_graph_of: edge", [&] { (void)csr_graph_of(outside); }},
      {"maps_onto: edge", [&] { (void)maps_onto(outside, ethane, same); }},
      {"num_components: edge", [&] { (void)num_components(outside); }},
  });
  EXPECT_FALSE(maps_onto(ethane, ethane, Nodes{0, 7}));
  EXPECT_FALSE(maps_onto(ethane, ethane, Nodes{0, 0}));
}

TEST(BrokenArguments, OfFilesAreRefused) {
  const TemporaryFolder folder;
  const std::filesystem::path good = folder / "good.h5", nowhere = folder / "none.h5", out = folder / "out.h5";
  write_dataset(test::communities(60), good);
  const auto written = [&](auto change) {
    Dataset data = test::communities(60);
    change(data);
    write_dataset(data, out);
  };
  const auto classes = [](Dataset& d) -> std::vector<std::int64_t>& {
    return std::get<std::vector<std::int64_t>>(d.node_labels);
  };
  const ModelFile model;
  const auto write_tensor = [&](const std::string& name) {
    write_model_file({.config = {}, .numbers = {}, .tensors = {{name, Tensor(1, 1)}}}, out);
  };
  expect_refused({
      {"name_of: task", [] { (void)name_of(static_cast<TaskKind>(9)); }},
      {"name_of: feature type", [] { (void)name_of(static_cast<FeatureType>(9)); }},
      {"read_dataset: path", [&] { (void)read_dataset(nowhere); }},
      {"read_dataset: folder", [&] { (void)read_dataset(folder.path()); }},
      {"read_dataset: kept rows", [&] { (void)read_dataset(good, {}, {.leaves_features = true, .kept_rows = -1}); }},
      {"read_dataset: mapped bytes", [&] { (void)read_dataset(good, {}, {.leaves_edges = true, .mapped_bytes = -1}); }},
      {"read_dataset_size: path", [&] { (void)read_dataset_size(nowhere); }},
      {"write_dataset: task", [&] { written([](Dataset& d) { d.task = static_cast<TaskKind>(9); }); }},
      {"write_dataset: type", [&] { write_dataset(test::communities(60), out, {static_cast<FeatureType>(9)}); }},
      {"write_dataset: classes", [&] { written([](Dataset& d) { d.num_classes = 0; }); }},
      {"write_dataset: label", [&] { written([&](Dataset& d) { classes(d)[0] = 3; }); }},
      {"write_dataset: label below -1", [&] { written([&](Dataset& d) { classes(d)[0] = -2; }); }},
      {"write_dataset: labels", [&] { written([&](Dataset& d) { classes(d).pop_back(); }); }},
      {"write_dataset: features", [&] { written([](Dataset& d) { d.node_features = Tensor(7, 2); }); }},
      {"write_dataset: split", [&] { written([](Dataset& d) { d.splits[0].train[0] = 60; }); }},
      {"write_dataset: node_ptr", [&] { written([](Dataset& d) {
                                          d.node_ptr = {0, 99, 60};
                                        }); }},
      {"read_model_file: path", [&] { (void)read_model_file(nowhere); }},
      {"read_model_file: format", [&] { (void)read_model_file(good); }},
      {"write_model_file: name", [&] { write_tensor("a/b"); }},
      {"write_model_file: no name", [&] { write_tensor(""); }},
      {"write_model_file: text", [&] { write_tensor("\xff"); }},
      {"ModelFile::text: key", [&] { (void)model.text("none"); }},
      {"ModelFile::integers: name", [&] { (void)model.integers("none"); }},
      {"ModelFile::reals: name", [&] { (void)model.reals("none"); }},
      {"importer_info: name", [] { (void)importer_info("csv"); }},
      {"import_dataset: format", [] { (void)import_dataset("csv", {}); }},
      {"import_dataset: input", [] { (void)import_dataset("npz", {}); }},
      {"import_dataset: path", [&] { (void)import_dataset("npz", {.input = nowhere}); }},
      {"import_memory_bytes: format", [] { (void)import_memory_bytes("npz", {}); }},
      {"import_dataset_to_file: format", [&] { (void)import_dataset_to_file("npz", {}, {.output = out}); }},
      {"import_edgelist: path", [&] { (void)import_edgelist({.edges = nowhere}); }},
      {"import_edgelist: task", [&] { (void)import_edgelist({.edges = good, .task = TaskKind::generation}); }},
      {"import_edgelist_to_file: path", [&] { (void)import_edgelist_to_file({.edges = nowhere}, {.output = out}); }},
      {"import_edgelist_to_file: memory",
       [&] { (void)import_edgelist_to_file({.edges = good}, {.output = out, .memory_bytes = 0}); }},
  });
}

}  // namespace
}  // namespace weft
