// The rows of each family of convolutions for the table in convolutions.cpp. To add a kind: derive from Convolution
// and add a row to its family's table.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "weft/layers/convolutions.hpp"

namespace weft::convolution {

struct Row {
  ConvolutionInfo info;
  std::function<std::unique_ptr<Convolution>(const ConvolutionOptions&, const Random&)> make;
};

template <class Kind>
std::unique_ptr<Convolution> make_kind(const ConvolutionOptions& options, const Random& random) {
  return std::make_unique<Kind>(options, random);
}

/// GIN, GINE and GatedGCN: sums over neighbors, of states of edges too.
[[nodiscard]] std::vector<Row> edge_state_convolutions();

}  // namespace weft::convolution
