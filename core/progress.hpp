// How long work tells its caller where it stands. The library itself never prints.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#pragma GCC visibility push(default)
namespace weft {

/// One report: `done` of `total` units (epochs, lines, bytes) of `stage`; total 0: not known.
struct Progress {
  std::string stage;
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::string detail;
};

/// Called from the thread that started the work. May throw to stop it.
using ProgressCallback = std::function<void(const Progress&)>;

}  // namespace weft
#pragma GCC visibility pop
