// Pages about data of one's own are true: their files are written, their commands run, and what they say stands below
// them.
#include <cstdlib>
#include <sstream>

#include "tests/cli_fixture.hpp"
#include "tests/file_content.hpp"

namespace weft::test {
namespace {

const std::filesystem::path kRoot = std::filesystem::path(__FILE__).parent_path().parent_path();

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream text(line);
  return {std::istream_iterator<std::string>(text), {}};
}

/// How many commands were run, and lines compared.
struct Page {
  int commands = 0, said = 0;
};

class PagesOfData : public Cli {
 protected:
  /// Blocks of csv are files, of sh commands, of text lines that the last command says.
  Page follow(const std::string& name) {
    std::istringstream lines(content_of(kRoot / "docs" / name));
    CommandResult last;
    Page page;
    std::string kind, content;
    for (std::string line; std::getline(lines, line);) {
      if (kind.empty() && line.rfind("```", 0) == 0) {
        kind = line.size() == 3 ? "none" : line.substr(3);
        content.clear();
      } else if (line == "```") {
        if (kind.rfind("csv ", 0) == 0) {
          write_content(path(kind.substr(4)), content);
        }
        kind.clear();
      } else if (kind == "sh") {
        last = run(line);
        EXPECT_EQ(last.code, 0) << line << "\n" << last.err;
        ++page.commands;
      } else if (kind == "text") {
        EXPECT_NE((last.err + last.out).find(line + "\n"), std::string::npos) << line << "\nis not in\n"
                                                                              << last.err << last.out;
        ++page.said;
      } else {
        content += line + "\n";
      }
    }
    return page;
  }

 private:
  CommandResult run(const std::string& line) {
    std::vector<std::string> command = words_of(line);
    if (command.at(0) == "sh") {
      // Fewer than the page has, for the time of the test.
      const std::string text = "cd " + path("").string() + " && sh " + (kRoot / command.at(1)).string() + " 300";
      CommandResult result;
      result.code = std::system(text.c_str());
      return result;
    }
    EXPECT_EQ(command.at(0), "weft") << line;
    command.erase(command.begin());
    return weft(command);
  }
};

TEST_F(PagesOfData, AboutTablesAreTrue) {
  const Page page = follow("data.md");
  EXPECT_GE(page.commands, 6);
  EXPECT_GE(page.said, 12);
}

TEST_F(PagesOfData, AboutTheWayToPredictionsAreTrue) {
  const Page page = follow("how-to.md");
  EXPECT_GE(page.commands, 9);
  EXPECT_GE(page.said, 1);
  EXPECT_NE(content_of(path("sectors.csv")).find("g1,"), std::string::npos);
}

}  // namespace
}  // namespace weft::test
