// weft.1: each command as its help has it, in the macros that groff and mandoc know.
#include <sstream>
#include <string>
#include <string_view>

#include "weft/cli/command_words.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {
namespace {

/// Text as it stands: no character is a command, and hyphens can be searched and copied.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '"':
        out += "\\(dq";
        break;
      case '\n':
        out += "\n.br\n";
        break;
      default:
        out += c;
    }
  }
  return (text.starts_with('.') ? "\\&" : "") + out;
}

std::string bold(std::string_view text) {
  return concat("\\fB", plain(text), "\\fR");
}
std::string italic(std::string_view text) {
  return concat("\\fI", plain(text), "\\fR");
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) {
    out += concat(out.empty() ? "" : between, word);
  }
  return out;
}

std::string entry(const std::string& head, const std::string& text) {
  return concat(".TP\n", head, "\n", text, "\n");
}

/// "(required; 1 to 64; default 3)", or nothing.
std::string limits_of(const WordInfo& word) {
  std::vector<std::string> parts;
  const auto add = [&](bool holds, const std::string& text) {
    if (holds) {
      parts.push_back(text);
    }
  };
  add(word.is_required, "required");
  add(!word.range.empty(), word.range);
  // Long lists stand in `weft models` and `weft options`.
  add(!word.choices.empty() && word.choices.size() <= 8, joined(word.choices, ", "));
  add(!word.fallback.empty(), "default " + word.fallback);
  return parts.empty() ? "" : concat(" (", plain(joined(parts, "; ")), ")");
}

std::string entry_of(const WordInfo& word) {
  std::string head;
  const bool is_flag = word.names.front().starts_with('-');
  for (const std::string& name : word.names) {
    head += concat(head.empty() ? "" : ", ", is_flag ? bold(name) : italic(name));
  }
  if (is_flag && !word.value.empty()) {
    head += " " + italic(word.value);
  }
  return entry(word.is_list ? head + " ..." : head, plain(word.help) + limits_of(word));
}

/// Lines as they are, but for those of a table, which begin with two blanks: "  name  what it is".
std::string footer_of(const std::string& footer) {
  std::string out;
  std::istringstream lines(footer);
  bool in_text = false;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t gap = line.find("  ", 2), text = line.find_first_not_of(' ', gap);
    if (line.starts_with("  ") && gap != std::string::npos && text != std::string::npos) {
      out += entry(bold(line.substr(2, gap - 2)), plain(line.substr(text)));
      in_text = false;
    } else if (line.find_first_not_of(' ') == std::string::npos) {
      in_text = false;
    } else {
      out += concat(in_text ? ".br\n" : ".PP\n", plain(line), "\n");
      in_text = true;
    }
  }
  return out;
}

std::string usage_of(const CommandInfo& command) {
  std::string out = bold(command.way);
  out += command.flags.empty() ? "" : concat(" [", italic("OPTIONS"), "]");
  for (const WordInfo& word : command.positionals) {
    const std::string name = italic(word.names.front());
    out += concat(" ", word.is_required ? name : concat("[", name, "]"), word.is_list ? " ..." : "");
  }
  out += command.commands.empty() ? "" : concat(" ", italic("COMMAND"));
  return out;
}

/// Its entries in the list of commands, which one entry of the table of contents is.
std::string contents(const CommandInfo& outer, const std::vector<CommandInfo>& commands) {
  std::string out;
  for (const CommandInfo& command : commands) {
    if (command.way.starts_with(outer.way + " ") && command.way.find(' ', outer.way.size() + 1) == std::string::npos) {
      out += entry(bold(command.way), plain(command.help));
    }
  }
  return out;
}

}  // namespace

std::string manual_page(const std::vector<CommandInfo>& commands, const std::string& version) {
  const CommandInfo& weft = commands.front();
  std::string out =
      concat(".\\\" Made from the command's own tables of options.\n", ".TH WEFT 1 \"\" \"weft ", version,
             "\" \"User Commands\"\n.nh\n.ad l\n",
             ".SH NAME\nweft \\- linear\\-complexity graph learning on CPUs\n.SH SYNOPSIS\n", usage_of(weft),
             "\n.SH DESCRIPTION\n", plain(weft.help), "\n", footer_of(weft.footer), ".SH OPTIONS\n");
  for (const WordInfo& flag : weft.flags) {
    out += entry_of(flag);
  }
  out += ".SH COMMANDS\n" + contents(weft, commands);
  for (const CommandInfo& command : commands) {
    if (&command == &weft) {
      continue;
    }
    out += concat(".SS ", command.way, "\n", usage_of(command), "\n.PP\n", plain(command.help), "\n");
    for (const WordInfo& word : command.positionals) {
      out += entry_of(word);
    }
    for (const WordInfo& flag : command.flags) {
      out += entry_of(flag);
    }
    out += contents(command, commands) + footer_of(command.footer);
  }
  return out;
}

}  // namespace weft::cli
