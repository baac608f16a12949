// Stacks of convolutions (gcn, sage, gat, gatv2, gin, gine, gatedgcn, mlp) against their formulas in plain loops.
#include <string>
#include <utility>
#include <vector>

#include "tests/forward_reference.hpp"
#include "weft/layers/convolutions.hpp"

namespace weft {
namespace {

using test::Links;
using test::map;
using test::Matrix;
using test::Weights;

using Changes = std::vector<std::pair<std::string_view, std::string_view>>;

Options options_of(std::string_view model, const Changes& changes) {
  Options options(model_info(model).options);
  for (const auto& [name, value] : changes) {
    options.set(name, value);
  }
  return options;
}

/// The outputs of a stack of `layers` by its formula. Its activation is ReLU.
Matrix stacked(const Weights& w, const Options& options, const Links& links, Matrix x, Matrix* edges) {
  const std::string kind = options.text("convolution");
  const std::int64_t layers = options.integer("layers");
  const bool has_head = options.text("head") == "linear";
  if (w.has("before.weight")) {
    x = map(test::linear(w, "before", x), test::relu);
  }
  const bool has_virtual_node = options.flag("virtual_node");
  Matrix total, of_graph = has_virtual_node ? w("virtual_node.start") : Matrix();
  for (std::int64_t l = 0; l < layers; ++l) {
    const std::string hop = "hop" + std::to_string(l);
    const bool is_output = !has_head && l + 1 == layers;
    if (has_virtual_node) {
      x = test::biased(x, of_graph);
    }
    Matrix y = test::convolved(w, hop + ".convolution", kind, links, x,
                               options.integer(is_output ? "output_heads" : "heads"), !is_output, edges);
    if (is_output) {
      return y;
    }
    if (options.flag("residual")) {
      y = plus(y, test::linear(w, hop + ".residual", x));
    }
    x = map(normed(w, hop + ".norm", y), test::relu);
    total = l == 0 ? x : plus(total, x);
    if (has_virtual_node && l + 1 < layers) {
      // v + MLP(norm(v + mean of the states)), as OGB's baselines have it with sums.
      const std::string update = "virtual_node.update" + std::to_string(l);
      Matrix read = of_graph;
      for (std::int64_t v = 0; v < x.rows; ++v) {
        for (std::int64_t j = 0; j < x.cols; ++j) {
          read(0, j) += x(v, j) / static_cast<double>(x.rows);
        }
      }
      const Matrix inner = map(test::linear(w, update + ".up", normed(w, update + ".norm", read)), test::relu);
      of_graph = plus(of_graph, test::linear(w, update + ".down", inner));
    }
  }
  return test::linear(w, "head", options.text("jumping_knowledge") == "sum" ? total : x);
}

void expect_formula(std::string_view model, const Changes& changes, bool has_edges) {
  SCOPED_TRACE(std::string(model) + (has_edges ? " with features of edges" : ""));
  const CsrGraph graph = test::seven_nodes();
  const Features x = test::random_tensor(7, 5, 3), none, edge_features = test::random_tensor(graph.num_edges(), 3, 4);
  const Options options = options_of(model, changes);
  const auto network = make_model(model, shape_for(x, 3, has_edges ? edge_features : none), options, Random(1));
  const Weights w(*network);
  NodeInput input(x);
  input.edge_features = has_edges ? &edge_features : nullptr;
  const Tensor actual = test::logits(*network, MessageBlock(graph), input);
  Matrix edges;
  if (has_edges) {
    edges = test::linear(w, "edges", Matrix(std::get<Tensor>(edge_features)));
  }
  test::expect_near(actual,
                    stacked(w, options, Links(graph), Matrix(std::get<Tensor>(x)), has_edges ? &edges : nullptr));
  w.expect_all_used();
}

TEST(ConvolutionStacks, AreTheirPublishedFormulasAsTheyAre) {
  for (const ModelInfo& info : models()) {
    const Options defaults(info.options);
    if (!defaults.has("output_heads")) {
      continue;
    }
    const bool attends = convolution_info(defaults.text("convolution")).has_heads;
    expect_formula(info.name,
                   {{"hidden", "8"},
                    {"activation", "relu"},
                    {"heads", attends ? "2" : "1"},
                    {"output_heads", attends ? "3" : "1"}},
                   false);
  }
}

TEST(ConvolutionStacks, AreTheirFormulasWithNormsResidualsAndAllLayersRead) {
  for (const ModelInfo& info : models()) {
    const Options defaults(info.options);
    if (!defaults.has("output_heads")) {
      continue;
    }
    for (const char* norm : {"layer", "batch"}) {
      SCOPED_TRACE(norm);
      expect_formula(info.name,
                     {{"hidden", "8"},
                      {"activation", "relu"},
                      {"layers", "3"},
                      {"heads", convolution_info(defaults.text("convolution")).has_heads ? "2" : "1"},
                      {"norm", norm},
                      {"residual", "true"},
                      {"jumping_knowledge", "sum"},
                      {"head", "linear"}},
                     false);
    }
  }
}

TEST(ConvolutionStacks, TakePartOfAVirtualNodeAsItsFormulaSays) {
  for (const char* norm : {"none", "layer", "batch"}) {
    SCOPED_TRACE(norm);
    for (const char* model : {"gcn", "gin"}) {
      expect_formula(model,
                     {{"hidden", "8"}, {"layers", "3"}, {"norm", norm}, {"virtual_node", "true"}, {"head", "linear"}},
                     false);
    }
  }
}

TEST(ConvolutionStacks, ReadFeaturesOfEdgesAsTheirFormulasSay) {
  for (const char* model : {"gine", "gatedgcn"}) {
    for (const char* norm : {"none", "layer", "batch"}) {
      SCOPED_TRACE(norm);
      expect_formula(model, {{"hidden", "8"}, {"layers", "3"}, {"norm", norm}, {"activation", "relu"}}, true);
    }
  }
}

}  // namespace
}  // namespace weft
