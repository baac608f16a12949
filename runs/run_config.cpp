#include "weft/runs/run_config.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

#include <toml++/toml.h>

#include "weft/core/error.hpp"
#include "weft/io/regular_file.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/cross_validation.hpp"
#include "weft/runs/other_names.hpp"

namespace weft {
namespace {

constexpr std::array<std::string_view, 7> kRunKeys = {"dataset", "model", "task", "split", "protocol", "seed", "runs"};
/// Those whose values are names. A split may be called by a number.
constexpr std::array<std::string_view, 4> kTextKeys = {"dataset", "model", "task", "protocol"};
constexpr std::int64_t kMostRuns = 10000;

/// A TOML text may hold any character, but no name does.
const std::string& text_without_nul(const std::string& key, const std::string& text) {
  require(text.find('\0') == std::string::npos, key.c_str(), ": '", text.c_str(),
          "' is followed by a NUL, expected a text without");
  return text;
}

template <class Integer>
Integer parse_integer(const std::string& key, const std::string& text, std::string_view expected) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(error == std::errc() && end == text.data() + text.size(), key, ": '", text, "' is not ", expected);
  return value;
}

std::string text_of(const std::string& key, const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) {
    return *text;
  }
  if (const auto flag = node.value_exact<bool>()) {
    return *flag ? "true" : "false";
  }
  if (const auto integer = node.value_exact<std::int64_t>()) {
    return std::to_string(*integer);
  }
  const auto real = node.value_exact<double>();
  require(real.has_value(), "'", key, "' is a table, an array or a date, expected a text, a number, true or false");
  return to_text(*real);
}

toml::table parse_file(const std::filesystem::path& path) {
  constexpr std::size_t kMostBytes = 1 << 20;
  // Each nests a table in another, and tables are taken apart one inside the other.
  constexpr std::int64_t kMostDots = 4096;
  (void)regular_file_bytes(path, "a TOML file");
  std::ifstream file(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  if (!file) {
    throw_not_opened(path, errno);
  }
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMostBytes) {
    throw DataError(path.string(), "", "the configuration has more than 1 MiB, expected a short TOML file");
  }
  if (const auto dots = std::ranges::count(text, '.'); dots > kMostDots) {
    throw DataError(path.string(), "",
                    concat("the configuration has ", dots, " dots, expected at most ", kMostDots,
                           ", as options have no "
                           "parts"));
  }
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw DataError(path.string(), concat("line ", error.source().begin.line), std::string(error.description()));
  }
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// A TOML number keeps its type: 1 is written 1.0 where the option is a real.
std::string toml_of(const OptionValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    return quoted(*text);
  }
  std::string out = to_text(value);
  const bool whole = std::holds_alternative<double>(value) && out.find_first_not_of("-0123456789") == std::string::npos;
  return whole ? out + ".0" : out;
}

}  // namespace

void RunConfig::set(const std::string& key, const std::string& text) {
  (void)text_without_nul(text_without_nul("option", key), text);
  if (key == "dataset") {
    dataset = text;
  } else if (key == "model") {
    model = text;
  } else if (key == "task") {
    task = text;
  } else if (key == "split") {
    splits = {text};
  } else if (key == "protocol") {
    protocol = text;
  } else if (key == "seed") {
    // TOML knows no whole number above 2^63 - 1, so a large seed is written as a text there.
    seed = parse_integer<std::uint64_t>(key, text, "a whole number from 0 to 18446744073709551615");
  } else if (key == "runs") {
    runs = parse_integer<std::int64_t>(key, text, "a whole number");
  } else {
    settings.emplace_back(key, text);
  }
  check();
}

void RunConfig::check() const {
  std::string names;
  bool is_known = task.empty();
  for (const TaskInfo& one : tasks()) {
    if (one.can_be_asked_for) {
      names = std::string(one.name()) + (names.empty() ? "" : ", ") + names;
      is_known = is_known || one.name() == task;
    }
  }
  require(is_known, "task: '", task, "' is not one of ", names, "; without it the dataset says what it is for");
  require(protocol.empty() || protocol_of(protocol), "protocol: '", protocol, "' is not one of gin, fair");
  require(runs >= 1 && runs <= kMostRuns, "runs: ", runs, " is out of range, expected 1 to ", kMostRuns);
  require(max_minutes >= 0.0, "max_minutes: ", max_minutes, " is out of range, expected 0 or more");
}

void RunConfig::set(const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  require(equals != std::string::npos && equals > 0, "option '", assignment, "' has no value, expected key=value");
  set(assignment.substr(0, equals), assignment.substr(equals + 1));
}

void read_run_config(const std::filesystem::path& path, RunConfig& config) {
  const toml::table table = parse_file(path);
  try {
    for (const auto& [toml_key, node] : table) {
      const std::string key(toml_key.str());
      require(node.is_string() || std::ranges::find(kTextKeys, key) == kTextKeys.end(), key, ": is no text, expected ",
              key, " = \"NAME\"");
      if (const toml::array* array = node.as_array(); array != nullptr && key == "split") {
        require(!array->empty(), "split: is an empty list, expected a name at least, or no split at all");
        config.splits.clear();
        for (const toml::node& one : *array) {
          config.splits.push_back(text_without_nul(key, text_of(key, one)));
        }
      } else {
        config.set(key, text_of(key, node));
      }
    }
    check_options(config);
  } catch (const ArgumentError& error) {
    throw ArgumentError(path.string() + ": " + error.what());
  }
}

std::string model_of(const RunConfig& config, const TaskInfo& task) {
  if (task.model.empty()) {
    return config.model.empty() ? TrainJob{}.model : std::string(model_info(config.model).name);
  }
  require(config.model.empty() || config.model == task.model, "task ", task.name(), ": the model '", config.model,
          "' does not learn that, expected ", task.model);
  return std::string(task.model);
}

namespace {

/// Whether a config may be one of the task, whatever its dataset is.
bool may_be_of(const RunConfig& config, const TaskInfo& task) {
  if (!config.task.empty()) {
    return task.name() == config.task;
  }
  return config.model.empty() ||
         (task.model.empty() ? !is_model_of_one_task(config.model) : config.model == task.model);
}

/// "sgformer, nodeformer and 3 more": the models that have an option of that name; empty if none has.
std::string models_with(std::string_view option) {
  constexpr std::size_t kMostNamed = 6;
  std::string names;
  std::size_t count = 0;
  for (const ModelInfo& model : models()) {
    const bool has_it = std::ranges::any_of(model.options, [&](const Option& one) { return one.name == option; });
    if (has_it && count++ < kMostNamed) {
      names += (names.empty() ? "" : ", ") + std::string(model.name);
    }
  }
  return count > kMostNamed ? concat(names, " and ", count - kMostNamed, " more") : names;
}

ArgumentError unknown_option(const std::string& key, const Options& options, const RunConfig& config,
                             const TaskInfo& task) {
  const std::string of_model = task.model.empty() ? model_of(config, task) : std::string(task.model);
  if (const std::string others = models_with(key); !others.empty()) {
    return ArgumentError(concat("the model ", of_model, " has no option '", key, "'; models with it: ", others));
  }
  std::vector<std::string> names(kRunKeys.begin(), kRunKeys.end());
  for (const auto& [name, value] : options.values()) {
    names.push_back(name);
  }
  for (const FormerOption& former : task.former) {
    names.emplace_back(former.before);
  }
  if (const std::string meant = name_meant_by(key, names); !meant.empty()) {
    return ArgumentError(concat("there is no option '", key, "'; did you mean '", meant, "'?"));
  }
  // Of other tasks too: what the run is one of is not what is misspelled.
  for (const TaskInfo& other : tasks()) {
    for (const Option& option : other.options) {
      names.emplace_back(option.name);
    }
  }
  return unknown_name("option", key, names, concat("; `weft models ", of_model, "` and `weft options` list them"));
}

/// Sets an option by its name of today or of before; false if there is none.
bool set_option(Options& options, const TaskInfo& task, const std::string& key, const std::string& text) {
  const FormerOption* former = former_option(task, key);
  const std::string name = former != nullptr && former->keeps_value ? std::string(former->now) : key;
  if (former != nullptr && !former->keeps_value) {
    require(parse_integer<std::int64_t>(key, text, "a whole number") >= 0, key, ": '", text,
            "' is not a whole number from 0 on");
    return true;
  }
  if (!options.has(name)) {
    return false;
  }
  options.set(name, text);
  return true;
}

/// The tasks that take an option with this value, be the config of them or not. `refused`: what is wrong with the
/// value, if a task has the option.
std::string tasks_that_take(const RunConfig& config, const std::string& key, const std::string& text,
                            std::optional<ArgumentError>& refused) {
  RunConfig of_any;
  of_any.model = is_model_of_one_task(config.model) ? "" : config.model;
  std::string names;
  for (const TaskInfo& task : tasks()) {
    std::optional<Options> options;
    try {
      options.emplace(default_options(model_of(task.model.empty() ? of_any : RunConfig{}, task), task.kind));
    } catch (const ArgumentError&) {
      continue;
    }
    try {
      if (set_option(*options, task, key, text)) {
        names += (names.empty() ? "" : ", ") + std::string(task.name());
      }
    } catch (const ArgumentError& error) {
      refused.emplace(error);
    }
  }
  return names;
}

/// Sets an option, or says what is wrong with it and to which other tasks it belongs. `is_certain`: the run is of that
/// task, which is not known before its data are.
void set_option_of_run(Options& options, const RunConfig& config, const TaskInfo& task, bool is_certain,
                       const std::pair<std::string, std::string>& setting) {
  const auto& [key, text] = setting;
  std::optional<ArgumentError> refused;
  try {
    if (set_option(options, task, key, text)) {
      return;
    }
  } catch (const ArgumentError& error) {
    refused.emplace(error);
  }
  std::optional<ArgumentError> refused_elsewhere;
  const std::string others = tasks_that_take(config, key, text, refused_elsewhere);
  if (others.empty()) {
    throw refused ? *refused : refused_elsewhere ? *refused_elsewhere : unknown_option(key, options, config, task);
  }
  throw ArgumentError(concat(refused ? refused->what() : concat("there is no option '", key, "'"), "; that belongs to ",
                             others, is_certain ? concat(", and this run is one of ", task.name()) : ""));
}

Options read_options(const RunConfig& config, const TaskInfo& task, bool is_certain, LabelAmount amount,
                     const FormerNames& former_names) {
  Options options = default_options(model_of(config, task), task.kind, amount);
  for (const auto& setting : config.settings) {
    set_option_of_run(options, config, task, is_certain, setting);
    const auto& [key, text] = setting;
    const FormerOption* former = former_option(task, key);
    if (former == nullptr) {
      continue;
    }
    std::string value = text;
    if (!former->keeps_value && former_names.num_steps > 0) {
      // Steps over which the rate rose are a share of the training now.
      const auto steps = static_cast<double>(parse_integer<std::int64_t>(key, text, "a whole number"));
      value = to_text(std::min(1.0, steps / static_cast<double>(former_names.num_steps)));
      options.set(former->now, value);
    }
    if (former_names.on_message) {
      former_names.on_message(
          concat("option ", former->before, " is called ", former->now, " now: ", former->now, " = ", value));
    }
  }
  return options;
}

}  // namespace

RunConfig with_settings(RunConfig config) {
  std::vector<std::pair<std::string, std::string>> settings;
  if (config.options) {
    require(config.model.empty() || config.model == config.options->model(), "run: the model is ", config.model,
            ", but the options are those of ", config.options->model(),
            "; expected no model, as the options name it (StackOptions by their convolution)");
    config.model = config.options->model();
    for (const auto& [name, value] : config.options->changes()) {
      settings.emplace_back(name, to_text(value));
    }
  }
  if (config.training) {
    for (const auto& [name, value] : changes_of(*config.training)) {
      settings.emplace_back(name, to_text(value));
    }
  }
  settings.insert(settings.end(), config.settings.begin(), config.settings.end());
  config.settings = std::move(settings);
  config.options.reset();
  config.training.reset();
  return config;
}

bool is_model_of_one_task(std::string_view model) {
  return std::ranges::any_of(tasks(), [&](const TaskInfo& task) { return !task.model.empty() && task.model == model; });
}

void check_options(const RunConfig& config) {
  if (config.settings.size() > 1) {
    // A setting that no task takes is the one to name, whatever others say of the task.
    for (const auto& setting : config.settings) {
      RunConfig alone = config;
      alone.settings = {setting};
      check_options(alone);
    }
  }
  std::optional<ArgumentError> refused;
  Rows refused_by = Rows::none;
  for (const TaskInfo& task : tasks()) {
    if (!may_be_of(config, task)) {
      continue;
    }
    try {
      (void)read_options(config, task, !config.task.empty(), LabelAmount::few, {});
      return;
    } catch (const ArgumentError& error) {
      // What whole graphs say counts: they have most options.
      if (!refused || (task.rows == Rows::graphs && refused_by != Rows::graphs)) {
        refused.emplace(error.what());
        refused_by = task.rows;
      }
    }
  }
  throw refused.value_or(ArgumentError(concat("task: the model '", config.model, "' does not learn ", config.task)));
}

Options options_of(const RunConfig& config, const TaskInfo& task, LabelAmount amount, const FormerNames& former_names) {
  return read_options(config, task, true, amount, former_names);
}

std::string run_config_text(const RunConfig& config, const Options& options) {
  std::string out = "# Everything that decides this run. Again: weft train --config config.toml -o ANOTHER\n";
  out += "dataset = " + quoted(config.dataset) + "\nmodel = " + quoted(config.model) + "\n";
  out += (config.task.empty() ? "" : "task = " + quoted(config.task) + "\n") + "split = [";
  for (std::size_t i = 0; i < config.splits.size(); ++i) {
    out += (i > 0 ? ", " : "") + quoted(config.splits[i]);
  }
  const std::string protocol_line =
      "]\n" + (config.protocol.empty() ? std::string() : "protocol = " + quoted(config.protocol) + "\n");
  const bool large = config.seed > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::string seed = std::to_string(config.seed);
  out += protocol_line;
  out += "seed = " + (large ? quoted(seed) : seed) + "\nruns = " + std::to_string(config.runs) + "\n\n";
  for (const auto& [name, value] : options.values()) {
    out += name + " = " + toml_of(value) + "\n";
  }
  return out;
}

}  // namespace weft
