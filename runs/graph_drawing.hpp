// A small graph as inline SVG, for reports.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weft/graph/csr_graph.hpp"

namespace weft {

/// An <svg> element without scripts or references: nodes where spring_layout() puts them, colored by `types`, one a
/// node, unless it is empty. Throws ArgumentError if there are not as many types as nodes.
[[nodiscard]] std::string graph_svg(const CsrGraph& graph, std::span<const std::int32_t> types, std::string_view title);

}  // namespace weft
