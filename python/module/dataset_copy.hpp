// A dataset's own copy of everything: a run and a trained model put what they are given into their own order.
#pragma once

#include "weft/io/dataset.hpp"

namespace weft::python {

/// The graph and sparse features are shared.
[[nodiscard]] Dataset copy_of(const Dataset& dataset);

}  // namespace weft::python
