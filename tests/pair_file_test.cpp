// Pairs of nodes, by numbers and by names.
#include "weft/io/importers/pair_file.hpp"

#include <string>
#include <vector>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

using test::expect_throws;

TEST(PairFile, ReadsNumbersAndNames) {
  const test::TemporaryFolder folder;
  const auto written = [&](const std::string& text) { return test::write_content(folder / "pairs.csv", text); };
  Dataset data;
  data.graph = CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}}, {.symmetrize = true});
  EXPECT_EQ(read_pairs(written("source,target\n0,2\n2,1\n"), data), (std::vector<Edge>{{0, 2}, {2, 1}}));
  expect_throws<DataError>([&] { (void)read_pairs(written("0,1\n0,3\n"), data); },
                           "line 2: node 3 is not in the dataset");
  expect_throws<DataError>([&] { (void)read_pairs(written("0,1\n1\n"), data); }, "line 2");
  expect_throws<DataError>([&] { (void)read_pairs(written("0,1\n1,b\n"), data); },
                           "no node of the dataset is called 'b'");
  data.node_names = {"a", "b", "c"};
  // Node 0 stood third before.
  data.original_node = {2, 0, 1};
  EXPECT_EQ(read_pairs(written("a,0\nb,2\n"), data), (std::vector<Edge>{{0, 1}, {1, 0}}));
  // A number is a name here, be there as many nodes or not.
  data.node_names = {"2", "70", "b"};
  EXPECT_EQ(read_pairs(written("2,70\nb,2\n"), data), (std::vector<Edge>{{0, 1}, {2, 0}}));
  expect_throws<DataError>([&] { (void)read_pairs(written("2,1\n"), data); },
                           "line 1: no node of the dataset is called '1', expected a name");
}

}  // namespace
}  // namespace weft
