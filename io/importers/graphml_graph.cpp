#include "weft/io/importers/graphml_graph.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/io/importers/xml_document.hpp"

namespace weft {
namespace {

class GraphmlReader {
 public:
  GraphmlReader(const GraphFile& file, GraphTables& tables) : file_(file), tables_(tables), xml_(file, "graphml") {}

  void read() {
    pugi::xml_node graph;
    for (const pugi::xml_node child : xml_.root().children()) {
      if (xml_.is(child, "key")) {
        add_key(child);
      } else if (xml_.is(child, "data")) {
        tables_.pass_over("attributes of the graph itself", XmlDocument::offset(child));
      } else if (xml_.is(child, "graph")) {
        if (graph) {
          file_.fail(XmlDocument::offset(child), "is a second <graph>, expected one");
        }
        graph = child;
      }
    }
    if (!graph) {
      file_.fail("holds no <graph>");
    }
    read_default(graph);
    for (pugi::xml_node at = next_element(graph, graph, false); at;) {
      const bool goes_into = xml_.is(at, "node") || xml_.is(at, "graph");
      read_element(at);
      at = next_element(at, graph, !goes_into);
    }
    if (std::ranges::all_of(tables_.directions,
                            [](EdgeDirection direction) { return direction == EdgeDirection::of_graph; })) {
      tables_.directions.clear();
    }
    tables_.labels = {"label", "name", "v_name"};
  }

 private:
  struct Key {
    /// What it is called, and whether that is known; else it is a drawing of yEd.
    std::string name;
    bool is_named = false;
    std::string domain;
    bool has_default = false;
    std::string otherwise = {};
  };

  void add_key(pugi::xml_node node) {
    const pugi::xml_attribute name = node.attribute("attr.name");
    Key key{.name = name ? name.value() : node.attribute("id").value(),
            .is_named = !node.attribute("yfiles.type"),
            .domain = node.attribute("for").as_string("all")};
    for (const pugi::xml_node child : node.children()) {
      if (xml_.is(child, "default")) {
        key.has_default = true;
        key.otherwise = child.text().get();
      }
    }
    const std::string id = node.attribute("id").value();
    if (id.empty()) {
      file_.fail(XmlDocument::offset(node), "a <key> has no id");
    }
    if (!keys_.emplace(id, key).second) {
      file_.fail(XmlDocument::offset(node), concat("a second <key> has the id '", id.substr(0, 40), "'"));
    }
    if (key.has_default && key.is_named && (key.domain == "node" || key.domain == "all")) {
      node_defaults_.push_back(key);
    }
    if (key.has_default && key.is_named && (key.domain == "edge" || key.domain == "all")) {
      edge_defaults_.push_back(key);
    }
  }

  void read_default(pugi::xml_node graph) {
    const std::string_view direction = graph.attribute("edgedefault").value();
    if (direction != "directed" && direction != "undirected" && !direction.empty()) {
      file_.fail(XmlDocument::offset(graph),
                 concat("edgedefault is '", direction.substr(0, 40), "', expected directed or undirected"));
    }
    if (!direction.empty()) {
      tables_.directed = direction == "directed";
    }
  }

  void read_element(pugi::xml_node node) {
    const std::size_t offset = XmlDocument::offset(node);
    if (xml_.is(node, "node")) {
      tables_.nodes.begin(offset);
      if (const pugi::xml_attribute id = node.attribute("id")) {
        tables_.nodes.set("id", id.value());
      }
      read_data(node, "node", node_defaults_, tables_.nodes);
    } else if (xml_.is(node, "edge")) {
      read_edge(node);
    } else if (xml_.is(node, "hyperedge")) {
      tables_.pass_over("hyperedges", offset);
    } else if (xml_.is(node, "port")) {
      tables_.pass_over("ports of nodes", offset);
    } else if (xml_.is(node, "graph")) {
      tables_.pass_over("borders of graphs inside of nodes", offset);
    } else if (xml_.is(node, "data") && !xml_.is(node.parent(), "node")) {
      const auto key = keys_.find(node.attribute("key").value());
      if (key == keys_.end() || key->second.name != "name") {
        tables_.pass_over("attributes of the graph itself", offset);
      }
    }
  }

  void read_edge(pugi::xml_node node) {
    const std::size_t offset = XmlDocument::offset(node);
    tables_.edges.begin(offset);
    for (const char* end : {"source", "target"}) {
      if (const pugi::xml_attribute value = node.attribute(end)) {
        tables_.edges.set(end, value.value());
      }
    }
    if (node.attribute("sourceport") || node.attribute("targetport")) {
      tables_.pass_over("ports of edges", offset);
    }
    const pugi::xml_attribute directed = node.attribute("directed");
    const std::string_view word = directed.value();
    if (directed && word != "true" && word != "false" && word != "1" && word != "0") {
      file_.fail(offset, concat("directed is '", word.substr(0, 40), "', expected true or false"));
    }
    tables_.directions.push_back(!directed                       ? EdgeDirection::of_graph
                                 : word == "true" || word == "1" ? EdgeDirection::directed
                                                                 : EdgeDirection::undirected);
    for (const pugi::xml_node child : node.children()) {
      if (xml_.is(child, "graph")) {
        tables_.pass_over("graphs inside of edges", XmlDocument::offset(child));
      }
    }
    read_data(node, "edge", edge_defaults_, tables_.edges);
  }

  void read_data(pugi::xml_node element, std::string_view domain, const std::vector<Key>& defaults,
                 ElementTable& table) {
    for (const pugi::xml_node data : element.children()) {
      if (!xml_.is(data, "data")) {
        continue;
      }
      const std::string id = data.attribute("key").value();
      const auto found = keys_.find(id);
      if (found == keys_.end()) {
        file_.fail(XmlDocument::offset(data), concat("there is no <key> '", id.substr(0, 40), "'"));
      }
      const Key& key = found->second;
      const bool is_nested = data.find_child([](pugi::xml_node node) { return node.type() == pugi::node_element; });
      if (!key.is_named || is_nested) {
        tables_.pass_over("drawings and other XML inside of <data>", XmlDocument::offset(data));
      } else if (key.domain != domain && key.domain != "all") {
        file_.fail(XmlDocument::offset(data),
                   concat("<key> '", id.substr(0, 40), "' is for ", key.domain, ", not for ", domain));
      } else {
        table.set(name_of(key.name), data.text().get());
      }
    }
    for (const Key& key : defaults) {
      table.set_default(name_of(key.name), key.otherwise);
    }
  }

  /// An attribute may be called like what XML says of the element.
  static std::string name_of(const std::string& name) {
    return name == "id" || name == "source" || name == "target" ? concat(name, " (attribute)") : name;
  }

  const GraphFile& file_;
  GraphTables& tables_;
  XmlDocument xml_;
  std::unordered_map<std::string, Key> keys_;
  std::vector<Key> node_defaults_, edge_defaults_;
};

}  // namespace

void read_graphml_graph(const GraphFile& file, GraphTables& tables) {
  GraphmlReader(file, tables).read();
}

}  // namespace weft
