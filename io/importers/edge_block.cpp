#include "weft/io/importers/edge_block.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "weft/core/error.hpp"
#include "weft/io/importers/column_values.hpp"
#include "weft/io/utf8.hpp"

namespace weft {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A line from its start on, as far as it is plain.
struct Cursor {
  const char* at;
  const char* end;

  /// An integer without leading zeros below 2^32 - 1.
  bool take_id(NodeId& id) {
    const char* first = at;
    std::uint64_t value = 0;
    for (; at < end && is_digit(*at) && at - first < 11; ++at) {
      value = 10 * value + static_cast<std::uint64_t>(*at - '0');
    }
    id = static_cast<NodeId>(value);
    return at > first && value < static_cast<std::uint64_t>(kMaxNodes) && (*first != '0' || at == first + 1);
  }
  /// Blanks; if they do not separate, the separator among them.
  bool take_separator(char separator) {
    const char* first = at;
    while (at < end && is_blank(*at) && *at != separator) {
      ++at;
    }
    if (separator == ' ') {
      while (at < end && is_blank(*at)) {
        ++at;
      }
      return at > first;
    }
    if (at == end || *at != separator) {
      return false;
    }
    for (++at; at < end && is_blank(*at) && *at != separator;) {
      ++at;
    }
    return true;
  }
  /// A finite number up to a blank, the separator or the end.
  bool take_real(float& value) {
    const auto [stop, error] = std::from_chars(at, end, value);
    at = stop;
    return error == std::errc() && value - value == 0.0F;
  }
  bool take_integer(std::int64_t& value) {
    const auto [stop, error] = std::from_chars(at, end, value);
    at = stop;
    return error == std::errc();
  }
  /// Up to the separator, if nothing there wants a closer look.
  bool take_skipped(char separator) {
    while (at < end && *at != separator && !(separator == ' ' && *at == '\t')) {
      if ((*at < ' ' && *at != '\t') || *at >= 0x7F || *at == '"') {
        return false;
      }
      ++at;
    }
    return true;
  }
  /// Whether nothing follows but what is ignored: how many more columns there are, or -1.
  std::int64_t columns_to_end(char separator) {
    std::int64_t columns = 0, empty = 0;
    while (at < end) {
      if (!take_separator(separator)) {
        return at == end ? columns : -1;
      }
      const char* first = at;
      if (separator == ' ' && at < end && (*at == '#' || *at == '{')) {
        // What follows is one remark.
        return std::all_of(at, end, [](char c) { return c == '\t' || (c >= ' ' && c < 0x7F && c != '"'); })
                   ? columns + 1
                   : -1;
      }
      if (!take_skipped(separator)) {
        return -1;
      }
      ++empty;
      if (at > first) {
        columns += empty;
        empty = 0;
      }
    }
    return columns;
  }
};

/// Parses one block.
class BlockParser {
 public:
  BlockParser(const EdgeLines& lines, const TextBlock& block, bool wants_names, ParsedEdges& out)
      : lines_(lines), block_(block), wants_names_(wants_names), out_(out) {}

  void parse() {
    out_.edges.clear();
    out_.named.clear();
    out_.weights.clear();
    out_.times.clear();
    out_.relations.clear();
    out_.comments = out_.rounded = out_.other_widths = out_.decimals = out_.cut_times = out_.negative =
        out_.no_weight = {};
    out_.ragged_line = 0;
    out_.resolved.clear();
    out_.has_other_names = false;
    out_.bad.clear();
    out_.problem.clear();
    std::int64_t line = block_.first_line;
    for (const char* at = block_.text.data(); at < block_.text.data() + block_.text.size() && !stopped(); ++line) {
      const char* last = block_.text.data() + block_.text.size();
      const char* end = std::find(at, last, '\n');
      parse_line(std::string_view(at, static_cast<std::size_t>(end - at)), line);
      at = end + 1;
    }
  }

 private:
  [[nodiscard]] bool stopped() const { return !out_.problem.empty() || out_.has_other_names || out_.ragged_line > 0; }

  void fail(std::int64_t line, std::string problem) {
    out_.broken_line = line;
    out_.problem = std::move(problem);
  }

  /// The values of a row are wrong.
  void leave_out(std::int64_t line, std::string problem) {
    if (!lines_.leaves_out) {
      return fail(line, std::move(problem));
    }
    out_.bad.emplace_back(line, std::move(problem));
  }

  void parse_line(std::string_view line, std::int64_t number) {
    if (number == lines_.header_line) {
      return;
    }
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (wants_names_ || !parse_plain(line, number)) {
      parse_fields(line, number);
    }
  }

  bool parse_plain(std::string_view line, std::int64_t number) {
    const char separator = lines_.splitter.separator();
    Cursor cursor{line.data(), line.data() + line.size()};
    Edge edge;
    Values values;
    const char* weight = nullptr;
    for (std::size_t column = 0; column < lines_.columns.size(); ++column) {
      if (column > 0 && !cursor.take_separator(separator)) {
        return false;
      }
      const char* first = cursor.at;
      bool is_plain = false;
      switch (lines_.columns[column]) {
        case EdgeColumn::source:
          is_plain = cursor.take_id(edge.source);
          break;
        case EdgeColumn::target:
          is_plain = cursor.take_id(edge.destination);
          break;
        case EdgeColumn::weight:
          is_plain = lines_.cells.decimal != ',' && lines_.cells.missing.empty() && cursor.take_real(values.weight);
          weight = first;
          break;
        case EdgeColumn::time:
          is_plain = !lines_.form.times_are_dates && cursor.take_integer(values.time);
          break;
        case EdgeColumn::skipped:
          is_plain = cursor.take_skipped(separator);
          break;
        case EdgeColumn::relation:
          break;
      }
      if (!is_plain) {
        return false;
      }
    }
    if (cursor.at < cursor.end) {
      const char* stop = cursor.at;
      const std::int64_t more = cursor.columns_to_end(separator);
      if (more < 0) {
        return false;
      }
      check_width(line, number, lines_.columns.size() + static_cast<std::size_t>(more));
      cursor.at = stop;
    } else {
      check_width(line, number, lines_.columns.size());
    }
    if (weight != nullptr) {
      check_weight(std::string_view(weight, static_cast<std::size_t>(cursor.end - weight)), values.weight, number);
    }
    add(edge, values);
    return true;
  }

  /// What belongs to an edge.
  struct Values {
    float weight = 0.0F;
    std::int64_t time = 0;
    std::string_view relation = {};
  };

  /// Rows of another width are told of, or are no edges: where all fields are integers, or blanks divide them.
  void check_width(std::string_view line, std::int64_t number, std::size_t width) {
    if (width == lines_.form.width) {
      return;
    }
    if (!lines_.form.header.empty() || lines_.splitter.separator() != ' ') {
      std::deque<std::string> resolved;
      std::vector<std::string_view> fields;
      const bool is_whole = lines_.splitter.split(line, fields, resolved);
      if (!lines_.form.header.empty() || !is_whole ||
          !std::ranges::all_of(fields, [](std::string_view field) { return parse_id(field) >= 0; })) {
        out_.other_widths.add(number);
        return;
      }
    }
    out_.ragged_line = number;
    out_.ragged_width = width;
  }

  /// Models want none below 0, and whole numbers of more than 24 bits are not what they were.
  void check_weight(std::string_view text, float value, std::int64_t number) {
    if (value < 0.0F) {
      out_.negative.add(number);
    }
    if (std::abs(value) < 0x1p24F) {
      return;
    }
    double exact = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exact);
    if (error == std::errc() && exact != static_cast<double>(value)) {
      out_.rounded.add(number);
    }
  }

  /// The fields that a row has, empty ones at its end apart, and a remark at its end as one.
  std::size_t width_of_fields() const {
    std::size_t width = fields_.size();
    if (lines_.splitter.separator() == ' ') {
      const auto remark = std::ranges::find_if(
          fields_, [](std::string_view field) { return field.starts_with('#') || field.starts_with('{'); });
      width = std::min(width, static_cast<std::size_t>(remark - fields_.begin()) + 1);
    }
    while (width > lines_.form.least_fields() && fields_[width - 1].empty()) {
      --width;
    }
    return width;
  }

  void parse_fields(std::string_view line, std::int64_t number) {
    if (line.find('\0') != std::string_view::npos) {
      return fail(number, "holds a NUL byte, expected text");
    }
    if (is_no_row(line)) {
      if (!trimmed(line).empty() && number > lines_.first_line) {
        out_.comments.add(number);
      }
      return;
    }
    if (!is_utf8(line)) {
      return fail(number, "is not valid UTF-8");
    }
    if (!lines_.splitter.split(line, fields_, out_.resolved)) {
      return fail(number, "a quoted field does not end");
    }
    const EdgeForm& form = lines_.form;
    if (const std::size_t least = form.least_fields(); fields_.size() < least) {
      return leave_out(
          number, concat("has ", fields_.size(), " fields, expected ", least, " or more: source, target",
                         form.weight ? ", weight" : "", form.time ? ", time" : "", form.relation ? ", relation" : ""));
    }
    const std::string_view from = fields_[form.source], to = fields_[form.target];
    if (from.empty() || to.empty()) {
      return leave_out(number, "a node has an empty name");
    }
    Values values;
    if (!parse_values(values, number)) {
      return;
    }
    check_width(line, number, fields_.size() == form.width ? form.width : width_of_fields());
    if (wants_names_) {
      out_.named.push_back({from, to, number});
      return add_values(values);
    }
    const std::int64_t source = parse_id(without_zeros(from)), destination = parse_id(without_zeros(to));
    out_.has_other_names = source < 0 || destination < 0 || source >= kMaxNodes || destination >= kMaxNodes;
    if (without_zeros(from).size() < from.size() || without_zeros(to).size() < to.size()) {
      out_.decimals.add(number);
    }
    if (!out_.has_other_names) {
      add({static_cast<NodeId>(source), static_cast<NodeId>(destination)}, values);
    }
  }

  [[nodiscard]] std::string advice_on_weight(std::string_view field) const {
    if (field.empty()) {
      return concat(", and an edge has no missing weight",
                    lines_.cells.is_fixed ? "" : "; --skip-bad-rows leaves such rows out");
    }
    const std::string advice = advice_on_number(field, lines_.cells);
    return concat(is_missing(field) ? ", and an edge has no missing weight; " : "; ", advice,
                  advice.starts_with("--missing") ? ", and the edge weighs 1" : "");
  }

  /// False if the row has been left out.
  bool parse_values(Values& values, std::int64_t number) {
    const EdgeForm& form = lines_.form;
    if (form.weight) {
      const std::string_view field = fields_[*form.weight];
      const std::vector<std::string>& missing = lines_.cells.missing;
      const bool is_none = std::ranges::find(missing, field) != missing.end();
      const std::optional<float> value = is_none ? std::optional(1.0F) : parse_real(field, lines_.cells);
      if (!value) {
        leave_out(number, concat("'", field.substr(0, 40), "' is not a finite number of 32 bits, in column ",
                                 form.name_of(*form.weight), advice_on_weight(field)));
        return false;
      }
      if (is_none) {
        out_.no_weight.add(number);
      }
      values.weight = *value;
      check_weight(field.substr(field.starts_with('+') ? 1 : 0), *value, number);
    }
    if (form.time && form.times_are_dates) {
      const std::string_view field = fields_[*form.time];
      bool is_cut = false;
      const std::optional<std::int64_t> seconds = seconds_of_date(field, is_cut);
      if (!seconds) {
        leave_out(number, concat("time '", field.substr(0, 40), "' in column ", form.name_of(*form.time),
                                 has_form_of_date(field) ? " is no date that there is"
                                                         : " is no date such as 2024-03-01 or 2024-03-01T12:30:00Z, "
                                                           "as others in the column are"));
        return false;
      }
      values.time = *seconds;
      if (is_cut) {
        out_.cut_times.add(number);
      }
    } else if (form.time) {
      const std::string_view field = fields_[*form.time];
      const std::string_view whole = without_zeros(field);
      const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), values.time);
      if (error != std::errc() || end != whole.data() + whole.size()) {
        leave_out(number, concat("time '", field.substr(0, 40),
                                 "' is not a whole number of 64 bits; times are counted in whole steps of a unit, or "
                                 "all are dates such as 2024-03-01, in column ",
                                 form.name_of(*form.time)));
        return false;
      }
    }
    if (form.relation) {
      values.relation = fields_[*form.relation];
      if (values.relation.empty()) {
        leave_out(number, "a relation has an empty name");
        return false;
      }
    }
    return true;
  }

  void add(Edge edge, const Values& values) {
    out_.edges.push_back(edge);
    add_values(values);
  }

  void add_values(const Values& values) {
    if (lines_.form.weight) {
      out_.weights.push_back(values.weight);
    }
    if (lines_.form.time) {
      out_.times.push_back(values.time);
    }
    if (lines_.form.relation) {
      out_.relations.push_back(values.relation);
    }
  }

  const EdgeLines& lines_;
  const TextBlock& block_;
  bool wants_names_;
  ParsedEdges& out_;
  std::vector<std::string_view> fields_;
};

}  // namespace

void parse_edges(const EdgeLines& lines, const TextBlock& block, bool wants_names, ParsedEdges& out) {
  BlockParser(lines, block, wants_names, out).parse();
}

}  // namespace weft
