#include "weft/io/importers/smiles_importer.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edge_rows.hpp"
#include "weft/io/importers/smiles_columns.hpp"
#include "weft/io/importers/smiles_targets.hpp"
#include "weft/io/splits.hpp"
#include "weft/molecules/molecule_reader.hpp"

namespace weft {
namespace {

/// Some tables have a line break inside the quotes (ZINC-250k's).
std::string_view without_line_end(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

constexpr std::size_t kRowsAtOnce = 4096;
constexpr std::int64_t kRowsOfATask = 64;
constexpr int kNumRandomSplits = 3;

const std::vector<std::string> kAtomNames = {"element",  "chirality",     "neighbors", "charge", "hydrogens",
                                             "radicals", "hybridization", "aromatic",  "in ring"};
const std::vector<std::string> kBondNames = {"bond", "stereo", "conjugated"};

enum class Part { none, train, val, test };

std::optional<Part> part_of(std::string_view word) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view other) { return equal_words(word, other); });
  };
  return is_one_of({"train", "training"})                   ? std::optional(Part::train)
         : is_one_of({"val", "valid", "validation", "dev"}) ? std::optional(Part::val)
         : is_one_of({"test", "testing"})                   ? std::optional(Part::test)
         : is_no_target(word)                               ? std::optional(Part::none)
                                                            : std::nullopt;
}

class Importer {
 public:
  Importer(const SmilesOptions& options, const ProgressCallback& progress)
      : options_(options), progress_(progress), rows_(options.input, DelimitedRows::Header::keep) {
    rows_.join_lines();
    rows_.expect_decimal_commas(options.cells.decimal == ',');
  }

  MoleculeTable read() {
    read_rows();
    if (data_.smiles.empty()) {
      throw DataError(options_.input.string(), "", concat("holds no molecule; ", num_skipped_, " rows were left out"));
    }
    set_graph();
    set_labels();
    if (options_.splits) {
      set_splits();
    }
    data_.encoder = encoder_of(columns_);
    data_.name = options_.name.empty() ? options_.input.stem().stem().string() : options_.name;
    data_.source = options_.input.filename().string();
    check_dataset(data_, options_.input);
    return {std::move(data_), std::move(rows_of_)};
  }

 private:
  // The first row decides where the columns are; true if it is a header.
  bool find_columns(const std::vector<std::string_view>& first) {
    num_columns_ = first.size();
    columns_ = find_smiles_columns(options_, {.fields = first,
                                              .by_blanks = rows_.separator() == ' ',
                                              .is_molecule =
                                                  [](std::string_view text) {
                                                    Molecule molecule;
                                                    std::string problem;
                                                    return read_molecule(text, false, molecule, problem);
                                                  },
                                              .fail = [&](const std::string& problem) { rows_.fail(problem); }});
    data_.assumed = columns_.assumed;
    say_unread();
    targets_.texts.resize(columns_.targets.size());
    for (const std::size_t column : columns_.targets) {
      targets_.names.push_back(columns_.name_of(column));
    }
    bounds_.resize(columns_.targets.size());
    data_.node_ptr = {0};
    return !columns_.header.empty();
  }

  /// At prediction all but the molecules and their ids may be there for others.
  void say_unread() {
    std::string unread;
    for (std::size_t j = 0; j < columns_.header.size() && options_.splits; ++j) {
      const bool is_read = j == columns_.smiles || columns_.id == j || columns_.split == j ||
                           std::ranges::find(columns_.targets, j) != columns_.targets.end();
      unread += is_read ? "" : concat(unread.empty() ? "'" : ", '", columns_.header[j], "'");
    }
    if (!unread.empty()) {
      data_.assumed.push_back(concat("columns that are not read: ", unread, " (--targets, --id, --split)"));
    }
  }

  /// A row of the input and what came of it.
  struct Row {
    std::int64_t line = 0;
    /// From 0 behind the header.
    std::int64_t number = 0;
    std::string smiles, id;
    Part part = Part::none;
    std::vector<std::string> targets;
    /// Targets that are bounds.
    std::vector<std::pair<std::size_t, std::string>> bounds;
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
      rows.back().number = num_rows_++;
      keep_error(rows.back(), [&](Row& row) { read_fields(fields, row); });
      if (!rows.back().error && columns_.split) {
        read_part(fields[*columns_.split], rows.back());
      }
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

  void read_fields(std::vector<std::string_view>& fields, Row& row) const {
    // Names of several words may stand behind the SMILES where nothing else is read.
    const bool is_list = columns_.header.empty() || rows_.separator() == ' ';
    const bool reads_more = !columns_.targets.empty() || columns_.split || !is_list;
    if (fields.size() != num_columns_ && reads_more) {
      rows_.expect_fields(fields, num_columns_);
    }
    row.smiles = columns_.smiles < fields.size() ? without_line_end(fields[columns_.smiles]) : "";
    if (row.smiles.empty()) {
      rows_.fail("has no SMILES");
    }
    if (columns_.id && *columns_.id < fields.size()) {
      row.id = fields[*columns_.id];
    }
    for (const std::size_t column : columns_.targets) {
      read_target(fields[column], row);
    }
    const bool has_value = std::ranges::any_of(row.targets, [](const auto& text) { return !is_no_target(text); });
    if (!row.bounds.empty() && !has_value) {
      const auto& [target, text] = row.bounds.front();
      rows_.fail(concat("'", text.substr(0, 40), "' in the column '", targets_.names[target],
                        "' is a bound, expected a value"));
    }
  }

  [[nodiscard]] bool is_missing_as_told(std::string_view field) const {
    return std::ranges::find(options_.cells.missing, field) != options_.cells.missing.end();
  }

  // Any text is allowed as the only target of a classification.
  void read_target(std::string_view field, Row& row) const {
    if (is_missing_as_told(field)) {
      row.targets.emplace_back();
      return;
    }
    const bool any_text = targets_.names.size() == 1 && options_.task == TaskKind::graph_classification;
    if (!any_text && is_bound(field)) {
      row.bounds.emplace_back(row.targets.size(), field);
      row.targets.emplace_back();
      return;
    }
    if (!any_text && !is_no_target(field) && !yes_or_no(field) && !parse_real(field, options_.cells)) {
      rows_.fail(concat("'", field.substr(0, 40), "' is not a finite number of 32 bits, in the column '",
                        targets_.names[row.targets.size()], "'; ", advice_on_number(field, options_.cells),
                        targets_.names.size() == 1 && !options_.task
                            ? "; with --task graph_classification any texts are classes"
                            : ""));
    }
    row.targets.emplace_back(field);
    if (!any_text && options_.cells.decimal == ',') {
      std::ranges::replace(row.targets.back(), ',', '.');
    }
  }

  // A word that is no part is a mistake about the column, not about one row.
  void read_part(std::string_view field, Row& row) const {
    const std::optional<Part> part = part_of(field);
    if (!part) {
      rows_.fail(concat("'", field.substr(0, 40), "' in the column '", columns_.name_of(*columns_.split),
                        "' is no part of a split, expected train, val, test or nothing"));
    }
    row.part = *part;
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
    for (std::size_t j = 0; j < row.targets.size(); ++j) {
      targets_.texts[j].push_back(std::move(row.targets[j]));
    }
    for (auto& [target, text] : row.bounds) {
      if (bounds_[target].count++ == 0) {
        bounds_[target].first = concat("'", text, "' in line ", row.line);
      }
    }
    lines_.push_back(row.line);
    rows_of_.push_back(row.number);
    parts_.push_back(row.part);
    if (columns_.id) {
      data_.graph_names.push_back(std::move(row.id));
    }
    for (const Edge& bond : molecule.bonds) {
      bonds_.push_back({static_cast<NodeId>(begin + bond.source), static_cast<NodeId>(begin + bond.destination)});
    }
    atoms_.insert(atoms_.end(), molecule.atoms.begin(), molecule.atoms.end());
    bond_features_.insert(bond_features_.end(), molecule.bond_features.begin(), molecule.bond_features.end());
    data_.node_ptr.push_back(begin + molecule.num_atoms);
    data_.smiles.push_back(std::move(row.smiles));
    scaffolds_.push_back(std::move(row.molecule.scaffold));
  }

  static CategoricalMatrix table(const std::vector<std::int32_t>& values, const std::vector<std::int64_t>& categories) {
    return {.rows = static_cast<std::int64_t>(values.size() / categories.size()),
            .num_categories = categories,
            .values = Buffer<std::int32_t>::copy_of(values)};
  }

  void set_graph() {
    data_.graph = CsrGraph::from_edges(data_.node_ptr.back(), bonds_, {.symmetrize = true});
    data_.node_features = table(atoms_, kAtomCategories);
    data_.names.features = kAtomNames;
    if (!bonds_.empty()) {
      data_.names.edge_features = kBondNames;
      data_.edge_features = select_rows(table(bond_features_, kBondCategories), places_of_edges(bonds_, true));
    }
  }

  void set_labels() {
    if (columns_.targets.empty()) {
      data_.task = TaskKind::generation;
      return;
    }
    targets_.task = options_.task;
    targets_.fail = [&](std::size_t row, const std::string& problem) { rows_.fail_at(lines_[row], problem); };
    set_targets(targets_, data_);
    if (data_.task == TaskKind::graph_classification && targets_.names.size() == 1 && data_.num_classes == 0) {
      throw DataError(options_.input.string(), "", "has no value in the column of targets");
    }
    for (std::size_t j = 0; j < bounds_.size(); ++j) {
      if (const Bounds& bounds = bounds_[j]; bounds.count > 0) {
        data_.assumed.push_back(concat(bounds.count, " values of '", targets_.names[j], "' are bounds, as ",
                                       bounds.first, ", and count as missing"));
      }
    }
  }

  void set_splits() {
    if (columns_.split) {
      Split given{.name = "public"};
      for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (parts_[i] != Part::none) {
          (parts_[i] == Part::train ? given.train
           : parts_[i] == Part::val ? given.val
                                    : given.test)
              .push_back(static_cast<std::int64_t>(i));
        }
      }
      data_.splits.push_back(std::move(given));
    }
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
    say_empty_parts();
  }

  void say_empty_parts() {
    for (const auto& [part, name] :
         {std::pair(&Split::train, "train"), std::pair(&Split::val, "val"), std::pair(&Split::test, "test")}) {
      std::string empty;
      for (const Split& split : data_.splits) {
        empty += (split.*part).empty() ? concat(empty.empty() ? "" : ", ", split.name) : "";
      }
      if (!empty.empty()) {
        data_.assumed.push_back(concat("no molecule is in the ", name, " part of the split ", empty));
      }
    }
  }

  const SmilesOptions& options_;
  const ProgressCallback& progress_;
  DelimitedRows rows_;
  std::size_t num_columns_ = 0;
  SmilesColumns columns_;
  std::int64_t num_rows_ = 0;
  std::int64_t num_skipped_ = 0;
  std::vector<std::int32_t> atoms_, bond_features_;
  std::vector<Edge> bonds_;
  std::vector<std::string> scaffolds_;
  TargetTable targets_;
  /// Of a target: values that are bounds, and where the first is.
  struct Bounds {
    std::int64_t count = 0;
    std::string first;
  };
  std::vector<Bounds> bounds_;
  /// Of each molecule.
  std::vector<std::int64_t> lines_, rows_of_;
  std::vector<Part> parts_;
  Dataset data_;
};

}  // namespace

Dataset import_smiles(const SmilesOptions& options, const ProgressCallback& progress) {
  return import_molecules(options, progress).dataset;
}

MoleculeTable import_molecules(const SmilesOptions& options, const ProgressCallback& progress) {
  require(reads_molecules(),
          "import_smiles: this Weft was built without RDKit, expected one built where librdkit-dev is installed");
  require(
      !options.task || *options.task == TaskKind::graph_classification || *options.task == TaskKind::graph_regression,
      "import_smiles: task ", options.task ? name_of(*options.task) : "",
      ", expected graph_classification or graph_regression");
  return Importer(options, progress).read();
}

}  // namespace weft
