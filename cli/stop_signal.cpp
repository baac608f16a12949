#include "weft/cli/stop_signal.hpp"

#include <unistd.h>
#include <csignal>

#include <atomic>

namespace weft::cli {
namespace {

// Lock-free atomics may be touched by a signal handler.
std::atomic<bool> g_gentle{false};
std::atomic<bool> g_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_stop_signal(int) {
  if (!g_gentle || g_requested.exchange(true)) {
    _exit(kInterruptedCode);
  }
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  // Reads and writes go on where they were; the work looks at the flag by itself.
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
  handle(SIGINT, on_stop_signal);
  handle(SIGTERM, on_stop_signal);
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);
}

void reset_signal_handlers() {
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) {
    handle(signal, SIG_DFL);
  }
}

GentleStop::GentleStop() {
  g_gentle = true;
}
GentleStop::~GentleStop() {
  g_gentle = false;
}

bool stop_requested() {
  return g_requested;
}

void throw_if_stop_requested() {
  if (stop_requested()) {
    throw Interrupted("interrupted; nothing was written");
  }
}

}  // namespace weft::cli
