// No file, however broken, is read as a dataset or does more than end in a DataError naming file and object.
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "tests/broken_files.hpp"
#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/dataset.hpp"

namespace weft {
namespace {

using test::BrokenFile;
using test::content_of;
using test::RawFile;
using test::TemporaryFolder;
using test::write_content;

// What reading says, or "" if it succeeds.
std::string problem_of(const std::filesystem::path& path) {
  try {
    static_cast<void>(read_dataset(path));
    return "";
  } catch (const DataError& error) {
    return error.what();
  }
}

class BrokenDataset : public testing::TestWithParam<BrokenFile> {};

TEST_P(BrokenDataset, IsRefusedNamingFileAndObject) {
  const BrokenFile& broken = GetParam();
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "broken.h5";
  {
    RawFile file(path);
    broken.breaks(file);
  }
  try {
    static_cast<void>(read_dataset(path));
    FAIL() << "the file was read";
  } catch (const DataError& error) {
    EXPECT_EQ(error.file(), path.string());
    EXPECT_EQ(error.object(), broken.object) << error.what();
    EXPECT_NE(error.problem().find(broken.problem), std::string::npos) << error.what();
  }
}

const auto kNameOf = [](const auto& broken) { return std::string(broken.param.name); };
INSTANTIATE_TEST_SUITE_P(Graph, BrokenDataset, testing::ValuesIn(test::kBrokenGraphs), kNameOf);
INSTANTIATE_TEST_SUITE_P(Data, BrokenDataset, testing::ValuesIn(test::kBrokenData), kNameOf);
INSTANTIATE_TEST_SUITE_P(Storage, BrokenDataset, testing::ValuesIn(test::kBrokenStorage), kNameOf);

TEST(RawDataset, IsReadWhereNothingIsBroken) {
  const TemporaryFolder folder;
  { RawFile file(folder / "good.h5"); }
  const Dataset data = read_dataset(folder / "good.h5");
  EXPECT_EQ(data.graph.num_nodes(), 4);
  EXPECT_EQ(std::get<Tensor>(data.node_features.in_memory())(3, 1), 7.0F);
  {
    RawFile file(folder / "set.h5");
    file.graph_set();
  }
  EXPECT_EQ(read_dataset(folder / "set.h5").num_graphs(), 2);
}

TEST(RawDataset, MayHoldEveryWidthAndByteOrderOfNumbers) {
  const TemporaryFolder folder;
  const std::vector<hid_t> integer_types = {H5T_STD_I8LE,  H5T_STD_U8BE,  H5T_STD_I16BE, H5T_STD_U16LE, H5T_STD_I32BE,
                                            H5T_STD_U32LE, H5T_STD_I64BE, H5T_STD_U64LE, H5T_STD_U64BE};
  for (const hid_t type : integer_types) {
    {
      RawFile file(folder / "data.h5");
      file.integers("graph/indptr", {0, 1, 3, 4, 4}, type);
      file.integers("graph/indices", {1, 0, 2, 1}, type);
      file.integers("node/y", {0, 1, 0, 1}, type);
    }
    const Dataset data = read_dataset(folder / "data.h5");
    EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::array<NodeId, 4>{1, 0, 2, 1}));
    EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, 1, 0, 1}));
  }
  const hid_t half = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(half, 15, 10, 5, 0, 10);
  H5Tset_size(half, 2);
  H5Tset_ebias(half, 15);
  for (const hid_t type : {half, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE}) {
    {
      RawFile file(folder / "data.h5");
      file.reals("node/x", {4, 1}, {0.5, -1.25, 1024, 0}, type);
    }
    const Dataset data = read_dataset(folder / "data.h5");
    EXPECT_TRUE(
        test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{0.5F}, {-1.25F}, {1024.0F}, {0.0F}}));
  }
}

TEST(RawDataset, MayHoldFixedLengthText) {
  const TemporaryFolder folder;
  {
    RawFile file(folder / "data.h5");
    const hid_t padded = H5Tcopy(H5T_C_S1);
    H5Tset_size(padded, 3);
    H5Tset_strpad(padded, H5T_STR_SPACEPAD);
    file.array("node/name", {4}, padded, padded, "a  bcdef    ");
  }
  EXPECT_EQ(read_dataset(folder / "data.h5").node_names, (std::vector<std::string>{"a", "bcd", "ef", ""}));
}

TEST(RawDataset, IsReadWithoutObjectsThatTheFormatDoesNotKnow) {
  const TemporaryFolder folder;
  {
    RawFile file(folder / "data.h5");
    file.attribute("mood", 3);
    file.integers("graph/color", {1, 2});
    file.integers("split/public/notes", {99});
    H5Lcreate_external("other.h5", "/x", file.id(), "elsewhere", H5P_DEFAULT, H5P_DEFAULT);
    const hid_t group = H5Gcreate2(file.id(), "split/triples", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
    file.table("split/triples/test_triples", {1, 3}, {0, 1, 2});
  }
  EXPECT_EQ(read_dataset(folder / "data.h5").splits.size(), 1U);
}

TEST(RawDataset, RefusesMoreTextThanTheFileHolds) {
  const TemporaryFolder folder;
  {
    RawFile file(folder / "data.h5");
    std::vector<const char*> names(4, "x");
    file.texts("node/name", names);
  }
  EXPECT_EQ(problem_of(folder / "data.h5"), "");
  // Every name's stored reference becomes that of the first, a string of 64 KiB, 65536 times over.
  std::size_t at = 0;
  {
    RawFile file(folder / "bomb.h5");
    const std::string large(1 << 16, 'x');
    std::vector<const char*> names(1 << 16, "");
    names[0] = large.c_str();
    file.texts("node/name", names);
    const hid_t array = H5Dopen2(file.id(), "node/name", H5P_DEFAULT);
    at = H5Dget_offset(array);
    H5Dclose(array);
  }
  std::string bytes = content_of(folder / "bomb.h5");
  ASSERT_LE(at + 16 * (1 << 16), bytes.size());
  for (std::size_t k = 1; k < 1 << 16; ++k) {
    bytes.replace(at + 16 * k, 16, bytes, at, 16);
  }
  write_content(folder / "bomb.h5", bytes);
  EXPECT_NE(problem_of(folder / "bomb.h5").find("/node/name: holds more text than the file has bytes"),
            std::string::npos)
      << problem_of(folder / "bomb.h5");
}

TEST(NotADataset, IsNamedForWhatItIs) {
  const TemporaryFolder folder;
  write_content(folder / "empty.h5", "");
  write_content(folder / "short.h5", "\x89HDF\r\n");
  write_content(folder / "text.h5", "a,b\n1,2\n");
  ASSERT_EQ(mkfifo((folder / "pipe.h5").c_str(), 0600), 0);
  EXPECT_NE(problem_of(folder / "empty.h5").find("empty.h5: is empty"), std::string::npos);
  EXPECT_NE(problem_of(folder / "short.h5").find("short.h5: is not an HDF5 file"), std::string::npos);
  EXPECT_NE(problem_of(folder / "text.h5").find("text.h5: is not an HDF5 file"), std::string::npos);
  EXPECT_NE(problem_of(folder / "none.h5").find("No such file"), std::string::npos);
  EXPECT_NE(problem_of(folder / "pipe.h5").find("is not a regular file"), std::string::npos);
  EXPECT_NE(problem_of(folder.path()).find("is a folder"), std::string::npos);
}

TEST(TruncatedDataset, IsRefusedAtEveryLength) {
  const TemporaryFolder folder;
  { RawFile file(folder / "good.h5"); }
  const std::string whole = content_of(folder / "good.h5");
  for (std::size_t percent = 0; percent < 100; ++percent) {
    write_content(folder / "cut.h5", whole.substr(0, whole.size() * percent / 100));
    const std::string problem = problem_of(folder / "cut.h5");
    EXPECT_NE(problem.find("cut.h5: "), std::string::npos) << percent << " %: '" << problem << "'";
  }
}

}  // namespace
}  // namespace weft
