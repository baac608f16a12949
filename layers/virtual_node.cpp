#include "weft/layers/virtual_node.hpp"

#include "weft/tensor/dense_ops.hpp"

namespace weft {

VirtualNode::VirtualNode(NormKind norm, std::int64_t width, std::int64_t layers, float dropout, const Random& random)
    : start_(Tensor(1, width)) {
  for (std::int64_t l = 0; l + 1 < layers; ++l) {
    updates_.push_back({Norm(norm, width), TwoLinears(width, dropout, random.stream(static_cast<std::uint64_t>(l)))});
  }
}

Variable VirtualNode::start(const MessageBlock& block, const Pass& pass) const {
  const std::int64_t all[] = {0, block.num_graphs()};
  return expand_segments(pass.use(start_), all);
}

Variable VirtualNode::spread(const MessageBlock& block, const Variable& x, const Variable& v) {
  return x + expand_segments(v, block.segments());
}

Variable VirtualNode::updated(const MessageBlock& block, std::size_t layer, const Variable& x, const Variable& v,
                              Pass& pass) const {
  if (layer >= updates_.size()) {
    return v;
  }
  const Update& update = updates_[layer];
  const Variable read = update.norm.forward(v + segment_mean(x, block.segments()), pass);
  return v + update.linears.forward(read, pass, Activation::relu);
}

void VirtualNode::list_parameters(ParameterList& list) {
  list.add("start", start_, ParameterGroup::vector);
  for (std::size_t l = 0; l < updates_.size(); ++l) {
    const std::string name = "update" + std::to_string(l);
    list.add_layer(name + ".norm", updates_[l].norm);
    list.add_layer(name, updates_[l].linears);
  }
}

}  // namespace weft
