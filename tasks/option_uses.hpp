// What a run reads of its options. Many are read in some setting only (`fanout` by samplers that draw neighbors); one
// that somebody sets and that nothing reads is a mistake, and is refused by name instead of doing nothing in silence.
#pragma once

#include <string>
#include <string_view>

#include "weft/core/options.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

/// Why nothing reads the option in a run of `model` on `dataset`, of whose task `options` are, and what would have to
/// be otherwise: "schedule is constant, expected cosine". Empty if it is read, or if there is no such option.
[[nodiscard]] std::string why_not_read(std::string_view option, std::string_view model, const Options& options,
                                       const Dataset& dataset);

/// Throws ArgumentError for an option that is not read and has a value that is no default of the model for the task, be
/// labels few or many: somebody has set it.
void require_options_are_read(std::string_view model, const Options& options, const Dataset& dataset);

}  // namespace weft
