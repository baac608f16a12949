// The packages of a Debian archive as a graph of dependencies: a large, real dataset that every Debian
// machine can make.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

struct DebianOptions {
  /// A Packages file, plain or compressed; empty: what `apt-cache dumpavail` prints on this machine.
  std::filesystem::path packages = {};
  /// Of the three splits.
  std::uint64_t seed = 0;
  /// Feature columns: words of the descriptions.
  std::int64_t vocabulary = 4000;
  /// Sections with fewer packages are left unlabeled.
  std::int64_t smallest_class = 20;
};

/// Edge types of the result. The edge u -> v of types 0 - 3 says that package u needs v; 4 is the way back.
/// Where several fit, the smallest is kept.
enum class DebianEdge { depends = 0, pre_depends = 1, recommends = 2, suggests = 3, reverse = 4 };

/// One node for each package, by name (of several versions the latest), undirected, with an edge type each.
/// All alternatives of a relation count; versions and architectures in it do not, nor do names that no
/// package has. Features: bag of words of the description. Class: the last part of the section. Splits rand0,
/// rand1, rand2: stratified 60/20/20. Throws DataError naming file and line, or if apt-cache cannot be run.
[[nodiscard]] Dataset import_debian(const DebianOptions& options = {}, const ProgressCallback& progress = {});

/// Negative, 0 or positive as version `a` is before, equal to or after `b` (Debian Policy 5.6.12).
[[nodiscard]] int compare_debian_versions(std::string_view a, std::string_view b);

}  // namespace weft
