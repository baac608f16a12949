#include "weft/core/machine.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "weft/core/error.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

/// The number at the start of a file; nothing if there is none, as in "max".
std::optional<std::int64_t> number_in(std::istream& in) {
  std::int64_t number = 0;
  return in >> number ? std::optional(number) : std::nullopt;
}
std::optional<std::int64_t> number_in(const fs::path& file) {
  std::ifstream in(file);
  return number_in(in);
}

class Limits {
 public:
  explicit Limits(MachineShare share) : share_(share) {}
  [[nodiscard]] const MachineShare& share() const { return share_; }

  void take_memory(std::optional<std::int64_t> bytes) {
    // Where there is no limit, cgroup v1 says one that no machine has.
    if (bytes && *bytes > 0) {
      share_.memory_bytes = std::min(share_.memory_bytes, *bytes);
    }
  }
  void take_time(std::optional<std::int64_t> quota, std::optional<std::int64_t> period) {
    if (quota && period && *quota > 0 && *period > 0) {
      const std::int64_t processors = (*quota + *period - 1) / *period;
      share_.processors = static_cast<int>(std::min<std::int64_t>(share_.processors, processors));
    }
  }

 private:
  MachineShare share_;
};

/// `path` and all folders above it up to `top`: a limit binds what lies below it. Where the process sees its group as
/// the root, as in a container, the path that the kernel names is not there, and `top` alone counts.
template <class Read>
void for_each_group(const fs::path& top, std::string_view path, const Read& read) {
  fs::path folder = top / fs::path(path).relative_path();
  for (; folder != top && folder.has_relative_path() && folder.string().size() > top.string().size();
       folder = folder.parent_path()) {
    read(folder);
  }
  read(top);
}

}  // namespace

MachineShare machine_share(const fs::path& root) {
  MachineShare machine{.memory_bytes = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGE_SIZE),
                       .processors = static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)))};
  cpu_set_t mask;
  if (::sched_getaffinity(0, sizeof mask, &mask) == 0) {
    machine.processors = std::max(1, CPU_COUNT(&mask));
  }
  Limits limits(machine);
  std::ifstream groups(root / "proc/self/cgroup");
  const fs::path top = root / "sys/fs/cgroup";
  // hierarchy:controllers:path
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      continue;
    }
    const std::string controllers = concat(',', line.substr(first + 1, second - first - 1), ',');
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") {
      for_each_group(top, path, [&](const fs::path& group) {
        limits.take_memory(number_in(group / "memory.max"));
        std::ifstream time(group / "cpu.max");
        const std::optional<std::int64_t> quota = number_in(time);
        limits.take_time(quota, quota ? number_in(time) : std::nullopt);
      });
    }
    if (controllers.find(",memory,") != std::string::npos) {
      for_each_group(top / "memory", path,
                     [&](const fs::path& group) { limits.take_memory(number_in(group / "memory.limit_in_bytes")); });
    }
    if (controllers.find(",cpu,") != std::string::npos) {
      for_each_group(top / "cpu", path, [&](const fs::path& group) {
        limits.take_time(number_in(group / "cpu.cfs_quota_us"), number_in(group / "cpu.cfs_period_us"));
      });
    }
  }
  return limits.share();
}

}  // namespace weft
