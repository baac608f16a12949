#include "weft/io/mtx_importer.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>
#include <vector>

#include "weft/io/dataset_checks.hpp"
#include "weft/io/declared_extent.hpp"
#include "weft/io/edge_rows.hpp"
#include "weft/io/number_rows.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

constexpr std::int64_t kReportEvery = 1 << 20;
constexpr std::int64_t kMostClasses = 1 << 24;
constexpr int kNumRandomSplits = 3;

class Importer {
 public:
  Importer(const MtxOptions& options, const ProgressCallback& progress)
      : options_(options), progress_(progress), input_(options.input) {}

  Dataset read() {
    read_banner();
    read_matrix();
    if (!options_.features.empty()) {
      read_features();
    }
    data_.task = Task::link_prediction;
    if (!options_.labels.empty()) {
      read_labels();
    }
    data_.name = options_.name.empty() ? options_.input.stem().string() : options_.name;
    data_.source = options_.input.filename().string();
    check_dataset(data_, options_.input);
    return std::move(data_);
  }

 private:
  void read_banner() {
    std::string_view line;
    if (!input_.next(line)) {
      throw DataError(options_.input.string(), "", "is empty, expected a Matrix Market file");
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
    data_.directed = options_.directed && word[4] == "general";
    if (options_.weights && !has_values_) {
      input_.fail("the matrix is a pattern, expected values for weights");
    }
  }

  void read_size() {
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
    throw DataError(options_.input.string(), "", "ends before the line of rows, columns, entries");
  }

  void read_matrix() {
    read_size();
    NumberRows rows(input_);
    std::vector<Edge> edges;
    std::vector<float> values;
    std::int64_t count = 0;
    const auto read_row = [&] {
      rows.expect_cols(has_values_ ? 3 : 2);
      const Edge edge = {static_cast<NodeId>(rows.integer(0, "row", 1, num_nodes_) - 1),
                         static_cast<NodeId>(rows.integer(1, "column", 1, num_nodes_) - 1)};
      const float value = has_values_ ? rows.real(2) : 0.0F;
      edges.push_back(edge);
      if (options_.weights) {
        values.push_back(value);
      }
    };
    for (; rows.next(); ++count) {
      if (count == num_entries_) {
        rows.fail(concat("is one entry more than the ", num_entries_, " declared"));
      }
      read_or_skip(options_.on_bad_row, read_row);
      if (progress_ && count % kReportEvery == 0) {
        progress_({.stage = "reading entries", .done = count, .total = num_entries_, .detail = ""});
      }
    }
    if (count != num_entries_) {
      throw DataError(options_.input.string(), "",
                      concat("has ", count, " entries, expected ", num_entries_, " as declared"));
    }
    if (!is_believable(num_nodes_, num_entries_)) {
      throw DataError(options_.input.string(), "",
                      concat("declares ", num_nodes_, " rows for ", num_entries_,
                             " entries, expected at least one for every 64 rows"));
    }
    data_.graph = CsrGraph::from_edges(num_nodes_, edges, {.symmetrize = !data_.directed});
    if (options_.weights && !edges.empty()) {
      const Features table =
          Tensor::from_buffer(static_cast<std::int64_t>(values.size()), 1, Buffer<float>::copy_of(values));
      data_.edge_features = select_rows(table, places_of_edges(edges, !data_.directed));
    }
  }

  // Rows of numbers, one for each node.
  Tensor read_table(const std::filesystem::path& path, NotANumber nan) const {
    TextInput input(path);
    NumberRows rows(input);
    std::vector<float> values;
    std::int64_t count = 0;
    std::int64_t cols = 0;
    for (; rows.next(); ++count) {
      if (count == num_nodes_) {
        rows.fail(concat("is one row more than the ", num_nodes_, " nodes"));
      }
      cols = rows.cols();
      for (std::int64_t j = 0; j < cols; ++j) {
        values.push_back(rows.real(j, nan));
      }
    }
    expect_rows(path, count);
    return Tensor::from_buffer(count, cols, Buffer<float>::copy_of(values));
  }

  void expect_rows(const std::filesystem::path& path, std::int64_t count) const {
    if (count != num_nodes_) {
      throw DataError(path.string(), "", concat("has ", count, " rows, expected ", num_nodes_, ", one for each node"));
    }
  }

  void read_features() { data_.node_features = read_table(options_.features, NotANumber::refused); }

  void read_labels() {
    // One class for all that has a target: a split of the labelled nodes.
    std::vector<std::int64_t> strata;
    if (options_.regression) {
      data_.task = Task::node_regression;
      Tensor targets = read_table(options_.labels, NotANumber::allowed);
      for (std::int64_t i = 0; i < targets.rows(); ++i) {
        const auto row = targets.row(i);
        strata.push_back(std::any_of(row.begin(), row.end(), [](float y) { return y == y; }) ? 0 : -1);
      }
      data_.node_labels = std::move(targets);
    } else {
      data_.task = Task::node_classification;
      TextInput input(options_.labels);
      NumberRows rows(input);
      while (rows.next()) {
        rows.expect_cols(1);
        strata.push_back(rows.integer(0, "class", -1, kMostClasses));
        data_.num_classes = std::max(data_.num_classes, strata.back() + 1);
      }
      expect_rows(options_.labels, static_cast<std::int64_t>(strata.size()));
      data_.node_labels = strata;
    }
    for (int i = 0; i < kNumRandomSplits; ++i) {
      data_.splits.push_back(stratified_split(concat("rand", i), strata, std::max<std::int64_t>(1, data_.num_classes),
                                              {}, Random(options_.seed).stream(static_cast<std::uint64_t>(i))));
    }
  }

  const MtxOptions& options_;
  const ProgressCallback& progress_;
  TextInput input_;
  bool has_values_ = false;
  std::int64_t num_nodes_ = 0;
  std::int64_t num_entries_ = 0;
  Dataset data_;
};

}  // namespace

Dataset import_mtx(const MtxOptions& options, const ProgressCallback& progress) {
  return Importer(options, progress).read();
}

}  // namespace weft
