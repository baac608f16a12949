#include "weft/core/parallel.hpp"

#include <algorithm>
#include <vector>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_sort.h>
#include <oneapi/tbb/task_arena.h>

#include "weft/core/error.hpp"
#include "weft/core/machine.hpp"
#include "weft/core/stop.hpp"

namespace weft {
namespace {

constexpr int kMostThreads = 4096;

/// Chunks of `size` that `count` > 0 items make.
std::int64_t num_chunks_of(std::int64_t count, std::int64_t size) {
  return count / size + (count % size == 0 ? 0 : 1);
}

/// One task a chunk, so that chunk borders are those the caller named.
void for_each_chunk(std::int64_t num_chunks, FunctionRef<void(std::int64_t)> body) {
  throw_if_stopped();
  if (num_chunks == 1) {
    body(0);
    return;
  }
  StopFlag* const flag = stop_flag();
  tbb::parallel_for(
      tbb::blocked_range<std::int64_t>(0, num_chunks, 1),
      [&](const tbb::blocked_range<std::int64_t>& range) {
        for (std::int64_t chunk = range.begin(); chunk < range.end(); ++chunk) {
          // A thread that waits inside a body must not start another chunk of this loop: bodies may
          // hold per-thread scratch.
          tbb::this_task_arena::isolate([&] {
            if (flag == nullptr) {
              body(chunk);
              return;
            }
            const StopScope scope = StopScope::carried(flag);
            throw_if_stopped();
            body(chunk);
          });
        }
      },
      tbb::simple_partitioner());
}

}  // namespace

void parallel_for(std::int64_t count, std::int64_t grain, RangeBody body) {
  require(grain >= 1, "parallel_for: grain is ", grain, ", expected at least 1");
  if (count <= 0) {
    return;
  }
  for_each_chunk(num_chunks_of(count, grain), [&](std::int64_t chunk) {
    const std::int64_t begin = chunk * grain;
    body(begin, begin + std::min(grain, count - begin));
  });
}

void parallel_rows(std::span<const EdgeId> offsets, std::int64_t edges_per_chunk, RangeBody body) {
  require(edges_per_chunk >= 1, "parallel_rows: edges_per_chunk is ", edges_per_chunk, ", expected at least 1");
  const auto num_rows = static_cast<std::int64_t>(offsets.size()) - 1;
  if (num_rows <= 0) {
    return;
  }
  // Row v starts at cost v + offsets[v]; a chunk is the rows whose start falls into its share.
  const auto cost = [&](std::int64_t row) { return row + offsets[static_cast<std::size_t>(row)] - offsets[0]; };
  const auto first_row = [&](std::int64_t start) {
    std::int64_t low = 0, high = num_rows;
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (cost(middle) < start) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  require(cost(num_rows) > 0, "parallel_rows: offsets fall from ", offsets.front(), " to ", offsets.back(),
          ", expected offsets that do not fall");
  const std::int64_t num_chunks = num_chunks_of(cost(num_rows), edges_per_chunk);
  for_each_chunk(num_chunks, [&](std::int64_t chunk) {
    const std::int64_t begin = first_row(chunk * edges_per_chunk);
    const std::int64_t end = chunk + 1 == num_chunks ? num_rows : first_row((chunk + 1) * edges_per_chunk);
    if (begin < end) {
      body(begin, end);
    }
  });
}

double parallel_sum(std::int64_t count, std::int64_t grain,
                    FunctionRef<double(std::int64_t begin, std::int64_t end)> body) {
  require(grain >= 1, "parallel_sum: grain is ", grain, ", expected at least 1");
  if (count <= 0) {
    return 0.0;
  }
  std::vector<double> partial(static_cast<std::size_t>(num_chunks_of(count, grain)));
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
    partial[static_cast<std::size_t>(begin / grain)] = body(begin, end);
  });
  double sum = 0.0;
  for (const double p : partial) {
    sum += p;
  }
  return sum;
}

void parallel_sort(std::span<std::uint64_t> keys) {
  tbb::parallel_sort(keys.begin(), keys.end());
}

void with_threads(int threads, FunctionRef<void()> work) {
  require(threads >= 0 && threads <= kMostThreads, "with_threads: threads is ", threads, ", expected 0 (all) to ",
          kMostThreads);
  const int count = threads == 0 ? machine_share().processors : threads;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count));
  tbb::task_arena arena(count);
  StopFlag* const flag = stop_flag();
  arena.execute([&] {
    const StopScope scope = StopScope::carried(flag);
    work();
  });
}

void on_this_thread(FunctionRef<void()> work) {
  thread_local tbb::task_arena alone(1);
  alone.execute([&] { work(); });
}

int num_threads() {
  return tbb::this_task_arena::max_concurrency();
}

}  // namespace weft
