// What is installed beside the command says all that the command does: its manual, and what shells complete.
#include <cstdlib>
#include <sstream>

#include <CLI/CLI.hpp>

#include "tests/cli_fixture.hpp"
#include "tests/file_content.hpp"
#include "weft/cli/command_line.hpp"
#include "weft/cli/command_words.hpp"

namespace weft::test {
namespace {

class CliPages : public Cli {
 protected:
  CliPages() { (void)cli::add_commands(app_); }

  /// Every flag and every command of `app`, with the command that it belongs to.
  void each_word(const CLI::App& app, const std::string& way,
                 const std::function<void(const std::string& way, const std::string& word)>& visit) const {
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        visit(way, "--" + name);
      }
      for (const std::string& name : option->get_snames()) {
        visit(way, "-" + name);
      }
    }
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
      visit(way, command->get_name());
      each_word(*command, way + " " + command->get_name(), visit);
    }
  }

  /// What a shell prints; empty, with a failure, where it does not end with 0 or complains.
  std::string said_by(const std::string& shell_line) const {
    const int code =
        std::system(("cd '" + folder_.path().string() + "' && { " + shell_line + "; } >said 2>complained").c_str());
    EXPECT_EQ(code, 0) << shell_line;
    EXPECT_EQ(content_of(path("complained")), "") << shell_line;
    return content_of(path("said"));
  }

  static bool is_there(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
  }

  /// What bash offers for the last of the words; offers are separated by a blank, and files are none of them.
  std::string offered(const std::string& words) const {
    write_content(path("weft.bash"), cli::bash_completion(all()));
    return said_by("bash --norc -c '. ./weft.bash; COMP_WORDS=(" + words +
                   "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _weft; echo \"${COMPREPLY[*]}\"'");
  }

  std::vector<cli::CommandInfo> all() const { return cli::all_commands(app_); }

  CLI::App app_{cli::kSummary, "weft"};
};

TEST_F(CliPages, ManualNamesEveryCommandAndFlag) {
  const std::string manual = cli::manual_page(all(), "1.2.3");
  int words = 0;
  each_word(app_, "weft", [&](const std::string& way, std::string word) {
    std::size_t from = manual.find(way == "weft" ? ".SH OPTIONS" : "\n.SS " + way + "\n");
    ASSERT_NE(from, std::string::npos) << way;
    std::string section = manual.substr(from + 1, manual.find("\n.SS ", from + 1) - from);
    std::string escaped;
    for (const char c : word.starts_with("-") ? word : way + " " + word) {
      escaped += c == '-' ? std::string("\\-") : std::string(1, c);
    }
    EXPECT_NE(section.find("\\fB" + escaped + "\\fR"), std::string::npos) << way << " " << word;
    ++words;
  });
  EXPECT_GT(words, 300);
}

TEST_F(CliPages, ManualIsRenderedWithoutAWarning) {
  write_content(path("weft.1"), cli::manual_page(all(), "1.2.3"));
  if (!is_there("groff")) {
    GTEST_SKIP() << "there is no groff";
  }
  const std::string text = said_by("groff -man -ww -Tutf8 -P-cbou weft.1");
  EXPECT_NE(text.find("weft 1.2.3"), std::string::npos);
  EXPECT_NE(text.find("weft train [OPTIONS] [DATA]"), std::string::npos);
  EXPECT_NE(text.find("--nodes INT"), std::string::npos);
  EXPECT_NE(text.find("how many nodes; a square number for grid (1 to 4294967295;"), std::string::npos);
  // A table in a command's closing text.
  EXPECT_NE(text.find("learning_rate"), std::string::npos);
}

TEST_F(CliPages, CompletionOfBashNamesEveryCommandAndFlag) {
  const std::string script = cli::bash_completion(all());
  each_word(app_, "weft", [&](const std::string& way, const std::string& word) {
    const std::size_t from = script.find("    '" + way + "') flags=");
    ASSERT_NE(from, std::string::npos) << way;
    std::string line = script.substr(from, script.find('\n', from) - from);
    std::ranges::replace(line, '\'', ' ');
    EXPECT_NE(line.find(" " + word + " "), std::string::npos) << way << " " << word;
  });
  write_content(path("weft.bash"), script);
  EXPECT_EQ(said_by("bash -n weft.bash"), "");
}

TEST_F(CliPages, CompletionOfBashOffersWhatMayFollow) {
  EXPECT_EQ(offered("weft tra"), "train\n");
  EXPECT_EQ(offered("weft import edgel"), "edgelist\n");
  EXPECT_EQ(offered("weft train data.h5 --ep"), "--epochs\n");
  EXPECT_EQ(offered("weft train data.h5 --model gatv"), "gatv2\n");
  EXPECT_EQ(offered("weft train data.h5 --model = gatv"), "gatv2\n");
  EXPECT_EQ(offered("weft train data.h5 --set learning_r"), "learning_rate=\n");
  EXPECT_EQ(offered("weft synth sbm --feature-type b"), "bfloat16\n");
  EXPECT_EQ(offered("weft models gatv"), "gatv2\n");
  // Flags of `weft datasets` are those of `weft datasets get` too.
  EXPECT_EQ(offered("weft datasets get cora --mi"), "--mirror\n");
  EXPECT_EQ(offered("weft datasets get cora --js"), "--json\n");
  // Files, which bash finds itself.
  EXPECT_EQ(offered("weft train d"), "\n");
  EXPECT_EQ(offered("weft models --threads g"), "\n");
}

TEST_F(CliPages, CompletionOfZshNamesEveryCommandAndFlag) {
  const std::string script = cli::zsh_completion(all());
  each_word(app_, "weft", [&](const std::string& way, const std::string& word) {
    std::string name = way;
    std::ranges::replace(name, ' ', '_');
    const std::size_t from = script.find("\n_" + name + "() {");
    ASSERT_NE(from, std::string::npos) << way;
    const std::string body = script.substr(from, script.find("\n}\n", from) - from);
    const bool is_there = word.starts_with("-") ? body.find(")" + word + "[") != std::string::npos ||
                                                      body.find(")" + word + "=[") != std::string::npos ||
                                                      body.find(")" + word + "+[") != std::string::npos ||
                                                      body.find("*" + word + "=[") != std::string::npos ||
                                                      body.find("*" + word + "+[") != std::string::npos
                                                : body.find("'" + word + ":") != std::string::npos;
    EXPECT_TRUE(is_there) << way << " " << word << "\n" << body;
  });
  if (!is_there("zsh")) {
    GTEST_SKIP() << "there is no zsh";
  }
  write_content(path("_weft"), script);
  EXPECT_EQ(said_by("zsh -n _weft"), "");
}

}  // namespace
}  // namespace weft::test
