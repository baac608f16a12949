// What the numbers that a model puts out mean.
#pragma once

#include <optional>
#include <string_view>

#pragma GCC visibility push(default)
namespace weft {

enum class OutputKind {
  /// Logits of classes that exclude each other: probabilities are their softmax.
  classes,
  /// Logits of labels that do not: probabilities are the sigmoid of each.
  labels,
  /// Numbers in the unit of the data.
  values,
  /// States whose products say how likely links are.
  states,
  /// New graphs.
  graphs,
};

/// As the model file spells it.
[[nodiscard]] constexpr std::string_view name_of(OutputKind kind) {
  switch (kind) {
    case OutputKind::classes:
      return "classes";
    case OutputKind::labels:
      return "labels";
    case OutputKind::values:
      return "values";
    case OutputKind::states:
      return "states";
    case OutputKind::graphs:
      return "graphs";
  }
  return {};
}
[[nodiscard]] constexpr std::optional<OutputKind> output_kind_of(std::string_view name) {
  for (const OutputKind kind :
       {OutputKind::classes, OutputKind::labels, OutputKind::values, OutputKind::states, OutputKind::graphs}) {
    if (name == name_of(kind)) {
      return kind;
    }
  }
  return std::nullopt;
}

}  // namespace weft
#pragma GCC visibility pop
