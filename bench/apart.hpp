// Measurements that are a process of their own each, so that a peak of resident memory is theirs alone, and the
// exponents of N^a fitted to them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <string_view>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft::bench {

struct Measured {
  double seconds = 0, bytes = 0;
};

inline double resident_peak() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return 1024.0 * static_cast<double>(use.ru_maxrss);
}

/// What measure() finds in a child, which starts with no threads and no memory of others. The caller must have started
/// no threads yet.
inline Measured measure_apart(std::string_view name, FunctionRef<Measured()> measure) {
  int pipe_ends[2];
  require(pipe(pipe_ends) == 0, name, ": no pipe");
  const pid_t child = fork();
  require(child >= 0, name, ": no child process");
  if (child == 0) {
    try {
      const Measured result = measure();
      _exit(write(pipe_ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      _exit(1);
    }
  }
  close(pipe_ends[1]);
  Measured result;
  const bool whole = read(pipe_ends[0], &result, sizeof result) == sizeof result;
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  require(whole && status == 0, "the measurement of ", name, " failed");
  return result;
}

/// The slope of the line of least squares through (log N, log of what `value` takes).
template <class Value>
double exponent(const std::map<std::int64_t, Measured>& points, std::int64_t from, Value value) {
  double count = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (const auto& [n, measured] : points) {
    if (n >= from) {
      const double log_n = std::log(static_cast<double>(n)), log_value = std::log(value(measured));
      count += 1, x += log_n, y += log_value, xx += log_n * log_n, xy += log_n * log_value;
    }
  }
  return (count * xy - x * y) / (count * xx - x * x);
}

}  // namespace weft::bench
