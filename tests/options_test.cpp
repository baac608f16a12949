// Options and the named rows of tables: what is read, refused and written back.
#include "weft/core/options.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/core/error.hpp"
#include "weft/core/named_rows.hpp"

namespace weft {
namespace {

using test::expect_throws;

const std::vector<Option>& table() {
  static const std::vector<Option> rows = {
      {.name = "layers", .fallback = std::int64_t{2}, .help = "How many.", .minimum = 1, .maximum = 64},
      {.name = "dropout", .fallback = 0.5, .help = "Share.", .minimum = 0.0, .maximum = 0.9},
      {.name = "residual", .fallback = false, .help = "Whether."},
      {.name = "norm", .fallback = std::string("layer"), .help = "Which.", .choices = {"none", "layer", "batch"}},
  };
  return rows;
}

TEST(Options, StartFromTheirDefaultsAndReadText) {
  Options options(table());
  EXPECT_EQ(options.integer("layers"), 2);
  EXPECT_EQ(options.text("norm"), "layer");
  options.set("layers", "7");
  options.set("dropout", "0.25");
  options.set("residual", "true");
  options.set("norm", "batch");
  EXPECT_EQ(options.integer("layers"), 7);
  EXPECT_EQ(options.real("dropout"), 0.25);
  EXPECT_TRUE(options.flag("residual"));
  EXPECT_EQ(options.text("norm"), "batch");
  EXPECT_FALSE(options == Options(table()));
}

TEST(Options, TakeTheEndsOfTheirRange) {
  Options options(table());
  for (const char* layers : {"1", "64"}) {
    options.set("layers", layers);
    EXPECT_EQ(to_text(options.value("layers")), layers);
  }
  expect_throws<ArgumentError>([&] { options.set("layers", "0"); }, "0 is out of range, expected 1 to 64");
}

TEST(Options, RefuseWhatIsNotOfTheirTypeOrRange) {
  Options options(table());
  expect_throws<ArgumentError>([&] { options.set("layers", "two"); }, "'two' is not an integer");
  expect_throws<ArgumentError>([&] { options.set("layers", "2.5"); }, "'2.5' is not an integer");
  expect_throws<ArgumentError>([&] { options.set("layers", "65"); }, "65 is out of range, expected 1 to 64");
  expect_throws<ArgumentError>([&] { options.set("layers", "99999999999999999999"); }, "not an integer");
  expect_throws<ArgumentError>([&] { options.set("dropout", "nan"); }, "out of range");
  expect_throws<ArgumentError>([&] { options.set("dropout", ""); }, "'' is not a number");
  expect_throws<ArgumentError>([&] { options.set("residual", "yes"); }, "'yes' is not true or false");
  expect_throws<ArgumentError>([&] { options.set("norm", "group"); }, "'group' is not one of none, layer, batch");
  expect_throws<ArgumentError>([&] { options.set_value("layers", 2.0); }, "another type than the default 2");
  expect_throws<ArgumentError>([&] { (void)options.real("layers"); }, "read as another type");
  expect_throws<ArgumentError>([&] { (void)options.real("depth"); }, "no option 'depth'");
  EXPECT_EQ(options, Options(table())) << "a refused value changes nothing";
}

TEST(Options, NameTheChoiceThatAWordMeans) {
  const Option metric{"metric", std::string("auto"),
                      "",       {},
                      {},       {"auto", "accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "rmse", "mae"}};
  for (const auto& [word, meant] : std::vector<std::pair<std::string, std::string>>{{"acc", "accuracy"},
                                                                                    {"auc", "roc_auc"},
                                                                                    {"F1", "macro_f1"},
                                                                                    {"balanced", "balanced_accuracy"},
                                                                                    {"acuracy", "accuracy"},
                                                                                    {"mse", "rmse"}}) {
    expect_throws<ArgumentError>([&] { (void)parse_option(metric, word); }, "rmse, mae; did you mean '" + meant + "'?");
  }
  try {
    (void)parse_option(metric, "xyzzy");
    FAIL();
  } catch (const ArgumentError& error) {
    EXPECT_EQ(std::string(error.what()).find("did you mean"), std::string::npos) << error.what();
  }
}

TEST(Options, NameTheNearestWhenOneIsMisspelled) {
  Options options(table());
  expect_throws<ArgumentError>([&] { options.set("droput", "0.1"); }, "did you mean 'dropout'?");
  expect_throws<ArgumentError>([&] { options.set("xyzzy", "0.1"); }, "there is no option 'xyzzy'");
  const std::vector<std::string> names = {"gcn", "gat", "sage"};
  EXPECT_EQ(nearest_name("gatt", names), "gat");
  EXPECT_EQ(nearest_name("transformer", names), "");
  EXPECT_EQ(nearest_name("GCN", names), "gcn");
  const std::vector<std::string> longer = {"train", "evaluate", "edge_dropout", "hidden"};
  EXPECT_EQ(nearest_name("trian", longer), "train") << "two letters that change places are one mistake";
  EXPECT_EQ(nearest_name("eval", longer), "evaluate") << "what begins alike is near";
  EXPECT_EQ(nearest_name("Edge-Dropout", longer), "edge_dropout");
  EXPECT_EQ(nearest_name("explain", longer), "") << "half of the letters are others";
  EXPECT_EQ(nearest_name(std::string(101, 'e'), std::vector<std::string>{std::string(101, 'f')}), "");
}

TEST(Options, KeepTheirValueWhenATableIsAddedAgain) {
  Options options(table());
  options.set("layers", "9");
  options.add(table());
  EXPECT_EQ(options.integer("layers"), 9);
}

TEST(Options, WriteTextThatReadsBackToTheSameBits) {
  const Option real = {.name = "x", .fallback = 0.0, .help = ""};
  for (const double value : {0.1, 1.0 / 3.0, 1e-300, -2.5, 12345678901234567.0}) {
    EXPECT_EQ(std::get<double>(parse_option(real, to_text(value))), value);
  }
  EXPECT_EQ(to_text(true), "true");
  EXPECT_EQ(to_text(std::int64_t{-3}), "-3");
}

TEST(NamedRows, AreFoundByNameOrNameTheNearest) {
  struct Color {
    std::string_view name;
  };
  struct Row {
    Color info;
    int value;
  };
  const std::vector<Row> rows = {{{"green"}, 1}, {{"blue"}, 2}};
  EXPECT_EQ(row_named(rows, "color", "blue").value, 2);
  EXPECT_EQ(infos_of(rows)[1].name, "blue");
  expect_throws<ArgumentError>([&] { (void)row_named(rows, "color", "gren"); },
                               "there is no color 'gren'; did you mean 'green'?");
}

}  // namespace
}  // namespace weft
