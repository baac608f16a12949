// Graphs that a generator learns from.
#include "weft/tasks/graph_corpus.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

#include "tests/public_files.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "weft/io/dataset.hpp"
#include "weft/molecules/molecule_properties.hpp"
#include "weft/molecules/molecule_reader.hpp"

namespace weft {
namespace {

using test::public_dataset;

TEST(GraphCorpus, KnowsThePropertiesOfMolecules) {
  const std::optional<Dataset> dataset = public_dataset("esol");
  if (!dataset || !reads_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "without RDKit or data";
    GTEST_SKIP() << "esol.h5 is missing, set WEFT_DATA; or this Weft was built without RDKit";
  }
  const GraphCorpus corpus = read_graph_corpus(*dataset, "logp,rings");
  EXPECT_EQ(corpus.property_names, (std::vector<std::string>{"logp", "rings"}));
  const std::vector<double> logp = molecule_property("logp", dataset->smiles);
  for (std::int64_t g = 0; g < dataset->num_graphs(); g += 100) {
    EXPECT_EQ(corpus.properties(g, 0), static_cast<float>(logp[static_cast<std::size_t>(g)])) << "molecule " << g;
  }
}

TEST(GraphCorpus, CountsWhatAGeneratorCanBeAskedFor) {
  const GraphCorpus corpus = read_graph_corpus(test::rings(4, 3, 4), "nodes,edges,rings");
  EXPECT_EQ(corpus.property_names, (std::vector<std::string>{"nodes", "edges", "rings"}));
  EXPECT_EQ(corpus.properties(0, 0), 3.0F);
  EXPECT_EQ(corpus.properties(1, 1), 4.0F);
  EXPECT_EQ(corpus.properties(1, 2), 1.0F);
  EXPECT_FALSE(corpus.is_molecular());
}

TEST(GraphCorpus, RefusesSeveralEdgesBetweenTwoNodes) {
  Dataset data = test::rings(4, 3, 4);
  std::vector<NodeId> sources(data.graph.sources().begin(), data.graph.sources().end());
  std::vector<EdgeId> offsets(data.graph.offsets().begin(), data.graph.offsets().end());
  sources.insert(sources.begin() + 1, sources[1]);
  std::for_each(offsets.begin() + 1, offsets.end(), [](EdgeId& offset) { ++offset; });
  data.graph =
      CsrGraph::from_rows(data.graph.num_nodes(), Buffer<EdgeId>::copy_of(offsets), Buffer<NodeId>::copy_of(sources));
  test::expect_throws<ArgumentError>([&] { (void)read_graph_corpus(data, ""); }, "have several edges");
}

}  // namespace
}  // namespace weft
