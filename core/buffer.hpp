// Aligned, uninitialized arrays for numbers. Large ones sit on huge pages where the system allows it
// and are recycled: training allocates the same shapes every step, and returning them to the kernel
// each time would cost a page fault for every 4 KiB written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#pragma GCC visibility push(default)
namespace weft {

/// Bytes held by all live buffers of 256 KiB and more, the most there ever were, and what is kept for reuse.
/// The sum of `live` and `kept` passes `peak` by at most a quarter.
struct MemoryUse {
  std::int64_t live = 0;
  std::int64_t peak = 0;
  std::int64_t kept = 0;
};
[[nodiscard]] MemoryUse memory_use();

namespace memory {
/// 64-byte aligned and uninitialized; throws std::bad_alloc. 0 bytes give nullptr.
[[nodiscard]] void* allocate(std::size_t bytes);
void release(void* data, std::size_t bytes) noexcept;
}  // namespace memory

/// A fixed-size array of trivially copyable T, not initialized. Moves; copies only by `clone`.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : data_(static_cast<T*>(memory::allocate(checked_bytes(size)))), size_(size) {}
  Buffer(std::size_t size, T value) : Buffer(size) { std::fill_n(data_, size_, value); }
  Buffer(Buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { memory::release(data_, size_ * sizeof(T)); }

  [[nodiscard]] static Buffer copy_of(std::span<const T> values) {
    Buffer result(values.size());
    std::copy(values.begin(), values.end(), result.data_);
    return result;
  }
  [[nodiscard]] Buffer clone() const { return copy_of(*this); }

  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T& operator[](std::size_t i) { return data_[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return data_[i]; }
  [[nodiscard]] T* begin() { return data_; }
  [[nodiscard]] T* end() { return data_ + size_; }
  [[nodiscard]] const T* begin() const { return data_; }
  [[nodiscard]] const T* end() const { return data_ + size_; }

  operator std::span<T>() { return {data_, size_}; }              // NOLINT(google-explicit-constructor)
  operator std::span<const T>() const { return {data_, size_}; }  // NOLINT(google-explicit-constructor)

 private:
  static std::size_t checked_bytes(std::size_t size) {
    return size > SIZE_MAX / sizeof(T) ? SIZE_MAX : size * sizeof(T);
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace weft
#pragma GCC visibility pop
