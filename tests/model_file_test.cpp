// Model files: what is written comes back to the bit, and no damaged file is read as if it were whole.
#include "weft/io/model_file.hpp"

#include <cmath>
#include <limits>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

using test::content_of;
using test::TemporaryFolder;
using test::write_content;

ModelFile example() {
  ModelFile model;
  model.config = {{"model", "sgformer"}, {"note", "ä\nb"}, {"empty", ""}};
  model.numbers["step"] = std::vector<std::int64_t>{9007199254740993};
  model.numbers["best"] = std::vector<double>{0.1, -std::numeric_limits<double>::infinity()};
  model.numbers["nothing"] = std::vector<double>{};
  model.tensors.push_back({"layers.1.weight", test::random_tensor(3, 4)});
  model.tensors.push_back({"layers.0.weight", test::random_tensor(200, 100, 2)});
  model.tensors.push_back({"empty", Tensor(0, 5)});
  return model;
}

TEST(ModelFile, ComesBackToTheBitInTheSameOrder) {
  const TemporaryFolder folder;
  const ModelFile model = example();
  write_model_file(model, folder / "model.h5");
  const ModelFile read = read_model_file(folder / "model.h5");
  EXPECT_EQ(read.config, model.config);
  EXPECT_EQ(read.numbers, model.numbers);
  ASSERT_EQ(read.tensors.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read.tensors[i].name, model.tensors[i].name);
    EXPECT_TRUE(test::same_bits(read.tensors[i].value, model.tensors[i].value));
  }
}

TEST(ModelFile, KeepsNumbersThatAreNotFinite) {
  const TemporaryFolder folder;
  ModelFile model;
  model.tensors.push_back({"w", Tensor{{std::nanf(""), std::numeric_limits<float>::infinity(), -0.0F}}});
  write_model_file(model, folder / "model.h5");
  const ModelFile read = read_model_file(folder / "model.h5");
  const Tensor& w = *read.find_tensor("w");
  EXPECT_TRUE(std::isnan(w(0, 0)));
  EXPECT_TRUE(std::isinf(w(0, 1)));
  EXPECT_TRUE(std::signbit(w(0, 2)));
}

TEST(ModelFile, HoldsNothing) {
  const TemporaryFolder folder;
  write_model_file({}, folder / "model.h5");
  const ModelFile read = read_model_file(folder / "model.h5");
  EXPECT_TRUE(read.config.empty() && read.numbers.empty() && read.tensors.empty());
}

TEST(ModelFile, IsFoundByName) {
  const ModelFile model = example();
  EXPECT_EQ(model.text("model"), "sgformer");
  EXPECT_EQ(model.integers("step").at(0), 9007199254740993);
  EXPECT_EQ(model.reals("best").at(0), 0.1);
  EXPECT_EQ(model.find_tensor("layers.1.weight")->rows(), 3);
  EXPECT_EQ(model.find_tensor("none"), nullptr);
  test::expect_throws<ArgumentError>([&] { static_cast<void>(model.text("none")); }, "no setting 'none'");
  test::expect_throws<ArgumentError>([&] { static_cast<void>(model.reals("step")); }, "no reals 'step'");
  test::expect_throws<ArgumentError>([&] { static_cast<void>(model.integers("best")); }, "no integers 'best'");
}

TEST(ModelFile, IsNotReadAsACheckpoint) {
  const TemporaryFolder folder;
  write_model_file(example(), folder / "model.h5");
  test::expect_throws<DataError>([&] { static_cast<void>(read_model_file(folder / "model.h5", kCheckpointFormat)); },
                                 "model.h5: /: attribute format is 'weft-model', expected 'weft-checkpoint'");
}

TEST(ModelFile, IsReplacedWhole) {
  const TemporaryFolder folder;
  write_model_file(example(), folder / "model.h5");
  ModelFile other;
  other.config["epoch"] = "2";
  write_model_file(other, folder / "model.h5");
  EXPECT_EQ(read_model_file(folder / "model.h5").text("epoch"), "2");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(ModelFile, RefusesNamesThatCannotBeObjects) {
  const TemporaryFolder folder;
  for (const std::string& name : std::vector<std::string>{"", ".", "a/b", std::string("a\0b", 3), "\xff"}) {
    ModelFile model;
    model.tensors.push_back({name, Tensor(1, 1)});
    EXPECT_THROW(write_model_file(model, folder / "model.h5"), ArgumentError) << name;
  }
  ModelFile twice;
  twice.tensors.push_back({"w", Tensor(1, 1)});
  twice.tensors.push_back({"w", Tensor(1, 1)});
  test::expect_throws<ArgumentError>([&] { write_model_file(twice, folder / "model.h5"); }, "two tensors");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ModelFile, IsRefusedIfCutShortAnywhere) {
  const TemporaryFolder folder;
  write_model_file(example(), folder / "model.h5");
  const std::string whole = content_of(folder / "model.h5");
  for (std::size_t i = 0; i < 100; ++i) {
    write_content(folder / "cut.h5", whole.substr(0, whole.size() * i / 100));
    EXPECT_THROW(static_cast<void>(read_model_file(folder / "cut.h5")), DataError) << i << " %";
  }
  write_content(folder / "cut.h5", whole + "x");
  EXPECT_THROW(static_cast<void>(read_model_file(folder / "cut.h5")), DataError);
}

TEST(ModelFile, IsRefusedIfAnyBitIsFlipped) {
  const TemporaryFolder folder;
  ModelFile model;
  model.tensors.push_back({"w", test::random_tensor(2, 2)});
  write_model_file(model, folder / "model.h5");
  const std::string whole = content_of(folder / "model.h5");
  for (std::size_t i = 0; i < whole.size(); i += 7) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 1 << i % 8);
    write_content(folder / "flipped.h5", flipped);
    ASSERT_THROW(static_cast<void>(read_model_file(folder / "flipped.h5")), DataError) << "byte " << i;
  }
}

TEST(ModelFile, IsNotAnyOtherFile) {
  const TemporaryFolder folder;
  write_content(folder / "text.h5", "this is no model");
  write_content(folder / "empty.h5", "");
  test::expect_throws<DataError>([&] { static_cast<void>(read_model_file(folder / "text.h5")); }, "seal");
  test::expect_throws<DataError>([&] { static_cast<void>(read_model_file(folder / "empty.h5")); }, "is empty");
  test::expect_throws<DataError>([&] { static_cast<void>(read_model_file(folder / "none.h5")); }, "none.h5");
  test::expect_throws<DataError>([&] { static_cast<void>(read_model_file(folder.path())); }, "is a folder");
}

}  // namespace
}  // namespace weft
