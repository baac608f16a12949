#include "weft/io/importers/mtx_text.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/io/declared_extent.hpp"

namespace weft {
namespace {

constexpr std::size_t kEntriesAtOnce = std::size_t{1} << 16;

}  // namespace

MtxText::MtxText(const std::filesystem::path& path, bool needs_values, OnBadRow on_bad_row)
    : path_(path), input_(path), rows_(input_), on_bad_row_(std::move(on_bad_row)) {
  read_banner(needs_values);
  read_size();
}

void MtxText::read_banner(bool needs_values) {
  std::string_view line;
  if (!input_.next(line)) {
    throw DataError(path_.string(), "", "is empty, expected a Matrix Market file");
  }
  std::string lower(line.substr(0, 200));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::istringstream words(lower);
  std::array<std::string, 5> word;
  for (std::string& next : word) {
    words >> next;
  }
  if (word[0] != "%%matrixmarket" || word[1] != "matrix") {
    input_.fail("is no Matrix Market header, expected '%%MatrixMarket matrix coordinate ...'");
  }
  if (word[2] != "coordinate") {
    input_.fail(concat("the matrix is '", word[2], "', expected coordinate"));
  }
  if (word[3] != "real" && word[3] != "integer" && word[3] != "pattern") {
    input_.fail(concat("values are '", word[3], "', expected real, integer or pattern"));
  }
  if (word[4] != "general" && word[4] != "symmetric") {
    input_.fail(concat("the matrix is '", word[4], "', expected general or symmetric"));
  }
  has_values_ = word[3] != "pattern";
  is_symmetric_ = word[4] == "symmetric";
  if (needs_values && !has_values_) {
    input_.fail("the matrix is a pattern, expected values for weights");
  }
}

void MtxText::read_size() {
  std::string_view line;
  while (input_.next(line)) {
    if (line.empty() || line.front() == '%') {
      continue;
    }
    std::istringstream words{std::string(line.substr(0, 200))};
    std::int64_t cols = 0;
    std::string rest;
    if (!(words >> num_nodes_ >> cols >> num_entries_) || words >> rest || num_entries_ < 0) {
      input_.fail("is no line of rows, columns, entries");
    }
    if (num_nodes_ != cols || num_nodes_ < 1 || num_nodes_ > kMaxNodes) {
      input_.fail(concat("the matrix is ", num_nodes_, " x ", cols, ", expected a square of 1 to ", kMaxNodes));
    }
    return;
  }
  throw DataError(path_.string(), "", "ends before the line of rows, columns, entries");
}

bool MtxText::next(std::vector<Edge>& edges, std::vector<float>& values) {
  edges.clear();
  values.clear();
  const auto read_row = [&] {
    rows_.expect_cols(has_values_ ? 3 : 2);
    const Edge edge = {static_cast<NodeId>(rows_.integer(0, "row", 1, num_nodes_) - 1),
                       static_cast<NodeId>(rows_.integer(1, "column", 1, num_nodes_) - 1)};
    if (has_values_) {
      values.push_back(rows_.real(2));
    }
    edges.push_back(edge);
  };
  while (edges.size() < kEntriesAtOnce) {
    if (!rows_.next()) {
      check_end();
      return !edges.empty();
    }
    if (count_ == num_entries_) {
      rows_.fail(concat("is one entry more than the ", num_entries_, " declared"));
    }
    ++count_;
    read_or_skip(on_bad_row_, read_row);
  }
  return true;
}

void MtxText::check_end() const {
  if (count_ != num_entries_) {
    throw DataError(path_.string(), "", concat("has ", count_, " entries, expected ", num_entries_, " as declared"));
  }
  if (!is_believable(num_nodes_, num_entries_)) {
    throw DataError(path_.string(), "",
                    concat("declares ", num_nodes_, " rows for ", num_entries_,
                           " entries, expected at least one for every 64 rows"));
  }
}

}  // namespace weft
