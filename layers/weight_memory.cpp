// Weights are a polynomial of the options: of degree two in `hidden` and, from two layers on, of degree one in
// `layers`. Six small models give its coefficients, whatever convolution, attention and head they have; they are only
// made where the largest matrices alone make a model that may be too large.
#include "weft/layers/weight_memory.hpp"

#include <algorithm>
#include <array>

#include "weft/core/error.hpp"
#include "weft/core/machine.hpp"
#include "weft/core/named_rows.hpp"
#include "weft/layers/dense_layers.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/model_rows.hpp"

namespace weft {
namespace {

/// More matrices than any model has between two layers, or of its features.
constexpr double kMostMatrices = 80.0;

double bytes_there(std::int64_t limit) {
  return static_cast<double>(limit > 0 ? limit : machine_share().memory_bytes);
}

double bytes_of(double num_weights, WeightCopies copies) {
  return num_weights * static_cast<double>(sizeof(float)) * static_cast<double>(copies);
}

double number(const Options& options, std::string_view name) {
  return options.has(name) ? static_cast<double>(options.integer(name)) : 0.0;
}

/// Of the matrices that any model of these sizes has; the model has more.
double least_weights(const ModelShape& shape, const Options& options) {
  const double hidden = number(options, "hidden"), layers = number(options, "layers");
  const auto outputs = static_cast<double>(shape.num_outputs);
  if (options.has("buckets")) {
    return number(options, "buckets") * outputs;
  }
  const double inner = std::max(0.0, layers - 2.0) + std::max(0.0, number(options, "global_layers") - 1.0);
  const auto first = static_cast<double>(first_width(shape));
  return layers > 1.0 ? (first + outputs + inner * hidden) * hidden : first * std::min(hidden, outputs);
}

/// Of the model with another width and number of layers.
double weights_with(const ModelRow& row, const ModelShape& shape, Options options, bool of_graphs, std::int64_t hidden,
                    std::int64_t layers) {
  options.set_value("hidden", hidden);
  options.set_value("layers", layers);
  const auto& make = of_graphs ? row.make_for_graphs : row.make;
  return static_cast<double>(num_parameters(*make(shape, options, Random(0))));
}

/// By the values at 1, 2 and 3 times `step`.
double quadratic_at(const std::array<double, 3>& values, double step, double x) {
  const double t = x / step, first = values[1] - values[0], second = values[2] - 2.0 * values[1] + values[0];
  return values[0] + (t - 1.0) * first + 0.5 * (t - 1.0) * (t - 2.0) * second;
}

/// What no model of these sizes passes.
double most_weights(const ModelShape& shape, const Options& options) {
  const double hidden = number(options, "hidden");
  const double layers = number(options, "layers") + number(options, "global_layers") + 1.0;
  const double ends = static_cast<double>(first_width(shape)) + static_cast<double>(edge_input_width(shape)) +
                      static_cast<double>(shape.num_outputs) + number(options, "degree_categories");
  return kMostMatrices * (ends + layers * hidden) * hidden;
}

std::string size_text(double bytes) {
  return concat(static_cast<std::int64_t>(bytes / static_cast<double>(1 << 20)), " MB");
}

}  // namespace

double num_weights(std::string_view model, const ModelShape& shape, const Options& options, bool of_graphs) {
  const ModelRow& row = row_named(model_rows(), "model", model);
  const std::int64_t heads = options.has("heads") ? std::max<std::int64_t>(1, options.integer("heads")) : 1;
  const std::int64_t step = heads * std::max<std::int64_t>(1, 16 / heads);
  const double hidden = number(options, "hidden"), layers = number(options, "layers");
  if (hidden <= static_cast<double>(3 * step) || !options.has("layers")) {
    const auto& make = of_graphs ? row.make_for_graphs : row.make;
    return static_cast<double>(num_parameters(*make(shape, options, Random(0))));
  }
  const auto at = [&](std::int64_t num_layers) {
    std::array<double, 3> values{};
    for (std::int64_t k = 0; k < 3; ++k) {
      values[static_cast<std::size_t>(k)] = weights_with(row, shape, options, of_graphs, (k + 1) * step, num_layers);
    }
    return quadratic_at(values, static_cast<double>(step), hidden);
  };
  if (layers < 2.0) {
    return at(1);
  }
  const double of_two = at(2);
  return layers == 2.0 ? of_two : of_two + (layers - 2.0) * (at(3) - of_two);
}

void require_memory_for(std::string_view model, double count, WeightCopies copies, std::int64_t limit) {
  const double needed = bytes_of(count, copies), there = bytes_there(limit);
  require(needed <= there, "model ", model, ": ", copies == WeightCopies::training ? "training" : "holding",
          " its weights takes ", size_text(needed), " or more, ",
          limit > 0 ? "the memory limit is " : "the machine has ", size_text(there),
          "; expected a smaller hidden or fewer layers");
}

void require_memory_for(std::string_view model, const ModelShape& shape, const Options& options, bool of_graphs,
                        WeightCopies copies, std::int64_t limit) {
  const double least = least_weights(shape, options);
  require_memory_for(model, least, copies, limit);
  if (!options.has("buckets") && bytes_of(most_weights(shape, options), copies) > bytes_there(limit)) {
    require_memory_for(model, num_weights(model, shape, options, of_graphs), copies, limit);
  }
}

}  // namespace weft
