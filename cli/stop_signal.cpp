// Signals come to a thread of their own. On a thread in the midst of a matrix product a handler would do harm, whatever
// it does: kernels of oneDNN 2.6 keep data where the stack pointer leads, and the kernel writes the handler's frame
// over what lies below.
#include "weft/cli/stop_signal.hpp"

#include <unistd.h>
#include <csignal>

#include <atomic>
#include <string_view>
#include <thread>

namespace weft::cli {
namespace {

std::atomic<bool> g_gentle{false};
std::atomic<bool> g_requested{false};

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

void wait_for_signals() {
  const sigset_t signals = stop_signals();
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (!g_gentle || g_requested.exchange(true)) {
      // Over a progress bar, where there may be one.
      const std::string_view told = isatty(STDERR_FILENO) == 1 ? "\r\x1b[Kweft: interrupted\n" : "weft: interrupted\n";
      (void)!write(STDERR_FILENO, told.data(), told.size());
      _exit(kInterruptedCode);
    }
  }
}

}  // namespace

void install_signal_handlers() {
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);
  // Threads inherit what is blocked.
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread(wait_for_signals).detach();
}

void reset_signal_handlers() {
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) {
    handle(signal, SIG_DFL);
  }
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
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
