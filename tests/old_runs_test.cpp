// Run folders of earlier releases: what is read of them, and whether training goes on: tests/old_files/README.md.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/old_files.hpp"
#include "weft/core/error.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/runs/run_report.hpp"
#include "weft/train/checkpoint.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::Json;
using test::json_in;
using test::OldFiles;
using test::real_in;

/// Since the command says where a run is kept, it counts epochs from 1.
std::int64_t first_epoch_of(const Json& training) {
  return training.contains("run") ? 1 : 0;
}

void expect_same_figures(const RunResult& found, const Json& kept, std::int64_t first_epoch, double relative) {
  EXPECT_EQ(found.seed, kept.at("seed"));
  EXPECT_EQ(found.split, kept.at("split").get<std::string>());
  EXPECT_EQ(found.best_epoch + first_epoch, kept.at("best_epoch"));
  expect_near(found.train, real_in(kept.at("train")), relative);
  expect_near(found.val, real_in(kept.at("val")), relative);
  expect_near(found.test, real_in(kept.at("test")), relative);
}

bool trains_generator_otherwise(const std::filesystem::path& checkpoint) {
  return !counts_runs(read_model_file(checkpoint, kCheckpointFormat));
}

TEST_F(OldFiles, RunFoldersAreReadToWhatTheCommandSaidOfThem) {
  for (const auto& run : runs_with("training.json", 11)) {
    SCOPED_TRACE(run);
    const Json kept = json_in(run / "training.json");
    const RunSummary found = read_run(run);
    EXPECT_EQ(found.dataset, kept.at("dataset").get<std::string>());
    EXPECT_EQ(name_of(found.task), kept.at("task").get<std::string>());
    EXPECT_EQ(found.config.model, kept.at("model").get<std::string>());
    EXPECT_EQ(found.metric, kept.at("metric").get<std::string>());
    const Json& runs = kept.at("per_run");
    ASSERT_FALSE(found.runs.empty());
    // Without a checkpoint, or with one that says no more, the model tells of one run.
    if (const auto checkpoint = run / "checkpoint.h5";
        std::filesystem::exists(checkpoint) && !trains_generator_otherwise(checkpoint)) {
      ASSERT_EQ(found.runs.size(), runs.size());
      for (std::size_t i = 0; i < runs.size(); ++i) {
        EXPECT_EQ(found.runs[i].epochs, runs[i].at("epochs"));
        EXPECT_EQ(Json(found.runs[i].test_metrics), runs[i].at("test_metrics"));
      }
    }
    for (std::size_t i = 0; i < found.runs.size(); ++i) {
      expect_same_figures(found.runs[i], runs.at(i), first_epoch_of(kept), 0.0);
    }
  }
}

TEST_F(OldFiles, TheRecordOfEveryEpochIsRead) {
  for (const auto& run : runs_with("training.json", 11)) {
    SCOPED_TRACE(run);
    const Json training = json_in(run / "training.json"), kept = training.at("per_run");
    const std::vector<EpochRecord> records = read_metrics(run / "metrics.jsonl");
    std::int64_t epochs = 0;
    for (const Json& one : kept) {
      epochs += one.at("epochs").get<std::int64_t>();
    }
    ASSERT_EQ(static_cast<std::int64_t>(records.size()), epochs);
    for (const EpochRecord& record : records) {
      EXPECT_TRUE(std::isfinite(record.loss) && record.learning_rate > 0.0 && record.evaluated);
    }
    EXPECT_EQ(records.back().best_epoch + first_epoch_of(training), kept.back().at("best_epoch"));
  }
}

/// Stopped in the midst of an epoch, a run comes to what it came to where it was not stopped.
TEST_F(OldFiles, AStoppedRunGoesOnToTheEndThatItWouldHaveHad) {
  for (const auto& run : runs_with("stopped/checkpoint.h5", 2)) {
    SCOPED_TRACE(run);
    RunConfig config = config_of(run);
    config.folder = run / "stopped";
    config.resume = true;
    if (trains_generator_otherwise(config.folder / "checkpoint.h5")) {
      continue;  // the next test
    }
    const auto before = read_metrics(config.folder / "metrics.jsonl").size();
    const RunSummary summary = weft::run(config);
    const Json training = json_in(run / "training.json"), kept = training.at("per_run");
    ASSERT_EQ(summary.runs.size(), 1U);
    EXPECT_EQ(summary.runs[0].epochs, kept[0].at("epochs"));
    EXPECT_EQ(summary.num_epochs, kept[0].at("epochs").get<std::int64_t>() - static_cast<std::int64_t>(before));
    expect_same_figures(summary.runs[0], kept[0], first_epoch_of(training), 1e-4);
    const std::vector<EpochRecord> found = read_metrics(config.folder / "metrics.jsonl"),
                                   whole = read_metrics(run / "metrics.jsonl");
    ASSERT_EQ(found.size(), whole.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      expect_near(found[i].loss, whole[i].loss, 1e-4);
      expect_near(found[i].val, whole[i].val, 1e-4);
    }
  }
}

TEST_F(OldFiles, AStoppedGeneratorThatWasTrainedOtherwiseIsRefusedAndLeftAsItIs) {
  std::int64_t count = 0;
  for (const auto& run : runs_with("stopped/checkpoint.h5", 2)) {
    RunConfig config = config_of(run);
    config.folder = run / "stopped";
    config.resume = true;
    const auto checkpoint = config.folder / "checkpoint.h5", metrics = config.folder / "metrics.jsonl";
    if (!trains_generator_otherwise(checkpoint)) {
      continue;
    }
    SCOPED_TRACE(run);
    ++count;
    const auto records = read_metrics(metrics).size();
    try {
      (void)weft::run(config);
      ADD_FAILURE() << "the run went on";
    } catch (const ArgumentError& error) {
      EXPECT_NE(std::string(error.what()).find("made by an older Weft"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find("without --resume"), std::string::npos) << error.what();
    }
    EXPECT_EQ(read_metrics(metrics).size(), records);
    EXPECT_TRUE(trains_generator_otherwise(checkpoint));
  }
  EXPECT_EQ(count, 1) << "expected that of 3c9d4b7 alone";
}

TEST_F(OldFiles, AFinishedRunHasNothingToGoOnWith) {
  for (const auto& run : runs_with("checkpoint.h5", 2)) {
    if (trains_generator_otherwise(run / "checkpoint.h5")) {
      continue;
    }
    SCOPED_TRACE(run);
    RunConfig config = config_of(run);
    config.folder = run;
    config.resume = true;
    const RunSummary summary = weft::run(config);
    const Json training = json_in(run / "training.json"), kept = training.at("per_run");
    EXPECT_EQ(summary.num_epochs, 0);
    ASSERT_EQ(summary.runs.size(), kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i) {
      expect_same_figures(summary.runs[i], kept[i], first_epoch_of(training), 0.0);
    }
  }
}

/// 3c9d4b7 called them width, ema and warmup_steps: 4 of 20 steps.
TEST_F(OldFiles, GenerationIsTrainedAgainByOptionsWithTheNamesOfThen) {
  for (const auto& release : releases()) {
    SCOPED_TRACE(release);
    RunConfig config = config_of(release / "generation");
    std::vector<std::string> messages;
    const RunSummary summary =
        weft::run(config, {.on_message = [&](const std::string& text) { messages.push_back(text); }});
    EXPECT_EQ(summary.options.integer("hidden"), 8);
    EXPECT_EQ(summary.options.real("average"), 0.9);
    EXPECT_NEAR(summary.options.real("warmup"), 0.2, 1e-12);
    EXPECT_EQ(summary.num_epochs, 5);
    for (const auto& [before, now] :
         {std::pair("width", "hidden"), std::pair("ema", "average"), std::pair("warmup_steps", "warmup")}) {
      const bool is_former = std::ranges::any_of(config.settings, [&](const auto& o) { return o.first == before; });
      const std::string told = std::string("option ") + before + " is called " + now + " now";
      EXPECT_EQ(std::ranges::count_if(messages, [&](const auto& text) { return text.starts_with(told); }), is_former);
    }
  }
}

}  // namespace
}  // namespace weft
