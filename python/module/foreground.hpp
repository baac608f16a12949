// Work that takes long, done by a thread of its own without the interpreter lock. The thread that asked for it waits,
// looks for signals four times a second, and runs what the work wants done in Python; so Ctrl-C ends the work, and
// callbacks run where they are expected.
#pragma once

#include <functional>

#include "weft/core/parallel.hpp"
#include "weft/core/stop.hpp"

namespace weft::python {

class Foreground {
 public:
  virtual ~Foreground() = default;
  /// Runs `in_python` on the thread that asked for the work, with the lock, and waits for it. Not at all once something
  /// was raised there; what it raises ends the work.
  virtual void call(const std::function<void()>& in_python) = 0;
  /// Raised once the work is to end.
  [[nodiscard]] virtual StopFlag& stop() = 0;
};

/// Does the work with at most `threads` threads (0: all that there are) and returns when it is done. Called with the
/// lock. Throws what Python raised meanwhile, KeyboardInterrupt for one, or else what the work threw.
void in_background(int threads, FunctionRef<void(Foreground&)> work);

/// Throws weft.Error in a process that was forked from one in which the library has worked already: the threads of its
/// pool are not there any more, and it would wait for them forever.
void require_own_process();

}  // namespace weft::python
