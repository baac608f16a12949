// Links through the command: train, evaluate, predict, and what is refused.
#include <csignal>
#include <fstream>

#include "tests/cli_fixture.hpp"
#include "weft/io/dataset.hpp"

namespace weft::test {
namespace {

const std::vector<std::string> kTrain = {
    "train", "sbm.h5", "--task", "link_prediction", "--model", "gcn", "--epochs", "20", "-o", "run", "-q"};

TEST_F(Cli, JudgesWhatUsersAreShownWhereItIsKnownWhoTheyAre) {
  constexpr NodeId kUsers = 20, kItems = 30;
  Dataset data;
  data.name = "shop";
  data.task = TaskKind::link_prediction;
  std::vector<Edge> links;
  for (NodeId u = 0; u < kUsers; ++u) {
    for (NodeId k = 0; k < 6; ++k) {
      links.push_back({u, kUsers + (u + k) % kItems});
    }
  }
  data.graph = CsrGraph::from_edges(kUsers + kItems, links, {.symmetrize = true});
  write_dataset(data, path("shop.h5"));
  const std::vector<std::string> job = {"train", "shop.h5", "--model", "gcn",        "--epochs",
                                        "2",     "-o",      "run",     "--overwrite"};
  const CommandResult known = weft(with(job, {"--users", "0-19", "--set", "metric=recall@20"}));
  EXPECT_EQ(known.code, 0) << known.err;
  EXPECT_NE(known.err.find("users: 20 of the nodes, to whom the 30 others are shown"), std::string::npos) << known.err;
  EXPECT_NE(known.out.find("test recall@20"), std::string::npos) << known.out;
  EXPECT_TRUE(weft_json({"evaluate", "run", "shop.h5", "-q"})["metrics"]["test"].contains("ndcg@20"));
  const CommandResult unknown = weft(with(job, {"--set", "bipartite=true", "--set", "metric=recall@20"}));
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("which nodes are users is not known"), std::string::npos) << unknown.err;
  EXPECT_EQ(weft(with(job, {"--users", "19-0"})).code, 2);
}

TEST_F(Cli, TrainsEvaluatesAndPredictsLinks) {
  make_sbm();
  const Json trained = weft_json(kTrain);
  EXPECT_EQ(trained["task"], "link_prediction");
  EXPECT_EQ(trained["metric"], "roc_auc");
  EXPECT_EQ(trained["split"], "random");
  EXPECT_GT(trained["test"].get<double>(), 0.55);
  for (const char* metric : {"roc_auc", "average_precision", "hits@20", "hits@50", "mrr"}) {
    EXPECT_TRUE(trained["per_run"][0]["test_metrics"].contains(metric)) << metric;
  }
  EXPECT_EQ(files_in(path("run")),
            (std::vector<std::string>{"checkpoint.h5", "config.toml", "metrics.jsonl", "model.h5", "report.html"}));
  EXPECT_NE(content_of(path("run/report.html")).find("test links"), std::string::npos);

  const Json evaluated = weft_json({"evaluate", "run", "sbm.h5", "-q"});
  EXPECT_EQ(evaluated["task"], "link_prediction");
  EXPECT_EQ(evaluated["metrics"]["test"], trained["per_run"][0]["test_metrics"]);

  // The product of two rows of states is the score of the pair.
  ASSERT_EQ(weft({"predict", "run", "sbm.h5", "-o", "states.csv"}).code, 0);
  std::ofstream(path("pairs.csv")) << "source,destination\n0,7\n";
  ASSERT_EQ(weft({"predict", "run", "sbm.h5", "--pairs", "pairs.csv", "-o", "scores.csv"}).code, 0);
  std::istringstream states(content_of(path("states.csv"))), scores(content_of(path("scores.csv")));
  std::string line;
  std::vector<std::vector<double>> rows;
  ASSERT_TRUE(std::getline(states, line));
  EXPECT_EQ(line.substr(0, 20), "node,state_0,state_1");
  while (std::getline(states, line)) {
    std::istringstream fields(line.substr(line.find(',') + 1));
    std::vector<double>& row = rows.emplace_back();
    for (std::string field; std::getline(fields, field, ',');) {
      row.push_back(std::stod(field));
    }
  }
  ASSERT_EQ(rows.size(), 200U);
  double product = 0.0;
  for (std::size_t j = 0; j < rows[0].size(); ++j) {
    product += rows[0][j] * rows[7][j];
  }
  ASSERT_TRUE(std::getline(scores, line));
  EXPECT_EQ(line, "source,destination,score,p_link");
  ASSERT_TRUE(std::getline(scores, line));
  EXPECT_EQ(line.substr(0, 4), "0,7,");
  EXPECT_NEAR(std::stod(line.substr(4)), product, 1e-4);
}

TEST_F(Cli, EstimatesTimeAndMemoryOfLinks) {
  make_sbm();
  const Json estimate = weft_json(
      {"train", "sbm.h5", "--task", "link_prediction", "--model", "gcn", "--epochs", "10", "--estimate", "-o", "run"});
  // The features of 200 nodes, which every step reads, are in memory.
  EXPECT_EQ(estimate["feature_bytes"], 200 * 8 * 4);
  EXPECT_GT(estimate["estimate_bytes"].get<double>(), 50e6);
  EXPECT_GT(estimate["epoch_seconds"], 0.0);
  EXPECT_NEAR(estimate["estimate_seconds"].get<double>(),
              10.0 * (estimate["epoch_seconds"].get<double>() + estimate["evaluation_seconds"].get<double>()), 1e-6);
  EXPECT_FALSE(std::filesystem::exists(path("run")));
}

TEST_F(Cli, ResumesARunOnLinksFromItsOwnConfig) {
  make_sbm();
  (void)weft_json(kTrain);
  const std::string model = content_of(path("run/model.h5"));
  std::filesystem::remove(path("run/checkpoint.h5"));
  const CommandResult again = weft({"train", "-o", "run", "--resume", "-q"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(content_of(path("run/model.h5")), model);
  EXPECT_NE(content_of(path("run/config.toml")).find("task = \"link_prediction\""), std::string::npos);
}

TEST_F(Cli, NamesTheSamplersOfLinks) {
  make_sbm();
  const Json models = weft_json({"models"});
  ASSERT_EQ(models["link_samplers"].size(), 4U);
  for (const Json& sampler : models["link_samplers"]) {
    std::vector<std::string> arguments = kTrain;
    arguments.insert(arguments.end(), {"--sampler", sampler["name"], "--batch-size", "256", "--overwrite"});
    EXPECT_EQ(weft(arguments).code, 0) << sampler;
  }
  const CommandResult wrong = weft({"train", "sbm.h5", "--task", "link_prediction", "--sampler", "cluster"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("uniform_negatives"), std::string::npos) << wrong.err;
  const CommandResult nodes = weft({"train", "sbm.h5", "--sampler", "uniform_negatives"});
  EXPECT_EQ(nodes.code, 2);
}

TEST_F(Cli, SaysWhatItCannotDoWithLinks) {
  make_sbm();
  const auto refused = [&](std::vector<std::string> arguments, const std::string& text) {
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
  };
  refused({"train", "sbm.h5", "--task", "link_prediction", "--memory-limit", "1G"}, "link_prediction reads");
  refused({"train", "sbm.h5", "--task", "link_prediction", "--split", "public"}, "matches no split");
  refused({"train", "sbm.h5", "--task", "links"}, "--task");
  ASSERT_EQ(weft({"train", "sbm.h5", "--epochs", "2", "-o", "nodes", "-q"}).code, 0);
  std::ofstream(path("pairs.csv")) << "0,7\n";
  refused({"predict", "nodes", "sbm.h5", "--pairs", "pairs.csv", "-o", "p.csv"}, "--pairs");
  (void)weft_json(kTrain);
  std::ofstream(path("pairs.csv")) << "0,7\n1,200\n";
  const CommandResult result = weft({"predict", "run", "sbm.h5", "--pairs", "pairs.csv", "-o", "p.csv"});
  EXPECT_EQ(result.code, 3);
  EXPECT_NE(result.err.find("line 2: node 200 is not in the dataset"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace weft::test
