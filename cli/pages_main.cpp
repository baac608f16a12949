// Writes what is installed beside the command, from its own tables of options: weft.1, its manual, and weft and _weft,
// which bash and zsh read to complete its words.
//   weft_pages FOLDER
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>

#include "weft/cli/command_line.hpp"
#include "weft/cli/command_words.hpp"
#include "weft/core/error.hpp"

namespace {

using namespace weft::cli;

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) {
    throw weft::OutputError(weft::concat(path.string(), " cannot be written"));
  }
}

void write_pages(const std::filesystem::path& folder) {
  CLI::App app(kSummary, "weft");
  (void)add_commands(app);
  const std::vector<CommandInfo> commands = all_commands(app);
  std::filesystem::create_directories(folder);
  write(folder / "weft.1", manual_page(commands, WEFT_VERSION));
  write(folder / "weft", bash_completion(commands));
  write(folder / "_weft", zsh_completion(commands));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    weft::require(argc == 2, "weft_pages: expected a folder");
    write_pages(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weft_pages: %s\n", error.what());
    return 1;
  }
}
