// weft models: every model that can be trained and every attention layer, as the library's tables have them: a line
// each, or one in full.
#include <CLI/CLI.hpp>

#include <algorithm>

#include "weft/cli/commands.hpp"
#include "weft/cli/console.hpp"
#include "weft/cli/option_texts.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/graph_model.hpp"
#include "weft/layers/models.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/samplers/link_sampler.hpp"
#include "weft/tasks/generation_task.hpp"
#include "weft/tasks/link_task.hpp"
#include "weft/tasks/metrics.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft::cli {
namespace {

constexpr std::string_view kGeneratorSummary =
    "learns to make graphs (--task generation), by gated linear attention over their codes";

/// What whole graphs change, as far as the model or its training has it.
std::vector<std::pair<std::string_view, OptionValue>> graph_defaults_of(const ModelInfo& model) {
  const Options options = default_options(model.name);
  std::vector<std::pair<std::string_view, OptionValue>> defaults;
  for (const auto& [name, value] : graph_defaults(model.name)) {
    if (!options.has(name)) {
      continue;
    }
    // Of two the model's own, which comes last.
    const auto found = std::ranges::find(defaults, name, [](const auto& entry) { return entry.first; });
    if (found == defaults.end()) {
      defaults.emplace_back(name, value);
    } else {
      found->second = value;
    }
  }
  return defaults;
}

OptionDefaults generation_defaults() {
  return task_info(TaskKind::generation).defaults(kGeneratorModel);
}

Json tasks_json() {
  Json all = Json::array();
  for (const TaskInfo& task : tasks()) {
    all.push_back({{"name", std::string(task.name())}, {"summary", std::string(task.summary)}});
  }
  return all;
}

Json metrics_json() {
  Json all = Json::array();
  for (const Metric& metric : metrics()) {
    all.push_back({{"name", std::string(metric.info.name)},
                   {"summary", std::string(metric.info.summary)},
                   {"higher_is_better", metric.info.higher_is_better}});
  }
  return all;
}

Json models_json() {
  Json all = Json::array();
  for (const ModelInfo& model : models()) {
    all.push_back({{"name", std::string(model.name)},
                   {"summary", std::string(model.summary)},
                   {"cost", std::string(model.cost)},
                   {"source", std::string(model.source)},
                   {"options", options_json(model.options)},
                   {"always", overrides_json(model.always)},
                   {"many_labels", overrides_json(model.many_labels)},
                   {"graphs", overrides_json(graph_defaults_of(model))},
                   {"needs_graphs", model.needs_graphs}});
  }
  Json attentions = Json::array();
  for (const AttentionInfo& attention : global_attentions()) {
    attentions.push_back({{"name", std::string(attention.name)},
                          {"summary", std::string(attention.summary)},
                          {"cost", std::string(attention.cost)},
                          {"source", std::string(attention.source)},
                          {"causal", std::string(attention.causal)}});
  }
  Json link_sampler_list = Json::array();
  for (const SamplerInfo& sampler : link_samplers()) {
    link_sampler_list.push_back({{"name", std::string(sampler.name)},
                                 {"summary", std::string(sampler.summary)},
                                 {"source", std::string(sampler.source)}});
  }
  Json all_samplers = Json::array();
  for (const SamplerInfo& sampler : samplers()) {
    all_samplers.push_back({{"name", std::string(sampler.name)},
                            {"summary", std::string(sampler.summary)},
                            {"source", std::string(sampler.source)},
                            {"subgraph", sampler.is_subgraph},
                            {"needs", std::string(sampler.needs_of_edges)}});
  }
  return {{"models", all},
          {"attentions", attentions},
          {"samplers", all_samplers},
          {"training_options", options_json(training_options())},
          {"node_options", options_json(task_info(TaskKind::node_classification).options)},
          {"graph_options", options_json(task_info(TaskKind::graph_classification).options)},
          {"link_samplers", link_sampler_list},
          {"link_options", options_json(link_options())},
          {"links", overrides_json(link_defaults(""))},
          {"generator",
           {{"name", std::string(kGeneratorModel)},
            {"options", options_json(generation_options())},
            {"always", overrides_json(generation_defaults())}}},
          {"tasks", tasks_json()},
          {"metrics", metrics_json()}};
}

/// Which more options there are, and where they are shown.
std::string task_options_text(const ModelInfo& model) {
  const TaskKind kind = model.needs_graphs ? TaskKind::graph_classification : TaskKind::node_classification;
  std::string names;
  for (const Option& option : task_info(kind).options) {
    names += concat(names.empty() ? "" : ", ", option.name);
  }
  return concat("  and options of its task, of ", model.needs_graphs ? "whole graphs: " : "nodes: ", names,
                "; these and those of training: weft options\n");
}

std::string text_of(const ModelInfo& model) {
  return concat(model.name, ": ", model.summary, "\n  cost: ", model.cost, "\n  source: ", model.source, "\n",
                options_text(model.options),
                // That there is one epoch is no option of what is solved for.
                overrides_text("unless set otherwise",
                               model.needs_node_labels ? OverriddenDefaults() : OverriddenDefaults(model.always)),
                overrides_text("with 100 or more training labels a class (1000 if they are at most a fifth of the "
                               "nodes), unless set otherwise",
                               model.many_labels),
                model.needs_node_labels
                    ? std::string("  for classes and labels of nodes only; solved for, so that options of steps "
                                  "(epochs, learning_rate, sampler and others) are none of it\n")
                    : overrides_text("for whole graphs, unless set otherwise", graph_defaults_of(model)),
                task_options_text(model));
}

std::string text_of(const AttentionInfo& attention) {
  return concat(attention.name, ": ", attention.summary, "\n  cost: ", attention.cost,
                " (N nodes, d width, h heads; ordering: about E, once a graph)\n  source: ", attention.source, "\n",
                attention.causal.empty() ? "" : concat("  causal: ", attention.causal, "\n"),
                "  Its options are those of the models that have it: weft models weft\n");
}

std::string generator_text() {
  return concat(kGeneratorModel, ": ", kGeneratorSummary,
                "\n  cost: tokens d^2 + tokens (32 + d / h) d a layer, about N + E tokens a graph\n"
                "  source: docs/generation.md\n",
                options_text(generation_options()),
                overrides_text("and those of training, unless set otherwise", generation_defaults()));
}

/// A line each, and where the rest stands.
std::string models_text() {
  using Lines = std::vector<std::pair<std::string, std::string>>;
  Lines of_models, of_attentions;
  const auto add = [](Lines& lines, std::string_view name, std::string_view summary) {
    lines.emplace_back(concat("  ", name), std::string(summary));
  };
  for (const ModelInfo& model : models()) {
    add(of_models, model.name, model.summary);
  }
  add(of_models, kGeneratorModel, kGeneratorSummary);
  for (const AttentionInfo& attention : global_attentions()) {
    add(of_attentions, attention.name, attention.summary);
  }
  return concat("Models: weft train DATA --model NAME\n", aligned(of_models),
                "\nAttention over all nodes of a graph, in models weft, gps and polynormer: --set attention=NAME\n",
                aligned(of_attentions),
                "\n`weft models NAME` shows one in full: its cost, source and options. `weft options` shows those of "
                "training, samplers and metrics.\n");
}

/// The object of that name in a list.
const Json& entry_of(const Json& list, const std::string& name) {
  return *std::ranges::find_if(list, [&](const Json& one) { return one["name"] == name; });
}

/// The one of that name, a model or an attention. Throws ArgumentError with the nearest name if there is none.
void show_one(const std::string& name, bool as_json) {
  const Json all = models_json();
  std::vector<std::string> names = {std::string(kGeneratorModel)};
  for (const ModelInfo& model : models()) {
    if (model.name == name) {
      return as_json ? print_json(entry_of(all["models"], name)) : print(text_of(model));
    }
    names.emplace_back(model.name);
  }
  for (const AttentionInfo& attention : global_attentions()) {
    if (attention.name == name) {
      return as_json ? print_json(entry_of(all["attentions"], name)) : print(text_of(attention));
    }
    names.emplace_back(attention.name);
  }
  if (name == kGeneratorModel) {
    return as_json ? print_json(all["generator"]) : print(generator_text());
  }
  throw unknown_name("model or attention", name, names, "; `weft models` lists them");
}

}  // namespace

Work add_models_command(CLI::App& app) {
  struct Flags : SharedFlags {
    std::string name;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("models", "the models and attention layers, or one in full: its cost, source and options");
  command->add_option("NAME", flags->name,
                      "a model or attention: its cost and source, its options with their defaults and ranges");
  add_shared_flags(*command, *flags,
                   "N nodes, E edges, d width of the layers. Options are changed by `weft train --set NAME=VALUE`.\n"
                   "Example: weft models gcn");
  return [flags] {
    if (!flags->name.empty()) {
      return show_one(flags->name, flags->json);
    }
    flags->json ? print_json(models_json()) : print(models_text());
  };
}

}  // namespace weft::cli
