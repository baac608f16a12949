// Lines of text files, plain and compressed: what is read, and what is refused.
#include "weft/io/importers/text_input.hpp"

#include <cstdio>
#include <string>
#include <vector>

#include "tests/compressed_text.hpp"
#include "tests/file_content.hpp"
#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/error.hpp"
#include "weft/core/stopwatch.hpp"

namespace weft {
namespace {

using test::bzip2ed;
using test::expect_throws;
using test::gzipped;
using test::TemporaryFolder;
using test::write_content;
using test::xzipped;
using test::zstded;

using Lines = std::vector<std::string>;

Lines lines_of(TextInput& input) {
  Lines lines;
  for (std::string_view line; input.next(line);) {
    lines.emplace_back(line);
  }
  return lines;
}

Lines lines_of(const std::filesystem::path& path, const TextLimits& limits = {}) {
  TextInput input(path, limits);
  return lines_of(input);
}

std::string many_lines() {
  std::string text;
  for (int i = 0; i < 50000; ++i) {
    text += "line " + std::to_string(i * 7919 % 50021) + "\n";
  }
  return text;
}

TEST(TextInput, GivesLinesOfEveryEnding) {
  const TemporaryFolder folder;
  EXPECT_EQ(lines_of(write_content(folder / "a", "one\ntwo\r\n\nfour")), (Lines{"one", "two", "", "four"}));
  EXPECT_EQ(lines_of(write_content(folder / "b", "\xef\xbb\xbfmark\n")), (Lines{"mark"}));
  EXPECT_EQ(lines_of(write_content(folder / "c", "")), Lines{});
}

TEST(TextInput, ReadsLinesThatEndInCrAlone) {
  const TemporaryFolder folder;
  EXPECT_EQ(lines_of(write_content(folder / "a", "one\rtwo\r\rfour")), (Lines{"one", "two", "", "four"}));
  EXPECT_EQ(lines_of(write_content(folder / "b", "one\rtwo\r")), (Lines{"one", "two"}));
  EXPECT_EQ(lines_of(write_content(folder / "c", gzipped("one\rtwo\r"))), (Lines{"one", "two"}));
  // Where there is an LF, a CR in a line is of the line; also where the first blocks end between the two.
  EXPECT_EQ(lines_of(write_content(folder / "d", "o\rne\ntwo\r\n")), (Lines{"o\rne", "two"}));
  for (const std::size_t length : {65534U, 65535U, 65536U}) {
    const std::string line(length, 'x');
    EXPECT_EQ(lines_of(write_content(folder / "e", line + "\r\nb\r\n")), (Lines{line, "b"})) << length;
    EXPECT_EQ(lines_of(write_content(folder / "f", line + "\rb\rc")), (Lines{line, "b", "c"})) << length;
  }
  TextInput input(write_content(folder / "g", "one\rtwo\rthree"));
  TextBlock block;
  ASSERT_TRUE(input.next_lines(1 << 20, block));
  EXPECT_EQ(block.text, "one\ntwo\nthree");
}

TEST(TextInput, SearchesALineWithoutEndOnce) {
  const TemporaryFolder folder;
  TextInput input(write_content(folder / "long", std::string(12 << 20, 'x')));
  TextBlock block;
  // Searched from its beginning for each block that is read of it, it would take a hundred times as long.
  const Stopwatch watch;
  ASSERT_TRUE(input.next_lines(1 << 20, block));
  EXPECT_LT(watch.seconds(), 5.0);
  EXPECT_EQ(block.text.size(), std::size_t{12} << 20);
  TextInput lines(write_content(folder / "lines",
                                "\xef\xbb\xbf"
                                "ab\ncd\n" +
                                    std::string(200'000, 'y') + "\nz"));
  std::string all;
  std::vector<std::int64_t> first;
  while (lines.next_lines(4, block)) {
    EXPECT_TRUE(block.text.ends_with("\n") || block.text == "z") << block.text.size();
    all += block.text;
    first.push_back(block.first_line);
  }
  EXPECT_EQ(all, "ab\ncd\n" + std::string(200'000, 'y') + "\nz");
  EXPECT_EQ(first, (std::vector<std::int64_t>{1, 3, 4}));
}

TEST(TextInput, ReadsTheSameFromPlainAndCompressedText) {
  const TemporaryFolder folder;
  const std::string text = many_lines();
  const Lines plain = lines_of(write_content(folder / "plain", text));
  ASSERT_EQ(plain.size(), 50000U);
  for (const auto& compressed : {gzipped, xzipped, bzip2ed, zstded}) {
    EXPECT_EQ(lines_of(write_content(folder / "one", compressed(text))), plain);
    EXPECT_EQ(lines_of(write_content(folder / "two", compressed(text.substr(0, 1000)) + compressed(text.substr(1000)))),
              plain);
    EXPECT_EQ(lines_of(write_content(folder / "none", compressed(""))), Lines());
  }
}

/// As programs that write to pipes do: sizes and the checksum behind the content, `is_long` in 8 bytes each.
std::string streamed_zip(const std::string& text, bool is_long) {
  const auto number = [](std::uint64_t value, std::size_t bytes) {
    std::string result;
    for (std::size_t i = 0; i < bytes; ++i, value >>= 8) {
      result.push_back(static_cast<char>(value & 0xFFU));
    }
    return result;
  };
  // The deflated data of a gzip member stands between its header and its trailer.
  const std::string gzip = gzipped(text), data = gzip.substr(10, gzip.size() - 18),
                    crc = gzip.substr(gzip.size() - 8, 4);
  const std::size_t width = is_long ? 8 : 4;
  return concat("PK\3\4", number(45, 2), number(8, 2), number(8, 2), number(0, 16), number(5, 2), number(0, 2), "a.csv",
                data, "PK\7\10", crc, number(data.size(), width), number(text.size(), width), "PK\1\2",
                std::string(42, '\0'), "a.csv", "PK\5\6", std::string(18, '\0'));
}

TEST(TextInput, ReadsTheOneFileOfAZipArchive) {
  const TemporaryFolder folder;
  const std::string text = many_lines();
  const Lines plain = lines_of(write_content(folder / "plain", text));
  EXPECT_EQ(lines_of(test::write_zip(folder / "a.zip", {{"deep/lines.txt", text}})), plain);
  EXPECT_EQ(
      lines_of(test::write_zip(
          folder / "a.zip", {{"lines.txt", text}, {"__MACOSX/._lines.txt", "attributes"}, {".DS_Store", "folders"}})),
      plain);
  for (const bool is_long : {false, true}) {
    const std::string whole = streamed_zip(text, is_long);
    EXPECT_EQ(lines_of(write_content(folder / "b.zip", whole)), plain);
    std::string damaged = whole;
    damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 0x55);
    write_content(folder / "damaged", damaged);
    expect_throws<DataError>([&] { lines_of(folder / "damaged"); }, "damaged");
    for (const std::size_t percent : {10, 50, 99}) {
      write_content(folder / "cut", whole.substr(0, whole.size() * percent / 100));
      if (percent < 99) {
        expect_throws<DataError>([&] { lines_of(folder / "cut"); }, "is cut short");
      }
    }
  }
  expect_throws<DataError>(
      [&] {
        lines_of(test::write_zip(folder / "two.zip", {{"a", "x\n"}, {"b", "y\n"}}));
      },
      "the zip archive holds several files, 'a' and 'b', expected one");
  write_content(folder / "none.zip", concat("PK\5\6", std::string(18, '\0')));
  expect_throws<DataError>([&] { lines_of(folder / "none.zip"); }, "the zip archive holds no file");
}

TEST(TextInput, ReadsTextThatBeginsAsCompressedTextDoes) {
  const TemporaryFolder folder;
  EXPECT_EQ(lines_of(write_content(folder / "a", "BZh91,2\nb,3\n")), (Lines{"BZh91,2", "b,3"}));
}

TEST(TextInput, ReadsFromWhatIsOpen) {
  const TemporaryFolder folder;
  std::FILE* file = std::fopen(write_content(folder / "a", "one\ntwo\n").c_str(), "rb");
  {
    TextInput input(file, "the pipe");
    EXPECT_EQ(lines_of(input), (Lines{"one", "two"}));
  }
  EXPECT_EQ(std::fclose(file), 0);
}

TEST(TextInput, RefusesCompressedDataThatIsCutOrDamaged) {
  const TemporaryFolder folder;
  const std::string text = many_lines();
  for (const std::string& whole : {gzipped(text), xzipped(text), bzip2ed(text), zstded(text)}) {
    for (const std::size_t percent : {10, 50, 99}) {
      write_content(folder / "cut", whole.substr(0, whole.size() * percent / 100));
      expect_throws<DataError>([&] { lines_of(folder / "cut"); }, "is cut short");
    }
    for (const std::size_t tenth : {1, 5, 9}) {
      std::string damaged = whole;
      damaged[whole.size() * tenth / 10] = static_cast<char>(damaged[whole.size() * tenth / 10] ^ 0x55);
      write_content(folder / "damaged", damaged);
      expect_throws<DataError>([&] { lines_of(folder / "damaged"); }, "damaged");
    }
    write_content(folder / "rest", whole + std::string(64, 'g'));
    expect_throws<DataError>([&] { lines_of(folder / "rest"); }, "damaged");
  }
}

TEST(TextInput, LimitsLinesAndExpansion) {
  const TemporaryFolder folder;
  std::string long_line = "short\n";
  long_line.append(1 << 20, 'x');
  write_content(folder / "long", long_line);
  expect_throws<DataError>([&] { lines_of(folder / "long", {.line_bytes = 1000}); },
                           "long: line 2: is longer than 1000 bytes");
  write_content(folder / "bomb.gz", gzipped(std::string(1 << 22, '\n')));
  expect_throws<DataError>([&] { lines_of(folder / "bomb.gz", {.content_bytes = 1 << 20, .expansion = 0}); },
                           "expands to more than 1048576 bytes and 0 times its own length");
  EXPECT_EQ(lines_of(folder / "bomb.gz").size(), std::size_t{1} << 22);
}

TEST(TextInput, RefusesWhatExpandsTooFarBeforeItsLinesAreWorkedOn) {
  const TemporaryFolder folder;
  const std::string content(1 << 24, '\n');
  for (const auto& compressed : {gzipped, xzipped, bzip2ed, zstded}) {
    TextInput input(write_content(folder / "bomb", compressed(content)), {.content_bytes = 12 << 20, .expansion = 16});
    std::int64_t lines = 0;
    const auto read = [&] {
      for (std::string_view line; input.next(line); ++lines) {
      }
    };
    expect_throws<DataError>(read, "expands to more than");
    // Not the twelve megabytes that it may have.
    EXPECT_LT(lines, 3 << 19);
  }
}

TEST(TextInput, NamesFileAndLineOfABadByte) {
  const TemporaryFolder folder;
  write_content(folder / "nul", std::string("good\nb\0d\n", 9));
  expect_throws<DataError>([&] { lines_of(folder / "nul"); }, "nul: line 2: holds a NUL byte");
  expect_throws<DataError>([&] { lines_of(folder / "none"); }, "No such file");
  expect_throws<DataError>([&] { lines_of(folder.path()); }, "cannot be opened");
}

}  // namespace
}  // namespace weft
