// How linear attention cuts segments: small ones are done whole, several to a task; large ones in parts, by their size
// alone, whose sums are added in order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/layers/kernels/linear_attention_panels.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft::linear_attention_panels {

/// A segment of more rows than this is cut; into as many parts as kMaxParts at most.
inline constexpr std::int64_t kPartRows = 2048, kMaxParts = 64;

struct Part {
  std::int64_t segment, begin, end;
};

/// The rows of all segments, cut; and which parts a task does.
struct Plan {
  std::vector<Part> parts;
  /// Parts first_part[g] .. first_part[g + 1] make up segment g.
  std::vector<std::int64_t> first_part;
  /// Segments first_segment[t] .. first_segment[t + 1] are whole and belong to task t, or are cut and alone.
  std::vector<std::int64_t> first_segment;
  /// The numbers of the parts of segments that are cut.
  std::vector<std::int64_t> cut_parts;

  [[nodiscard]] bool is_cut(std::int64_t segment) const {
    return first_part[static_cast<std::size_t>(segment) + 1] - first_part[static_cast<std::size_t>(segment)] > 1;
  }
};

inline Plan plan_of(std::span<const std::int64_t> segments) {
  Plan plan;
  const auto count = static_cast<std::int64_t>(segments.size()) - 1;
  std::int64_t task_rows = 0;
  plan.first_segment.push_back(0);
  for (std::int64_t g = 0; g < count; ++g) {
    const std::int64_t begin = segments[static_cast<std::size_t>(g)],
                       rows = segments[static_cast<std::size_t>(g) + 1] - begin;
    plan.first_part.push_back(static_cast<std::int64_t>(plan.parts.size()));
    const std::int64_t parts = std::clamp<std::int64_t>((rows + kPartRows - 1) / kPartRows, 1, kMaxParts);
    for (std::int64_t i = 0; i < parts; ++i) {
      if (parts > 1) {
        plan.cut_parts.push_back(static_cast<std::int64_t>(plan.parts.size()));
      }
      plan.parts.push_back({g, begin + rows * i / parts, begin + rows * (i + 1) / parts});
    }
    if (g > plan.first_segment.back() && (parts > 1 || task_rows + rows > kPartRows)) {
      plan.first_segment.push_back(g);
      task_rows = 0;
    }
    task_rows += parts > 1 ? kPartRows + 1 : rows;  // nothing joins a segment that is cut
  }
  plan.first_part.push_back(static_cast<std::int64_t>(plan.parts.size()));
  plan.first_segment.push_back(count);
  return plan;
}

/// Runs whole(segment's part, scratch) for segments that are not cut, grouped into tasks.
template <class Body>
void for_each_whole_segment(const Plan& plan, const Shapes& shapes, Body whole) {
  const auto tasks = static_cast<std::int64_t>(plan.first_segment.size()) - 1;
  parallel_for(tasks, 1, [&](std::int64_t task, std::int64_t) {
    const std::int64_t first = plan.first_segment[static_cast<std::size_t>(task)];
    const std::int64_t last = plan.first_segment[static_cast<std::size_t>(task) + 1];
    if (first < last && !(last - first == 1 && plan.is_cut(first))) {
      Scratch scratch(shapes);
      for (std::int64_t g = first; g < last; ++g) {
        whole(plan.parts[static_cast<std::size_t>(plan.first_part[static_cast<std::size_t>(g)])], scratch);
      }
    }
  });
}

/// Sums of S and z, one a part of a segment that is cut.
class PartStates {
 public:
  PartStates(std::shared_ptr<const Plan> plan_of_segments, const Shapes& shapes)
      : plan_holder_(std::move(plan_of_segments)),
        plan_(*plan_holder_),
        shapes_(shapes),
        sums_(static_cast<std::int64_t>(plan_.cut_parts.size()), shapes.state_size()) {}

  /// Runs body(part, sums of the part) for all parts, then adds up those of each segment in order.
  template <class Body>
  void fill(Body body) {
    for_each([&](const Part& part, std::int64_t i, Scratch& scratch) { body(part, sums_.row(i).data(), scratch); });
    std::int64_t first = 0;
    for (std::int64_t i = 1; i <= sums_.rows(); ++i) {
      if (i == sums_.rows() || part_of(i).segment != part_of(first).segment) {
        parallel_for(shapes_.state_size(), 4096, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t other = first + 1; other < i; ++other) {
            for (std::int64_t j = begin; j < end; ++j) {
              sums_(first, j) += sums_(other, j);
            }
          }
        });
        first = i;
      }
    }
  }

  /// Runs body(part, number of the part among those cut, scratch).
  template <class Body>
  void for_each(Body body) const {
    parallel_for(sums_.rows(), 1, [&](std::int64_t i, std::int64_t) {
      Scratch scratch(shapes_);
      body(part_of(i), i, scratch);
    });
  }

  /// The sums of the whole segment that a part belongs to; after fill.
  [[nodiscard]] const float* of_segment(const Part& part) const {
    const auto first = plan_.first_part[static_cast<std::size_t>(part.segment)];
    const auto place = std::ranges::lower_bound(plan_.cut_parts, first);
    return sums_.row(place - plan_.cut_parts.begin()).data();
  }

 private:
  [[nodiscard]] const Part& part_of(std::int64_t i) const {
    return plan_.parts[static_cast<std::size_t>(plan_.cut_parts[static_cast<std::size_t>(i)])];
  }

  std::shared_ptr<const Plan> plan_holder_;
  const Plan& plan_;
  Shapes shapes_;
  Tensor sums_;
};

}  // namespace weft::linear_attention_panels
