// Signals come to a thread of their own. On a thread in the midst of a matrix product a handler would do harm, whatever
// it does: kernels of oneDNN 2.6 keep data where the stack pointer leads, and the kernel writes the handler's frame
// over what lies below.
#include "weft/cli/stop_signal.hpp"

#include <unistd.h>
#include <csignal>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "weft/io/atomic_file.hpp"

namespace weft::cli {
namespace {

std::atomic<bool> g_gentle{false};
std::atomic<bool> g_requested{false};
StopFlag g_give_up;

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

[[noreturn]] void end_at_once(std::string_view message) {
  remove_temporary_files();
  // Past what buffers hold: the thread that fills them may be in the midst of it.
  std::string line = isatty(STDERR_FILENO) != 0 ? "\r\x1b[K" : "";
  line += message;
  static_cast<void>(!write(STDERR_FILENO, line.data(), line.size()));
  _exit(kInterruptedCode);
}

/// Whether another signal comes within that time.
bool comes_within(std::int64_t milliseconds) {
  const sigset_t signals = stop_signals();
  const timespec time{.tv_sec = 0, .tv_nsec = milliseconds * 1'000'000};
  return sigtimedwait(&signals, nullptr, &time) > 0;
}

void wait_for_signals() {
  const sigset_t signals = stop_signals();
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (!g_gentle || g_requested.exchange(true)) {
      end_at_once("weft: interrupted\n");
    }
    // Most steps end by themselves in this time, and nothing of them is lost.
    if (comes_within(400)) {
      end_at_once("weft: interrupted\n");
    }
    g_give_up.request();
    if (comes_within(500) || g_give_up.is_watched()) {
      end_at_once("weft: interrupted; a run goes on from its last checkpoint\n");
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

GentleStop::GentleStop() {
  g_gentle = true;
}
GentleStop::~GentleStop() {
  g_gentle = false;
}

bool stop_requested() {
  return g_requested;
}

StopFlag& give_up_flag() {
  return g_give_up;
}

}  // namespace weft::cli
