// Zip archives: bombs, links, repeats and damage.
#include "weft/io/importers/zip_archive.hpp"

#include <string>

#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;
using test::write_content;

TEST(ZipArchive, RefusesBombsLinksRepeatsAndDamage) {
  const TemporaryFolder folder;
  const auto bomb = test::write_zip(folder / "bomb.zip", {{"zeros", std::string(std::size_t{1} << 22, '\0')}});
  test::expect_throws<DataError>(
      [&] { static_cast<void>(ZipArchive(bomb, {.content_bytes = 1 << 16, .expansion = 100}).read("zeros")); },
      "bomb.zip: zeros: expands to more than");
  EXPECT_EQ(ZipArchive(bomb).read("zeros").size(), std::size_t{1} << 22);
  const auto link = test::write_zip(folder / "link.zip", {{"x", "/etc/passwd"}}, AE_IFLNK);
  test::expect_throws<DataError>([&] { ZipArchive{link}; }, "link.zip: x: is a link or a device");
  const auto twice = test::write_zip(folder / "twice.zip", {{"x", "1"}, {"x", "2"}});
  test::expect_throws<DataError>([&] { ZipArchive{twice}; }, "twice.zip: x: is in the archive twice");
  for (const std::string name : {"../x", "/x", "a/../../x"}) {
    const auto out = test::write_zip(folder / "out.zip", {{name, "1"}});
    test::expect_throws<DataError>([&] { ZipArchive{out}; }, "out.zip: " + name + ": is a name that leads out");
  }
  EXPECT_TRUE(ZipArchive(test::write_zip(folder / "dots.zip", {{"a..b/...", "1"}})).has("a..b/..."));
  // The limit is one of all members together.
  const std::string half(std::size_t{1} << 16, '\0');
  const ZipArchive two(test::write_zip(folder / "two.zip", {{"a", half}, {"b", half}}),
                       {.content_bytes = 100000, .expansion = 0});
  EXPECT_EQ(two.read("a").size(), half.size());
  test::expect_throws<DataError>([&] { static_cast<void>(two.read("b")); },
                                 "two.zip: b: expands to more than the 34464");
  const auto good = test::write_zip(folder / "good.zip", {{"x", std::string(1000, 'a').append("bcd")}});
  std::string bytes = test::content_of(good);
  // In the middle of the data, which follow 30 bytes of header, the name, and as many as byte 28 says.
  const std::size_t at = 30 + 1 + static_cast<std::size_t>(bytes[28]) + 4;
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  const auto damaged = write_content(folder / "damaged.zip", bytes);
  test::expect_throws<DataError>([&] { static_cast<void>(ZipArchive(damaged).read("x")); }, "damaged.zip: x: ");
  write_content(folder / "cut.zip", bytes.substr(0, bytes.size() - 30));
  test::expect_throws<DataError>([&] { ZipArchive{folder / "cut.zip"}; }, "cannot be opened as a zip archive");
  write_content(folder / "text.zip", "no archive at all");
  test::expect_throws<DataError>([&] { ZipArchive{folder / "text.zip"}; }, "text.zip: cannot be opened as a zip");
}

}  // namespace
}  // namespace weft
