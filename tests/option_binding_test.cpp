// Options as a struct: what a table binds, and the way to texts and back.
#include "weft/core/option_binding.hpp"

#include "tests/support.hpp"

namespace weft {

enum class Shade { pale, middle, dark };
template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<Shade> = {"pale", "middle", "dark"};

namespace {

using test::expect_throws;

struct Paint {
  bool glossy = false;
  std::int64_t coats = 2;
  double share = 0.5;
  std::string brush = "flat";
  Shade shade = Shade::middle;

  friend bool operator==(const Paint&, const Paint&) = default;
};

const OptionTable<Paint>& table() {
  static const OptionTable<Paint> kTable = {bound("glossy", &Paint::glossy, "whether it shines"),
                                            bound("coats", &Paint::coats, "one over the other", 1, 9),
                                            bound("share", &Paint::share, "of what is left", 0.0, 1.0),
                                            bound("brush", &Paint::brush, "what with", {"flat", "round"}),
                                            bound("shade", &Paint::shade, "how dark", {Shade::middle, Shade::dark})};
  return kTable;
}

TEST(EnumNames, AreFoundByTheirTextsAndNotByOthers) {
  EXPECT_EQ(name_of(Shade::dark), "dark");
  EXPECT_EQ(value_named<Shade>("pale"), Shade::pale);
  EXPECT_EQ(value_named<Shade>("black"), std::nullopt);
}

TEST(OptionBinding, ListsEveryOptionWithTheDefaultOfItsMember) {
  const std::vector<Option> options = options_of(table(), Paint{.coats = 4});
  ASSERT_EQ(options.size(), 5U);
  EXPECT_EQ(options[0].fallback, OptionValue(false));
  EXPECT_EQ(options[1].fallback, OptionValue(std::int64_t{4}));
  EXPECT_EQ(options[1].help, "one over the other");
  EXPECT_EQ(options[2].maximum, 1.0);
  EXPECT_EQ(options[3].choices, (std::vector<std::string_view>{"flat", "round"}));
  EXPECT_EQ(options[4].fallback, OptionValue(std::string("middle")));
  EXPECT_EQ(options[4].choices, (std::vector<std::string_view>{"middle", "dark"})) << "pale may not be chosen";
}

TEST(OptionBinding, GoesFromTextsToMembersAndBack) {
  Options options(options_of(table(), Paint{}));
  EXPECT_EQ(from_options(table(), options), Paint{});
  for (const auto& [name, text] : {std::pair{"glossy", "true"}, std::pair{"coats", "3"}, std::pair{"share", "0.25"},
                                   std::pair{"brush", "round"}, std::pair{"shade", "dark"}}) {
    options.set(name, text);
  }
  const Paint expected{.glossy = true, .coats = 3, .share = 0.25, .brush = "round", .shade = Shade::dark};
  EXPECT_EQ(from_options(table(), options), expected);
  EXPECT_EQ(to_options(table(), expected), options);
}

TEST(OptionBinding, RefusesMembersOutOfRangeAsItRefusesTexts) {
  expect_throws<ArgumentError>([] { (void)to_options(table(), Paint{.coats = 10}); },
                               "option coats: 10 is out of range");
  expect_throws<ArgumentError>([] { (void)to_options(table(), Paint{.brush = "thin"}); }, "not one of flat, round");
  expect_throws<ArgumentError>([] { (void)to_options(table(), Paint{.shade = Shade::pale}); },
                               "'pale' is not one of middle, dark");
  expect_throws<ArgumentError>([] { (void)from_options(table(), Options()); }, "there is no option 'glossy'");
}

}  // namespace
}  // namespace weft
