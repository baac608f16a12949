// The encoder of a table as JSON, which travels with a dataset and with the models that are trained on it.
#include <nlohmann/json.hpp>

#include <cmath>

#include "weft/core/error.hpp"
#include "weft/io/importers/table_encoder.hpp"

namespace weft {
namespace {

using Json = nlohmann::json;

/// Where encoders of several tables stand.
constexpr const char* kTables = "tables";

ColumnCode column_of_json(const Json& json) {
  ColumnCode code{.name = json.at("name").get<std::string>()};
  const std::optional<ColumnKind> kind = value_named<ColumnKind>(json.at("kind").get<std::string>());
  if (!kind) {
    throw ArgumentError(concat("kind '", json.at("kind").get<std::string>().substr(0, 40), "'"));
  }
  code.kind = *kind;
  code.values = json.value("values", std::vector<std::string>());
  code.has_others = json.value("others", false);
  code.has_missing = json.value("missing", false);
  code.mean = json.value("mean", 0.0);
  code.most_frequent = json.value("most_frequent", std::string());
  const bool has_values = code.kind == ColumnKind::category || code.kind == ColumnKind::text;
  if (!std::isfinite(static_cast<float>(code.mean)) || (!has_values && (!code.values.empty() || code.has_others)) ||
      (code.kind == ColumnKind::text && code.has_others)) {
    throw ArgumentError(concat("column '", code.name.substr(0, 40), "' is not as its kind wants it"));
  }
  return code;
}

}  // namespace

std::string encoder_text(const TableEncoder& encoder) {
  Json columns = Json::array();
  for (const ColumnCode& code : encoder.columns()) {
    Json json = {{"name", code.name}, {"kind", std::string(name_of(code.kind))}, {"missing", code.has_missing}};
    if (code.kind == ColumnKind::category || code.kind == ColumnKind::text) {
      json["values"] = code.values;
    } else {
      json["mean"] = code.mean;
    }
    if (code.kind == ColumnKind::category) {
      json["others"] = code.has_others;
      json["most_frequent"] = code.most_frequent;
    }
    columns.push_back(std::move(json));
  }
  Json json = {{"version", 1}, {"columns", std::move(columns)}};
  if (!encoder.form().missing.empty()) {
    json["missing"] = encoder.form().missing;
  }
  if (encoder.form().decimal == ',') {
    json["decimal"] = ",";
  }
  return json.dump();
}

TableEncoder parse_encoder(const std::string& text, const std::string& origin) {
  try {
    const Json json = Json::parse(text);
    if (json.at("version").get<int>() != 1) {
      throw ArgumentError(concat("version ", json.at("version").get<int>(), ", expected 1"));
    }
    std::vector<ColumnCode> columns;
    for (const Json& column : json.at("columns")) {
      columns.push_back(column_of_json(column));
    }
    CellForm form{.missing = json.value("missing", std::vector<std::string>())};
    if (const std::string decimal = json.value("decimal", "."); decimal == ",") {
      form.decimal = ',';
    } else if (decimal != ".") {
      throw ArgumentError(concat("decimal is '", decimal.substr(0, 40), "', expected '.' or ','"));
    }
    return TableEncoder(std::move(columns), std::move(form));
  } catch (const Json::exception& error) {
    throw DataError(origin, "encoder", concat("is no encoder of a table: ", error.what()));
  } catch (const ArgumentError& error) {
    throw DataError(origin, "encoder", concat("is no encoder of a table: ", error.what()));
  }
}

std::string encoders_text(const std::map<std::string, std::string>& encoders) {
  Json json = {{"version", 1}, {"columns", Json::array()}, {kTables, Json::object()}};
  for (const auto& [name, text] : encoders) {
    json[kTables][name] = Json::parse(text);
  }
  // Names may be any bytes.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::map<std::string, TableEncoder> parse_encoders(const std::string& text, const std::string& origin) {
  std::map<std::string, TableEncoder> encoders;
  try {
    const Json json = Json::parse(text);
    for (const auto& [name, of_table] : json.at(kTables).items()) {
      encoders.emplace(name, parse_encoder(of_table.dump(), origin));
    }
  } catch (const Json::exception& error) {
    throw DataError(origin, "encoder", concat("is none of several tables: ", error.what()));
  }
  return encoders;
}

}  // namespace weft
