// The rows of many graphs, cut into parts that tasks work on: small graphs stay whole, several to a task; large ones
// are cut into at most 64 parts by their size alone. Sums over a graph are added in the order of its parts, so no
// result depends on the number of threads or on the other graphs of a batch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/tensor/segments.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft::attention {

using weft::check_segments;

struct SegmentPart {
  std::int64_t segment, begin, end;
  /// Its place among the parts of cut segments; -1 if it is a whole segment.
  std::int64_t slot;

  [[nodiscard]] std::int64_t rows() const { return end - begin; }
};

class SegmentParts {
 public:
  explicit SegmentParts(std::span<const std::int64_t> segments)
      : num_segments_(static_cast<std::int64_t>(segments.size()) - 1) {
    std::int64_t task_rows = 0;
    first_part_.push_back(0);
    for (std::int64_t g = 0; g < num_segments_; ++g) {
      const std::int64_t begin = segments[static_cast<std::size_t>(g)],
                         rows = segments[static_cast<std::size_t>(g) + 1] - begin;
      const std::int64_t count = std::clamp<std::int64_t>((rows + kPartRows - 1) / kPartRows, 1, kMaxParts);
      for (std::int64_t i = 0; i < count; ++i) {
        if (task_rows > kPartRows) {
          first_part_.push_back(static_cast<std::int64_t>(parts_.size()));
          task_rows = 0;
        }
        parts_.push_back({g, begin + rows * i / count, begin + rows * (i + 1) / count, count > 1 ? num_slots_ : -1});
        num_slots_ += count > 1 ? 1 : 0;
        task_rows += parts_.back().rows() + kEmptyCost;
      }
    }
    first_part_.push_back(static_cast<std::int64_t>(parts_.size()));
  }

  [[nodiscard]] std::int64_t num_segments() const { return num_segments_; }

  /// Runs body(part, scratch) for all parts; each task makes a scratch of its own.
  template <class MakeScratch, class Body>
  void for_each(MakeScratch make_scratch, Body body) const {
    parallel_for(static_cast<std::int64_t>(first_part_.size()) - 1, 1, [&](std::int64_t task, std::int64_t) {
      auto scratch = make_scratch();
      for (std::int64_t p = first_part_[static_cast<std::size_t>(task)];
           p < first_part_[static_cast<std::size_t>(task) + 1]; ++p) {
        body(parts_[static_cast<std::size_t>(p)], scratch);
      }
    });
  }

  /// body(part, result, scratch) changes `result` [width], which starts as `initial`; those of the parts of a segment
  /// are combined in order by combine(float& into, float from). -> [segments, width]
  template <class MakeScratch, class Body, class Combine>
  [[nodiscard]] Tensor reduce(std::int64_t width, float initial, MakeScratch make_scratch, Body body,
                              Combine combine) const {
    Tensor result = Tensor::full(num_segments_, width, initial);
    Tensor partial = Tensor::full(num_slots_, width, initial);
    for_each(make_scratch, [&](const SegmentPart& part, auto& scratch) {
      body(part, part.slot < 0 ? result.row(part.segment).data() : partial.row(part.slot).data(), scratch);
    });
    for (const SegmentPart& part : parts_) {
      if (part.slot >= 0) {
        float* into = result.row(part.segment).data();
        const float* from = partial.row(part.slot).data();
        parallel_for(width, 1 << 14, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t j = begin; j < end; ++j) {
            combine(into[j], from[j]);
          }
        });
      }
    }
    return result;
  }

  template <class MakeScratch, class Body>
  [[nodiscard]] Tensor sum(std::int64_t width, MakeScratch make_scratch, Body body) const {
    return reduce(width, 0.0F, make_scratch, body, [](float& into, float from) { into += from; });
  }

  template <class MakeScratch, class Body>
  [[nodiscard]] Tensor maximum(std::int64_t width, float lowest, MakeScratch make_scratch, Body body) const {
    return reduce(width, lowest, make_scratch, body, [](float& into, float from) { into = std::max(into, from); });
  }

 private:
  static constexpr std::int64_t kPartRows = 2048, kMaxParts = 64;
  /// What an empty or tiny segment costs beside its rows.
  static constexpr std::int64_t kEmptyCost = 8;

  std::int64_t num_segments_;
  std::int64_t num_slots_ = 0;
  std::vector<SegmentPart> parts_;
  /// Parts first_part_[t] .. first_part_[t + 1] belong to task t.
  std::vector<std::int64_t> first_part_;
};

/// For loops over parts that need no memory of their own.
struct NoScratch {};
[[nodiscard]] inline NoScratch no_scratch() {
  return {};
}

}  // namespace weft::attention
