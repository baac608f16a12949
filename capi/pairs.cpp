// weft_score_pairs: as `weft predict --pairs` does it, from states of nodes that weft_predict gave.
#include <cmath>
#include <vector>

#include "weft/capi/calls.hpp"
#include "weft/capi/model.hpp"
#include "weft/core/types.hpp"
#include "weft/layers/kernels/link_scores.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tensor/tensor.hpp"

namespace weft::capi {
namespace {

Tensor states_of(const float* states, std::int64_t rows, std::int64_t columns) {
  require(rows >= 0 && rows <= kMaxNodes, "weft_score_pairs: rows is ", rows, ", expected 0 to ", kMaxNodes);
  require(states != nullptr || rows == 0, "weft_score_pairs: states is NULL, expected ", rows, " x ", columns,
          " numbers");
  const std::span<const float> given(states, static_cast<std::size_t>(rows * columns));
  return Tensor::from_buffer(rows, columns, Buffer<float>::copy_of(given));
}

std::vector<Edge> pairs_of(const std::int64_t* pairs, std::int64_t count, std::int64_t rows) {
  std::vector<Edge> result;
  result.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t u = pairs[2 * i], v = pairs[2 * i + 1];
    require(u >= 0 && u < rows && v >= 0 && v < rows, "weft_score_pairs: pair ", i, " is ", u, " and ", v,
            ", expected 0 to ", rows - 1);
    result.push_back({static_cast<NodeId>(u), static_cast<NodeId>(v)});
  }
  return result;
}

void score(const TrainedModel& model, const Tensor& states, const std::vector<Edge>& pairs, float* scores) {
  require(model.task().rows == Rows::links, "weft_score_pairs: ", model.what(), ", expected one of links");
  const std::vector<float> scored = link_scores(states, pairs);
  std::ranges::copy(scored, scores);
  const auto wrong = std::ranges::find_if(scored, [](float s) { return !std::isfinite(s); });
  if (wrong != scored.end()) {
    throw NumericError(concat("weft_score_pairs: the score of pair ", wrong - scored.begin(), " is ", *wrong,
                              ", expected finite states"));
  }
}

}  // namespace
}  // namespace weft::capi

weft_status weft_score_pairs(const weft_model* model, const float* states, int64_t rows, const int64_t* pairs,
                             int64_t count, float* scores) {
  using namespace weft::capi;
  return status_of([&] {
    const weft_model& with = model_at(model);
    weft::require(count >= 0, "weft_score_pairs: count is ", count, ", expected 0 or more");
    weft::require((pairs != nullptr && scores != nullptr) || count == 0,
                  "weft_score_pairs: pairs or scores is NULL, expected ", count, " of them");
    score(with.trained, states_of(states, rows, weft_model_outputs(model)), pairs_of(pairs, count, rows), scores);
  });
}
