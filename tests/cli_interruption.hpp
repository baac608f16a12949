// Training that is stopped at any moment, and goes on to the bit.
#pragma once

#include <sstream>

#include "tests/cli_fixture.hpp"
#include "weft/core/random.hpp"
#include "weft/io/model_file.hpp"

namespace weft::test {

class InterruptedCli : public Cli {
 protected:
  /// Runs `job`, a `weft train` without -o, that writes checkpoints all the time, and stops it by each kind of signal
  /// four times at random moments; the run folder `whole` holds what it makes undisturbed.
  void expect_the_same_after_interruptions(const std::vector<std::string>& job, const std::string& whole) const {
    for (const int signal : {SIGKILL, SIGINT, SIGTERM}) {
      SCOPED_TRACE(signal);
      const std::string run = "run" + std::to_string(signal);
      // With --resume from the first time on: a run that was killed before its first checkpoint starts again.
      const int stops = interrupt(with(job, {"-o", run, "--resume"}), path(run) / "checkpoint.h5", signal);
      EXPECT_GE(stops, 2) << "the run ended before it could be stopped";
      expect_same_model(whole, run);
      EXPECT_EQ(records(run), records(whole));
    }
  }

 private:
  /// How often the command was stopped before it came to its end.
  int interrupt(const std::vector<std::string>& job, const std::filesystem::path& checkpoint, int signal) const {
    const Random random(11);
    int stops = 0, code = -1;
    for (std::uint64_t round = 0; code != 0 && round < 60U; ++round) {
      const auto written = [&] {
        std::error_code missing;
        return std::filesystem::last_write_time(checkpoint, missing);
      };
      const auto before = written();
      Command command(folder_.path(), job);
      if (stops < 4) {
        // Some moments after the next checkpoint, in the midst of anything.
        (void)wait_until([&] { return !command.is_running() || written() != before; });
        std::this_thread::sleep_for(
            std::chrono::microseconds(random.below(60'000, round, static_cast<std::uint32_t>(signal))));
        command.send(signal);
      }
      const CommandResult result = command.wait();
      code = result.code;
      stops += code != 0 ? 1 : 0;
      EXPECT_TRUE(code == 0 || code == 130 || (signal == SIGKILL && result.signal == SIGKILL)) << result.err;
    }
    EXPECT_EQ(code, 0);
    return stops;
  }

  void expect_same_model(const std::string& a, const std::string& b) const {
    const ModelFile left = read_model_file(path(a) / "model.h5"), right = read_model_file(path(b) / "model.h5");
    ASSERT_EQ(left.tensors.size(), right.tensors.size());
    for (std::size_t i = 0; i < left.tensors.size(); ++i) {
      EXPECT_TRUE(std::ranges::equal(left.tensors[i].value.values(), right.tensors[i].value.values()))
          << left.tensors[i].name;
    }
  }

  /// The lines of metrics.jsonl without what depends on the clock.
  std::vector<Json> records(const std::string& run) const {
    std::vector<Json> result;
    std::istringstream lines(content_of(path(run) / "metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      Json record = Json::parse(line, nullptr, false);
      EXPECT_TRUE(record.is_object()) << line;
      record.erase("seconds");
      result.push_back(record);
    }
    return result;
  }
};

}  // namespace weft::test
