#include "weft/core/options.hpp"

#include <algorithm>
#include <charconv>

namespace weft {
namespace {

template <class Number>
Number parse_number(const Option& option, std::string_view text, std::string_view kind) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(error == std::errc() && end == text.data() + text.size(), "option ", option.name, ": '", text, "' is not ",
          kind);
  return value;
}

void check_range(const Option& option, double value, std::string_view text) {
  require(value >= option.minimum && value <= option.maximum, "option ", option.name, ": ", text,
          " is out of range, expected ", option.minimum, " to ", option.maximum);
}

/// In lower case, with one kind of dash: neither is what makes a name another.
std::string plain_name(std::string_view word) {
  std::string result(word);
  for (char& c : result) {
    c = c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

/// Letters to add, to drop, to change or to swap with the next (Damerau 1964, without edits within a swap).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

/// Of two names that begin alike a whole word apart, as eval and evaluate, hidden_dim and hidden.
bool begins(std::string_view word, std::string_view name) {
  constexpr std::size_t kLeast = 4;
  return std::min(word.size(), name.size()) >= kLeast && (word.starts_with(name) || name.starts_with(word));
}

/// The first choice that begins with the text, or that holds it (acc, auc, f1), or that is near; "" if there is none.
std::string choice_meant_by(std::string_view text, std::span<const std::string_view> choices) {
  const std::string plain = plain_name(text);
  constexpr std::size_t kLeast = 2;
  if (plain.size() >= kLeast) {
    for (const bool at_start : {true, false}) {
      for (const std::string_view choice : choices) {
        const std::size_t at = plain_name(choice).find(plain);
        if (at_start ? at == 0 : at != std::string::npos) {
          return std::string(choice);
        }
      }
    }
  }
  return nearest_name(text, std::vector<std::string>(choices.begin(), choices.end()));
}

void check(const Option& option, const OptionValue& value) {
  require(value.index() == option.fallback.index(), "option ", option.name, ": ", to_text(value),
          " has another type than the default ", to_text(option.fallback));
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    check_range(option, static_cast<double>(*integer), to_text(value));
  } else if (const auto* real = std::get_if<double>(&value)) {
    check_range(option, *real, to_text(value));
  } else if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !option.choices.empty()) {
    std::string all;
    for (const std::string_view choice : option.choices) {
      all += all.empty() ? choice : std::string(", ") + std::string(choice);
    }
    if (std::ranges::find(option.choices, *text) == option.choices.end()) {
      const std::string nearest = choice_meant_by(*text, option.choices);
      throw ArgumentError(concat("option ", option.name, ": '", *text, "' is not one of ", all,
                                 nearest.empty() ? "" : concat("; did you mean '", nearest, "'?")));
    }
  }
}

}  // namespace

std::string to_text(const OptionValue& value) {
  struct Visitor {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const {
      char text[64];
      const auto [end, error] = std::to_chars(text, text + sizeof text, v);
      return {text, end};
    }
    std::string operator()(const std::string& v) const { return v; }
  };
  return std::visit(Visitor{}, value);
}

OptionValue parse_option(const Option& option, std::string_view text) {
  OptionValue value;
  if (std::holds_alternative<bool>(option.fallback)) {
    require(text == "true" || text == "false", "option ", option.name, ": '", text, "' is not true or false");
    value = text == "true";
  } else if (std::holds_alternative<std::int64_t>(option.fallback)) {
    value = parse_number<std::int64_t>(option, text, "an integer");
  } else if (std::holds_alternative<double>(option.fallback)) {
    value = parse_number<double>(option, text, "a number");
  } else {
    value = std::string(text);
  }
  check(option, value);
  return value;
}

void Options::add(std::span<const Option> table) {
  for (const Option& option : table) {
    if (table_.try_emplace(std::string(option.name), option).second) {
      values_.emplace(std::string(option.name), option.fallback);
    }
  }
}

void Options::set(std::string_view name, std::string_view text) {
  const auto found = table_.find(name);
  if (found == table_.end()) {
    std::vector<std::string> names;
    for (const auto& [known, option] : table_) {
      names.push_back(known);
    }
    throw unknown_name("option", name, names);
  }
  values_[found->first] = parse_option(found->second, text);
}

void Options::set_value(std::string_view name, const OptionValue& value) {
  const auto found = table_.find(name);
  require(found != table_.end(), "there is no option '", name, "'");
  check(found->second, value);
  values_[found->first] = value;
}

const OptionValue& Options::value(std::string_view name) const {
  const auto found = values_.find(name);
  require(found != values_.end(), "Options: there is no option '", name, "'");
  return found->second;
}

std::string nearest_name(std::string_view word, std::span<const std::string> names) {
  // No name is so long, and the distance takes time for every pair of letters.
  constexpr std::size_t kLongest = 100;
  if (word.size() > kLongest) {
    return "";
  }
  const std::string plain = plain_name(word);
  std::string best;
  std::size_t best_distance = word.size() / 3 + 2;
  for (const std::string& name : names) {
    const std::string other = plain_name(name);
    const std::size_t distance = begins(plain, other) ? 1 : edit_distance(plain, other);
    if (distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return best;
}

ArgumentError unknown_name(std::string_view what, std::string_view word, std::span<const std::string> names,
                           std::string_view otherwise) {
  const std::string nearest = nearest_name(word, names);
  return ArgumentError(concat("there is no ", what, " '", word, "'",
                              nearest.empty() ? std::string(otherwise) : "; did you mean '" + nearest + "'?"));
}

}  // namespace weft
