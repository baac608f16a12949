// Batches of seeds, shuffled without storing the order.
#include "weft/samplers/seed_batches.hpp"

#include <algorithm>

#include "weft/core/error.hpp"
#include "weft/core/random_permutation.hpp"

namespace weft {

SeedBatches::SeedBatches(std::vector<NodeId> nodes, const SeedBatchesOptions& options)
    : nodes_(std::move(nodes)), options_(options) {
  require(options.batch_size >= 1, "SeedBatches: batch_size is ", options.batch_size, ", expected at least 1");
  std::vector<NodeId> sorted = nodes_;
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  require(twice == sorted.end(), "SeedBatches: node ", twice == sorted.end() ? 0 : *twice,
          " is named twice, expected distinct nodes");
  const auto count = static_cast<std::int64_t>(nodes_.size());
  num_batches_ = count / options.batch_size + (!options.drop_last && count % options.batch_size != 0 ? 1 : 0);
}

std::vector<std::int64_t> SeedBatches::positions(std::int64_t epoch, std::int64_t index) const {
  require_batch("SeedBatches", epoch, index, num_batches_);
  const auto count = static_cast<std::int64_t>(nodes_.size());
  const std::int64_t first = index * options_.batch_size;
  std::vector<std::int64_t> result(static_cast<std::size_t>(std::min(options_.batch_size, count - first)));
  const RandomPermutation order(count, Random(options_.seed).stream(static_cast<std::uint64_t>(epoch)));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t place = first + static_cast<std::int64_t>(i);
    result[i] = options_.shuffle ? order(place) : place;
  }
  return result;
}

Buffer<NodeId> SeedBatches::batch(std::int64_t epoch, std::int64_t index) const {
  const std::vector<std::int64_t> places = positions(epoch, index);
  Buffer<NodeId> result(places.size());
  std::ranges::transform(places, result.begin(), [&](std::int64_t i) { return nodes_[static_cast<std::size_t>(i)]; });
  return result;
}

void require_nodes(const char* operation, const std::vector<NodeId>& nodes, std::int64_t num_nodes) {
  const auto outside = std::ranges::find_if(nodes, [&](NodeId v) { return std::int64_t{v} >= num_nodes; });
  require(outside == nodes.end(), operation, ": seed number ", outside - nodes.begin(), " is node ",
          outside == nodes.end() ? 0 : *outside, ", expected below ", num_nodes);
}

void require_batch(const char* operation, std::int64_t epoch, std::int64_t index, std::int64_t num_batches) {
  require(epoch >= 0, operation, ": epoch is ", epoch, ", expected at least 0");
  require(index >= 0 && index < num_batches, operation, ": batch ", index, " was asked for, expected 0 to ",
          num_batches - 1, " (there are ", num_batches, ")");
}

Random random_of_batch(std::uint64_t seed, std::int64_t epoch, std::int64_t index) {
  return Random(seed).stream(static_cast<std::uint64_t>(epoch)).stream(static_cast<std::uint64_t>(index));
}

}  // namespace weft
