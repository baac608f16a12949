// What a command meets outside of its files: closed streams, few descriptors, pipes, outputs that would harm, texts
// that would command a terminal.
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <functional>

#include "tests/cli_fixture.hpp"
#include "weft/cli/console.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;

TEST(Console, ShowsWhatControlsATerminalAsEscapes) {
  EXPECT_EQ(cli::one_line("a\x1b[31mb\n\tc\x7f"), "a\\x1b[31mb\\x0a\\x09c\\x7f");
  EXPECT_EQ(cli::one_line("naïve ∑ 日本"), "naïve ∑ 日本");
  // C1 controls, marks that turn the direction of writing, and bytes that are no text.
  EXPECT_EQ(cli::one_line("\xc2\x9b"
                          "1m \xe2\x80\xae \xff\xc3"),
            "\\xc2\\x9b1m \\xe2\\x80\\xae \\xff\\xc3");
  EXPECT_EQ(cli::aligned({{"split \x1b", "1"}}), "split \\x1b  1\n");
}

TEST(Console, CutsNamesThatAreTooLongToBeRead) {
  const std::string message =
      cli::message_line("there is no option '" + std::string(5000, 'x') + "'; did you mean 'y'?");
  EXPECT_EQ(message.rfind("there is no option 'xxx", 0), 0U);
  EXPECT_NE(message.find("xxx…xxx"), std::string::npos) << message;
  EXPECT_TRUE(message.ends_with("x'; did you mean 'y'?")) << message;
  EXPECT_LT(message.size(), 150U);
  // Names with blanks, without quotes, of letters of several bytes; lists.
  EXPECT_LT(cli::message_line("no split '" + std::string(3000, ' ') + "' here").size(), 120U);
  EXPECT_LT(cli::message_line("run.h5: /split/" + std::string(5000, 'x') + "/train: is missing").size(), 150U);
  std::string accents, list;
  for (int i = 0; i < 900; ++i) {
    accents += "é";
    list += concat("a", i, ", ");
  }
  EXPECT_EQ(cli::message_line(accents).find("\\x"), std::string::npos) << "a letter was cut in two";
  EXPECT_LT(cli::message_line("expected one of " + list).size(), 1100U);
  // What is read at a glance stays as it is.
  const std::string plain = "weft: the file's name is 'a b', expected the users' own, up to " + std::string(120, 'p');
  EXPECT_EQ(cli::message_line(plain), plain);
}

class Hostile : public Cli {
 protected:
  CommandResult prepared(const std::vector<std::string>& arguments, const std::function<void()>& prepare) const {
    return Command(folder_.path(), arguments, {}, prepare).wait();
  }

  void refuses(const std::vector<std::string>& arguments, int code, const std::string& part) const {
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }

  void make_run(const std::string& run = "run") const {
    make_sbm();
    const CommandResult made = weft({"train", "sbm.h5", "--epochs", "2", "-o", run, "-q"});
    ASSERT_EQ(made.code, 0) << made.err;
  }
};

TEST_F(Hostile, NamesAWordThatIsNoCommand) {
  refuses({"explain"}, 2, "there is no command 'explain'");
  refuses({"trian", "x.h5"}, 2, "there is no command 'trian'; did you mean `weft train`?");
  refuses({"import", "edglist", "x.csv", "-o", "x.h5"}, 2,
          "there is no format 'edglist'; did you mean `weft import edgelist`?");
  refuses({"models", "gnc"}, 2, "there is no model or attention 'gnc'; did you mean 'gcn'?");
  EXPECT_EQ(weft_json({"models", "gcn"})["name"], "gcn");
  EXPECT_EQ(weft({"models", "gat"}).out.rfind("gat: ", 0), 0U);
}

TEST_F(Hostile, WritesNoResultIntoAFileThatTookThePlaceOfAClosedStream) {
  make_sbm();
  const std::vector<std::string> train = {"train", "sbm.h5", "--epochs", "2", "-o", "run"};
  const CommandResult no_out = prepared(train, [] { close(STDOUT_FILENO); });
  EXPECT_EQ(no_out.code, 1) << "a result that nobody can read is a failure";
  EXPECT_NE(no_out.err.find("standard output is closed"), std::string::npos) << no_out.err;
  EXPECT_EQ(fs::file_size(path("run/.lock")), 0U);
  EXPECT_TRUE(fs::exists(path("run/report.html")));
  fs::remove_all(path("run"));
  EXPECT_EQ(prepared(train, [] { close(STDERR_FILENO); }).code, 0);
  EXPECT_EQ(fs::file_size(path("run/.lock")), 0U);
  EXPECT_EQ(prepared({"info", "sbm.h5"}, [] { close(STDIN_FILENO); }).code, 0);
}

TEST_F(Hostile, BlamesTheSystemWhereItAllowsTooFewOpenFiles) {
  make_run();
  for (const rlim_t most : {6, 8, 12, 15}) {
    const CommandResult result = prepared({"predict", "run", "sbm.h5", "-o", "p.csv"}, [most] {
      const rlimit limit{most, most};
      setrlimit(RLIMIT_NOFILE, &limit);
    });
    EXPECT_EQ(result.code, 1) << most << ": " << result.err;
    EXPECT_NE(result.err.find("too many open files"), std::string::npos) << result.err;
  }
  // What the process may raise by itself is raised.
  const CommandResult raised = prepared({"predict", "run", "sbm.h5", "-o", "p.csv"}, [] {
    const rlimit limit{6, 64};
    setrlimit(RLIMIT_NOFILE, &limit);
  });
  EXPECT_EQ(raised.code, 0) << raised.err;
}

TEST_F(Hostile, NeverWritesOverAFileOfARunFolder) {
  make_run();
  write_content(path("edges.csv"), "0,1\n1,2\n");
  fs::create_symlink("run/checkpoint.h5", path("link.h5"));
  for (const std::string name : {"run/checkpoint.h5", "run/model.h5", "run/metrics.jsonl", "run/config.toml",
                                 "run/.lock", "link.h5", "run/../run/report.html"}) {
    SCOPED_TRACE(name);
    const std::string before = content_of(path(name));
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"predict", "run", "sbm.h5", "-o", name},
          std::vector<std::string>{"import", "edgelist", "edges.csv", "-o", name},
          std::vector<std::string>{"synth", "sbm", "-o", name},
          std::vector<std::string>{"report", "run", "run", "-o", name},
          std::vector<std::string>{"generate", "run", "-o", name}}) {
      const CommandResult result = weft(arguments);
      EXPECT_EQ(result.code, 2) << arguments[0] << ": " << result.err;
      EXPECT_EQ(content_of(path(name)), before) << arguments[0];
    }
  }
  // The page of a report stands beside what is written.
  refuses({"generate", "run", "-o", "run/report.h5", "--report", "--data", "sbm.h5"}, 2,
          "run/report.html is one of the files that a run folder is made of");
  fs::create_directory(path("data"));
  fs::rename(path("sbm.h5"), path("data/model.h5"));
  refuses({"train", "data/model.h5", "--epochs", "1", "-o", "data"}, 2, "would be written over its dataset");
}

TEST_F(Hostile, WaitsForNoPipeAndReadsNoneTwice) {
  make_run();
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  ASSERT_EQ(mkfifo(path("pipe.smi").c_str(), 0600), 0);
  fs::remove(path("run/metrics.jsonl"));
  ASSERT_EQ(mkfifo(path("run/metrics.jsonl").c_str(), 0600), 0);
  const std::vector<std::vector<std::string>> commands = {
      {"train", "sbm.h5", "--config", "pipe"},
      {"train", "-o", "run", "--resume"},
      {"report", "run"},
      {"import", "smiles", "pipe", "-o", "x.h5"},
      {"import", "npz", "pipe", "-o", "x.h5"},
      {"import", "tudataset", "pipe", "-o", "x.h5"},
      {"import", "ogb", "pipe", "-o", "x.h5"},
      {"import", "planetoid", "pipe", "-o", "x.h5"},
      {"import", "h5ad", "pipe", "-o", "x.h5"},
      {"predict", "run", "pipe", "-o", "x.csv"},
      {"predict", "pipe", "sbm.h5", "-o", "x.csv"},
      {"info", "/dev/zero"},
      {"import", "edgelist", "/dev/zero", "-o", "x.h5"},
  };
  for (const std::vector<std::string>& arguments : commands) {
    SCOPED_TRACE(arguments[0] + " " + arguments[1]);
    Command command(folder_.path(), arguments);
    ASSERT_TRUE(wait_until([&] { return !command.is_running(); }, 30.0));
    const CommandResult result = command.wait();
    EXPECT_EQ(result.code, 3) << result.err;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }
  // An edge list is read once, from wherever it comes.
  Command reader(folder_.path(), {"import", "edgelist", "pipe", "-o", "edges.h5"});
  write_content(path("pipe"), "0,1\n1,2\n");
  EXPECT_EQ(reader.wait().code, 0);
  EXPECT_EQ(weft_json({"info", "edges.h5"})["edges"], 4);
}

TEST_F(Hostile, ReadsStrangersMoleculesInAChildFirst) {
  make_run();
  ASSERT_EQ(mkfifo(path("pipe.smi").c_str(), 0600), 0);
  // The child would read the pipe empty; where there is none, nothing is said of it.
  refuses({"predict", "run", "pipe.smi", "-o", "x.csv"}, 3, "pipe.smi: is a pipe or a device");
}

TEST_F(Hostile, RefusesFlagsThatWouldDoNothing) {
  make_run();
  refuses({"generate", "run", "-o", "x.h5", "--kind", "tree"}, 2, "--kind");
  refuses({"generate", "run", "-o", "x.h5", "--data", "sbm.h5"}, 2, "--data");
  refuses({"generate", "run", "-o", "x.h5", "--guidance", "2"}, 2, "--guidance");
  refuses({"predict", "run", "sbm.h5", "-o", "x.csv", "--pairs", "p.csv", "--top", "2"}, 2, "--top");
  refuses({"predict", "run", "sbm.h5", "-o", "x.h5", "--top", "2"}, 2, "--top");
  refuses({"predict", "run", "sbm.h5", "-o", "x.csv", "--strict"}, 2, "--strict");
  refuses({"synth", "grid", "--nodes", "9", "--homophily", "0.5", "-o", "x.h5"}, 2, "--homophily");
  refuses({"train", "sbm.h5", "--set", "dataset=other"}, 2, "the dataset is named on the command line already");
  EXPECT_FALSE(fs::exists(path("x.h5")) || fs::exists(path("x.csv")));
  // Of --set and a flag the flag wins, as for any other option.
  EXPECT_EQ(weft_json({"train", "sbm.h5", "--set", "model=gat", "--model", "gcn", "--epochs", "1"})["model"], "gcn");
}

TEST_F(Hostile, SaysThatItWasInterruptedWhereThereIsNothingToSave) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  for (const int signal : {SIGINT, SIGTERM}) {
    // A FIFO without a writer: opening it waits.
    Command command(folder_.path(), {"import", "debian", "pipe", "-o", "x.h5"});
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    ASSERT_TRUE(command.is_running());
    command.send(signal);
    if (!wait_until([&] { return !command.is_running(); }, 5.0)) {
      command.send(signal);
    }
    const CommandResult result = command.wait();
    EXPECT_EQ(result.code, 130);
    EXPECT_NE(result.err.find("interrupted"), std::string::npos) << result.err;
  }
}

TEST_F(Hostile, BlamesTheFolderAndNotTheCommandLineForItsOwnConfig) {
  make_run();
  write_content(path("run/config.toml"), "epochz = 3\n");
  refuses({"train", "-o", "run", "--resume"}, 3, "run/config.toml: there is no option 'epochz'");
  refuses({"report", "run"}, 3, "run/config.toml: there is no option 'epochz'");
}

}  // namespace
}  // namespace weft::test
