// Memory that is aligned, recycled and counted.
#include "weft/core/buffer.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Buffer, IsAlignedMovesAndClones) {
  Buffer<float> a(1000, 2.0F);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.data()) % 64, 0U);
  Buffer<float> b = a.clone();
  b[0] = 3.0F;
  EXPECT_EQ(a[0], 2.0F);
  const float* data = b.data();
  const Buffer<float> c = std::move(b);
  EXPECT_EQ(c.data(), data);
  EXPECT_EQ(c[0], 3.0F);
  EXPECT_EQ(c.size(), 1000U);
  EXPECT_TRUE(Buffer<float>(0).empty());
  EXPECT_THROW(Buffer<double>(SIZE_MAX / 2), std::bad_alloc);
}

TEST(Buffer, RecyclesRepeatedEqualAllocations) {
  constexpr std::size_t kCount = std::size_t{3} << 20;
  { const Buffer<float> a(kCount), b(kCount); }
  const MemoryUse before = memory_use();
  for (int step = 0; step < 20; ++step) {
    const Buffer<float> a(kCount), b(kCount);
    EXPECT_EQ(memory_use().live - before.live, 2 * static_cast<std::int64_t>(kCount * sizeof(float)));
  }
  const MemoryUse after = memory_use();
  EXPECT_EQ(after.peak, before.peak);
  EXPECT_EQ(after.live, before.live);
  EXPECT_EQ(after.kept, before.kept);
}

TEST(Buffer, ServesNearlyEqualSizesFromWhatIsKept) {
  // Both are rounded up to 12 MiB, as an eighth of 8 MiB is less than a huge page of 2 MiB.
  constexpr std::size_t kFirst = std::size_t{21} << 19, kSecond = std::size_t{23} << 19;
  { const Buffer<char> first(kFirst); }
  const MemoryUse before = memory_use();
  const Buffer<char> second(kSecond);
  EXPECT_EQ(memory_use().kept, before.kept - (12 << 20));
  EXPECT_EQ(memory_use().live, before.live + (12 << 20));
}

TEST(Buffer, KeepsAtMostAQuarterMoreThanWasEverLive) {
  for (std::size_t size = 1; size < 30; ++size) {
    const Buffer<char> buffer(size << 20);
    const MemoryUse use = memory_use();
    EXPECT_LE(use.live + use.kept, use.peak + use.peak / 4);
  }
}

}  // namespace
}  // namespace weft
