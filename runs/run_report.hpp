// The pages of run folders: report.html of one, and one page that compares several.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "weft/io/dataset.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/run_folder.hpp"

namespace weft {

/// Shows the best run. Throws DataError if the model cannot be read, OutputError if the page cannot be written.
void write_run_report(const RunFiles& files, const Dataset& dataset, const RunSummary& run);

/// What came of the run in a folder, read again from its files. Throws DataError if they are broken.
[[nodiscard]] RunSummary read_run(const std::filesystem::path& folder);

/// The mean over all runs, whatever they were selected by; nothing where one has none.
[[nodiscard]] std::optional<double> mean_test_accuracy(const RunSummary& run);

/// One page with the figures and validation curves of several runs, as read_run() gives them, and the options in which
/// they differ.
[[nodiscard]] std::string comparison_html(std::span<const RunSummary> runs);

}  // namespace weft
