// What a dataset holds and a model passes over: said where it is trained and used, so that nobody takes it for read.
#pragma once

#include <string>
#include <string_view>

#include "weft/core/options.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

/// "not read: types of edges (pa, ps), features of edges (3 columns)", for a model with these options of the dataset's
/// task; empty if everything is read.
[[nodiscard]] std::string unread_data(const Dataset& dataset, std::string_view model, const Options& options);

/// Whether the edges of the dataset have weights that a model with these options reads.
[[nodiscard]] bool counts_weights(const Dataset& dataset, std::string_view model, const Options& options);

}  // namespace weft
