// How common each circular fragment of a molecule is among known ones, as a table from a file. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace weft {

/// The table of Ertl and Schuffenhauer, "Estimation of synthetic accessibility score" (J. Cheminformatics 2009): the
/// numbers of Morgan fragments of radius two and their scores, from RDKit's file fpscores.pkl.gz.
class FragmentScores {
 public:
  /// Nothing if there is no such file; throws DataError if it breaks its format.
  [[nodiscard]] static std::optional<FragmentScores> read(const std::filesystem::path& path);

  /// Fragments that are not in the table are rare.
  [[nodiscard]] double of(std::uint32_t fragment) const;

 private:
  /// Ascending by fragment.
  std::vector<std::pair<std::uint32_t, float>> scores_;
};

}  // namespace weft
