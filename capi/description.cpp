#include "weft/capi/description.hpp"

#include <variant>

#include <nlohmann/json.hpp>

#include "weft/layers/models.hpp"

namespace weft::capi {
namespace {

using Json = nlohmann::ordered_json;

Json features_json(FeatureKind kind, std::int64_t columns, const std::vector<std::int64_t>& categories,
                   const std::vector<std::string>& names) {
  return {{"kind", name_of(kind)}, {"columns", columns}, {"categories", categories}, {"names", names}};
}

std::string_view name_of_rows(Rows rows) {
  switch (rows) {
    case Rows::nodes:
      return "nodes";
    case Rows::graphs:
      return "graphs";
    case Rows::links:
      return "links";
    case Rows::none:
      break;
  }
  return "none";
}

}  // namespace

ModelShape shape_given(const ModelDescription& about) {
  ModelShape shape = about.shape;
  const std::int64_t degrees = about.options.has("degree_categories") ? about.options.integer("degree_categories") : 0;
  const bool has_degrees = degrees > 0 && about.names.features.empty() && shape.num_categories == std::vector{degrees};
  if (!about.table_nodes.empty() || has_degrees) {
    shape.feature_kind = FeatureKind::none;
    shape.num_features = 0;
    shape.num_categories.clear();
  }
  return shape;
}

std::string description_of(const TrainedModel& model, const std::vector<std::string>& output_names) {
  const ModelDescription& about = model.trained().description();
  const NodeModel* network = model.trained().node_model();
  const ModelShape shape = shape_given(about);
  Json options = Json::object();
  for (const auto& [name, value] : about.options.values()) {
    options[name] = std::visit([](const auto& of_its_type) { return Json(of_its_type); }, value);
  }
  const Json json = {
      {"task", about.task->name()},
      {"model", about.model},
      {"dataset", about.dataset},
      {"metric", about.metric},
      {"split", about.split},
      {"rows", name_of_rows(about.task->rows)},
      {"outputs", {{"kind", name_of(about.outputs)}, {"names", output_names}}},
      {"embedding", network == nullptr ? 0 : network->embedding_width()},
      {"nodes", features_json(shape.feature_kind, shape.num_features, shape.num_categories, about.names.features)},
      {"edges",
       features_json(shape.edge_kind, shape.num_edge_features, shape.num_edge_categories, about.names.edge_features)},
      {"edge_weight", about.edge_weight},
      {"options", options}};
  // Names of a file that is no UTF-8 are shown as far as they are.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace weft::capi
