// A trained model that answers questions, one after the other, from lines of text or JSON; of what transport they come
// it knows nothing. The answers are what `weft predict` writes, to the bit.
//
// A question is a JSON object with one of these keys:
//   "node": "a", "nodes": ["a", 3]                   nodes of the graph, by name or number
//   "new_nodes": [{"id": "n", ...}], "edges": [...]  nodes that are new to it; nothing is kept of them afterwards
//   "pair": ["a", "b"], "pairs": [["a", "b"]]        models of links: how likely they are joined
//   "items_for": "a", "count": 10                    models of links: the likeliest nodes that it is not joined to
//   "smiles": "CCO", or a list                       models of molecules
//   "graphs": [{"nodes": [...], "edges": [...]}]     models of graphs that were trained on tables
// and besides "top": 3, the likeliest classes alone. The answer is {"outputs": "classes", "names": [...], "rows":
// [...]}, a row for each thing that was asked about, in their order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "weft/cli/commands.hpp"
#include "weft/cli/console.hpp"
#include "weft/cli/json_tables.hpp"

namespace weft::cli {

/// Where model and graph come from. The graph may be empty: a model of graphs needs none.
struct ScorerSource {
  std::string run, graph;
};

/// Reads both in a child first; called before any thread exists. Throws what loading throws.
void rehearse_scorer(const ScorerSource& source, const SharedFlags& flags);

/// May be asked by several threads at once.
class Scorer {
 public:
  /// Reads model and graph, and predicts every node of the graph, as `weft predict` does. Throws ArgumentError if they
  /// do not fit.
  Scorer(const ScorerSource& source, const SharedFlags& flags);
  Scorer(const Scorer&) = delete;
  Scorer& operator=(const Scorer&) = delete;
  ~Scorer();

  /// Throws ArgumentError or DataError that says what is wrong with the question, NumericError if an output is not
  /// finite.
  [[nodiscard]] Json answer(const Question& question) const;
  /// Whether answering takes no model, only a look at what is known.
  [[nodiscard]] bool is_quick(const Question& question) const;

  /// A line that is no JSON: a node, two nodes of a model of links, or SMILES. Returns the line of the CSV that `weft
  /// predict` writes, with its end. `number`: of the line, from 0, what a molecule is called by.
  [[nodiscard]] std::string answer_line(std::string_view line, std::int64_t number, std::int64_t top) const;
  /// That of the CSV.
  [[nodiscard]] std::string header(std::int64_t top) const;

  /// What the model is, reads and answers, as JSON text.
  [[nodiscard]] const std::string& description() const;
  /// "the model gcn of cora is one of node_classification"
  [[nodiscard]] std::string what() const;
  [[nodiscard]] std::int64_t num_nodes() const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

/// "error,TEXT" as a line of CSV, and {"error": TEXT}.
[[nodiscard]] std::string error_line(const std::string& problem);
[[nodiscard]] Json error_json(const std::string& problem);

}  // namespace weft::cli
