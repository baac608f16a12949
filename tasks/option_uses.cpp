#include "weft/tasks/option_uses.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/layers/convolutions.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/models.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/tasks/labels.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/train/train_options.hpp"

namespace weft {
namespace {

struct Case {
  std::string_view model;
  const Options& options;
  const Dataset& dataset;

  [[nodiscard]] Rows rows() const { return task_info(dataset.task).rows; }
  [[nodiscard]] bool is(std::string_view option, std::string_view value) const {
    return options.has(option) && options.text(option) == value;
  }
  [[nodiscard]] bool is_on(std::string_view option) const { return options.has(option) && options.flag(option); }
  [[nodiscard]] bool is_above(std::string_view option, std::int64_t least) const {
    return options.has(option) && options.integer(option) > least;
  }
  [[nodiscard]] FeatureKind features() const {
    return dataset.node_features.is_in_file() ? FeatureKind::dense : kind_of(dataset.node_features.in_memory());
  }
  [[nodiscard]] bool reads_edge_features() const {
    return rows() != Rows::links && kind_of(dataset.edge_features) != FeatureKind::none &&
           weft::reads_edge_features(options);
  }
  [[nodiscard]] bool has_heads() const {
    return options.has("convolution") && convolution_info(options.text("convolution")).has_heads;
  }
  [[nodiscard]] bool attends() const { return options.has("attention") && options.text("attention") != "none"; }
  /// Convolutions one after the other.
  [[nodiscard]] bool is_stack() const { return options.has("output_heads"); }
  /// Whether the last layer makes the outputs, and not a linear map after it.
  [[nodiscard]] bool has_output_layer() const {
    return is_stack() && is("head", "convolution") && rows() != Rows::graphs;
  }
  /// Whether the features become states before the first layer in any case.
  [[nodiscard]] bool maps_features() const {
    return rows() == Rows::graphs || is_on("virtual_node") || reads_edge_features() ||
           (options.has("encoding") && !is("encoding", "none")) ||
           convolution_info(options.text("convolution")).needs_states;
  }
};

/// Says what is wrong, or "".
using Problem = std::function<std::string(const Case&)>;

struct Rule {
  std::string_view option;
  Problem problem;
};

std::string value_of(const Case& c, std::string_view option) {
  return c.options.has(option) ? concat(option, " is ", to_text(c.options.value(option)))
                               : concat("the model ", c.model, " has no ", option);
}

Problem needs(std::string_view option, std::initializer_list<std::string_view> values) {
  return [option, values = std::vector<std::string_view>(values)](const Case& c) {
    std::string names;
    for (const std::string_view value : values) {
      if (c.is(option, value)) {
        return std::string();
      }
      names += (names.empty() ? "" : " or ") + std::string(value);
    }
    return concat(value_of(c, option), ", expected ", names);
  };
}

Problem needs_above(std::string_view option, std::int64_t least) {
  return [option, least](const Case& c) {
    return c.is_above(option, least) ? "" : concat(value_of(c, option), ", expected more than ", least);
  };
}

std::string needs_decay(const Case& c) {
  return c.options.real("weight_decay") > 0.0 ? "" : "weight_decay is 0, expected more";
}

std::string needs_nodes(const Case& c) {
  return c.rows() == Rows::nodes ? "" : concat("the task is ", name_of(c.dataset.task), ", expected one about nodes");
}

std::string needs_row_outputs(const Case& c) {
  return c.rows() != Rows::graphs
             ? ""
             : concat("the task is ", name_of(c.dataset.task), ", whose outputs are not those of nodes");
}

std::string needs_readout(const Case& c) {
  return model_info(c.model).needs_graphs ? concat("the model ", c.model, " reads whole graphs without a readout") : "";
}

std::string needs_no_features(const Case& c) {
  return c.features() == FeatureKind::none
             ? ""
             : concat("the nodes have ", name_of(c.features()), " features, expected none");
}

std::string needs_scaled_features(const Case& c) {
  const FeatureKind kind = c.features();
  if (c.is("feature_norm", "column")) {
    const bool has_dense_edges =
        kind_of(c.dataset.edge_features) == FeatureKind::dense && reads_edge_features(c.options);
    return kind == FeatureKind::dense || has_dense_edges
               ? ""
               : concat("the features of nodes are ", name_of(kind), ", expected dense ones");
  }
  return kind == FeatureKind::dense || kind == FeatureKind::sparse
             ? ""
             : concat("the features of nodes are ", name_of(kind), ", expected dense or sparse");
}

std::string needs_values(const Case& c) {
  const bool of_rows = c.rows() == Rows::nodes || c.rows() == Rows::graphs;
  return of_rows && RowLabels::kind_of(c.dataset, c.rows() == Rows::graphs) == OutputKind::values
             ? ""
             : "nothing is learned that is a number, expected a task of regression";
}

OutputKind outputs_of(const Case& c) {
  const bool of_rows = c.rows() == Rows::nodes || c.rows() == Rows::graphs;
  return of_rows                   ? RowLabels::kind_of(c.dataset, c.rows() == Rows::graphs)
         : c.rows() == Rows::links ? OutputKind::states
                                   : OutputKind::graphs;
}

std::string needs_classes(const Case& c) {
  return outputs_of(c) == OutputKind::classes ? "" : "no classes are learned, expected a task of classification";
}

std::string needs_two_classes(const Case& c) {
  return outputs_of(c) == OutputKind::classes && c.dataset.num_classes == 2
             ? ""
             : concat("there are ", c.dataset.num_classes, " classes or labels, expected two classes");
}

std::string needs_edges(const Case& c) {
  return c.is_on("edges") ? "" : "edges is false, and labels spread along edges";
}

std::string needs_loss(const Case& c) {
  if (!c.is("loss", "focal")) {
    return needs_values(c);
  }
  const OutputKind outputs = outputs_of(c);
  return outputs == OutputKind::classes || outputs == OutputKind::labels
             ? ""
             : "no classes are learned, expected a task of classification";
}

std::string needs_attending_convolution(const Case& c) {
  if (c.has_heads()) {
    return "";
  }
  std::string names;
  for (const ConvolutionInfo& info : convolutions()) {
    if (info.has_heads) {
      names += (names.empty() ? "" : " or ") + std::string(info.name);
    }
  }
  return concat(value_of(c, "convolution"), ", expected ", names);
}

std::string needs_attention(const Case& c) {
  return c.attends() ? "" : concat(value_of(c, "attention"), ", expected a mechanism");
}

/// A single layer that makes the outputs leaves no hidden one.
std::string needs_hidden_layer(const Case& c) {
  return !c.has_output_layer() || c.is_above("layers", 1)
             ? ""
             : "layers is 1 and head is convolution, so that no layer is hidden; expected more layers or head linear";
}

std::string needs_hidden_states(const Case& c) {
  return c.has_output_layer() && (c.maps_features() || c.is_on("pre_linear")) ? std::string() : needs_hidden_layer(c);
}

std::string needs_anything_of_heads(const Case& c) {
  if (!c.options.has("convolution")) {
    return "";
  }
  const std::string problem = c.attends() ? "" : needs_attending_convolution(c);
  return problem.empty() ? needs_hidden_layer(c) : problem;
}

std::string needs_output_heads(const Case& c) {
  return c.has_output_layer() ? needs_attending_convolution(c)
                              : "no convolution makes the outputs, expected head convolution and a task about nodes";
}

std::string needs_unmapped_features(const Case& c) {
  return c.maps_features() ? "the features go through a linear map in any case here" : "";
}

std::string needs_several_layers(const Case& c) {
  if (c.rows() == Rows::graphs && c.is("readout", "all")) {
    return "readout is all, expected last";
  }
  // A model that has a residual sum adds what comes before its layers too.
  return c.is_stack() ? needs_above("layers", 1)(c) : "";
}

std::string needs_edges_read(const Case& c) {
  if (c.rows() == Rows::none || !c.options.has("convolution")) {
    return "";
  }
  const bool alone = traits_of(c.model, c.options, kind_of(c.dataset.edge_features)).reads == Reads::own_row;
  const bool by_degree = c.features() == FeatureKind::none && (!c.is_on("node_table") || !c.is("encoding", "none"));
  return !alone || by_degree || !c.is("encoding", "none")
             ? ""
             : concat("the model ", c.model, " reads each node's own features alone");
}

std::string needs_weights_read(const Case& c) {
  if (c.dataset.weight_column < 0) {
    return "the edges have no weights";
  }
  return reads_edge_weights(traits_of(c.model, c.options, kind_of(c.dataset.edge_features)), c.options)
             ? ""
             : concat("the model ", c.model, " reads no weights of edges");
}

std::string needs_a_sampler(const Case& c) {
  if (c.rows() != Rows::nodes) {
    return "";
  }
  if (c.is("sampler", "none")) {
    return "sampler is none, expected one";
  }
  return (c.is("sampler", "cluster") || c.is("sampler", "parts")) && c.is_above("parts", 0)
             ? "parts says how large batches are, expected parts 0"
             : "";
}

std::string needs_drawn_neighbors(const Case& c) {
  if (c.rows() == Rows::links) {
    return needs("sampler", {"neighbor", "neighbor+degree_negatives"})(c);
  }
  return needs("sampler", {"neighbor", "weighted", "typed", "temporal", "labor", "ladies", "pinsage", "shadow"})(c);
}

std::string needs_replaceable_neighbors(const Case& c) {
  return c.rows() == Rows::links ? needs_drawn_neighbors(c) : needs("sampler", {"neighbor", "weighted"})(c);
}

/// An option of mechanisms.
Problem needs_mechanism_with(std::string_view option) {
  return [option](const Case& c) {
    std::string names;
    for (const AttentionInfo& info : global_attentions()) {
      if (std::ranges::find(info.options, option, &Option::name) != info.options.end()) {
        if (c.is("attention", info.name)) {
          return std::string();
        }
        names += (names.empty() ? "" : " or ") + std::string(info.name);
      }
    }
    return concat(value_of(c, "attention"), ", expected ", names);
  };
}

/// Where the attention is `attention`, the option wants more.
Problem if_attention(std::string_view attention, Problem problem) {
  return [attention, problem = std::move(problem)](const Case& c) {
    return c.is("attention", attention) ? problem(c) : "";
  };
}

std::string needs_an_order(const Case& c) {
  return c.is_above("grid_width", 0) ? "grid_width is set, so that windows go over a grid; expected 0" : "";
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules = [] {
    std::vector<Rule> rules = {
        // The loop.
        {"decay", needs_decay},
        {"optimizer", needs_decay},
        {"final_rate", needs("schedule", {"cosine"})},
        {"step_epochs", needs("schedule", {"step"})},
        {"step_factor", needs("schedule", {"step"})},
        // How the graph is read.
        {"loss", needs_loss},
        {"class_weights", needs_classes},
        {"edges", needs_edges_read},
        {"smooth", needs_edges},
        {"threshold", needs_two_classes},
        {"edge_weights", needs_weights_read},
        {"edge_weight", needs("sampler", {"weighted"})},
        {"edge_time", needs("sampler", {"temporal"})},
        {"inference_rows", needs_nodes},
        {"sampler", [](const Case& c) { return c.rows() == Rows::graphs ? needs_nodes(c) : ""; }},
        {"batch_size", needs_a_sampler},
        {"fanout", needs_drawn_neighbors},
        {"replace", needs_replaceable_neighbors},
        {"parts", needs("sampler", {"cluster", "parts", "saint_node", "saint_edge", "saint_walk"})},
        {"parts_per_batch", needs("sampler", {"cluster"})},
        {"walks", needs("sampler", {"pinsage"})},
        {"walk_length", needs("sampler", {"pinsage", "saint_walk"})},
        {"walk_return", needs("sampler", {"pinsage"})},
        {"walk_in_out", needs("sampler", {"pinsage"})},
        {"most_recent", needs("sampler", {"temporal"})},
        // Models.
        {"hidden", needs_hidden_states},
        {"dropout", needs_hidden_states},
        {"activation", needs_hidden_states},
        {"norm", [](const Case& c) { return c.is("convolution", "gin") ? "" : needs_hidden_layer(c); }},
        {"residual", needs_hidden_layer},
        {"heads", needs_anything_of_heads},
        {"output_heads", needs_output_heads},
        {"attention_dropout", needs_attending_convolution},
        {"attention_warmup", needs_attention},
        {"global_layers", needs_attention},
        {"head", needs_row_outputs},
        {"pre_linear", needs_unmapped_features},
        {"jumping_knowledge", needs_several_layers},
        {"propagation", needs_row_outputs},
        {"restart", needs_row_outputs},
        {"restart", needs_above("propagation", 0)},
        {"feature_norm", needs_scaled_features},
        {"encoding_size", needs("encoding", {"random_walk", "laplacian"})},
        {"edge_features",
         [](const Case& c) {
           return kind_of(c.dataset.edge_features) == FeatureKind::none ? "the edges have no features" : "";
         }},
        {"pooling", needs_readout},
        {"readout", needs_readout},
        {"head_layers", needs_readout},
        {"head_dropout", needs_readout},
        {"degree_categories", needs_no_features},
        // Links and generation.
        {"degree_power", needs("sampler", {"degree_negatives", "neighbor+degree_negatives"})},
        {"node_table", needs_no_features},
        {"node_table", needs("encoding", {"none"})},
        {"property_drop",
         [](const Case& c) { return c.is("condition", "") ? "condition names no property, expected some" : ""; }},
        // Mechanisms that want more than to be chosen.
        {"grid_side", needs_above("grid_width", 0)},
        {"window", if_attention("windows", needs_an_order)},
        {"order", if_attention("windows", needs_an_order)},
        {"pattern_seed", if_attention("bigbird", needs_above("random_nodes", 0))},
        {"pattern_seed", if_attention("exphormer", needs_above("expander_cycles", 0))},
    };
    for (const Option& option : global_attention_options()) {
      rules.push_back({option.name, needs_mechanism_with(option.name)});
    }
    return rules;
  }();
  return kRules;
}

bool is_solved_for(std::string_view model) {
  return std::ranges::any_of(models(),
                             [&](const ModelInfo& info) { return info.name == model && info.needs_node_labels; });
}

/// Whether the option says how steps are taken, or what they read and minimize.
bool is_of_training(std::string_view option) {
  constexpr std::array<std::string_view, 4> kOthers = {"loss", "class_weights", "inference_rows", "node_table"};
  const auto has = [&](std::span<const Option> table) {
    return std::ranges::any_of(table, [&](const Option& one) { return one.name == option; });
  };
  return std::ranges::find(kOthers, option) != kOthers.end() || has(sampler_options()) ||
         (option != "checkpoint_seconds" && has(train_option_table()));
}

}  // namespace

std::string why_not_read(std::string_view option, std::string_view model, const Options& options,
                         const Dataset& dataset) {
  if (!options.has(option)) {
    return "";
  }
  const Case c{model, options, dataset};
  if (is_solved_for(model) && is_of_training(option)) {
    return concat("the model ", model, " is solved for, not trained");
  }
  for (const Rule& rule : rules()) {
    if (rule.option == option) {
      if (std::string problem = rule.problem(c); !problem.empty()) {
        return problem;
      }
    }
  }
  return "";
}

void require_options_are_read(std::string_view model, const Options& options, const Dataset& dataset) {
  const Options few = default_options(model, dataset.task, LabelAmount::few);
  const Options many = default_options(model, dataset.task, LabelAmount::many);
  for (const auto& [name, value] : options.values()) {
    if (value == few.value(name) || value == many.value(name)) {
      continue;
    }
    const std::string problem = why_not_read(name, model, options, dataset);
    require(problem.empty(), "option ", name, ": ", to_text(value), " would change nothing: ", problem);
  }
}

}  // namespace weft
