// Checkpoints: of which jobs and data they are, which runs they say are done, and what is refused of them.
#include "weft/train/checkpoint.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "tests/short_job.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/run.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;
using test::communities;
using test::expect_throws;
using test::short_job;
using test::TemporaryFolder;

TEST(Checkpoint, IsRefusedForAnotherJobOrOtherData) {
  const TemporaryFolder folder;
  const Dataset data = communities();
  TrainJob job = short_job("gcn", 3);
  job.folder = folder.path();
  (void)train(data, job);
  job.resume = true;
  expect_throws<ArgumentError>([&] { (void)train(communities(330), job); }, "another dataset");
  Dataset changed = communities();
  std::get<Tensor>(changed.node_features.in_memory())(299, 7) += 1.0F;
  expect_throws<ArgumentError>([&] { (void)train(changed, job); }, "with other features");
  job.options.set_value("hidden", std::int64_t{17});
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "option.hidden '16', this job '17'");
}

/// A job that was stopped after two of three epochs of its second run.
class StoppedJob : public testing::Test {
 protected:
  StoppedJob() {
    job_.seeds = {3, 4};
    job_.folder = folder_.path();
    int epochs = 0;
    (void)train(data_, job_,
                {.on_epoch = [&](const EpochRecord&) { ++epochs; }, .should_stop = [&] { return epochs == 5; }});
    checkpoint_ = read_model_file(path(), kCheckpointFormat);
    job_.resume = true;
  }
  [[nodiscard]] fs::path path() const { return folder_.path() / "checkpoint.h5"; }

  const TemporaryFolder folder_;
  const Dataset data_ = communities();
  TrainJob job_ = short_job("gcn", 3);
  ModelFile checkpoint_;
};

TEST_F(StoppedJob, GoesOnFromACheckpointOfEarlierVersionsThatSaysNothingOfFeatures) {
  checkpoint_.numbers.erase("features");
  write_model_file(checkpoint_, path(), kCheckpointFormat);
  EXPECT_EQ(train(data_, job_).num_epochs, 1);
}

TEST_F(StoppedJob, IsRefusedWhereTheNumbersOfItsCheckpointMakeNoSense) {
  using Integers = std::vector<std::int64_t>;
  using Reals = std::vector<double>;
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  ASSERT_EQ(checkpoint_.integers("job"), (Integers{1, 0, 5}));
  ASSERT_EQ(checkpoint_.integers("run.epochs")[0], 2);
  const std::vector<std::tuple<const char*, std::variant<Integers, Reals>, const char*>> forged = {
      {"job", Integers{}, "job has 0 numbers"},
      {"job", Integers{3, 0, 5}, "job counts 3 runs of 2"},
      {"job", Integers{-1, 0, 5}, "job counts -1 runs"},
      {"job", Integers{1, 1, 5}, "run 1 is the best"},
      {"job", Integers{1, 0, kMost}, "with 9223372036854775807 epochs"},
      {"job", Reals{1, 0, 5}, "there are no integers 'job'"},
      {"done.0.epochs", Integers{2, -3}, "done.0 has -3 epochs"},
      {"done.0.epochs", Integers{3, 3}, "of which 3 is the best"},
      {"done.0.epochs", Integers{2, kMost}, "done.0 has 9223372036854775807 epochs"},
      {"done.0.figures", Reals{0, 0, 0, kNaN}, "epochs in nan seconds"},
      {"done.0.metric.accuracy", Reals{}, "done.0.metric.accuracy has 0 numbers"},
      {"run.epochs", Integers{-2, 0, -1, 2}, "says that -2 epochs"},
      {"run.epochs", Integers{4, 0, 1, 2}, "says that 4 epochs"},
      {"run.epochs", Integers{2, 0, 2, 2}, "epoch 2 is the best"},
      {"run.epochs", Integers{2, 0, 1, -2}, "of -2 in all"},
      {"run.epochs", Integers{2, 2, 1, 2}, "says that 2 steps of epoch 2 are done"},
      {"run.epochs", Integers{2, kMost, 1, 2}, "9223372036854775807 steps"},
      {"run.figures", Reals{kNaN, 1, 1, 1}, "has nan"},
      {"run.figures", Reals{1, 1, -1, 1}, "1, -1 and 1"},
      {"run.figures", Reals{1, 1, 1}, "4 and 3 numbers"},
  };
  for (const auto& [name, numbers, message] : forged) {
    SCOPED_TRACE(name);
    ModelFile file = checkpoint_;
    file.numbers[name] = numbers;
    write_model_file(file, path(), kCheckpointFormat);
    expect_throws<DataError>([&] { (void)train(data_, job_); }, message);
  }
  ModelFile file = checkpoint_;
  file.config["seeds"] = "three 4 ";
  expect_throws<DataError>([&] { (void)progress_in(file, "run/checkpoint.h5"); },
                           "run/checkpoint.h5: the seed is 'three', expected a whole number");
  file = checkpoint_;
  file.tensors.pop_back();
  write_model_file(file, path(), kCheckpointFormat);
  expect_throws<DataError>([&] { (void)train(data_, job_); }, "the checkpoint of " + folder_.path().string());
}

TEST_F(StoppedJob, IsRefusedWhereItsCheckpointSaysWhatNoneSays) {
  using Integers = std::vector<std::int64_t>;
  const std::vector<std::pair<const char*, std::function<void(ModelFile&)>>> lies = {
      {"there is no setting 'model'", [](ModelFile& file) { file.config.erase("model"); }},
      {"there is no setting 'seeds'", [](ModelFile& file) { file.config.erase("seeds"); }},
      {"there is no setting 'feature_kind'", [](ModelFile& file) { file.config.erase("feature_kind"); }},
      {"option hidden: 'wide' is not an integer", [](ModelFile& file) { file.config["option.hidden"] = "wide"; }},
      {"option dropout: 7 is out of range", [](ModelFile& file) { file.config["option.dropout"] = "7"; }},
      {"there are no integers 'data'", [](ModelFile& file) { file.numbers.erase("data"); }},
      {"data has 1 numbers, expected", [](ModelFile& file) { file.numbers["data"] = Integers{1}; }},
      {"holds a number that is not finite",
       [](ModelFile& file) { file.tensors.front().value(0, 0) = std::numeric_limits<float>::quiet_NaN(); }},
      {"holds a number that is not finite",
       [](ModelFile& file) { file.tensors.back().value(0, 0) = std::numeric_limits<float>::infinity(); }},
      {"has shape", [](ModelFile& file) { file.tensors.front().value = Tensor(1, 1); }},
  };
  for (const auto& [message, lie] : lies) {
    SCOPED_TRACE(message);
    ModelFile file = checkpoint_;
    lie(file);
    write_model_file(file, path(), kCheckpointFormat);
    expect_throws<DataError>([&] { (void)train(data_, job_); }, message);
  }
}

TEST(Checkpoint, SaysThatARunIsDoneThatWasStoppedAfterItsLastStep) {
  const TemporaryFolder folder;
  const Dataset data = communities();
  TrainJob job = short_job("gcn", 3);
  job.folder = folder.path();
  int epochs = 0;
  const TrainObserver stops_after_three{.on_epoch = [&](const EpochRecord&) { ++epochs; },
                                        .should_stop = [&] { return epochs == 3; }};
  EXPECT_FALSE(train(data, job, stops_after_three).interrupted);
  EXPECT_FALSE(read_model_file(folder.path() / "checkpoint.h5", kCheckpointFormat).numbers.contains("run.epochs"));
  // Of two runs the first is done, and may be the best, and the second is to come.
  job.seeds = {0, 1};
  epochs = 0;
  const TrainReport first = train(data, job, stops_after_three);
  EXPECT_TRUE(first.interrupted);
  EXPECT_EQ(first.runs.size(), 1U);
  job.resume = true;
  const TrainReport second = train(data, job);
  EXPECT_EQ(second.runs.size(), 2U);
  EXPECT_EQ(second.num_epochs, 3);
}

}  // namespace
}  // namespace weft
