// The tables of the library: models and options by name.
#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "weft/layers/models.hpp"
#include "weft/python/module/parts.hpp"
#include "weft/runs/run_config.hpp"
#include "weft/samplers/batch_sampler.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft::python {
namespace {

namespace nb = nanobind;

/// Name to (summary, cost, source); of the model that makes graphs the summary of its task.
nb::dict model_table() {
  nb::dict all;
  for (const ModelInfo& model : models()) {
    all[nb::str(model.name.data(), model.name.size())] =
        nb::make_tuple(std::string(model.summary), std::string(model.cost), std::string(model.source));
  }
  for (const TaskInfo& task : tasks()) {
    if (!task.model.empty()) {
      all[nb::str(task.model.data(), task.model.size())] = nb::make_tuple(std::string(task.summary), "", "");
    }
  }
  return all;
}

/// The row of an option in the tables of model, task, whole graphs, training and samplers, whichever has it first.
nb::object row_of(const std::string& name, const std::vector<Option>& rows, const OptionValue& value) {
  const auto row = std::ranges::find(rows, name, &Option::name);
  if (row == rows.end()) {
    return nb::make_tuple(value, "", nb::none(), nb::none(), std::vector<std::string>());
  }
  const auto bound = [&](double number) { return std::isfinite(number) ? nb::cast(number) : nb::none(); };
  return nb::make_tuple(value, std::string(row->help), bound(row->minimum), bound(row->maximum),
                        std::vector<std::string>(row->choices.begin(), row->choices.end()));
}

/// Name to (default, help, least, most, choices) of every option that a run with the model has. `task` empty: that of
/// the model, or classes of nodes.
nb::dict option_table(const std::string& model, const std::string& task_name) {
  RunConfig config;
  config.model = model;
  const auto own =
      std::ranges::find_if(tasks(), [&](const TaskInfo& t) { return !t.model.empty() && t.model == model; });
  const TaskInfo& task = !task_name.empty()     ? task_info(task_name)
                         : own != tasks().end() ? *own
                                                : task_info(TaskKind::node_classification);
  const std::string name = model_of(config, task);
  std::vector<Option> rows;
  const auto add = [&](std::span<const Option> more) { rows.insert(rows.end(), more.begin(), more.end()); };
  add(task.options);
  if (task.model.empty()) {
    add(model_info(name).options);
  }
  const std::vector<Option> of_graphs = graph_options();
  add(of_graphs);
  add(training_options());
  add(train_option_table());
  add(sampler_options());
  const Options defaults = default_options(name, task.kind);
  nb::dict all;
  for (const auto& [option, value] : defaults.values()) {
    all[option.c_str()] = row_of(option, rows, value);
  }
  return all;
}

nb::dict task_table() {
  nb::dict all;
  for (const TaskInfo& task : tasks()) {
    all[nb::str(task.name().data(), task.name().size())] = std::string(task.summary);
  }
  return all;
}

}  // namespace

void add_tables(nb::module_& module) {
  module.def("models", model_table);
  module.def("options", option_table);
  module.def("tasks", task_table);
  module.def("nearest_name",
             [](const std::string& word, const std::vector<std::string>& names) { return nearest_name(word, names); });
}

}  // namespace weft::python
