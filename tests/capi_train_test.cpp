// Training through the C interface: the run of `weft train` in a folder, cancelled and gone on with.
#include "weft/capi/weft.h"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained_models.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/run.hpp"

namespace weft::test {
namespace {

using Settings = std::vector<std::pair<const char*, const char*>>;

class CApiTrain : public testing::Test {
 protected:
  void SetUp() override { write_dataset(communities(90), data_); }

  weft_status train(const Settings& settings, const std::string& folder, const weft_call* call = nullptr,
                    bool names_data = true) const {
    std::vector<const char*> keys, values;
    for (const auto& [key, value] : settings) {
      keys.push_back(key);
      values.push_back(value);
    }
    return weft_train(names_data ? data_.c_str() : nullptr, keys.data(), values.data(), keys.size(),
                      (folder_ / folder).c_str(), call);
  }
  void expect_refused(const Settings& settings, const std::string& folder, const std::string& problem) const {
    EXPECT_EQ(train(settings, folder), WEFT_ARGUMENT) << problem;
    EXPECT_NE(std::string(weft_last_error()).find(problem), std::string::npos) << weft_last_error();
  }

  TemporaryFolder folder_;
  std::string data_ = (folder_ / "data.h5").string();
};

const Settings kShort = {{"model", "gcn"}, {"epochs", "3"}, {"hidden", "16"}};

TEST_F(CApiTrain, IsTheRunOfTheLibraryToTheBit) {
  ASSERT_EQ(train(kShort, "c"), WEFT_OK) << weft_last_error();
  RunConfig config{.dataset = data_, .model = "gcn", .folder = folder_ / "cpp"};
  config.set("epochs=3");
  config.set("hidden=16");
  (void)run(config);
  expect_same_bits(weights_in(folder_ / "c"), weights_in(folder_ / "cpp"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "c/report.html"));
}

TEST_F(CApiTrain, NamesWhatIsWrong) {
  expect_refused({{"model", "gcm"}}, "run", "did you mean 'gcn'?");
  expect_refused({{"epochs", "many"}}, "run", "epochs");
  expect_refused({{"epoch", "3"}}, "run", "did you mean 'epochs'?");
  expect_refused({{"epochs", nullptr}}, "run", "values[0], of epochs, is NULL");
  expect_refused({{nullptr, "3"}}, "run", "keys[0] is NULL");
  expect_refused({{"dataset", "x.h5"}}, "run", "the key dataset is an argument of its own");
  expect_refused({{"resume", "perhaps"}}, "run", "resume");
  expect_refused({{"resume", "true"}, {"overwrite", "true"}}, "run", "expected one of the two");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run")) << "a run that is refused leaves nothing";
  EXPECT_EQ(weft_train(nullptr, nullptr, nullptr, 0, (folder_ / "run").c_str(), nullptr), WEFT_ARGUMENT);
  EXPECT_EQ(weft_train(data_.c_str(), nullptr, nullptr, 0, nullptr, nullptr), WEFT_ARGUMENT);
  EXPECT_EQ(weft_train(data_.c_str(), nullptr, nullptr, 1, (folder_ / "run").c_str(), nullptr), WEFT_ARGUMENT);
  const std::string none = (folder_ / "none.h5").string();
  EXPECT_EQ(weft_train(none.c_str(), nullptr, nullptr, 0, (folder_ / "run").c_str(), nullptr), WEFT_DATA);
  EXPECT_NE(std::string(weft_last_error()).find(none), std::string::npos) << weft_last_error();
}

TEST_F(CApiTrain, KeepsARunThatIsThereUnlessItIsToldOtherwise) {
  ASSERT_EQ(train(kShort, "run"), WEFT_OK) << weft_last_error();
  expect_refused(kShort, "run", "holds a finished run, expected another folder, or the key overwrite");
  Settings again = kShort;
  again.emplace_back("overwrite", "true");
  EXPECT_EQ(train(again, "run"), WEFT_OK) << weft_last_error();
}

TEST_F(CApiTrain, SaysThatTheFolderCannotBeWritten) {
  write_content(folder_ / "file", "");
  EXPECT_EQ(train(kShort, "file/run"), WEFT_OUTPUT) << weft_last_error();
}

TEST_F(CApiTrain, SaysThatADiskIsFullInsteadOfEndingTheProgram) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit less = before;
  less.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &less), 0);
  const weft_status status = train(kShort, "run");
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(status, WEFT_OUTPUT) << weft_last_error();
}

TEST_F(CApiTrain, SaysThatALossIsNotFinite) {
  Dataset data = communities(90);
  for (float& value : std::get<Tensor>(data.node_features.in_memory()).values()) {
    value *= 1e38F;
  }
  write_dataset(data, data_);
  EXPECT_EQ(train({{"model", "gcn"}, {"epochs", "3"}, {"feature_norm", "none"}}, "run"), WEFT_NUMERIC)
      << weft_last_error();
}

TEST_F(CApiTrain, StopsWithACheckpointThatItGoesOnFrom) {
  const Settings job = {{"model", "gcn"}, {"epochs", "1500"}, {"patience", "0"}, {"hidden", "64"}};
  ASSERT_EQ(train(job, "whole"), WEFT_OK) << weft_last_error();
  int asked = 0;
  weft_call call{};
  call.size = sizeof call;
  call.context = &asked;
  // Once there is a log of epochs.
  static std::filesystem::path log;
  log = folder_ / "parts/metrics.jsonl";
  call.cancelled = [](void* context) {
    std::error_code none;
    ++*static_cast<int*>(context);
    const auto size = std::filesystem::file_size(log, none);
    return !none && size > 0 ? 1 : 0;
  };
  ASSERT_EQ(train(job, "parts", &call), WEFT_CANCELLED) << weft_last_error();
  EXPECT_GT(asked, 0);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "parts/checkpoint.h5"));
  expect_refused(job, "parts", "holds a run that was stopped, expected another folder, or the key overwrite");
  ASSERT_EQ(train({{"resume", "true"}}, "parts", nullptr, false), WEFT_OK) << weft_last_error();
  expect_same_bits(weights_in(folder_ / "whole"), weights_in(folder_ / "parts"));
}

TEST_F(CApiTrain, EndsBeforeAnythingIsWrittenWhereItIsCancelledAtOnce) {
  weft_call call{};
  call.size = sizeof call;
  call.cancelled = [](void*) { return 1; };
  EXPECT_EQ(train(kShort, "run", &call), WEFT_CANCELLED) << weft_last_error();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run"));
}

}  // namespace
}  // namespace weft::test
