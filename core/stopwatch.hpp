// Seconds on the wall, and how they are told.
#pragma once

#include <chrono>
#include <string>

namespace weft {

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  void restart() { start_ = std::chrono::steady_clock::now(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// `value` with three figures and a unit of time: "12.3 s", "4.56 ms".
[[nodiscard]] std::string seconds_text(double value);

}  // namespace weft
