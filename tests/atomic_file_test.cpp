// Files that appear whole or not at all, and the checksum that seals them.
#include "weft/io/atomic_file.hpp"

#include <filesystem>
#include <span>
#include <string>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/file_seal.hpp"

namespace weft {
namespace {

using test::content_of;
using test::TemporaryFolder;
using test::write_content;

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "out.txt");
    file.write("half");
    EXPECT_FALSE(std::filesystem::exists(folder / "out.txt"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  AtomicFile file(folder / "out.txt");
  file.write("who");
  file.write("le");
  file.commit();
  EXPECT_EQ(content_of(folder / "out.txt"), "whole");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(AtomicFile, FollowsALinkAndKeepsPermissions) {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  write_content(folder / "real" / "out.txt", "old");
  fs::permissions(folder / "real" / "out.txt", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink(fs::path("real") / "out.txt", folder / "link.txt");
  write_file_atomically(folder / "link.txt", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link.txt"));
  EXPECT_EQ(content_of(folder / "real" / "out.txt"), "new");
  EXPECT_EQ(fs::status(folder / "real" / "out.txt").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(AtomicFile, DoesNotReplaceWhatIsNotARegularFile) {
  const TemporaryFolder folder;
  test::expect_throws<DataError>([] { write_file_atomically("/dev/null", "x"); }, "not a regular file");
  test::expect_throws<DataError>([&] { write_file_atomically(folder.path(), "x"); }, "folder");
  test::expect_throws<DataError>([&] { write_file_atomically(folder / "no" / "out", "x"); }, "cannot be created");
}

TEST(Crc32, GivesTheCheckValueOfTheStandard) {
  const std::string text = "123456789";
  const std::span bytes(reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EXPECT_EQ(crc32(bytes), 0xCBF43926U);
  EXPECT_EQ(crc32(bytes.subspan(4), crc32(bytes.first(4))), 0xCBF43926U);
  EXPECT_EQ(crc32({}), 0U);
}

}  // namespace
}  // namespace weft
