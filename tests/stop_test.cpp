#include "weft/core/stop.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/items_ahead.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/run_folder.hpp"

namespace weft {
namespace {

TEST(StopFlag, EndsLoopsAtTheBordersOfChunksAndThoseBelowThem) {
  StopFlag flag;
  const StopScope scope(&flag);
  EXPECT_TRUE(flag.is_watched());
  std::atomic<std::int64_t> chunks{0};
  const auto nested = [&] {
    parallel_for(1000, 1, [&](std::int64_t, std::int64_t) {
      parallel_for(1000, 1, [&](std::int64_t, std::int64_t) {
        if (++chunks == 100) {
          flag.request();
        }
      });
    });
  };
  EXPECT_THROW(nested(), Stopped);
  EXPECT_LT(chunks, 10000);
  EXPECT_THROW(parallel_for(1, 1, [](std::int64_t, std::int64_t) {}), Stopped);
  EXPECT_THROW(with_threads(1, [] { parallel_for(2, 1, [](std::int64_t, std::int64_t) {}); }), Stopped);
}

TEST(StopFlag, CountsOnlyInItsScopeAndNotWhereWorkHasToEnd) {
  StopFlag flag;
  flag.request();
  std::int64_t done = 0;
  const auto work = [&] { parallel_for(1, 1, [&](std::int64_t, std::int64_t) { ++done; }); };
  work();
  {
    const StopScope scope(&flag);
    const StopScope to_the_end(nullptr);
    work();
    EXPECT_FALSE(flag.is_watched());
  }
  EXPECT_EQ(done, 2);
  EXPECT_FALSE(flag.is_watched());
  const StopScope scope(&flag);
  // Another thread has nothing to do with it.
  std::thread(work).join();
  EXPECT_EQ(done, 3);
}

TEST(StopFlag, IsCarriedToItemsThatAreMadeAhead) {
  StopFlag flag;
  const StopScope scope(&flag);
  ItemsAhead items(0, 4, 2, [&](std::int64_t item, std::int64_t) {
    if (item == 2) {
      flag.request();
    }
    parallel_for(1, 1, [](std::int64_t, std::int64_t) {});
  });
  EXPECT_THROW(
      {
        while (items.next()) {
        }
      },
      Stopped);
}

/// A job on samples, whose steps, judging and batches ahead are all broken off somewhere.
TrainJob job_in(const std::filesystem::path& folder) {
  TrainJob job;
  job.model = "sage";
  job.options = default_options("sage");
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"sampler", "neighbor"},
                                                                                    {"batch_size", "64"},
                                                                                    {"epochs", "6"},
                                                                                    {"hidden", "16"},
                                                                                    {"average", "0.5"},
                                                                                    {"checkpoint_seconds", "1000"}}) {
    job.options.set(name, value);
  }
  job.splits = {"rand0"};
  job.seeds = {3, 4};
  job.folder = folder;
  return job;
}

TEST(GivingUp, AtAnyMomentLosesNothingAndGoesOnToTheBit) {
  const test::TemporaryFolder folder;
  const Dataset data = test::communities(600);
  const TrainReport whole = train(data, job_in(folder.path() / "whole"));
  TrainJob job = job_in(folder.path() / "broken");
  TrainReport report;
  std::int64_t times_broken = 0;
  for (std::int64_t attempt = 0; attempt < 400; ++attempt) {
    StopFlag flag;
    std::atomic<bool> is_over{false};
    // Later every time, so that it gets on however slow the machine is.
    std::thread breaker([&] {
      const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(300 + 1000 * attempt);
      while (!is_over && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
      flag.request();
    });
    job.resume = attempt > 0;
    report = train(data, job, {.give_up = &flag});
    is_over = true;
    breaker.join();
    if (!report.interrupted) {
      break;
    }
    ++times_broken;
  }
  ASSERT_FALSE(report.interrupted);
  EXPECT_GT(times_broken, 3);
  ASSERT_EQ(report.runs.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(report.runs[i].test, whole.runs[i].test);
    EXPECT_EQ(report.runs[i].val, whole.runs[i].val);
    EXPECT_EQ(report.runs[i].best_epoch, whole.runs[i].best_epoch);
  }
  const ModelFile one = read_model_file(RunFiles{folder.path() / "whole"}.model()),
                  other = read_model_file(RunFiles{folder.path() / "broken"}.model());
  ASSERT_EQ(one.tensors.size(), other.tensors.size());
  for (std::size_t i = 0; i < one.tensors.size(); ++i) {
    EXPECT_TRUE(test::same_bits(one.tensors[i].value, other.tensors[i].value)) << one.tensors[i].name;
  }
}

}  // namespace
}  // namespace weft
