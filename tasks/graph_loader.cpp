#include "weft/tasks/graph_loader.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace weft {

void GraphLoader::run(const GraphEpoch& epoch, std::int64_t first,
                      FunctionRef<bool(const GraphBatch& batch, std::int64_t k)> use) const {
  // Enough that a batch is ready when a step ends, and few enough to bound the memory.
  constexpr std::int64_t kAhead = 2;
  std::array<std::optional<GraphBatch>, kAhead> slots;
  use_ahead(
      std::min(first, epoch.num_batches()), epoch.num_batches(), kAhead,
      [&](std::int64_t k, std::int64_t slot) {
        slots[static_cast<std::size_t>(slot)].emplace(whole_, epoch.batch(k)).find_kinds(model_, is_training_);
      },
      [&](std::int64_t k, std::int64_t slot) { return use(*slots[static_cast<std::size_t>(slot)], k); });
}

}  // namespace weft
