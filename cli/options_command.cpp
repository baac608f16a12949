// weft options: what `weft train --set` takes for every model, as the library's tables have it; samplers and metrics,
// as some options name them; or all that one name means.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <iterator>

#include "weft/cli/commands.hpp"
#include "weft/cli/console.hpp"
#include "weft/cli/option_texts.hpp"
#include "weft/layers/graph_model.hpp"
#include "weft/layers/models.hpp"
#include "weft/runs/other_names.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/samplers/link_sampler.hpp"
#include "weft/tasks/generation_task.hpp"
#include "weft/tasks/link_task.hpp"
#include "weft/tasks/metrics.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft::cli {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

/// Options that belong together.
struct Group {
  std::string_view name, title;
  std::span<const Option> options;
};

std::vector<Group> groups() {
  return {{"training", "Options of training, for every model", training_options()},
          {"nodes", "Options of tasks about nodes of one graph, for every model",
           task_info(TaskKind::node_classification).options},
          {"graphs", "Options of every model of whole graphs and of its training",
           task_info(TaskKind::graph_classification).options},
          {"links", "Options of link prediction (--task link_prediction), for every model", link_options()}};
}

/// Samplers and metrics, by their names: what the options sampler and metric may be.
struct Choice {
  std::string kind, name, text;
};

std::vector<Choice> sampler_choices() {
  std::vector<Choice> choices;
  for (const SamplerInfo& sampler : samplers()) {
    choices.push_back({"sampler", std::string(sampler.name),
                       concat(sampler.summary, sampler.is_subgraph ? " (subgraphs; " : " (", sampler.source, ")")});
  }
  return choices;
}

std::vector<Choice> link_sampler_choices() {
  std::vector<Choice> choices;
  for (const SamplerInfo& sampler : link_samplers()) {
    choices.push_back(
        {"sampler of links", std::string(sampler.name), concat(sampler.summary, " (", sampler.source, ")")});
  }
  return choices;
}

/// What a metric is of, as far as it is not for anything.
std::vector<Choice> metric_choices() {
  std::vector<Choice> choices;
  for (const Metric& metric : metrics()) {
    std::string of;
    for (const auto& [kind, what] : {std::pair(OutputKind::classes, "classes"), std::pair(OutputKind::labels, "labels"),
                                     std::pair(OutputKind::values, "numbers"), std::pair(OutputKind::states, "links"),
                                     std::pair(OutputKind::graphs, "generation, which has no other")}) {
      of += metric.is_for(kind) ? concat(of.empty() ? "" : ", ", what) : "";
    }
    choices.push_back(
        {"metric", std::string(metric.info.name),
         concat(metric.info.summary, metric.info.higher_is_better ? "" : " (lower is better)", "; of ", of)});
  }
  return choices;
}

Lines lines_of(const std::vector<Choice>& choices) {
  Lines lines;
  for (const Choice& choice : choices) {
    lines.emplace_back(concat("  ", choice.name), choice.text);
  }
  return lines;
}

std::vector<Choice> all_choices() {
  std::vector<Choice> all = sampler_choices();
  for (std::vector<Choice>& more : std::array{link_sampler_choices(), metric_choices()}) {
    std::ranges::move(more, std::back_inserter(all));
  }
  return all;
}

std::string samplers_text() {
  return concat(
      "Samplers: weft train --sampler NAME. Those of subgraphs are for every model, the others for models whose layers "
      "read a hop each (gcn, sage, gat, gatv2, gin, mlp)\n",
      aligned(lines_of(sampler_choices())), "\nSamplers of links (--task link_prediction), for every model\n",
      aligned(lines_of(link_sampler_choices())));
}

std::string metrics_text() {
  return "Metrics: --set metric=NAME\n" + aligned(lines_of(metric_choices()));
}

/// Of the samplers and metrics of that name.
std::vector<Choice> choices_named(std::string_view name) {
  std::vector<Choice> found = all_choices();
  std::erase_if(found, [&](const Choice& choice) { return choice.name != name; });
  return found;
}

std::string all_options_text() {
  std::string out;
  for (const Group& group : groups()) {
    out +=
        concat(group.title, "\n", options_text(group.options),
               group.name == "links" ? overrides_text("for links, unless set otherwise", link_defaults("")) : "", "\n");
  }
  return concat(out, samplers_text(), "\n", metrics_text(),
                "\nChanged by `weft train --set NAME=VALUE`. Those of a model: weft models NAME\n");
}

Json all_options_json() {
  Json all = Json::object();
  for (const Group& group : groups()) {
    all[std::string(group.name)] = options_json(group.options);
  }
  return all;
}

/// An option, and whose it is.
struct Owned {
  std::string owner;
  const Option* option;
};

std::vector<Owned> options_named(std::string_view name) {
  std::vector<Owned> found;
  const auto look = [&](std::string owner, std::span<const Option> options) {
    const auto at = std::ranges::find(options, name, &Option::name);
    if (at != options.end()) {
      found.push_back({std::move(owner), &*at});
    }
  };
  for (const Group& group : groups()) {
    look(std::string(group.name), group.options);
  }
  for (const ModelInfo& model : models()) {
    look(concat("model ", model.name), model.options);
  }
  look(concat("model ", kGeneratorModel), generation_options());
  return found;
}

std::vector<std::string> all_names() {
  std::vector<std::string> names = {"samplers", "metrics"};
  const auto add = [&](std::span<const Option> options) {
    for (const Option& option : options) {
      names.emplace_back(option.name);
    }
  };
  for (const Group& group : groups()) {
    names.emplace_back(group.name);
    add(group.options);
  }
  for (const ModelInfo& model : models()) {
    add(model.options);
  }
  add(generation_options());
  for (Choice& choice : all_choices()) {
    names.push_back(std::move(choice.name));
  }
  return names;
}

/// "training", "graphs", or "models gcn, gat" together.
std::string owners_text(const std::vector<Owned>& alike) {
  std::string groups, of_models;
  std::size_t num_models = 0;
  for (const Owned& one : alike) {
    const bool is_model = one.owner.starts_with("model ");
    std::string& list = is_model ? of_models : groups;
    list += (list.empty() ? "" : ", ") + (is_model ? one.owner.substr(6) : one.owner);
    num_models += is_model ? 1 : 0;
  }
  const std::string models = of_models.empty() ? "" : concat(num_models > 1 ? "models " : "model ", of_models);
  return groups + (groups.empty() || models.empty() ? "" : ", ") + models;
}

/// "0.005 (weft, gat), 0.01 (gcn)": where models have another default than the option.
std::string defaults_text(std::string_view name,
                          std::vector<std::pair<std::string_view, OptionValue>> ModelInfo::*which) {
  std::vector<std::pair<std::string, std::string>> models_with;
  for (const ModelInfo& model : models()) {
    if (model.needs_node_labels) {
      // Solved for: what is said of its training is not for anybody to set.
      continue;
    }
    const auto& overrides = model.*which;
    const auto found = std::ranges::find(overrides, name, [](const auto& entry) { return entry.first; });
    if (found == overrides.end()) {
      continue;
    }
    const std::string value = to_text(found->second);
    auto same = std::ranges::find(models_with, value, [](const auto& entry) { return entry.first; });
    if (same == models_with.end()) {
      models_with.emplace_back(value, model.name);
    } else {
      same->second += concat(", ", model.name);
    }
  }
  std::string out;
  for (const auto& [value, names] : models_with) {
    out += concat(out.empty() ? "" : ", ", value, " (", names, ")");
  }
  return out;
}

/// Owners that have the option alike share a line.
std::string text_of(std::string_view name, const std::vector<Owned>& found) {
  std::string out = concat(name, "\n");
  std::vector<bool> is_told(found.size(), false);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (is_told[i]) {
      continue;
    }
    const Option& option = *found[i].option;
    std::vector<Owned> alike;
    for (std::size_t j = i; j < found.size(); ++j) {
      const Option& other = *found[j].option;
      if (other.help == option.help && other.fallback == option.fallback && range_text(other) == range_text(option)) {
        is_told[j] = true;
        alike.push_back(found[j]);
      }
    }
    out += concat("  of ", owners_text(alike), ": ", option.help, "\n    default ", to_text(option.fallback), "; ",
                  range_text(option), "\n");
  }
  const std::string always = defaults_text(name, &ModelInfo::always),
                    many = defaults_text(name, &ModelInfo::many_labels);
  out += always.empty() ? "" : concat("  unless set otherwise: ", always, "\n");
  out += many.empty() ? ""
                      : concat(
                            "  with 100 or more training labels a class (1000 if they are at most a fifth of the "
                            "nodes), unless set otherwise: ",
                            many, "\n");
  return out;
}

void show_one(const std::string& name, bool as_json) {
  for (const Group& group : groups()) {
    if (group.name == name) {
      return as_json ? print_json(Json{{std::string(group.name), options_json(group.options)}})
                     : print(concat(group.title, "\n", options_text(group.options)));
    }
  }
  if (!as_json && (name == "samplers" || name == "metrics")) {
    return print(name == "samplers" ? samplers_text() : metrics_text());
  }
  const std::vector<Owned> found = options_named(name);
  const std::vector<Choice> choices = choices_named(name);
  if (found.empty() && choices.empty()) {
    const std::vector<std::string> names = all_names();
    const std::string meant = name_meant_by(name, names);
    throw meant.empty() ? unknown_name("option", name, names, "; `weft options` lists them")
                        : ArgumentError(concat("there is no option '", name, "'; did you mean '", meant, "'?"));
  }
  if (!as_json) {
    std::string text = found.empty() ? "" : text_of(name, found);
    for (const Choice& choice : choices) {
      text += concat(text.empty() ? "" : "\n", name, "\n  a ", choice.kind, ": ", choice.text, "\n");
    }
    return print(text);
  }
  Json all = Json::array();
  for (const Owned& one : found) {
    Json json = options_json({one.option, 1})[0];
    json["of"] = one.owner;
    all.push_back(std::move(json));
  }
  Json json_of_choices = Json::array();
  for (const Choice& choice : choices) {
    json_of_choices.push_back({{"kind", choice.kind}, {"name", choice.name}, {"summary", choice.text}});
  }
  print_json(found.empty()     ? Json{{"choices", json_of_choices}}
             : choices.empty() ? Json{{"options", all}}
                               : Json{{"options", all}, {"choices", json_of_choices}});
}

}  // namespace

Work add_options_command(CLI::App& app) {
  struct Flags : SharedFlags {
    std::string name;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("options", "the options of training, samplers and metrics, or one in full");
  command->add_option("NAME", flags->name,
                      "an option, of training, of a task or of any model; a metric or a sampler; or training, nodes, "
                      "graphs, links, samplers, metrics");
  add_shared_flags(*command, *flags,
                   "Options are changed by `weft train --set NAME=VALUE`. Those of a model: weft models NAME\n"
                   "Example: weft options learning_rate");
  return [flags] {
    if (!flags->name.empty()) {
      return show_one(flags->name, flags->json);
    }
    flags->json ? print_json(all_options_json()) : print(all_options_text());
  };
}

}  // namespace weft::cli
