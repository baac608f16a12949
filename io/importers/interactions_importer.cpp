#include "weft/io/importers/interactions_importer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "weft/io/importers/bad_rows.hpp"
#include "weft/io/importers/column_values.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edge_form.hpp"
#include "weft/io/importers/link_parts.hpp"
#include "weft/io/importers/merged_edges.hpp"
#include "weft/io/importers/node_names.hpp"
#include "weft/io/importers/text_input.hpp"
#include "weft/io/utf8.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

using Fields = std::vector<std::string_view>;

/// Rows of fields between tabs, commas, semicolons, blanks or, as in MovieLens, "::".
class PairRows {
 public:
  PairRows(const fs::path& path, const CellForm& cells) : input_(path), has_decimal_commas_(cells.decimal == ',') {}

  [[nodiscard]] bool next(Fields& fields) {
    std::string_view line;
    do {
      if (!input_.next(line)) {
        return false;
      }
    } while (is_no_row(line));
    if (!is_utf8(line)) {
      input_.fail("is not valid UTF-8");
    }
    if (!started_) {
      started_ = true;
      has_colons_ = line.find("::") != std::string_view::npos;
      splitter_ = FieldSplitter(line, has_decimal_commas_);
    }
    resolved_.clear();
    if (has_colons_) {
      split_colons(line, fields);
    } else if (!splitter_.split(line, fields, resolved_)) {
      input_.fail("a quoted field does not end");
    }
    return true;
  }
  [[nodiscard]] bool has_blanks() const { return !has_colons_ && splitter_.separator() == ' '; }
  [[nodiscard]] std::int64_t line_number() const { return input_.line_number(); }
  [[noreturn]] void fail(const std::string& problem) const { input_.fail(problem); }

 private:
  static void split_colons(std::string_view line, Fields& fields) {
    fields.clear();
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find("::", begin), line.size());
      fields.push_back(trimmed(line.substr(begin, end - begin)));
      begin = end + 2;
    }
  }

  TextInput input_;
  bool has_decimal_commas_, started_ = false, has_colons_ = false;
  FieldSplitter splitter_;
  std::deque<std::string> resolved_;
};

/// What the first rows of a file say of its form.
struct Form {
  bool are_lines = false;
  bool has_header = false;
  std::size_t width = 0, user = 0, item = 1;
  std::optional<std::size_t> rating, time;
  bool times_are_dates = false;
  std::vector<std::string> header = {};
  std::vector<std::string> assumed;

  [[nodiscard]] std::string name_of(std::size_t column) const {
    return column < header.size() ? concat(column + 1, " '", header[column], "'") : std::to_string(column + 1);
  }
};

/// RecBole's headers name a type behind each name.
std::string without_type(std::string_view field) {
  for (const std::string_view type : {":token", ":float", ":token_seq", ":float_seq"}) {
    if (field.ends_with(type)) {
      return std::string(field.substr(0, field.size() - type.size()));
    }
  }
  return std::string(field);
}

bool is_usual(std::string_view field, std::span<const std::string_view> words) {
  std::string word;
  for (const char c : field) {
    if (c != '_' && c != ' ') {
      word.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return std::ranges::find(words, word) != words.end();
}

constexpr std::array<std::string_view, 5> kUser = {"user", "userid", "reviewerid", "uid", "customerid"};
constexpr std::array<std::string_view, 11> kItem = {"item", "itemid", "movie",    "movieid",    "product", "productid",
                                                    "asin", "iid",    "artistid", "businessid", "bookid"};
constexpr std::array<std::string_view, 5> kRating = {"rating", "score", "stars", "weight", "overall"};
constexpr std::array<std::string_view, 5> kTime = {"timestamp", "time", "ts", "unixtime", "unixreviewtime"};

void say_what_is_left(Form& form) {
  constexpr std::size_t kMostNamed = 8;
  std::size_t unnamed = 0, named = 0;
  for (std::size_t column = 0; column < form.width; ++column) {
    if (column == form.user || column == form.item || form.rating == column || form.time == column) {
      continue;
    }
    if (++named > kMostNamed) {
      ++unnamed;
    } else {
      form.assumed.push_back(concat("column ", form.name_of(column), " is not read"));
    }
  }
  if (unnamed > 0) {
    form.assumed.push_back(concat(unnamed, " more columns are not read"));
  }
}

Form form_of(const InteractionsOptions& options) {
  constexpr std::size_t kRowsLookedAt = 1000;
  PairRows rows(options.input, options.cells);
  Form form;
  std::vector<std::string>&header = form.header, first;
  std::set<std::size_t> widths;
  Fields fields;
  for (std::size_t i = 0; i < kRowsLookedAt && rows.next(fields); ++i) {
    if (i > 0) {
      widths.insert(fields.size());
      if (first.empty()) {
        first.assign(fields.begin(), fields.end());
      }
      continue;
    }
    form.width = fields.size();
    std::ranges::transform(fields, std::back_inserter(header), without_type);
    const bool names_user = std::ranges::any_of(header, [](const auto& word) { return is_usual(word, kUser); });
    const bool names_item = std::ranges::any_of(header, [](const auto& word) { return is_usual(word, kItem); });
    const bool is_told = std::ranges::any_of(
        header, [&](const auto& word) { return parse_id(word) < 0 && (word == options.user || word == options.item); });
    const bool is_said = options.header != HeaderRow::automatic;
    form.has_header = is_said ? options.header == HeaderRow::yes : names_user || names_item || is_told;
    if (!form.has_header) {
      first = std::move(header);
      header.clear();
      widths.insert(fields.size());
    }
  }
  if (form.width == 0) {
    throw DataError(options.input.string(), "", "holds no interactions");
  }
  constexpr std::size_t kMostColumns = 4;
  form.are_lines =
      options.form == "lines" || (options.form.empty() && !form.has_header && rows.has_blanks() &&
                                  (widths.size() > 1 || (!widths.empty() && *widths.begin() > kMostColumns)));
  if (form.are_lines) {
    return form;
  }
  const auto fail = [&](const std::string& problem) { throw DataError(options.input.string(), "", problem); };
  const auto column = [&](const std::string& text, std::span<const std::string_view> words,
                          std::size_t place) -> std::optional<std::size_t> {
    if (!text.empty()) {
      return text == "none" ? std::nullopt : std::optional(column_of(text, header, form.width, fail));
    }
    if (form.has_header) {
      const auto found = std::ranges::find_if(header, [&](const auto& name) { return is_usual(name, words); });
      return found == header.end() ? std::nullopt : std::optional<std::size_t>(found - header.begin());
    }
    return place < form.width ? std::optional(place) : std::nullopt;
  };
  const std::optional<std::size_t> user = column(options.user, kUser, 0), item = column(options.item, kItem, 1);
  if (!user || !item || user == item) {
    fail(concat("has no column of ", user ? "items" : "users", ", expected one that the header or ",
                user ? "--item" : "--user", " names"));
  }
  form.user = *user;
  form.item = *item;
  form.rating = column(options.rating, kRating, 2);
  form.time = column(options.time, kTime, 3);
  const auto is_date = [&](std::size_t at) { return at < first.size() && has_form_of_date(first[at]); };
  if (!form.has_header && options.rating.empty() && options.time.empty() && !form.time && is_date(2)) {
    form.time = std::exchange(form.rating, std::nullopt);
  }
  if (form.has_header && options.time.empty() && !form.time) {
    for (std::size_t day = 0; day < header.size() && !form.time; ++day) {
      const bool is_other = day == form.user || day == form.item || form.rating == day;
      form.time = !is_other && is_word_for_dates(header[day]) && is_date(day) ? std::optional(day) : std::nullopt;
    }
  }
  form.times_are_dates = form.time && is_date(*form.time);
  if (form.times_are_dates) {
    form.assumed.push_back(
        concat("column ", form.name_of(*form.time), " holds dates, which are read as seconds since 1970 in UTC"));
  }
  say_what_is_left(form);
  if (!form.has_header && form.width > 2 && options.rating.empty()) {
    form.assumed.push_back(concat("columns are user, item", form.rating ? ", rating" : "", form.time ? ", time" : "",
                                  " in this order, as there is no header"));
  }
  return form;
}

/// Users and items of all parts.
struct Names {
  NodeNames users, items;
  /// Ratings that are said to be missing.
  std::int64_t num_unrated = 0;
};

/// What a file holds, by places among the names.
struct Part {
  EdgeBatch pairs;
};

std::optional<std::int64_t> whole_number(std::string_view text) {
  const std::string_view whole = without_zeros(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), value);
  if (error == std::errc() && end == whole.data() + whole.size()) {
    return value;
  }
  // 9.7e8 and the like, where that is exact.
  double real = 0.0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), real);
  const bool is_exact =
      failed == std::errc() && stop == text.data() + text.size() && std::abs(real) < 0x1p53 && real == std::floor(real);
  return is_exact ? std::optional(static_cast<std::int64_t>(real)) : std::nullopt;
}

void read_line(const Fields& fields, const PairRows& rows, Names& names, EdgeBatch& pairs) {
  const auto fail = [&rows](const std::string& problem) { rows.fail(problem); };
  const NodeId user = names.users.add(fields[0], fail);
  for (std::size_t i = 1; i < fields.size(); ++i) {
    pairs.edges.push_back({user, names.items.add(fields[i], fail)});
  }
}

/// Those that are said to be missing are 1.
float rating_of(const Form& form, const Fields& fields, const PairRows& rows, const CellForm& cells) {
  const std::string_view field = fields[*form.rating];
  if (std::ranges::find(cells.missing, field) != cells.missing.end()) {
    return 1.0F;
  }
  const std::optional<float> rating = parse_real(field, cells);
  if (!rating) {
    const std::string advice = field.empty()
                                   ? std::string("--rating none reads none, --skip-bad-rows leaves such rows out")
                                   : advice_on_number(field, cells);
    rows.fail(concat("rating '", field.substr(0, 40), "' is not a finite number of 32 bits, in column ",
                     form.name_of(*form.rating), "; ", advice,
                     advice.starts_with("--missing") ? ", which counts as 1" : ""));
  }
  return *rating;
}

void read_pair(const Form& form, const Fields& fields, const PairRows& rows, const CellForm& cells, Names& names,
               EdgeBatch& pairs) {
  const auto fail = [&rows](const std::string& problem) { rows.fail(problem); };
  if (fields.size() != form.width) {
    rows.fail(concat("has ", fields.size(), " fields, expected ", form.width));
  }
  const float rating = form.rating ? rating_of(form, fields, rows, cells) : 0.0F;
  std::optional<std::int64_t> time;
  bool is_cut = false;
  if (form.time && form.times_are_dates && !(time = seconds_of_date(fields[*form.time], is_cut))) {
    rows.fail(concat("time '", fields[*form.time].substr(0, 40), "' in column ", form.name_of(*form.time),
                     has_form_of_date(fields[*form.time])
                         ? " is no date that there is"
                         : " is no date such as 2024-03-01 or 2024-03-01T12:30:00Z, as others in the column are"));
  }
  if (form.time && !form.times_are_dates && !(time = whole_number(fields[*form.time]))) {
    rows.fail(concat("time '", fields[*form.time].substr(0, 40), "' is not a whole number, in column ",
                     form.name_of(*form.time)));
  }
  if (fields[form.user].empty() || fields[form.item].empty()) {
    rows.fail("a user or an item has an empty name");
  }
  const NodeId user = names.users.add(fields[form.user], fail);
  pairs.edges.push_back({user, names.items.add(fields[form.item], fail)});
  if (form.rating) {
    const std::string_view field = fields[*form.rating];
    names.num_unrated += std::ranges::find(cells.missing, field) != cells.missing.end() ? 1 : 0;
    pairs.weights.push_back(rating);
  }
  if (time) {
    pairs.times.push_back(*time);
  }
}

EdgeBatch read_part(const InteractionsOptions& options, const fs::path& path, const Form& form, Names& names,
                    const ProgressCallback& progress) {
  EdgeBatch pairs;
  if (path.empty()) {
    return pairs;
  }
  PairRows rows(path, options.cells);
  Fields fields;
  bool is_first = true;
  while (rows.next(fields)) {
    if (std::exchange(is_first, false) && form.has_header) {
      continue;
    }
    read_or_skip(options.on_bad_row, [&] {
      if (form.are_lines) {
        read_line(fields, rows, names, pairs);
      } else {
        read_pair(form, fields, rows, options.cells, names, pairs);
      }
    });
    if (progress && rows.line_number() % 100000 == 0) {
      progress({.stage = "reading interactions", .done = rows.line_number(), .total = 0, .detail = ""});
    }
  }
  if (pairs.edges.empty()) {
    throw DataError(path.string(), "", "holds no interactions");
  }
  return pairs;
}

void say_lines_without_items(const Form& form, const Names& names, const EdgeBatch& all, Dataset& data) {
  std::vector<bool> seen(names.users.size());
  for (const Edge& edge : all.edges) {
    seen[edge.source] = true;
  }
  const auto without = std::ranges::count(seen, false);
  if (form.are_lines && without > 0) {
    data.assumed.push_back(concat(without, without == 1 ? " user has" : " users have", " no item"));
  }
}

/// The number of each user or item among its kind, and how many numbers there are.
struct Numbering {
  std::vector<NodeId> number = {};
  std::size_t count = 0;
};

/// Integers are the numbers where the options say so, or in lines that count from 0 and leave few out, as LightGCN's
/// do; those that are in no row are nodes without links. All else is numbered as it first appears.
Numbering numbering_of(const InteractionsOptions& options, const Form& form, const NodeNames& names, const char* kind,
                       std::vector<std::string>& assumed) {
  const bool is_told = options.ids == "numbers";
  // Of those who count, few are in no row.
  const std::int64_t most = (is_told ? 64 : 2) * static_cast<std::int64_t>(names.size());
  std::int64_t largest = -1;
  bool has_zero = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::int64_t id = parse_id(names.name(i));
    if (is_told && (id < 0 || id >= most)) {
      throw DataError(
          options.input.string(), "",
          concat(kind, " '", names.name(i).substr(0, 40), "' is ",
                 id < 0 ? "no number from 0 on" : concat("far beyond the ", names.size(), " that there are"),
                 "; expected --ids names"));
    }
    if (options.ids == "names" || (!is_told && !form.are_lines) || id < 0 || id >= most) {
      return {names.numbering(), names.size()};
    }
    has_zero = has_zero || id == 0;
    largest = std::max(largest, id);
  }
  if (!is_told && !has_zero) {
    return {names.numbering(), names.size()};
  }
  Numbering numbering{.count = static_cast<std::size_t>(largest + 1)};
  for (std::size_t i = 0; i < names.size(); ++i) {
    numbering.number.push_back(static_cast<NodeId>(parse_id(names.name(i))));
  }
  if (numbering.count > names.size()) {
    assumed.push_back(concat(numbering.count - names.size(), " of the ", kind, "s 0 to ", largest,
                             " are in no row, and are nodes without links", is_told ? "" : " (--ids names)"));
  }
  return numbering;
}

/// Users first, then items, both in the order of their numbers.
void number_nodes(const InteractionsOptions& options, const Form& form, const Names& names,
                  std::span<std::vector<Edge>*> parts, Dataset& data) {
  const Numbering users = numbering_of(options, form, names.users, "user", data.assumed);
  const Numbering items = numbering_of(options, form, names.items, "item", data.assumed);
  const std::vector<NodeId>&user_number = users.number, &item_number = items.number;
  const std::size_t num_users = users.count, num_nodes = num_users + items.count;
  if (num_nodes > static_cast<std::size_t>(kMaxNodes)) {
    throw DataError(data.source, "", concat("holds ", num_nodes, " users and items, expected at most ", kMaxNodes));
  }
  for (std::vector<Edge>* part : parts) {
    for (Edge& edge : *part) {
      edge = {user_number[edge.source], static_cast<NodeId>(num_users + item_number[edge.destination])};
    }
  }
  data.names.node_types = {"user", "item"};
  data.node_type = Buffer<std::int32_t>(num_nodes, 0);
  std::fill(data.node_type.begin() + static_cast<std::ptrdiff_t>(num_users), data.node_type.end(), 1);
  data.node_names.resize(num_nodes);
  for (std::size_t v = 0; v < num_nodes; ++v) {
    data.node_names[v] = v < num_users ? concat("user:", v) : concat("item:", v - num_users);
  }
  for (std::size_t v = 0; v < user_number.size(); ++v) {
    data.node_names[user_number[v]] = concat("user:", names.users.name(v));
  }
  for (std::size_t v = 0; v < item_number.size(); ++v) {
    data.node_names[num_users + item_number[v]] = concat("item:", names.items.name(v));
  }
}

}  // namespace

Dataset import_interactions(const InteractionsOptions& options, const ProgressCallback& progress) {
  Form form = form_of(options);
  Names names;
  EdgeBatch all = read_part(options, options.input, form, names, progress);
  EdgeBatch val = read_part(options, options.val, form, names, progress);
  EdgeBatch test = read_part(options, options.test, form, names, progress);
  Dataset data;
  data.name = options.name;
  data.source = options.input.filename().string();
  data.task = TaskKind::link_prediction;
  data.assumed = std::move(form.assumed);
  say_lines_without_items(form, names, all, data);
  std::array<std::vector<Edge>*, 3> parts = {&all.edges, &val.edges, &test.edges};
  number_nodes(options, form, names, parts, data);
  if (names.num_unrated > 0) {
    data.assumed.push_back(concat(names.num_unrated, names.num_unrated == 1 ? " rating is" : " ratings are",
                                  " missing, and counted as 1"));
  }
  const std::vector<Edge> train = val.edges.empty() && test.edges.empty() ? std::vector<Edge>() : all.edges;
  for (const EdgeBatch* part : {&val, &test}) {
    all.edges.insert(all.edges.end(), part->edges.begin(), part->edges.end());
    all.weights.insert(all.weights.end(), part->weights.begin(), part->weights.end());
    all.times.insert(all.times.end(), part->times.begin(), part->times.end());
  }
  add_link_split(train, val.edges, test.edges, data);
  MergedEdges edges = merged_edges(static_cast<std::int64_t>(data.node_names.size()), all, true, MergeEdges::first);
  data.graph = std::move(edges.graph);
  if (const auto repeats = static_cast<std::int64_t>(all.edges.size()) - data.graph.num_edges() / 2; repeats > 0) {
    data.assumed.push_back(concat(repeats, " of ", all.edges.size(), " interactions repeat one, and the first counts"));
  }
  if (const auto negative = std::ranges::count_if(all.weights, [](float weight) { return weight < 0.0F; });
      negative > 0) {
    data.assumed.push_back(concat(negative, negative == 1 ? " rating is" : " ratings are",
                                  " below 0; models that read weights refuse them, unless edge_weights=false"));
  }
  if (!all.weights.empty()) {
    data.edge_features = Tensor::from_buffer(data.graph.num_edges(), 1, std::move(edges.weights));
    data.weight_column = 0;
    data.names.edge_features = {"rating"};
  }
  if (!all.times.empty()) {
    data.edge_time = std::move(edges.times);
    data.time_unit = "s";
  }
  return data;
}

}  // namespace weft
