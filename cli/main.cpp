// The weft command: reads the command line, runs one command, and turns what it throws into an exit code
// and one line on standard error. Nothing else in the command catches to report.
#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "weft/cli/commands.hpp"
#include "weft/cli/console.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/core/error.hpp"
#include "weft/core/options.hpp"

namespace {

using namespace weft;
using namespace weft::cli;

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kBadInput = 3 };

int complain(int code, const std::string& message) {
  std::fprintf(stderr, "weft: %s\n", message_line(message).c_str());
  return code;
}

/// Where the command line has a word that should name a command, or one of its kinds, and does not: that, and the
/// nearest. CLI11 would only say that a command is missing.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  std::string way = "weft";
  for (int i = 1; i < argc && argv[i][0] != '-' && at->get_require_subcommand_min() > 0; ++i) {
    const CLI::App* next = nullptr;
    std::vector<std::string> names;
    for (const CLI::App* command : at->get_subcommands([](const CLI::App*) { return true; })) {
      next = command->get_name() == argv[i] ? command : next;
      names.push_back(command->get_name());
    }
    if (next == nullptr) {
      const std::string nearest = nearest_name(argv[i], names), what = at == &app ? "command" : "format";
      return concat("there is no ", what, " '", argv[i], "'; ",
                    nearest.empty() ? concat("`", way, " --help` lists the ", what, "s")
                                    : concat("did you mean `", way, " ", nearest, "`?"));
    }
    way += " " + next->get_name();
    at = next;
  }
  return "";
}

/// What may help with a wrong command line.
std::string hint(const CLI::App& app, int argc, char** argv) {
  const bool has_command =
      std::ranges::any_of(app.get_subcommands([](const CLI::App*) { return true; }),
                          [&](const CLI::App* one) { return argc > 1 && one->get_name() == argv[1]; });
  return has_command                     ? concat("; `weft ", argv[1], " --help` explains the command")
         : argc < 2 || argv[1][0] == '-' ? ""
                                         : "; `weft --help` lists the commands";
}

/// A standard stream that is closed would be the first file that is opened, and what is told would be written into it.
void fill_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) < 0) {
      // The lowest number that is free. Results that nobody can read are an error, messages are not.
      (void)open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

/// Some files are read through several descriptors at once, and libraries blame the file where there are too few.
void require_descriptors() {
  constexpr rlim_t kFewest = 16;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kFewest) {
    return;
  }
  limit.rlim_cur = std::min(limit.rlim_max, kFewest);
  if (limit.rlim_cur < kFewest || setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    throw std::runtime_error(concat("too many open files: the system allows this process ", limit.rlim_max,
                                    ", expected at least ", kFewest, " (ulimit -n)"));
  }
}

int run(int argc, char** argv) {
  CLI::App app("Weft: linear-complexity graph learning on CPUs.", "weft");
  app.set_version_flag("--version", "weft " WEFT_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Example: weft synth sbm -o sbm.h5 && weft train sbm.h5 -o run && weft predict run sbm.h5 -o classes.csv\n"
      "Exit codes: 0 done, 1 the work failed, 2 the command line is wrong, 3 an input file is wrong, 130 interrupted.");
  std::vector<Work> works;
  for (const auto add :
       {add_info_command, add_import_command, add_synth_command, add_train_command, add_evaluate_command,
        add_predict_command, add_generate_command, add_report_command, add_models_command, add_datasets_command}) {
    works.push_back(add(app));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    app.exit(help);
    return std::fflush(stdout) == 0 ? kDone : complain(kFailed, "standard output cannot be written");
  } catch (const CLI::ParseError& error) {
    const std::string unknown = unknown_command(app, argc, argv);
    return complain(kUsage, unknown.empty() ? error.what() + hint(app, argc, argv) : unknown);
  }
  require_descriptors();
  const std::vector<CLI::App*> all = app.get_subcommands([](const CLI::App*) { return true; });
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->parsed()) {
      works[i]();
    }
  }
  return kDone;
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_streams();
  // Blocks from this size on go back to the system when they are freed. Otherwise glibc raises the bound as it goes, up
  // to 32 MiB, and keeps what lies below it in heaps that fall to pieces: a third of the memory of a run on samples.
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  try {
    install_signal_handlers();
    return run(argc, argv);
  } catch (const Interrupted& error) {
    return complain(kInterruptedCode, error.what());
  } catch (const DataError& error) {
    return complain(kBadInput, error.what());
  } catch (const ArgumentError& error) {
    return complain(kUsage, error.what());
  } catch (const std::bad_alloc&) {
    return complain(kFailed, "out of memory");
  } catch (const std::exception& error) {
    return complain(kFailed, error.what());
  }
}
