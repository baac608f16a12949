#include "weft/layers/models.hpp"

#include <functional>

#include "weft/layers/stack_model.hpp"
#include "weft/layers/weft_model.hpp"

namespace weft {
namespace {

using Make = std::function<std::unique_ptr<NodeModel>(const ModelShape&, const Options&, const Random&)>;

struct Row {
  ModelInfo info;
  Make make;
};

template <class Model>
std::unique_ptr<NodeModel> make(const ModelShape& shape, const Options& options, const Random& random) {
  return std::make_unique<Model>(shape, options, random);
}

const std::vector<Row>& table() {
  static const std::vector<Row> kRows = {
      {{"weft", "neighbors and, gated, linear attention over all nodes of the graph; the default",
        "time N d² + E d, memory N d", "this project; Katharopoulos et al. 2020, Deng et al. 2024", weft_options()},
       make<WeftModel>},
      {{"gcn", "graph convolution with symmetric normalization", "time N d² + E d, memory N d", "Kipf, Welling 2017",
        stack_options("gcn")},
       make<StackModel>},
      {{"sage", "GraphSAGE: own state and the mean of the neighbors", "time N d² + E d, memory N d",
        "Hamilton, Ying, Leskovec 2017", stack_options("sage")},
       make<StackModel>},
      {{"gat", "graph attention, scores from a sum", "time N d² + E d, memory N d + E h", "Veličković et al. 2018",
        stack_options("gat")},
       make<StackModel>},
      {{"gatv2", "graph attention, scores from a hidden layer", "time N d² + E d, memory N d + E h",
        "Brody, Alon, Yahav 2022", stack_options("gatv2")},
       make<StackModel>},
      {{"mlp", "features of each node alone: the baseline without edges", "time N d², memory N d", "-",
        stack_options("mlp")},
       make<StackModel>},
  };
  return kRows;
}

const Row& row_of(std::string_view name) {
  std::vector<std::string> names;
  for (const Row& row : table()) {
    if (row.info.name == name) {
      return row;
    }
    names.emplace_back(row.info.name);
  }
  const std::string nearest = nearest_name(name, names);
  throw ArgumentError(
      concat("there is no model '", name, "'",
             nearest.empty() ? std::string("; `weft models` lists them") : "; did you mean '" + nearest + "'?"));
}

}  // namespace

ModelShape shape_for(const Features& features, std::int64_t num_outputs) {
  ModelShape shape;
  shape.num_outputs = num_outputs;
  shape.num_features = shape_of(features).cols;
  if (std::holds_alternative<Tensor>(features)) {
    shape.feature_kind = "dense";
  } else if (std::holds_alternative<SparseMatrix>(features)) {
    shape.feature_kind = "sparse";
  } else if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
    shape.feature_kind = "categorical";
    shape.num_categories = categorical->num_categories;
  }
  return shape;
}

std::span<const ModelInfo> models() {
  static const std::vector<ModelInfo> kInfos = [] {
    std::vector<ModelInfo> infos;
    for (const Row& row : table()) {
      infos.push_back(row.info);
    }
    return infos;
  }();
  return kInfos;
}

const ModelInfo& model_info(std::string_view name) {
  return row_of(name).info;
}

std::unique_ptr<NodeModel> make_model(std::string_view name, const ModelShape& shape, const Options& options,
                                      const Random& random) {
  require(shape.num_outputs >= 1, "make_model: num_outputs is ", shape.num_outputs, ", expected at least 1");
  return row_of(name).make(shape, options, random);
}

ParameterList parameters_of(NodeModel& model) {
  ParameterList list;
  model.list_parameters(list);
  return list;
}

std::int64_t num_parameters(NodeModel& model) {
  std::int64_t count = 0;
  for (const NamedParameter& parameter : parameters_of(model).parameters) {
    count += parameter.parameter->value().size();
  }
  return count;
}

}  // namespace weft
