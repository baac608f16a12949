// The command line's contract: exit codes, what stands on which stream, and that no input and no
// interruption leaves half a file behind.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "tests/broken_files.hpp"
#include "tests/cli_fixture.hpp"
#include "tests/public_files.hpp"
#include "weft/core/random.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/model_file.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;

void expect_same_tensors(const fs::path& a, const fs::path& b) {
  const ModelFile left = read_model_file(a), right = read_model_file(b);
  ASSERT_EQ(left.tensors.size(), right.tensors.size());
  ASSERT_FALSE(left.tensors.empty());
  for (std::size_t i = 0; i < left.tensors.size(); ++i) {
    EXPECT_EQ(left.tensors[i].name, right.tensors[i].name);
    ASSERT_EQ(left.tensors[i].value.shape(), right.tensors[i].value.shape());
    EXPECT_TRUE(std::ranges::equal(left.tensors[i].value.values(), right.tensors[i].value.values()))
        << left.tensors[i].name;
  }
}

TEST_F(Cli, TeachesEveryCommandByAnExample) {
  for (const std::string command : {"info", "import", "synth", "train", "evaluate", "predict", "generate", "report",
                                    "export", "score", "serve", "models", "options", "datasets"}) {
    const CommandResult result = weft({command, "--help"});
    EXPECT_EQ(result.code, 0) << command;
    EXPECT_NE(result.out.find("Example: "), std::string::npos) << command;
    EXPECT_EQ(result.err, "") << command;
  }
  EXPECT_EQ(weft({"--version"}).out, "weft " WEFT_VERSION "\n");
}

TEST_F(Cli, EndsWith2WhereTheCommandLineIsWrong) {
  make_sbm();
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"trian", "sbm.h5"}, "did you mean `weft train`?"},
      {{"info"}, "DATA"},
      {{"info", "sbm.h5", "--jsno"}, "--jsno"},
      {{"info", "sbm.h5", "--threads", "-1"}, "--threads"},
      {{"train", "sbm.h5", "--set", "epoch=3"}, "did you mean 'epochs'?"},
      {{"train", "sbm.h5", "--set", "epochs"}, "expected key=value"},
      {{"train", "sbm.h5", "--set", "epochs=many"}, "'many' is not an integer"},
      {{"train", "sbm.h5", "--set", "learning_rate=-1"}, "expected 0 to 10"},
      {{"train", "sbm.h5", "--seed", "-1"}, "--seed"},
      {{"train", "sbm.h5", "--runs", "0"}, "expected 1 to"},
      {{"train", "sbm.h5", "--model", "wefd"}, "weft"},
      {{"train", "sbm.h5", "--split", "9"}, "matches no split of sbm, expected one of 0"},
      {{"train", "sbm.h5", "--resume"}, "expected -o RUN"},
      {{"synth", "ring", "-o", "x.h5"}, "ring"},
      {{"synth", "grid", "--nodes", "10", "-o", "x.h5"}, "square number such as 9"},
  };
  for (const auto& [arguments, part] : cases) {
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, 2) << part << "\n" << result.err;
    EXPECT_EQ(result.out, "") << part;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }
  EXPECT_EQ(files_in(folder_.path()), std::vector<std::string>{"sbm.h5"});
}

TEST_F(Cli, DescribesWhatSynthMade) {
  const CommandResult made = weft({"synth", "grid", "--nodes", "9", "--classes", "1", "--features", "2", "-o", "g.h5"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.out, "");
  const Json info = weft_json({"info", "g.h5"});
  EXPECT_EQ(info["task"], "node_classification");
  EXPECT_EQ(info["nodes"], 9);
  EXPECT_EQ(info["edges"], 24);  // 12 joined pairs, both directions
  EXPECT_EQ(info["classes"], 1);
  EXPECT_EQ(info["features"], (Json{{"kind", "dense"}, {"columns", 2}}));
  EXPECT_EQ(info["in_degree"]["min"], 2);
  EXPECT_EQ(info["in_degree"]["max"], 4);
  EXPECT_EQ(info["connected_components"], 1);
  EXPECT_EQ(info["isolated_nodes"], 0);
  EXPECT_EQ(info["edge_homophily"], 1.0);
  const std::string text = weft({"info", "g.h5"}).out;
  EXPECT_NE(text.find("edges                 24, undirected"), std::string::npos) << text;
}

TEST_F(Cli, MakesTheSameDatasetFromTheSameSeed) {
  for (const std::string kind : {"rmat", "sbm", "grid"}) {
    SCOPED_TRACE(kind);
    std::vector<std::string> files;
    for (const std::string name : {"a", "b", "c"}) {
      // Of the same name, which is in the file.
      const CommandResult made = weft({"synth", kind, "--nodes", "400", "--features", "4", "--seed",
                                       name == "c" ? "8" : "7", "--threads", name == "a" ? "1" : "3", "-o", "d.h5"});
      ASSERT_EQ(made.code, 0) << made.err;
      files.push_back(content_of(path("d.h5")));
      fs::rename(path("d.h5"), path(name + ".h5"));
    }
    EXPECT_EQ(files[0], files[1]) << "the bytes differ";
    const Dataset a = read_dataset(path("a.h5")), c = read_dataset(path("c.h5"));
    EXPECT_NE(std::get<Tensor>(a.node_features.in_memory())(0, 0), std::get<Tensor>(c.node_features.in_memory())(0, 0));
    // A grid has the edges that it has.
    EXPECT_EQ(edges_of(a.graph) == edges_of(c.graph), kind == "grid");
  }
}

TEST_F(Cli, FindsADatasetByItsName) {
  make_sbm();
  fs::create_directories(path("data/h5"));
  fs::rename(path("sbm.h5"), path("data/h5/town.h5"));
  const char* outside = std::getenv("WEFT_DATA");
  const std::string before = outside != nullptr ? outside : "";
  setenv("WEFT_DATA", path("data").c_str(), 1);
  EXPECT_EQ(weft_json({"info", "town"})["nodes"], 200);
  const Json found = weft_json({"datasets", "list"});
  ASSERT_GE(found["datasets"].size(), 1U);
  EXPECT_EQ(found["datasets"][0]["name"], "town");
  setenv("WEFT_DATA", before.c_str(), 1);
  const CommandResult missing = weft({"info", "town"});
  EXPECT_EQ(missing.code, 3) << missing.err;
  EXPECT_NE(missing.err.find("town"), std::string::npos);
}

TEST_F(Cli, EndsWith3AndNamesFileAndObjectOfEveryBrokenFile) {
  for (const auto* cases : {&kBrokenGraphs, &kBrokenData, &kBrokenStorage}) {
    for (const BrokenFile& broken : *cases) {
      {
        RawFile file(path("broken.h5"));
        broken.breaks(file);
      }
      const CommandResult result = weft({"info", "broken.h5", "--json"});
      EXPECT_EQ(result.code, 3) << broken.name << ": " << result.err;
      EXPECT_EQ(result.out, "") << broken.name;
      EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << broken.name << ": " << result.err;
      EXPECT_EQ(result.err.rfind("weft: broken.h5: ", 0), 0U) << broken.name << ": " << result.err;
      EXPECT_NE(result.err.find(broken.object), std::string::npos) << broken.name << ": " << result.err;
    }
  }
}

TEST_F(Cli, EndsWith3ForWhatIsNoDatasetFileAtAll) {
  write_content(path("empty.h5"), "");
  write_content(path("text.h5"), "node,class\n");
  fs::create_directory(path("folder.h5"));
  ASSERT_EQ(mkfifo(path("pipe.h5").c_str(), 0600), 0);
  for (const std::string name : {"empty.h5", "text.h5", "folder.h5", "pipe.h5", "missing.h5"}) {
    const CommandResult result = weft({"train", name, "-o", "run"});
    EXPECT_EQ(result.code, 3) << name << ": " << result.err;
    EXPECT_NE(result.err.find(name), std::string::npos) << result.err;
    EXPECT_FALSE(fs::exists(path("run"))) << name;
  }
}

TEST_F(Cli, NeverDiesOfADamagedFile) {
  { const RawFile good(path("good.h5")); }
  ASSERT_EQ(weft({"info", "good.h5"}).code, 0);
  const std::string good = content_of(path("good.h5"));
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    // A quarter of the files is cut off as well.
    std::string bytes = mutated(good, seed, 1 + static_cast<int>(seed % 8));
    bytes.resize(seed % 4 == 3 ? Random(seed).below(bytes.size(), 99) : bytes.size());
    write_content(path("mutated.h5"), bytes);
    const CommandResult result = weft({"info", "mutated.h5"});
    EXPECT_TRUE(result.code == 0 || result.code == 3)
        << "seed " << seed << ": code " << result.code << ", signal " << result.signal << "\n"
        << result.err;
    refused += result.code == 3 ? 1 : 0;
  }
  EXPECT_GT(refused, 75);
}

TEST_F(Cli, NeverDiesOfADamagedPublicFile) {
  for (const std::string name : {"wisconsin", "community_small", "mutag"}) {
    const std::optional<fs::path> data = public_file(name);
    if (!data) {
      GTEST_SKIP() << name << ".h5 is missing; set WEFT_DATA";
    }
    const std::string good = content_of(*data);
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      // Half of the changes go to the first bytes, where the file's own structure is dense.
      const std::string head = mutated(good.substr(0, 4096), seed, 1 + static_cast<int>(seed % 4));
      write_content(path("mutated.h5"), mutated(head + good.substr(4096), seed + 1000, 1 + static_cast<int>(seed % 4)));
      const CommandResult result = weft({"info", "mutated.h5"});
      EXPECT_TRUE(result.code == 0 || result.code == 3)
          << name << ", seed " << seed << ": code " << result.code << ", signal " << result.signal << "\n"
          << result.err;
    }
  }
}

TEST_F(Cli, RefusesADamagedModel) {
  make_sbm();
  ASSERT_EQ(weft({"train", "sbm.h5", "--epochs", "2", "-o", "run"}).code, 0);
  const std::string good = content_of(path("run/model.h5"));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::string bytes = mutated(good, seed, 1);
    if (bytes != good) {
      write_content(path("run/model.h5"), bytes);
      const CommandResult result = weft({"predict", "run", "sbm.h5", "-o", "out.csv"});
      EXPECT_EQ(result.code, 3) << "seed " << seed << ": " << result.err;
      EXPECT_FALSE(fs::exists(path("out.csv")));
    }
  }
}

TEST_F(Cli, PrintsTheFiguresOfARunAsDocumented) {
  make_sbm();
  const Json run = weft_json({"train", "sbm.h5", "--epochs", "5", "--runs", "3", "--seed", "4"});
  EXPECT_EQ(run["dataset"], "sbm");
  EXPECT_EQ(run["task"], "node_classification");
  EXPECT_EQ(run["split"], "0");
  EXPECT_EQ(run["runs"], 3);
  ASSERT_EQ(run["per_run"].size(), 3U);
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(run["per_run"][i]["seed"], 4 + i);
    EXPECT_EQ(run["per_run"][i]["epochs"], 5);
    const double test = run["per_run"][i]["test"];
    sum += test;
    squares += test * test;
  }
  EXPECT_NEAR(run["test"], sum / 3.0, 1e-12);
  EXPECT_NEAR(run["test_std"], std::sqrt(std::max(0.0, (squares - sum * sum / 3.0) / 2.0)), 1e-6);
  for (const char* key : {"model", "metric", "train", "val", "parameters", "threads", "peak_rss_bytes"}) {
    EXPECT_TRUE(run.contains(key)) << key;
  }
  for (const char* key : {"load", "train", "per_epoch", "total"}) {
    EXPECT_GT(run["seconds"][key], 0.0) << key;
  }
}

TEST_F(Cli, LearnsACommunityFromItsFeaturesAndEdges) {
  make_sbm("1000");
  EXPECT_GT(weft_json({"train", "sbm.h5", "--epochs", "60"})["test"], 0.9);
}

TEST_F(Cli, FillsARunFolderThatRepeatsTheRun) {
  make_sbm();
  const Json first = weft_json({"train", "sbm.h5", "--epochs", "6", "--set", "learning_rate=0.02", "-o", "run"});
  for (const char* name : {"config.toml", "model.h5", "metrics.jsonl", "report.html"}) {
    EXPECT_TRUE(fs::exists(path("run") / name)) << name;
  }
  std::istringstream lines(content_of(path("run/metrics.jsonl")));
  int epochs = 0;
  for (std::string line; std::getline(lines, line); ++epochs) {
    EXPECT_EQ(Json::parse(line)["epoch"], epochs + 1);
  }
  EXPECT_EQ(epochs, 6);
  const std::string report = content_of(path("run/report.html"));
  for (const char* part : {"Loss", "Confusion on the test part", "What the last layer sees", "learning_rate"}) {
    EXPECT_NE(report.find(part), std::string::npos) << part;
  }
  const Json again = weft_json({"train", "--config", "run/config.toml", "-o", "again"});
  EXPECT_EQ(again["test"], first["test"]);
  expect_same_tensors(path("run/model.h5"), path("again/model.h5"));
}

TEST_F(Cli, LetsFlagsWinOverSetAndSetWinOverTheFile) {
  make_sbm();
  write_content(path("c.toml"), "epochs = 7\nseed = 3\nruns = 2\n");
  EXPECT_EQ(weft_json({"train", "sbm.h5", "--config", "c.toml"})["per_run"][0]["epochs"], 7);
  EXPECT_EQ(weft_json({"train", "sbm.h5", "--config", "c.toml", "--set", "epochs=4"})["per_run"][1]["epochs"], 4);
  const Json run =
      weft_json({"train", "sbm.h5", "--config", "c.toml", "--set", "epochs=4", "--epochs", "2", "--seed", "9"});
  EXPECT_EQ(run["per_run"][1]["epochs"], 2);
  EXPECT_EQ(run["per_run"][1]["seed"], 10);
}

TEST_F(Cli, NamesTheFileOfAWrongConfiguration) {
  make_sbm();
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"epochz = 7\n", "weft: c.toml: there is no option 'epochz'; did you mean 'epochs'?\n"},
      {"epochs = \"x\"\n", "weft: c.toml: option epochs: 'x' is not an integer\n"},
      {"[epochs]\n",
       "weft: c.toml: 'epochs' is a table, an array or a date, expected a text, a number, true or false\n"},
  };
  for (const auto& [text, message] : cases) {
    write_content(path("c.toml"), text);
    const CommandResult result = weft({"train", "sbm.h5", "--config", "c.toml"});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.err, message);
  }
  write_content(path("c.toml"), "epochs = 7\nseed = = 3\n");
  const CommandResult result = weft({"train", "sbm.h5", "--config", "c.toml"});
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.err.rfind("weft: c.toml: line 2: ", 0), 0U) << result.err;
}

TEST_F(Cli, EvaluatesToTheFiguresOfTheTraining) {
  make_sbm();
  const Json trained = weft_json({"train", "sbm.h5", "--epochs", "8", "-o", "run"});
  const Json evaluated = weft_json({"evaluate", "run", "sbm.h5"});
  EXPECT_EQ(evaluated["split"], "0");
  EXPECT_EQ(evaluated["metric"], trained["metric"]);
  EXPECT_NEAR(evaluated["test"], trained["test"], 1e-9);
  EXPECT_NEAR(evaluated["val"], trained["val"], 1e-9);
  EXPECT_EQ(evaluated["metrics"]["test"], trained["per_run"][0]["test_metrics"]);
  EXPECT_EQ(weft_json({"evaluate", "run/model.h5", "sbm.h5", "--split", "all"})["test"], evaluated["test"]);
}

TEST_F(Cli, TakesAPatternInBracketsForSplits) {
  make_sbm();
  EXPECT_EQ(weft_json({"train", "sbm.h5", "--epochs", "1", "--split", "[0-9]"})["split"], "0");
}

TEST_F(Cli, PredictsAClassForEveryNode) {
  make_sbm();
  ASSERT_EQ(weft({"train", "sbm.h5", "--epochs", "5", "-o", "run"}).code, 0);
  ASSERT_EQ(weft({"predict", "run", "sbm.h5", "-o", "p.csv"}).code, 0);
  std::istringstream lines(content_of(path("p.csv")));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "node,class,p_0,p_1");
  std::vector<std::int64_t> classes;
  while (std::getline(lines, line)) {
    int node = 0, label = 0;
    double p0 = 0.0, p1 = 0.0;
    ASSERT_EQ(std::sscanf(line.c_str(), "%d,%d,%lf,%lf", &node, &label, &p0, &p1), 4) << line;
    EXPECT_EQ(node, static_cast<int>(classes.size()));
    EXPECT_NEAR(p0 + p1, 1.0, 1e-5);
    EXPECT_EQ(label, p1 > p0 ? 1 : 0);
    classes.push_back(label);
  }
  EXPECT_EQ(classes.size(), 200U);

  ASSERT_EQ(weft({"predict", "run", "sbm.h5", "-o", "p.h5"}).code, 0);
  const ModelFile file = read_model_file(path("p.h5"), "weft-predictions");
  EXPECT_EQ(file.integers("class"), classes);
  ASSERT_NE(file.find_tensor("probabilities"), nullptr);
  EXPECT_EQ(file.find_tensor("probabilities")->rows(), 200);

  ASSERT_EQ(weft({"predict", "run", "sbm.h5", "-o", "top.csv", "--top", "1"}).code, 0);
  EXPECT_EQ(content_of(path("top.csv")).rfind("node,class,class_1,p_1\n0,", 0), 0U);
}

TEST_F(Cli, NeverWritesOverItsInput) {
  make_sbm();
  ASSERT_EQ(weft({"train", "sbm.h5", "--epochs", "2", "-o", "run"}).code, 0);
  fs::create_symlink("sbm.h5", path("link.h5"));
  for (const std::string output : {"sbm.h5", "./sbm.h5", "link.h5", "run/model.h5", "run"}) {
    const CommandResult result = weft({"predict", "run", "sbm.h5", "-o", output});
    EXPECT_EQ(result.code, 2) << output << ": " << result.err;
  }
  write_content(path("edges.csv"), "0,1\n1,2\n");
  EXPECT_EQ(weft({"import", "edgelist", "edges.csv", "-o", "edges.csv"}).code, 2);
  EXPECT_EQ(content_of(path("edges.csv")), "0,1\n1,2\n");
}

TEST_F(Cli, LeavesNothingBehindWhereTheDiskIsFull) {
  make_sbm();
  ASSERT_EQ(weft({"train", "sbm.h5", "--epochs", "2", "-o", "run"}).code, 0);
  const std::vector<std::string> before = files_in(folder_.path());
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"synth", "sbm", "--nodes", "5000", "-o", "big.h5"},
        std::vector<std::string>{"predict", "run", "sbm.h5", "-o", "p.csv"},
        std::vector<std::string>{"predict", "run", "sbm.h5", "-o", "p.h5"}}) {
    const CommandResult result = weft(arguments, 3000);
    EXPECT_EQ(result.code, 1) << arguments[0] << ": signal " << result.signal << ", " << result.err;
    EXPECT_EQ(files_in(folder_.path()), before) << arguments[0];
  }
  // The model that was there is whole still.
  const std::string model = content_of(path("run/model.h5"));
  const CommandResult result =
      weft({"train", "sbm.h5", "--epochs", "2", "--seed", "5", "-o", "run", "--overwrite"}, 3000);
  EXPECT_EQ(result.code, 1) << result.err;
  EXPECT_EQ(content_of(path("run/model.h5")), model);
}

const std::vector<std::string> kLongRun = {"train",  "sbm.h5", "--epochs", "80", "--set", "checkpoint_seconds=0",
                                           "--seed", "2"};

TEST_F(Cli, GoesOnToTheBitAfterBeingKilled) {
  make_sbm("1000");
  const Json whole = weft_json(with(kLongRun, {"-o", "whole"}));
  {
    Command killed(folder_.path(), with(kLongRun, {"-o", "killed"}));
    ASSERT_TRUE(wait_until([&] { return fs::exists(path("killed/checkpoint.h5")); }));
    killed.send(SIGKILL);
    EXPECT_EQ(killed.wait().signal, SIGKILL) << "the run ended before it could be killed";
  }
  const Json resumed = weft_json({"train", "-o", "killed", "--resume"});
  EXPECT_EQ(resumed["test"], whole["test"]);
  EXPECT_EQ(resumed["val"], whole["val"]);
  EXPECT_EQ(resumed["per_run"][0]["best_epoch"], whole["per_run"][0]["best_epoch"]);
  expect_same_tensors(path("whole/model.h5"), path("killed/model.h5"));
}

TEST_F(Cli, SavesWhenInterruptedAndSaysHowToGoOn) {
  make_sbm("1000");
  const Json whole = weft_json(with(kLongRun, {"-o", "whole"}));
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string run = signal == SIGINT ? "int" : "term";
    Command stopped(folder_.path(), with(kLongRun, {"-o", run}));
    ASSERT_TRUE(wait_until([&] { return fs::exists(path(run) / "checkpoint.h5"); }));
    stopped.send(signal);
    const CommandResult result = stopped.wait();
    EXPECT_EQ(result.code, 130) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find("To go on: weft train -o " + run + " --resume"), std::string::npos) << result.err;
    EXPECT_EQ(weft_json({"train", "-o", run, "--resume"})["test"], whole["test"]);
    expect_same_tensors(path("whole/model.h5"), path(run) / "model.h5");
  }
}

TEST_F(Cli, IsNotHarmedBySignalsInTheMidstOfProducts) {
  // Almost all of this training is products, of whose memory some lies where a handler's frame would be written.
  ASSERT_EQ(weft({"synth", "sbm", "--nodes", "4000", "--features", "128", "-o", "wide.h5"}).code, 0);
  for (int i = 0; i < 8; ++i) {
    Command command(folder_.path(), {"train", "wide.h5", "--model", "mlp", "--epochs", "100000", "--set", "patience=0",
                                     "--set", "hidden=128", "--set", "layers=6", "--set", "checkpoint_seconds=0.1",
                                     "--threads", "1", "-o", "run"});
    ASSERT_TRUE(wait_until([&] { return fs::exists(path("run/checkpoint.h5")); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + 7 * i));
    command.send(i % 2 == 0 ? SIGINT : SIGTERM);
    const CommandResult result = command.wait();
    EXPECT_EQ(result.code, 130) << "signal " << result.signal << ": " << result.err;
    fs::remove_all(path("run"));
  }
}

TEST_F(Cli, RefusesTwoRunsInOneFolder) {
  make_sbm("1000");
  Command first(folder_.path(),
                {"train", "sbm.h5", "--epochs", "100000", "--set", "checkpoint_seconds=0", "-o", "run"});
  ASSERT_TRUE(wait_until([&] { return fs::exists(path("run/checkpoint.h5")); }));
  const CommandResult second = weft({"train", "sbm.h5", "--epochs", "1", "-o", "run"});
  EXPECT_EQ(second.code, 1);
  EXPECT_NE(second.err.find("another run is using this folder"), std::string::npos) << second.err;
  EXPECT_TRUE(first.is_running());
}

TEST_F(Cli, IsQuietWhenAsked) {
  make_sbm();
  EXPECT_EQ(weft({"train", "sbm.h5", "--epochs", "2", "-q", "-o", "run"}).err, "");
  EXPECT_EQ(weft({"predict", "run", "sbm.h5", "-q", "-o", "p.csv"}).err, "");
}

TEST_F(Cli, ListsEveryModelWithItsOptions) {
  const Json listed = weft_json({"models"});
  ASSERT_GE(listed["models"].size(), 1U);
  for (const Json& model : listed["models"]) {
    EXPECT_NE(model["cost"], "");
    EXPECT_NE(model["source"], "");
    EXPECT_FALSE(model["options"].empty());
  }
}

}  // namespace
}  // namespace weft::test
