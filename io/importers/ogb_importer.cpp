#include "weft/io/importers/ogb_importer.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "weft/io/dataset_checks.hpp"
#include "weft/io/declared_extent.hpp"
#include "weft/io/importers/edge_rows.hpp"
#include "weft/io/importers/number_rows.hpp"
#include "weft/io/importers/ogb_tables.hpp"
#include "weft/io/importers/ogb_typed_importer.hpp"
#include "weft/io/importers/text_folder.hpp"

namespace weft {
namespace {

constexpr std::int64_t kReportEvery = 1 << 20;
constexpr std::int64_t kMostCategories = 1 << 15;
constexpr std::size_t kMostSplits = 100;
constexpr std::string_view kEdges = "raw/edge.csv.gz";

class Importer {
 public:
  Importer(const OgbOptions& options, const ProgressCallback& progress)
      : options_(options), progress_(progress), folder_(options.input) {}

  Dataset read() {
    if (find_root(kEdges)) {
      read_one_type();
    } else if (find_root(kOgbNodeTypes)) {
      data_ = import_typed_ogb(options_, folder_, root_, progress_);
    } else {
      refuse_folder();
    }
    const std::string base = root_.empty() ? options_.input.stem().string() : root_.substr(0, root_.size() - 1);
    data_.name = options_.name.empty() ? std::filesystem::path(base).filename().string() : options_.name;
    data_.source = options_.input.filename().string();
    check_dataset(data_, options_.input);
    return std::move(data_);
  }

 private:
  void read_one_type() {
    read_counts();
    read_edges();
    data_.node_features = read_features("node-feat", num_nodes_, "node");
    const Features edge_features = read_features("edge-feat", static_cast<std::int64_t>(edges_.size()), "edge");
    if (edge_features.index() != 0) {
      data_.edge_features = select_rows(edge_features, places_of_edges(edges_, !options_.directed));
    }
    read_labels();
    read_splits();
    data_.directed = options_.directed;
  }

  /// Finds the folder that holds such a file; false if there is none.
  bool find_root(std::string_view wanted) {
    std::vector<std::string> found;
    for (const std::string& name : folder_.names()) {
      if (name == wanted || name.ends_with(concat('/', wanted))) {
        found.push_back(name);
      }
    }
    if (found.size() > 1) {
      throw DataError(options_.input.string(), "", concat("holds ", found.size(), " files ", wanted, ", expected one"));
    }
    root_ = found.empty() ? "" : found[0].substr(0, found[0].size() - wanted.size());
    return !found.empty();
  }

  [[noreturn]] void refuse_folder() const {
    const bool is_binary =
        std::ranges::any_of(folder_.names(), [](const std::string& name) { return name.ends_with("raw/data.npz"); });
    throw DataError(options_.input.string(), "",
                    is_binary ? concat("holds raw/data.npz, the binary form, which is not read; expected ", kEdges,
                                       " and other tables of text")
                              : concat("holds 0 files ", kEdges, ", expected one, or ", kOgbNodeTypes,
                                       " of a set with types of nodes"));
  }

  [[nodiscard]] std::string raw(const std::string& what) const { return root_ + "raw/" + what + ".csv.gz"; }

  std::vector<std::int64_t> read_column(const std::string& name, const char* what, std::int64_t highest) const {
    return read_ogb_column(folder_, name, what, highest);
  }

  void read_counts() {
    const std::vector<std::int64_t> nodes = read_column(raw("num-node-list"), "count", kMaxNodes);
    edge_counts_ = read_column(raw("num-edge-list"), "count", std::int64_t{1} << 50);
    if (nodes.empty() || nodes.size() != edge_counts_.size()) {
      throw DataError(
          folder_.path_of(raw("num-edge-list")), "",
          concat("has ", edge_counts_.size(), " rows, expected ", nodes.size(), " as num-node-list, and at least one"));
    }
    first_node_ = {0};
    for (const std::int64_t count : nodes) {
      first_node_.push_back(first_node_.back() + count);
      if (first_node_.back() > kMaxNodes) {
        throw DataError(folder_.path_of(raw("num-node-list")), "",
                        concat("adds up to more than ", kMaxNodes, " nodes"));
      }
    }
    num_nodes_ = first_node_.back();
    if (nodes.size() > 1 || folder_.has(raw("graph-label"))) {
      data_.node_ptr = first_node_;
    }
  }

  void read_edges() {
    const FolderText text = open_member(folder_, raw("edge"));
    NumberRows rows(*text);
    std::size_t graph = 0;
    std::int64_t left = edge_counts_[0];
    while (rows.next()) {
      rows.expect_cols(2);
      while (left == 0 && graph + 1 < edge_counts_.size()) {
        left = edge_counts_[++graph];
      }
      if (left-- == 0) {
        rows.fail(concat("is one edge more than the ", edges_.size(), " of num-edge-list"));
      }
      const std::int64_t first = first_node_[graph];
      const std::int64_t last = first_node_[graph + 1] - first - 1;
      edges_.push_back({static_cast<NodeId>(first + rows.integer(0, "node", 0, last)),
                        static_cast<NodeId>(first + rows.integer(1, "node", 0, last))});
      const auto count = static_cast<std::int64_t>(edges_.size());
      if (progress_ && count % kReportEvery == 0) {
        progress_({.stage = "reading edges", .done = count, .total = 0, .detail = ""});
      }
    }
    for (++graph; graph < edge_counts_.size() && left == 0; ++graph) {
      left = edge_counts_[graph];
    }
    if (left != 0) {
      throw DataError(folder_.path_of(raw("edge")), "",
                      concat("has ", edges_.size(), " rows, expected more, as num-edge-list says"));
    }
    if (!is_believable(num_nodes_, static_cast<std::int64_t>(edges_.size()))) {
      throw DataError(folder_.path_of(raw("num-node-list")), "",
                      concat("declares ", num_nodes_, " nodes for ", edges_.size(),
                             " edges, expected at least one for every 64 nodes"));
    }
    data_.graph = CsrGraph::from_edges(num_nodes_, edges_, {.symmetrize = !options_.directed});
  }

  OgbTable read_table(const std::string& what, std::int64_t expected, const char* of, NotANumber nan) const {
    return read_ogb_table(folder_, raw(what), {.count = expected, .of = of}, nan);
  }

  Features read_features(const std::string& what, std::int64_t expected, const char* of) const {
    if (!folder_.has(raw(what)) || expected == 0) {
      return {};
    }
    const OgbTable table = read_table(what, expected, of, NotANumber::refused);
    const bool categories = table.integers && std::all_of(table.values.begin(), table.values.end(), [](float value) {
                              return value >= 0.0F && value < static_cast<float>(kMostCategories);
                            });
    if (!categories) {
      return Tensor::from_buffer(table.rows, table.cols, Buffer<float>::copy_of(table.values));
    }
    CategoricalMatrix result{.rows = table.rows,
                             .num_categories = std::vector<std::int64_t>(static_cast<std::size_t>(table.cols), 1),
                             .values = Buffer<std::int32_t>(table.values.size())};
    for (std::size_t i = 0; i < table.values.size(); ++i) {
      result.values[i] = static_cast<std::int32_t>(table.values[i]);
      std::int64_t& count = result.num_categories[i % result.num_categories.size()];
      count = std::max<std::int64_t>(count, result.values[i] + 1);
    }
    return result;
  }

  void read_labels() {
    const bool of_graphs = folder_.has(raw("graph-label"));
    if (!of_graphs && !folder_.has(raw("node-label"))) {
      data_.task = TaskKind::link_prediction;
      return;
    }
    set_ogb_labels(of_graphs ? read_table("graph-label", data_.num_graphs(), "graph", NotANumber::allowed)
                             : read_table("node-label", num_nodes_, "node", NotANumber::allowed),
                   of_graphs, options_.regression, data_);
  }

  void read_splits() {
    const std::string begin = root_ + "split/";
    const std::string end = "/train.csv.gz";
    std::set<std::string> found;
    for (const std::string& name : folder_.names()) {
      if (name.starts_with(begin) && name.ends_with(end) && name.size() > begin.size() + end.size()) {
        found.insert(name.substr(begin.size(), name.size() - begin.size() - end.size()));
      }
    }
    if (found.size() > kMostSplits) {
      throw DataError(folder_.path_of(begin), "",
                      concat("holds ", found.size(), " splits, expected at most ", kMostSplits));
    }
    const char* item = data_.has_many_graphs() ? "graph" : "node";
    const std::int64_t last = (data_.has_many_graphs() ? data_.num_graphs() : num_nodes_) - 1;
    for (const std::string& split_name : found) {
      const auto read = [&](const char* part) {
        std::vector<std::int64_t> set = read_column(begin + split_name + "/" + part + ".csv.gz", item, last);
        std::sort(set.begin(), set.end());
        return set;
      };
      data_.splits.push_back({.name = split_name, .train = read("train"), .val = read("valid"), .test = read("test")});
    }
  }

  const OgbOptions& options_;
  const ProgressCallback& progress_;
  TextFolder folder_;
  /// Up to the '/' before raw.
  std::string root_;
  std::vector<std::int64_t> edge_counts_;
  std::vector<std::int64_t> first_node_;
  std::int64_t num_nodes_ = 0;
  std::vector<Edge> edges_;
  Dataset data_;
};

}  // namespace

Dataset import_ogb(const OgbOptions& options, const ProgressCallback& progress) {
  return Importer(options, progress).read();
}

}  // namespace weft
