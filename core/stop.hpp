// Asking work that is under way to end: parallel loops look for it between their chunks.
#pragma once

#include <atomic>
#include <stdexcept>

#pragma GCC visibility push(default)
namespace weft {

/// Thrown out of work that was asked to end. What it wrote to is not whole; what it only read is as it was.
class Stopped : public std::runtime_error {
 public:
  Stopped() : std::runtime_error("stopped, as was asked") {}
};

/// A request to end that any thread may make at any time.
class StopFlag {
 public:
  void request() noexcept { is_requested_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool is_requested() const noexcept { return is_requested_.load(std::memory_order_relaxed); }
  /// Whether work is under way that will end when the flag is raised: a StopScope of this flag lives, and none within
  /// it lets its thread go on.
  [[nodiscard]] bool is_watched() const noexcept { return num_scopes_ > 0; }

 private:
  friend class StopScope;
  std::atomic<bool> is_requested_{false};
  std::atomic<int> num_scopes_{0};
};

/// While one lives, parallel loops that this thread starts, and those below them, throw Stopped at the border of a
/// chunk once the flag is raised. nullptr: they go on to their end, whatever a scope around this one says.
class StopScope {
 public:
  explicit StopScope(StopFlag* flag) noexcept : StopScope(flag, false) {}
  /// What stop_flag() gave the thread that hands over work.
  [[nodiscard]] static StopScope carried(StopFlag* flag) noexcept { return {flag, true}; }
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;
  ~StopScope();

 private:
  StopScope(StopFlag* flag, bool is_carried) noexcept;

  void count(int change) const noexcept;

  StopFlag* flag_;
  StopFlag* outer_;
  bool is_carried_;
};

/// The flag that counts in this thread, or nullptr: for those who hand work to other threads.
[[nodiscard]] StopFlag* stop_flag() noexcept;

/// For serial work that takes long.
void throw_if_stopped();

}  // namespace weft
#pragma GCC visibility pop
