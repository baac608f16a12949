// What bash and zsh read to complete the words after `weft`: commands, flags, the names of models and options, and
// files where none of these stands.
#include <algorithm>
#include <string>
#include <string_view>

#include "weft/cli/command_words.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    out += (out.empty() ? "" : " ") + word;
  }
  return out;
}

/// Within single quotes of a shell.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

/// Those of the command, and of the one around it that it passes on to.
std::vector<WordInfo> flags_of(const CommandInfo& command, const std::vector<CommandInfo>& commands) {
  std::vector<WordInfo> flags = command.flags;
  const std::string outer = command.way.substr(0, command.way.rfind(' '));
  const auto found = std::ranges::find(commands, outer, &CommandInfo::way);
  if (command.takes_outer_flags && found != commands.end()) {
    for (const WordInfo& flag : found->flags) {
      if (std::ranges::find(flags, flag.names, &WordInfo::names) == flags.end()) {
        flags.push_back(flag);
      }
    }
  }
  return flags;
}

/// 'weft train') flags='…' taking='…' words='…' ;;
std::string bash_words(const CommandInfo& command, const std::vector<CommandInfo>& commands) {
  std::vector<std::string> flags, taking, words = command.commands;
  for (const WordInfo& flag : flags_of(command, commands)) {
    flags.insert(flags.end(), flag.names.begin(), flag.names.end());
    if (!flag.value.empty()) {
      taking.insert(taking.end(), flag.names.begin(), flag.names.end());
    }
  }
  for (const WordInfo& word : command.positionals) {
    words.insert(words.end(), word.choices.begin(), word.choices.end());
  }
  return concat("    ", in_quotes(command.way), ") flags=", in_quotes(joined(flags)),
                " taking=", in_quotes(joined(taking)), " words=", in_quotes(joined(words)), " ;;\n");
}

/// 'weft train --model') values='…' ;;
std::string bash_values(const CommandInfo& command, const std::vector<CommandInfo>& commands) {
  std::string out;
  for (const WordInfo& flag : flags_of(command, commands)) {
    if (flag.choices.empty()) {
      continue;
    }
    std::string pattern;
    for (const std::string& name : flag.names) {
      pattern += concat(pattern.empty() ? "" : " | ", in_quotes(concat(command.way, " ", name)));
    }
    out += concat("    ", pattern, ") values=", in_quotes(joined(flag.choices)), " ;;\n");
  }
  return out;
}

constexpr std::string_view kBashHead =
    R"(# Completes words of the weft command; made from the command's own tables of options.
_weft() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} way=weft i
  # --flag=value comes as three words.
  if [[ $word == '=' ]]; then
    word=
  elif [[ $before == '=' && $COMP_CWORD -ge 2 ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$way ${COMP_WORDS[i]}" in
)";

constexpr std::string_view kBashTail = R"(  esac
  COMPREPLY=()
  if [[ -n $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$word"))
    if [[ ${COMPREPLY[0]} == *= ]]; then
      compopt -o nospace 2>/dev/null
    fi
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [[ -n $words && " $taking " != *" $before "* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  fi
}
# Where nothing is offered, files are.
complete -o default -F _weft weft
)";

/// In the brackets of _arguments, and in the pairs of _describe.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '[' || c == ']' || c == ':' || c == '\\' ? concat("\\", std::string(1, c))
           : c == '\n'                                   ? std::string(" ")
                                                         : std::string(1, c);
  }
  return out;
}

/// What completes a value: ":TEXT:_files", ":TEXT:(mean sum)".
std::string zsh_action(const WordInfo& word, std::string_view name) {
  if (word.choices.empty()) {
    return concat(":", zsh_text(name), ":_files");
  }
  return word.choices.front().ends_with('=')
             ? concat(":", zsh_text(name), ":{compadd -S \"\" -- ", joined(word.choices), "}")
             : concat(":", zsh_text(name), ":(", joined(word.choices), ")");
}

std::string zsh_flag(const WordInfo& flag) {
  const std::string action = flag.value.empty() ? "" : zsh_action(flag, flag.value);
  std::string out;
  for (const std::string& name : flag.names) {
    const std::string others = flag.is_list ? "*" : concat("(", joined(flag.names), ")");
    const std::string_view joint = flag.value.empty() ? "" : name.starts_with("--") ? "=" : "+";
    out += concat(" \\\n    ", in_quotes(concat(others, name, joint, "[", zsh_text(flag.help), "]", action)));
  }
  return out;
}

std::string zsh_name(std::string way) {
  std::ranges::replace(way, ' ', '_');
  return "_" + way;
}

std::string zsh_function(const CommandInfo& command, const std::vector<CommandInfo>& commands) {
  std::string out =
      concat(zsh_name(command.way), "() {\n  local context state state_descr line\n  typeset -A opt_args\n",
             "  _arguments -s -C");
  for (const WordInfo& flag : flags_of(command, commands)) {
    out += zsh_flag(flag);
  }
  int place = 0;
  for (const WordInfo& word : command.positionals) {
    const std::string at = word.is_list ? std::string("*") : std::to_string(++place);
    out += concat(" \\\n    ", in_quotes(concat(at, zsh_action(word, word.names.front()))));
  }
  if (command.commands.empty()) {
    return out + "\n}\n";
  }
  out +=
      " \\\n    '1:command:->commands' \\\n    '*::words:->words'\n  case $state in\n    commands)\n      local -a "
      "commands=(";
  std::string calls;
  for (const std::string& name : command.commands) {
    const std::string way = concat(command.way, " ", name);
    const auto inner = std::ranges::find(commands, way, &CommandInfo::way);
    out += concat("\n        ", in_quotes(concat(name, ":", zsh_text(inner->help))));
    calls += concat("        ", name, ") ", zsh_name(way), " ;;\n");
  }
  return concat(out, ")\n      _describe command commands ;;\n    words)\n      case $words[1] in\n", calls,
                "      esac ;;\n  esac\n}\n");
}

}  // namespace

std::string bash_completion(const std::vector<CommandInfo>& commands) {
  std::string ways, words, values;
  for (const CommandInfo& command : commands) {
    if (command.way != "weft") {
      ways += concat(ways.empty() ? "      " : " |\\\n      ", in_quotes(command.way));
    }
    words += bash_words(command, commands);
    values += bash_values(command, commands);
  }
  return concat(kBashHead, ways, ") way+=\" ${COMP_WORDS[i]}\" ;;\n    esac\n  done\n",
                "  local flags= taking= words= values=\n  case $way in\n", words,
                "  esac\n  case \"$way $before\" in\n", values, kBashTail);
}

std::string zsh_completion(const std::vector<CommandInfo>& commands) {
  std::string out =
      "#compdef weft\n# Completes words of the weft command; made from the command's own tables of options.\n";
  for (const CommandInfo& command : commands) {
    out += zsh_function(command, commands);
  }
  return out + "_weft \"$@\"\n";
}

}  // namespace weft::cli
