// Integer types of graphs, and why they have these widths.
#pragma once

#include <cstdint>
#include <limits>

#pragma GCC visibility push(default)
namespace weft {

/// A node of a graph. 32 bits: half the memory traffic of 64 in every sparse kernel, and room for
/// 4.29 billion nodes.
using NodeId = std::uint32_t;

/// A position in an array of edges, or a number of edges. 64 bits: graphs pass 2^31 edges long
/// before they pass 2^32 nodes. Signed, so that differences and loops need no casts.
using EdgeId = std::int64_t;

/// The largest number of nodes a graph may have; the value itself is never a node.
inline constexpr std::int64_t kMaxNodes = std::numeric_limits<NodeId>::max();

}  // namespace weft
#pragma GCC visibility pop
