// Files that appear whole or not at all, and the checksum that seals them.
#include "weft/io/atomic_file.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/file_seal.hpp"
#include "weft/io/unfinished_files.hpp"

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

/// What stands in the folder.
std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(AtomicFile, ClearsAwayWhatAKilledProcessLeft) {
  const TemporaryFolder folder;
  const pid_t writer = fork();
  if (writer == 0) {
    AtomicFile file(folder / "out.txt");
    file.write("half");
    pause();
    _exit(0);
  }
  ASSERT_GT(writer, 0);
  while (names_in(folder.path()).empty()) {
    usleep(1000);
  }
  // While it lives nobody takes its file.
  remove_unfinished(folder.path());
  EXPECT_EQ(names_in(folder.path()).size(), 1U);
  kill(writer, SIGKILL);
  waitpid(writer, nullptr, 0);
  EXPECT_EQ(names_in(folder.path()).size(), 1U);
  write_file_atomically(folder / "other.txt", "x");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"other.txt"});
}

TEST(AtomicFile, LeavesAloneWhatMayBeWrittenStill) {
  const TemporaryFolder folder;
  const std::string mine = std::to_string(getpid());
  // Another machine's, one whose name says too little, one of an earlier version that lives; and no such file.
  const std::vector<std::string> kept = {".weft-00000000-1-5-0.part", ".weft-x.part", ".weft-" + mine + "-0.part",
                                         ".weft-1.txt", "weft-9-9.part"};
  for (const std::string& name : kept) {
    write_content(folder / name, "half");
  }
  // Of an earlier version, and dead: no process has a number that large.
  write_content(folder / ".weft-2147483646-3.part", "half");
  remove_unfinished(folder.path());
  EXPECT_FALSE(std::filesystem::exists(folder / ".weft-2147483646-3.part"));
  for (const std::string& name : kept) {
    EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
  }
  std::filesystem::last_write_time(folder / kept[0],
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
  remove_unfinished(folder.path());
  EXPECT_FALSE(std::filesystem::exists(folder / kept[0])) << "nothing was written to it for a day";
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
