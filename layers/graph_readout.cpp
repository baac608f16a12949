#include "weft/layers/graph_readout.hpp"

#include "weft/layers/kernels/feature_maps.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft {

GraphReadout::GraphReadout(Pooling kind, std::int64_t width, const Random& random) : kind_(kind) {
  if (kind_ == Pooling::attention) {
    score_ = Parameter(glorot_uniform(width, 1, random));
  }
}

// attention: y_g = sum of a_i x_i, a = softmax of x w over the nodes of g
Variable GraphReadout::forward(const MessageBlock& block, const Variable& x, const Pass& pass) const {
  require(x.rows() == block.num_outputs(), "GraphReadout: x has shape ", x.shape(), ", expected ", block.num_outputs(),
          " rows, one a node");
  switch (kind_) {
    case Pooling::sum:
      return segment_sum(x, block.segments());
    case Pooling::mean:
      return segment_mean(x, block.segments());
    case Pooling::max:
      return segment_max(x, block.segments());
    case Pooling::attention:
      return segment_sum(multiply_heads(x, segment_softmax(matmul(x, pass.use(score_)), block.segments())),
                         block.segments());
  }
  throw ArgumentError("GraphReadout: unknown kind");
}

void GraphReadout::list_parameters(ParameterList& list) {
  if (kind_ == Pooling::attention) {
    list.add("score", score_, ParameterGroup::weight);
  }
}

}  // namespace weft
