// Measuring on a machine that others use too: all variants and the limits they are compared with take turns in
// one process, and what is reported is the median over rounds of the ratio within a round. A round is skipped if
// the yardstick, measured before and after, moved by more than a factor of two.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "weft/core/stopwatch.hpp"

namespace weft::bench {

/// Seconds that `work` takes.
inline double seconds(const std::function<void()>& work) {
  const Stopwatch watch;
  work();
  return watch.seconds();
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

struct Variant {
  std::string name;
  std::function<void()> work;
  /// What the yardstick's time is multiplied with to become this variant's 1.0: the work of this variant over
  /// the work of the yardstick.
  double work_ratio = 1.0;
};

/// A benchmark of Google's library each of whose iterations is one round: the yardstick, every variant, the yardstick
/// again. Counters: NAME_ms, the median time, and NAME_x, the median of (time of NAME) / (work_ratio * time of the
/// yardstick); yardstick_ms; skipped, rounds that did not count.
inline void run_rounds(benchmark::State& state, const Variant& yardstick, const std::vector<Variant>& variants) {
  std::vector<double> base;
  std::vector<std::vector<double>> times(variants.size()), ratios(variants.size());
  double skipped = 0;
  yardstick.work();
  for (const Variant& variant : variants) {
    variant.work();
  }
  for (auto _ : state) {
    const double before = seconds(yardstick.work);
    std::vector<double> round;
    for (const Variant& variant : variants) {
      round.push_back(seconds(variant.work));
    }
    const double after = seconds(yardstick.work);
    double total = before + after;
    for (const double time : round) {
      total += time;
    }
    state.SetIterationTime(total);
    if (std::max(before, after) > 2 * std::min(before, after)) {
      ++skipped;
      continue;
    }
    base.push_back((before + after) / 2);
    for (std::size_t i = 0; i < variants.size(); ++i) {
      times[i].push_back(round[i]);
      ratios[i].push_back(round[i] / (base.back() * variants[i].work_ratio));
    }
  }
  state.counters["skipped"] = skipped;
  if (base.empty()) {
    return state.SkipWithError("the yardstick moved by more than a factor of two in every round");
  }
  state.counters[yardstick.name + "_ms"] = 1e3 * median(base);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    state.counters[variants[i].name + "_ms"] = 1e3 * median(times[i]);
    state.counters[variants[i].name + "_x"] = median(ratios[i]);
  }
}

}  // namespace weft::bench
