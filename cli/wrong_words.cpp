#include "weft/cli/wrong_words.hpp"

#include <algorithm>
#include <string_view>

#include <CLI/CLI.hpp>

#include "weft/cli/option_texts.hpp"
#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/runs/other_names.hpp"
#include "weft/runs/run_config.hpp"

namespace weft::cli {
namespace {

struct OtherWord {
  std::string_view other, here;
};

/// Commands of other tools, and kinds of files by their endings and libraries. Of several lines the first counts whose
/// name there is.
constexpr OtherWord kOtherWords[] = {
    {"fit", "train"},
    {"learn", "train"},
    {"run", "train"},
    {"test", "evaluate"},
    {"validate", "evaluate"},
    {"infer", "predict"},
    {"inference", "predict"},
    {"classify", "predict"},
    {"apply", "predict"},
    {"sample", "generate"},
    {"draw", "generate"},
    {"convert", "import"},
    {"load", "import"},
    {"read", "import"},
    {"show", "info"},
    {"describe", "info"},
    {"stats", "info"},
    {"inspect", "info"},
    {"compare", "report"},
    {"html", "report"},
    {"layers", "models"},
    {"attentions", "models"},
    {"samplers", "options"},
    {"metrics", "options"},
    {"parameters", "options"},
    {"download", "datasets"},
    {"make", "synth"},
    {"random", "synth"},
    {"csv", "edgelist"},
    {"tsv", "edgelist"},
    {"txt", "edgelist"},
    {"edges", "edgelist"},
    {"snap", "edgelist"},
    {"pandas", "tables"},
    {"toml", "tables"},
    {"sql", "sqlite"},
    {"db", "sqlite"},
    {"networkx", "json"},
    {"node_link", "json"},
    {"d3", "json"},
    {"cytoscape", "json"},
    {"gephi", "gexf"},
    {"igraph", "graphml"},
    {"yed", "graphml"},
    {"xml", "graphml"},
    {"net", "pajek"},
    {"recbole", "interactions"},
    {"inter", "interactions"},
    {"movielens", "interactions"},
    {"lightgcn", "interactions"},
    {"kg", "triples"},
    {"matrix_market", "mtx"},
    {"scipy", "npz"},
    {"numpy", "npz"},
    {"pyg", "npz"},
    {"cora", "planetoid"},
    {"tu", "tudataset"},
    {"ogbn", "ogb"},
    {"anndata", "h5ad"},
    {"scanpy", "h5ad"},
    {"smi", "smiles"},
    {"sdf", "smiles"},
    {"molecules", "smiles"},
    {"rdkit", "smiles"},
    {"download", "get"},
    {"fetch", "get"},
    {"ls", "list"},
};

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

const CLI::App* command_named(const CLI::App& app, const std::string& word) {
  const auto all = commands_of(app);
  const auto found = std::ranges::find_if(all, [&](const CLI::App* one) { return one->get_name() == word; });
  return found == all.end() ? nullptr : *found;
}

/// The innermost command that the first words name, how it is called, and how many words that took.
struct Named {
  const CLI::App* command;
  std::string way = "weft";
  std::size_t num_words = 0;
};

Named named_by(const CLI::App& app, std::span<const std::string> words) {
  Named at{.command = &app};
  for (const std::string& word : words) {
    const CLI::App* next = command_named(*at.command, word);
    if (next == nullptr) {
      break;
    }
    at = {.command = next, .way = concat(at.way, " ", word), .num_words = at.num_words + 1};
  }
  return at;
}

std::string command_meant_by(const std::string& word, const std::vector<std::string>& names) {
  for (const OtherWord& one : kOtherWords) {
    if (one.other == word && std::ranges::find(names, one.here) != names.end()) {
      return std::string(one.here);
    }
  }
  if (const std::string nearest = nearest_name(word, names); !nearest.empty()) {
    return nearest;
  }
  // cvs, for csv, is an edgelist too.
  std::vector<std::string> others;
  for (const OtherWord& one : kOtherWords) {
    if (std::ranges::find(names, one.here) != names.end()) {
      others.emplace_back(one.other);
    }
  }
  const std::string other = nearest_name(word, others);
  const auto found = std::ranges::find(kOtherWords, std::string_view(other), &OtherWord::other);
  return other.empty() ? "" : std::string(found->here);
}

std::string wrong_command(const Named& at, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* one : commands_of(*at.command)) {
    names.push_back(one->get_name());
  }
  const std::string what = at.way == "weft" ? "command" : at.way == "weft import" ? "format" : "kind";
  const std::string meant = command_meant_by(word, names);
  return concat("there is no ", what, " '", word, "'; ",
                meant.empty() ? concat("`", at.way, " --help` lists the ", what, "s")
                              : concat("did you mean `", at.way, " ", meant, "`?"));
}

/// An option that is set by --set and not by a flag of its own: "" if it is none.
std::string option_meant_by(std::string name) {
  std::ranges::replace(name, '-', '_');
  const std::vector<std::string> names = option_names();
  return std::ranges::find(names, name) != names.end() ? name : name_meant_by(name, names);
}

std::string wrong_flag(const Named& at, const std::string& word) {
  const std::string flag = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : at.command->get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
    for (const std::string& name : option->get_snames()) {
      names.push_back("-" + name);
    }
  }
  if (!flag.starts_with("--") || std::ranges::find(names, flag) != names.end()) {
    return "";
  }
  std::string there_is_none = concat("there is no flag '", flag, "'; ");
  const bool takes_options = std::ranges::find(names, "--set") != names.end();
  const std::string meant = name_meant_by(flag.substr(2), std::vector<std::string>{"seed", "runs", "split", "model"});
  if (takes_options && !meant.empty()) {
    return concat(there_is_none, "did you mean '--", meant, "'?");
  }
  if (const std::string option = takes_options ? option_meant_by(flag.substr(2)) : ""; !option.empty()) {
    const std::string own = "--" + option;
    return concat(there_is_none, std::ranges::find(names, own) != names.end()
                                     ? concat("did you mean '", own, "'?")
                                     : concat("it is set by --set ", option, "=VALUE"));
  }
  const std::string nearest = nearest_name(flag, names);
  return concat(there_is_none, nearest.empty() ? concat("`", at.way, " --help` lists the flags")
                                               : concat("did you mean '", nearest, "'?"));
}

}  // namespace

std::vector<std::string> with_help(const CLI::App& app, std::vector<std::string> words) {
  const bool asks = !words.empty() && words.front() == "help";
  if (asks) {
    words.erase(words.begin());
  }
  const Named at = named_by(app, words);
  if (asks || (at.num_words == words.size() && at.command->get_require_subcommand_min() > 0)) {
    words.emplace_back("--help");
  }
  return words;
}

std::string wrong_word(const CLI::App& app, std::span<const std::string> words) {
  const Named at = named_by(app, words);
  const auto rest = words.subspan(at.num_words);
  if (!rest.empty() && !rest.front().starts_with("-") && !commands_of(*at.command).empty()) {
    return wrong_command(at, rest.front());
  }
  for (const std::string& word : rest) {
    if (word == "--") {
      break;
    }
    if (const std::string wrong = wrong_flag(at, word); !wrong.empty()) {
      return wrong;
    }
  }
  return "";
}

std::string where_help_is(const CLI::App& app, std::span<const std::string> words) {
  const Named at = named_by(app, words);
  return at.num_words > 0                             ? concat("; `", at.way, " --help` explains the command")
         : words.empty() || words[0].starts_with("-") ? ""
                                                      : "; `weft --help` lists the commands";
}

}  // namespace weft::cli
