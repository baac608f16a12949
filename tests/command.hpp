// The weft command as its users run it: a process with arguments, its exit code, and what it wrote.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/file_content.hpp"
#include "weft/core/random.hpp"

namespace weft::test {

struct CommandResult {
  /// The exit code, or -1 where a signal ended the process.
  int code = -1;
  int signal = 0;
  std::string out, err;
};

/// A running command. Standard input is empty.
class Command {
 public:
  /// Runs in `folder`, where its output streams are kept too. `most_file_bytes`: no file may grow larger.
  /// `prepare` is called in the new process before the command takes its place.
  Command(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
          std::optional<rlim_t> most_file_bytes = {}, const std::function<void()>& prepare = {})
      : out_(unique_file(folder, "out")), err_(unique_file(folder, "err")) {
    std::vector<char*> words = {const_cast<char*>("weft")};
    for (const std::string& argument : arguments) {
      words.push_back(const_cast<char*>(argument.c_str()));
    }
    words.push_back(nullptr);
    process_ = fork();
    if (process_ == 0) {
      const int in = open("/dev/null", O_RDONLY);
      const int out = open(out_.c_str(), O_WRONLY);
      const int err = open(err_.c_str(), O_WRONLY);
      if (in < 0 || out < 0 || err < 0 || chdir(folder.c_str()) != 0) {
        _exit(99);
      }
      dup2(in, STDIN_FILENO);
      dup2(out, STDOUT_FILENO);
      dup2(err, STDERR_FILENO);
      close(in);
      close(out);
      close(err);
      if (most_file_bytes) {
        const rlimit limit{*most_file_bytes, *most_file_bytes};
        setrlimit(RLIMIT_FSIZE, &limit);
      }
      if (prepare) {
        prepare();
      }
      execv(WEFT_COMMAND, words.data());
      _exit(99);
    }
    if (process_ < 0) {
      throw std::runtime_error("the command cannot be started");
    }
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      (void)wait();
    }
    std::error_code ignored;
    std::filesystem::remove(out_, ignored);
    std::filesystem::remove(err_, ignored);
  }

  void send(int signal) const { kill(process_, signal); }

  [[nodiscard]] bool is_running() {
    siginfo_t info{};
    return process_ > 0 && waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
  }

  CommandResult wait() {
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0, content_of(out_),
            content_of(err_)};
  }

 private:
  static std::filesystem::path unique_file(const std::filesystem::path& folder, const char* what) {
    std::string name = (folder / (std::string(".") + what + "-XXXXXX")).string();
    const int file = mkstemp(name.data());
    if (file < 0) {
      throw std::runtime_error("no file can be made at " + name);
    }
    close(file);
    return name;
  }

  std::filesystem::path out_, err_;
  pid_t process_ = -1;
};

/// Asks every few milliseconds; false if it does not become true in time.
template <class Condition>
bool wait_until(Condition condition, double seconds = 60.0) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

/// Changes `count` bytes of `bytes` to anything, places and values decided by `seed`.
inline std::string mutated(std::string bytes, std::uint64_t seed, int count) {
  const Random random(seed);
  for (int i = 0; i < count; ++i) {
    const auto k = static_cast<std::uint64_t>(i);
    bytes[random.below(bytes.size(), 2 * k)] = static_cast<char>(random.below(256, 2 * k + 1));
  }
  return bytes;
}

}  // namespace weft::test
