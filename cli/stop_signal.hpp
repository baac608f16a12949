// SIGINT and SIGTERM. Work that can be taken up again is asked to stop, and saves; all other work is ended at once, and
// so is work that is asked a second time. The process ends within a second, with exit code 130.
#pragma once

#include <stdexcept>

#include "weft/core/stop.hpp"

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

/// While one lives, the first signal sets stop_requested(); 0.4 seconds later it raises give_up_flag(), and 0.5 seconds
/// after that it ends the process if what watches the flag has not left off. Otherwise it ends the process, and nothing
/// is left of files that were being written.
class GentleStop {
 public:
  GentleStop();
  GentleStop(const GentleStop&) = delete;
  GentleStop& operator=(const GentleStop&) = delete;
  ~GentleStop();
};

[[nodiscard]] bool stop_requested();

[[nodiscard]] StopFlag& give_up_flag();

}  // namespace weft::cli
