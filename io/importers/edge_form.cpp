#include "weft/io/importers/edge_form.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/io/importers/column_values.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/edgelist_words.hpp"
#include "weft/io/importers/table_encoder.hpp"

namespace weft {
namespace {

using Words = std::span<const std::string_view>;

// In lower case, without signs between words. Users and items are two kinds of nodes.
constexpr std::array<std::string_view, 5> kUsers = {"user", "userid", "users", "member", "customer"};
constexpr std::array<std::string_view, 8> kItems = {"item",    "itemid",  "items",     "movie",
                                                    "movieid", "product", "productid", "artistid"};
constexpr std::array<std::string_view, 17> kSources = {
    "source", "src",   "from",       "head",    "u",      "fromnode", "fromid", "node1",  "sourceid",
    "srcid",  "start", "fromnodeid", "subject", "sender", "id1",      "citing", "node1id"};
constexpr std::array<std::string_view, 18> kTargets = {
    "target", "dst",      "to",  "tail",   "v",        "tonode", "toid",  "node2", "targetid",
    "dstid",  "tonodeid", "end", "object", "receiver", "id2",    "cited", "dest",  "destination"};
constexpr std::array<std::string_view, 6> kWeights = {"weight", "weights", "w", "value", "edgeweight", "rating"};
constexpr std::array<std::string_view, 8> kTimes = {"time",     "timestamp", "ts",         "unixts",
                                                    "unixtime", "t",         "timestamps", "edgetime"};
// How words for times end, where dates stand below them: sent_at, created, order_date.
constexpr std::array<std::string_view, 14> kDateEnds = {"date",   "time",     "day",     "at",       "on",
                                                        "when",   "since",    "created", "modified", "sent",
                                                        "posted", "received", "started", "updated"};
constexpr std::array<std::string_view, 8> kRelations = {"relation",  "rel",       "type",  "edgetype",
                                                        "predicate", "relations", "etype", "relationtype"};
constexpr std::array<std::string_view, 15> kOthers = {"id",       "node", "nodeid", "label", "labels",
                                                      "class",    "y",    "split",  "name",  "set",
                                                      "category", "key",  "score",  "count", "feature"};

std::string plain(std::string_view text) {
  std::string word;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      word.push_back(static_cast<char>(c - 'A' + 'a'));
    } else if (c != '_' && c != '-' && c != ' ' && c != ':' && c != '.') {
      word.push_back(c);
    }
  }
  return word;
}

bool is_among(std::string_view field, Words words) {
  return std::ranges::find(words, plain(field)) != words.end();
}

std::optional<std::size_t> find_word(const std::vector<std::string>& header, Words words) {
  const auto found = std::ranges::find_if(header, [&](const std::string& field) { return is_among(field, words); });
  return found == header.end() ? std::nullopt : std::optional<std::size_t>(found - header.begin());
}

/// Whether a whole number lies where times since 1970 do: from 1976 on, in seconds up to microseconds.
bool looks_like_time(std::string_view text) {
  const std::int64_t value = parse_id(text);
  for (std::int64_t unit : {std::int64_t{1}, std::int64_t{1000}, std::int64_t{1000000}}) {
    if (value >= 200'000'000 * unit && value < 4'000'000'000 * unit) {
      return true;
    }
  }
  return false;
}

bool is_date_column(const FirstRows& rows, std::size_t column) {
  return !rows.empty() && std::ranges::all_of(rows, [column](const std::vector<std::string>& row) {
    return row.size() > column && has_form_of_date(row[column]);
  });
}

bool is_time_column(const FirstRows& rows, std::size_t column) {
  return !rows.empty() && std::ranges::all_of(rows, [column](const std::vector<std::string>& row) {
    return row.size() > column && looks_like_time(row[column]);
  });
}

/// Whether three columns are head, relation, tail: entities stand on both sides, and relations, which are few, are no
/// entities.
bool are_triples(const FirstRows& rows) {
  std::set<std::string_view> heads, relations, tails;
  for (const std::vector<std::string>& row : rows) {
    if (row.size() != 3 || parse_real(row[1])) {
      return false;
    }
    heads.insert(row[0]);
    relations.insert(row[1]);
    tails.insert(row[2]);
  }
  const auto is_entity = [&](std::string_view text) { return heads.contains(text) || tails.contains(text); };
  const bool share = std::ranges::any_of(tails, [&](std::string_view tail) { return heads.contains(tail); });
  const bool has_paths = !relations.empty() && std::ranges::all_of(relations, [](std::string_view r) {
    return r.starts_with('/') || r.starts_with('_') || r.starts_with("http");
  });
  return rows.size() >= 2 && std::ranges::none_of(relations, is_entity) && (has_paths || share) &&
         (has_paths || relations.size() * 2 <= rows.size());
}

/// The columns that the user names, then those that the header names, then places.
class FormFinder {
 public:
  FormFinder(const EdgelistOptions& options, const FirstRows& rows, EdgeRows kind, EdgeForm& form,
             FunctionRef<void(const std::string&)> fail)
      : options_(options), rows_(rows), kind_(kind), form_(form), fail_(fail) {}

  void find() {
    form_.source = form_.target = kNone;
    form_.weight = chosen(options_.weight_column, kWeights);
    form_.time = chosen(options_.time_column, kTimes);
    if (options_.time_column.empty() && !form_.time) {
      form_.time = column_of_dates();
    }
    form_.relation = chosen(options_.relation_column, kRelations);
    find_ends();
    if (options_.weights && !form_.weight) {
      form_.weight = first_free();
    }
    refuse_triples();
    find_dates();
    find_features();
    say_what_is_left();
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void find_ends() {
    std::optional<std::size_t> source = given(options_.source_column), target = given(options_.target_column);
    const bool is_told = source || target;
    const std::optional<std::size_t> user = find_word(form_.header, kUsers), item = find_word(form_.header, kItems);
    source = source ? source : find_word(form_.header, kSources);
    target = target ? target : find_word(form_.header, kTargets);
    if (!source && !target && user && item) {
      source = user;
      target = item;
    }
    form_.names_two_kinds = user && item && source == user && target == item;
    const bool is_by_place = !source || !target;
    form_.names_ends = !is_by_place;
    form_.source = source.value_or(kNone);
    form_.target = target.value_or(kNone);
    if (!source) {
      form_.source = first_free();
    }
    if (kind_ == EdgeRows::triples && !form_.relation) {
      form_.relation = first_free();
    }
    if (!target) {
      form_.target = first_free();
    }
    if (kind_ == EdgeRows::triples_of_openke && !form_.relation) {
      form_.relation = first_free();
    }
    if (form_.source == form_.target) {
      fail_(concat("column ", form_.name_of(form_.source), " is both the source and the target of the edges"));
    }
    for (std::optional<std::size_t>* other : {&form_.weight, &form_.time, &form_.relation}) {
      if (*other == form_.source || *other == form_.target) {
        fail_(concat("column ", form_.name_of(**other), " is an end of the edges, and named for something else too"));
      }
    }
    if (kind_ == EdgeRows::triples_of_openke && is_by_place && !is_told) {
      form_.assumed.emplace_back(
          "the first line is a number alone, as OpenKE writes it, so the columns are head, tail, relation");
    }
    if (is_by_place && !is_told && form_.header.size() > 2 && kind_ == EdgeRows::edges) {
      form_.assumed.push_back(concat("columns ", form_.name_of(form_.source), " and ", form_.name_of(form_.target),
                                     " are the ends of the edges (--source, --target)"));
    }
  }

  std::optional<std::size_t> given(const std::string& text) {
    const auto fail = [&](const std::string& problem) { fail_(problem + hint_of_words(options_)); };
    return text.empty() ? std::nullopt : std::optional(column_of(text, form_.header, form_.width, fail));
  }

  /// What the user names; else what the header names, if the user does not name that something else.
  std::optional<std::size_t> chosen(const std::string& text, Words words) {
    if (text == "none") {
      return std::nullopt;
    }
    if (!text.empty()) {
      return given(text);
    }
    const std::optional<std::size_t> column = find_word(form_.header, words);
    const bool is_end =
        column && (is_named(options_.source_column, *column) || is_named(options_.target_column, *column));
    // Two columns are the ends in any case.
    return is_end || form_.width < 3 ? std::nullopt : column;
  }

  /// The first that holds dates below a word for them, and is no end.
  [[nodiscard]] std::optional<std::size_t> column_of_dates() const {
    // Two columns are the ends in any case.
    for (std::size_t column = 0; form_.width >= 3 && column < form_.header.size(); ++column) {
      const bool is_end = is_named(options_.source_column, column) || is_named(options_.target_column, column) ||
                          form_.weight == column;
      if (!is_end && is_word_for_dates(form_.header[column]) && is_date_column(rows_, column)) {
        return column;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] bool is_named(const std::string& text, std::size_t column) const {
    return text == std::to_string(column + 1) || (!text.empty() && text == form_.header[column]);
  }

  [[nodiscard]] bool is_taken(std::size_t column) const {
    return column == form_.source || column == form_.target || form_.weight == column || form_.time == column ||
           form_.relation == column;
  }

  /// Of a table without one: a column that it does not have, so that its rows are too short.
  [[nodiscard]] std::size_t first_free() const {
    std::size_t column = 0;
    while (is_taken(column)) {
      ++column;
    }
    return column;
  }

  /// One cell is enough, so that others that are none are refused.
  void find_dates() {
    form_.times_are_dates = form_.time && std::ranges::any_of(rows_, [this](const std::vector<std::string>& row) {
                              return row.size() > *form_.time && has_form_of_date(row[*form_.time]);
                            });
    if (!form_.times_are_dates) {
      return;
    }
    if (!options_.time_unit.empty() && options_.time_unit != "s") {
      fail_(concat("column ", form_.name_of(*form_.time), " holds dates, which are read in seconds, but time_unit is '",
                   options_.time_unit, "', expected s"));
    }
    const bool is_usual = *form_.time < form_.header.size() && is_among(form_.header[*form_.time], kTimes);
    form_.assumed.push_back(concat(
        "column ", form_.name_of(*form_.time), " holds dates, which are read as seconds since 1970 in UTC",
        options_.time_column.empty() && !is_usual ? ", and are when edges came (--time none leaves them out)" : ""));
  }

  void refuse_triples() {
    const bool is_told = !options_.source_column.empty() || !options_.target_column.empty() || form_.relation;
    if (is_told || !form_.header.empty() || form_.width != 3 || form_.weight || form_.time || !are_triples(rows_)) {
      return;
    }
    fail_(concat("looks like triples of head, relation and tail ('", rows_.front()[1].substr(0, 40),
                 "' between two entities), not an edge of its first two columns; read it by: weft import triples, or "
                 "say which columns are nodes: --source 1 --target 2"));
  }

  /// Of a column of numbers that may be weights.
  [[nodiscard]] std::string advice_on_weights(std::size_t column) const {
    const bool is_other = column < form_.header.size() && is_among(form_.header[column], kOthers);
    const auto are = [&](const auto& is_number) {
      return !rows_.empty() && std::ranges::all_of(rows_, [&](const std::vector<std::string>& row) {
        return row.size() > column && is_number(row[column]);
      });
    };
    if (form_.weight || !options_.weight_column.empty() || form_.header.empty() || is_other) {
      return "";
    }
    return are([&](std::string_view cell) { return parse_real(cell, options_.cells).has_value(); })
               ? concat("; --weight ", column + 1, " reads its numbers as weights")
           : are([](std::string_view cell) { return parse_real_with_comma(cell).has_value(); })
               ? concat("; --weight ", column + 1, " --decimal , reads its numbers as weights")
               : "";
  }

  /// Those that are named, or that the encoder of a run has a code for.
  void find_features() {
    const bool is_known = !options_.edge_encoder.empty();
    const bool takes_all = !is_known && options_.edge_features == std::vector<std::string>{"all"};
    if (is_known) {
      const TableEncoder encoder = parse_encoder(options_.edge_encoder, "the run");
      for (const ColumnCode& code : encoder.columns()) {
        if (const auto found = std::ranges::find(form_.header, code.name); found != form_.header.end()) {
          form_.features.push_back(static_cast<std::size_t>(found - form_.header.begin()));
        }
      }
      return;
    }
    for (std::size_t column = 0; column < form_.width && takes_all; ++column) {
      if (!is_taken(column)) {
        form_.features.push_back(column);
      }
    }
    for (const std::string& name : options_.edge_features) {
      if (takes_all) {
        break;
      }
      const std::size_t column = column_of(name, form_.header, form_.width, fail_);
      if (is_taken(column)) {
        fail_(concat("column ", form_.name_of(column),
                     " is an end, the weight, the time or the relation of the edges, and no feature too"));
      }
      if (!is_feature(column)) {
        form_.features.push_back(column);
      }
    }
    if (takes_all && form_.features.empty()) {
      fail_("has no more columns, expected some that become features of the edges (--edge-features)");
    }
  }

  [[nodiscard]] bool is_feature(std::size_t column) const {
    return std::ranges::find(form_.features, column) != form_.features.end();
  }

  void say_what_is_left() {
    constexpr std::size_t kMostNamed = 8;
    std::size_t unnamed = 0, named = 0;
    for (std::size_t column = 0; column < form_.width; ++column) {
      if (is_taken(column) || is_feature(column)) {
        continue;
      }
      if (++named > kMostNamed) {
        ++unnamed;
        continue;
      }
      const bool is_time = is_time_column(rows_, column);
      form_.assumed.push_back(concat(
          "column ", form_.name_of(column), " is not read",
          is_time ? concat("; its numbers look like times since 1970: --time ", column + 1, " reads them exactly")
          : !form_.time && is_date_column(rows_, column)
              ? concat("; its cells look like dates: --time ", column + 1, " reads them")
              : advice_on_weights(column)));
    }
    if (unnamed > 0) {
      form_.assumed.push_back(concat(unnamed, " more columns are not read"));
    }
    if (form_.weight && options_.weight_column.empty() && is_time_column(rows_, *form_.weight)) {
      form_.assumed.push_back(concat("column ", form_.name_of(*form_.weight),
                                     " is taken for weights; its numbers look like times since 1970: --time ",
                                     *form_.weight + 1, " reads them exactly"));
    }
  }

  const EdgelistOptions& options_;
  const FirstRows& rows_;
  EdgeRows kind_;
  EdgeForm& form_;
  FunctionRef<void(const std::string&)> fail_;
};

}  // namespace

std::size_t EdgeForm::least_fields() const {
  std::size_t last = std::max(source, target);
  for (const std::optional<std::size_t>& column : {weight, time, relation}) {
    last = std::max(last, column.value_or(0));
  }
  return last + 1;
}

std::string EdgeForm::name_of(std::size_t column) const {
  return column < header.size() ? concat(column + 1, " '", header[column], "'") : std::to_string(column + 1);
}

std::string EdgeForm::word_of(std::size_t column) const {
  return column < header.size() ? header[column] : std::to_string(column + 1);
}

std::size_t column_of(const std::string& text, const std::vector<std::string>& header, std::size_t width,
                      FunctionRef<void(const std::string& problem)> fail) {
  if (const auto found = std::ranges::find(header, text); found != header.end()) {
    return static_cast<std::size_t>(found - header.begin());
  }
  const std::int64_t number = parse_id(text);
  if (number >= 1 && number <= static_cast<std::int64_t>(width)) {
    return static_cast<std::size_t>(number - 1);
  }
  std::string names;
  for (const std::string& name : header) {
    names += concat(names.empty() ? "" : ", ", name);
  }
  const std::string nearest = nearest_name(text, header);
  fail(concat("there is no column '", text, "'", nearest.empty() ? "" : concat("; did you mean '", nearest, "'?"),
              ", expected ", names.empty() ? "" : concat(names, ", or "), "a number from 1 to ", width));
  return 0;
}

bool is_usual_column(std::string_view role, std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Words>, 7> kRoles = {{{"source", kSources},
                                                                         {"source", kUsers},
                                                                         {"target", kTargets},
                                                                         {"target", kItems},
                                                                         {"weight", kWeights},
                                                                         {"time", kTimes},
                                                                         {"relation", kRelations}}};
  // Where no word is known, the first two columns are the ends.
  const bool is_place = (role == "source" && name == "1") || (role == "target" && name == "2");
  return is_place ||
         std::ranges::any_of(kRoles, [&](const auto& row) { return row.first == role && is_among(name, row.second); });
}

bool is_word_for_dates(std::string_view name) {
  const std::string word = plain(name);
  // Of people, not of edges.
  return word.find("birth") == std::string::npos &&
         std::ranges::any_of(kDateEnds, [&](std::string_view end) { return word.ends_with(end); });
}

bool has_usual_column(std::string_view role, const std::vector<std::string>& header) {
  return std::ranges::any_of(header, [&](const std::string& name) { return is_usual_column(role, name); });
}

bool are_header_words(const std::vector<std::string>& fields) {
  const auto is_word = [](const std::string& field) {
    return is_among(field, kUsers) || is_among(field, kItems) || is_among(field, kSources) ||
           is_among(field, kTargets) || is_among(field, kWeights) || is_among(field, kTimes) ||
           is_among(field, kRelations) || is_among(field, kOthers);
  };
  // One letter each is as good a name of a node.
  const bool are_words = std::ranges::any_of(fields, [](const std::string& field) { return field.size() > 1; });
  return fields.size() >= 2 && are_words && std::ranges::all_of(fields, is_word);
}

EdgeForm edge_form_of(const EdgelistOptions& options, std::vector<std::string> header, const FirstRows& rows,
                      EdgeRows kind, FunctionRef<void(const std::string& problem)> fail) {
  EdgeForm form;
  form.header = std::move(header);
  form.width = form.header.empty() ? rows.empty() ? 2 : rows.front().size() : form.header.size();
  FormFinder(options, rows, kind, form, fail).find();
  return form;
}

}  // namespace weft
