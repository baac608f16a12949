#include "weft/io/importers/planetoid_importer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "weft/io/dataset_checks.hpp"
#include "weft/io/importers/number_rows.hpp"
#include "weft/io/importers/pickle_reader.hpp"
#include "weft/io/importers/sparse_rows.hpp"
#include "weft/io/importers/text_folder.hpp"

namespace weft {
namespace {

constexpr std::int64_t kNumValidation = 500;
using Kind = PickleObject::Kind;

class Importer {
 public:
  Importer(const PlanetoidOptions& options, const ProgressCallback& progress)
      : options_(options), progress_(progress), name_(options.name) {}

  Dataset read() {
    find_name();
    read_test_nodes();
    read_labels();
    read_features();
    read_graph();
    data_.name = name_;
    data_.source = concat("ind.", name_, ".*");
    check_dataset(data_, path("graph"));
    return std::move(data_);
  }

 private:
  void find_name() {
    if (!name_.empty()) {
      return;
    }
    std::vector<std::string> found;
    const TextFolder folder(options_.folder);
    for (const std::string& file : folder.names()) {
      if (file.starts_with("ind.") && file.ends_with(".graph") && file.size() > 10) {
        found.push_back(file.substr(4, file.size() - 10));
      }
    }
    if (found.size() != 1) {
      throw DataError(options_.folder.string(), "",
                      concat("holds ", found.size(), " files ind.NAME.graph, expected one, or a name to choose by"));
    }
    name_ = found[0];
  }

  [[nodiscard]] std::filesystem::path path(const char* what) const {
    return options_.folder / concat("ind.", name_, '.', what);
  }
  void report(const char* what) const {
    if (progress_) {
      progress_({.stage = "reading pickles", .done = 0, .total = 0, .detail = what});
    }
  }

  void read_test_nodes() {
    TextInput input(path("test.index"));
    NumberRows rows(input);
    while (rows.next()) {
      rows.expect_cols(1);
      test_.push_back(rows.integer(0, "node", 0, kMaxNodes - 1));
      num_nodes_ = std::max(num_nodes_, test_.back() + 1);
    }
    std::vector<std::int64_t> sorted = test_;
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
      throw DataError(path("test.index").string(), "", concat("lists node ", *twice, " twice"));
    }
  }

  // The classes of the rows of one file; -1 for rows of zeros.
  std::vector<std::int64_t> read_classes(const char* what) {
    report(what);
    const Pickle pickle(path(what));
    const NumberArray table = pickle.array();
    table.expect_rank(2);
    const std::int64_t cols = table.shape()[1];
    if (data_.num_classes == 0) {
      data_.num_classes = cols;
    }
    table.expect_shape({table.shape()[0], data_.num_classes});
    std::vector<std::int64_t> classes(static_cast<std::size_t>(cols == 0 ? 0 : table.shape()[0]), -1);
    for (std::int64_t i = 0; i < table.size(); ++i) {
      const float value = table.real(i);
      std::int64_t& known = classes[static_cast<std::size_t>(i / cols)];
      if ((value != 0.0F && value != 1.0F) || (value == 1.0F && known >= 0)) {
        table.fail("has ", value, " in row ", i / cols, ", expected rows of zeros and at most one 1");
      }
      known = value == 1.0F ? i % cols : known;
    }
    return classes;
  }

  void read_labels() {
    const auto known = read_classes("ally");
    const auto tested = read_classes("ty");
    const auto trained = static_cast<std::int64_t>(read_classes("y").size());
    num_known_ = static_cast<std::int64_t>(known.size());
    num_nodes_ = std::max(num_nodes_, num_known_);
    if (tested.size() != test_.size()) {
      throw DataError(path("ty").string(), "",
                      concat("has ", tested.size(), " rows, expected ", test_.size(), " as test.index"));
    }
    if (num_nodes_ - num_known_ > 2 * static_cast<std::int64_t>(test_.size()) + 1000) {
      throw DataError(path("test.index").string(), "",
                      concat("reaches node ", num_nodes_ - 1, " with ", test_.size(), " nodes behind ", num_known_,
                             ", expected few gaps"));
    }
    std::vector<std::int64_t> labels(static_cast<std::size_t>(num_nodes_), -1);
    std::copy(known.begin(), known.end(), labels.begin());
    for (std::size_t i = 0; i < test_.size(); ++i) {
      if (test_[i] < num_known_) {
        throw DataError(
            path("test.index").string(), "",
            concat("lists node ", test_[i], ", expected nodes from ", num_known_, ", behind those of ally"));
      }
      labels[static_cast<std::size_t>(test_[i])] = tested[i];
    }
    if (trained + kNumValidation > num_known_) {
      throw DataError(path("y").string(), "",
                      concat("has ", trained, " rows, expected ", num_known_ - kNumValidation, " at most: ally has ",
                             num_known_, " and ", kNumValidation, " validate"));
    }
    Split split{.name = "public", .train = {}, .val = {}, .test = test_};
    for (std::int64_t i = 0; i < trained + kNumValidation; ++i) {
      (i < trained ? split.train : split.val).push_back(i);
    }
    std::sort(split.test.begin(), split.test.end());
    data_.splits.push_back(std::move(split));
    data_.node_labels = std::move(labels);
  }

  SparseMatrix read_rows(const char* what, std::int64_t rows) {
    report(what);
    const Pickle pickle(path(what));
    const auto [stored, cols] = pickle.shape_of_rows();
    if (stored != rows) {
      pickle.fail("has ", stored, " rows, expected ", rows, ", one for each label");
    }
    return to_sparse({.offsets = pickle.member_array("indptr"),
                      .columns = pickle.member_array("indices"),
                      .values = pickle.member_array("data"),
                      .rows = rows,
                      .cols = cols});
  }

  void read_features() {
    const SparseMatrix known = read_rows("allx", num_known_);
    const SparseMatrix tested = read_rows("tx", static_cast<std::int64_t>(test_.size()));
    if (known.cols() != tested.cols()) {
      throw DataError(path("tx").string(), "",
                      concat("has ", tested.cols(), " columns, expected ", known.cols(), " as allx"));
    }
    std::vector<std::int64_t> row_of(static_cast<std::size_t>(num_nodes_), -1);
    for (std::size_t i = 0; i < test_.size(); ++i) {
      row_of[static_cast<std::size_t>(test_[i])] = static_cast<std::int64_t>(i);
    }
    const auto entries = static_cast<std::size_t>(known.num_entries() + tested.num_entries());
    Buffer<EdgeId> offsets(static_cast<std::size_t>(num_nodes_) + 1, 0);
    Buffer<std::uint32_t> columns(entries);
    Buffer<float> values(entries);
    std::size_t at = 0;
    for (std::int64_t node = 0; node < num_nodes_; ++node) {
      const std::int64_t row = node < num_known_ ? node : row_of[static_cast<std::size_t>(node)];
      const SparseMatrix::Rows& from = (node < num_known_ ? known : tested).by_row();
      if (row >= 0) {
        const auto begin = static_cast<std::size_t>(from.offsets[static_cast<std::size_t>(row)]);
        const auto end = static_cast<std::size_t>(from.offsets[static_cast<std::size_t>(row) + 1]);
        std::copy(from.columns.begin() + begin, from.columns.begin() + end, columns.begin() + at);
        std::copy(from.values.begin() + begin, from.values.begin() + end, values.begin() + at);
        at += end - begin;
      }
      offsets[static_cast<std::size_t>(node) + 1] = static_cast<EdgeId>(at);
    }
    data_.node_features =
        SparseMatrix(num_nodes_, known.cols(), std::move(offsets), std::move(columns), std::move(values));
  }

  NodeId node(const Pickle& pickle, const PickleObject& object) const {
    if (object.kind != Kind::integer || object.integer < 0 || object.integer >= num_nodes_) {
      pickle.fail("has the node ", object.kind == Kind::integer ? std::to_string(object.integer) : "that is no integer",
                  ", expected 0 to ", num_nodes_ - 1);
    }
    return static_cast<NodeId>(object.integer);
  }

  void read_graph() {
    report("graph");
    const Pickle pickle(path("graph"));
    const PickleObject& root = pickle.root();
    if (root.kind != Kind::dictionary) {
      pickle.fail("holds no dictionary of lists of nodes");
    }
    std::vector<Edge> edges;
    for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
      const NodeId source = node(pickle, *root.items[i]);
      if (root.items[i + 1]->kind != Kind::list) {
        pickle.fail("has no list for node ", source);
      }
      const std::vector<const PickleObject*>& neighbors = root.items[i + 1]->items;
      if (static_cast<std::int64_t>(edges.size() + neighbors.size()) > pickle.size()) {
        pickle.fail("lists more neighbors than it has bytes, expected a list of its own for each node");
      }
      for (const PickleObject* neighbor : neighbors) {
        edges.push_back({source, node(pickle, *neighbor)});
      }
    }
    data_.graph =
        CsrGraph::from_edges(num_nodes_, edges, {.symmetrize = true, .self_loops = GraphOptions::SelfLoops::remove});
  }

  const PlanetoidOptions& options_;
  const ProgressCallback& progress_;
  std::string name_;
  std::vector<std::int64_t> test_;
  /// Those that allx and ally describe.
  std::int64_t num_known_ = 0;
  std::int64_t num_nodes_ = 0;
  Dataset data_;
};

}  // namespace

Dataset import_planetoid(const PlanetoidOptions& options, const ProgressCallback& progress) {
  return Importer(options, progress).read();
}

}  // namespace weft
