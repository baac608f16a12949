#include "weft/io/importers/node_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "weft/core/random.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/edgelist_words.hpp"
#include "weft/io/importers/like_columns.hpp"
#include "weft/io/importers/node_targets.hpp"
#include "weft/io/importers/smiles_targets.hpp"
#include "weft/io/importers/table_encoder.hpp"
#include "weft/io/importers/telling_columns.hpp"
#include "weft/io/importers/text_table.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

/// What the columns of the table are.
struct NodeColumns {
  std::size_t id = 0;
  /// One, or several; and the one.
  std::vector<std::size_t> labels;
  std::optional<std::size_t> label, split, group, time;
  /// Columns that say of each part whether a node is in it, as PyTorch Geometric has them; that of validation may lack.
  std::array<std::optional<std::size_t>, 3> masks;
  [[nodiscard]] bool has_masks() const { return masks[0].has_value(); }
  /// The shares of the split by time: up to where training goes, and validation.
  std::array<double, 2> time_shares = {0.8, 0.9};
  std::vector<std::size_t> features;
};

class ColumnFinder {
 public:
  ColumnFinder(const EdgelistOptions& options, const TextTable& table) : options_(options), table_(table) {}

  NodeColumns find(std::vector<std::string>& assumed) const {
    NodeColumns columns;
    columns.id = id_column(assumed);
    for (const std::string& name : label_names(options_.label_column, table_.header())) {
      const std::size_t column = *named(name);
      require(std::ranges::find(columns.labels, column) == columns.labels.end(), "import_edgelist: column '", name,
              "' is named twice by --label, expected once");
      columns.labels.push_back(column);
    }
    if (columns.labels.size() == 1) {
      columns.label = columns.labels.front();
    }
    columns.split = named(options_.split_column);
    columns.group = named(options_.split_group);
    if (!options_.split_time.empty()) {
      columns.time = time_column(columns.time_shares);
    }
    require((columns.split ? 1 : 0) + (columns.group ? 1 : 0) + (columns.time ? 1 : 0) <= 1,
            "import_edgelist: the split is by a column, by a group and by time, expected one of them");
    if (!columns.split && !columns.group && !columns.time) {
      columns.masks = masks(assumed);
    }
    std::vector<bool> is_taken(table_.num_columns());
    for (const std::optional<std::size_t>& mask : columns.masks) {
      if (mask) {
        is_taken[*mask] = true;
      }
    }
    is_taken[columns.id] = true;
    for (const std::size_t column : columns.labels) {
      is_taken[column] = true;
    }
    if (columns.split) {
      is_taken[*columns.split] = true;
    }
    for (const std::string& name : options_.drop) {
      is_taken[*named(name)] = true;
    }
    for (std::size_t column = 0; column < table_.num_columns(); ++column) {
      if (!is_taken[column]) {
        columns.features.push_back(column);
      }
    }
    return columns;
  }

  [[nodiscard]] std::optional<std::size_t> named(const std::string& name) const {
    if (name.empty()) {
      return std::nullopt;
    }
    return column_of(name, table_.header(), table_.num_columns(),
                     [this](const std::string& problem) { table_.fail(problem + hint_of_words(options_)); });
  }

 private:
  /// Nothing unless there is one of training and one of the test.
  [[nodiscard]] std::array<std::optional<std::size_t>, 3> masks(std::vector<std::string>& assumed) const {
    const auto mask = [&](std::initializer_list<std::string_view> names) -> std::optional<std::size_t> {
      for (std::size_t column = 0; column < table_.num_columns(); ++column) {
        if (std::ranges::find(names, table_.header()[column]) != names.end() && is_flag(column)) {
          return column;
        }
      }
      return std::nullopt;
    };
    std::array<std::optional<std::size_t>, 3> found = {
        mask({"train_mask"}), mask({"val_mask", "valid_mask", "validation_mask"}), mask({"test_mask"})};
    if (options_.label_column.empty() || !found[0] || !found[2]) {
      return {};
    }
    std::string names;
    for (const std::optional<std::size_t>& column : found) {
      names += column ? concat(names.empty() ? "'" : ", '", table_.header()[*column], "'") : std::string();
    }
    assumed.push_back(concat("columns ", names, " of ", options_.nodes.filename().string(), " are the split"));
    return found;
  }

  [[nodiscard]] bool is_flag(std::size_t column) const {
    for (std::size_t row = 0; row < table_.num_rows(); ++row) {
      if (!yes_or_no(table_.cell(row, column))) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] std::size_t id_column(std::vector<std::string>& assumed) const {
    if (!options_.id_column.empty()) {
      return *named(options_.id_column);
    }
    if (const std::optional<std::size_t> usual = usual_id_column(table_.header())) {
      return *usual;
    }
    assumed.push_back(concat("column '", table_.header().front(), "' of ", options_.nodes.filename().string(),
                             " calls the nodes (--id)"));
    return 0;
  }

  /// Of "0.8,0.9" or "COLUMN=0.8,0.9".
  [[nodiscard]] std::size_t time_column(std::array<double, 2>& shares) const {
    const std::string& text = options_.split_time;
    const std::size_t sign = text.rfind('=');
    const std::string numbers = sign == std::string::npos ? text : text.substr(sign + 1);
    const std::size_t comma = numbers.find(',');
    const auto share = [&](std::string_view word, double& value) {
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
      return error == std::errc() && end == word.data() + word.size();
    };
    require(comma != std::string::npos && share(std::string_view(numbers).substr(0, comma), shares[0]) &&
                share(std::string_view(numbers).substr(comma + 1), shares[1]) && shares[0] > 0 &&
                shares[0] < shares[1] && shares[1] < 1,
            "import_edgelist: split_time is '", text,
            "', expected where training and validation end, such as 0.8,0.9, or COLUMN=0.8,0.9");
    if (sign != std::string::npos) {
      return *named(text.substr(0, sign));
    }
    std::vector<std::size_t> times;
    for (std::size_t column = 0; column < table_.num_columns(); ++column) {
      if (is_date(column)) {
        times.push_back(column);
      }
    }
    if (times.size() != 1) {
      table_.fail(concat("has ", times.size(),
                         " columns of dates, expected one for --split-time, or "
                         "--split-time COLUMN=",
                         numbers));
    }
    return times.front();
  }

  [[nodiscard]] bool is_date(std::size_t column) const {
    bool has_any = false;
    for (std::size_t row = 0; row < table_.num_rows(); ++row) {
      const bool is_none = table_.is_missing(row, column);
      if (!is_none && !date_value(table_.cell(row, column))) {
        return false;
      }
      has_any = has_any || !is_none;
    }
    return has_any;
  }

  const EdgelistOptions& options_;
  const TextTable& table_;
};

FitOptions fit_options(const EdgelistOptions& options, const TextTable& table) {
  FitOptions fit;
  for (const auto& [column, kind] : kinds_of(options.kinds, "import_edgelist: kind")) {
    const std::optional<std::size_t> place = ColumnFinder(options, table).named(column);
    const auto [known, is_new] = fit.kinds.emplace(table.header()[*place], kind);
    require(is_new || known->second == kind, "import_edgelist: column '", known->first, "' has the kinds ",
            name_of(known->second), " and ", name_of(kind), ", expected one");
  }
  return fit;
}

/// A column may call the nodes, be their label, say their part, be left out, or be a feature of a kind.
void refuse_two_uses(const EdgelistOptions& options, const TextTable& table, const NodeColumns& columns,
                     const FitOptions& fit, const TableEncoder* known) {
  std::map<std::size_t, std::string_view> use_of;
  const auto use = [&](std::size_t column, std::string_view flag) {
    const auto [found, is_new] = use_of.emplace(column, flag);
    require(is_new || found->second == flag, "import_edgelist: column '", table.header()[column], "' is named by ",
            found->second, " and by ", flag, ", expected one of them");
  };
  use(columns.id, options.id_column.empty() ? "its name as the nodes' id" : "--id");
  for (const std::size_t column : columns.labels) {
    use(column, "--label");
  }
  if (columns.split) {
    use(*columns.split, "--split");
  }
  const ColumnFinder finder(options, table);
  for (const std::string& name : options.drop) {
    use(*finder.named(name), "--drop");
    require(known == nullptr || std::ranges::find(known->columns(), table.header()[*finder.named(name)],
                                                  &ColumnCode::name) == known->columns().end(),
            "import_edgelist: column '", table.header()[*finder.named(name)],
            "' is dropped, and a feature of `like`; expected one of them");
  }
  for (const auto& [name, kind] : fit.kinds) {
    use(*finder.named(name), "--kind");
  }
}

/// Parts of the split, for nodes that have a label.
class Parts {
 public:
  Parts(const EdgelistOptions& options, const NodeColumns& columns, const TextTable& table)
      : options_(options), columns_(columns), table_(table) {}

  void add(std::size_t row, NodeId node, bool is_labeled, EdgelistTables& tables) {
    if (columns_.split) {
      const std::string_view word = table_.cell(row, *columns_.split);
      if (table_.is_missing(row, *columns_.split)) {
        return;
      }
      const std::optional<SplitPart> part = part_named(word);
      if (!part) {
        table_.fail(row, concat("'", word.substr(0, 40), "' in column '", table_.header()[*columns_.split],
                                "' is not a set, expected train, val or test"));
      }
      num_unlabeled_ += is_labeled ? 0 : 1;
      if (is_labeled) {
        tables.parts.emplace_back(node, *part);
      }
    } else if (columns_.has_masks()) {
      constexpr std::array kParts = {SplitPart::train, SplitPart::val, SplitPart::test};
      std::optional<SplitPart> part;
      for (std::size_t i = 0; i < kParts.size(); ++i) {
        const std::optional<std::size_t>& mask = columns_.masks[i];
        if (!mask || !*yes_or_no(table_.cell(row, *mask))) {
          continue;
        }
        if (part) {
          table_.fail(
              row, concat("is in two parts of the split, by its masks; the second is '", table_.header()[*mask], "'"));
        }
        part = kParts[i];
      }
      num_unlabeled_ += part && !is_labeled ? 1 : 0;
      if (part && is_labeled) {
        tables.parts.emplace_back(node, *part);
      }
    } else if (is_labeled && columns_.group) {
      groups_[std::string(table_.cell(row, *columns_.group))].push_back(node);
    } else if (is_labeled && columns_.time) {
      const std::string_view cell = table_.cell(row, *columns_.time);
      std::optional<double> time = date_value(cell);
      time = time ? time : value_of(ColumnKind::number, cell, table_.form());
      if (table_.is_missing(row, *columns_.time)) {
        ++num_timeless_;
      } else if (time) {
        times_.emplace_back(*time, node);
      } else {
        table_.fail(row, concat("'", cell.substr(0, 40), "' in column '", table_.header()[*columns_.time],
                                "' is no date and no number"));
      }
    }
  }

  void finish(EdgelistTables& tables) {
    if (num_unlabeled_ > 0) {
      tables.assumed.push_back(concat(num_unlabeled_, " nodes of the split have no label and are in no part"));
    }
    if (num_timeless_ > 0) {
      tables.assumed.push_back(concat(num_timeless_, " labeled nodes have no time and are in no part of the split"));
    }
    if (columns_.has_masks()) {
      tables.part_name = "masks";
    } else if (columns_.split) {
      tables.part_name = table_.header()[*columns_.split];
    } else if (columns_.group) {
      tables.part_name = "group";
      add_groups(tables);
    } else if (columns_.time) {
      tables.part_name = "time";
      add_times(tables);
    }
  }

 private:
  /// Whole groups in a random order, until a part has its share.
  void add_groups(EdgelistTables& tables) const {
    std::vector<const std::vector<NodeId>*> order;
    std::size_t total = 0;
    for (const auto& [name, nodes] : groups_) {
      order.push_back(&nodes);
      total += nodes.size();
    }
    shuffle(std::span<const std::vector<NodeId>*>(order), Random(options_.seed));
    std::size_t dealt = 0;
    for (const std::vector<NodeId>* nodes : order) {
      const SplitPart part = dealt * 10 < total * 6   ? SplitPart::train
                             : dealt * 10 < total * 8 ? SplitPart::val
                                                      : SplitPart::test;
      for (const NodeId node : *nodes) {
        tables.parts.emplace_back(node, part);
      }
      dealt += nodes->size();
    }
  }

  /// The latest for the test; equal times are in one part.
  void add_times(EdgelistTables& tables) {
    std::ranges::sort(times_);
    const auto count = static_cast<double>(times_.size());
    SplitPart part = SplitPart::train;
    for (std::size_t i = 0; i < times_.size(); ++i) {
      if (i == 0 || times_[i].first != times_[i - 1].first) {
        const double done = static_cast<double>(i) / count;
        part = done < columns_.time_shares[0]   ? SplitPart::train
               : done < columns_.time_shares[1] ? SplitPart::val
                                                : SplitPart::test;
      }
      tables.parts.emplace_back(times_[i].second, part);
    }
  }

  const EdgelistOptions& options_;
  const NodeColumns& columns_;
  const TextTable& table_;
  std::map<std::string, std::vector<NodeId>> groups_;
  std::vector<std::pair<double, NodeId>> times_;
  std::int64_t num_unlabeled_ = 0, num_timeless_ = 0;
};

}  // namespace

void read_node_table(const EdgelistOptions& options, EdgelistTables& tables) {
  const TextTable table(options.nodes, options.on_bad_row, options.cells);
  tables.assumed.insert(tables.assumed.end(), table.assumed().begin(), table.assumed().end());
  const NodeColumns columns = ColumnFinder(options, table).find(tables.assumed);
  const FitOptions fit = fit_options(options, table);
  require(tables.known == nullptr || fit.kinds.empty(),
          "import_edgelist: kinds of columns are those of `like`, which was made with them; expected no kinds");
  refuse_two_uses(options, table, columns, fit, tables.known);
  const TableEncoder encoder = tables.known == nullptr ? fitted_encoder(table, columns.features, fit, tables.assumed)
                                                       : TableEncoder(tables.known->columns(), table.form());
  tables.id_column = table.header()[columns.id];
  tables.label_column = columns.label ? table.header()[*columns.label] : "";
  if (tables.known == nullptr && columns.label) {
    for (std::string& sentence : telling_columns(table, columns.features, *columns.label)) {
      tables.assumed.push_back(std::move(sentence));
    }
  }
  RowEncoder rows(encoder, table);
  tables.width = encoder.width();
  tables.feature_names = encoder.names();
  tables.encoder = encoder_text(encoder);
  tables.labels_file = columns.labels.empty() ? tables.labels_file : options.nodes;
  const bool has_several = columns.labels.size() > 1;
  NodeTargets several(table, columns.labels);
  std::vector<float> values(static_cast<std::size_t>(tables.width));
  std::vector<bool> seen;
  Parts parts(options, columns, table);
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    read_or_skip(options.on_bad_row, [&] {
      const auto fail = [&](const std::string& problem) { table.fail(row, problem); };
      rows.encode(row, values);
      const std::string_view label = columns.label ? table.cell(row, *columns.label) : std::string_view();
      const std::optional<float> target = tables.target_of(options, label, fail);
      const NodeId node = tables.names.add(table.cell(row, columns.id), fail);
      if (node >= seen.size()) {
        seen.resize(std::max<std::size_t>(node + std::size_t{1}, 2 * seen.size()));
      }
      if (seen[node]) {
        fail(concat("node '", table.cell(row, columns.id), "' has a second row, expected one"));
      }
      seen[node] = true;
      const bool is_labeled = has_several
                                  ? several.add(row, node)
                                  : columns.label && tables.add_label(options, node, label, target, table.line(row));
      parts.add(row, node, is_labeled, tables);
      tables.feature_nodes.push_back(node);
      if (tables.width > 0) {
        tables.features.append(values);
      }
    });
  }
  if (tables.width > 0) {
    rows.encode_missing(values);
    tables.features.append(values);
  }
  if (has_several) {
    several.finish(options, tables);
  }
  parts.finish(tables);
  const std::vector<std::string> said = rows.assumed();
  tables.assumed.insert(tables.assumed.end(), said.begin(), said.end());
}

}  // namespace weft
