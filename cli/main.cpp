// The weft command: reads the command line, runs one command, and turns what it throws into an exit code
// and one line on standard error. Nothing else in the command catches to report.
#include <malloc.h>
#include <cstdio>
#include <new>
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
  std::fprintf(stderr, "weft: %s\n", one_line(message).c_str());
  return code;
}

/// The nearest command to a first word that is none.
std::string hint(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') {
    return "";
  }
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == argv[1]) {
      return std::string("; `weft ") + argv[1] + " --help` explains the command";
    }
    names.push_back(command->get_name());
  }
  const std::string nearest = nearest_name(argv[1], names);
  return nearest.empty() ? "; `weft --help` lists the commands" : "; did you mean `weft " + nearest + "`?";
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
    return complain(kUsage, error.what() + hint(app, argc, argv));
  }
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
