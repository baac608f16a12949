// Graphs described in TOML: the same as by flags, and what is wrong is named by its key.
#include "weft/io/importers/graph_description.hpp"

#include <string>

#include "tests/file_content.hpp"
#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/edgelist_importer.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::TemporaryFolder;
using test::write_content;

TEST(GraphDescription, IsTheEdgelistThatFlagsSay) {
  const TemporaryFolder folder;
  write_content(folder / "e.csv", "day,a,b\n3,x,y\n4,y,z\n");
  write_content(folder / "n.csv", "key,color,size,part,junk\nx,red,1,train,?\ny,blue,2,val,?\nz,red,3,test,?\n");
  const auto path =
      write_content(folder / "graph.toml",
                    "name = \"g\"\ndirected = true\n[edges]\nfile = \"e.csv\"\nsource = \"a\"\ntarget = 3\n"
                    "time = \"day\"\ntime_unit = \"day\"\n[nodes]\nfile = \"n.csv\"\nid = \"key\"\nlabel = "
                    "\"color\"\nsplit = \"part\"\ndrop = [\"junk\"]\nkinds = { size = \"category\" }\n");
  const Dataset data = import_dataset("tables", {.input = path});
  const Dataset expected = import_edgelist({.edges = folder / "e.csv",
                                            .directed = true,
                                            .name = "g",
                                            .source_column = "a",
                                            .target_column = "b",
                                            .time_column = "day",
                                            .time_unit = "day",
                                            .nodes = folder / "n.csv",
                                            .id_column = "key",
                                            .label_column = "color",
                                            .split_column = "part",
                                            .drop = {"junk"},
                                            .kinds = {"size=category"}});
  test::expect_same_dataset(data, expected);
  EXPECT_EQ(data.names.features, expected.names.features);
  EXPECT_EQ(data.edge_time.size(), 2U);
  EXPECT_EQ(data.splits[0].name, "part");
}

TEST(GraphDescription, NamesTheKeyThatIsWrong) {
  const TemporaryFolder folder;
  write_content(folder / "e.csv", "a,b\n");
  const auto expect = [&](const std::string& text, const std::string& message) {
    expect_throws<DataError>([&] { (void)import_dataset("tables", {.input = write_content(folder / "g.toml", text)}); },
                             message);
  };
  expect("", "g.toml: edges: is missing");
  expect("[edges]\n", "g.toml: edges.file: is missing");
  expect("[edges]\nfile = \"e.csv\"\nsorce = 1\n", "g.toml: edges.sorce: is not known; did you mean 'source'?");
  expect("[edges]\nfile = \"e.csv\"\nmerge = \"frist\"\n", "g.toml: edges.merge: ");
  expect("directed = 3\n[edges]\nfile = \"e.csv\"\n", "g.toml: directed: is neither true nor false");
  expect("[edges]\nfile = \"e.csv\"\nsource = 1.5\n", "g.toml: edges.source: is neither a text nor a whole number");
  expect("[edges]\nfile = \"e.csv\"\n[nodes]\nlabel = \"x\"\n", "g.toml: nodes.file: is missing");
  expect("nodes = 1\n[edges]\nfile = \"e.csv\"\n", "g.toml: nodes: is no table");
  expect("[edges\n", "g.toml: line 1: ");
  expect("[edges]\nfile = \"none.csv\"\n", "none.csv: cannot be opened");
}

}  // namespace
}  // namespace weft
