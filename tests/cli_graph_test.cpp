// Whole graphs through the command: cross-validation by protocol, evaluation, predictions, reports, and SMILES.
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "tests/cli_fixture.hpp"
#include "weft/core/error.hpp"
#include "weft/io/dataset.hpp"
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

TEST_F(Cli, PredictsAFewNewGraphsByTheNamesOfTheirColumns) {
  write_triangles_and_paths(path("T"), 40);
  // The middle of a path has label 2, its ends 1; a triangle has 4.
  const auto label_nodes = [&](const std::filesystem::path& folder, const std::string& labels) {
    std::string text;
    for (const char label : labels) {
      text += std::string(1, label) + "\n";
    }
    write_content(folder / "T_node_labels.txt", text);
  };
  std::string labels;
  for (int g = 0; g < 40; ++g) {
    labels += g % 2 == 0 ? "444" : "121";
  }
  label_nodes(path("T"), labels);
  ASSERT_EQ(weft({"import", "tudataset", "T", "-o", "t.h5"}).code, 0);
  ASSERT_EQ(weft({"train", "t.h5", "--model", "gin", "--split", "strat0", "--epochs", "15", "--set",
                  "learning_rate=0.01", "--set", "batch_size=8", "-q", "-o", "run"})
                .code,
            0);
  // Two paths alone: label 1 is the first column here and label 4 does not occur.
  std::filesystem::create_directory(path("N"));
  write_content(path("N") / "T_A.txt", "1,2\n2,3\n4,5\n5,6\n");
  write_content(path("N") / "T_graph_indicator.txt", "1\n1\n1\n2\n2\n2\n");
  label_nodes(path("N"), "121121");
  ASSERT_EQ(weft({"import", "tudataset", "N", "-o", "n.h5"}).code, 0);
  const CommandResult good = weft({"predict", "run", "n.h5", "-o", "n.csv"});
  ASSERT_EQ(good.code, 0) << good.err;
  const std::string table = content_of(path("n.csv"));
  EXPECT_TRUE(table.starts_with("graph,class,p_0,p_1\n0,1,")) << table;
  EXPECT_NE(table.find("\n1,1,"), std::string::npos) << table;
  label_nodes(path("N"), "121151");
  ASSERT_EQ(weft({"import", "tudataset", "N", "-o", "n.h5"}).code, 0);
  const CommandResult bad = weft({"predict", "run", "n.h5", "-o", "n2.csv"});
  EXPECT_EQ(bad.code, 3);
  EXPECT_NE(bad.err.find("'node_label=5' in 1 row"), std::string::npos) << bad.err;
}

/// folds.h5: 40 triangles and paths in turn, with the ten folds without validation parts that protocol gin goes over.
void write_ten_folds(const std::filesystem::path& path) {
  Dataset data;
  data.name = "folds";
  data.task = TaskKind::graph_classification;
  data.num_classes = 2;
  data.node_ptr = {0};
  std::vector<Edge> edges;
  std::vector<std::int64_t> labels;
  for (std::int64_t g = 0; g < 40; ++g) {
    const auto first = static_cast<NodeId>(3 * g);
    edges.insert(edges.end(), {{first, first + 1}, {first + 1, first + 2}});
    if (g % 2 == 0) {
      edges.push_back({first, first + 2});
    }
    data.node_ptr.push_back(3 * g + 3);
    labels.push_back(g % 2);
  }
  data.graph = CsrGraph::from_edges(120, edges, {.symmetrize = true});
  data.graph_labels = std::move(labels);
  for (std::int64_t fold = 0; fold < 10; ++fold) {
    Split split;
    split.name = std::to_string(fold);
    for (std::int64_t g = 0; g < 40; ++g) {
      (g / 4 == fold ? split.test : split.train).push_back(g);
    }
    data.splits.push_back(std::move(split));
  }
  write_dataset(data, path);
}

TEST_F(Cli, ReadsTheFiguresOfProtocolGinAtTheOneEpochWithTheBestMean) {
  write_ten_folds(path("folds.h5"));
  const Json trained = weft_json({"train", "folds.h5", "--model", "gin", "--protocol", "gin", "--epochs", "4", "--set",
                                  "batch_size=8", "--set", "hidden=8", "-o", "run", "-q"});
  EXPECT_EQ(trained["protocol"], "gin");
  ASSERT_EQ(trained["per_run"].size(), 10U);
  std::vector<std::vector<double>> curves(10);
  std::istringstream lines(content_of(path("run/metrics.jsonl")));
  for (std::string line; std::getline(lines, line);) {
    const Json record = Json::parse(line);
    curves[record["run"].get<std::size_t>()].push_back(record["val"]);
  }
  std::vector<double> means(4, 0.0);
  for (const std::vector<double>& curve : curves) {
    ASSERT_EQ(curve.size(), 4U);
    for (std::size_t e = 0; e < 4; ++e) {
      means[e] += curve[e] / 10.0;
    }
  }
  const auto best = static_cast<std::size_t>(std::ranges::max_element(means) - means.begin());
  EXPECT_NEAR(trained["test"].get<double>(), means[best], 1e-12);
  for (std::size_t fold = 0; fold < 10; ++fold) {
    const Json& run = trained["per_run"][fold];
    EXPECT_EQ(run["split"], std::to_string(fold));
    EXPECT_EQ(run["test"], curves[fold][static_cast<std::size_t>(run["best_epoch"].get<std::int64_t>()) - 1]);
    EXPECT_EQ(run["best_epoch"], trained["per_run"][0]["best_epoch"]);
  }
  // Read again from the folder, and by a run that has nothing left to do.
  EXPECT_EQ(weft_json({"report", "run", "-q"})["runs"][0]["test"], trained["test"]);
  EXPECT_EQ(weft_json({"train", "-o", "run", "--resume", "-q"})["test"], trained["test"]);
}

TEST_F(Cli, EstimatesTimeAndMemoryOfManyGraphs) {
  write_ten_folds(path("folds.h5"));
  const Json estimate = weft_json(
      {"train", "folds.h5", "--model", "gin", "--split", "[0-4]", "--epochs", "10", "--estimate", "-o", "run"});
  EXPECT_GT(estimate["estimate_bytes"].get<double>(), 50e6);
  // Small as the model is, it has weights and what is kept for each.
  EXPECT_GT(estimate["training_bytes"], 1000);
  EXPECT_GT(estimate["evaluation_bytes"], 250);
  EXPECT_GT(estimate["epoch_seconds"], 0.0);
  // Five runs.
  EXPECT_NEAR(estimate["estimate_seconds"].get<double>(),
              50.0 * (estimate["epoch_seconds"].get<double>() + estimate["evaluation_seconds"].get<double>()), 1e-6);
  EXPECT_FALSE(std::filesystem::exists(path("run")));
}

TEST_F(Cli, SaysWhichKeysOfAConfigurationAreOfAnotherTask) {
  make_sbm();
  write_ten_folds(path("folds.h5"));
  ASSERT_EQ(weft({"train", "folds.h5", "--model", "gcn", "--split", "0", "--epochs", "1", "-o", "run", "-q"}).code, 0);
  const CommandResult nodes = weft({"train", "sbm.h5", "--config", "run/config.toml"});
  EXPECT_EQ(nodes.code, 2);
  EXPECT_EQ(nodes.err,
            "weft: there is no option 'degree_categories'; that belongs to graph_classification, graph_regression, and "
            "this run is one of node_classification\n");
  // A name that other tasks have too, but not with that value.
  write_content(path("nodes.toml"), "sampler = \"none\"\n");
  const CommandResult links = weft({"train", "sbm.h5", "--config", "nodes.toml", "--task", "link_prediction"});
  EXPECT_EQ(links.code, 2);
  EXPECT_NE(links.err.find("; that belongs to node_classification, node_regression, graph_classification, "
                           "graph_regression, and this run is one of link_prediction\n"),
            std::string::npos)
      << links.err;
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
  const std::string page = content_of(path("run") / "report.html");
  EXPECT_NE(page.find("Confusion on the test part"), std::string::npos);
  EXPECT_NE(page.find("<th>class</th><th class=\"n\">graphs</th>"), std::string::npos);
}

TEST_F(Cli, GoesOnWithTheMetricThatARunHasBegunWith) {
  write_ten_folds(path("folds.h5"));
  const std::vector<std::string> job = {"train", "folds.h5", "--model", "gin", "--split", "0", "--epochs", "2", "-q"};
  ASSERT_EQ(weft(with(job, {"--set", "metric=accuracy", "--max-minutes", "1e-9", "-o", "run"})).code, 0);
  std::string config = content_of(path("run/config.toml"));
  const std::string named = "metric = \"accuracy\"";
  ASSERT_NE(config.find(named), std::string::npos) << config;
  // As an earlier Weft left it, which chose accuracy for two classes of graphs.
  write_content(path("run/config.toml"), config.replace(config.find(named), named.size(), "metric = \"auto\""));
  const Json resumed = weft_json({"train", "-o", "run", "--resume", "-q"});
  EXPECT_EQ(resumed["metric"], "accuracy");
  EXPECT_EQ(resumed["per_run"][0]["epochs"], 2);
  EXPECT_EQ(weft_json(with(job, {"--no-save"}))["metric"], "roc_auc");
}

TEST_F(Cli, NamesAModelThatGraphsCannotUseBeforeAnythingIsWritten) {
  write_ten_folds(path("folds.h5"));
  for (const char* model : {"ridge", "label_propagation"}) {
    const CommandResult result = weft({"train", "folds.h5", "--model", model, "-o", "run"});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.err, concat("weft: model ", model,
                                 ": made for classes and labels of nodes, and the task is graph_classification; "
                                 "expected another model\n"));
    EXPECT_FALSE(std::filesystem::exists(path("run")));
  }
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

  // A letter that no SMILES has ends what RDKit reads: the rest must not be taken for the molecule.
  write_content(path("wrong.csv"), "smiles\nCCO\nC\xc3\xa9\n\"CC O\",\n");
  const CommandResult wrong = weft({"predict", "run", "wrong.csv", "-o", "w.csv"});
  EXPECT_EQ(wrong.code, 0) << wrong.err;
  EXPECT_NE(wrong.err.find("line 3: 'Cé' has 'é' at letter 2"), std::string::npos) << wrong.err;
  EXPECT_NE(wrong.err.find("line 4: 'CC O' has ' ' at letter 3"), std::string::npos) << wrong.err;
  EXPECT_EQ(std::ranges::count(content_of(path("w.csv")), '\n'), 2);

  write_content(path("new.smi"), "CCCCCC hexane\nnothing\nC methane\n");
  const CommandResult predicted = weft({"predict", "run", "new.smi", "-o", "p.csv"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_NE(predicted.err.find("line 2: 'nothing' is no molecule"), std::string::npos) << predicted.err;
  const std::string table = content_of(path("p.csv"));
  // The name behind the SMILES is the id; the second line is no molecule, so that the last has number 2.
  ASSERT_EQ(table.rfind("graph,id,smiles,size\n0,hexane,CCCCCC,", 0), 0U) << table;
  EXPECT_NEAR(std::stod(table.substr(std::string("graph,id,smiles,size\n0,hexane,CCCCCC,").size())), 60.0, 20.0);
  EXPECT_NE(table.find("\n2,methane,C,"), std::string::npos) << table;
  EXPECT_EQ(weft({"predict", "run", "new.smi", "--strict", "-o", "q.csv"}).code, 3);
  EXPECT_FALSE(std::filesystem::exists(path("q.csv")));
}

TEST_F(Cli, PredictsTheColumnOfMoleculesThatItsModelWasTrainedOn) {
  if (!draws_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this Weft was built without RDKit";
    GTEST_SKIP() << "this Weft was built without RDKit";
  }
  std::string csv = "key,Drug,Y\n";
  for (int n = 1; n <= 20; ++n) {
    csv += concat('k', n, ',', std::string(static_cast<std::size_t>(n), 'C'), ',', n, ".5\n");
  }
  write_content(path("old.csv"), csv);
  ASSERT_EQ(weft({"import", "smiles", "old.csv", "--smiles", "Drug", "--targets", "Y", "-o", "c.h5"}).code, 0);
  ASSERT_EQ(weft({"train", "c.h5", "--model", "gin", "--split", "rand0", "--epochs", "2", "-q", "-o", "run"}).code, 0);
  // Codes that are molecules themselves stand before the column.
  write_content(path("new.csv"), "code,Drug\nCO,CCCO\nN,c1ccccc1\n");
  const CommandResult good = weft({"predict", "run", "new.csv", "-o", "p.csv"});
  ASSERT_EQ(good.code, 0) << good.err;
  const std::string table = content_of(path("p.csv"));
  EXPECT_TRUE(table.starts_with("graph,id,smiles,Y\n0,CO,CCCO,")) << table;
  EXPECT_NE(table.find("\n1,N,c1ccccc1,"), std::string::npos) << table;
  EXPECT_NE(good.err.find("the column 'code' has the ids"), std::string::npos) << good.err;
  write_content(path("other.csv"), "code,Molecule\nCO,CCCO\n");
  const CommandResult bad = weft({"predict", "run", "other.csv", "-o", "q.csv"});
  EXPECT_EQ(bad.code, 3);
  EXPECT_NE(bad.err.find("has no column 'Drug'; the first row has 'code', 'Molecule'"), std::string::npos) << bad.err;
  const CommandResult named =
      weft({"predict", "run", "other.csv", "--smiles", "Molecule", "--id", "code", "-o", "q.csv"});
  ASSERT_EQ(named.code, 0) << named.err;
  EXPECT_TRUE(content_of(path("q.csv")).starts_with("graph,id,smiles,Y\n0,CO,CCCO,"));
  EXPECT_EQ(weft({"predict", "run", "c.h5", "--smiles", "Drug", "-o", "r.csv"}).code, 2);
}

}  // namespace
}  // namespace weft::test
