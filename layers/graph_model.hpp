// Any node model made to judge whole graphs: its states are pooled, graph by graph, and a small head reads the result.
//
//   readout last: g = pool(states after the last layer);  readout all: g = the pools of the states after every layer,
//   side by side (jumping knowledge: Xu et al., "Representation learning on graphs with jumping knowledge networks",
//   2018; as GIN, Xu et al. 2019, section 4.2, sums a linear map of each)
//   y = head(dropout(g)), of one linear map or several
#pragma once

#include <memory>
#include <vector>

#include "weft/layers/graph_readout.hpp"
#include "weft/layers/model_options.hpp"
#include "weft/layers/models.hpp"
#include "weft/layers/output_scale.hpp"

namespace weft {

class GraphModel final : public NodeModel {
 public:
  /// nodes: made for 0 outputs. activation: of the head between its maps.
  GraphModel(std::unique_ptr<NodeModel> nodes, std::int64_t num_outputs, const GraphModelOptions& options,
             Activation activation, const Random& random);

  /// -> logits [graphs, num_outputs], embedding [graphs, width]: what the head's last map reads.
  [[nodiscard]] Output forward(const Blocks& blocks, const NodeInput& input, Pass& pass) const override;
  /// Nothing where states of every layer are read, a row a node.
  [[nodiscard]] std::shared_ptr<const InputKinds> kinds_in(const Blocks& blocks, const NodeInput& input,
                                                           bool is_training) const override {
    return reads_all_ ? nullptr : nodes_->kinds_in(blocks, input, is_training);
  }
  void list_parameters(ParameterList& list) override;
  [[nodiscard]] OutputScale* output_scale() override { return &output_; }
  [[nodiscard]] std::int64_t embedding_width() const override { return head_.back().in(); }

 private:
  std::unique_ptr<NodeModel> nodes_;
  bool reads_all_;
  float dropout_;
  Activation activation_;
  /// One, or one for each of the states that nodes_ keeps.
  std::vector<GraphReadout> readouts_;
  std::vector<Linear> head_;
  OutputScale output_;
};

}  // namespace weft
