// Training, validation and test parts whose labels disagree: what one of them decides, the others must not. A part that
// is read in the place of another gives other figures here.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/small_graphs.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained_models.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/run.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;

using Changes = std::vector<std::pair<std::string, std::string>>;

/// Everything that a run says and leaves.
struct Trained {
  std::vector<EpochRecord> epochs;
  RunResult result;
  std::vector<NamedTensor> weights;
  ModelFile file;
};

Trained run_of(const Dataset& data, const std::string& model, const Changes& changes) {
  const TemporaryFolder folder;
  TrainJob job{.model = model, .options = default_options(model, data.task), .splits = {"rand0"}};
  for (const auto& [name, value] : Changes{{"epochs", "25"}, {"hidden", "16"}, {"dropout", "0"}}) {
    job.options.set(name, value);
  }
  for (const auto& [name, value] : changes) {
    job.options.set(name, value);
  }
  job.folder = folder.path();
  Trained run;
  run.result =
      train(data, job, {.on_epoch = [&](const EpochRecord& record) { run.epochs.push_back(record); }}).runs.front();
  run.file = read_model_file(folder.path() / "model.h5");
  run.weights = test::weights_in(folder.path());
  return run;
}

enum class PartName { val, test };

const std::vector<std::int64_t>& part_of(const Dataset& data, PartName part) {
  return part == PartName::val ? data.splits[0].val : data.splits[0].test;
}

/// With other labels in one part: the next class, or numbers that are far from all others and of another spread.
void change_labels(Labels& labels, const std::vector<std::int64_t>& rows, std::int64_t num_classes) {
  if (auto* classes = std::get_if<std::vector<std::int64_t>>(&labels)) {
    for (const std::int64_t v : rows) {
      auto& label = (*classes)[static_cast<std::size_t>(v)];
      label = (label + 1) % num_classes;
    }
    return;
  }
  auto& targets = std::get<Tensor>(labels);
  for (const std::int64_t v : rows) {
    for (std::int64_t j = 0; j < targets.cols(); ++j) {
      targets(v, j) = num_classes == 2 ? 1.0F - targets(v, j) : 5000.0F - 40.0F * targets(v, j);
    }
  }
}

/// A dataset, made anew each time, and what of it is learned.
struct Subject {
  std::string name;
  Dataset (*make)();
  std::string model;
  Changes changes;
};

Dataset classes() {
  return test::communities(120);
}

/// Around 3, told by a node's community and its first feature.
Dataset numbers() {
  Dataset data = test::communities(120);
  data.task = TaskKind::node_regression;
  const auto labels = std::get<std::vector<std::int64_t>>(data.node_labels);
  Tensor y(data.graph.num_nodes(), 1);
  for (std::int64_t v = 0; v < y.rows(); ++v) {
    y(v, 0) = 2.0F + static_cast<float>(labels[static_cast<std::size_t>(v)]) + 0.1F * static_cast<float>(v % 5);
  }
  data.node_labels = std::move(y);
  data.num_classes = 0;
  return data;
}

/// Two yes-or-no labels of each node.
Dataset signs() {
  Dataset data = test::communities(120);
  const auto labels = std::get<std::vector<std::int64_t>>(data.node_labels);
  Tensor y(data.graph.num_nodes(), 2);
  for (std::int64_t v = 0; v < y.rows(); ++v) {
    y(v, 0) = labels[static_cast<std::size_t>(v)] == 0 ? 1.0F : 0.0F;
    y(v, 1) = v % 4 < 2 ? 1.0F : 0.0F;
  }
  data.node_labels = std::move(y);
  data.num_classes = 2;
  return data;
}

/// Rings with tails: a class for each length of the tail, and as a number the nodes of it.
Dataset tails(bool as_numbers) {
  std::vector<CsrGraph> graphs;
  std::vector<std::int64_t> lengths;
  for (std::int64_t g = 0; g < 60; ++g) {
    const std::int64_t tail = 1 + g % 7 % 2;
    graphs.push_back(test::ring_with_tail(3 + g % 5, tail));
    lengths.push_back(tail - 1);
  }
  const MessageBlock block = batch_of(graphs);
  Dataset data;
  data.name = "tails";
  data.task = as_numbers ? TaskKind::graph_regression : TaskKind::graph_classification;
  data.graph = block.graph();
  data.node_ptr.assign(block.segments().begin(), block.segments().end());
  data.splits.push_back(test::split_by_thirds(60));
  if (as_numbers) {
    Tensor y(60, 1);
    for (std::int64_t g = 0; g < 60; ++g) {
      y(g, 0) = 2.0F + static_cast<float>(lengths[static_cast<std::size_t>(g)]);
    }
    data.graph_labels = std::move(y);
  } else {
    data.num_classes = 2;
    data.graph_labels = std::move(lengths);
  }
  return data;
}

std::vector<Subject> subjects() {
  const Changes of_graphs = {{"batch_size", "8"}, {"epochs", "8"}, {"learning_rate", "0.01"}};
  return {{"classes of nodes", classes, "gcn", {}},
          {"classes of nodes, on samples",
           classes,
           "gcn",
           {{"sampler", "neighbor"}, {"batch_size", "16"}, {"epochs", "6"}}},
          {"numbers of nodes", numbers, "gcn", {{"learning_rate", "0.05"}}},
          {"labels of nodes", signs, "gcn", {}},
          {"classes of graphs", [] { return tails(false); }, "gin", of_graphs},
          {"numbers of graphs", [] { return tails(true); }, "gin", of_graphs}};
}

/// The subject's data and the same with other labels in one part.
std::pair<Dataset, Dataset> both(const Subject& subject, PartName part) {
  Dataset plain = subject.make(), changed = subject.make();
  const bool of_graphs = changed.has_many_graphs();
  Labels& labels = of_graphs ? changed.graph_labels : changed.node_labels;
  change_labels(labels, part_of(changed, part), changed.num_classes);
  return {std::move(plain), std::move(changed)};
}

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

TEST(LabelsOfTheTestPart, DecideNothingButTheTestFigures) {
  for (const Subject& subject : subjects()) {
    SCOPED_TRACE(subject.name);
    const auto [data, other] = both(subject, PartName::test);
    Changes changes = subject.changes;
    changes.emplace_back("patience", "3");
    const Trained a = run_of(data, subject.model, changes), b = run_of(other, subject.model, changes);
    ASSERT_EQ(a.epochs.size(), b.epochs.size());
    for (std::size_t i = 0; i < a.epochs.size(); ++i) {
      EXPECT_EQ(a.epochs[i].loss, b.epochs[i].loss) << i;
      EXPECT_TRUE(same(a.epochs[i].train, b.epochs[i].train)) << i;
      EXPECT_TRUE(same(a.epochs[i].val, b.epochs[i].val)) << i;
    }
    EXPECT_EQ(a.result.best_epoch, b.result.best_epoch);
    EXPECT_EQ(a.result.val, b.result.val);
    test::expect_same_bits(a.weights, b.weights);
    EXPECT_NE(a.result.test, b.result.test);
    EXPECT_NE(a.result.test_metrics, b.result.test_metrics);
  }
}

TEST(LabelsOfTheValidationPart, SayWhichEpochIsBestAndTeachNothing) {
  std::int64_t moved = 0;
  for (const Subject& subject : subjects()) {
    SCOPED_TRACE(subject.name);
    const auto [data, other] = both(subject, PartName::val);
    const Trained a = run_of(data, subject.model, subject.changes), b = run_of(other, subject.model, subject.changes);
    ASSERT_EQ(a.epochs.size(), b.epochs.size());
    for (std::size_t i = 0; i < a.epochs.size(); ++i) {
      EXPECT_EQ(a.epochs[i].loss, b.epochs[i].loss) << i;
      EXPECT_TRUE(same(a.epochs[i].train, b.epochs[i].train)) << i;
    }
    EXPECT_FALSE(std::ranges::equal(a.epochs, b.epochs, same, &EpochRecord::val, &EpochRecord::val));
    // Figures of the best epoch are those of that epoch.
    for (const Trained* run : {&a, &b}) {
      const EpochRecord& best = run->epochs[static_cast<std::size_t>(run->result.best_epoch)];
      EXPECT_EQ(best.val, run->result.val);
      EXPECT_EQ(best.train, run->result.train);
    }
    moved += a.result.best_epoch != b.result.best_epoch ? 1 : 0;
  }
  EXPECT_GE(moved, 4);
}

TEST(LabelsOfTheValidationPart, ThatAreAllWrongStopARunThatLearnsTheRest) {
  const auto [data, other] = both({.name = "", .make = classes, .model = "gcn", .changes = {}}, PartName::val);
  const Changes changes = {{"epochs", "60"}, {"patience", "8"}, {"learning_rate", "0.02"}};
  const Trained right = run_of(data, "gcn", changes), wrong = run_of(other, "gcn", changes);
  // The better a node's own class is foretold, the worse the next one: the best epoch is one of the first.
  EXPECT_LT(wrong.result.best_epoch, 4);
  EXPECT_EQ(wrong.result.epochs, wrong.result.best_epoch + 1 + 8);
  EXPECT_GT(right.result.epochs, wrong.result.epochs);
  // Each figure is that of its own part.
  const Trained learned = run_of(other, "gcn", {{"epochs", "60"}, {"learning_rate", "0.02"}});
  EXPECT_GT(learned.epochs.back().train, 0.8);
  EXPECT_LT(learned.epochs.back().val, 0.4);
  EXPECT_GT(right.result.val, 0.6);
  EXPECT_GT(right.result.test, 0.6);
}

TEST(UnitOfNumbers, IsThatOfTheTrainingPart) {
  for (const char* sampler : {"none", "neighbor"}) {
    auto [plain, data] = both({.name = "", .make = numbers, .model = "gcn", .changes = {}}, PartName::test);
    change_labels(data.node_labels, data.splits[0].val, 0);
    const auto& y = std::get<Tensor>(data.node_labels);
    double sum = 0.0, squares = 0.0;
    const auto count = static_cast<double>(data.splits[0].train.size());
    for (const std::int64_t v : data.splits[0].train) {
      sum += static_cast<double>(y(v, 0)) / count;
    }
    for (const std::int64_t v : data.splits[0].train) {
      squares += (static_cast<double>(y(v, 0)) - sum) * (static_cast<double>(y(v, 0)) - sum) / count;
    }
    const Trained run = run_of(data, "gcn", {{"epochs", "2"}, {"sampler", sampler}});
    std::map<std::string, Tensor> saved;
    for (const NamedTensor& tensor : run.weights) {
      saved.emplace(tensor.name, tensor.value);
    }
    ASSERT_TRUE(saved.contains("output.shift"));
    EXPECT_NEAR(saved.at("output.shift")(0, 0), sum, 1e-5);
    EXPECT_NEAR(saved.at("output.factor")(0, 0), std::sqrt(squares), 1e-5);
  }
}

/// Graphs that a generator is taught; those of the test part, or of validation too, have another number of nodes.
Dataset rings_but(std::int64_t others, bool also_val) {
  Dataset data;
  data.task = TaskKind::generation;
  Split split = test::split_by_thirds(30);
  std::vector<CsrGraph> graphs;
  for (std::int64_t g = 0; g < 30; ++g) {
    const bool is_other = g % 3 == 2 || (also_val && g % 3 == 1);
    graphs.push_back(test::ring_with_tail(is_other ? others : 4 + g % 5, g % 2));
  }
  const MessageBlock block = batch_of(graphs);
  data.name = "rings";
  data.graph = block.graph();
  data.node_ptr.assign(block.segments().begin(), block.segments().end());
  data.splits.push_back(std::move(split));
  return data;
}

TEST(GraphsOfTheTestPart, TeachAGeneratorNothing) {
  const Changes changes = {{"epochs", "3"},           {"layers", "1"},     {"heads", "2"},
                           {"epoch_graphs", "16"},    {"batch_size", "8"}, {"condition", "nodes"},
                           {"vocabulary_passes", "3"}};
  const std::string model(task_info(TaskKind::generation).model);
  const Trained plain = run_of(rings_but(5, false), model, changes),
                other = run_of(rings_but(8, false), model, changes), both = run_of(rings_but(8, true), model, changes);
  for (const char* name : {"property_means", "property_deviations"}) {
    EXPECT_EQ(plain.file.reals(name), both.file.reals(name)) << name;
  }
  ASSERT_EQ(plain.epochs.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(plain.epochs[i].loss, other.epochs[i].loss);
    EXPECT_EQ(plain.epochs[i].loss, both.epochs[i].loss);
    EXPECT_EQ(plain.epochs[i].val, other.epochs[i].val);
    EXPECT_NE(plain.epochs[i].val, both.epochs[i].val);
  }
  test::expect_same_bits(plain.weights, other.weights);
  EXPECT_NE(plain.result.test, other.result.test);
}

}  // namespace
}  // namespace weft
