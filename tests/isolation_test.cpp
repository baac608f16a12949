// Parts of the command that are worth a test of their own: isolation, signals, and the bar.
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <ctime>
#include <new>
#include <thread>

#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/cli/train_output.hpp"
#include "weft/core/stop.hpp"
#include "weft/io/isolation.hpp"
#include "weft/io/model_file.hpp"

namespace weft::test {
namespace {

using namespace weft::cli;

constexpr ReadLimits kShort{.cpu_seconds = 1.0, .wall_seconds = 0.3};

TEST(Isolation, LetsASoundFileThrough) {
  int touched = 0;
  rehearse("good.h5", [&] { ++touched; });
  EXPECT_EQ(touched, 0) << "the child works on its own copy";
}

TEST(Isolation, BringsBackWhatIsWrongWithTheFile) {
  try {
    rehearse("bad.h5", [] { throw DataError("bad.h5", "/graph/indptr", "starts at 1, expected 0"); });
    FAIL() << "nothing was thrown";
  } catch (const DataError& error) {
    EXPECT_EQ(error.file(), "bad.h5");
    EXPECT_EQ(error.object(), "/graph/indptr");
    EXPECT_EQ(error.problem(), "starts at 1, expected 0");
  }
  expect_throws<ArgumentError>([] { rehearse("x", [] { throw ArgumentError("no"); }); }, "no");
  expect_throws<std::bad_alloc>([] { rehearse("x", [] { throw std::bad_alloc(); }); }, "");
}

TEST(Isolation, SurvivesAReaderThatCrashes) {
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE}) {
    // As the reader's own crash would: no handler that the test program has may catch it.
    expect_throws<DataError>([&] { rehearse("evil.h5", [&] { std::signal(signal, SIG_DFL), raise(signal); }); },
                             "evil.h5: it cannot be read safely");
  }
}

TEST(Isolation, KnowsACrashWhereTheProgramDoesNotWaitForItsChildren) {
  struct sigaction ignored {
  }, before{};
  ignored.sa_handler = SIG_IGN;
  sigaction(SIGCHLD, &ignored, &before);
  expect_throws<DataError>([&] { rehearse("evil.h5", [&] { std::signal(SIGSEGV, SIG_DFL), raise(SIGSEGV); }); },
                           "evil.h5: it cannot be read safely");
  rehearse("good.h5", [] {});
  sigaction(SIGCHLD, &before, nullptr);
}

TEST(Isolation, RunsNoHandlerOfTheProgramInTheChild) {
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) {};
  sigaction(SIGTERM, &action, &before);
  expect_throws<DataError>([&] { rehearse("evil.h5", [&] { raise(SIGTERM); }); }, "evil.h5: it cannot be read safely");
  sigaction(SIGTERM, &before, nullptr);
}

TEST(Isolation, EndsWhereItIsAskedTo) {
  StopFlag flag;
  flag.request();
  const StopScope scope(&flag);
  expect_throws<Stopped>([] { rehearse("slow.h5", [] { pause(); }); }, "stopped");
}

TEST(Isolation, FindsHdf5AndBuffersWholeWhateverOtherThreadsAreAt) {
  const TemporaryFolder folder;
  ModelFile file;
  file.tensors.push_back({"x", Tensor(300, 300)});
  write_model_file(file, folder / "x.h5");
  std::atomic<bool> is_over{false};
  const auto until_over = [&](const auto& work) {
    while (!is_over) {
      work();
    }
  };
  std::thread one([&] { until_over([&] { (void)read_model_file(folder / "x.h5"); }); }),
      other([&] { until_over([] { const Buffer<float> block(std::size_t{1} << 18); }); });
  const auto read_in_child = [&] {
    // What would wait for a lock that no thread of the child holds would wait for ever.
    rehearse(folder / "x.h5", [&] { (void)read_model_file(folder / "x.h5"); },
             {.cpu_seconds = 20.0, .wall_seconds = 20.0});
  };
  for (int i = 0; i < 30 && !HasFailure(); ++i) {
    EXPECT_NO_THROW(read_in_child());
  }
  is_over = true;
  one.join();
  other.join();
}

TEST(Isolation, StopsAReaderThatHangs) {
  expect_throws<DataError>(
      [] {
        rehearse(
            "slow.h5", [] { pause(); }, kShort);
      },
      "it was stopped after");
}

TEST(Isolation, LetsAReaderWorkThatABusyMachineSlows) {
  const auto slow = [] {
    for (int turn = 0; turn < 10; ++turn) {
      const std::clock_t begin = std::clock();
      while (std::clock() - begin < CLOCKS_PER_SEC / 50) {
      }
      usleep(80'000);
    }
  };
  rehearse("slow.h5", slow, {.cpu_seconds = 60.0, .wall_seconds = 0.3});
}

TEST(Isolation, StopsAReaderThatLoops) {
  volatile std::uint64_t turns = 0;
  const auto loop = [&] {
    while (true) {
      turns = turns + 1;
    }
  };
  expect_throws<DataError>([&] { rehearse("loop.h5", loop, {.cpu_seconds = 1.0, .wall_seconds = 60.0}); },
                           "it was stopped after");
}

TEST(TrainProgress, LetsASignalEndTheProcessUntilThereIsSomethingToSave) {
  // A child that does not look for signals: only the thread that waits for them can end it.
  const auto while_reading = [] {
    alarm(30);
    install_signal_handlers();
    TrainProgress progress(true);
    progress.observer().on_progress({.stage = "reading", .done = 1, .total = 6, .detail = ""});
    kill(getpid(), SIGINT);
    while (true) {
      pause();
    }
  };
  EXPECT_EXIT(while_reading(), testing::ExitedWithCode(kInterruptedCode), "");
  const auto while_training = [] {
    alarm(30);
    install_signal_handlers();
    TrainProgress progress(true);
    const RunObserver observer = progress.observer();
    const bool before = observer.should_stop();
    kill(getpid(), SIGINT);
    while (!observer.should_stop()) {
      usleep(1000);
    }
    _exit(before ? 8 : 7);
  };
  EXPECT_EXIT(while_training(), testing::ExitedWithCode(7), "");
}

TEST(ProgressBar, FillsByShare) {
  EXPECT_EQ(bar_text(1, 4, 8), "##......");
  EXPECT_EQ(bar_text(9, 4, 4), "####");
  EXPECT_EQ(bar_text(0, 0, 2), "..");
}

TEST(ProgressBar, TellsTheTimeThatIsLeftOnceItCanBeTold) {
  EXPECT_EQ(time_left_text(2, 6, 4.0), seconds_text(12.0) + " left");
  EXPECT_EQ(time_left_text(0, 6, 4.0), "");
  EXPECT_EQ(time_left_text(2, 0, 4.0), "");
  EXPECT_EQ(time_left_text(2, 6, 0.5), "");
}

}  // namespace
}  // namespace weft::test
