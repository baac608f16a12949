// weft score: questions on standard input, a line each, and their answers on standard output, a line each, at once.
#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

#include "weft/cli/console.hpp"
#include "weft/cli/model_commands.hpp"
#include "weft/cli/scorer.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft::cli {
namespace {

struct ScoreFlags : SharedFlags {
  std::string run, graph;
  std::int64_t top = 0;
  bool header = false;
};

/// Lines of standard input as they come, which end in LF or CR LF, without waiting for more than a line.
class InputLines {
 public:
  /// A line without its end; false at the end of the input. Of one that is too long the rest is passed over.
  [[nodiscard]] bool next(std::string& line, bool& is_too_long) {
    line.clear();
    is_too_long = false;
    for (;;) {
      if (begin_ == end_ && !fill()) {
        return !line.empty() || is_too_long;
      }
      const std::string_view there(block_.data() + begin_, end_ - begin_);
      const std::size_t length = std::min(there.find('\n'), there.size());
      if (line.size() + length > kMostBytes) {
        is_too_long = true;
        line.clear();
      } else if (!is_too_long) {
        line.append(there.substr(0, length));
      }
      begin_ += length;
      if (begin_ < end_) {
        ++begin_;
        if (line.ends_with('\r')) {
          line.pop_back();
        }
        return true;
      }
    }
  }

  static constexpr std::size_t kMostBytes = 16 << 20;

 private:
  bool fill() {
    begin_ = end_ = 0;
    for (;;) {
      const ssize_t count = read(STDIN_FILENO, block_.data(), block_.size());
      if (count < 0 && errno == EINTR) {
        continue;
      }
      if (count < 0) {
        throw std::system_error(errno, std::generic_category(), "standard input");
      }
      end_ = static_cast<std::size_t>(count);
      return count > 0;
    }
  }

  std::array<char, 1 << 16> block_{};
  std::size_t begin_ = 0, end_ = 0;
};

std::string answer(const Scorer& scorer, const std::string& line, std::int64_t number, const ScoreFlags& flags) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first != std::string::npos && line[first] == '{') {
    Question question = parsed_question(line);
    require(!question.is_discarded(), "is no JSON, or lies too deep in itself");
    if (flags.top > 0 && !question.contains("top")) {
      question["top"] = flags.top;
    }
    return scorer.answer(question).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return scorer.answer_line(line, number, flags.top);
}

/// How many lines were answered, and how many could not be.
struct Counts {
  std::int64_t lines = 0, bad = 0;
};

Counts score(const Scorer& scorer, const ScoreFlags& flags) {
  Counts counts;
  InputLines lines;
  std::string line;
  for (bool is_too_long = false; lines.next(line, is_too_long); ++counts.lines) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    const bool is_json = first != std::string::npos && line[first] == '{';
    std::string problem;
    try {
      require(!is_too_long, "the line has more than ", InputLines::kMostBytes, " bytes");
      require(first != std::string::npos, "the line is empty");
      print(answer(scorer, line, counts.lines, flags));
      continue;
    } catch (const ArgumentError& error) {
      problem = error.what();
    } catch (const DataError& error) {
      problem = error.what();
    } catch (const NumericError& error) {
      problem = error.what();
    }
    ++counts.bad;
    problem = concat("line ", counts.lines + 1, ": ", problem);
    print(is_json ? error_json(problem).dump() + "\n" : error_line(problem));
  }
  return counts;
}

}  // namespace

Work add_score_command(CLI::App& app) {
  const auto flags = std::make_shared<ScoreFlags>();
  CLI::App* command = app.add_subcommand(
      "score", "answers a line of standard input by a line of standard output, as a process that stays");
  command->add_option("RUN", flags->run, "a run folder, or a model file")->required();
  command->add_option("GRAPH", flags->graph,
                      "the dataset whose nodes are asked about, a file or a name; models of graphs need none");
  command->add_option("--top", flags->top, "only the K likeliest classes; 0: all")->check(CLI::Range(0, 1 << 20));
  command->add_flag("--header", flags->header, "begin with the header of the CSV that `weft predict` writes");
  add_shared_flags(
      *command, *flags,
      "A line is a node, by name or number (of a model of links also two of them; of a model of molecules SMILES), and "
      "is "
      "answered by its line of the CSV that `weft predict` writes. Or it is a JSON object, answered by one:\n"
      "  {\"nodes\": [\"a\", \"b\"]}   {\"new_nodes\": [{\"id\": \"n\", ...}], \"edges\": [[\"n\", \"a\"]]}\n"
      "  {\"pairs\": [[\"a\", \"b\"]]}   {\"items_for\": \"a\", \"count\": 10}   {\"smiles\": [\"CCO\"]}   "
      "{\"graphs\": [{\"nodes\": [...], \"edges\": [[0, 1]]}]}\n"
      "What cannot be answered is answered by `error,WHY`, or {\"error\": WHY}, and the next line is read.\n"
      "Example: weft score run cora.h5 < nodes.txt > scores.csv\n"
      "         echo '{\"new_nodes\": [{\"id\": \"n\", \"staff\": 3}], \"edges\": [[\"n\", \"f7\"]]}' | weft score run "
      "firms.h5");
  return [flags] {
    require(!flags->json,
            "--json: every answer is a line of its own, and JSON where the question is; expected no --json");
    const ScorerSource source{flags->run, flags->graph};
    rehearse_scorer(source, *flags);
    with_threads(flags->threads, [&] {
      const Scorer scorer(source, *flags);
      say(flags->quiet,
          concat("ready: ", scorer.what(),
                 flags->graph.empty() ? std::string() : concat(", ", scorer.num_nodes(), " nodes known")));
      if (flags->header) {
        print(scorer.header(flags->top));
      }
      const Counts counts = score(scorer, *flags);
      say(flags->quiet, concat("answered ", counts.lines - counts.bad, " of ", counts.lines, " lines",
                               counts.bad > 0 ? concat("; ", counts.bad, " could not be") : std::string()));
    });
  };
}

}  // namespace weft::cli
