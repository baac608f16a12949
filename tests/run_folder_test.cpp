// Run folders: what a log of epochs that was damaged still says.
#include "weft/runs/run_folder.hpp"

#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

EpochRecord record_of(std::int64_t run, std::int64_t epoch) {
  return {.run = run, .seed = 7, .split = "rand0", .epoch = epoch, .loss = 0.5, .evaluated = true, .val = 0.25};
}

class RunLog : public testing::Test {
 protected:
  /// The log of these epochs of run 0.
  void log(std::int64_t first, std::int64_t count) {
    RunFolder folder(folder_.path());
    folder.start_log(first);
    for (std::int64_t epoch = first; epoch < first + count; ++epoch) {
      folder.log(record_of(0, epoch));
    }
  }
  void append(const std::string& text) const { std::ofstream(path(), std::ios::app) << text; }
  [[nodiscard]] std::filesystem::path path() const { return RunFiles{folder_.path()}.metrics(); }
  [[nodiscard]] std::vector<std::int64_t> epochs() const {
    std::vector<std::int64_t> epochs;
    for (const EpochRecord& record : read_metrics(path())) {
      epochs.push_back(record.epoch);
    }
    return epochs;
  }

  const test::TemporaryFolder folder_;
};

TEST_F(RunLog, IsReadAsItWasWritten) {
  log(0, 2);
  const std::vector<EpochRecord> records = read_metrics(path());
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].epoch, 1);
  EXPECT_EQ(records[1].seed, 7U);
  EXPECT_EQ(records[1].split, "rand0");
  EXPECT_EQ(records[1].loss, 0.5);
  EXPECT_EQ(records[1].val, 0.25);
  EXPECT_TRUE(records[1].evaluated);
  EXPECT_TRUE(read_metrics(folder_.path() / "nowhere").empty());
}

TEST_F(RunLog, LeavesOutALineThatWasCutOffAndGoesOnBehindWhatCounts) {
  log(0, 3);
  append(R"({"run":0,"seed":7,"split":"rand0","epo)");
  EXPECT_EQ(epochs(), (std::vector<std::int64_t>{0, 1, 2}));
  // A checkpoint after two epochs.
  log(2, 2);
  EXPECT_EQ(epochs(), (std::vector<std::int64_t>{0, 1, 2, 3}));
}

TEST_F(RunLog, CountsEpochsFrom1AndGoesOnWithOneThatCountsFrom0) {
  log(0, 1);
  EXPECT_NE(test::content_of(path()).find(R"("epoch":1,)"), std::string::npos);
  test::write_content(path(), R"({"run":0,"seed":7,"split":"a","epoch":0,"best_epoch":-1})"
                              "\n"
                              R"({"run":0,"seed":7,"split":"a","epoch":1,"best_epoch":1})"
                              "\n");
  EXPECT_EQ(epochs(), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(read_metrics(path())[1].best_epoch, 1);
  log(2, 1);
  EXPECT_EQ(epochs(), (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(read_metrics(path())[1].best_epoch, 1);
  EXPECT_EQ(read_metrics(path())[0].best_epoch, -1);
}

TEST_F(RunLog, PassesOverALineLongerThanAnyRecordWithoutHoldingIt) {
  log(0, 1);
  // One that would be a record, if it were read whole.
  std::string long_line = R"({"run":0,"epoch":2,"junk":")";
  long_line.append(1 << 20, 'x');
  append(long_line.append("\"}\n"));
  EXPECT_EQ(epochs(), std::vector<std::int64_t>{0});
  append(R"({"run":0,"epoch":2})"
         "\n");
  EXPECT_EQ(epochs(), (std::vector<std::int64_t>{0, 1}));
}

TEST_F(RunLog, IsNoPipeThatWouldBeWaitedFor) {
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  test::expect_throws<DataError>([&] { (void)read_metrics(path()); },
                                 "is not a regular file, expected a log of epochs");
  test::expect_throws<DataError>([&] { RunFolder(folder_.path()).start_log(0); }, "is not a regular file");
}

TEST(RunState, TellsARunThatIsUnderWayFromOneThatWasStoppedOrIsDone) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(state_of_run(folder / "nowhere"), RunState::none);
  EXPECT_EQ(state_of_run(folder.path()), RunState::none);
  {
    RunFolder run(folder.path());
    run.start_log(0);
    EXPECT_EQ(state_of_run(folder.path()), RunState::under_way);
  }
  EXPECT_EQ(state_of_run(folder.path()), RunState::stopped);
  std::ofstream(folder / "report.html") << "a page";
  EXPECT_EQ(state_of_run(folder.path()), RunState::done);
}

TEST(RunFolder, LeavesTheModelOfARunOfBeforeUntilThereIsSomethingToGoOnFrom) {
  const test::TemporaryFolder folder;
  const RunFiles files{folder.path()};
  std::ofstream(files.model()) << "of before";
  std::ofstream(files.report()) << "of before";
  ModelFile state;
  state.config["model"] = "gcn";
  {
    RunFolder run(folder.path());
    run.start_log(0);
    EXPECT_TRUE(std::filesystem::exists(files.model()));
    EXPECT_FALSE(std::filesystem::exists(files.report())) << "it would pass for the page of this run";
    run.write_checkpoint(state);
    EXPECT_FALSE(std::filesystem::exists(files.model()));
    run.write_model(state);
    run.write_checkpoint(state);
    EXPECT_TRUE(std::filesystem::exists(files.model()));
  }
  RunFolder run(folder.path());
  run.start_log(3);
  run.write_checkpoint(state);
  EXPECT_TRUE(std::filesystem::exists(files.model())) << "a run that goes on has it from before";
}

TEST(RunFiles, AreKnownByTheirNamesInAFolderOfARun) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(is_file_of_run(folder / "model.h5"));
  { const RunFolder run(folder.path()); }
  for (const char* name : {"model.h5", "checkpoint.h5", "config.toml", "metrics.jsonl", "report.html", ".lock"}) {
    EXPECT_TRUE(is_file_of_run(folder / name)) << name;
  }
  EXPECT_FALSE(is_file_of_run(folder / "classes.csv"));
  EXPECT_FALSE(is_file_of_run(folder / "below" / "model.h5"));
  std::ofstream(folder / "model.h5") << "a model";
  std::filesystem::create_symlink(folder / "model.h5", folder / "link");
  EXPECT_TRUE(is_file_of_run(folder / "link"));
}

TEST_F(RunLog, PassesOverJunkAndWrongTypes) {
  log(0, 2);
  for (const char* line : {"", "junk", "[1, 2]", "\x80\xff", "null", "{}", R"({"run":"0","epoch":3})",
                           R"({"run":0,"epoch":2.5})", R"({"run":0,"epoch":1e300})", R"({"run":0,"epoch":7})",
                           R"({"run":1,"epoch":2})", R"({"run":[0],"epoch":{}})"}) {
    append(std::string(line) + "\n");
    EXPECT_EQ(epochs(), (std::vector<std::int64_t>{0, 1})) << line;
  }
  // The next epoch is one although nothing else of it can be read.
  append(R"({"run":0,"epoch":3,"seed":"7","split":3,"loss":"low","val":null,"evaluated":"yes","best_epoch":[]})"
         "\n");
  const std::vector<EpochRecord> records = read_metrics(path());
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[2].seed, 0U);
  EXPECT_EQ(records[2].split, "");
  EXPECT_TRUE(std::isnan(records[2].loss) && std::isnan(records[2].val));
  EXPECT_FALSE(records[2].evaluated);
  EXPECT_EQ(records[2].best_epoch, -1);
}

}  // namespace
}  // namespace weft
