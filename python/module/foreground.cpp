#include "weft/python/module/foreground.hpp"

#include <nanobind/nanobind.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace weft::python {
namespace {

namespace nb = nanobind;

class Background final : public Foreground {
 public:
  Background(int threads, FunctionRef<void(Foreground&)> work) : threads_(threads), work_(work) {}

  void call(const std::function<void()>& in_python) override {
    std::unique_lock lock(mutex_);
    asked_ = &in_python;
    changed_.notify_all();
    changed_.wait(lock, [&] { return asked_ == nullptr; });
  }

  [[nodiscard]] StopFlag& stop() override { return stop_; }

  void run() {
    std::thread thread([this] { do_work(); });
    try {
      while (const std::function<void()>* asked = wait()) {
        attend(*asked);
      }
    } catch (...) {
      // The lock could not be taken again, as the interpreter ends.
      stop_.request();
      thread.join();
      throw;
    }
    thread.join();
    if (raised_) {
      std::rethrow_exception(raised_);
    }
    if (thrown_) {
      std::rethrow_exception(thrown_);
    }
  }

 private:
  void do_work() noexcept {
    std::exception_ptr thrown;
    try {
      const StopScope scope(&stop_);
      with_threads(threads_, [&] { work_(*this); });
    } catch (...) {
      thrown = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    thrown_ = thrown;
    is_done_ = true;
    changed_.notify_all();
  }

  /// What is to be done in Python, be it nothing but to look for signals; nullptr once the work is done.
  const std::function<void()>* wait() {
    static const std::function<void()> kNothing = [] {};
    constexpr auto kBetweenLooks = std::chrono::milliseconds(250);
    const nb::gil_scoped_release without_lock;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kBetweenLooks, [&] { return is_done_ || asked_ != nullptr; });
    return is_done_ ? nullptr : asked_ != nullptr ? asked_ : &kNothing;
  }

  void attend(const std::function<void()>& asked) {
    try {
      if (PyErr_CheckSignals() != 0) {
        throw nb::python_error();
      }
      if (!raised_) {
        asked();
      }
    } catch (...) {
      raised_ = raised_ ? raised_ : std::current_exception();
      stop_.request();
    }
    const std::lock_guard lock(mutex_);
    if (&asked == asked_) {
      asked_ = nullptr;
      changed_.notify_all();
    }
  }

  int threads_;
  FunctionRef<void(Foreground&)> work_;
  StopFlag stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* asked_ = nullptr;
  bool is_done_ = false;
  /// By Python, on the thread that waits; by the work.
  std::exception_ptr raised_, thrown_;
};

}  // namespace

void in_background(int threads, FunctionRef<void(Foreground&)> work) {
  require_own_process();
  Background(threads, work).run();
}

void require_own_process() {
  static std::atomic<pid_t> owner{0};
  pid_t none = 0;
  const pid_t own = getpid();
  if (!owner.compare_exchange_strong(none, own) && none != own) {
    const nb::object error = nb::module_::import_("weft.errors").attr("Error");
    PyErr_SetString(error.ptr(),
                    "this process was forked from one in which Weft has worked already, and its threads did not come "
                    "along; expected multiprocessing.get_context('spawn'), or a fork before the first call");
    throw nb::python_error();
  }
}

}  // namespace weft::python
