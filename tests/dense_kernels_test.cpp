// What a thread lets through while it is within a product. The values of products are tested in dense_ops_test.cpp.
#include "weft/tensor/dense_kernels.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "weft/tensor/tensor.hpp"

namespace weft {
namespace {

/// Whether the thread holds back the signal, as the kernel tells: a handler would run at once, or after the product.
bool holds_back(pid_t thread, int signal) {
  std::ifstream status("/proc/self/task/" + std::to_string(thread) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigBlk:")) {
      return (std::stoull(line.substr(7), nullptr, 16) >> (signal - 1) & 1) != 0;
    }
  }
  return false;
}

TEST(Gemm, HoldsSignalsBackWhileOneDnnRuns) {
  constexpr std::int64_t kSize = 600;
  const Tensor a(kSize, kSize), b(kSize, kSize);
  Tensor c(kSize, kSize);
  std::atomic<pid_t> thread = 0;
  std::atomic<bool> is_over = false, holds_afterwards = true;
  std::thread worker([&] {
    thread = gettid();
    for (int i = 0; i < 5000 && !is_over; ++i) {
      kernels::gemm_sequential(false, false, kSize, kSize, kSize, {a.data(), kSize}, {b.data(), kSize}, false,
                               {c.data(), kSize});
    }
    holds_afterwards = holds_back(gettid(), SIGALRM);
    is_over = true;
  });
  bool held_alarm = false, held_fault = false;
  while (!is_over && !held_alarm) {
    held_alarm = thread != 0 && holds_back(thread, SIGALRM);
    held_fault |= thread != 0 && holds_back(thread, SIGSEGV);
  }
  is_over = true;
  worker.join();
  EXPECT_TRUE(held_alarm);
  EXPECT_FALSE(held_fault) << "a fault within a product has to reach its handler";
  EXPECT_FALSE(holds_afterwards);
}

}  // namespace
}  // namespace weft
