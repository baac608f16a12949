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

bool ProgressBar::wants_log_line() {
  if (quiet_ || terminal_ || Clock::now() - last_ < std::chrono::seconds(10)) {
    return false;
  }
  last_ = Clock::now();
  return true;
}

void ProgressBar::show(const std::string& stage, std::int64_t done, std::int64_t total, const std::string& detail) {
  if (quiet_ || !terminal_) {
    return;
  }
  const Clock::time_point now = Clock::now();
  if (stage != stage_) {
    stage_ = stage;
    stage_start_ = now;
  } else if (now - last_ < std::chrono::milliseconds(100) && done < total) {
    return;
  }
  last_ = now;
  std::string line = stage;
  if (total > 0) {
    line += concat(" [", bar_text(done, total, 24), "] ", done, "/", total);
    const double spent = std::chrono::duration<double>(now - stage_start_).count();
    if (done > 0 && done < total && spent > 1.0) {
      line += "  ";
      line += seconds_text(spent / static_cast<double>(done) * static_cast<double>(total - done)) + " left";
    }
  } else if (done > 0) {
    line += concat(" ", done);
  }
  if (!detail.empty()) {
    line += "  ";
    line += detail;
  }
  line = one_line(line);
  winsize size{};
  const std::size_t columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 8 ? size.ws_col : 80;
  std::fprintf(stderr, "\r%s\x1b[K", line.substr(0, columns - 1).c_str());
  drawn_ = true;
}

}  // namespace weft::cli
