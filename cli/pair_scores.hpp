// What `weft predict --pairs` writes.
//
// CSV: a header row; source and destination, numbers of nodes as they stood before the dataset was reordered, then
// source_name and destination_name (where nodes have names), score, and p_link, the logistic function of the score.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "weft/io/dataset.hpp"

namespace weft::cli {

/// The lines, with their ends.
[[nodiscard]] std::string pair_header(const Dataset& dataset);
[[nodiscard]] std::string pair_line(const Dataset& dataset, const Edge& pair, float score);
/// The logistic function.
[[nodiscard]] float probability_of_link(float score);

/// A row for each pair, in their order.
void write_pair_scores(const std::filesystem::path& path, const Dataset& dataset, std::span<const Edge> pairs,
                       std::span<const float> scores);

}  // namespace weft::cli
