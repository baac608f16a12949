#include "weft/io/importers/telling_columns.hpp"

#include <set>
#include <string_view>
#include <unordered_map>

#include "weft/core/error.hpp"

namespace weft {
namespace {

/// Fewer rows may be so by chance.
constexpr std::size_t kFewestRows = 30;

bool tells(const TextTable& table, std::size_t column, std::size_t label, std::size_t num_labels,
           std::size_t num_labeled) {
  std::unordered_map<std::string_view, std::string_view> label_of;
  std::set<std::string_view> told;
  std::size_t known = 0;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    if (table.is_missing(row, label) || table.is_missing(row, column)) {
      continue;
    }
    const auto [found, is_new] = label_of.emplace(table.cell(row, column), table.cell(row, label));
    // More values than that are told apart by more than the label.
    if (found->second != table.cell(row, label) || label_of.size() > 2 * num_labels) {
      return false;
    }
    told.insert(found->second);
    ++known;
  }
  return told.size() == num_labels && 10 * known >= 9 * num_labeled;
}

}  // namespace

std::vector<std::string> telling_columns(const TextTable& table, std::span<const std::size_t> columns,
                                         std::size_t label) {
  std::set<std::string_view> labels;
  std::size_t num_labeled = 0;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    if (!table.is_missing(row, label)) {
      labels.insert(table.cell(row, label));
      ++num_labeled;
    }
  }
  std::vector<std::string> sentences;
  // Of numbers, a label for nearly every row, any column would do.
  if (num_labeled < kFewestRows || labels.size() < 2 || 4 * labels.size() > num_labeled) {
    return sentences;
  }
  for (const std::size_t column : columns) {
    if (tells(table, column, label, labels.size(), num_labeled)) {
      const std::string& name = table.header()[column];
      sentences.push_back(concat("column '", name, "' tells the label '", table.header()[label],
                                 "' of every row and is read; if it is the label in other words: --drop ", name));
    }
  }
  return sentences;
}

}  // namespace weft
