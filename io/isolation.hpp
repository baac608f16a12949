// Reading a file that may be hostile. The HDF5 library can crash or hang on damaged files, so a child
// process reads the whole file first; this process reads it only when the child has come through.
#pragma once

#include <filesystem>

#include "weft/core/parallel.hpp"

namespace weft {

struct ReadLimits {
  /// Processor time of the child, in seconds.
  double cpu_seconds = 5.0;
  /// Time on the clock, in seconds, within which it has to use at least a hundredth of it of the processor.
  double wall_seconds = 60.0;
};
/// Limits that a sound file of this size stays well within.
[[nodiscard]] ReadLimits limits_for(const std::filesystem::path& file);

/// Runs `read` in a child process and throws what it throws there: DataError and ArgumentError as such,
/// std::bad_alloc too, others as std::runtime_error. If the child is ended by a signal or a limit, throws
/// DataError naming `file`; Stopped if this thread is asked to end (core/stop.hpp). Other threads may run meanwhile:
/// the child has none of them, and finds HDF5 and the memory of buffers as they are between two calls.
void rehearse(const std::filesystem::path& file, FunctionRef<void()> read, const ReadLimits& limits);
inline void rehearse(const std::filesystem::path& file, FunctionRef<void()> read) {
  rehearse(file, read, limits_for(file));
}

}  // namespace weft
