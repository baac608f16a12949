// Where a run is kept, what is said to have been chosen for it, and that nothing is written over without a word.
#include <sys/stat.h>

#include "tests/cli_fixture.hpp"
#include "weft/io/dataset.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kShort = {"train", "sbm.h5", "--epochs", "2", "--model", "gcn"};

class KeptRuns : public Cli {
 protected:
  void refuses(const std::vector<std::string>& arguments, int code, const std::string& part) const {
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  }
};

TEST_F(KeptRuns, HaveAFolderOfTheirOwnWhereNoneIsNamed) {
  make_sbm();
  const Json first = weft_json(kShort), second = weft_json(kShort);
  EXPECT_EQ(first["run"], "weft-runs/sbm-gcn-1");
  EXPECT_EQ(second["run"], "weft-runs/sbm-gcn-2");
  EXPECT_EQ(weft_json({"evaluate", "weft-runs/sbm-gcn-1", "sbm.h5"})["test"], first["test"]);
  const CommandResult told = weft(kShort);
  EXPECT_NE(told.err.find("kept in weft-runs/sbm-gcn-3"), std::string::npos) << told.err;
}

TEST_F(KeptRuns, AreNoneWhereTheUserSaysSoOrTheRunIsRefused) {
  make_sbm();
  const CommandResult result = weft(with(kShort, {"--no-save", "--json"}));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.err.find("nothing of this run is kept"), std::string::npos) << result.err;
  EXPECT_TRUE(Json::parse(result.out)["run"].is_null());
  EXPECT_EQ(weft(with(kShort, {"--estimate"})).code, 0);
  refuses(with(kShort, {"--split", "nowhere"}), 2, "matches no split");
  EXPECT_FALSE(fs::exists(path("weft-runs")));
  refuses(with(kShort, {"--no-save", "-o", "run"}), 2, "--no-save");
}

TEST_F(KeptRuns, AreReplacedWhereTheUserSaysSoOnly) {
  make_sbm();
  const std::vector<std::string> job = with(kShort, {"-o", "run"});
  (void)weft_json(job);
  const std::string model = content_of(path("run/model.h5"));
  refuses(with(job, {"--seed", "5"}), 2, "run holds a finished run, expected another folder, or --overwrite");
  EXPECT_EQ(content_of(path("run/model.h5")), model);
  EXPECT_EQ(weft_json(with(job, {"--seed", "5", "--overwrite"}))["per_run"][0]["seed"], 5);
  EXPECT_NE(content_of(path("run/model.h5")), model);
  fs::remove(path("run/report.html"));
  refuses(job, 2, "run holds a run that was stopped, expected --resume to go on with it, or --overwrite");
  refuses(with(job, {"--resume", "--overwrite"}), 2, "expected one of the two");
  EXPECT_EQ(weft({"train", "-o", "run", "--resume", "-q"}).code, 0);
}

TEST_F(KeptRuns, SayThatTheyBeginWhereThereIsNothingToGoOnWith) {
  make_sbm();
  refuses({"train", "-o", "rum", "--resume"}, 2, "--resume: there is no run to go on with in 'rum'");
  EXPECT_FALSE(fs::exists(path("rum")));
  const std::string sentence = "nothing to go on with in rum: a run begins there";
  const CommandResult begun = weft(with(kShort, {"-o", "rum", "--resume"}));
  EXPECT_EQ(begun.code, 0);
  EXPECT_NE(begun.err.find(sentence), std::string::npos) << begun.err;
  EXPECT_EQ(weft(with(kShort, {"-o", "rum", "--resume"})).err.find(sentence), std::string::npos);
}

TEST_F(KeptRuns, SayWhatIsMissingWhereTheyHaveNoModelYet) {
  make_sbm();
  Command running(folder_.path(), {"train", "sbm.h5", "--epochs", "1000000", "--set", "checkpoint_seconds=0", "--set",
                                   "patience=0", "-o", "run"});
  ASSERT_TRUE(wait_until([&] { return fs::exists(path("run/checkpoint.h5")); }));
  refuses({"predict", "run", "sbm.h5", "-o", "p.csv"}, 3, "run: the run is under way and has no model yet");
  running.send(SIGKILL);
  (void)running.wait();
  refuses({"predict", "run", "sbm.h5", "-o", "p.csv"}, 3, "weft train -o run --resume goes on with it");
  refuses({"predict", "nowhere", "sbm.h5", "-o", "p.csv"}, 3, "expected a run folder, which `weft train DATA -o RUN`");
  fs::create_directory(path("empty"));
  refuses({"evaluate", "empty", "sbm.h5"}, 3, "is a folder without model.h5");
  refuses({"evaluate", "sbm.h5", "sbm.h5"}, 3,
          "sbm.h5: is no model but a dataset or another HDF5 file, expected a run folder");
}

TEST_F(KeptRuns, SayWhatWasChosenForThem) {
  make_sbm();
  Dataset data = read_dataset(path("sbm.h5"));
  data.splits.push_back(data.splits[0]);
  data.splits[1].name = "1";
  write_dataset(data, path("two.h5"));
  const CommandResult chosen = weft({"train", "two.h5", "--epochs", "1", "--model", "gcn", "--no-save"});
  EXPECT_NE(chosen.err.find("split 0, one of 2: 0, 1 (--split NAME, or all)\n"), std::string::npos) << chosen.err;
  EXPECT_NE(chosen.err.find("metric roc_auc: it chooses the epoch"), std::string::npos) << chosen.err;
  const CommandResult given = weft(
      {"train", "two.h5", "--epochs", "1", "--model", "gcn", "--no-save", "--split", "1", "--set", "metric=accuracy"});
  EXPECT_EQ(given.code, 0) << given.err;
  EXPECT_EQ(given.err.find("metric"), std::string::npos) << given.err;
  EXPECT_EQ(given.err.find("split 1, one of"), std::string::npos) << given.err;
}

TEST_F(KeptRuns, OfTwoClassesSayTheirAccuracyToo) {
  make_sbm();
  const CommandResult ranked = weft({"train", "sbm.h5", "--epochs", "2", "--model", "gcn", "--no-save"});
  EXPECT_NE(ranked.out.find("test roc_auc"), std::string::npos) << ranked.out;
  EXPECT_NE(ranked.out.find("test accuracy"), std::string::npos) << ranked.out;
  EXPECT_NE(ranked.out.find(" an epoch"), std::string::npos) << ranked.out;
  const CommandResult several =
      weft({"train", "sbm.h5", "--epochs", "2", "--model", "gcn", "--no-save", "--set", "metric=accuracy"});
  EXPECT_EQ(several.out.find("\ntest accuracy"), several.out.rfind("\ntest accuracy")) << several.out;
}

TEST_F(KeptRuns, OfModelsThatAreSolvedForSayNothingOfEpochs) {
  make_sbm();
  const CommandResult solved = weft({"train", "sbm.h5", "--model", "label_propagation", "--no-save"});
  ASSERT_EQ(solved.code, 0) << solved.err;
  EXPECT_NE(solved.err.find("metric roc_auc: the model is solved for, and judged by it"), std::string::npos)
      << solved.err;
  EXPECT_EQ(solved.err.find("chooses the epoch"), std::string::npos) << solved.err;
  EXPECT_EQ(solved.out.find(" an epoch"), std::string::npos) << solved.out;
}

TEST_F(KeptRuns, BeginWithClassesThatThereAre) {
  make_sbm();
  const CommandResult wrong =
      weft({"train", "sbm.h5", "--model", "gcn", "--set", "class_weights=fraud=9", "-o", "run"});
  EXPECT_EQ(wrong.code, 2) << wrong.err;
  EXPECT_NE(wrong.err.find("fraud"), std::string::npos) << wrong.err;
  EXPECT_EQ(wrong.err.find("metric roc_auc"), std::string::npos) << "it has begun\n" << wrong.err;
}

TEST_F(KeptRuns, GoThroughPipes) {
  make_sbm();
  (void)weft_json(with(kShort, {"-o", "run"}));
  ASSERT_EQ(weft({"predict", "run", "sbm.h5", "-o", "p.csv"}).code, 0);
  const CommandResult piped = weft({"predict", "run", "sbm.h5", "-o", "-"});
  EXPECT_EQ(piped.code, 0) << piped.err;
  EXPECT_EQ(piped.out, content_of(path("p.csv")));
  EXPECT_NE(piped.err.find("wrote standard output: 200 nodes"), std::string::npos) << piped.err;
  EXPECT_FALSE(fs::exists(path("-")));
  refuses({"predict", "run", "sbm.h5", "-o", "-", "--json"}, 2, "-o -: --json makes standard output");
  refuses({"synth", "sbm", "-o", "-"}, 2, "-o -: an HDF5 file");
  refuses(with(kShort, {"-o", "-"}), 2, "-o -: a run is a folder");
}

}  // namespace
}  // namespace weft::test
