// A line on standard error that says how far the work is, redrawn in place. On anything but a terminal
// nothing is drawn; `log_line` gives sparse lines there.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace weft::cli {

class ProgressBar {
 public:
  /// Draws nothing if quiet or if standard error is no terminal.
  explicit ProgressBar(bool quiet);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  /// Clears the line.
  ~ProgressBar();

  /// At most about ten times a second. total 0: not known.
  void show(const std::string& stage, std::int64_t done, std::int64_t total, const std::string& detail);
  void clear();

  /// Whether this is a moment for a line in a log: no terminal, not quiet, ten seconds since the last.
  [[nodiscard]] bool wants_log_line();

 private:
  using Clock = std::chrono::steady_clock;

  bool quiet_, terminal_;
  bool drawn_ = false;
  std::string stage_;
  Clock::time_point stage_start_, last_;
};

/// `done` of `total` as a bar of `width` characters: bar_text(1, 4, 8) is "##......".
[[nodiscard]] std::string bar_text(std::int64_t done, std::int64_t total, int width);

}  // namespace weft::cli
