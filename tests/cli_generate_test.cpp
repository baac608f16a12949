// weft train --task generation and weft generate, run as commands.
#include <algorithm>
#include <fstream>

#include "tests/cli_interruption.hpp"
#include "tests/synthetic_data.hpp"
#include "weft/io/dataset.hpp"
#include "weft/molecules/molecule_reader.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft {
namespace {

using test::Json;

class CliGenerate : public test::InterruptedCli {
 protected:
  void make_rings() const { write_dataset(test::rings(40, 3, 5), path("rings.h5")); }

  Json train_small(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"train", "rings.h5",        "--task",   "generation", "-o",    "run",
                                          "--set", "width=16",        "--set",    "layers=1",   "--set", "heads=2",
                                          "--set", "epoch_graphs=64", "--epochs", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return weft_json(arguments);
  }
};

TEST_F(CliGenerate, TrainsAndDrawsADatasetOfGraphs) {
  make_rings();
  const Json trained = train_small();
  EXPECT_EQ(trained["task"], "generation");
  EXPECT_EQ(trained["metric"], "nll");
  EXPECT_EQ(trained["per_run"][0]["epochs"], 2);
  EXPECT_EQ(files_in(path("run")),
            (std::vector<std::string>{"checkpoint.h5", "config.toml", "metrics.jsonl", "model.h5", "report.html"}));
  const Json drawn = weft_json({"generate", "run", "-n", "25", "-o", "new.h5", "--seed", "4"});
  EXPECT_EQ(drawn["n"], 25);
  EXPECT_EQ(drawn["whole"], 1.0);
  const Dataset made = read_dataset(path("new.h5"));
  EXPECT_EQ(made.num_graphs(), 25);
  EXPECT_EQ(made.task, TaskKind::generation);
}

TEST_F(CliGenerate, EstimatesARun) {
  make_rings();
  const Json estimate = train_small({"--estimate"});
  EXPECT_GT(estimate["estimate_bytes"].get<double>(), 0.0);
  EXPECT_GT(estimate["epoch_seconds"].get<double>(), 0.0);
  EXPECT_FALSE(std::filesystem::exists(path("run")));
}

TEST_F(CliGenerate, DrawsTheSameFileFromTheSameSeed) {
  make_rings();
  (void)train_small();
  for (const char* name : {"a.h5", "b.h5"}) {
    EXPECT_EQ(
        weft({"generate", "run", "-n", "30", "-o", name, "--seed", "7", "--threads", name[0] == 'a' ? "1" : "2"}).code,
        0);
  }
  EXPECT_EQ(weft({"generate", "run", "-n", "30", "-o", "c.h5", "--seed", "8"}).code, 0);
  const Dataset a = read_dataset(path("a.h5")), b = read_dataset(path("b.h5")), c = read_dataset(path("c.h5"));
  EXPECT_EQ(edges_of(a.graph), edges_of(b.graph));
  EXPECT_NE(edges_of(a.graph), edges_of(c.graph));
}

TEST_F(CliGenerate, ComparesWithTheSplitThatTheModelLearnedFrom) {
  make_rings();
  Dataset dataset = read_dataset(path("rings.h5"));
  // The second of two splits is the best, since its validation part is a ring of 3 nodes and the other's one of 5.
  dataset.splits[0].val = {32};
  Split easy = dataset.splits[0];
  easy.name = "easy";
  easy.val = {30};
  easy.test = {31, 33};
  dataset.splits.push_back(easy);
  write_dataset(dataset, path("rings.h5"));
  (void)train_small({"--split", "rand0", "--split", "easy"});
  ASSERT_EQ(read_model_file(path("run/model.h5")).text("split"), "easy");
  const auto drawn = weft({"generate", "run", "-n", "20", "-o", "new.h5", "--report", "--json"});
  ASSERT_EQ(drawn.code, 0) << drawn.err;
  EXPECT_NE(drawn.err.find("comparing with 2 test graphs"), std::string::npos) << drawn.err;
  const Json figures = Json::parse(drawn.out, nullptr, false);
  for (const char* name : {"valid", "valid_unmasked", "unique", "novel", "vun"}) {
    EXPECT_GE(figures[name].get<double>(), 0.0) << name;
    EXPECT_LE(figures[name].get<double>(), 1.0) << name;
  }
  EXPECT_GE(figures["degree_mmd"].get<double>(), 0.0);
  EXPECT_TRUE(figures["floor"].contains("degree_mmd"));
  const std::string page = test::content_of(path("new.html"));
  EXPECT_NE(page.find("Graphs by nodes"), std::string::npos);
  EXPECT_NE(page.find("easy"), std::string::npos);
  dataset.splits.pop_back();
  write_dataset(dataset, path("less.h5"));
  const auto refused = weft({"generate", "run", "-n", "5", "-o", "x.h5", "--report", "--data", "less.h5"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("trained on split easy, which rings does not have"), std::string::npos) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(path("x.h5"))) << "it was drawn before it was refused";
}

TEST_F(CliGenerate, KeepsTheLikeliestOfSeveral) {
  make_rings();
  (void)train_small();
  ASSERT_EQ(weft({"generate", "run", "-n", "10", "--best-of", "4", "-o", "best.h5", "--seed", "3"}).code, 0);
  const Dataset best = read_dataset(path("best.h5"));
  ASSERT_EQ(best.num_graphs(), 10);
  const std::vector<SampledGraph> all = TrainedModel::load(path("run")).generate(40, {.seed = 3});
  std::int64_t not_first = 0;
  for (std::size_t i = 0; i < 40; i += 4) {
    // By the nodes and edges that it writes.
    const auto score = [&](std::size_t k) {
      return all[k].log_likelihood / static_cast<double>(all[k].graph.types.size() + all[k].graph.edges.size());
    };
    std::size_t likeliest = i;
    for (std::size_t k = i + 1; k < i + 4; ++k) {
      likeliest = score(k) > score(likeliest) ? k : likeliest;
    }
    not_first += likeliest != i ? 1 : 0;
    EXPECT_EQ(best.node_ptr[i / 4 + 1] - best.node_ptr[i / 4],
              static_cast<std::int64_t>(all[likeliest].graph.types.size()))
        << i;
  }
  EXPECT_GT(not_first, 0);
  EXPECT_EQ(weft({"generate", "run", "-n", "1", "--best-of", "0", "-o", "x.h5"}).code, 2);
}

TEST_F(CliGenerate, NeedsNoTaskForADatasetThatIsForGeneration) {
  make_rings();
  const Json trained = weft_json({"train", "rings.h5", "--max-minutes", "0.001"});
  EXPECT_EQ(trained["model"], "sequence");
}

TEST_F(CliGenerate, GoesOnWithItsOwnConfig) {
  make_rings();
  (void)train_small({"--max-minutes", "0.00001"});
  const Json resumed = weft_json({"train", "-o", "run", "--resume"});
  EXPECT_EQ(resumed["model"], "sequence");
  EXPECT_EQ(resumed["interrupted"], false);
  EXPECT_EQ(resumed["per_run"][0]["epochs"], 2);
}

TEST_F(CliGenerate, GoesOnToTheBitAfterAnyNumberOfInterruptionsAtAnyMoment) {
  make_rings();
  // 20 steps an epoch, a checkpoint after almost every one of them.
  const std::vector<std::string> job = {
      "train", "rings.h5",    "--task", "generation",    "--epochs", "4",
      "--set", "width=32",    "--set",  "layers=2",      "--set",    "epoch_graphs=320",
      "--set", "dropout=0.1", "--set",  "batch_size=16", "--set",    "checkpoint_seconds=0.01"};
  const auto whole = weft(test::with(job, {"-o", "whole"}));
  ASSERT_EQ(whole.code, 0) << whole.err;
  expect_the_same_after_interruptions(job, "whole");
}

TEST_F(CliGenerate, DrawsMoleculesThatBeginAsAsked) {
  if (!reads_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "without RDKit";
    GTEST_SKIP() << "this Weft was built without RDKit";
  }
  std::ofstream(path("rings.csv")) << "smiles,y\nc1ccccc1C,1\nc1ccccc1O,2\nc1ccccc1CC,3\nc1ccccc1OC,4\nCCOC,5\nCCCO,6\n"
                                      "CCCC,7\nCOC,8\nCCO,9\nOc1ccccc1O,10\nCc1ccccc1C,11\nCc1ccccc1O,12\n";
  ASSERT_EQ(
      weft({"import", "smiles", "rings.csv", "--targets", "y", "--task", "graph_regression", "-o", "rings.h5"}).code,
      0);
  (void)train_small({"--split", "rand0"});
  ASSERT_EQ(weft({"generate", "run", "-n", "30", "-o", "new.smi", "--prefix", "c1ccccc1"}).code, 0);
  std::istringstream lines(test::content_of(path("new.smi")));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_GE(std::ranges::count(line, 'c'), 6) << line;
  }
  EXPECT_EQ(count, 30);
  const test::CommandResult refused = weft({"generate", "run", "-n", "3", "-o", "x.smi", "--prefix", "c1ccccc"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("c1ccccc"), std::string::npos) << refused.err;
}

TEST_F(CliGenerate, RefusesWhatCannotBe) {
  make_rings();
  (void)train_small();
  const auto complains = [&](const std::vector<std::string>& arguments, int code, const std::string& part) {
    const auto result = weft(arguments);
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  };
  complains({"generate", "run", "-n", "5", "-o", "x.smi"}, 2, "no molecules");
  complains({"generate", "run", "-n", "5", "-o", "x.txt"}, 2, ".smi");
  complains({"generate", "run", "-n", "5", "-o", "x.h5", "--prefix", "CCO"}, 2,
            "--prefix: the model makes no molecules");
  complains({"generate", "run", "-n", "0", "-o", "x.h5"}, 2, "-n");
  complains({"generate", "run", "-n", "5", "-o", "x.h5", "--property", "nodes=4"}, 2, "nodes");
  complains({"generate", "run", "-n", "5", "-o", "x.h5", "--property", "nodes"}, 2, "name=value");
  complains({"generate", "rings.h5", "-n", "5", "-o", "x.h5"}, 3, "rings.h5");
  complains({"train", "rings.h5", "--task", "generation", "--set", "widht=5"}, 2, "width");
  complains({"train", "rings.h5", "--task", "generation", "--model", "gcn"}, 2, "gcn");
  complains({"train", "rings.h5", "--memory-limit", "1G"}, 2, "memory limit: generation holds all graphs in memory");
  complains({"generate", "run", "-n", "5", "-o", "rings.h5", "--report"}, 2, "is a file that is read");
  complains({"generate", "run/model.h5", "-n", "5", "-o", "x.h5", "--report"}, 2, "expected weft generate");
  EXPECT_FALSE(std::filesystem::exists(path("x.h5")));
}

}  // namespace
}  // namespace weft
