// SIGINT and SIGTERM: the first asks the work to stop where it can be taken up again, the second stops at
// once. Both end in exit code 130.
#pragma once

#include <stdexcept>

namespace weft::cli {

inline constexpr int kInterruptedCode = 130;

/// The work stopped because it was asked to; the message says how to go on.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Called once, before any thread is started. SIGPIPE and SIGXFSZ are ignored, so that writes fail with an error
/// instead.
void install_signal_handlers();

/// The default handling again: for the thread of a child process.
void reset_signal_handlers();

/// While one lives, the first signal only sets stop_requested(); otherwise it ends the process.
class GentleStop {
 public:
  GentleStop();
  GentleStop(const GentleStop&) = delete;
  GentleStop& operator=(const GentleStop&) = delete;
  ~GentleStop();
};

[[nodiscard]] bool stop_requested();

/// For progress callbacks: throws Interrupted if a signal came.
void throw_if_stop_requested();

}  // namespace weft::cli
