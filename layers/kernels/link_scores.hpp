// The decoder of link prediction: a link is as likely as the states of its ends agree.
//
// score(u, v) = z_u . z_v, as of the graph autoencoder (Kipf, Welling, "Variational graph auto-encoders", 2016). It
// knows no direction. O(links d) time; beside the scores and the gradient it takes O(links + n) memory.
#pragma once

#include <span>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/tensor/variable.hpp"

namespace weft {

/// One score for each link, [links, 1], before the logistic function. states [n, d]; throws ArgumentError if a link
/// names a node that is not below n.
[[nodiscard]] Variable link_scores(const Variable& states, std::span<const Edge> links);

/// The same without a gradient.
[[nodiscard]] std::vector<float> link_scores(const Tensor& states, std::span<const Edge> links);

}  // namespace weft
