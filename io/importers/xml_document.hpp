// XML files through pugixml, which knows no entities of a file's own, and works without recursion. Private.
#pragma once

#include <cstddef>
#include <string_view>

#include <pugixml.hpp>

#include "weft/io/importers/graph_file.hpp"

namespace weft {

/// An XML document whose outermost element has this name, whatever the prefix. Throws DataError naming file, line and
/// column.
class XmlDocument {
 public:
  XmlDocument(const GraphFile& file, std::string_view root);

  [[nodiscard]] pugi::xml_node root() const { return document_.document_element(); }
  /// Whether an element is called so, in the namespace of the root.
  [[nodiscard]] bool is(pugi::xml_node node, std::string_view name) const;
  /// Where its name stands in the file.
  [[nodiscard]] static std::size_t offset(pugi::xml_node node);

 private:
  pugi::xml_document document_;
  /// With its colon.
  std::string_view prefix_;
};

/// The next element in the order of the document that is `top` or inside it, behind all of `node` where `skips`; none
/// at the end.
[[nodiscard]] pugi::xml_node next_element(pugi::xml_node node, pugi::xml_node top, bool skips);

}  // namespace weft
