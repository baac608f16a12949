#include "weft/cli/command_words.hpp"

#include <algorithm>
#include <sstream>

#include <CLI/CLI.hpp>

#include "weft/cli/option_texts.hpp"
#include "weft/core/error.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/models.hpp"

namespace weft::cli {
namespace {

template <class Rows>
void append_names(std::vector<std::string>& names, const Rows& rows) {
  for (const auto& row : rows) {
    names.emplace_back(row.name);
  }
}

/// Names that the library's tables have, and CLI11 does not know of.
std::vector<std::string> choices_of_tables(const std::string& way, const std::string& name) {
  std::vector<std::string> names;
  const bool is_of_models = way == "weft models" && name == "NAME";
  if (name == "--model" || is_of_models) {
    append_names(names, models());
  }
  if (is_of_models) {
    append_names(names, global_attentions());
  } else if (name == "--set") {
    for (const std::string& option : option_names()) {
      names.push_back(option + "=");
    }
  } else if (way == "weft options" && name == "NAME") {
    names = option_names();
  }
  // Models share options.
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

/// CLI11 tells a range and a set of texts as parts of the type: "INT:INT in [1 - 64]", "TEXT:{mean,sum}".
void read_type(const std::string& type, WordInfo& word) {
  const std::size_t colon = type.find(':');
  word.value = type.substr(0, colon);
  if (colon == std::string::npos) {
    return;
  }
  const std::string rest = type.substr(colon + 1);
  const std::size_t from = rest.find(" in ["), to = rest.find(" - ");
  if (from != std::string::npos && to != std::string::npos && rest.ends_with(']')) {
    word.range = concat(rest.substr(from + 5, to - from - 5), " to ", rest.substr(to + 3, rest.size() - to - 4));
  } else if (rest.starts_with('{') && rest.ends_with('}')) {
    std::istringstream items(rest.substr(1, rest.size() - 2));
    for (std::string item; std::getline(items, item, ',');) {
      if (!item.empty()) {
        word.choices.push_back(item);
      }
    }
  } else if (!rest.empty()) {
    word.value = rest;
  }
}

WordInfo info_of(const std::string& way, const CLI::Option& option) {
  WordInfo word;
  word.help = option.get_description();
  word.fallback = option.get_default_str();
  if (option.get_positional()) {
    word.names = {option.get_name(true)};
  }
  for (const std::string& name : option.get_snames()) {
    word.names.push_back("-" + name);
  }
  for (const std::string& name : option.get_lnames()) {
    word.names.push_back("--" + name);
  }
  if (option.get_items_expected_max() > 0) {
    read_type(option.get_type_name(), word);
    word.is_list = option.get_items_expected_max() > 1;
  }
  word.is_required = option.get_required();
  if (word.choices.empty()) {
    word.choices = choices_of_tables(way, word.names.back());
  }
  return word;
}

void append(std::vector<CommandInfo>& all, const CLI::App& app, const std::string& way) {
  CommandInfo command;
  command.way = way;
  command.help = app.get_description();
  command.footer = app.get_footer();
  command.takes_outer_flags = app.get_fallthrough();
  for (const CLI::Option* option : app.get_options([](const CLI::Option* one) { return !one->get_group().empty(); })) {
    (option->get_positional() ? command.positionals : command.flags).push_back(info_of(way, *option));
  }
  const auto inner = app.get_subcommands([](const CLI::App* one) { return !one->get_name().empty(); });
  for (const CLI::App* one : inner) {
    command.commands.push_back(one->get_name());
  }
  all.push_back(std::move(command));
  for (const CLI::App* one : inner) {
    append(all, *one, concat(way, " ", one->get_name()));
  }
}

}  // namespace

std::vector<CommandInfo> all_commands(const CLI::App& app) {
  std::vector<CommandInfo> all;
  append(all, app, "weft");
  return all;
}

}  // namespace weft::cli
