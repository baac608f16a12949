// The table of each struct of model_options.hpp: name, sentence and range of every member.
#pragma once

#include "weft/core/option_binding.hpp"
#include "weft/layers/model_options.hpp"

namespace weft {

/// For StackOptions, WeftOptions, GpsOptions, PolynormerOptions, SignOptions, NagphormerOptions, WlOptions and
/// GraphModelOptions. In the order in which options are shown.
template <class S>
[[nodiscard]] const OptionTable<S>& option_table();

template <>
const OptionTable<StackOptions>& option_table();
template <>
const OptionTable<WeftOptions>& option_table();
template <>
const OptionTable<GpsOptions>& option_table();
template <>
const OptionTable<PolynormerOptions>& option_table();
template <>
const OptionTable<SignOptions>& option_table();
template <>
const OptionTable<NagphormerOptions>& option_table();
template <>
const OptionTable<WlOptions>& option_table();
template <>
const OptionTable<LabelPropagationOptions>& option_table();
template <>
const OptionTable<RidgeOptions>& option_table();
template <>
const OptionTable<GraphModelOptions>& option_table();

/// As make_global_attention() reads them. Throws ArgumentError if no mechanism has an option of `own`, or not with that
/// value.
[[nodiscard]] Options mechanism_options(std::int64_t hidden, std::int64_t heads, const AttentionOptions& own);

}  // namespace weft
