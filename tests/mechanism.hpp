// A mechanism of global attention by its name, with its maps open to tests.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/attention_reference.hpp"
#include "weft/layers/global_attention.hpp"
#include "weft/layers/models.hpp"
#include "weft/tensor/dense_ops.hpp"

namespace weft::test {

/// Of two heads of 4 columns, in layer `layer` of its model.
struct Mechanism {
  explicit Mechanism(std::string_view kind,
                     const std::vector<std::pair<std::string_view, std::string_view>>& settings = {},
                     std::int64_t layer = 0) {
    Options options(model_info("weft").options);
    options.set("hidden", "8");
    options.set("heads", "2");
    for (const auto& [name, value] : settings) {
      options.set(name, value);
    }
    attention = make_global_attention(kind, options, layer, Random(7));
    attention->list_parameters(list);
  }

  [[nodiscard]] Tensor run(const MessageBlock& graph, const Tensor& h) const {
    Pass pass = Pass::inference();
    return attention->forward(graph, Variable::constant(h), pass).value();
  }
  /// A training pass; returns the losses that it adds.
  std::vector<Variable> train(const MessageBlock& graph, const Tensor& h, std::uint64_t step) const {
    Pass pass = Pass::train(Random(step));
    (void)attention->forward(graph, Variable::constant(h), pass);
    update_statistics(list, pass);
    return pass.losses();
  }
  [[nodiscard]] Tensor& statistic(std::string_view name) const {
    return *std::ranges::find(list.statistics, name, &NamedStatistic::name)->value;
  }

  /// The linear map whose weight is this parameter, and whose bias is the next.
  [[nodiscard]] Tensor project(std::size_t parameter, const Tensor& x) const {
    return linear(Variable::constant(x), list.parameters[parameter].parameter->variable(),
                  list.parameters[parameter + 1].parameter->variable())
        .value();
  }
  /// Softmax attention of the nodes of each graph to the states `read` by the mechanism's own maps.
  [[nodiscard]] Tensor dense(const Tensor& h, const Tensor& read, std::span<const std::int64_t> segments) const {
    const Tensor q = project(0, h), k = project(2, read);
    return project(6, dense_attention(project(4, read), segments, 2, softmax_weight(q, k, 2)));
  }
  [[nodiscard]] Tensor dense(const MessageBlock& graph, const Tensor& h) const { return dense(h, h, graph.segments()); }

  std::unique_ptr<GlobalAttention> attention;
  ParameterList list;
};

}  // namespace weft::test
