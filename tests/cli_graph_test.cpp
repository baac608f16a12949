// Whole graphs through the command: cross-validation by protocol, evaluation, predictions, reports, and SMILES.
#include <cmath>
#include <cstdlib>

#include "tests/cli_fixture.hpp"
#include "weft/molecules/molecule_drawing.hpp"

namespace weft::test {
namespace {

/// A TUDataset folder of `count` graphs: triangles (label 0) and paths of three nodes (label 1) in turn.
void write_triangles_and_paths(const std::filesystem::path& folder, int count) {
  std::filesystem::create_directory(folder);
  std::string edges, indicator, labels;
  for (int g = 0; g < count; ++g) {
    const auto node = [&](int k) { return std::to_string(3 * g + k); };
    const auto edge = [&](int a, int b) { edges += node(a) + ", " + node(b) + "\n" + node(b) + ", " + node(a) + "\n"; };
    edge(1, 2);
    edge(2, 3);
    if (g % 2 == 0) {
      edge(1, 3);
    }
    for (int k = 0; k < 3; ++k) {
      indicator += std::to_string(g + 1) + "\n";
    }
    labels += std::to_string(g % 2) + "\n";
  }
  write_content(folder / "T_A.txt", edges);
  write_content(folder / "T_graph_indicator.txt", indicator);
  write_content(folder / "T_graph_labels.txt", labels);
}

TEST_F(Cli, CrossValidatesGraphsAndSaysByWhichProtocol) {
  write_triangles_and_paths(path("T"), 40);
  ASSERT_EQ(weft({"import", "tudataset", "T", "-o", "t.h5"}).code, 0);
  const Json fair = weft_json({"train", "t.h5", "--model", "gin", "--epochs", "15", "--set", "learning_rate=0.01",
                               "--set", "batch_size=8", "-q"});
  EXPECT_EQ(fair["protocol"], "fair");
  EXPECT_EQ(fair["runs"], 10);
  EXPECT_EQ(fair["metric"], "accuracy");
  EXPECT_EQ(fair["per_run"][3]["split"], "strat3");
  EXPECT_GE(fair["test"].get<double>(), 0.95);
  const CommandResult gin = weft({"train", "t.h5", "--model", "wl", "--protocol", "gin"});
  EXPECT_EQ(gin.code, 2);
  EXPECT_NE(gin.err.find("has 0 of the ten folds, expected splits 0 to 9"), std::string::npos) << gin.err;
  EXPECT_EQ(weft({"train", "t.h5", "--protocol", "loo"}).code, 2);
}

TEST_F(Cli, TrainsEvaluatesAndPredictsGraphs) {
  write_triangles_and_paths(path("T"), 40);
  ASSERT_EQ(weft({"import", "tudataset", "T", "-o", "t.h5"}).code, 0);
  const Json trained = weft_json({"train", "t.h5", "--model", "gin", "--split", "strat0", "--epochs", "15", "--set",
                                  "learning_rate=0.01", "-o", "run", "-q"});
  EXPECT_FALSE(trained.contains("protocol"));
  const Json evaluated = weft_json({"evaluate", "run", "t.h5", "-q"});
  EXPECT_EQ(evaluated["split"], "strat0");
  EXPECT_NEAR(evaluated["test"].get<double>(), trained["test"].get<double>(), 1e-12);
  const CommandResult predicted = weft({"predict", "run", "t.h5", "-o", "p.csv"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const std::string table = content_of(path("p.csv"));
  EXPECT_EQ(table.rfind("graph,class,p_0,p_1\n0,0,", 0), 0U) << table.substr(0, 60);
  EXPECT_EQ(std::ranges::count(table, '\n'), 41);
  EXPECT_NE(content_of(path("run") / "report.html").find("Confusion on the test part"), std::string::npos);
}

TEST_F(Cli, NamesAModelThatNodesCannotUse) {
  make_sbm();
  const CommandResult result = weft({"train", "sbm.h5", "--model", "wl"});
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("made for whole graphs"), std::string::npos) << result.err;
}

TEST_F(Cli, LearnsFromSmilesAndPredictsFromSmiles) {
  if (!draws_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "without RDKit";
    GTEST_SKIP() << "this Weft was built without RDKit";
  }
  // Chains of carbon, and how long they are; every third an alcohol.
  std::string csv = "smiles,size\n";
  for (int n = 1; n <= 60; ++n) {
    const std::string carbons(static_cast<std::size_t>(1 + n % 12), 'C');
    csv += carbons + (n % 3 == 0 ? "O" : "") + "," + std::to_string(10 * (1 + n % 12)) + "\n";
  }
  write_content(path("chains.csv"), csv);
  ASSERT_EQ(
      weft({"import", "smiles", "chains.csv", "--targets", "size", "--task", "graph_regression", "-o", "c.h5"}).code,
      0);
  const Json trained = weft_json({"train", "c.h5", "--model", "gine", "--split", "rand0", "--epochs", "60", "--set",
                                  "learning_rate=0.01", "--set", "pooling=sum", "--set", "norm=none", "--set",
                                  "batch_size=16", "-o", "run", "-q"});
  EXPECT_EQ(trained["metric"], "mae");
  EXPECT_LT(trained["test"].get<double>(), 15.0);
  const std::string report = content_of(path("run") / "report.html");
  EXPECT_NE(report.find("Predicted and true"), std::string::npos);
  EXPECT_NE(report.find("<figure><svg"), std::string::npos);

  write_content(path("new.smi"), "CCCCCC hexane\nnothing\nC methane\n");
  const CommandResult predicted = weft({"predict", "run", "new.smi", "-o", "p.csv"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_NE(predicted.err.find("line 2: 'nothing' is no molecule"), std::string::npos) << predicted.err;
  const std::string table = content_of(path("p.csv"));
  ASSERT_EQ(table.rfind("graph,smiles,value_0\n0,CCCCCC,", 0), 0U) << table;
  EXPECT_NEAR(std::stod(table.substr(std::string("graph,smiles,value_0\n0,CCCCCC,").size())), 60.0, 20.0);
  EXPECT_EQ(weft({"predict", "run", "new.smi", "--strict", "-o", "q.csv"}).code, 3);
  EXPECT_FALSE(std::filesystem::exists(path("q.csv")));
}

}  // namespace
}  // namespace weft::test
