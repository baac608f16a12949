#include "weft/io/importers/graph_names.hpp"

#include <algorithm>
#include <unordered_set>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"

namespace weft {
namespace {

using Cells = std::vector<std::optional<std::string_view>>;

/// A number, or a letter and a number, which nobody calls a thing by.
bool is_bare(std::string_view id) {
  const bool has_letter = !id.empty() && ((id[0] >= 'a' && id[0] <= 'z') || (id[0] >= 'A' && id[0] <= 'Z'));
  id.remove_prefix(has_letter ? 1 : 0);
  return !id.empty() && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

bool are_distinct(const Cells& cells) {
  std::unordered_set<std::string_view> seen;
  return std::ranges::all_of(cells, [&](const std::optional<std::string_view>& cell) {
    return cell && !is_missing(*cell) && seen.insert(*cell).second;
  });
}

}  // namespace

GraphNames::GraphNames(const GraphTables& tables, const Options& options, std::vector<std::string>& assumed)
    : tables_(tables), options_(options) {
  find_ids();
  const std::string wanted = options.has("id") ? options.text("id") : std::string();
  if (!wanted.empty() && wanted != tables.id) {
    by_ = tables.nodes.find_column(wanted);
    if (!by_) {
      const std::vector<std::string>& columns = tables.nodes.columns();
      const std::string nearest = nearest_name(wanted, columns);
      tables.file.fail(concat("no node has '", wanted, "', which is to call them",
                              nearest.empty() ? "" : concat("; did you mean '", nearest, "'?")));
    }
  } else if (wanted.empty()) {
    by_ = fitting_label();
  }
  if (!by_) {
    return;
  }
  names_ = tables.nodes.column(*by_);
  for (std::size_t row = 0; row < names_.size(); ++row) {
    if (!names_[row] || names_[row]->empty()) {
      tables.nodes.fail(row, concat("a node has no '", tables.nodes.columns()[*by_], "', which is to call it"));
    }
  }
  if (wanted.empty() && names_ != ids_) {
    assumed.push_back(concat("nodes are called by their '", tables.nodes.columns()[*by_],
                             "', since their ids are bare numbers (--id)"));
  }
  for (std::size_t row = 0; row < ids_.size(); ++row) {
    if (!row_of_.emplace(*ids_[row], row).second) {
      tables.nodes.fail(row, concat("a second node has the id '", ids_[row]->substr(0, 40), "'"));
    }
  }
}

std::string_view GraphNames::of_end(const std::optional<std::string_view>& end, std::size_t edge,
                                    const std::string& what) const {
  if (!end || end->empty()) {
    tables_.edges.fail(edge, concat("an edge has no ", what));
  }
  if (end->find_first_of("\n\r") != std::string_view::npos) {
    tables_.edges.fail(edge, concat("the ", what, " of an edge has a line break in its name"));
  }
  if (!by_ && !tables_.ids_are_places) {
    return *end;
  }
  if (tables_.ids_are_places) {
    const std::int64_t place = parse_id(*end);
    if (place < 0 || place >= std::ssize(ids_)) {
      tables_.edges.fail(edge,
                         concat("the ", what, " '", end->substr(0, 40),
                                "' is no place of a node, which have no ids, expected 0 to ", std::ssize(ids_) - 1));
    }
    return of_node(static_cast<std::size_t>(place));
  }
  const auto found = row_of_.find(*end);
  if (found == row_of_.end()) {
    tables_.edges.fail(edge, concat("there is no node '", end->substr(0, 40), "', the ", what, " of an edge"));
  }
  return of_node(found->second);
}

std::vector<bool> GraphNames::are_names() const {
  const std::vector<std::string>& columns = tables_.nodes.columns();
  std::vector<bool> are(columns.size());
  for (std::size_t column = 0; column < columns.size(); ++column) {
    are[column] = !is_asked_for(columns[column]);
  }
  Cells cells;
  for (std::size_t row = 0; row < ids_.size(); ++row) {
    tables_.nodes.row(row, cells);
    for (std::size_t column = 0; column < columns.size(); ++column) {
      are[column] = are[column] && cells[column] == ids_[row];
    }
  }
  for (const std::optional<std::size_t>& column :
       {by_, tables_.ids_are_places ? std::nullopt : tables_.nodes.find_column(tables_.id)}) {
    if (column) {
      are[*column] = true;
    }
  }
  return are;
}

void GraphNames::find_ids() {
  const std::size_t count = tables_.nodes.num_rows();
  if (tables_.ids_are_places) {
    places_.reserve(count);
    for (std::size_t row = 0; row < count; ++row) {
      places_.push_back(std::to_string(row));
      ids_.emplace_back(places_.back());
    }
    return;
  }
  const std::optional<std::size_t> column = tables_.nodes.find_column(tables_.id);
  ids_ = column ? tables_.nodes.column(*column) : Cells(count);
  for (std::size_t row = 0; row < count; ++row) {
    if (!ids_[row] || ids_[row]->empty()) {
      tables_.nodes.fail(row, concat("a node has no '", tables_.id, "'"));
    }
  }
}

bool GraphNames::is_asked_for(const std::string& attribute) const {
  const std::string kinds = concat(",", options_.text("kind")), drop = concat(",", options_.text("drop"), ",");
  return options_.text("label") == attribute || options_.text("split") == attribute ||
         options_.text("split_group") == attribute || options_.text("split_time").starts_with(attribute + "=") ||
         kinds.find(concat(",", attribute, "=")) != std::string::npos ||
         drop.find(concat(",", attribute, ",")) != std::string::npos;
}

std::optional<std::size_t> GraphNames::fitting_label() const {
  if (!std::ranges::all_of(ids_, [](const std::optional<std::string_view>& id) { return is_bare(*id); })) {
    return std::nullopt;
  }
  for (const std::string& label : tables_.labels) {
    const std::optional<std::size_t> column = tables_.nodes.find_column(label);
    if (column && !is_asked_for(label) && tables_.nodes.num_present(*column) == tables_.nodes.num_rows() &&
        are_distinct(tables_.nodes.column(*column))) {
      return column;
    }
  }
  return std::nullopt;
}

}  // namespace weft
