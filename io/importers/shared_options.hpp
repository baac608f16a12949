// Options that several formats have, and what they say of a job. Private.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/io/importers/edgelist_importer.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft::shared_options {

inline Option flag(std::string_view name, std::string_view help) {
  return {.name = name, .fallback = false, .help = help};
}
inline Option text(std::string_view name, std::string_view help, std::string fallback = {}) {
  return {.name = name, .fallback = std::move(fallback), .help = help};
}
inline Option directed() {
  return flag("directed", "keep the directions; otherwise both of every edge are stored");
}
inline Option regression() {
  return flag("regression", "labels are numbers to predict, not classes");
}
inline Option skip_bad_rows() {
  return flag("skip_bad_rows",
              "leave out rows whose values are wrong, and say which; otherwise the first one ends the import");
}
inline Option name_of_input() {
  return text("name", "the name of the dataset; otherwise that of the input");
}

inline Option missing() {
  return text(
      "missing",
      "texts that stand for missing values, between commas, such as ?,-,unknown; beside the empty one, nan, NA, "
      "N/A, null, none and <NA>");
}
inline Option decimal() {
  return {.name = "decimal",
          .fallback = std::string(),
          .help = "what stands before the decimals of a number; otherwise a point",
          .choices = {".", ","}};
}

inline Option header() {
  return {.name = "header",
          .fallback = std::string("auto"),
          .help = "whether the first line names the columns; auto: as it looks",
          .choices = {kEnumNames<HeaderRow>.begin(), kEnumNames<HeaderRow>.end()}};
}
inline HeaderRow header_of(const Options& options) {
  return value_named<HeaderRow>(options.text("header")).value_or(HeaderRow::automatic);
}

/// What the options call the dataset; for formats that take their name from elsewhere, if at all.
inline std::string name_of(const ImportJob& job, const std::string& otherwise) {
  const std::string& name = job.options.text("name");
  return !name.empty() ? name : !otherwise.empty() ? otherwise : job.input.stem().string();
}

/// Empty, so that the first bad row ends the import, unless the options say otherwise.
inline OnBadRow on_bad_row_of(const ImportJob& job) {
  if (!job.options.flag("skip_bad_rows")) {
    return {};
  }
  return job.on_skipped ? job.on_skipped : [](const std::string&) {};
}

inline std::vector<std::string> list_of(const std::string& words) {
  std::vector<std::string> list;
  for (std::size_t begin = 0, end = 0; begin < words.size(); begin = end + 1) {
    end = std::min(words.find(',', begin), words.size());
    if (end > begin) {
      list.push_back(words.substr(begin, end - begin));
    }
  }
  return list;
}

inline CellForm cells_of(const Options& options) {
  const std::string& decimal = options.text("decimal");
  return {.missing = list_of(options.text("missing")), .decimal = decimal.empty() ? '\0' : decimal.front()};
}

}  // namespace weft::shared_options
