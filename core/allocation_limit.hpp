// A bound on what some work may allocate: what a file asks for, against what it holds.
#pragma once

#include <cstdint>
#include <new>

namespace weft {

/// Thrown where a limit is passed.
class AllocationLimitPassed : public std::bad_alloc {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "more memory was asked for than is allowed here"; }
};

/// While it lives, buffers of 256 KiB and more that its thread makes may have so many bytes together, counted when they
/// are made, be they live still or not. Limits may stand inside each other; the inner one counts.
class AllocationLimit {
 public:
  explicit AllocationLimit(std::int64_t bytes);
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;
  ~AllocationLimit();

 private:
  std::int64_t before_;
};

}  // namespace weft
