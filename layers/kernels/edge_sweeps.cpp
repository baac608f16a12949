#include "weft/layers/kernels/edge_sweeps.hpp"

namespace weft::attention {

Tensor destination_records(const Tensor& log_sum, const Tensor& y, const Tensor& dy) {
  const std::int64_t heads = log_sum.cols(), d = y.cols() / heads;
  Tensor records = Tensor::uninitialized(y.rows(), 2 * heads);
  parallel_for(y.rows(), 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      float* record = records.row(v).data();
      std::copy_n(log_sum.row(v).data(), heads, record);
      dot_heads(dy.row(v).data(), y.row(v).data(), heads, d, record + heads);
    }
  });
  return records;
}

std::vector<std::int64_t> row_groups(const CsrGraph& graph) {
  constexpr std::int64_t kMaxGroups = 64;
  const auto cost = [&](std::int64_t row) { return row + graph.offsets()[static_cast<std::size_t>(row)]; };
  const std::int64_t total = cost(graph.num_nodes()), count = std::clamp<std::int64_t>(total / 1024, 1, kMaxGroups);
  std::vector<std::int64_t> borders;
  for (std::int64_t group = 0; group <= count; ++group) {
    std::int64_t low = 0, high = graph.num_nodes();
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (cost(middle) < total * group / count) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    borders.push_back(low);
  }
  return borders;
}

}  // namespace weft::attention
