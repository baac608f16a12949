// Configurations of runs: TOML and back, structs, names of before.
#include "weft/runs/run_config.hpp"

#include <array>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::TemporaryFolder;

TEST(RunConfig, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  const TaskInfo& nodes = task_info(TaskKind::node_classification);
  RunConfig config;
  config.dataset = "a \"quoted\" \\ path\n";
  config.model = "weft";
  config.splits = {"0", "strat1"};
  config.seed = 18446744073709551615U;
  config.runs = 3;
  config.set("learning_rate=1");
  const Options options = options_of(config, nodes);
  std::ofstream(folder / "c.toml") << run_config_text(config, options);
  RunConfig again;
  read_run_config(folder / "c.toml", again);
  EXPECT_EQ(again.dataset, config.dataset);
  EXPECT_EQ(again.model, "weft");
  EXPECT_EQ(again.splits, config.splits);
  EXPECT_EQ(again.seed, config.seed);
  EXPECT_EQ(again.runs, 3);
  EXPECT_EQ(options_of(again, nodes, LabelAmount::many), options);
  EXPECT_EQ(options_of(again, nodes, LabelAmount::many).real("learning_rate"), 1.0);
}

TEST(RunConfig, RefusesTextsThatNameNothing) {
  const TemporaryFolder folder;
  const auto refuses = [&](const std::string& text, const std::string& problem) {
    std::ofstream(folder / "c.toml") << text;
    RunConfig config;
    expect_throws<ArgumentError>([&] { read_run_config(folder / "c.toml", config); }, "c.toml: " + problem);
  };
  refuses("split = []\n", "split: is an empty list");
  refuses("dataset = 5\n", "dataset: is no text, expected dataset = \"NAME\"");
  refuses("model = true\n", "model: is no text");
  refuses("dataset = \"a\\u0000b\"\n", "dataset: 'a' is followed by a NUL");
  refuses("split = [\"\\u0000\"]\n", "split: '' is followed by a NUL");
  refuses("\"epo\\u0000chs\" = 1\n", "option: 'epo' is followed by a NUL");
  RunConfig numbered;
  std::ofstream(folder / "c.toml") << "split = [0, 1]\n";
  read_run_config(folder / "c.toml", numbered);
  EXPECT_EQ(numbered.splits, (std::vector<std::string>{"0", "1"}));
}

TEST(RunConfig, RefusesTablesThatNestWithoutEnd) {
  const TemporaryFolder folder;
  std::string key;
  for (int i = 0; i < 200'000; ++i) {
    key += "a.";
  }
  RunConfig config;
  for (const std::string& text : {key + "a = 1\n", "[" + key + "a]\n"}) {
    std::ofstream(folder / "c.toml") << text;
    expect_throws<DataError>([&] { read_run_config(folder / "c.toml", config); }, "has 200000 dots, expected at most");
  }
}

TEST(RunConfig, TakesStructsAndLetsTextsWin) {
  RunConfig config{.options = StackOptions{.convolution = "sage", .hidden = 32},
                   .training = TrainOptions{.epochs = 7, .learning_rate = 0.5},
                   .settings = {{"learning_rate", "0.25"}}};
  const RunConfig plain = with_settings(config);
  EXPECT_EQ(plain.model, "sage");
  const Options options = options_of(plain, task_info(TaskKind::node_classification));
  EXPECT_EQ(options.integer("hidden"), 32);
  EXPECT_EQ(options.integer("epochs"), 7);
  EXPECT_EQ(options.real("learning_rate"), 0.25);
  // What is left alone is what the model's row says.
  EXPECT_EQ(options.real("weight_decay"), 5e-4);
  config.model = "gat";
  expect_throws<ArgumentError>([&] { (void)with_settings(config); }, "the options are those of sage");
}

TEST(RunConfig, ReadsOptionsOfGenerationByTheNamesThatTheyHad) {
  RunConfig config{.task = "generation", .settings = {{"width", "32"}, {"ema", "0.9"}, {"warmup_steps", "50"}}};
  check_options(config);
  std::vector<std::string> told;
  const Options options =
      options_of(config, task_info(TaskKind::generation), LabelAmount::few,
                 {.num_steps = 200, .on_message = [&](const std::string& text) { told.push_back(text); }});
  EXPECT_EQ(options.integer("hidden"), 32);
  EXPECT_EQ(options.real("average"), 0.9);
  EXPECT_EQ(options.real("warmup"), 0.25);
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[0], "option width is called hidden now: hidden = 32");
  EXPECT_EQ(told[2], "option warmup_steps is called warmup now: warmup = 0.25");
  config.settings = {{"warmup_steps", "many"}};
  expect_throws<ArgumentError>([&] { check_options(config); }, "'many' is not a whole number");
}

/// Of generation, where the training has 200 steps.
Options options_with(const std::vector<std::pair<std::string, std::string>>& settings) {
  const RunConfig config{.task = "generation", .settings = settings};
  check_options(config);
  return options_of(config, task_info(TaskKind::generation), LabelAmount::few, {.num_steps = 200});
}

TEST(RunConfig, LetsTheLaterWinOfTwoNamesOfAnOption) {
  EXPECT_EQ(options_with({{"width", "32"}, {"hidden", "64"}}).integer("hidden"), 64);
  EXPECT_EQ(options_with({{"hidden", "64"}, {"width", "32"}}).integer("hidden"), 32);
  EXPECT_EQ(options_with({{"ema", "0.9"}, {"average", "0.5"}}).real("average"), 0.5);
  EXPECT_EQ(options_with({{"average", "0.5"}, {"ema", "0.9"}}).real("average"), 0.9);
  EXPECT_EQ(options_with({{"warmup_steps", "50"}, {"warmup", "0.5"}}).real("warmup"), 0.5);
  EXPECT_EQ(options_with({{"warmup", "0.5"}, {"warmup_steps", "50"}}).real("warmup"), 0.25);
  // More steps than there are: all of them.
  EXPECT_EQ(options_with({{"warmup_steps", "1000"}}).real("warmup"), 1.0);
  EXPECT_EQ(options_with({{"warmup_steps", "0"}}).real("warmup"), 0.0);
}

TEST(RunConfig, ChecksValuesThatAreGivenByFormerNames) {
  const std::vector<std::array<const char*, 3>> cases = {{"width", "wide", "option hidden: 'wide' is not an integer"},
                                                         {"width", "1", "option hidden"},
                                                         {"ema", "2", "option average"},
                                                         {"warmup_steps", "-1", "a whole number from 0 on"},
                                                         {"warmup_steps", "0.5", "'0.5' is not a whole number"}};
  for (const auto& [name, value, problem] : cases) {
    SCOPED_TRACE(name);
    expect_throws<ArgumentError>([&] { (void)options_with({{name, value}}); }, problem);
  }
  // Other tasks never had them.
  RunConfig config{.settings = {{"warmup_steps", "5"}}};
  expect_throws<ArgumentError>([&] { (void)options_of(config, task_info(TaskKind::node_classification)); },
                               "there is no option 'warmup_steps'");
}

TEST(RunConfig, SaysWhichModelsHaveAnOptionThatItsOwnHasNot) {
  RunConfig config{.model = "gcn", .settings = {{"attention", "performer"}}};
  expect_throws<ArgumentError>([&] { check_options(config); },
                               "the model gcn has no option 'attention'; models with it: weft");
  config.model = "weft";
  EXPECT_NO_THROW(check_options(config));
}

TEST(RunConfig, SaysToWhichTasksAnOptionBelongs) {
  const TaskInfo& nodes = task_info(TaskKind::node_classification);
  RunConfig config{.settings = {{"epoch_graphs", "64"}}};
  expect_throws<ArgumentError>(
      [&] { (void)options_of(config, nodes); },
      "there is no option 'epoch_graphs'; that belongs to generation, and this run is one of node_classification");
  // Of what task the run is, only the data say, unless the model is named and does not learn that.
  EXPECT_NO_THROW(check_options(config));
  config.model = "gcn";
  expect_throws<ArgumentError>([&] { check_options(config); },
                               "there is no option 'epoch_graphs'; that belongs to generation");
  config.settings = {{"sampler", "degree_negatives"}};
  expect_throws<ArgumentError>([&] { (void)options_of(config, nodes); },
                               "; that belongs to link_prediction, and this run is one of node_classification");
  // A word that no task knows is named, and not one beside it that only some know.
  config = {.settings = {{"smooth", "auto"}, {"class_weight", "balanced"}}};
  expect_throws<ArgumentError>([&] { check_options(config); },
                               "there is no option 'class_weight'; did you mean 'class_weights'?");
  // And one that only some know is there, though its value is none.
  config = {.settings = {{"smooth", "atuo"}}};
  expect_throws<ArgumentError>([&] { check_options(config); }, "option smooth: 'atuo'");
}

TEST(RunConfig, NamesTheNearestOptionOfAnyTask) {
  for (const auto& [word, meant] : std::vector<std::pair<std::string, std::string>>{
           {"smoth", "smooth"}, {"treshold", "threshold"}, {"degree_powr", "degree_power"}, {"epoch", "epochs"}}) {
    RunConfig config{.settings = {{word, "auto"}}};
    expect_throws<ArgumentError>([&] { check_options(config); },
                                 "there is no option '" + word + "'; did you mean '" + meant + "'?");
  }
}

TEST(RunConfig, KnowsWhatOptionsAreCalledElsewhere) {
  const std::vector<std::pair<std::string, std::string>> words = {
      {"lr", "learning_rate"}, {"n_layers", "layers"},   {"hidden_dim", "hidden"}, {"hidden_channels", "hidden"},
      {"num_heads", "heads"},  {"wd", "weight_decay"},   {"num_epochs", "epochs"}, {"bs", "batch_size"},
      {"max_iter", "epochs"},  {"random_state", "seed"}, {"LR", "learning_rate"},  {"early-stopping", "patience"}};
  for (const auto& [word, meant] : words) {
    RunConfig config{.settings = {{word, "1"}}};
    expect_throws<ArgumentError>([&] { check_options(config); },
                                 "there is no option '" + word + "'; did you mean '" + meant + "'?");
  }
}

TEST(RunConfig, RefusesWhatNoTaskTakes) {
  RunConfig config;
  config.set("layrs=3");
  expect_throws<ArgumentError>([&] { check_options(config); }, "did you mean 'layers'?");
  config.settings = {{"sampler", "degree_negatives"}};
  EXPECT_NO_THROW(check_options(config));  // of links
  config.task = "generation";
  expect_throws<ArgumentError>([&] { check_options(config); }, "there is no option 'sampler'");
  expect_throws<ArgumentError>([&] { config.set("task", "regression"); }, "is not one of generation, link_prediction");
}

}  // namespace
}  // namespace weft
