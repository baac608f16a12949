#include "weft/core/buffer.hpp"

#include <cstdlib>
#include <limits>
#include <map>
#include <mutex>
#include <new>

#include <sys/mman.h>

namespace weft {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
// Below this malloc recycles well by itself.
constexpr std::size_t kSmall = std::size_t{256} << 10;

/// Free blocks by size. Keeping a block may never make the process larger than its live buffers alone
/// once were, so a new size evicts kept blocks before it grows the process.
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
      use_.live += static_cast<std::int64_t>(size);
      use_.peak = std::max(use_.peak, use_.live);
      if (const auto found = free_.find(size); found != free_.end()) {
        void* data = found->second;
        free_.erase(found);
        use_.kept -= static_cast<std::int64_t>(size);
        return data;
      }
      while (!free_.empty() && use_.live + use_.kept > use_.peak) {
        evict();
      }
    }
    void* data = std::aligned_alloc(size >= kHugePage ? kHugePage : 64, size);
    if (data == nullptr) {
      const std::lock_guard lock(mutex_);
      use_.live -= static_cast<std::int64_t>(size);
      throw std::bad_alloc();
    }
    if (size >= kHugePage) {
      madvise(data, size, MADV_HUGEPAGE);  // advice: the buffer works without it
    }
    return data;
  }

  void release(void* data, std::size_t bytes) noexcept {
    const std::size_t size = rounded(bytes);
    const std::lock_guard lock(mutex_);
    use_.live -= static_cast<std::int64_t>(size);
    try {
      free_.emplace(size, data);
      use_.kept += static_cast<std::int64_t>(size);
    } catch (const std::bad_alloc&) {
      std::free(data);
    }
  }

  MemoryUse use() {
    const std::lock_guard lock(mutex_);
    return use_;
  }

  static std::size_t rounded(std::size_t bytes) {
    const std::size_t unit = bytes >= kHugePage ? kHugePage : 64;
    return (bytes + unit - 1) / unit * unit;
  }

 private:
  void evict() {
    const auto largest = std::prev(free_.end());
    std::free(largest->second);
    use_.kept -= static_cast<std::int64_t>(largest->first);
    free_.erase(largest);
  }

  std::mutex mutex_;
  std::multimap<std::size_t, void*> free_;
  MemoryUse use_;
};

}  // namespace

MemoryUse memory_use() {
  return BlockCache::instance().use();
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
  return BlockCache::instance().allocate(bytes);
}

void release(void* data, std::size_t bytes) noexcept {
  if (data == nullptr) {
    return;
  }
  if (bytes < kSmall) {
    std::free(data);
  } else {
    BlockCache::instance().release(data, bytes);
  }
}

}  // namespace memory
}  // namespace weft
