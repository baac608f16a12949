#include "weft/capi/calls.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <filesystem>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>

#include "weft/core/version.hpp"

namespace weft::capi {
namespace {

/// Of this thread. An array, so that saying that there is no memory needs none.
thread_local std::array<char, 4096> t_error{};

/// Longer texts are cut between two characters.
void keep(std::string_view text) noexcept {
  std::size_t length = std::min(text.size(), t_error.size() - 1);
  while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
    --length;
  }
  std::copy_n(text.data(), length, t_error.data());
  t_error[length] = '\0';
}

weft_status failed(weft_status status, std::string_view text) noexcept {
  keep(text);
  return status;
}

/// The signals of the program are for its own threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

using Clock = std::chrono::steady_clock;

/// Work on a thread of its own.
class Worker {
 public:
  /// Loops of `work` end where the flag is raised, if there is one.
  Worker(StopFlag* flag, FunctionRef<void()> work) {
    const SignalsBlocked blocked;
    thread_ = std::thread([this, flag, work] {
      try {
        const StopScope scope(flag);
        work();
      } catch (...) {
        error_ = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      is_done_ = true;
      changed_.notify_one();
    });
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    if (thread_.joinable()) {
      thread_.join();
    }
  }

  [[nodiscard]] bool is_done_within(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return is_done_; });
  }
  /// Waits for its end, and throws what it threw.
  void finish() {
    thread_.join();
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_done_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

bool asks_to_end(const weft_call& call) {
  try {
    return call.cancelled != nullptr && call.cancelled(call.context) != 0;
  } catch (...) {
    // It was told not to throw; whatever it was, it is no wish to go on.
    return true;
  }
}

/// `stop` is told, again and again, how long ago the work was asked to end.
void run_until(const weft_call& call, StopFlag* flag, FunctionRef<void(Clock::duration)> stop,
               FunctionRef<void()> work) {
  constexpr std::chrono::milliseconds kBetween(50);
  Worker worker(flag, work);
  std::optional<Clock::time_point> asked;
  while (!worker.is_done_within(kBetween)) {
    if (!asked && asks_to_end(call)) {
      asked = Clock::now();
    }
    if (asked) {
      stop(Clock::now() - *asked);
    }
  }
  worker.finish();
}

}  // namespace

weft_status status_of(FunctionRef<void()> work) noexcept {
  try {
    work();
    return failed(WEFT_OK, "");
  } catch (const ArgumentError& error) {
    return failed(WEFT_ARGUMENT, error.what());
  } catch (const DataError& error) {
    return failed(WEFT_DATA, error.what());
  } catch (const NumericError& error) {
    return failed(WEFT_NUMERIC, error.what());
  } catch (const OutputError& error) {
    return failed(WEFT_OUTPUT, error.what());
  } catch (const Stopped& error) {
    return failed(WEFT_CANCELLED, error.what());
  } catch (const std::bad_alloc&) {
    return failed(WEFT_MEMORY, "there is not enough memory");
  } catch (const std::filesystem::filesystem_error& error) {
    return failed(WEFT_DATA, error.what());
  } catch (const std::system_error& error) {
    // Of threads and locks: the system has no more of them.
    return failed(WEFT_MEMORY, error.what());
  } catch (const std::exception& error) {
    return failed(WEFT_DEFECT, error.what());
  } catch (...) {
    return failed(WEFT_DEFECT, "an error without a text");
  }
}

weft_call call_of(const weft_call* given) {
  return given == nullptr ? weft_call{} : known_fields(given, sizeof(weft_call), "weft_call");
}

void run(const weft_call& call, FunctionRef<void()> work) {
  if (call.cancelled == nullptr) {
    work();
    return;
  }
  if (asks_to_end(call)) {
    throw Stopped();
  }
  StopFlag flag;
  run_until(
      call, &flag, [&](Clock::duration) { flag.request(); }, work);
}

void run_training(const weft_call& call, TrainingStop& stop, FunctionRef<void()> work) {
  if (asks_to_end(call)) {
    throw Stopped();
  }
  constexpr std::chrono::milliseconds kForOneStep(400);
  run_until(
      call, nullptr,
      [&](Clock::duration since) {
        stop.is_requested = true;
        if (since > kForOneStep) {
          stop.give_up.request();
        }
      },
      work);
}

}  // namespace weft::capi

const char* weft_version(void) {
  // A text of the program, which ends with a zero.
  return weft::version().data();
}

int weft_abi(void) {
  return WEFT_ABI;
}

const char* weft_last_error(void) {
  return weft::capi::t_error.data();
}
