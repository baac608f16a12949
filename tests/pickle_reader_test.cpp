// Pickles of plain values, of what would run code, and damaged ones.
#include "weft/io/importers/pickle_reader.hpp"

#include <filesystem>
#include <string>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"

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

}  // namespace
}  // namespace weft
