// A line on standard error that says how far the work is and how long it will take, redrawn in place. On anything but a
// terminal it is a line of its own, every ten seconds at most, so that a log stays short.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace weft::cli {

class ProgressBar {
 public:
  /// Shows nothing if quiet.
  explicit ProgressBar(bool quiet);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  /// Clears the line.
  ~ProgressBar();

  /// At most about ten times a second on a terminal. total 0: not known.
  void show(const std::string& stage, std::int64_t done, std::int64_t total, const std::string& detail);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  void draw(const std::string& line);

  bool quiet_, terminal_;
  bool drawn_ = false;
  std::string stage_;
  Clock::time_point stage_start_, last_;
  /// What was done when the stage was first shown: a job that goes on does not begin at 0.
  std::int64_t first_done_ = 0;
};

/// "12 s left", or nothing where that cannot be said: `did` units took so many seconds, and so many are to do.
[[nodiscard]] std::string time_left_text(std::int64_t did, std::int64_t to_do, double seconds);

/// `done` of `total` as a bar of `width` characters: bar_text(1, 4, 8) is "##......".
[[nodiscard]] std::string bar_text(std::int64_t done, std::int64_t total, int width);

}  // namespace weft::cli
