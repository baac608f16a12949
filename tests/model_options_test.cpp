// Structs of model options: the same as the texts of the table of models, and models made of them.
#include "weft/layers/model_options.hpp"

#include <map>

#include "tests/support.hpp"
#include "weft/layers/models.hpp"
#include "weft/layers/option_tables.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::random_tensor;
using test::same_bits;

/// A value that the option takes and that is not its default.
OptionValue another(const Option& option) {
  if (const auto* flag = std::get_if<bool>(&option.fallback)) {
    return !*flag;
  }
  if (const auto* integer = std::get_if<std::int64_t>(&option.fallback)) {
    return static_cast<double>(*integer) < option.maximum ? *integer + 1 : *integer - 1;
  }
  if (const auto* real = std::get_if<double>(&option.fallback)) {
    return (*real + (*real < option.maximum ? option.maximum : option.minimum)) / 2.0;
  }
  const auto& text = std::get<std::string>(option.fallback);
  for (const std::string_view choice : option.choices) {
    if (choice != text) {
      return std::string(choice);
    }
  }
  return text;
}

template <class S>
void expect_round_trip(std::span<const Option> table) {
  Options options(table);
  EXPECT_EQ(to_options(option_table<S>(), from_options(option_table<S>(), options)), options);
  for (const Option& option : table) {
    const OptionValue value = another(option);
    EXPECT_NE(value, option.fallback) << option.name;
    options.set_value(option.name, value);
  }
  const S values = from_options(option_table<S>(), options);
  EXPECT_EQ(to_options(option_table<S>(), values), options) << "every option has a member";
  EXPECT_EQ(from_options(option_table<S>(), to_options(option_table<S>(), values)), values);
}

TEST(ModelOptions, OfEveryRowGoToAStructAndBack) {
  using RoundTrip = void (*)(std::span<const Option>);
  const std::map<std::string_view, RoundTrip> own = {{"weft", expect_round_trip<WeftOptions>},
                                                     {"gps", expect_round_trip<GpsOptions>},
                                                     {"polynormer", expect_round_trip<PolynormerOptions>},
                                                     {"sign", expect_round_trip<SignOptions>},
                                                     {"nagphormer", expect_round_trip<NagphormerOptions>},
                                                     {"wl", expect_round_trip<WlOptions>},
                                                     {"label_propagation", expect_round_trip<LabelPropagationOptions>},
                                                     {"ridge", expect_round_trip<RidgeOptions>}};
  for (const ModelInfo& info : models()) {
    SCOPED_TRACE(info.name);
    const auto found = own.find(info.name);
    (found == own.end() ? expect_round_trip<StackOptions> : found->second)(info.options);
  }
  expect_round_trip<GraphModelOptions>(graph_options());
}

TEST(ModelOptions, OfAStructWithoutChangesAreTheDefaultsOfItsRow) {
  for (const ModelOptions& options :
       {ModelOptions(StackOptions{}), ModelOptions(WeftOptions{}), ModelOptions(GpsOptions{}),
        ModelOptions(PolynormerOptions{}), ModelOptions(SignOptions{}), ModelOptions(NagphormerOptions{}),
        ModelOptions(WlOptions{}), ModelOptions(LabelPropagationOptions{}), ModelOptions(RidgeOptions{})}) {
    SCOPED_TRACE(options.model());
    EXPECT_EQ(options.options(), Options(model_info(options.model()).options));
    EXPECT_TRUE(options.changes().empty());
  }
}

TEST(ModelOptions, NameTheRowThatHasTheirConvolution) {
  const auto named = [](const char* convolution) {
    return ModelOptions(StackOptions{.convolution = convolution}).model();
  };
  EXPECT_EQ(named("gcn"), "gcn");
  EXPECT_EQ(named("gat"), "gat");
  EXPECT_EQ(named("none"), "mlp");
  EXPECT_EQ(named("transformer"), "gcn") << "no row of its own";
  EXPECT_EQ(ModelOptions(WeftOptions{.convolution = "sage"}).model(), "weft");
}

TEST(ModelOptions, TellWhatWasChanged) {
  const ModelOptions options =
      WeftOptions{.hidden = 32, .norm = NormKind::batch, .attention_options = {{"window", 16}}};
  using Changes = std::vector<std::pair<std::string, OptionValue>>;
  EXPECT_EQ(options.changes(),
            (Changes{{"hidden", std::int64_t{32}}, {"norm", std::string("batch")}, {"window", std::int64_t{16}}}));
  EXPECT_EQ(options.options().integer("window"), 16);
}

TEST(ModelOptions, RefuseWhatTheCommandLineRefuses) {
  expect_throws<ArgumentError>([] { (void)ModelOptions(StackOptions{.hidden = 0}); },
                               "option hidden: 0 is out of range");
  expect_throws<ArgumentError>([] { (void)ModelOptions(StackOptions{.convolution = "gni"}); }, "'gni' is not one of");
  expect_throws<ArgumentError>([] { (void)ModelOptions(WeftOptions{.jumping_knowledge = JumpingKnowledge::concat}); },
                               "'concat' is not one of none, sum");
  expect_throws<ArgumentError>(
      [] {
        (void)ModelOptions(GpsOptions{.attention_options = {{"windows", 16}}});
      },
      "there is no option 'windows'");
  expect_throws<ArgumentError>(
      [] {
        (void)ModelOptions(GpsOptions{.attention_options = {{"window", 1}}});
      },
      "option window: 1 is out of range");
}

std::vector<Tensor> weights_of(NodeModel& model) {
  std::vector<Tensor> weights;
  for (const NamedParameter& p : parameters_of(model).parameters) {
    weights.push_back(p.parameter->value());
  }
  return weights;
}

void expect_same_weights(NodeModel& a, NodeModel& b) {
  const std::vector<Tensor> left = weights_of(a), right = weights_of(b);
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_TRUE(same_bits(left[i], right[i])) << i;
  }
}

TEST(MakeModel, ByAStructIsMakeModelByTexts) {
  const ModelShape shape = shape_for(random_tensor(3, 5), 2);
  Options options(model_info("sage").options);
  for (const auto& [name, text] : {std::pair{"hidden", "8"}, std::pair{"norm", "batch"}, std::pair{"residual", "true"},
                                   std::pair{"layers", "3"}, std::pair{"jumping_knowledge", "concat"}}) {
    options.set(name, text);
  }
  expect_same_weights(*make_model("sage", shape, options, Random(3)),
                      *make_model(shape,
                                  StackOptions{.convolution = "sage",
                                               .hidden = 8,
                                               .layers = 3,
                                               .norm = NormKind::batch,
                                               .residual = true,
                                               .jumping_knowledge = JumpingKnowledge::concat,
                                               .head = HeadKind::linear},
                                  Random(3)));
  Options weft(model_info("weft").options);
  weft.set("hidden", "8");
  weft.set("attention", "performer");
  weft.set("random_features", "5");
  expect_same_weights(
      *make_model("weft", shape, weft, Random(3)),
      *make_model(shape,
                  WeftOptions{.attention = "performer", .hidden = 8, .attention_options = {{"random_features", 5}}},
                  Random(3)));
}

TEST(MakeGraphModel, ByAStructIsMakeGraphModelByTexts) {
  const ModelShape shape = shape_for(random_tensor(3, 5), 2);
  Options options(model_info("gin").options);
  options.add(graph_options());
  options.set("hidden", "8");
  options.set("pooling", "attention");
  options.set("head_layers", "3");
  expect_same_weights(
      *make_graph_model("gin", shape, options, Random(3)),
      *make_graph_model(shape,
                        StackOptions{.convolution = "gin", .hidden = 8, .input_dropout = 0.0, .head = HeadKind::linear},
                        {.pooling = Pooling::attention, .head_layers = 3}, Random(3)));
  const auto wl = make_graph_model(shape, WlOptions{.buckets = 64}, {}, Random(3));
  EXPECT_EQ(wl->embedding_width(), 2);
  expect_throws<ArgumentError>([&] { (void)make_model(shape, WlOptions{}, Random(3)); },
                               "model wl: made for whole graphs, the task is about nodes");
}

}  // namespace
}  // namespace weft
