#include "weft/layers/graph_readout.hpp"

#include "weft/layers/kernels/feature_maps.hpp"
#include "weft/tensor/segment_ops.hpp"

namespace weft {

GraphReadout::GraphReadout(std::string_view kind, std::int64_t width, const Random& random) {
  require(kind == "sum" || kind == "mean" || kind == "max" || kind == "attention", "GraphReadout: kind is '", kind,
          "', expected sum, mean, max or attention");
  kind_ = kind == "sum" ? Kind::sum : kind == "mean" ? Kind::mean : kind == "max" ? Kind::max : Kind::attention;
  if (kind_ == Kind::attention) {
    score_ = Parameter(glorot_uniform(width, 1, random));
  }
}

// attention: y_g = sum of a_i x_i, a = softmax of x w over the nodes of g
Variable GraphReadout::forward(const MessageBlock& block, const Variable& x, const Pass& pass) const {
  require(x.rows() == block.num_outputs(), "GraphReadout: x has shape ", x.shape(), ", expected ", block.num_outputs(),
          " rows, one a node");
  switch (kind_) {
    case Kind::sum:
      return segment_sum(x, block.segments());
    case Kind::mean:
      return segment_mean(x, block.segments());
    case Kind::max:
      return segment_max(x, block.segments());
    case Kind::attention:
      return segment_sum(multiply_heads(x, segment_softmax(matmul(x, pass.use(score_)), block.segments())),
                         block.segments());
  }
  throw ArgumentError("GraphReadout: unknown kind");
}

void GraphReadout::list_parameters(ParameterList& list) {
  if (kind_ == Kind::attention) {
    list.add("score", score_, ParameterGroup::weight);
  }
}

Option pooling_option(std::string_view kind) {
  return {"pooling",
          std::string(kind),
          "how the states of a graph's nodes become its own: their sum, mean or largest value, or a weighted mean",
          {},
          {},
          {"sum", "mean", "max", "attention"}};
}

}  // namespace weft
