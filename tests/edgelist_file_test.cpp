// Importing an edge list to a file in bounded memory: the same dataset as in memory, and the forms of its lines.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"
#include "weft/io/importers/edgelist_importer.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;

/// What the nodes are called: 0 .. n - 1, integers with gaps, or texts.
enum class Names { dense, sparse, text };

std::string name_of_node(std::uint64_t node, Names names) {
  return names == Names::dense    ? std::to_string(node)
         : names == Names::sparse ? std::to_string(3 * node + 5)
                                  : "\"node \"\"" + std::to_string(node) + "\"\"\"";
}

/// Edges between random nodes of 500, repeats and self-loops among them, more than a block of text; every node has
/// two features, all but a seventh a class.
EdgelistOptions write_inputs(const fs::path& folder, Names names) {
  const Random random(7);
  std::string edges = "source,target,weight\n", features, labels;
  for (std::uint64_t i = 0; i < 90000; ++i) {
    edges += name_of_node(random.below(480, i, 0), names) + "," + name_of_node(random.below(480, i, 1), names) + "," +
             std::to_string(i % 100) + ".5\n";
  }
  for (std::uint64_t v = 500; v-- > 0;) {
    features += name_of_node(v, names) + "," + std::to_string(v) + ",0.25\n";
    labels += v % 7 == 0 ? "" : name_of_node(v, names) + ",class " + std::to_string(v % 3) + "\n";
  }
  return {.edges = write_content(folder / "edges.csv", edges),
          .features = write_content(folder / "features.csv", features),
          .labels = write_content(folder / "labels.csv", labels)};
}

TEST(EdgelistFile, HoldsTheDatasetInMemoryWhateverTheNamesAndTheMemory) {
  for (const Names names : {Names::dense, Names::sparse, Names::text}) {
    const TemporaryFolder folder;
    EdgelistOptions options = write_inputs(folder.path(), names);
    for (const bool directed : {false, true}) {
      options.directed = directed;
      options.weights = directed;
      const Dataset expected = import_edgelist(options);
      EXPECT_EQ(expected.graph.num_nodes(), 500);
      EXPECT_EQ(expected.node_names.empty(), names == Names::dense);
      for (const std::int64_t memory : {1 << 12, 1 << 26}) {
        const DatasetSize size =
            import_edgelist_to_file(options, {.output = folder / "out.h5", .memory_bytes = memory});
        EXPECT_EQ(size.edges, expected.graph.num_edges());
        expect_same_dataset(read_dataset(folder / "out.h5"), expected);
      }
    }
  }
}

TEST(EdgelistFile, IsTheSameFileForEveryMemoryAndThreadCount) {
  const TemporaryFolder folder;
  const EdgelistOptions options = write_inputs(folder.path(), Names::dense);
  std::string first;
  for (const std::int64_t memory : {1 << 12, 1 << 20, 1 << 26}) {
    for (const int threads : {1, 4}) {
      with_threads(threads,
                   [&] { import_edgelist_to_file(options, {.output = folder / "out.h5", .memory_bytes = memory}); });
      const std::string bytes = content_of(folder / "out.h5");
      first = first.empty() ? bytes : first;
      EXPECT_TRUE(bytes == first) << memory << " bytes, " << threads << " threads";
    }
  }
}

TEST(EdgelistFile, IntegersWithoutTheirPredecessorsAreNames) {
  const TemporaryFolder folder;
  import_edgelist_to_file({.edges = write_content(folder / "e", "7 0\n0 4000000000\n")}, {.output = folder / "out.h5"});
  const Dataset data = read_dataset(folder / "out.h5");
  EXPECT_EQ(data.node_names, (std::vector<std::string>{"7", "0", "4000000000"}));
  EXPECT_TRUE(data.graph.has_edge({2, 1}));
  EXPECT_FALSE(data.graph.has_edge({2, 0}));
}

TEST(EdgelistFile, EveryFormOfALineGivesTheSameEdge) {
  const TemporaryFolder folder;
  for (const char* line :
       {"1,2", " 1 , 2 ", "1,\t2", "1,2,text", "1,2,\"a, b\"", "\"1\",2", "1,2,", "1,2\r", "1,2,\xC3\xA9"}) {
    const fs::path edges = write_content(folder / "e", std::string("0,1\n# note\n\n") + line + "\n");
    const Dataset data = import_edgelist({.edges = edges, .directed = true});
    ASSERT_EQ(data.graph.num_nodes(), 3) << line;
    EXPECT_TRUE(data.graph.has_edge({1, 2})) << line;
    EXPECT_EQ(data.graph.num_edges(), 2) << line;
  }
  for (const char* text : {"0 1\n1\t 2", "0 1 x\n 1  2 y\n", "%\n0\t1\n1\t2\t\n", "0;1\n1;2"}) {
    const Dataset data = import_edgelist({.edges = write_content(folder / "e", text), .directed = true});
    EXPECT_EQ(data.graph.num_nodes(), 3) << text;
    EXPECT_TRUE(data.graph.has_edge({1, 2})) << text;
  }
  for (const char* line : {"1,2,0.25", "1 ,2, +0.25 ,x", "1,2,2.5e-1", "\"1\",2,0.25"}) {
    const fs::path edges = write_content(folder / "e", std::string("0,1,7\n") + line);
    const Dataset data = import_edgelist({.edges = edges, .directed = true, .weights = true});
    EXPECT_EQ(std::get<Tensor>(data.edge_features).data()[1], 0.25F) << line;
  }
  const Dataset leading_zero = import_edgelist({.edges = write_content(folder / "e", "0,1\n01,2\n")});
  EXPECT_EQ(leading_zero.node_names, (std::vector<std::string>{"0", "1", "01", "2"}));
}

TEST(EdgelistFile, NamesTheBrokenLineOfALaterBlockAndWritesNothing) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 400000; ++i) {
    text += i == 333332 ? "5\n" : i == 399999 ? "x,\"y\n" : "12,34\n";
  }
  const EdgelistOptions options{.edges = write_content(folder / "e.csv", text)};
  for (const std::int64_t memory : {1 << 12, 1 << 26}) {
    expect_throws<DataError>(
        [&] { import_edgelist_to_file(options, {.output = folder / "out.h5", .memory_bytes = memory}); },
        "e.csv: line 333333: has 1 fields, expected 2 or more: source, target");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
  }
}

TEST(EdgelistFile, SaysWhichNodeHasNoFeatures) {
  const TemporaryFolder folder;
  const EdgelistOptions options{.edges = write_content(folder / "e", "0 1\n1 2\n"),
                                .features = write_content(folder / "x", "0 1\n2 1\n")};
  expect_throws<DataError>([&] { import_edgelist_to_file(options, {.output = folder / "out.h5"}); },
                           "node '1' has no row, expected one for every node");
}

}  // namespace
}  // namespace weft::test
