// SMILES as molecules of RDKit, for the files that look into them. Private, and only where Weft is built with RDKit.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace RDKit {
class RWMol;
}  // namespace RDKit

namespace weft {

/// Deeper nesting would exhaust the stack of RDKit's parser; no published molecule comes near.
inline constexpr std::size_t kLongestSmiles = 20000;

/// Where the first byte is that no SMILES has, or the length: what is not ASCII, controls, and blanks but for the one
/// before an extension, " |...|". RDKit would read up to there and take that for the molecule.
[[nodiscard]] std::size_t first_foreign(std::string_view smiles);

/// nullptr, or an exception of RDKit's, if the text is longer, has foreign bytes or is no molecule. RDKit prints
/// nothing from then on: it would say on standard error what it dislikes.
[[nodiscard]] std::unique_ptr<RDKit::RWMol> parsed_smiles(std::string_view smiles);

}  // namespace weft
