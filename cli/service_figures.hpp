// What a service counts of itself, as Prometheus reads it (text format 0.0.4).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace weft::cli {

/// May be told by many threads.
class ServiceFigures {
 public:
  /// A request, how it ended and how long it took.
  void add_request(int status, double seconds);
  /// So many questions answered together.
  void add_batch(std::int64_t questions);
  void add_load(bool worked) { ++(worked ? loads_ : failed_loads_); }

  [[nodiscard]] std::string text(std::int64_t waiting) const;

 private:
  /// Upper bounds in seconds; one more counter has what is above.
  static constexpr std::array<double, 10> kBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0};

  mutable std::mutex mutex_;
  std::map<int, std::int64_t> by_status_;
  std::array<std::int64_t, kBounds.size() + 1> by_time_{};
  double seconds_ = 0.0;
  std::atomic<std::int64_t> batches_{0}, questions_{0}, loads_{0}, failed_loads_{0};
};

}  // namespace weft::cli
