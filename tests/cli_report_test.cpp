// weft report, run as a command: the page of one run again, one page that compares several, and what is refused.
#include "tests/cli_fixture.hpp"
#include "weft/io/model_file.hpp"

namespace weft::test {
namespace {

class CliReport : public Cli {
 protected:
  /// A run on sbm.h5 in a folder of that name.
  Json train(const std::string& run, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"train", "sbm.h5", "--epochs", "3", "-o", run, "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return weft_json(arguments);
  }

  void refuses(const std::vector<std::string>& arguments, int code, const std::string& part) const {
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  }
};

TEST_F(CliReport, MakesThePageOfARunAgain) {
  make_sbm();
  const Json trained = train("run", {"--runs", "2"});
  const std::string before = content_of(path("run/report.html"));
  std::filesystem::remove(path("run/report.html"));
  const Json told = weft_json({"report", "run"});
  EXPECT_EQ(told["path"], "run/report.html");
  ASSERT_EQ(told["runs"].size(), 1U);
  EXPECT_EQ(told["runs"][0]["dataset"], "sbm");
  EXPECT_EQ(told["runs"][0]["task"], "node_classification");
  for (const char* key : {"model", "metric", "val", "test", "test_std"}) {
    EXPECT_EQ(told["runs"][0][key], trained[key]) << key;
  }
  const std::string page = content_of(path("run/report.html"));
  for (const char* part : {"Confusion on the test part", "What the last layer sees", "mean test", "training time"}) {
    EXPECT_NE(before.find(part), std::string::npos) << part;
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(page.find("0 parameters"), std::string::npos);
}

TEST_F(CliReport, TakesTheDatasetOfARunFromWhereItIsNow) {
  make_sbm();
  (void)train("run");
  std::filesystem::rename(path("sbm.h5"), path("moved.h5"));
  refuses({"report", "run"}, 3, "sbm.h5");
  EXPECT_EQ(weft_json({"report", "run", "moved.h5"})["path"], "run/report.html");
  const CommandResult other = weft({"synth", "sbm", "--nodes", "50", "--features", "8", "-o", "other.h5"});
  ASSERT_EQ(other.code, 0) << other.err;
  refuses({"report", "run", "other.h5"}, 2, "is of sbm, but the dataset is other");
}

TEST_F(CliReport, ComparesSeveralRunsOnOnePage) {
  make_sbm();
  const Json first = train("first", {"--model", "gcn", "--set", "dropout=0.5"}),
             second = train("second", {"--model", "mlp", "--runs", "2", "--set", "dropout=0.25"});
  const Json told = weft_json({"report", "first", "second/", "-o", "page.html"});
  ASSERT_EQ(told["runs"].size(), 2U);
  EXPECT_EQ(told["runs"][0]["test"], first["test"]);
  EXPECT_EQ(told["runs"][1]["test"], second["test"]);
  EXPECT_EQ(told["runs"][1]["test_std"], second["test_std"]);
  const std::string page = content_of(path("page.html"));
  for (const char* part : {"first", "second", "gcn on sbm", "mlp on sbm", "2 runs", "parameters", "Validation roc_auc",
                           "test accuracy", "What the runs were told otherwise", "first: gcn; second: mlp",
                           "<th scope=\"row\">dropout</th>", "first: 0.5; second: 0.25"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(page.find("<th scope=\"row\">epochs</th>"), std::string::npos) << "both have 3";
  EXPECT_EQ(page.find("<th scope=\"row\">hidden</th>"), std::string::npos) << "nobody was told, models differ";
  EXPECT_TRUE(told["runs"][0]["test_accuracy"].is_number());
}

TEST_F(CliReport, LeavesOutWhatAStoppedRunOfBeforeDoesNotSay) {
  make_sbm();
  (void)train("run");
  // As an earlier Weft, stopped in its first run, left it.
  std::filesystem::remove(path("run/checkpoint.h5"));
  ModelFile model = read_model_file(path("run/model.h5"));
  model.numbers.erase("num_parameters");
  write_model_file(model, path("run/model.h5"));
  ASSERT_EQ(weft({"report", "run"}).code, 0);
  const std::string page = content_of(path("run/report.html"));
  EXPECT_NE(page.find("Confusion on the test part"), std::string::npos);
  EXPECT_EQ(page.find("training time"), std::string::npos);
  EXPECT_EQ(page.find("parameters"), std::string::npos);
  ASSERT_EQ(weft({"report", "run", "run", "-o", "page.html"}).code, 0);
  const std::string comparison = content_of(path("page.html"));
  EXPECT_NE(comparison.find("1 run<"), std::string::npos) << "seconds or parameters follow";
}

TEST_F(CliReport, SaysThatARunWasInterrupted) {
  make_sbm();
  (void)train("run", {"--runs", "3", "--max-minutes", "0.00001"});
  (void)train("whole");
  const CommandResult told = weft({"report", "run", "whole", "-o", "page.html", "--json"});
  ASSERT_EQ(told.code, 0) << told.err;
  const Json runs = Json::parse(told.out)["runs"];
  EXPECT_EQ(runs[0]["interrupted"], true);
  EXPECT_EQ(runs[1]["interrupted"], false);
  EXPECT_NE(told.err.find("run was interrupted; its figures are those of 1 run so far. To go on: weft train -o run"),
            std::string::npos)
      << told.err;
  EXPECT_NE(content_of(path("page.html")).find("interrupted, these are its figures so far"), std::string::npos);
  ASSERT_EQ(weft({"report", "run"}).code, 0);
  EXPECT_NE(content_of(path("run/report.html")).find("these are the figures so far"), std::string::npos);
}

TEST_F(CliReport, RefusesWhatIsNoRunFolder) {
  make_sbm();
  (void)train("run");
  refuses({"report", "sbm.h5"}, 3, "sbm.h5: is a file, and a report takes a run folder");
  refuses({"report", "run", "rnu"}, 3, "rnu: is neither a run folder nor a dataset; did you mean 'run'?");
  refuses({"report", "run", "rnu", "-o", "page.html"}, 3,
          "rnu: is no run folder: there is nothing of that name; did you mean 'run'?");
  refuses({"report", "nothing", "run", "-o", "page.html"}, 3, "nothing: is no run folder");
  refuses({"report", "rum"}, 3, "rum: is no run folder: there is nothing of that name; did you mean 'run'?");
  refuses({"report", "./rum/"}, 3, "did you mean './run'?");
  refuses({"evaluate", "rum", "sbm.h5"}, 3, "there is no such file or folder, expected a run folder");
  refuses({"evaluate", "rum", "sbm.h5"}, 3, "did you mean 'run'?");
  refuses({"report", "run", "run", "sbm.h5", "-o", "page.html"}, 2, "expected no dataset");
  refuses({"report", "run", "run"}, 2, "expected -o PAGE.html");
  refuses({"report", "run", "-o", "page.html"}, 2, "expected several runs");
  EXPECT_FALSE(std::filesystem::exists(path("page.html")));
}

TEST_F(CliReport, NeverWritesOverAFileOfARun) {
  make_sbm();
  (void)train("a");
  (void)train("b");
  for (const char* name : {"a/model.h5", "b/model.h5", "a/checkpoint.h5", "b/metrics.jsonl", "a/config.toml"}) {
    const std::string before = content_of(path(name));
    refuses({"report", "a", "b", "-o", name}, 2, "is a file that is read");
    EXPECT_EQ(content_of(path(name)), before) << name;
  }
}

TEST_F(CliReport, EndsWith3AndNamesTheBrokenFile) {
  make_sbm();
  (void)train("run");
  const ModelFile checkpoint = read_model_file(path("run/checkpoint.h5"), kCheckpointFormat);
  const auto refuses_changed = [&](const std::function<void(ModelFile&)>& change, const std::string& part) {
    ModelFile changed = checkpoint;
    change(changed);
    write_model_file(changed, path("run/checkpoint.h5"), kCheckpointFormat);
    refuses({"report", "run"}, 3, "run/checkpoint.h5: " + part);
  };
  refuses_changed([](ModelFile& file) { file.config["seeds"] = "many "; }, "the seed is 'many'");
  refuses_changed([](ModelFile& file) { file.config["seeds"] = "99999999999999999999 "; }, "the seed is");
  refuses_changed([](ModelFile& file) { file.numbers["job"] = std::vector<std::int64_t>{}; },
                  "job has 0 numbers, expected 3");
  write_content(path("run/checkpoint.h5"), "nothing");
  refuses({"report", "run"}, 3, "run/checkpoint.h5");
  std::filesystem::remove(path("run/checkpoint.h5"));

  ModelFile model = read_model_file(path("run/model.h5"));
  model.numbers["best_epoch"] = std::vector<std::int64_t>{};
  write_model_file(model, path("run/model.h5"));
  refuses({"report", "run"}, 3, "run/model.h5: best_epoch has 0 numbers, expected 1");
  write_content(path("run/config.toml"), "epochz = 3\n");
  refuses({"report", "run", "sbm.h5"}, 3, "run/config.toml: there is no option 'epochz'");
}

}  // namespace
}  // namespace weft::test
