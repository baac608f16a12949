#include "weft/cli/command_line.hpp"

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

#include "weft/cli/console.hpp"
#include "weft/cli/model_commands.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/cli/wrong_words.hpp"
#include "weft/core/error.hpp"

namespace {

using namespace weft;
using namespace weft::cli;

enum ExitCode { kDone = 0, kFailed = 1, kUsage = 2, kBadInput = 3 };

int complain(int code, const std::string& message) {
  std::fprintf(stderr, "weft: %s\n", message_line(message).c_str());
  return code;
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
  CLI::App app(kSummary, "weft");
  const std::vector<Work> works = add_commands(app);
  const std::vector<std::string> words = with_help(app, {argv + 1, argv + argc});
  try {
    // CLI11 takes them from the last to the first.
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.parse(reversed);
  } catch (const CLI::Success& help) {
    app.exit(help);
    return std::fflush(stdout) == 0 ? kDone : complain(kFailed, "standard output cannot be written");
  } catch (const CLI::ParseError& error) {
    const std::string wrong = wrong_word(app, words);
    return complain(kUsage, wrong.empty() ? error.what() + where_help_is(app, words) : wrong);
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

namespace weft::cli {

std::vector<Work> add_commands(CLI::App& app) {
  app.set_version_flag("--version", "weft " WEFT_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Example: weft synth sbm -o sbm.h5 && weft train sbm.h5 -o run && weft predict run sbm.h5 -o classes.csv\n"
      "Exit codes: 0 done, 1 the work failed, 2 the command line is wrong, 3 an input file is wrong, 130 interrupted.");
  std::vector<Work> works;
  for (const auto add :
       {add_info_command, add_import_command, add_synth_command, add_train_command, add_evaluate_command,
        add_predict_command, add_generate_command, add_report_command, add_export_command, add_score_command,
        add_serve_command, add_models_command, add_options_command, add_datasets_command}) {
    works.push_back(add(app));
  }
  return works;
}

int run_command_line(int argc, char** argv) {
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

}  // namespace weft::cli
