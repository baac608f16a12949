#include "weft/cli/progress_bar.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "weft/cli/console.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {

std::string bar_text(std::int64_t done, std::int64_t total, int width) {
  const double share = total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0) : 0.0;
  const auto full = static_cast<std::size_t>(share * width);
  return std::string(full, '#') + std::string(static_cast<std::size_t>(width) - full, '.');
}

std::string time_left_text(std::int64_t did, std::int64_t to_do, double seconds) {
  constexpr double kTooEarly = 1.0;
  return did > 0 && to_do > 0 && seconds > kTooEarly
             ? seconds_text(seconds / static_cast<double>(did) * static_cast<double>(to_do)) + " left"
             : "";
}

ProgressBar::ProgressBar(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1), stage_start_(Clock::now()), last_(stage_start_) {}

ProgressBar::~ProgressBar() {
  clear();
}

void ProgressBar::clear() {
  if (drawn_) {
    std::fputs("\r\x1b[K", stderr);
    drawn_ = false;
  }
}

void ProgressBar::show(const std::string& stage, std::int64_t done, std::int64_t total, const std::string& detail) {
  if (quiet_) {
    return;
  }
  const Clock::time_point now = Clock::now();
  const auto between = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
  const bool is_new = stage != stage_;
  if (is_new) {
    stage_ = stage;
    stage_start_ = now;
    first_done_ = done;
  }
  // A terminal shows at once what is new and what is done; a log need not.
  if (now - last_ < between && !(terminal_ && (is_new || done >= total))) {
    return;
  }
  last_ = now;
  std::string line = stage;
  if (total > 0) {
    line +=
        terminal_ ? concat(" [", bar_text(done, total, 24), "] ", done, "/", total) : concat(": ", done, " of ", total);
    const std::string left =
        time_left_text(done - first_done_, total - done, std::chrono::duration<double>(now - stage_start_).count());
    line += left.empty() ? "" : "  " + left;
  } else if (done > 0) {
    line += concat(terminal_ ? " " : ": ", done);
  }
  if (!detail.empty()) {
    line += "  ";
    line += detail;
  }
  terminal_ ? draw(line) : say(false, line);
}

void ProgressBar::draw(const std::string& line) {
  winsize size{};
  const std::size_t columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 8 ? size.ws_col : 80;
  std::fprintf(stderr, "\r%s\x1b[K", one_line(line).substr(0, columns - 1).c_str());
  drawn_ = true;
}

}  // namespace weft::cli
