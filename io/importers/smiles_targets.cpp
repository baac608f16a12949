#include "weft/io/importers/smiles_targets.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/smiles_columns.hpp"

namespace weft {
namespace {

bool is_word(std::string_view text) {
  return !parse_real(text) && yes_or_no(text);
}

bool is_all_yes_or_no(const std::vector<std::string>& column) {
  return std::ranges::all_of(column, [](const auto& text) { return is_no_target(text) || yes_or_no(text); });
}

/// As it is spelled first, of which a word says more than a number.
std::string spelling(const std::vector<std::string>& column, bool value) {
  std::string found;
  for (const std::string& text : column) {
    if (yes_or_no(text) == value && (found.empty() || (is_word(text) && !is_word(found)))) {
      found = is_word(text) ? text : value ? "1" : "0";
    }
  }
  return found;
}

/// The classes in their order: no before yes, integers by value, other texts by their letters.
std::vector<std::string> names_of_classes(const std::vector<std::string>& texts) {
  std::vector<std::string> names;
  std::ranges::copy_if(texts, std::back_inserter(names), [](const auto& text) { return !is_no_target(text); });
  if (std::ranges::all_of(names, [](const auto& text) { return parse_id(text) >= 0; })) {
    std::ranges::sort(names, {}, [](const auto& text) { return parse_id(text); });
  } else {
    std::ranges::sort(names, {}, [](const auto& text) { return std::pair(yes_or_no(text).value_or(false), text); });
  }
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void set_classes(const std::vector<std::string>& column, Dataset& dataset) {
  std::vector<std::string> texts = column;
  if (is_all_yes_or_no(column)) {
    const std::array<std::string, 2> spelled = {spelling(column, false), spelling(column, true)};
    for (std::string& text : texts) {
      text = is_no_target(text) ? "" : spelled[yes_or_no(text).value_or(false) ? 1 : 0];
    }
  }
  std::vector<std::string> names = names_of_classes(texts);
  std::map<std::string_view, std::int64_t> class_of;
  for (const std::string& name : names) {
    class_of.emplace(name, static_cast<std::int64_t>(class_of.size()));
  }
  std::vector<std::int64_t> classes;
  for (const std::string& text : texts) {
    classes.push_back(is_no_target(text) ? -1 : class_of.at(text));
  }
  dataset.num_classes = static_cast<std::int64_t>(names.size());
  dataset.class_names = std::move(names);
  dataset.graph_labels = std::move(classes);
}

/// Throws where some of the texts are words and others numbers.
void check_words(const TargetTable& table, std::size_t j, Dataset& dataset) {
  const auto word = std::ranges::find_if(table.texts[j], is_word);
  if (word == table.texts[j].end()) {
    return;
  }
  if (!is_all_yes_or_no(table.texts[j])) {
    table.fail(static_cast<std::size_t>(word - table.texts[j].begin()),
               concat("'", *word, "' in the column '", table.names[j], "' stands among numbers"));
  }
  if (dataset.task == TaskKind::graph_regression) {
    dataset.assumed.push_back(
        concat("in the column '", table.names[j], "' ", spelling(table.texts[j], true), " counts as 1, all else as 0"));
  }
}

}  // namespace

bool is_no_target(std::string_view text) {
  return text.empty() || equal_words(text, "nan") || equal_words(text, "na");
}

bool is_bound(std::string_view text) {
  bool found = false;
  for (const std::string_view sign : {"<", ">", "\u2264", "\u2265"}) {
    if (text.starts_with(sign)) {
      text.remove_prefix(sign.size());
      found = true;
      break;
    }
  }
  if (found && text.starts_with('=')) {
    text.remove_prefix(1);
  }
  return found && parse_real(trimmed(text)).has_value();
}

std::optional<bool> yes_or_no(std::string_view text) {
  for (const auto& [no, yes] :
       {std::pair("0", "1"), std::pair("0.0", "1.0"), std::pair("false", "true"), std::pair("no", "yes")}) {
    if (equal_words(text, no) || equal_words(text, yes)) {
      return equal_words(text, yes);
    }
  }
  return std::nullopt;
}

void set_targets(const TargetTable& table, Dataset& dataset) {
  const bool binary = std::ranges::all_of(table.texts, is_all_yes_or_no);
  dataset.task = table.task.value_or(binary ? TaskKind::graph_classification : TaskKind::graph_regression);
  if (dataset.task == TaskKind::graph_classification && table.texts.size() == 1) {
    set_classes(table.texts.front(), dataset);
    return;
  }
  dataset.num_classes = dataset.task == TaskKind::graph_classification ? 2 : 0;
  const auto cols = static_cast<std::int64_t>(table.texts.size());
  Tensor y = Tensor::full(static_cast<std::int64_t>(table.texts.front().size()), cols,
                          std::numeric_limits<float>::quiet_NaN());
  for (std::size_t j = 0; j < table.texts.size(); ++j) {
    check_words(table, j, dataset);
    if (std::ranges::all_of(table.texts[j], is_no_target)) {
      dataset.assumed.push_back(concat("the column '", table.names[j], "' has no values"));
    }
    for (std::size_t i = 0; i < table.texts[j].size(); ++i) {
      const std::string& text = table.texts[j][i];
      if (is_no_target(text)) {
        continue;
      }
      y(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j)) =
          is_word(text) ? (*yes_or_no(text) ? 1.0F : 0.0F) : parse_real(text).value_or(0.0F);
    }
  }
  dataset.names.targets = table.names;
  dataset.graph_labels = std::move(y);
}

}  // namespace weft
