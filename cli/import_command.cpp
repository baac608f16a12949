// weft import: a subcommand for each row of the library's table of formats.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>

#include "weft/cli/console.hpp"
#include "weft/cli/import_run.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {
namespace {

void add_list(CLI::App& command, const std::string& flag, std::string& list, const std::string& help) {
  const auto join = [&list](const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      list += (list.empty() ? "" : ",") + word;
    }
  };
  command.add_option_function<std::vector<std::string>>(flag, join, help)->delimiter(',');
}

/// The flag of an option has dashes where its name has underscores.
void add_option(CLI::App& command, const Option& option, bool is_list, OptionValue& value) {
  std::string flag = concat("--", option.name);
  std::ranges::replace(flag, '_', '-');
  const std::string help(option.help);
  if (bool* is_on = std::get_if<bool>(&value)) {
    command.add_flag(flag, *is_on, help);
    return;
  }
  if (is_list) {
    add_list(command, flag, std::get<std::string>(value), help);
    return;
  }
  CLI::Option* added =
      std::visit([&](auto& v) { return command.add_option(flag, v, help)->capture_default_str(); }, value);
  if (!option.choices.empty()) {
    added->check(CLI::IsMember(std::vector<std::string>(option.choices.begin(), option.choices.end())));
  } else if (std::isfinite(option.minimum) && std::isfinite(option.maximum)) {
    added->check(std::holds_alternative<double>(value) ? CLI::Range(option.minimum, option.maximum)
                                                       : CLI::Range(static_cast<std::int64_t>(option.minimum),
                                                                    static_cast<std::int64_t>(option.maximum)));
  }
}

CLI::App* add_format(CLI::App& app, ImportFlags& flags) {
  const ImporterInfo& importer = flags.importer;
  CLI::App* command = app.add_subcommand(std::string(importer.name), std::string(importer.summary));
  command->add_option(std::string(importer.input_name), flags.input, std::string(importer.input))
      ->required(importer.needs_input);
  command->add_option("-o,--output", flags.output, "the dataset file to write")->required();
  for (std::size_t i = 0; i < importer.options.size(); ++i) {
    const Option& option = importer.options[i];
    add_option(*command, option, std::ranges::find(importer.lists, option.name) != importer.lists.end(),
               flags.values[i]);
  }
  if (!importer.seed.empty()) {
    command->add_option("--seed", flags.seed, std::string(importer.seed))->check(whole_seed())->capture_default_str();
  }
  command
      ->add_option("--order", flags.order,
                   "put nodes that are read together side by side, which makes training faster where there are "
                   "communities; predictions come back in the order of the input")
      ->check(one_of("order", {"none", "community", "rcm", "degree"}))
      ->capture_default_str();
  command->add_flag("--strict", flags.strict,
                    "end with exit code 3 where something would have to be assumed of the input, or left out");
  add_feature_type(*command, flags);
  if (importer.can_go_to_disk) {
    add_memory_limit(*command, flags, "larger inputs are sorted on disk, beside the output");
  }
  add_shared_flags(*command, flags, concat("Example: ", importer.example));
  return command;
}

}  // namespace

Work add_import_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("import", "read a public format into a dataset file");
  command->require_subcommand(1);
  command->footer("Example: weft import debian -o debian.h5");
  std::vector<std::pair<CLI::App*, std::shared_ptr<ImportFlags>>> formats;
  for (const ImporterInfo& importer : importers()) {
    const auto flags = std::make_shared<ImportFlags>(importer);
    formats.emplace_back(add_format(*command, *flags), flags);
  }
  return [formats] {
    for (const auto& [format, flags] : formats) {
      if (format->parsed()) {
        const Json result = run_import(*flags);
        if (flags->json) {
          print_json(result);
        }
      }
    }
  };
}

}  // namespace weft::cli
