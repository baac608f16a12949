// Names that options have in other libraries, so that who guesses one is told the one here.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weft {

/// The first of `names`, in the order of what other libraries mean by `word`, or "" if none of them is meant. PyTorch
/// Geometric, DGL, scikit-learn, Keras, LightGBM and Hugging Face are who else.
[[nodiscard]] std::string name_meant_by(std::string_view word, std::span<const std::string> names);

}  // namespace weft
