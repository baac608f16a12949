#include "weft/cli/prediction_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "weft/cli/csv_text.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {
namespace {

/// The `count` likeliest classes, equal ones in their order, those without a number last.
std::vector<std::int64_t> likeliest(std::span<const float> row, std::int64_t count) {
  std::vector<std::int64_t> order(row.size());
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](std::int64_t a, std::int64_t b) {
    const auto known = [&](std::int64_t c) {
      const float p = row[static_cast<std::size_t>(c)];
      return std::isnan(p) ? -std::numeric_limits<float>::infinity() : p;
    };
    const float pa = known(a), pb = known(b);
    return pa != pb ? pa > pb : a < b;
  });
  order.resize(static_cast<std::size_t>(count));
  return order;
}

}  // namespace

bool is_of_graphs(const TrainedModel& model) {
  return model.task().rows == Rows::graphs;
}

Json number_json(float value) {
  if (!std::isfinite(value)) {
    return nullptr;
  }
  // A double prints as short as the text that it was read from.
  std::array<char, 40> digits{};
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  double number = 0.0;
  std::from_chars(digits.data(), end, number);
  return number;
}

std::vector<std::pair<std::string, const std::vector<std::string>*>> PredictionTable::texts() const {
  std::vector<std::pair<std::string, const std::vector<std::string>*>> found;
  if (!is_of_graphs(predictor)) {
    found = {{"name", &dataset.node_names}};
  } else {
    found = {{"id", &dataset.graph_names}, {"smiles", &dataset.smiles}};
  }
  std::erase_if(found, [](const auto& column) { return column.second->empty(); });
  return found;
}

std::int64_t PredictionTable::called(std::int64_t i) const {
  return first_classes(i, 1).front();
}

std::vector<std::int64_t> PredictionTable::first_classes(std::int64_t i, std::int64_t count) const {
  return likeliest(outputs.cols() == 2 ? logits.row(i) : outputs.row(i), count);
}

std::string PredictionTable::header() const {
  std::string out = is_of_graphs(predictor) ? "graph" : "node";
  for (const auto& column : texts()) {
    out.append(1, ',').append(column.first);
  }
  out += has_classes() ? ",class" : "";
  if (top > 0) {
    for (std::int64_t k = 1; k <= top; ++k) {
      out.append(concat(",class_", k, ",p_", k));
    }
    return out + "\n";
  }
  for (const std::string& name : names) {
    out.append(1, ',').append(csv_field(concat(has_probabilities() ? "p_" : "", name)));
  }
  return out + "\n";
}

std::string PredictionTable::line(std::int64_t i) const {
  const std::span<const float> row = outputs.row(i);
  std::string out = std::to_string(number(i));
  for (const auto& column : texts()) {
    out.append(1, ',').append(csv_field((*column.second)[static_cast<std::size_t>(i)]));
  }
  const auto name_of_class = [&](std::int64_t c) { return csv_field(names[static_cast<std::size_t>(c)]); };
  if (has_classes()) {
    out.append(1, ',').append(name_of_class(called(i)));
  }
  if (top > 0) {
    for (const std::int64_t c : first_classes(i, top)) {
      out.append(1, ',').append(name_of_class(c));
      out.append(1, ',').append(number_text(row[static_cast<std::size_t>(c)]));
    }
  } else {
    for (const float value : row) {
      out.append(1, ',').append(number_text(value));
    }
  }
  return out + "\n";
}

Json PredictionTable::json(std::int64_t i) const {
  const std::span<const float> row = outputs.row(i);
  Json object = {{is_of_graphs(predictor) ? "graph" : "node", number(i)}};
  for (const auto& [word, column] : texts()) {
    object[word] = (*column)[static_cast<std::size_t>(i)];
  }
  if (has_classes()) {
    object["class"] = names[static_cast<std::size_t>(called(i))];
  }
  Json values = Json::array();
  if (top > 0) {
    for (const std::int64_t c : first_classes(i, top)) {
      values.push_back({names[static_cast<std::size_t>(c)], number_json(row[static_cast<std::size_t>(c)])});
    }
    object["top"] = std::move(values);
    return object;
  }
  for (const float value : row) {
    values.push_back(number_json(value));
  }
  object[has_probabilities() ? "probabilities" : std::string(name_of(predictor.outputs()))] = std::move(values);
  return object;
}

}  // namespace weft::cli
