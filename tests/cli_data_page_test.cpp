// docs/data.md is true: its files are written, its commands run, and what they say stands below them.
#include <sstream>

#include "tests/cli_fixture.hpp"
#include "tests/file_content.hpp"

namespace weft::test {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream text(line);
  return {std::istream_iterator<std::string>(text), {}};
}

TEST_F(Cli, DoesWhatThePageOfDataSays) {
  const std::filesystem::path page = std::filesystem::path(__FILE__).parent_path().parent_path() / "docs/data.md";
  std::istringstream lines(content_of(page));
  CommandResult last;
  int commands = 0, said = 0;
  std::string kind, content;
  for (std::string line; std::getline(lines, line);) {
    if (kind.empty() && line.rfind("```", 0) == 0) {
      kind = line.substr(3);
      content.clear();
    } else if (line == "```") {
      if (kind.rfind("csv ", 0) == 0) {
        write_content(path(kind.substr(4)), content);
      }
      kind.clear();
    } else if (kind == "sh") {
      std::vector<std::string> command = words_of(line);
      ASSERT_EQ(command.at(0), "weft") << line;
      command.erase(command.begin());
      last = weft(command);
      EXPECT_EQ(last.code, 0) << line << "\n" << last.err;
      ++commands;
    } else if (kind == "text") {
      EXPECT_NE(last.err.find(line + "\n"), std::string::npos) << line << "\nis not in\n" << last.err;
      ++said;
    } else {
      content += line + "\n";
    }
  }
  EXPECT_GE(commands, 6);
  EXPECT_GE(said, 12);
}

}  // namespace
}  // namespace weft::test
