#include "weft/io/importers/xml_document.hpp"

#include "weft/core/error.hpp"

namespace weft {

XmlDocument::XmlDocument(const GraphFile& file, std::string_view root) {
  const std::string& text = file.text();
  const pugi::xml_parse_result result = document_.load_buffer(text.data(), text.size(), pugi::parse_default);
  if (!result) {
    file.fail(static_cast<std::size_t>(result.offset), concat("is no XML: ", result.description()));
  }
  const std::string_view name = document_.document_element().name();
  const std::size_t colon = name.find(':');
  prefix_ = colon == std::string_view::npos ? std::string_view() : name.substr(0, colon + 1);
  if (name.substr(prefix_.size()) != root) {
    file.fail(offset(document_.document_element()),
              concat("its outermost element is <", name.substr(0, 40), ">, expected <", root, ">"));
  }
}

bool XmlDocument::is(pugi::xml_node node, std::string_view name) const {
  const std::string_view called = node.name();
  return called.starts_with(prefix_) && called.substr(prefix_.size()) == name;
}

std::size_t XmlDocument::offset(pugi::xml_node node) {
  const std::ptrdiff_t place = node.offset_debug();
  return place < 0 ? 0 : static_cast<std::size_t>(place);
}

pugi::xml_node next_element(pugi::xml_node node, pugi::xml_node top, bool skips) {
  pugi::xml_node next = skips ? pugi::xml_node() : node.first_child();
  while (true) {
    while (!next && node && node != top) {
      next = node.next_sibling();
      node = next ? node : node.parent();
    }
    if (!next || next.type() == pugi::node_element) {
      return next;
    }
    node = next;
    next = pugi::xml_node();
  }
}

}  // namespace weft
