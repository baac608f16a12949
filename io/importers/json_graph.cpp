#include "weft/io/importers/json_graph.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "weft/core/error.hpp"

namespace weft {
namespace {

/// Over a text, telling how far it was read.
class ReadTo {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  ReadTo(const char* at, const char*& furthest) : at_(at), furthest_(&furthest) {}
  reference operator*() const { return *at_; }
  ReadTo& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  ReadTo operator++(int) {
    const ReadTo before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const ReadTo& a, const ReadTo& b) { return a.at_ == b.at_; }
  friend bool operator!=(const ReadTo& a, const ReadTo& b) { return a.at_ != b.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

/// With Python's NaN and Infinity as texts, every byte in its place.
std::string without_python(std::string text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kWords = {
      {{"NaN", "\"\" "}, {"-Infinity", "\"-inf\"   "}, {"Infinity", "\"inf\"   "}}};
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && is_quoted) {
      ++i;
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && (c == 'N' || c == 'I' || c == '-')) {
      for (const auto& [word, instead] : kWords) {
        if (std::string_view(text).substr(i).starts_with(word)) {
          std::ranges::copy(instead, text.begin() + static_cast<std::ptrdiff_t>(i));
          i += instead.size() - 1;
          break;
        }
      }
    }
  }
  return text;
}

/// What the parser tells, one value after the other, becomes tables.
class Receiver : public nlohmann::json::json_sax_t {
 public:
  Receiver(const GraphFile& file, GraphTables& tables, const char* begin, const char*& at)
      : file_(file), tables_(tables), begin_(begin), at_(at) {}

  bool null() override { return value(std::nullopt); }
  bool boolean(bool is_true) override {
    if (top() == Place::root && key_ == "directed") {
      tables_.directed = is_true;
      return true;
    }
    if (top() == Place::graph && key_ == "directed") {
      of_graph_ = is_true;
      return true;
    }
    if (top() == Place::edge && key_ == "directed") {
      tables_.directions.resize(tables_.edges.num_rows(), EdgeDirection::of_graph);
      tables_.directions.back() = is_true ? EdgeDirection::directed : EdgeDirection::undirected;
      return true;
    }
    return value(is_true ? "true" : "false");
  }
  bool number_integer(std::int64_t number) override { return value(std::to_string(number)); }
  bool number_unsigned(std::uint64_t number) override { return value(std::to_string(number)); }
  bool number_float(double /*number*/, const std::string& text) override { return value(text); }
  bool string(std::string& text) override { return value(text); }
  bool binary(nlohmann::json::binary_t& /*bytes*/) override { return value(std::nullopt); }
  bool key(std::string& name) override {
    key_ = name;
    return true;
  }

  bool start_object(std::size_t /*size*/) override {
    switch (top()) {
      case Place::file:
        return enter(Place::root);
      case Place::root:
        return enter(key_ == "elements" ? Place::root : key_ == "graph" ? Place::graph : skipped(kOfGraph));
      case Place::graphs:
        if (++num_graphs_ > 1) {
          file_.fail(offset(), "is a second graph, expected one");
        }
        return enter(Place::graph);
      case Place::node_map:
        tables_.nodes.begin(offset());
        tables_.nodes.set("id", key_);
        return enter(Place::node);
      case Place::nodes:
        tables_.nodes.begin(offset());
        return enter(Place::node);
      case Place::edges:
        tables_.edges.begin(offset());
        return enter(Place::edge);
      case Place::node:
      case Place::edge:
        // Cytoscape's attributes, and those of the JSON Graph Format.
        return enter(key_ == "data" || key_ == "metadata" ? top() : skipped(kObjects));
      case Place::node_list:
      case Place::edge_list:
        return enter(skipped(kObjects));
      case Place::graph:
        if (key_ == "nodes") {
          once(has_nodes_);
          is_graph_format_ = true;
          return enter(Place::node_map);
        }
        return enter(skipped(kOfGraph));
      case Place::skipped:
        break;
    }
    return enter(Place::skipped);
  }
  bool end_object() override { return leave(); }

  bool start_array(std::size_t /*size*/) override {
    const bool is_root = top() == Place::root, is_graph = top() == Place::graph;
    if ((is_root || is_graph) && key_ == "nodes") {
      once(has_nodes_);
      is_graph_format_ = is_graph_format_ || is_graph;
      return enter(Place::nodes);
    }
    if ((is_root && key_ == "links") || ((is_root || is_graph) && key_ == "edges")) {
      once(has_edges_);
      is_graph_format_ = is_graph_format_ || is_graph;
      return enter(Place::edges);
    }
    if (is_root && key_ == "graphs") {
      return enter(Place::graphs);
    }
    switch (top()) {
      case Place::file:
        file_.fail(offset(), "is a list, expected an object with nodes and links");
      case Place::nodes:
      case Place::edges:
        file_.fail(offset(), concat(top() == Place::nodes ? "a node" : "a link", " is a list, expected an object",
                                    top() == Place::nodes ? " with an id" : " with source and target"));
      case Place::node:
      case Place::edge:
        list_ = key_;
        place_in_list_ = 0;
        return enter(top() == Place::node ? Place::node_list : Place::edge_list);
      case Place::node_list:
      case Place::edge_list:
        return enter(skipped(kLists));
      case Place::node_map:
        file_.fail(offset(), "a node is a list, expected an object");
      case Place::graphs:
        file_.fail(offset(), "a graph is a list, expected an object");
      case Place::graph:
        return enter(skipped(key_ == "hyperedges" ? kHyperedges : kOfGraph));
      case Place::root:
        return enter(skipped(kOfGraph));
      case Place::skipped:
        break;
    }
    return enter(Place::skipped);
  }
  bool end_array() override { return leave(); }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    const std::string_view text = error.what();
    constexpr std::string_view kBefore = "parse error at line ";
    const std::size_t begin = text.find(kBefore), end = text.find(": ", begin == std::string_view::npos ? 0 : begin);
    file_.fail(position == 0 ? 0 : position - 1,
               concat("is no JSON: ",
                      begin == std::string_view::npos || end == std::string_view::npos ? text : text.substr(end + 2)));
  }

  void finish() {
    if (!has_nodes_ && !has_edges_) {
      file_.fail(
          "holds neither nodes nor links, expected an object with one of them, as networkx's node_link_data gives it");
    }
    if (is_graph_format_ && !tables_.directed) {
      // It has directions unless it says that it has none.
      tables_.directed = of_graph_.value_or(true);
    }
    if (!tables_.directions.empty()) {
      tables_.directions.resize(tables_.edges.num_rows(), EdgeDirection::of_graph);
    }
    if (!tables_.nodes.find_column("id")) {
      tables_.ids_are_places = tables_.nodes.num_rows() > 0;
    }
    if (!tables_.edges.find_column("source") && tables_.edges.find_column("from")) {
      tables_.source = "from";
      tables_.target = "to";
    }
    tables_.labels = {"label", "name"};
  }

 private:
  /// Where the parser is: in a list of nodes, in a node, in a list that is an attribute of a node, and so on.
  enum class Place : std::uint8_t {
    file,
    root,
    graph,
    graphs,
    nodes,
    node_map,
    edges,
    node,
    edge,
    node_list,
    edge_list,
    skipped
  };
  static constexpr std::string_view kHyperedges = "hyperedges";
  static constexpr std::string_view kOfGraph = "attributes of the graph itself";
  static constexpr std::string_view kObjects = "attributes that are objects";
  static constexpr std::string_view kLists = "lists in lists";

  [[nodiscard]] Place top() const { return places_.back(); }
  /// Of what was read last.
  [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_) - (at_ == begin_ ? 0 : 1); }

  Place skipped(std::string_view what) {
    tables_.pass_over(what, offset());
    return Place::skipped;
  }
  bool enter(Place place) {
    places_.push_back(place);
    return true;
  }
  bool leave() {
    places_.pop_back();
    return true;
  }
  void once(bool& has) const {
    if (has) {
      file_.fail(offset(), concat("a second list '", key_, "' of the graph, expected one of nodes and one of links"));
    }
    has = true;
  }

  bool value(std::optional<std::string_view> text) {
    switch (top()) {
      case Place::file:
        file_.fail("holds a single value, expected an object with nodes and links");
      case Place::root:
      case Place::graph:
        if (key_ != "multigraph" && key_ != "name" && key_ != "directed") {
          tables_.pass_over(kOfGraph, offset());
        }
        break;
      case Place::graphs:
        file_.fail(offset(), "a graph is a single value, expected an object");
      case Place::node_map:
        if (text) {
          file_.fail(offset(), concat("node '", key_, "' is a single value, expected an object"));
        }
        tables_.nodes.begin(offset());
        tables_.nodes.set("id", key_);
        break;
      case Place::nodes:
      case Place::edges:
        file_.fail(offset(),
                   concat(top() == Place::nodes ? "a node" : "a link", " is a single value, expected an object",
                          top() == Place::nodes ? " with an id" : " with source and target"));
      case Place::node:
      case Place::edge:
        set(key_, text);
        break;
      case Place::node_list:
      case Place::edge_list:
        set(concat(list_, "[", place_in_list_++, "]"), text);
        break;
      case Place::skipped:
        break;
    }
    return true;
  }

  void set(std::string_view name, std::optional<std::string_view> text) {
    const bool is_node = top() == Place::node || top() == Place::node_list;
    if (text) {
      (is_node ? tables_.nodes : tables_.edges).set(name, *text);
    }
  }

  const GraphFile& file_;
  GraphTables& tables_;
  const char* begin_;
  const char*& at_;
  std::vector<Place> places_ = {Place::file};
  std::string key_, list_;
  std::int64_t place_in_list_ = 0;
  bool has_nodes_ = false, has_edges_ = false;
  /// Whether nodes or edges stand in the graph's object, as in the JSON Graph Format; and whether that says to be
  /// directed.
  bool is_graph_format_ = false;
  std::optional<bool> of_graph_;
  std::int64_t num_graphs_ = 0;
};

}  // namespace

void read_json_graph(const GraphFile& file, GraphTables& tables) {
  const std::string text = without_python(file.text());
  const char* at = text.data();
  Receiver receiver(file, tables, text.data(), at);
  if (nlohmann::json::sax_parse(ReadTo(text.data(), at), ReadTo(text.data() + text.size(), at), &receiver)) {
    receiver.finish();
  }
}

}  // namespace weft
