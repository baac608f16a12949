// Planetoid's files: the real Cora.
#include "weft/io/importers/planetoid_importer.hpp"
#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;
using test::write_content;

class RealPlanetoid : public testing::Test {
 protected:
  void SetUp() override {
    raw_ = test::real_file("raw/planetoid_cora");
    if (!raw_) {
      GTEST_SKIP() << "planetoid_cora is missing; set WEFT_DATA";
    }
  }
  /// A copy of Cora's files, to be broken.
  void copy_to(const TemporaryFolder& folder) const {
    std::filesystem::copy(*raw_, folder.path(), std::filesystem::copy_options::recursive);
  }
  std::optional<std::filesystem::path> raw_;
};

TEST_F(RealPlanetoid, EqualsTheDatasetFileWithItsSplit) {
  const auto h5 = test::real_file("h5/cora.h5");
  if (!h5) {
    GTEST_SKIP() << "cora.h5 is missing; set WEFT_DATA";
  }
  const Dataset imported = import_planetoid({.folder = *raw_});
  const Dataset expected = read_dataset(*h5);
  EXPECT_EQ(imported.name, "cora");
  test::expect_same_data(imported, expected);
  test::expect_same_split(imported, expected, "public");
}

TEST_F(RealPlanetoid, NamesTheFileThatIsWrong) {
  const auto expect = [&](const std::string& file, const std::string& bytes, const std::string& message) {
    const TemporaryFolder folder;
    copy_to(folder);
    write_content(folder / ("ind.cora." + file), bytes);
    test::expect_throws<DataError>([&] { static_cast<void>(import_planetoid({.folder = folder.path()})); }, message);
  };
  const auto bytes = [&](const std::string& file) { return test::content_of(*raw_ / ("ind.cora." + file)); };
  expect("graph",
         "\x80\x02"
         "cos\nsystem\n.",
         "ind.cora.graph: byte 2: names 'os system'");
  expect("graph",
         "\x80\x02}(K\x01](M\x94\x0a"
         "eu.",
         "ind.cora.graph: has the node 2708, expected 0 to 2707");
  expect("graph", "\x80\x02}K\x01K\x02s.", "ind.cora.graph: has no list for node 1");
  expect("graph", "\x80\x02K\x01.", "ind.cora.graph: holds no dictionary");
  // One list of 1,000 neighbors that all nodes share.
  std::string shared = "\x80\x02](";
  for (int i = 0; i < 1000; ++i) {
    shared += "K\x02";
  }
  shared += std::string("eq\0}(", 5);
  for (int i = 0; i < 100; ++i) {
    shared += std::string("K\x01h\0", 4);
  }
  expect("graph", shared + "u.", "ind.cora.graph: lists more neighbors than it has bytes");
  expect("allx", bytes("allx").substr(0, 5000), "ind.cora.allx: byte ");
  expect("allx", bytes("tx"), "ind.cora.allx: has 1000 rows, expected 1708");
  expect("allx", bytes("ally"), "ind.cora.allx: holds no csr_matrix");
  expect("ally", bytes("allx"), "ind.cora.ally: is no array");
  expect("test.index", "1708\n1709\n", "ind.cora.ty: has 1000 rows, expected 2 as test.index");
  expect("test.index", "99999999999\n", "ind.cora.test.index: line 1: node 99999999999, expected 0 to");
  expect("test.index", bytes("test.index") + "2692\n", "ind.cora.test.index: lists node 2692 twice");
  expect("y", bytes("ally"), "ind.cora.y: has 1708 rows, expected 1208 at most");
}

TEST_F(RealPlanetoid, SurvivesDamage) {
  const TemporaryFolder folder;
  copy_to(folder);
  const auto import = [&] { static_cast<void>(import_planetoid({.folder = folder.path()})); };
  for (const std::string file : {"tx", "graph"}) {
    test::expect_no_surprise(folder / ("ind.cora." + file), import);
  }
}

}  // namespace
}  // namespace weft
