// Stacks of convolutions (gcn, sage, gat, gatv2, gin, gine, gatedgcn, mlp), of nodes and read out of graphs, against
// their formulas in plain loops.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "tests/forward_reference.hpp"
#include "tests/small_graphs.hpp"
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
  const Matrix& read = options.text("jumping_knowledge") == "sum" ? total : x;
  // States that are read out of graphs go through no head of nodes.
  return w.has("head.weight") ? test::linear(w, "head", read) : read;
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

/// What a graph's nodes, rows `begin` to `end`, become, in row g of y.
void pool(const Weights& w, const std::string& pooling, const Matrix& x, std::int64_t begin, std::int64_t end,
          std::int64_t g, Matrix& y) {
  double total = 0.0;
  std::vector<double> weight(static_cast<std::size_t>(end), 1.0);
  for (std::int64_t v = begin; v < end; ++v) {
    if (pooling == "attention") {
      double score = 0.0;
      for (std::int64_t j = 0; j < x.cols; ++j) {
        score += x(v, j) * w("readout0.score")(j, 0);
      }
      weight[static_cast<std::size_t>(v)] = std::exp(score);
    }
    total += weight[static_cast<std::size_t>(v)];
  }
  for (std::int64_t j = 0; j < x.cols; ++j) {
    double sum = 0.0, largest = x(begin, j);
    for (std::int64_t v = begin; v < end; ++v) {
      sum += weight[static_cast<std::size_t>(v)] * x(v, j);
      largest = std::max(largest, x(v, j));
    }
    y(g, j) = pooling == "sum" ? sum : pooling == "max" ? largest : sum / total;
  }
}

TEST(GraphModel, IsItsFormulaForEveryPooling) {
  const CsrGraph graphs[] = {test::seven_nodes(), test::path_and_loner()};
  const MessageBlock batch = batch_of(graphs);
  const Features x = test::random_tensor(11, 5, 3);
  for (const char* pooling : {"sum", "mean", "max", "attention"}) {
    SCOPED_TRACE(pooling);
    Options options = options_of("gin", {{"hidden", "8"}, {"layers", "2"}, {"norm", "batch"}});
    options.add(graph_options());
    options.set("pooling", pooling);
    options.set("head_layers", "2");
    const auto network = make_graph_model("gin", shape_for(x, 3), options, Random(1));
    const Weights w(*network, "nodes.");
    const Tensor actual = test::logits(*network, batch, x);
    const Matrix states = stacked(w, options, Links(batch.graph()), Matrix(std::get<Tensor>(x)), nullptr);
    Matrix read(2, states.cols);
    pool(w, pooling, states, 0, 7, 0, read);
    pool(w, pooling, states, 7, 11, 1, read);
    Matrix y = test::linear(w, "head1", map(test::linear(w, "head0", read), test::relu));
    for (std::int64_t g = 0; g < 2; ++g) {
      for (std::int64_t j = 0; j < 3; ++j) {
        y(g, j) = y(g, j) * w("output.factor")(0, j) + w("output.shift")(0, j);
      }
    }
    test::expect_near(actual, y);
    w.expect_all_used();
  }
}

}  // namespace
}  // namespace weft
