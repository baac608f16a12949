// Parallel loops and ordered reductions. Results never depend on the number of threads: work is cut
// into chunks by its size alone, and partial results are combined in the order of the chunks.
// An exception thrown by a body reaches the caller. A body may run parallel loops of its own. Loops end early where
// they are asked to (core/stop.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "weft/core/types.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// A view of something callable that outlives the call it is passed to.
template <class Signature>
class FunctionRef;

template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef> && std::is_invocable_r_v<Result, F&, Arguments...>)
      FunctionRef(F&& f)  // NOLINT(google-explicit-constructor): a lambda is passed where a view is asked for
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* object, Arguments... arguments) -> Result {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Arguments>(arguments)...);
        }) {}

  Result operator()(Arguments... arguments) const { return call_(object_, std::forward<Arguments>(arguments)...); }

 private:
  void* object_;
  Result (*call_)(void*, Arguments...);
};

/// A piece of work: items or rows [begin, end).
using RangeBody = FunctionRef<void(std::int64_t begin, std::int64_t end)>;

/// Runs `body` on [0, count) in chunks of `grain` items (the last may be shorter); not at all for a count below 1.
/// grain >= 1.
void parallel_for(std::int64_t count, std::int64_t grain, RangeBody body);

/// Runs `body` on all rows [0, offsets.size() - 1), cut so that each chunk holds about `edges_per_chunk`
/// rows plus edges, where row v owns offsets[v] .. offsets[v + 1]; offsets do not fall. A row is never split.
void parallel_rows(std::span<const EdgeId> offsets, std::int64_t edges_per_chunk, RangeBody body);

/// The sum over fixed chunks of `grain` items of what `body` returns, added in the chunks' order.
[[nodiscard]] double parallel_sum(std::int64_t count, std::int64_t grain,
                                  FunctionRef<double(std::int64_t begin, std::int64_t end)> body);

/// Sorts keys ascending (not stable); the result is the same for every number of threads.
void parallel_sort(std::span<std::uint64_t> keys);

/// Runs `work` with at most `threads` threads in all loops below it, 0 to 4096; 0 means all the machine gives.
void with_threads(int threads, FunctionRef<void()> work);

/// Runs `work` with all loops below it, also those of other libraries on oneTBB, on this thread alone.
/// Cheap enough for every tile of a product.
void on_this_thread(FunctionRef<void()> work);

/// How many threads loops started here may use.
[[nodiscard]] int num_threads();

}  // namespace weft
#pragma GCC visibility pop
