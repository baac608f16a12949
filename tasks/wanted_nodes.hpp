// Which outputs of a model somebody will read: what is not wanted need not be computed.
#pragma once

#include <cstdint>
#include <span>

#pragma GCC visibility push(default)
namespace weft {

struct WantedNodes {
  /// The nodes, each once; empty: all.
  std::span<const std::int64_t> rows = {};
  /// Whether the states that the head reads are wanted too, for these nodes.
  bool embedding = true;
};

}  // namespace weft
#pragma GCC visibility pop
