// A training loop written out: a graph convolution of two hops, Adam, and the accuracy on nodes whose labels
// training never saw. The data are made here: four communities whose features alone tell them apart poorly.
// weft::train (see analytics_job.cpp) does all of this, and checkpoints, schedules and reports, in one call.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <utility>
#include <vector>

#include <weft/graph/generators.hpp>
#include <weft/layers/dense_layers.hpp>
#include <weft/layers/kernels/aggregation.hpp>
#include <weft/tasks/classification_metrics.hpp>
#include <weft/tensor/losses.hpp>
#include <weft/train/optimizer.hpp>

namespace {

/// logits = A dropout(relu(A X W1 + b1)) W2 + b2, where A averages over a node's neighbors and itself
/// (Kipf and Welling 2017).
struct TwoHops {
  weft::Linear first, second;

  TwoHops(std::int64_t num_features, std::int64_t hidden, std::int64_t num_classes, const weft::Random& random)
      : first(num_features, hidden, random.stream(1), weft::ParameterGroup::input),
        second(hidden, num_classes, random.stream(2)) {}

  [[nodiscard]] weft::Variable forward(const weft::GcnNorm& norm, const weft::Variable& x, weft::Pass& pass) const {
    const weft::Variable h = first.forward(weft::aggregate_gcn(norm, x), pass, weft::Activation::relu);
    const weft::Variable kept = pass.is_training() ? weft::dropout(h, 0.5F, pass.next_random()) : h;
    return second.forward(weft::aggregate_gcn(norm, kept), pass);
  }

  void list_parameters(weft::ParameterList& list) {
    list.add_layer("first", first);
    list.add_layer("second", second);
  }
};

}  // namespace

int main() {
  const std::int64_t num_nodes = 4000;
  const std::int64_t num_classes = 4;
  weft::LabeledGraph data = weft::contextual_block_model(
      {.blocks = {.num_nodes = num_nodes, .num_communities = num_classes, .degree_inside = 8.0, .degree_outside = 4.0},
       .num_features = 16,
       .signal = 1.0});
  const auto x =
      weft::Variable::constant(weft::Tensor::from_buffer(num_nodes, data.num_features, std::move(data.features)));

  // One node in twenty is labeled for training, as many choose the epoch, the rest is the test.
  std::vector<std::int64_t> train, val, test;
  const weft::Random draw(7);
  for (std::int64_t v = 0; v < num_nodes; ++v) {
    const double u = draw.uniform(static_cast<std::uint64_t>(v));
    (u < 0.05 ? train : u < 0.10 ? val : test).push_back(v);
  }

  const weft::GcnNorm norm{weft::MessageBlock(data.graph)};
  const weft::Random random(1);
  TwoHops model(data.num_features, 32, num_classes, random.stream(0));
  weft::ParameterList parameters;
  model.list_parameters(parameters);
  weft::Adam optimizer(parameters.parameters, {.weight_decay = 5e-4});

  double best_val = 0.0;
  double test_there = 0.0;
  for (std::uint64_t epoch = 1; epoch <= 100; ++epoch) {
    weft::Pass pass = weft::Pass::train(random.stream(epoch));
    const weft::Variable loss = weft::cross_entropy(model.forward(norm, x, pass), data.label, train);
    weft::Gradients gradients = weft::backward(loss);
    optimizer.step(gradients, /*learning_rate=*/0.01);

    weft::Pass inference = weft::Pass::inference();
    const weft::Variable logits = model.forward(norm, x, inference);
    const double val_accuracy = weft::accuracy(logits.value(), data.label, val);
    if (val_accuracy > best_val) {
      best_val = val_accuracy;
      test_there = weft::accuracy(logits.value(), data.label, test);
    }
    if (epoch % 20 == 0) {
      std::cout << "epoch " << epoch << "  loss " << loss.value()(0, 0) << "  val accuracy " << val_accuracy << '\n';
    }
  }
  std::cout << "test accuracy " << test_there << '\n';
}
