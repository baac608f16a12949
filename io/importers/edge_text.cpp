#include "weft/io/importers/edge_text.hpp"

#include <algorithm>
#include <charconv>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/utf8.hpp"

namespace weft {
namespace {

constexpr std::int64_t kBlockBytes = 1 << 20;
constexpr std::size_t kBlocks = 16;

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
  /// Whether nothing follows but what is ignored.
  bool is_at_end(char separator) {
    if (at == end) {
      return true;
    }
    if (!take_separator(separator)) {
      return at == end;
    }
    return std::all_of(at, end, [](char c) { return c == '\t' || (c >= ' ' && c < 0x7F && c != '"'); });
  }
};

}  // namespace

/// Parses one block.
class EdgeText::BlockParser {
 public:
  BlockParser(const EdgeText& text, const TextBlock& block, bool wants_names, Parsed& out)
      : text_(text), block_(block), wants_names_(wants_names), out_(out) {}

  void parse() {
    out_.edges.clear();
    out_.named.clear();
    out_.weights.clear();
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
  [[nodiscard]] bool stopped() const { return !out_.problem.empty() || out_.has_other_names; }

  void fail(std::int64_t line, std::string problem) {
    out_.broken_line = line;
    out_.problem = std::move(problem);
  }

  /// The values of a row are wrong.
  void leave_out(std::int64_t line, std::string problem) {
    if (!text_.on_bad_row_) {
      return fail(line, std::move(problem));
    }
    out_.bad.emplace_back(line, std::move(problem));
  }

  void parse_line(std::string_view line, std::int64_t number) {
    if (number == text_.header_line_) {
      return;
    }
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (wants_names_ || !parse_plain(line)) {
      parse_fields(line, number);
    }
  }

  bool parse_plain(std::string_view line) {
    const char separator = text_.splitter_.separator();
    Cursor cursor{line.data(), line.data() + line.size()};
    Edge edge;
    float weight = 0.0F;
    if (!cursor.take_id(edge.source) || !cursor.take_separator(separator) || !cursor.take_id(edge.destination)) {
      return false;
    }
    if (text_.has_weights_ && (!cursor.take_separator(separator) || !cursor.take_real(weight))) {
      return false;
    }
    if (!cursor.is_at_end(separator)) {
      return false;
    }
    add(edge, weight);
    return true;
  }

  void parse_fields(std::string_view line, std::int64_t number) {
    if (line.find('\0') != std::string_view::npos) {
      return fail(number, "holds a NUL byte, expected text");
    }
    if (is_no_row(line)) {
      return;
    }
    if (!is_utf8(line)) {
      return fail(number, "is not valid UTF-8");
    }
    if (!text_.splitter_.split(line, fields_, out_.resolved)) {
      return fail(number, "a quoted field does not end");
    }
    if (const std::size_t least = text_.has_weights_ ? 3 : 2; fields_.size() < least) {
      return leave_out(number, concat("has ", fields_.size(), " fields, expected ", least, " or more: source, target",
                                      text_.has_weights_ ? ", weight" : ""));
    }
    if (fields_[0].empty() || fields_[1].empty()) {
      return leave_out(number, "a node has an empty name");
    }
    float weight = 0.0F;
    if (text_.has_weights_) {
      const std::optional<float> value = parse_real(fields_[2]);
      if (!value) {
        return leave_out(number, concat("'", fields_[2].substr(0, 40), "' is not a finite number of 32 bits"));
      }
      weight = *value;
    }
    if (wants_names_) {
      out_.named.push_back({fields_[0], fields_[1], number});
      if (text_.has_weights_) {
        out_.weights.push_back(weight);
      }
      return;
    }
    const std::int64_t source = parse_id(fields_[0]), destination = parse_id(fields_[1]);
    out_.has_other_names = source < 0 || destination < 0 || source >= kMaxNodes || destination >= kMaxNodes;
    if (!out_.has_other_names) {
      add({static_cast<NodeId>(source), static_cast<NodeId>(destination)}, weight);
    }
  }

  void add(Edge edge, float weight) {
    out_.edges.push_back(edge);
    if (text_.has_weights_) {
      out_.weights.push_back(weight);
    }
  }

  const EdgeText& text_;
  const TextBlock& block_;
  bool wants_names_;
  Parsed& out_;
  std::vector<std::string_view> fields_;
};

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

/// The separator and the header, from the first two rows.
void EdgeText::find_form() {
  started_ = true;
  std::vector<std::string> first;
  std::deque<std::string> resolved;
  std::vector<std::string_view> fields;
  std::int64_t first_line = 0;
  for (std::size_t b = 0; first.size() < 2; ++b) {
    if (b == blocks_.size() && !input_.next_lines(kBlockBytes, blocks_.emplace_back())) {
      blocks_.pop_back();
      break;
    }
    std::string_view rest = blocks_[b].text;
    for (std::int64_t line = blocks_[b].first_line; !rest.empty() && first.size() < 2; ++line) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
      std::string_view text = rest.substr(0, end);
      rest.remove_prefix(end);
      while (text.ends_with('\n') || text.ends_with('\r')) {
        text.remove_suffix(1);
      }
      if (is_no_row(text)) {
        continue;
      }
      if (first.empty()) {
        splitter_ = FieldSplitter(text);
        first_line = line;
      }
      // A row that cannot be divided is no header; it is told where rows are parsed.
      first.emplace_back(splitter_.split(text, fields, resolved) ? fields.front() : "0");
    }
  }
  parsed_.resize(blocks_.size());
  if (!first.empty() &&
      is_header(first[0], first.size() == 2 ? std::optional<std::string_view>(first[1]) : std::nullopt)) {
    header_line_ = first_line;
  }
}

bool EdgeText::next(NodeNames& names, std::vector<Edge>& edges, std::vector<float>& weights) {
  edges.clear();
  weights.clear();
  if (!read_blocks()) {
    return false;
  }
  if (!started_) {
    find_form();
  }
  parallel_for(static_cast<std::int64_t>(blocks_.size()), 1, [&](std::int64_t b, std::int64_t) {
    const auto at = static_cast<std::size_t>(b);
    BlockParser(*this, blocks_[at], !names.expects_integers(), parsed_[at]).parse();
  });
  for (const Parsed& block : parsed_) {
    append(block, names, edges, weights);
  }
  return true;
}

void EdgeText::append(const Parsed& block, NodeNames& names, std::vector<Edge>& edges,
                      std::vector<float>& weights) const {
  for (const Edge& edge : block.edges) {
    names.add_integer(edge.source);
    names.add_integer(edge.destination);
  }
  edges.insert(edges.end(), block.edges.begin(), block.edges.end());
  for (const auto& [source, destination, line] : block.named) {
    const auto fail = [&, at = line](const std::string& problem) { input_.fail_at(at, problem); };
    const NodeId from = names.add(source, fail);
    edges.push_back({from, names.add(destination, fail)});
  }
  weights.insert(weights.end(), block.weights.begin(), block.weights.end());
  for (const auto& [line, problem] : block.bad) {
    read_or_skip(on_bad_row_, [&, at = line, &what = problem] { input_.fail_at(at, what); });
  }
  if (block.has_other_names) {
    throw NotIntegers();
  }
  if (!block.problem.empty()) {
    input_.fail_at(block.broken_line, block.problem);
  }
}

}  // namespace weft
