// What of the machine this process may use: a container gives less than there is. Private.
#pragma once

#include <cstdint>
#include <filesystem>

namespace weft {

struct MachineShare {
  /// Bytes of memory; processors, at least 1. Of the machine where nothing limits them.
  std::int64_t memory_bytes = 0;
  int processors = 1;
};

/// The memory of the machine, or the least limit of the control groups that the process is in (cgroup v2: memory.max,
/// v1: memory.limit_in_bytes); the processors that it may run on, or as many as their quota of time makes, rounded up
/// (cpu.max, cpu.cfs_quota_us). `root` stands for "/", whose proc/self/cgroup and sys/fs/cgroup are read.
[[nodiscard]] MachineShare machine_share(const std::filesystem::path& root = "/");

}  // namespace weft
