// Sets of defaults are tried where labels do not go along edges, and only there.
#include "weft/runs/suited_defaults.hpp"

#include <string>
#include <vector>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/stop.hpp"
#include "weft/runs/run.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

/// Own features tell the class of a node; its neighbors are of any class.
Dataset labels_apart() {
  Dataset data = test::communities(300);
  auto& x = std::get<Tensor>(data.node_features.in_memory());
  auto& labels = std::get<std::vector<std::int64_t>>(data.node_labels);
  for (std::int64_t v = 0; v < x.rows(); ++v) {
    labels[static_cast<std::size_t>(v)] = (v / 3) % 3;
    for (std::int64_t j = 0; j < x.cols(); ++j) {
      x(v, j) = (j == labels[static_cast<std::size_t>(v)] ? 1.5F : 0.0F) + 0.7F * x(v, j);
    }
  }
  return data;
}

struct Tried {
  SuitedDefaults suited;
  std::vector<std::string> said;
};

Tried tried(const Dataset& data, RunConfig config) {
  Tried result;
  TrainJob job{.model = config.model, .options = default_options(config.model, data.task), .splits = {"rand0"}};
  for (const auto& [name, value] : config.settings) {
    job.options.set(name, value);
  }
  result.suited = suited_defaults(data, config, job, {}, [&](const std::string& text) { result.said.push_back(text); });
  return result;
}

TEST(SuitedDefaults, AreTheBestByValidationWhereLabelsDoNotGoAlongEdges) {
  const Tried found = tried(labels_apart(), {.model = "weft", .settings = {{"epochs", "40"}, {"hidden", "16"}}});
  ASSERT_EQ(found.said.size(), 1U);
  EXPECT_NE(found.said[0].find("trying 4 sets of defaults for 40 epochs each on split rand0"), std::string::npos)
      << found.said[0];
  EXPECT_NE(found.suited.said.find("that with"), std::string::npos) << found.suited.said;
  bool is_sage = false;
  for (const auto& [name, value] : found.suited.options) {
    is_sage = is_sage || (name == "convolution" && value == OptionValue(std::string("sage")));
    EXPECT_NE(name, "epochs");
    EXPECT_NE(name, "hidden");
  }
  EXPECT_TRUE(is_sage);
}

TEST(SuitedDefaults, AreNotTriedWhereTheyAreNoQuestion) {
  const Dataset apart = labels_apart();
  const auto expect_nothing = [](const Tried& found) {
    EXPECT_TRUE(found.said.empty());
    EXPECT_TRUE(found.suited.options.empty());
    EXPECT_EQ(found.suited.said, "");
  };
  expect_nothing(tried(test::communities(120), {.model = "weft"}));
  expect_nothing(tried(apart, {.model = "gcn"}));
  expect_nothing(tried(apart, {.model = "weft", .resume = true}));
  expect_nothing(tried(apart, {.model = "weft", .settings = {{"epochs", "100000000"}}}));
  // Labels that are not of the training part are not looked at.
  Dataset few = labels_apart();
  few.splits[0].train.resize(6);
  expect_nothing(tried(few, {.model = "weft"}));
  // What is set is not tried.
  RunConfig all{.model = "weft"};
  const Options many = default_options("weft", TaskKind::node_classification, LabelAmount::many);
  for (const auto& [name, value] : many.values()) {
    if (name != "epochs") {
      all.settings.emplace_back(name, to_text(value));
    }
  }
  expect_nothing(tried(apart, all));
}

TEST(SuitedDefaults, AreKeptInTheConfigOfTheRun) {
  const test::TemporaryFolder folder;
  RunConfig config{.model = "weft", .settings = {{"epochs", "40"}, {"hidden", "16"}}};
  config.splits = {"rand0"};
  config.folder = folder / "run";
  std::vector<std::string> said;
  const RunObserver observer{.on_message = [&](const std::string& text) { said.push_back(text); }};
  const RunSummary summary = run(config, labels_apart(), observer);
  EXPECT_EQ(summary.options.text("convolution"), "sage");
  EXPECT_EQ(summary.options.integer("epochs"), 40);
  EXPECT_NE(test::content_of(folder / "run" / "config.toml").find("convolution = \"sage\""), std::string::npos);
  EXPECT_TRUE(std::ranges::any_of(said, [](const std::string& text) { return text.starts_with("labels go along"); }));
}

TEST(SuitedDefaults, LeaveNothingBehindWhereTheyAreStopped) {
  const test::TemporaryFolder folder;
  RunConfig config{.model = "weft", .settings = {{"epochs", "40"}, {"hidden", "16"}}};
  config.splits = {"rand0"};
  config.folder = folder / "run";
  int asked = 0;
  const RunObserver observer{.should_stop = [&] { return ++asked > 50; }};
  EXPECT_THROW((void)run(config, labels_apart(), observer), Stopped);
  EXPECT_FALSE(std::filesystem::exists(folder / "run" / "config.toml"));
}

}  // namespace
}  // namespace weft
