#include "weft/io/importers/gexf_graph.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/io/importers/xml_document.hpp"

namespace weft {
namespace {

class GexfReader {
 public:
  GexfReader(const GraphFile& file, GraphTables& tables) : file_(file), tables_(tables), xml_(file, "gexf") {}

  void read() {
    pugi::xml_node graph;
    for (const pugi::xml_node child : xml_.root().children()) {
      if (xml_.is(child, "graph")) {
        if (graph) {
          file_.fail(XmlDocument::offset(child), "is a second <graph>, expected one");
        }
        graph = child;
      }
    }
    if (!graph) {
      file_.fail("holds no <graph>");
    }
    const std::string_view type = graph.attribute("defaultedgetype").value();
    tables_.directed = !type.empty() && direction_of(type, graph) == EdgeDirection::directed;
    // Attributes are declared before or behind what has them.
    for (const pugi::xml_node child : graph.children()) {
      if (xml_.is(child, "attributes")) {
        add_attributes(child);
      }
    }
    for (pugi::xml_node at = next_element(graph, graph, false); at;) {
      const bool goes_into = xml_.is(at, "node") || xml_.is(at, "nodes") || xml_.is(at, "edges");
      if (xml_.is(at, "node")) {
        read_node(at);
      } else if (xml_.is(at, "edge")) {
        read_edge(at);
      }
      at = next_element(at, graph, !goes_into);
    }
    if (std::ranges::all_of(tables_.directions,
                            [](EdgeDirection direction) { return direction == EdgeDirection::of_graph; })) {
      tables_.directions.clear();
    }
    tables_.labels = {"label"};
  }

 private:
  struct Attribute {
    std::string name;
    bool has_default = false;
    std::string otherwise = {};
  };
  struct Attributes {
    std::unordered_map<std::string, std::size_t> place_of;
    std::vector<Attribute> list;
  };

  EdgeDirection direction_of(std::string_view type, pugi::xml_node node) const {
    if (type != "directed" && type != "undirected" && type != "mutual") {
      file_.fail(XmlDocument::offset(node),
                 concat("an edge's type is '", type.substr(0, 40), "', expected directed, undirected or mutual"));
    }
    return type == "directed" ? EdgeDirection::directed : EdgeDirection::undirected;
  }

  void add_attributes(pugi::xml_node group) {
    const std::string_view of = group.attribute("class").value();
    if (of != "node" && of != "edge") {
      file_.fail(XmlDocument::offset(group),
                 concat("attributes are of class '", of.substr(0, 40), "', expected node or edge"));
    }
    Attributes& attributes = of == "node" ? of_nodes_ : of_edges_;
    for (const pugi::xml_node node : group.children()) {
      if (!xml_.is(node, "attribute")) {
        continue;
      }
      const std::string id = node.attribute("id").value();
      const std::string title = node.attribute("title").as_string(id.c_str());
      const bool is_taken = title == "id" || title == "label" || title == "source" || title == "target" ||
                            (of == "edge" && title == "weight");
      Attribute attribute{.name = is_taken ? concat(title, " (attribute)") : title};
      for (const pugi::xml_node child : node.children()) {
        if (xml_.is(child, "default")) {
          attribute.has_default = true;
          attribute.otherwise = child.text().get();
        }
      }
      if (!attributes.place_of.emplace(id, attributes.list.size()).second) {
        file_.fail(XmlDocument::offset(node), concat("a second attribute has the id '", id.substr(0, 40), "'"));
      }
      attributes.list.push_back(std::move(attribute));
    }
  }

  void read_node(pugi::xml_node node) {
    tables_.nodes.begin(XmlDocument::offset(node));
    set(node, {"id", "label"}, tables_.nodes);
    read_values(node, of_nodes_, tables_.nodes);
  }

  void read_edge(pugi::xml_node node) {
    tables_.edges.begin(XmlDocument::offset(node));
    set(node, {"source", "target", "weight", "label", "kind"}, tables_.edges);
    const std::string_view type = node.attribute("type").value();
    tables_.directions.push_back(type.empty() ? EdgeDirection::of_graph : direction_of(type, node));
    read_values(node, of_edges_, tables_.edges);
  }

  static void set(pugi::xml_node node, const std::vector<const char*>& names, ElementTable& table) {
    for (const char* name : names) {
      if (const pugi::xml_attribute value = node.attribute(name)) {
        table.set(name, value.value());
      }
    }
  }

  void read_values(pugi::xml_node element, const Attributes& attributes, ElementTable& table) {
    for (const char* time : {"start", "end", "startopen", "endopen", "timestamp", "timestamps", "intervals"}) {
      if (element.attribute(time)) {
        tables_.pass_over("times of nodes and edges", XmlDocument::offset(element));
        break;
      }
    }
    for (const pugi::xml_node child : element.children()) {
      if (xml_.is(child, "attvalues")) {
        for (const pugi::xml_node value : child.children()) {
          if (xml_.is(value, "attvalue")) {
            read_value(value, attributes, table);
          }
        }
      } else if (xml_.is(child, "spells") || xml_.is(child, "slices")) {
        tables_.pass_over("times of nodes and edges", XmlDocument::offset(child));
      } else if (std::string_view(child.name()).find(':') != std::string_view::npos && !xml_.is(child, "nodes") &&
                 !xml_.is(child, "edges")) {
        tables_.pass_over("drawings (viz)", XmlDocument::offset(child));
      }
    }
    for (const Attribute& attribute : attributes.list) {
      if (attribute.has_default) {
        table.set_default(attribute.name, attribute.otherwise);
      }
    }
  }

  void read_value(pugi::xml_node value, const Attributes& attributes, ElementTable& table) {
    const pugi::xml_attribute of = value.attribute("for") ? value.attribute("for") : value.attribute("id");
    const auto found = attributes.place_of.find(of.value());
    if (found == attributes.place_of.end()) {
      file_.fail(XmlDocument::offset(value),
                 concat("there is no attribute '", std::string_view(of.value()).substr(0, 40), "'"));
    }
    if (value.attribute("start") || value.attribute("end") || value.attribute("timestamp")) {
      tables_.pass_over("values of attributes at single times", XmlDocument::offset(value));
      return;
    }
    table.set(attributes.list[found->second].name, value.attribute("value").value());
  }

  const GraphFile& file_;
  GraphTables& tables_;
  XmlDocument xml_;
  Attributes of_nodes_, of_edges_;
};

}  // namespace

void read_gexf_graph(const GraphFile& file, GraphTables& tables) {
  GexfReader(file, tables).read();
}

}  // namespace weft
