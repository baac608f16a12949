#include "weft/io/importers/smiles_importer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edge_rows.hpp"
#include "weft/io/splits.hpp"
#include "weft/molecules/molecule_reader.hpp"

namespace weft {
namespace {

constexpr std::size_t kRowsAtOnce = 4096;
constexpr std::int64_t kRowsOfATask = 64;
constexpr int kNumRandomSplits = 3;

bool equal_words(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool is_missing(std::string_view field) {
  return field.empty() || equal_words(field, "nan") || equal_words(field, "na");
}

class Importer {
 public:
  Importer(const SmilesOptions& options, const ProgressCallback& progress)
      : options_(options), progress_(progress), rows_(options.input, DelimitedRows::Header::keep) {}

  Dataset read() {
    read_rows();
    if (data_.smiles.empty()) {
      throw DataError(options_.input.string(), "", concat("holds no molecule; ", num_skipped_, " rows were left out"));
    }
    set_graph();
    set_targets();
    set_splits();
    data_.name = options_.name.empty() ? options_.input.stem().stem().string() : options_.name;
    data_.source = options_.input.filename().string();
    check_dataset(data_, options_.input);
    return std::move(data_);
  }

 private:
  // The first row decides where the columns are; true if it is a header.
  bool find_columns(const std::vector<std::string_view>& first) {
    num_columns_ = first.size();
    const auto place = [&](const std::string& name) {
      const auto at = std::find_if(first.begin(), first.end(), [&](auto field) { return equal_words(field, name); });
      return static_cast<std::size_t>(at - first.begin());
    };
    const auto number = [&](const std::string& name) {
      const std::int64_t value = parse_id(name);
      return value >= 1 && value <= static_cast<std::int64_t>(first.size()) ? static_cast<std::size_t>(value) - 1
                                                                            : first.size();
    };
    smiles_column_ = place(options_.smiles);
    bool header = smiles_column_ < first.size();
    if (!header) {
      smiles_column_ = number(options_.smiles);
      if (smiles_column_ == first.size()) {
        if (options_.smiles != SmilesOptions{}.smiles) {
          rows_.fail(concat("has no column '", options_.smiles, "', expected it in the first row"));
        }
        smiles_column_ = 0;
      }
    }
    for (const std::string& name : options_.targets) {
      std::size_t column = place(name);
      header = header || column < first.size();
      column = column < first.size() ? column : number(name);
      if (column == first.size()) {
        rows_.fail(
            concat("has no column '", name, "', expected it in the first row, or a number from 1 to ", first.size()));
      }
      target_columns_.push_back(column);
    }
    data_.node_ptr = {0};
    return header;
  }

  /// A row of the input and what came of it.
  struct Row {
    std::int64_t line = 0;
    std::string smiles;
    std::vector<std::string> targets;
    Molecule molecule;
    /// Why the row is of no use.
    std::optional<DataError> error;
  };

  // Molecules take long to read and do not depend on each other; what they say is put together in their order.
  void read_rows() {
    std::vector<Row> rows;
    for (bool more = true; more;) {
      more = read_texts(rows);
      parallel_for(static_cast<std::int64_t>(rows.size()), kRowsOfATask, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          keep_error(rows[static_cast<std::size_t>(i)], [&](Row& row) { read_smiles(row); });
        }
      });
      for (Row& row : rows) {
        keep_error(row, [&](Row& good) { add(good); });
        if (row.error) {
          leave_out(*row.error);
        }
      }
      if (progress_) {
        progress_({.stage = "reading molecules",
                   .done = static_cast<std::int64_t>(data_.smiles.size()),
                   .total = 0,
                   .detail = ""});
      }
    }
  }

  /// False behind the last row.
  bool read_texts(std::vector<Row>& rows) {
    rows.clear();
    std::vector<std::string_view> fields;
    while (rows.size() < kRowsAtOnce) {
      if (!rows_.next(fields)) {
        return false;
      }
      const bool is_first = num_columns_ == 0;
      if (is_first && find_columns(fields)) {
        continue;
      }
      rows.emplace_back().line = rows_.line_number();
      keep_error(rows.back(), [&](Row& row) { read_fields(fields, row); });
    }
    return true;
  }

  /// Nothing if the row is of no use already.
  template <class Work>
  static void keep_error(Row& row, const Work& work) {
    try {
      if (!row.error) {
        work(row);
      }
    } catch (const DataError& error) {
      row.error = error;
    }
  }

  void leave_out(const DataError& error) {
    if (options_.strict) {
      throw error;
    }
    ++num_skipped_;
    if (options_.on_skipped) {
      options_.on_skipped(error.what());
    }
  }

  void read_fields(const std::vector<std::string_view>& fields, Row& row) const {
    // Text without a header may have names of several words behind the SMILES.
    if (fields.size() != num_columns_ && !target_columns_.empty()) {
      rows_.expect_fields(fields, num_columns_);
    }
    if (smiles_column_ >= fields.size() || fields[smiles_column_].empty()) {
      rows_.fail("has no SMILES");
    }
    row.smiles = fields[smiles_column_];
    for (const std::size_t column : target_columns_) {
      check_target(fields[column]);
      row.targets.emplace_back(fields[column]);
    }
  }

  void read_smiles(Row& row) const {
    std::string problem;
    if (!read_molecule(row.smiles, true, row.molecule, problem)) {
      rows_.fail_at(row.line, concat("'", row.smiles.substr(0, 80), "' ", problem));
    }
  }

  void add(Row& row) {
    const Molecule& molecule = row.molecule;
    const std::int64_t begin = data_.node_ptr.back();
    if (begin + molecule.num_atoms > kMaxNodes) {
      rows_.fail_at(row.line, concat("has one atom too many, expected at most ", kMaxNodes));
    }
    std::move(row.targets.begin(), row.targets.end(), std::back_inserter(targets_));
    for (const Edge& bond : molecule.bonds) {
      bonds_.push_back({static_cast<NodeId>(begin + bond.source), static_cast<NodeId>(begin + bond.destination)});
    }
    atoms_.insert(atoms_.end(), molecule.atoms.begin(), molecule.atoms.end());
    bond_features_.insert(bond_features_.end(), molecule.bond_features.begin(), molecule.bond_features.end());
    data_.node_ptr.push_back(begin + molecule.num_atoms);
    data_.smiles.push_back(std::move(row.smiles));
    scaffolds_.push_back(std::move(row.molecule.scaffold));
  }

  // Texts are allowed as the only target of a classification.
  void check_target(std::string_view field) const {
    const bool text = target_columns_.size() == 1 && options_.task == TaskKind::graph_classification;
    if (!text && !is_missing(field)) {
      static_cast<void>(rows_.parse_float(field));
    }
  }

  static CategoricalMatrix table(const std::vector<std::int32_t>& values, const std::vector<std::int64_t>& categories) {
    return {.rows = static_cast<std::int64_t>(values.size() / categories.size()),
            .num_categories = categories,
            .values = Buffer<std::int32_t>::copy_of(values)};
  }

  void set_graph() {
    data_.graph = CsrGraph::from_edges(data_.node_ptr.back(), bonds_, {.symmetrize = true});
    data_.node_features = table(atoms_, kAtomCategories);
    if (!bonds_.empty()) {
      data_.edge_features = select_rows(table(bond_features_, kBondCategories), places_of_edges(bonds_, true));
    }
  }

  void set_targets() {
    if (target_columns_.empty()) {
      data_.task = TaskKind::generation;
      return;
    }
    const bool binary = std::all_of(targets_.begin(), targets_.end(), [](const std::string& text) {
      return is_missing(text) || text == "0" || text == "1" || text == "0.0" || text == "1.0";
    });
    data_.task = options_.task.value_or(binary ? TaskKind::graph_classification : TaskKind::graph_regression);
    if (data_.task == TaskKind::graph_classification && target_columns_.size() == 1) {
      set_classes();
      return;
    }
    data_.num_classes = data_.task == TaskKind::graph_classification ? 2 : 0;
    Tensor y = Tensor::uninitialized(data_.num_graphs(), static_cast<std::int64_t>(target_columns_.size()));
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      y.data()[i] = is_missing(targets_[i]) ? std::numeric_limits<float>::quiet_NaN() : rows_.parse_float(targets_[i]);
    }
    data_.graph_labels = std::move(y);
  }

  void set_classes() {
    std::vector<std::string> names;
    std::copy_if(targets_.begin(), targets_.end(), std::back_inserter(names),
                 [](auto& text) { return !is_missing(text); });
    const bool integers = std::all_of(names.begin(), names.end(), [](auto& text) { return parse_id(text) >= 0; });
    const auto less = [&](const std::string& a, const std::string& b) {
      return integers ? parse_id(a) < parse_id(b) : a < b;
    };
    std::sort(names.begin(), names.end(), less);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (names.empty()) {
      throw DataError(options_.input.string(), "", "has no value in the column of targets");
    }
    std::vector<std::int64_t> classes;
    for (const std::string& text : targets_) {
      classes.push_back(is_missing(text) ? -1
                                         : std::lower_bound(names.begin(), names.end(), text, less) - names.begin());
    }
    data_.num_classes = static_cast<std::int64_t>(names.size());
    data_.class_names = std::move(names);
    data_.graph_labels = std::move(classes);
  }

  void set_splits() {
    data_.splits.push_back(scaffold_split(scaffolds_));
    for (int i = 0; i < kNumRandomSplits; ++i) {
      data_.splits.push_back(random_split(concat("rand", i), data_.num_graphs(),
                                          {.train = 0.8, .val = 0.1, .test = 0.1},
                                          Random(options_.seed).stream(static_cast<std::uint64_t>(i))));
    }
    // The format has no unlabeled molecule in a split.
    if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&data_.graph_labels)) {
      for (Split& split : data_.splits) {
        for (auto* part : {&split.train, &split.val, &split.test}) {
          std::erase_if(*part, [&](std::int64_t g) { return (*classes)[static_cast<std::size_t>(g)] < 0; });
        }
      }
    }
  }

  const SmilesOptions& options_;
  const ProgressCallback& progress_;
  DelimitedRows rows_;
  std::size_t num_columns_ = 0;
  std::size_t smiles_column_ = 0;
  std::vector<std::size_t> target_columns_;
  std::int64_t num_skipped_ = 0;
  std::vector<std::int32_t> atoms_, bond_features_;
  std::vector<Edge> bonds_;
  std::vector<std::string> scaffolds_;
  /// [molecules, targets]
  std::vector<std::string> targets_;
  Dataset data_;
};

}  // namespace

Dataset import_smiles(const SmilesOptions& options, const ProgressCallback& progress) {
  require(reads_molecules(),
          "import_smiles: this Weft was built without RDKit, expected one built where librdkit-dev is installed");
  require(
      !options.task || *options.task == TaskKind::graph_classification || *options.task == TaskKind::graph_regression,
      "import_smiles: task ", options.task ? name_of(*options.task) : "",
      ", expected graph_classification or graph_regression");
  return Importer(options, progress).read();
}

}  // namespace weft
