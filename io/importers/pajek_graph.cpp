#include "weft/io/importers/pajek_graph.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/types.hpp"
#include "weft/io/importers/delimited_text.hpp"

namespace weft {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::array<std::string_view, 40> kDrawing = {
    "ic", "bc", "bw",   "lc",  "la", "lp",      "lr",  "lphi",    "fos",      "font",  "x_fact", "y_fact", "phi", "r",
    "q",  "ss", "size", "url", "w",  "c",       "p",   "s",       "a",        "ap",    "h1",     "h2",     "a1",  "k1",
    "a2", "k2", "cl",   "sz",  "sh", "ellipse", "box", "diamond", "triangle", "cross", "empty",  "circle"};

bool is_drawing(std::string_view word) {
  return std::ranges::find(kDrawing, word) != kDrawing.end();
}

std::string lower(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return word;
}

class PajekReader {
 public:
  PajekReader(const GraphFile& file, GraphTables& tables) : file_(file), tables_(tables) {}

  void read() {
    const std::string_view text = file_.text();
    while (at_ < text.size()) {
      const std::size_t end = std::min(text.find('\n', at_), text.size());
      std::string_view line = text.substr(at_, end - at_);
      line.remove_suffix(line.ends_with('\r') ? 1 : 0);
      read_line(line);
      at_ = end + 1;
    }
    if (!has_vertices_) {
      file_.fail("has no line *Vertices, which networks of Pajek begin with");
    }
    add_vertices();
    if (has_arcs_ && has_edges_) {
      tables_.directions = std::move(directions_);
    }
    tables_.directed = has_arcs_;
    tables_.labels = {"label"};
  }

 private:
  enum class Section : std::uint8_t { none, vertices, lines, lists, matrix, passed_over };
  struct Vertex {
    std::string label;
    std::size_t offset = 0;
    std::vector<std::pair<std::string, std::string>> attributes;
  };

  [[noreturn]] void fail(const std::string& problem) const { file_.fail(at_, problem); }

  /// Words between blanks, or between quotes, of the line.
  void split(std::string_view line) {
    words_.clear();
    for (std::size_t i = 0; i < line.size();) {
      if (is_blank(line[i])) {
        ++i;
        continue;
      }
      const bool is_quoted = line[i] == '"';
      const std::size_t begin = is_quoted ? i + 1 : i;
      const std::size_t end = is_quoted ? line.find('"', begin) : line.find_first_of(" \t", begin);
      if (is_quoted && end == std::string_view::npos) {
        fail("a text between quotes does not end");
      }
      const std::size_t stop = std::min(end, line.size());
      words_.push_back(line.substr(begin, stop - begin));
      i = stop + (is_quoted ? 1 : 0);
    }
  }

  void read_line(std::string_view line) {
    const std::string_view content = trimmed(line);
    if (content.empty() || content.front() == '%') {
      return;
    }
    split(line);
    if (content.front() == '*') {
      begin_section();
      return;
    }
    switch (section_) {
      case Section::none:
        fail("stands before any section, expected *Vertices");
      case Section::vertices:
        return read_vertex();
      case Section::lines:
        return read_edge();
      case Section::lists:
        return read_list();
      case Section::matrix:
        return read_matrix();
      case Section::passed_over:
        break;
    }
  }

  void begin_section() {
    const std::string word = lower(words_[0]);
    relation_.clear();
    if (word == "*network") {
      section_ = Section::none;
    } else if (word == "*vertices") {
      if (section_ == Section::passed_over) {
        return;
      }
      begin_vertices();
    } else if (word == "*arcs" || word == "*edges" || word == "*arcslist" || word == "*edgeslist" ||
               word == "*matrix") {
      if (!has_vertices_) {
        fail(concat(words_[0], " stands before *Vertices"));
      }
      is_directed_ = word.starts_with("*arcs") || word == "*matrix";
      (is_directed_ ? has_arcs_ : has_edges_) = true;
      section_ = word == "*matrix" ? Section::matrix : word.ends_with("list") ? Section::lists : Section::lines;
      row_ = 0;
      if (words_.size() > 1 && words_[1].starts_with(':')) {
        relation_ = words_.size() > 2 ? words_[2] : words_[1].substr(1);
      }
    } else {
      tables_.pass_over("sections that are no vertices, arcs, edges or matrix", at_);
      section_ = Section::passed_over;
    }
  }

  void begin_vertices() {
    if (has_vertices_) {
      fail("is a second *Vertices, expected one network");
    }
    const std::int64_t count = words_.size() > 1 ? parse_id(words_[1]) : -1;
    // What is declared is believed as far as the file's length bears it out.
    constexpr std::int64_t kOrdinary = 1 << 20, kOfByte = 16;
    const std::int64_t most =
        std::min<std::int64_t>(kMaxNodes, kOrdinary + kOfByte * static_cast<std::int64_t>(file_.text().size()));
    if (count < 0 || count > most) {
      fail(concat("*Vertices ", words_.size() > 1 ? words_[1].substr(0, 40) : "", ", expected their number, at most ",
                  most, " in a file of this length"));
    }
    has_vertices_ = true;
    section_ = Section::vertices;
    vertices_.resize(static_cast<std::size_t>(count), Vertex{.label = {}, .offset = at_, .attributes = {}});
    num_first_ = words_.size() > 2 ? parse_id(words_[2]) : -1;
  }

  std::size_t vertex_of(std::string_view word) const {
    const std::int64_t number = parse_id(word);
    if (number < 1 || number > std::ssize(vertices_)) {
      fail(concat("'", word.substr(0, 40), "' is no vertex, expected 1 to ", vertices_.size()));
    }
    return static_cast<std::size_t>(number - 1);
  }

  void read_vertex() {
    Vertex& vertex = vertices_[vertex_of(words_[0])];
    vertex.offset = at_;
    if (words_.size() > 1) {
      vertex.label = words_[1];
    }
    // Coordinates, two or three, and a shape; networkx writes zeros and ellipse where there are none.
    std::size_t next = 2;
    bool is_drawn = false;
    while (next < words_.size() && next < 5 && parse_real(words_[next])) {
      is_drawn = is_drawn || parse_real(words_[next]) != 0.0F;
      ++next;
    }
    next += next < words_.size() && is_drawing(words_[next]) && (words_.size() - next) % 2 == 1 ? 1 : 0;
    read_pairs(next, is_drawn, [&](std::string_view name, std::string_view value) {
      vertex.attributes.emplace_back(name == "id" || name == "label" ? concat(name, " (attribute)") : std::string(name),
                                     value);
    });
  }

  /// Attributes from a word on; those that draw are passed over.
  template <class Take>
  void read_pairs(std::size_t next, bool is_drawn, const Take& take) {
    for (; next < words_.size(); next += 2) {
      if (words_[next].starts_with('[')) {
        tables_.pass_over("times", at_);
        return;
      }
      if (is_drawing(words_[next]) || next + 1 == words_.size()) {
        is_drawn = true;
      } else {
        take(words_[next], words_[next + 1]);
      }
    }
    if (is_drawn) {
      tables_.pass_over("positions and drawings", at_);
    }
  }

  void add_edge(std::size_t source, std::size_t target) {
    tables_.edges.begin(at_);
    tables_.edges.set("source", std::to_string(source + 1));
    tables_.edges.set("target", std::to_string(target + 1));
    directions_.push_back(is_directed_ ? EdgeDirection::directed : EdgeDirection::undirected);
    if (!relation_.empty()) {
      tables_.edges.set("relation", relation_);
    }
  }

  void read_edge() {
    if (words_.size() < 2) {
      fail("has one word, expected two vertices");
    }
    add_edge(vertex_of(words_[0]), vertex_of(words_[1]));
    std::size_t next = 2;
    if (next < words_.size() && parse_real(words_[next])) {
      tables_.edges.set("weight", words_[next++]);
    }
    read_pairs(next, false, [this](std::string_view name, std::string_view value) {
      const bool is_taken = name == "source" || name == "target" || name == "weight" || name == "relation";
      tables_.edges.set(name == "l" ? "label" : is_taken ? concat(name, " (attribute)") : std::string(name), value);
    });
  }

  void read_list() {
    const std::size_t source = vertex_of(words_[0]);
    for (std::size_t i = 1; i < words_.size(); ++i) {
      add_edge(source, vertex_of(words_[i]));
    }
  }

  void read_matrix() {
    if (row_ == vertices_.size() || words_.size() != vertices_.size()) {
      fail(concat("has ", words_.size(), " numbers in row ", row_ + 1, " of the matrix, expected ", vertices_.size(),
                  " rows of so many"));
    }
    for (std::size_t target = 0; target < words_.size(); ++target) {
      const std::optional<float> value = parse_real(words_[target]);
      if (!value) {
        fail(concat("'", words_[target].substr(0, 40), "' is not a finite number of 32 bits"));
      }
      if (*value != 0.0F) {
        add_edge(row_, target);
        tables_.edges.set("weight", words_[target]);
      }
    }
    ++row_;
  }

  void add_vertices() {
    for (std::size_t v = 0; v < vertices_.size(); ++v) {
      tables_.nodes.begin(vertices_[v].offset);
      tables_.nodes.set("id", std::to_string(v + 1));
      if (!vertices_[v].label.empty()) {
        tables_.nodes.set("label", vertices_[v].label);
      }
      if (num_first_ >= 0) {
        tables_.nodes.set("mode", static_cast<std::int64_t>(v) < num_first_ ? "first" : "second");
      }
      for (const auto& [name, value] : vertices_[v].attributes) {
        tables_.nodes.set(name, value);
      }
    }
  }

  const GraphFile& file_;
  GraphTables& tables_;
  /// Where the line begins.
  std::size_t at_ = 0;
  Words words_;
  Section section_ = Section::none;
  bool has_vertices_ = false, has_arcs_ = false, has_edges_ = false, is_directed_ = false;
  std::vector<Vertex> vertices_;
  std::vector<EdgeDirection> directions_;
  /// Of networks of two modes; else -1.
  std::int64_t num_first_ = -1;
  std::string relation_;
  /// Of the matrix.
  std::size_t row_ = 0;
};

}  // namespace

void read_pajek_graph(const GraphFile& file, GraphTables& tables) {
  PajekReader(file, tables).read();
}

}  // namespace weft
