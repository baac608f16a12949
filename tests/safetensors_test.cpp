// Models as safetensors: the bytes are those of the format, everything comes back to the bit, and no broken file is
// read.
#include "weft/io/safetensors.hpp"

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include <nlohmann/json.hpp>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/error.hpp"
#include "weft/core/random.hpp"

namespace weft {
namespace {

using test::content_of;
using test::TemporaryFolder;
using test::write_content;
using Json = nlohmann::json;

ModelFile example() {
  ModelFile model;
  model.config = {{"model", "sgformer"}, {"note", "ä\nb \"quoted\""}, {"empty", ""}};
  model.numbers["step"] = std::vector<std::int64_t>{9007199254740993, -4};
  model.numbers["best"] = std::vector<double>{0.1, -std::numeric_limits<double>::infinity(), 3.0};
  model.numbers["no_reals"] = std::vector<double>{};
  model.numbers["no_integers"] = std::vector<std::int64_t>{};
  model.tensors.push_back({"z.weight", test::random_tensor(3, 4)});
  model.tensors.push_back({"empty", Tensor(0, 5)});
  model.tensors.push_back({"a.weight", test::random_tensor(20, 10, 2)});
  return model;
}

void expect_same(const ModelFile& a, const ModelFile& b) {
  EXPECT_EQ(a.config, b.config);
  EXPECT_EQ(a.numbers, b.numbers);
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    EXPECT_EQ(a.tensors[i].name, b.tensors[i].name);
    EXPECT_TRUE(test::same_bits(a.tensors[i].value, b.tensors[i].value));
  }
}

/// With `count` bytes that may be anything.
std::string mutated(std::string bytes, std::uint64_t seed, std::uint64_t count) {
  const Random random(seed);
  for (std::uint64_t k = 0; k < count; ++k) {
    bytes[random.below(bytes.size(), 2 * k)] = static_cast<char>(random.below(256, 2 * k + 1));
  }
  return bytes;
}

/// A file with this header and so many bytes of numbers.
std::string file_of(const std::string& header, std::size_t bytes) {
  const auto length = static_cast<std::uint64_t>(header.size());
  std::string content(sizeof length, '\0');
  std::memcpy(content.data(), &length, sizeof length);
  return content + header + std::string(bytes, '\0');
}

TEST(Safetensors, ComesBackToTheBitInTheSameOrder) {
  const TemporaryFolder folder;
  write_safetensors(example(), folder / "m.safetensors");
  expect_same(read_safetensors(folder / "m.safetensors"), example());
  write_safetensors({}, folder / "nothing.safetensors");
  expect_same(read_safetensors(folder / "nothing.safetensors"), {});
}

TEST(Safetensors, OfChangedWeightsNoFiguresAreKnown) {
  const TemporaryFolder folder;
  ModelFile model = example();
  model.numbers["figures"] = std::vector<double>{0.9, 0.8, 0.7};
  model.numbers["best_epoch"] = std::vector<std::int64_t>{11};
  const std::filesystem::path path = folder.path() / "model.safetensors";
  write_safetensors(model, path);
  EXPECT_EQ(read_safetensors(path).reals("figures"), model.reals("figures"));
  std::string bytes = content_of(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_content(path, bytes);
  const ModelFile changed = read_safetensors(path);
  for (const double figure : changed.reals("figures")) {
    EXPECT_TRUE(std::isnan(figure));
  }
  EXPECT_EQ(changed.reals("figures").size(), 3U);
  EXPECT_EQ(changed.integers("best_epoch"), std::vector<std::int64_t>{-1});
  EXPECT_EQ(changed.integers("step"), model.integers("step"));
}

TEST(Safetensors, AreTheBytesThatTheFormatSays) {
  const TemporaryFolder folder;
  ModelFile model;
  model.config["model"] = "gcn";
  model.numbers["figures"] = std::vector<double>{0.5, std::numeric_limits<double>::quiet_NaN()};
  model.tensors.push_back({"w", Tensor{{1.0F, -2.0F}}});
  model.tensors.push_back({"b", Tensor{{0.25F}}});
  write_safetensors(model, folder / "m.safetensors");
  const std::string content = content_of(folder / "m.safetensors");
  const std::string header =
      R"({"__metadata__":{"format":"weft-model","version":"1","config.model":"gcn","float64.figures":"0.5 nan",)"
      R"("tensor_order":"[\"w\",\"b\"]","tensor_crc32":"2142219606"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
      R"("b":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]}})";
  const std::size_t padded = (header.size() + 7) / 8 * 8;
  ASSERT_EQ(content.size(), 8 + padded + 12);
  EXPECT_EQ(static_cast<unsigned char>(content[0]) + 256 * static_cast<unsigned char>(content[1]),
            static_cast<int>(padded));
  EXPECT_EQ(content.substr(2, 6), std::string(6, '\0'));
  EXPECT_EQ(content.substr(8, padded), header + std::string(padded - header.size(), ' '));
  // 1, -2 and 1/4 in binary32, the lowest byte first.
  EXPECT_EQ(content.substr(8 + padded), std::string("\x00\x00\x80\x3f\x00\x00\x00\xc0\x00\x00\x80\x3e", 12));
}

TEST(Safetensors, AreReadInAnyOrderOfTheHeader) {
  const TemporaryFolder folder;
  // As the package of that name writes: numbers in the order of the names, and no order of ours.
  std::string content =
      file_of(R"({"b":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},"__metadata__":{"format":"weft-model",)"
              R"("version":"1"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})",
              0);
  content += std::string("\x00\x00\x80\x3f\x00\x00\x00\xc0\x00\x00\x80\x3e", 12);
  write_content(folder / "m.safetensors", content);
  const ModelFile model = read_safetensors(folder / "m.safetensors");
  ASSERT_EQ(model.tensors.size(), 2U);
  EXPECT_EQ(model.tensors[0].name, "w");
  EXPECT_EQ(model.tensors[0].value(1, 0), -2.0F);
  EXPECT_EQ(model.tensors[1].value(0, 0), 0.25F);
}

TEST(Safetensors, SayWhatIsWrong) {
  const TemporaryFolder folder;
  const std::string meta = R"("__metadata__":{"format":"weft-model","version":"1"})";
  const auto with_tensor = [&](const std::string& tensor) { return "{" + meta + R"(,"w":)" + tensor + "}"; };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "has 0 bytes"},
      {std::string(8, '\xff'), "header: declares"},
      {file_of("[1,2]", 0), "header: is no JSON object"},
      {file_of("{", 0), "header: is no JSON object"},
      {file_of("{}", 0), "__metadata__: format is '', expected 'weft-model'"},
      {file_of(R"({"__metadata__":{"format":"pt"}})", 0), "format is 'pt'"},
      {file_of(R"({"__metadata__":{"format":"weft-model","version":"2"}})", 0), "format version 2"},
      {file_of(R"({"__metadata__":{"format":"weft-model","version":"1","config.x":3}})", 0), "config.x: is no text"},
      {file_of(R"({"__metadata__":{"format":"weft-model","version":"1","int64.x":"1 b"}})", 0), "int64.x: is no list"},
      {file_of(R"({"__metadata__":{"format":"weft-model","version":"1","int64.x":"1 "}})", 0), "int64.x: is no list"},
      {file_of(R"({"__metadata__":{"format":"weft-model","version":"1","tensor_order":"[\"w\"]"}})", 0),
       "tensor_order: names 'w', which is no tensor"},
      {file_of("{" + meta + "}", 4), "has 4 bytes of numbers, the tensors 0"},
      {file_of(with_tensor(R"({"dtype":"F16","shape":[1,1],"data_offsets":[0,2]})"), 2), "w: is not of dtype F32"},
      {file_of(with_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})"), 4), "w: shape is no list of 2"},
      {file_of(with_tensor(R"({"dtype":"F32","shape":[1,-1],"data_offsets":[0,4]})"), 4), "w: shape is no list of 2"},
      {file_of(with_tensor(R"({"dtype":"F32","shape":[1,1],"data_offsets":[0,8]})"), 4), "w: data_offsets are 0 to 8"},
      {file_of(with_tensor(R"({"dtype":"F32","shape":[1,1],"data_offsets":[4,0]})"), 4), "w: data_offsets are 4 to 0"},
      {file_of(with_tensor(R"({"dtype":"F32","shape":[2,1],"data_offsets":[0,4]})"), 4), "w: has the shape [2, 1]"},
      {file_of(with_tensor(R"({"dtype":"F32","shape":[1,1],"data_offsets":[0,5]})"), 5), "w: has the shape [1, 1]"},
      {file_of(with_tensor(R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})"), 0),
       "w: has the shape"},
      {file_of(with_tensor(R"({"dtype":"F32","shape":[1,1],"data_offsets":[4,8]})"), 8), "w: begins at byte 4"},
      {file_of(with_tensor("3"), 0), "w: is not of dtype F32"},
  };
  for (const auto& [content, problem] : cases) {
    write_content(folder / "m.safetensors", content);
    try {
      (void)read_safetensors(folder / "m.safetensors");
      ADD_FAILURE() << "read: " << problem;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find(problem), std::string::npos) << error.what() << "\nnot: " << problem;
    }
  }
}

TEST(Safetensors, DamagedOnesAreReadOrRefused) {
  const TemporaryFolder folder;
  write_safetensors(example(), folder / "m.safetensors");
  const std::string sound = content_of(folder / "m.safetensors");
  std::int64_t refused = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const std::string damaged = mutated(sound, seed, 1 + seed % 4);
    write_content(folder / "d.safetensors",
                  seed % 5 == 0 ? damaged.substr(0, damaged.size() * (seed % 97) / 97) : damaged);
    try {
      (void)read_safetensors(folder / "d.safetensors");
    } catch (const DataError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 400);
}

TEST(Safetensors, HaveNoNamesThatTheFormatKeepsOrRepeats) {
  const TemporaryFolder folder;
  const auto refuses = [&](const std::function<void(ModelFile&)>& change) {
    ModelFile model = example();
    change(model);
    EXPECT_THROW(write_safetensors(model, folder / "m.safetensors"), ArgumentError);
    EXPECT_FALSE(std::filesystem::exists(folder / "m.safetensors"));
  };
  refuses([](ModelFile& model) { model.tensors[0].name = "__metadata__"; });
  refuses([](ModelFile& model) { model.tensors[0].name = "empty"; });
  refuses([](ModelFile& model) { model.config["note"] = "\xff"; });
}

}  // namespace
}  // namespace weft
