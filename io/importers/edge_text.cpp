#include "weft/io/importers/edge_text.hpp"

#include <algorithm>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/importers/header_guess.hpp"

namespace weft {
namespace {

constexpr std::int64_t kBlockBytes = 1 << 20;
constexpr std::size_t kBlocks = 16;

}  // namespace

bool EdgeText::read_blocks() {
  std::size_t count = 0;
  for (; count < kBlocks; ++count) {
    if (count == blocks_.size()) {
      blocks_.emplace_back();
    }
    if (!input_.next_lines(kBlockBytes, blocks_[count])) {
      break;
    }
  }
  blocks_.resize(count);
  parsed_.resize(count);
  return count > 0;
}

bool EdgeText::is_header_row(const FirstRows& rows) {
  if (options_.header != HeaderRow::automatic) {
    return options_.header == HeaderRow::yes;
  }
  const std::vector<std::string>& first = rows.front();
  const auto is_told = [&](const std::string& name) {
    return !name.empty() && parse_id(name) < 0 && std::ranges::find(first, name) != first.end();
  };
  if (is_header(rows, 2) || is_told(options_.source_column) || is_told(options_.target_column) ||
      is_told(options_.weight_column) || is_told(options_.time_column) || is_told(options_.relation_column)) {
    return true;
  }
  // Named by no word that is known.
  std::vector<std::size_t> columns;
  const auto add = [&](const std::string& name, std::size_t otherwise) {
    const std::int64_t number = parse_id(name);
    columns.push_back(number < 1 ? otherwise : static_cast<std::size_t>(number - 1));
  };
  const bool are_triples = kind_ == EdgeRows::triples;
  add(options_.source_column, 0);
  add(options_.target_column, are_triples ? 2 : 1);
  if (are_triples) {
    add(options_.relation_column, 1);
  }
  if (!is_like_no_other(rows, columns)) {
    return false;
  }
  const bool is_divided = lines_.splitter.separator() != ' ';
  std::string names;
  for (const std::size_t column : columns) {
    names += concat(names.empty() ? "'" : ", '", first[column].substr(0, 40), "'");
  }
  of_first_row_ =
      concat("line ", lines_.first_line, " of ", options_.edges.filename().string(), ", ", names,
             is_divided ? ", is taken for a header, as none of its names comes again in the next "
                        : ", is read as a row, though none of its names comes again, as in a header, in the next ",
             rows.size() - 1, " rows (--header ", is_divided ? "no" : "yes", ")");
  return is_divided;
}

/// The separator, the header and the columns, from the first rows.
void EdgeText::find_form() {
  started_ = true;
  lines_.leaves_out = static_cast<bool>(on_bad_row_);
  lines_.cells = options_.cells;
  constexpr std::size_t kRowsLookedAt = 1000;
  FirstRows rows;
  std::deque<std::string> resolved;
  std::vector<std::string_view> fields;
  for (std::size_t b = 0; rows.size() < (b < blocks_.size() ? kRowsLookedAt : 2); ++b) {
    if (b == blocks_.size() && !input_.next_lines(kBlockBytes, blocks_.emplace_back())) {
      blocks_.pop_back();
      break;
    }
    std::string_view rest = blocks_[b].text;
    for (std::int64_t line = blocks_[b].first_line; !rest.empty() && rows.size() < kRowsLookedAt; ++line) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
      std::string_view text = rest.substr(0, end);
      rest.remove_prefix(end);
      while (text.ends_with('\n') || text.ends_with('\r')) {
        text.remove_suffix(1);
      }
      if (is_no_row(text)) {
        continue;
      }
      if (rows.empty()) {
        lines_.splitter = FieldSplitter(text, options_.cells.decimal == ',');
        lines_.first_line = line;
      }
      // A row that cannot be divided is no header; it is told where rows are parsed.
      const bool is_whole = lines_.splitter.split(text, fields, resolved);
      rows.push_back(is_whole ? std::vector<std::string>(fields.begin(), fields.end()) : std::vector<std::string>{"0"});
    }
  }
  parsed_.resize(blocks_.size());
  std::vector<std::string> header;
  if (kind_ == EdgeRows::triples && rows.size() > 1 && rows[0].size() == 1 && parse_id(rows[0][0]) >= 0) {
    kind_ = EdgeRows::triples_of_openke;
    declared_rows_ = parse_id(rows[0][0]);
    rows.erase(rows.begin());
    lines_.header_line = lines_.first_line;
  } else if (!rows.empty() && is_header_row(rows)) {
    header = std::move(rows.front());
    rows.erase(rows.begin());
    lines_.header_line = lines_.first_line;
  }
  lines_.form = edge_form_of(options_, std::move(header), rows, kind_,
                             [this](const std::string& problem) { input_.fail_at(lines_.first_line, problem); });
  lines_.columns.assign(lines_.form.least_fields(), EdgeColumn::skipped);
  lines_.columns[lines_.form.source] = EdgeColumn::source;
  lines_.columns[lines_.form.target] = EdgeColumn::target;
  for (const auto& [column, role] :
       {std::pair(lines_.form.weight, EdgeColumn::weight), std::pair(lines_.form.time, EdgeColumn::time),
        std::pair(lines_.form.relation, EdgeColumn::relation)}) {
    if (column) {
      lines_.columns[*column] = role;
    }
  }
}

bool EdgeText::next(NodeNames& names, NodeNames& targets, EdgeBatch& batch) {
  batch.edges.clear();
  batch.weights.clear();
  batch.times.clear();
  batch.relations.clear();
  if (!read_blocks()) {
    if (declared_rows_ >= 0 && declared_rows_ != num_rows_) {
      input_.fail_at(lines_.first_line, concat("counts ", declared_rows_, " triples, but ", num_rows_,
                                               num_rows_ == 1 ? " follows it" : " follow it"));
    }
    return false;
  }
  if (!started_) {
    find_form();
  }
  parallel_for(static_cast<std::int64_t>(blocks_.size()), 1, [&](std::int64_t b, std::int64_t) {
    const auto at = static_cast<std::size_t>(b);
    parse_edges(lines_, blocks_[at], !names.expects_integers(), parsed_[at]);
  });
  for (const ParsedEdges& block : parsed_) {
    append(block, names, targets, batch);
  }
  return true;
}

void EdgeText::append(const ParsedEdges& block, NodeNames& names, NodeNames& targets, EdgeBatch& batch) {
  names.note_decimals(block.decimals.count);
  for (const Edge& edge : block.edges) {
    names.add_integer(edge.source);
    targets.add_integer(edge.destination);
  }
  batch.edges.insert(batch.edges.end(), block.edges.begin(), block.edges.end());
  for (const auto& [source, destination, line] : block.named) {
    const auto fail = [&, at = line](const std::string& problem) { input_.fail_at(at, problem); };
    const bool is_decimal =
        without_zeros(source).size() < source.size() || without_zeros(destination).size() < destination.size();
    if (names.are_decimals() && is_decimal) {
      decimals_.add(line);
    }
    const NodeId from = names.add(source, fail);
    batch.edges.push_back({from, targets.add(destination, fail)});
  }
  batch.weights.insert(batch.weights.end(), block.weights.begin(), block.weights.end());
  batch.times.insert(batch.times.end(), block.times.begin(), block.times.end());
  for (const std::string_view relation : block.relations) {
    auto found = relation_of_.find(relation);
    if (found == relation_of_.end()) {
      found = relation_of_.emplace(relation, static_cast<std::int32_t>(relations_.size())).first;
      relations_.emplace_back(relation);
    }
    batch.relations.push_back(found->second);
  }
  for (const auto& [line, problem] : block.bad) {
    read_or_skip(on_bad_row_, [&, at = line, &what = problem] { input_.fail_at(at, what); });
  }
  comments_.add(block.comments);
  rounded_.add(block.rounded);
  other_widths_.add(block.other_widths);
  decimals_.add(block.decimals);
  cut_times_.add(block.cut_times);
  negative_.add(block.negative);
  no_weight_.add(block.no_weight);
  num_rows_ += static_cast<std::int64_t>(block.edges.size() + block.named.size() + block.bad.size());
  if (block.has_other_names) {
    throw NotIntegers(decimals_.count > 0);
  }
  if (block.ragged_line > 0) {
    input_.fail_at(
        block.ragged_line,
        concat("has ", block.ragged_width, " fields and line ", lines_.first_line, " has ", lines_.form.width,
               ", so this is no table of edges, one a line; a user and all items of the user in a line are "
               "read by weft import interactions, a node and all its neighbors by weft import adjlist, and "
               "names with blanks in them stand between double quotes"));
  }
  if (!block.problem.empty()) {
    input_.fail_at(block.broken_line, block.problem);
  }
}

std::vector<std::string> EdgeText::assumed() const {
  std::vector<std::string> sentences;
  if (!of_first_row_.empty()) {
    sentences.push_back(of_first_row_);
  }
  sentences.insert(sentences.end(), lines_.form.assumed.begin(), lines_.form.assumed.end());
  const std::string file = options_.edges.filename().string();
  const auto say = [&](const LineCount& lines, const auto&... what) {
    if (lines.count > 0) {
      sentences.push_back(concat(lines.count, lines.count == 1 ? " line" : " lines", what..., ", the first is ", file,
                                 ":", lines.first));
    }
  };
  say(comments_, " behind the first row start with '#' or '%' and are passed over as comments");
  say(other_widths_, other_widths_.count == 1 ? " has" : " have", " another number of fields than the ",
      lines_.form.width, " of the first; what is in none of the columns read is not kept");
  if (lines_.form.weight) {
    say(negative_, " have a weight below 0 in column ", lines_.form.name_of(*lines_.form.weight),
        "; models that read weights refuse them, unless edge_weights=false");
    say(no_weight_, " have a missing weight in column ", lines_.form.name_of(*lines_.form.weight), ", and weigh 1");
    say(rounded_, " have a weight in column ", lines_.form.name_of(*lines_.form.weight),
        " that is rounded to 24 bits; whole numbers such as times are kept exactly by --time ",
        *lines_.form.weight + 1);
  }
  say(cut_times_, " have a time with parts of a second, which are left out");
  say(decimals_, " call a node like 12.0, which is node 12");
  return sentences;
}

std::string unit_of_times(const EdgelistOptions& options, const EdgeForm& form, std::span<const std::int64_t> times) {
  if (form.times_are_dates) {
    return "s";
  }
  if (!options.time_unit.empty() || times.empty()) {
    return options.time_unit;
  }
  const auto [least, most] = std::ranges::minmax(times);
  // From 1976 on.
  const auto are_since_1970 = [least = least, most = most](std::int64_t unit) {
    return least >= 200'000'000 * unit && most < 4'000'000'000 * unit;
  };
  return are_since_1970(1) ? "s" : are_since_1970(1000) ? "ms" : are_since_1970(1'000'000) ? "us" : "step";
}

}  // namespace weft
