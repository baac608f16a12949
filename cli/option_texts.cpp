#include "weft/cli/option_texts.hpp"

#include <cmath>

#include "weft/core/error.hpp"
#include "weft/layers/models.hpp"
#include "weft/tasks/generation_task.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft::cli {
namespace {

Json json_of(const OptionValue& value) {
  return std::visit([](const auto& v) { return Json(v); }, value);
}

}  // namespace

std::string range_text(const Option& option) {
  if (std::holds_alternative<bool>(option.fallback)) {
    return "true, false";
  }
  if (std::holds_alternative<std::string>(option.fallback)) {
    std::string out;
    for (const std::string_view choice : option.choices) {
      out += (out.empty() ? "" : ", ") + std::string(choice);
    }
    return out.empty() ? "text" : out;
  }
  const bool low = std::isfinite(option.minimum), high = std::isfinite(option.maximum);
  const std::string from = to_text(option.minimum), to = to_text(option.maximum);
  return low && high ? from + " to " + to : low ? "at least " + from : high ? "at most " + to : "any number";
}

std::string options_text(std::span<const Option> options) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Option& option : options) {
    rows.emplace_back("  " + std::string(option.name) + " = " + to_text(option.fallback),
                      std::string(option.help) + " (" + range_text(option) + ")");
  }
  return aligned(rows);
}

std::string overrides_text(std::string_view when, OverriddenDefaults overrides) {
  std::string out;
  for (const auto& [name, value] : overrides) {
    out += concat(out.empty() ? "" : ", ", name, " = ", to_text(value));
  }
  return out.empty() ? "" : concat("  ", when, ": ", out, "\n");
}

std::vector<std::string> option_names() {
  std::vector<std::string> names;
  const auto add = [&](std::span<const Option> options) {
    for (const Option& option : options) {
      names.emplace_back(option.name);
    }
  };
  for (const TaskInfo& task : tasks()) {
    add(task.options);
  }
  add(training_options());
  for (const ModelInfo& model : models()) {
    add(model.options);
  }
  return names;
}

Json options_json(std::span<const Option> options) {
  Json result = Json::array();
  for (const Option& option : options) {
    result.push_back({{"name", std::string(option.name)},
                      {"default", json_of(option.fallback)},
                      {"range", range_text(option)},
                      {"help", std::string(option.help)}});
  }
  return result;
}

Json overrides_json(OverriddenDefaults overrides) {
  Json result = Json::object();
  for (const auto& [name, value] : overrides) {
    result[std::string(name)] = json_of(value);
  }
  return result;
}

}  // namespace weft::cli
