#include "weft/core/buffer.hpp"

#include "weft/core/allocation_limit.hpp"
#include "weft/core/memory_peak.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

#include <pthread.h>
#include <sys/mman.h>

namespace weft {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
// Below this malloc recycles well by itself.
constexpr std::size_t kSmall = std::size_t{256} << 10;
// The most by which a block is larger than what was asked for.
constexpr std::size_t kLargestStep = std::size_t{32} << 20;

/// Free blocks by size. Steps of training repeat the same sizes in another order, and steps on samples repeat them
/// nearly, so blocks come in few sizes (rounded()). What is kept may pass what was ever live at once by a quarter;
/// beyond that, the blocks that lay unused longest go back to the system before the process grows.
class BlockCache {
 public:
  static BlockCache& instance() {
    // Never destroyed: buffers with static storage may be released after any destructor of ours.
    static BlockCache& cache = *new BlockCache;
    return cache;
  }

  void* allocate(std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    {
      const std::lock_guard lock(mutex_);
      if (void* kept = take(size)) {
        return kept;
      }
      count_live(size);
      while (!free_.empty() && use_.live + use_.kept > use_.peak + use_.peak / 4) {
        evict();
      }
    }
    void* data = pages(size);
    const std::lock_guard lock(mutex_);
    if (data == nullptr) {
      use_.live -= static_cast<std::int64_t>(size);
      throw std::bad_alloc();
    }
    try {
      sizes_.emplace(data, size);
    } catch (...) {
      munmap(data, size);
      use_.live -= static_cast<std::int64_t>(size);
      throw;
    }
    return data;
  }

  void release(void* data) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(data);
    const std::size_t size = found->second;
    use_.live -= static_cast<std::int64_t>(size);
    try {
      free_.emplace(size, Kept{data, ++num_released_});
      use_.kept += static_cast<std::int64_t>(size);
    } catch (const std::bad_alloc&) {
      sizes_.erase(found);
      munmap(data, size);
    }
  }

  MemoryUse use() {
    const std::lock_guard lock(mutex_);
    return use_;
  }

  void reset_peak() {
    const std::lock_guard lock(mutex_);
    use_.peak = use_.live;
  }

  /// Eight sizes between a power of two and the next, so that a batch finds the blocks of another of about its size.
  /// What is added at the end is not written to, and takes no memory.
  static std::size_t rounded(std::size_t bytes) {
    if (bytes < kSmall) {
      return (bytes + 63) / 64 * 64;
    }
    const std::size_t step = std::min(std::bit_floor(bytes) / 8, kLargestStep);
    const std::size_t unit = bytes >= kHugePage ? std::max(kHugePage, step) : step;
    return (bytes + unit - 1) / unit * unit;
  }

 private:
  /// A child process finds the cache whole, whatever other threads were at.
  BlockCache() {
    pthread_atfork([] { instance().mutex_.lock(); }, [] { instance().mutex_.unlock(); },
                   [] { instance().mutex_.unlock(); });
  }

  struct Kept {
    void* data = nullptr;
    std::uint64_t released = 0;
  };

  /// Pages of the system's own, which a block gives back whole: malloc would keep large blocks in heaps that fall to
  /// pieces. Null if there are none.
  static void* pages(std::size_t size) {
    const std::size_t beside = size >= kHugePage ? kHugePage : 0;
    void* all = mmap(nullptr, size + beside, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) {
      return nullptr;
    }
    if (beside == 0) {
      return all;
    }
    auto* first = static_cast<unsigned char*>(all);
    const std::size_t before = (kHugePage - reinterpret_cast<std::uintptr_t>(all) % kHugePage) % kHugePage;
    if (before > 0) {
      munmap(first, before);
    }
    if (before < beside) {
      munmap(first + before + size, beside - before);
    }
    madvise(first + before, size, MADV_HUGEPAGE);  // advice: the buffer works without it
    return first + before;
  }

  void count_live(std::size_t size) {
    use_.live += static_cast<std::int64_t>(size);
    use_.peak = std::max(use_.peak, use_.live);
  }

  /// The smallest kept block that holds `size` and wastes at most an eighth of it, or null. Of several the one released
  /// last: caches may still hold it.
  void* take(std::size_t size) {
    const auto first = free_.lower_bound(size);
    if (first == free_.end() || first->first > size + size / 8) {
      return nullptr;
    }
    const auto found = std::prev(free_.upper_bound(first->first));
    void* data = found->second.data;
    use_.kept -= static_cast<std::int64_t>(found->first);
    count_live(found->first);
    free_.erase(found);
    return data;
  }

  void evict() {
    const auto oldest = std::ranges::min_element(free_, {}, [](const auto& block) { return block.second.released; });
    use_.kept -= static_cast<std::int64_t>(oldest->first);
    sizes_.erase(oldest->second.data);
    munmap(oldest->second.data, oldest->first);
    free_.erase(oldest);
  }

  std::mutex mutex_;
  std::multimap<std::size_t, Kept> free_;
  std::uint64_t num_released_ = 0;
  // Of every block, live or kept: a block may be larger than what was asked for.
  std::unordered_map<void*, std::size_t> sizes_;
  MemoryUse use_;
};

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
/// What this thread may still allocate.
thread_local std::int64_t t_left = kNoLimit;

}  // namespace

AllocationLimit::AllocationLimit(std::int64_t bytes) : before_(std::exchange(t_left, bytes)) {}
AllocationLimit::~AllocationLimit() {
  t_left = before_;
}

MemoryUse memory_use() {
  return BlockCache::instance().use();
}

void reset_memory_peak() {
  BlockCache::instance().reset_peak();
}

namespace memory {

void* allocate(std::size_t bytes) {
  if (bytes == 0) {
    return nullptr;
  }
  if (bytes > std::numeric_limits<std::int64_t>::max() - kHugePage) {
    throw std::bad_alloc();
  }
  if (bytes < kSmall) {
    void* data = std::aligned_alloc(64, BlockCache::rounded(bytes));
    if (data == nullptr) {
      throw std::bad_alloc();
    }
    return data;
  }
  if (t_left != kNoLimit) {
    if (static_cast<std::int64_t>(bytes) > t_left) {
      throw AllocationLimitPassed();
    }
    t_left -= static_cast<std::int64_t>(bytes);
  }
  return BlockCache::instance().allocate(bytes);
}

void release(void* data, std::size_t bytes) noexcept {
  if (data == nullptr) {
    return;
  }
  if (bytes < kSmall) {
    std::free(data);
  } else {
    BlockCache::instance().release(data);
  }
}

}  // namespace memory
}  // namespace weft
