// The child reports by a pipe: one letter, S where the file is sound or that of the kind of error, then its texts, each
// ended by a zero byte. Nothing at all: it has not come to its end. How it ended is asked of the system too, but a
// program may have taken that answer away (SIGCHLD ignored, or waited for by another thread).
#include "weft/io/isolation.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <ctime>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/stop.hpp"
#include "weft/io/hdf5_library.hpp"

namespace weft {
namespace {

using Clock = std::chrono::steady_clock;

std::string report(char kind, std::initializer_list<std::string> texts) {
  std::string message(1, kind);
  for (const std::string& text : texts) {
    message += text.c_str();  // up to the first zero byte, which ends a text
    message += '\0';
  }
  return message;
}

std::string outcome_of(FunctionRef<void()> read) {
  try {
    read();
    return report('S', {});
  } catch (const DataError& error) {
    return report('D', {error.file(), error.object(), error.problem()});
  } catch (const ArgumentError& error) {
    return report('A', {error.what()});
  } catch (const std::bad_alloc&) {
    return report('M', {});
  } catch (const std::exception& error) {
    return report('E', {error.what()});
  }
}

/// Signals end the child, whatever the program does at them. They are blocked until then: no handler of the program is
/// to run in the child.
void forget_signal_handlers() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) {
      action = {};
      action.sa_handler = SIG_DFL;
      sigaction(signal, &action, nullptr);
    }
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void run_child(int pipe_end, pid_t parent, FunctionRef<void()> read, double cpu_seconds) {
  forget_signal_handlers();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(1);
  }
  // No core files, and no "free(): invalid pointer" from the C library on the user's terminal.
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const auto seconds = static_cast<rlim_t>(std::ceil(cpu_seconds));
  const rlimit cpu{seconds, seconds + 1};
  setrlimit(RLIMIT_CPU, &cpu);
  const int null = open("/dev/null", O_RDWR);
  if (null >= 0) {
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }
  const std::string message = outcome_of(read);
  for (std::size_t done = 0; done < message.size();) {
    const ssize_t wrote = write(pipe_end, message.data() + done, message.size() - done);
    if (wrote < 0 && errno != EINTR) {
      _exit(1);
    }
    done += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
  }
  _exit(0);
}

/// Processor time that a child has used so far, in seconds.
double seconds_used_by(pid_t child) {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    return 0.0;
  }
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

/// What the child writes until it closes the pipe; `timed_out` if it rests instead, or where this thread is asked to
/// end. A child that a busy machine lets work but little is none that hangs: its processor time ends it.
std::string read_report(int pipe_end, pid_t child, double wall_seconds, bool& timed_out) {
  constexpr std::size_t kMostBytes = 1 << 16;
  constexpr std::int64_t kBetween = 50;
  constexpr double kLeastShare = 0.01;
  const auto is_stopped = [flag = stop_flag()] { return flag != nullptr && flag->is_requested(); };
  const auto wall = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(wall_seconds));
  Clock::time_point deadline = Clock::now() + wall;
  double used_before = 0.0;
  std::string message;
  char block[4096];
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{pipe_end, POLLIN, 0};
    const int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, kBetween))) : 0;
    if (left <= 0) {
      const double used = seconds_used_by(child);
      if (used - used_before > kLeastShare * wall_seconds) {
        used_before = used;
        deadline = Clock::now() + wall;
        continue;
      }
    }
    if (left <= 0 || is_stopped()) {
      timed_out = true;
      return message;
    }
    if (ready == 0) {
      continue;
    }
    const ssize_t got = ready > 0 ? read(pipe_end, block, sizeof block) : -1;
    if (got == 0 || (got < 0 && errno != EINTR)) {
      return message;
    }
    if (got > 0 && message.size() < kMostBytes) {
      message.append(block, static_cast<std::size_t>(got));
    }
  }
}

std::vector<std::string> texts_of(const std::string& message) {
  std::vector<std::string> texts;
  for (std::size_t begin = 1, end = 0; (end = message.find('\0', begin)) != std::string::npos; begin = end + 1) {
    texts.push_back(message.substr(begin, end - begin));
  }
  texts.resize(3);
  return texts;
}

void throw_report(const std::string& message) {
  if (message[0] == 'S') {
    return;
  }
  const std::vector<std::string> texts = texts_of(message);
  switch (message[0]) {
    case 'D':
      throw DataError(texts[0], texts[1], texts[2]);
    case 'A':
      throw ArgumentError(texts[0]);
    case 'M':
      throw std::bad_alloc();
    default:
      throw std::runtime_error(texts[0]);
  }
}

}  // namespace

ReadLimits limits_for(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(file, error);
  // The slowest sound files, small numbers packed tightly, are read at more than 10 MB of file a second.
  const double extra = error ? 0.0 : static_cast<double>(bytes) / 1e6;
  return {.cpu_seconds = 5.0 + extra, .wall_seconds = 60.0 + 4.0 * extra};
}

void rehearse(const std::filesystem::path& file, FunctionRef<void()> read, const ReadLimits& limits) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "a pipe to a child process");
  }
  const pid_t parent = getpid();
  pid_t child = -1;
  int why = 0;
  {
    hdf5::Closed closed;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    child = fork();
    if (child == 0) {
      closed.open_in_child();
      close(ends[0]);
      run_child(ends[1], parent, read, limits.cpu_seconds);
    }
    why = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    throw std::system_error(why, std::generic_category(), concat("a child process to read ", file.string()));
  }
  bool timed_out = false;
  const std::string message = read_report(ends[0], child, limits.wall_seconds, timed_out);
  close(ends[0]);
  if (timed_out) {
    kill(child, SIGKILL);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  throw_if_stopped();
  if (timed_out || (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))) {
    throw DataError(
        file.string(), "",
        concat("it cannot be read safely (it was stopped after ", limits.cpu_seconds, " s of processor time or ",
               limits.wall_seconds, " s of rest, or for want of memory); expected a sound file"));
  }
  if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0 || message.empty()) {
    throw DataError(file.string(), "",
                    concat("it cannot be read safely (it crashed, ",
                           WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit", "); expected a sound file"));
  }
  throw_report(message);
}

}  // namespace weft
