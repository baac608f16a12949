// Planetoid's pickles: the real Cora, and pickles that would run code.
#include "weft/io/importers/planetoid_importer.hpp"
#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/pickle_reader.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;
using test::write_content;
using Kind = PickleObject::Kind;

TEST(Pickle, ReadsPlainValues) {
  const TemporaryFolder folder;
  // {1: [2, -3], 'ab': (None, True)}
  const std::string bytes =
      "\x80\x02}(K\x01](K\x02J\xfd\xff\xff\xff"
      "eU\x02"
      "abN\x88\x86u.";
  const Pickle pickle(write_content(folder / "p", bytes));
  const PickleObject& root = pickle.root();
  ASSERT_EQ(root.kind, Kind::dictionary);
  ASSERT_EQ(root.items.size(), 4U);
  EXPECT_EQ(root.items[0]->integer, 1);
  ASSERT_EQ(root.items[1]->kind, Kind::list);
  EXPECT_EQ(root.items[1]->items[1]->integer, -3);
  EXPECT_EQ(root.items[2]->bytes, "ab");
  EXPECT_EQ(root.items[3]->items[0]->kind, Kind::none);
  EXPECT_EQ(root.items[3]->items[1]->integer, 1);
}

TEST(Pickle, RefusesWhatWouldRunCode) {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& bytes, const std::string& message) {
    write_content(folder / "p", bytes);
    test::expect_throws<DataError>([&] { Pickle{folder / "p"}; }, message);
  };
  const std::string ran = (folder / "ran").string();
  expect(
      "\x80\x02"
      "cos\nsystem\nU" +
          std::string(1, static_cast<char>(ran.size() + 6)) + "touch " + ran + "\x85R.",
      "p: byte 2: names 'os system', which would run code");
  EXPECT_FALSE(std::filesystem::exists(ran));
  expect("\x80\x04\x8c\x05posix\x8c\x06system\x93.", "names 'posix system', which would run code");
  expect(
      "\x80\x02"
      "c__builtin__\neval\n.",
      "names '__builtin__ eval'");
  expect(
      "\x80\x02"
      "cnumpy.core.multiarray\nscalar\n.",
      "names 'numpy.core.multiarray scalar'");
  expect("cos\nsystem\n(S'ls'\ntR.", "names 'os system'");
  expect("\x80\x02(S'ls'\nios\nsystem\n.", "byte 3: has the opcode 83");
  expect(
      "\x80\x02"
      "cnumpy\ndtype\nU\x02O8\x85R.",
      "holds an array of type 'O8'");
}

TEST(Pickle, RefusesDamage) {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& bytes, const std::string& message) {
    write_content(folder / "p", bytes);
    test::expect_throws<DataError>([&] { Pickle{folder / "p"}; }, message);
  };
  expect("", "p: byte 0: needs 1 more bytes, but 0 are left");
  expect(
      "\x80\x02T\xff\xff\xff\x7f"
      "abc",
      "byte 2: needs 2147483647 more bytes, but 3 are left");
  expect("\x80\x02.", "takes a value where there is none");
  expect("\x80\x02K\x01t.", "takes values down to a mark that is not there");
  expect("\x80\x02h\x05.", "recalls value 5, which was not stored");
  expect(
      "\x80\x02K\x01K\x02"
      "a.",
      "adds 1 values to what takes none");
  expect("\x80\x02}(K\x01u.", "adds 1 values to what takes none or other ones");
  expect("\x80\x02\x8a\x20" + std::string(32, 'x') + ".", "holds an integer of 32 bytes");
  expect("\x80\x07.", "is of version 7");
  // Nesting costs memory, not stack.
  const Pickle deep(write_content(folder / "deep", "\x80\x02N" + std::string(1 << 20, '\x85') + "."));
  EXPECT_EQ(deep.root().kind, Kind::tuple);
  test::expect_throws<DataError>([&] { static_cast<void>(deep.array()); }, "deep: is no array");
}

// Values that are written once and recalled again and again, each time for two bytes.
TEST(Pickle, TakesMemoryInProportionToItsLength) {
  const TemporaryFolder folder;
  std::string bytes = "\x80\x02}(";
  for (int i = 0; i < 20000; ++i) {
    bytes += std::string("K\0N", 3);
  }
  // The state of 20,000 members is value 0; 20,000 matrices share it.
  bytes += std::string("uq\0", 3) + "cscipy.sparse.csr\ncsr_matrix\nq\x01";
  for (int i = 0; i < 20000; ++i) {
    bytes += std::string("h\x01)Rh\0b", 7);
  }
  const Pickle pickle(write_content(folder / "p", bytes + "."));
  EXPECT_EQ(pickle.root().kind, Kind::compressed_rows);
  test::expect_throws<DataError>([&] { static_cast<void>(pickle.member_array("data")); },
                                 "holds a csr_matrix without data");
}

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
