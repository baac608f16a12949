#include "weft/core/machine.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

class Machine : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) {
    const std::filesystem::path path = folder_.path() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  [[nodiscard]] MachineShare share() const { return machine_share(folder_.path()); }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(Machine, IsWholeWhereNothingLimitsIt) {
  const MachineShare whole = share();
  EXPECT_GT(whole.memory_bytes, 64 << 20);
  EXPECT_GE(whole.processors, 1);
  write("proc/self/cgroup", "0::/job\n");
  write("sys/fs/cgroup/job/memory.max", "max\n");
  write("sys/fs/cgroup/job/cpu.max", "max 100000\n");
  EXPECT_EQ(share().memory_bytes, whole.memory_bytes);
  EXPECT_EQ(share().processors, whole.processors);
}

TEST_F(Machine, IsTheLeastOfTheGroupsAboveTheProcess) {
  write("proc/self/cgroup", "0::/outer/job\n");
  write("sys/fs/cgroup/outer/job/memory.max", "60000000\n");
  write("sys/fs/cgroup/outer/memory.max", "50000000\n");
  write("sys/fs/cgroup/outer/job/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/outer/cpu.max", "50000 100000\n");
  EXPECT_EQ(share().memory_bytes, 50000000);
  EXPECT_EQ(share().processors, 1);
}

TEST_F(Machine, IsWhatTheRootSaysWhereAContainerHidesThePath) {
  write("proc/self/cgroup", "0::/not/seen/here\n");
  write("sys/fs/cgroup/memory.max", "40000000\n");
  EXPECT_EQ(share().memory_bytes, 40000000);
}

TEST_F(Machine, ReadsTheFirstVersionOfControlGroups) {
  const MachineShare whole = share();
  write("proc/self/cgroup", "5:cpu,cpuacct:/job\n4:memory:/job\nbroken\n");
  write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "30000000\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(share().memory_bytes, 30000000);
  EXPECT_EQ(share().processors, whole.processors);
  write("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "100000\n");
  EXPECT_EQ(share().processors, 1);
}

}  // namespace
}  // namespace weft
