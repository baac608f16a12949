// weft import through the command: what it writes, and that broken input ends in one line and no file.
#include "tests/cli_fixture.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/dataset.hpp"

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

TEST_F(Cli, ImportsTheSameFileWithinEveryMemoryLimit) {
  std::string edges, features;
  for (int i = 0; i < 3000; ++i) {
    edges += std::to_string(i % 300) + " " + std::to_string(i * 7 % 300) + " " + std::to_string(i) + "\n";
    features += i < 300 ? std::to_string(i) + " " + std::to_string(i) + ".5 1e3\n" : "";
  }
  write_content(path("edges.txt"), edges);
  write_content(path("x.txt"), features);
  std::vector<std::string> command = {"import",    "edgelist", "edges.txt", "--features", "x.txt",
                                      "--weights", "--name",   "e",         "-o",         "memory.h5"};
  ASSERT_EQ(weft(command).code, 0);
  command.back() = "limit.h5";
  command.insert(command.end(), {"--memory-limit", "1K"});
  const Json said = weft_json(command);
  EXPECT_EQ(said["dataset"], "e");
  EXPECT_EQ(said["nodes"], 300);
  EXPECT_EQ(said["features"], 2);
  EXPECT_EQ(content_of(path("limit.h5")), content_of(path("memory.h5")));

  command.insert(command.end(), {"--order", "degree"});
  const CommandResult ordered = weft(command);
  EXPECT_EQ(ordered.code, 2);
  EXPECT_NE(ordered.err.find("--order degree: the graph has to be in memory"), std::string::npos) << ordered.err;
  write_content(path("edges.txt"), edges + "1\n");
  const CommandResult broken = weft({"import", "edgelist", "edges.txt", "-o", "b.h5", "--memory-limit", "1K"});
  EXPECT_EQ(broken.code, 3);
  EXPECT_NE(broken.err.find("edges.txt: line 3001: "), std::string::npos) << broken.err;
}

TEST_F(Cli, ReadsCellsAndHeadersAsItIsTold) {
  write_content(path("n.csv"), "id;size\na;1,5\nb;?\nc;-\nd;2,5\n");
  write_content(path("e.csv"), "left,right\na,b\nb,c\nc,a\na,d\n");
  const auto import = [&](std::vector<std::string> flags) {
    std::vector<std::string> command = {"import", "edgelist", "e.csv", "--nodes", "n.csv", "-o", "e.h5"};
    command.insert(command.end(), flags.begin(), flags.end());
    return weft_json(command);
  };
  Json said = import({"--missing", "?,-", "--decimal", ",", "--header", "yes"});
  EXPECT_EQ(said["features"], 2);
  EXPECT_EQ(said["nodes"], 4);
  ASSERT_EQ(said["assumed"].size(), 1U) << said;
  EXPECT_EQ(said["assumed"][0], "column 'size' is a number, 2 missing are the mean 2 and marked in 'size=missing'");
  EXPECT_EQ(import({"--missing=-,?", "--decimal", ",", "--header", "no"})["nodes"], 6);
  const CommandResult wrong = weft({"import", "edgelist", "e.csv", "--decimal", ";", "-o", "x.h5"});
  EXPECT_EQ(wrong.code, 2);
}

TEST_F(Cli, StoresFeaturesIn16Bits) {
  write_content(path("edges.csv"), "0,1\n");
  write_content(path("x.csv"), "0,1.00390625\n1,70000\n");
  const auto import_as = [&](const std::string& type, const std::string& limit) {
    return weft({"import", "edgelist", "edges.csv", "--features", "x.csv", "-o", type + limit + ".h5", "--feature-type",
                 type, "--memory-limit", limit});
  };
  for (const std::string limit : {"1K", "1G"}) {
    ASSERT_EQ(import_as("bfloat16", limit).code, 0);
    const Dataset data = read_dataset(path("bfloat16" + limit + ".h5"));
    // 8 bits: 1 + 2^-8 is halfway to 1 + 2^-7, and goes to the even of both; steps of 512 at 70000.
    EXPECT_EQ(std::get<Tensor>(data.node_features.in_memory()).data()[0], 1.0F);
    EXPECT_EQ(std::get<Tensor>(data.node_features.in_memory()).data()[1], 70144.0F);
    const CommandResult refused = import_as("float16", limit);
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.err.find("value 70000 at [1, 0] is not a finite float16"), std::string::npos) << refused.err;
    EXPECT_FALSE(fs::exists(path("float16" + limit + ".h5")));
  }
}

TEST_F(Cli, MakesTheSameRmatFileWithinEveryMemoryLimit) {
  const auto make = [&](const std::string& limit, const std::string& threads) {
    const CommandResult made = weft({"synth", "rmat", "--nodes", "2000", "--edges", "3000000", "--features", "3",
                                     "--memory-limit", limit, "--threads", threads, "-o", "r.h5"});
    EXPECT_EQ(made.code, 0) << made.err;
    return content_of(path("r.h5"));
  };
  const std::string all = make("4G", "2");
  EXPECT_EQ(make("33M", "2"), all);
  EXPECT_EQ(make("33M", "1"), all);
  const Dataset data = read_dataset(path("r.h5"));
  const CsrGraph graph = rmat({.num_nodes = 2000, .num_edges = 1500000, .undirected = true});
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), graph.sources()));
  EXPECT_EQ(std::get<Tensor>(data.node_features.in_memory())(1999, 2),
            static_cast<float>(Random(0).stream(1).normal(5999)));

  const CommandResult narrow = weft({"synth", "rmat", "--nodes", "2000000", "--memory-limit", "64M", "-o", "n.h5"});
  EXPECT_EQ(narrow.code, 2);
  EXPECT_NE(narrow.err.find("2000000 nodes take 91.55 MB, expected at least 123.55 MB"), std::string::npos)
      << narrow.err;
}

TEST_F(Cli, SaysThatTheDiskIsFullWhereEdgesAreSortedAndLeavesNothing) {
  fs::create_directory(path("out"));
  const CommandResult full =
      weft({"synth", "rmat", "--nodes", "2000", "--edges", "3000000", "--memory-limit", "33M", "-o", "out/r.h5"},
           rlim_t{1} << 20);
  EXPECT_EQ(full.code, 1);
  EXPECT_NE(full.err.find("out/r.h5: what does not fit in memory cannot be written beside it"), std::string::npos)
      << full.err;
  EXPECT_TRUE(fs::is_empty(path("out")));
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
