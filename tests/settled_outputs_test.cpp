// Labels that spread over what a model says, and thresholds of two classes: chosen on the validation part, kept with
// the model, and the same wherever it is used.
#include "weft/tasks/settled_outputs.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/runs/run.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/trained_task.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;
using Sets = std::vector<std::pair<std::string, std::string>>;

TrainJob job_with(const Sets& sets, const std::filesystem::path& folder = {}) {
  TrainJob job{.model = "mlp",
               .options = default_options("mlp", TaskKind::node_classification),
               .splits = {"rand0"},
               .folder = folder};
  job.options.set("epochs", "20");
  job.options.set("hidden", "8");
  for (const auto& [name, value] : sets) {
    job.options.set(name, value);
  }
  return job;
}

struct Trained {
  TrainReport report;
  TrainedModel model;
};

Trained trained(const Dataset& data, const Sets& sets) {
  const TemporaryFolder folder;
  TrainReport report = train(data, job_with(sets, folder.path()));
  return {std::move(report), TrainedModel::load(folder.path())};
}

const SettledModel& settled_in(const TrainedModel& model) {
  const SettledModel* found = settled_of(*model.trained().node_model());
  EXPECT_NE(found, nullptr);
  return *found;
}

/// Labels of the test part other than they are.
Dataset with_other_test_labels() {
  Dataset data = test::communities();
  for (const std::int64_t v : data.splits[0].test) {
    auto& label = std::get<std::vector<std::int64_t>>(data.node_labels)[static_cast<std::size_t>(v)];
    label = (label + 1 + v % 2) % data.num_classes;
  }
  return data;
}

TEST(Smooth, HelpsWhatReadsNoEdgesAndIsTheSameAtEvaluateAndPredict) {
  const Dataset data = test::communities();
  const Trained plain = trained(data, {}), spread = trained(data, {{"smooth", "auto"}});
  EXPECT_NE(settled_in(spread.model).spread().kind, SpreadKind::none);
  EXPECT_GT(spread.report.runs[0].val, plain.report.runs[0].val + 0.1);
  EXPECT_GT(spread.report.runs[0].test, plain.report.runs[0].test + 0.1);
  EXPECT_NE(spread.report.runs[0].settled, "");
  const auto evaluation = spread.model.evaluate(data, std::vector<std::string>{"rand0"});
  EXPECT_DOUBLE_EQ(evaluation[0].val.at("accuracy"), spread.report.runs[0].val);
  EXPECT_DOUBLE_EQ(evaluation[0].test.at("accuracy"), spread.report.runs[0].test);
  // Nodes that are known keep what the model says, so that the figure of the training part is its own.
  EXPECT_DOUBLE_EQ(spread.report.runs[0].train, plain.report.runs[0].train);
  // Some rows are spread as all are.
  const std::vector<std::int64_t> some = {7, 100, 299};
  const Prediction all = spread.model.predict(data), part = spread.model.predict(data, {.rows = some});
  ASSERT_EQ(part.embedding.rows(), 3);
  for (std::size_t i = 0; i < some.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(all.logits.row(some[i]), part.logits.row(some[i])));
    EXPECT_TRUE(std::ranges::equal(all.embedding.row(some[i]), part.embedding.row(static_cast<std::int64_t>(i))));
  }
}

TEST(Smooth, NeedsNoLabelsToPredictAndIsOfItsGraphAlone) {
  const Dataset data = test::communities();
  const Trained plain = trained(data, {}), spread = trained(data, {{"smooth", "correct"}});
  Dataset unlabeled = test::communities();
  unlabeled.node_labels = {};
  EXPECT_TRUE(test::same_bits(spread.model.predict(unlabeled).logits, spread.model.predict(data).logits));
  EXPECT_FALSE(test::same_bits(spread.model.predict(data).logits, plain.model.predict(data).logits));
  EXPECT_EQ(spread.model.match(unlabeled).size(), 1U);
  // On another graph the model says what it says by itself, and that is told.
  Dataset other = test::communities();
  std::vector<Edge> edges = {{0, 1}, {1, 0}};
  other.graph = CsrGraph::from_edges(300, edges, {});
  EXPECT_TRUE(test::same_bits(spread.model.predict(other).logits, plain.model.predict(other).logits));
  const std::vector<std::string> notes = spread.model.match(other);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].find("labels of the training part do not spread here: this is not the graph"), 0U) << notes[0];
}

std::vector<std::string> names_from(int first) {
  std::vector<std::string> names;
  for (int v = 0; v < 300; ++v) {
    names.push_back(concat("n", first + v));
  }
  return names;
}

TEST(Smooth, IsOfNodesOfTheSameNamesAlone) {
  Dataset data = test::communities();
  data.node_names = names_from(0);
  const Trained plain = trained(data, {}), spread = trained(data, {{"smooth", "correct"}});
  const Tensor at_home = spread.model.predict(data).logits;
  EXPECT_FALSE(test::same_bits(at_home, plain.model.predict(data).logits));
  EXPECT_EQ(spread.model.match(data), std::vector{spread.report.runs[0].settled});
  // Without names the graph alone is compared.
  Dataset unnamed = test::communities();
  EXPECT_TRUE(test::same_bits(spread.model.predict(unnamed).logits, at_home));
  Dataset renamed = test::communities();
  renamed.node_names = names_from(1000);
  EXPECT_TRUE(test::same_bits(spread.model.predict(renamed).logits, plain.model.predict(renamed).logits));
  const std::vector<std::string> notes = spread.model.match(renamed);
  ASSERT_EQ(notes.size(), 1U) << "one thing is said, and it is true";
  EXPECT_EQ(notes[0].find("labels of the training part do not spread here: the nodes have other names"), 0U)
      << notes[0];
}

TEST(LabelPropagation, RefusesNodesOfOtherNames) {
  const TemporaryFolder folder;
  Dataset data = test::communities();
  data.node_names = names_from(0);
  const TrainJob job{.model = "label_propagation",
                     .options = default_options("label_propagation", TaskKind::node_classification),
                     .splits = {"rand0"},
                     .folder = folder.path()};
  (void)train(data, job);
  const TrainedModel model = TrainedModel::load(folder.path());
  EXPECT_EQ(model.predict(data).logits.rows(), 300);
  data.node_names = names_from(1);
  test::expect_throws<ArgumentError>([&] { (void)model.match(data); }, "have other names");
  test::expect_throws<ArgumentError>([&] { (void)model.predict(data); }, "have other names");
}

TEST(Smooth, DoesNotReadLabelsOfTheTestPart) {
  const Dataset data = test::communities(), other = with_other_test_labels();
  for (const char* smooth : {"auto", "smooth", "correct"}) {
    EXPECT_TRUE(test::same_bits(trained(data, {{"smooth", smooth}}).model.predict(data).logits,
                                trained(other, {{"smooth", smooth}}).model.predict(data).logits))
        << smooth;
  }
}

TEST(Smooth, LeavesAloneWhatItDoesNotHelp) {
  // Labels that have nothing to do with edges, and features that tell them.
  Dataset data = test::communities();
  auto& labels = std::get<std::vector<std::int64_t>>(data.node_labels);
  Tensor x(300, 3);
  for (std::int64_t v = 0; v < 300; ++v) {
    labels[static_cast<std::size_t>(v)] = (v * v / 7) % 3;
    x(v, labels[static_cast<std::size_t>(v)]) = 1.0F;
  }
  data.node_features = std::move(x);
  const Sets longer = {{"epochs", "60"}, {"learning_rate", "0.05"}};
  Sets with = longer;
  with.emplace_back("smooth", "auto");
  const Trained plain = trained(data, longer), spread = trained(data, with);
  EXPECT_EQ(settled_in(spread.model).spread().kind, SpreadKind::none);
  EXPECT_TRUE(test::same_bits(spread.model.predict(data).logits, plain.model.predict(data).logits));
}

TEST(Smooth, GoesOnFromACheckpointToTheBit) {
  const Dataset data = test::communities();
  const TemporaryFolder whole, cut;
  TrainJob job = job_with({{"smooth", "auto"}, {"checkpoint_seconds", "0"}}, whole.path());
  const TrainReport expected = train(data, job);
  job.folder = cut.path();
  std::int64_t steps = 0;
  (void)train(data, job, {.should_stop = [&] { return ++steps > 7; }});
  job.resume = true;
  const TrainReport report = train(data, job);
  EXPECT_EQ(report.runs[0].test, expected.runs[0].test);
  EXPECT_EQ(report.runs[0].settled, expected.runs[0].settled);
  EXPECT_TRUE(test::same_bits(TrainedModel::load(cut.path()).predict(data).logits,
                              TrainedModel::load(whole.path()).predict(data).logits));
}

TEST(Smooth, HasTheSameBitsOnAnyThreads) {
  const Dataset data = test::communities();
  test::expect_same_bits_on_any_threads([&] {
    return std::vector<Tensor>{trained(data, {{"smooth", "auto"}}).model.predict(data).logits};
  });
}

TEST(Smooth, SpreadsSeveralLabelsToo) {
  Dataset data = test::communities();
  const auto classes = std::get<std::vector<std::int64_t>>(data.node_labels);
  Tensor labels(300, 2);
  for (std::int64_t v = 0; v < 300; ++v) {
    labels(v, 0) = classes[static_cast<std::size_t>(v)] == 0 ? 1.0F : 0.0F;
    labels(v, 1) = v % 6 == 0 ? std::nanf("") : classes[static_cast<std::size_t>(v)] == 1 ? 1.0F : 0.0F;
  }
  data.node_labels = std::move(labels);
  data.num_classes = 2;
  const Trained plain = trained(data, {}), spread = trained(data, {{"smooth", "auto"}});
  EXPECT_GT(spread.report.runs[0].test, plain.report.runs[0].test + 0.05);
  const Tensor probabilities = spread.model.predict(data).probabilities;
  for (const float p : probabilities.values()) {
    ASSERT_TRUE(p >= 0.0F && p <= 1.0F) << p;
  }
}

TEST(Smooth, WithoutAValidationPartIsWhatIsUsualOrNothing) {
  Dataset data = test::communities();
  data.splits[0].val = {};
  EXPECT_EQ(settled_in(trained(data, {{"smooth", "auto"}}).model).spread().kind, SpreadKind::none);
  const Spread usual = settled_in(trained(data, {{"smooth", "smooth"}}).model).spread();
  EXPECT_EQ(usual.kind, SpreadKind::smooth);
  EXPECT_EQ(usual.smooth_share, 0.8F);
}

TEST(Smooth, IsRefusedWithoutEdges) {
  EXPECT_THROW((void)train(test::communities(), job_with({{"smooth", "auto"}, {"edges", "false"}})), ArgumentError);
}

/// A tenth of the nodes are of class 1, and score a little higher.
Dataset rare() {
  Dataset data = test::two_communities(600, 4);
  auto& labels = std::get<std::vector<std::int64_t>>(data.node_labels);
  auto& x = std::get<Tensor>(data.node_features.in_memory());
  for (std::int64_t v = 0; v < 600; ++v) {
    labels[static_cast<std::size_t>(v)] = (v / 3) % 10 == 0 ? 1 : 0;
    x(v, 1) += labels[static_cast<std::size_t>(v)] == 1 ? 1.5F : 0.0F;
  }
  return data;
}

TEST(Threshold, ChosenOnTheValidationPartFindsTheRareClass) {
  const Dataset data = rare();
  const Sets longer = {{"epochs", "60"}, {"learning_rate", "0.05"}};
  Sets with = longer;
  with.emplace_back("threshold", "balanced_accuracy");
  const Trained plain = trained(data, longer), moved = trained(data, with);
  const auto of = [&](const Trained& one) { return one.model.evaluate(data, std::vector<std::string>{"rand0"})[0]; };
  const Evaluation before = of(plain), after = of(moved);
  EXPECT_GT(after.val.at("balanced_accuracy"), before.val.at("balanced_accuracy") + 0.05);
  EXPECT_GT(after.test.at("balanced_accuracy"), before.test.at("balanced_accuracy"));
  // It moves what nodes are called, and neither their order nor their probabilities.
  EXPECT_DOUBLE_EQ(after.test.at("roc_auc"), before.test.at("roc_auc"));
  EXPECT_TRUE(test::same_bits(moved.model.predict(data).probabilities, plain.model.predict(data).probabilities));
  EXPECT_DOUBLE_EQ(moved.report.runs[0].test_metrics.at("balanced_accuracy"), after.test.at("balanced_accuracy"));
  // No other cut is better on the validation part.
  const Tensor p = moved.model.predict(data).probabilities;
  const auto& labels = std::get<std::vector<std::int64_t>>(data.node_labels);
  for (const std::int64_t cut : data.splits[0].val) {
    double right[2] = {0.0, 0.0}, all[2] = {0.0, 0.0};
    for (const std::int64_t v : data.splits[0].val) {
      const auto label = static_cast<std::size_t>(labels[static_cast<std::size_t>(v)]);
      all[label] += 1.0;
      right[label] += (p(v, 1) > p(cut, 1)) == (label == 1) ? 1.0 : 0.0;
    }
    EXPECT_LE(0.5 * (right[0] / all[0] + right[1] / all[1]), after.val.at("balanced_accuracy") + 1e-9);
  }
}

TEST(Threshold, OfANumberIsThatNumber) {
  const Dataset data = rare();
  const Trained model = trained(data, {{"threshold", "0.2"}});
  const Prediction prediction = model.model.predict(data);
  for (std::int64_t v = 0; v < 600; ++v) {
    if (std::abs(prediction.probabilities(v, 1) - 0.2F) > 1e-4F) {
      ASSERT_EQ(prediction.probabilities(v, 1) > 0.2F, prediction.logits(v, 1) > prediction.logits(v, 0)) << v;
    }
  }
}

TEST(Threshold, IsOfTwoClassesAndAProbability) {
  EXPECT_THROW((void)train(test::communities(), job_with({{"threshold", "accuracy"}})), ArgumentError);
  for (const char* wrong : {"0", "1", "1.5", "nan", "f1", "0.2x"}) {
    EXPECT_THROW((void)train(rare(), job_with({{"threshold", wrong}})), ArgumentError) << wrong;
  }
}

}  // namespace
}  // namespace weft
