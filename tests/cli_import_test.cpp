// weft import through the command: what it writes, and that broken input ends in one line and no file.
#include "tests/cli_fixture.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;

TEST_F(Cli, ImportsAnEdgeList) {
  write_content(path("edges.csv"), "a,b\nb,c\n");
  write_content(path("labels.csv"), "a,red\nb,blue\nc,red\n");
  const CommandResult result = weft({"import", "edgelist", "edges.csv", "--labels", "labels.csv", "-o", "e.h5"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json info = weft_json({"info", "e.h5"});
  EXPECT_EQ(info["nodes"], 3);
  EXPECT_EQ(info["edges"], 4);
  EXPECT_EQ(info["class_names"], (Json{"blue", "red"}));
  write_content(path("edges.csv"), "a,b\nb\n");
  const CommandResult broken = weft({"import", "edgelist", "edges.csv", "-o", "f.h5"});
  EXPECT_EQ(broken.code, 3);
  EXPECT_EQ(broken.err.rfind("weft: edges.csv: ", 0), 0U) << broken.err;
  EXPECT_FALSE(fs::exists(path("f.h5")));
}

TEST_F(Cli, ImportsPublicFormats) {
  fs::create_directory(path("TINY"));
  write_content(path("TINY/T_A.txt"), "1, 2\n2, 1\n3, 4\n");
  write_content(path("TINY/T_graph_indicator.txt"), "1\n1\n2\n2\n");
  write_content(path("TINY/T_graph_labels.txt"), "1\n-1\n");
  ASSERT_EQ(weft({"import", "tudataset", "TINY", "-o", "t.h5"}).code, 0);
  EXPECT_EQ(weft_json({"info", "t.h5"})["graphs"], 2);
  write_content(path("a.mtx"), "%%MatrixMarket matrix coordinate pattern general\n3 3 2\n1 2\n2 3\n");
  ASSERT_EQ(weft({"import", "mtx", "a.mtx", "-o", "m.h5"}).code, 0);
  EXPECT_EQ(weft_json({"info", "m.h5"})["edges"], 4);
}

TEST_F(Cli, RefusesBrokenPublicFormats) {
  write_content(path("ind.x.graph"),
                "\x80\x02"
                "cos\nsystem\n.");
  write_content(path("broken"), "PK\x03\x04 and nothing behind it");
  const std::vector<std::vector<std::string>> commands = {{"npz", "broken"},       {"h5ad", "broken"},
                                                          {"tudataset", "broken"}, {"ogb", "broken"},
                                                          {"mtx", "broken"},       {"planetoid", "."}};
  for (const std::vector<std::string>& command : commands) {
    const CommandResult result = weft({"import", command[0], command[1], "-o", "out.h5"});
    EXPECT_EQ(result.code, 3) << command[0] << ": " << result.err;
    EXPECT_EQ(result.err.rfind("weft: ", 0), 0U) << result.err;
    EXPECT_FALSE(fs::exists(path("out.h5")));
  }
}

}  // namespace
}  // namespace weft::test
