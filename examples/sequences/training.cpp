#include "training.hpp"

#include <algorithm>

#include <weft/tensor/losses.hpp>
#include <weft/train/optimizer.hpp>

weft::Options options_for(const Recipe& recipe) {
  weft::Options options(weft::model_info("gps").options);
  options.set("convolution", "none");
  options.set("attention", recipe.attention);
  options.set("order", "natural");
  options.set("feed_forward", "true");
  options.set("norm", "layer");
  options.set("activation", "gelu");
  options.set("dropout", "0");
  options.set("input_dropout", "0");
  for (const auto& [name, value] : recipe.options) {
    options.set(name, value);
  }
  return options;
}

std::unique_ptr<weft::NodeModel> make_model(const Task& task, const weft::Options& options,
                                            const weft::Random& random) {
  weft::ModelShape shape;
  shape.feature_kind = weft::FeatureKind::categorical;
  shape.num_features = std::ssize(task.num_categories);
  shape.num_categories = task.num_categories;
  shape.num_outputs = task.num_classes;
  return weft::make_model("gps", shape, options, random);
}

void train(weft::NodeModel& model, const Task& task, const Recipe& recipe, const weft::Random& random,
           const std::function<void(std::int64_t step, double loss)>& report) {
  weft::Adam optimizer(weft::parameters_of(model).parameters, {.decoupled = true, .weight_decay = 0.01, .clip = 1.0});
  const weft::Random sequences = random.stream(0), passes = random.stream(1);
  for (std::int64_t step = 0; step < recipe.steps; ++step) {
    const auto key = static_cast<std::uint64_t>(step);
    const SequenceBatch batch = task.draw(sequences.stream(key), recipe.batch);
    weft::Pass pass = weft::Pass::train(passes.stream(key));
    const weft::Variable loss =
        weft::cross_entropy(model.forward(batch.block, batch.features, pass).logits, batch.labels, batch.asked);
    weft::Gradients gradients = weft::backward(loss);
    const double factor = weft::schedule_factor({.kind = weft::ScheduleKind::cosine, .warmup = 0.05},
                                                static_cast<double>(step), recipe.steps);
    optimizer.step(gradients, recipe.learning_rate * factor);
    weft::update_statistics(model, pass);
    report(step + 1, static_cast<double>(loss.value()(0, 0)));
  }
}

TestResult test(const weft::NodeModel& model, const Task& task, const weft::Random& random) {
  constexpr std::int64_t kBatch = 64;
  TestResult result;
  std::int64_t right = 0;
  std::vector<std::int64_t> answers(static_cast<std::size_t>(task.num_classes));
  for (std::int64_t begin = 0; begin < task.test_sequences; begin += kBatch) {
    const SequenceBatch batch =
        task.draw(random.stream(static_cast<std::uint64_t>(begin)), std::min(kBatch, task.test_sequences - begin));
    weft::Pass pass = weft::Pass::inference();
    const weft::Tensor logits = model.forward(batch.block, batch.features, pass).logits.value();
    for (const std::int64_t row : batch.tested) {
      const auto scores = logits.row(row);
      const std::int64_t label = batch.labels[static_cast<std::size_t>(row)];
      right += std::ranges::max_element(scores) - scores.begin() == label ? 1 : 0;
      ++answers[static_cast<std::size_t>(label)];
      ++result.num_answers;
    }
  }
  const auto total = static_cast<double>(result.num_answers);
  result.accuracy = static_cast<double>(right) / total;
  result.guessing = static_cast<double>(std::ranges::max(answers)) / total;
  return result;
}
