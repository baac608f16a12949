#include "weft/io/unread_objects.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "weft/core/error.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft {
namespace {

using hdf5::InputFile;

constexpr std::array<std::string_view, 17> kRead = {
    "/graph/indptr", "/graph/indices", "/graph/edge_type", "/node/x",          "/node/type", "/node/time",
    "/node/id",      "/node/y",        "/node/name",       "/node/original",   "/edge/attr", "/edge/time",
    "/graphs/id",    "/graphs/y",      "/graphs/smiles",   "/graphs/node_ptr", "/split"};

std::string text_of(const InputFile& file, const std::string& object) {
  std::string shape;
  const bool is_matrix = file.is_group(object);
  if (is_matrix) {
    for (const std::int64_t extent : file.integers_attribute(object, "shape").value_or(std::vector<std::int64_t>())) {
      shape += concat(shape.empty() ? "" : ", ", extent);
    }
  } else {
    try {
      for (const std::int64_t extent : file.array(object).shape) {
        shape += concat(shape.empty() ? "" : ", ", extent);
      }
    } catch (const DataError&) {
      // What cannot be read is not looked into either.
      return concat(object, " [?]");
    }
  }
  return concat(object, " [", shape, "]");
}

/// Groups are gone into, but for sparse matrices, up to the depth of the format. `prefix`: the group, or "" of the
/// root.
void look(const InputFile& file, const std::string& prefix, int depth, std::vector<std::string>& found) {
  constexpr int kDeepest = 4;
  for (const std::string& member : file.members(prefix.empty() ? std::string_view("/") : std::string_view(prefix))) {
    const std::string object = concat(prefix, '/', member);
    bool is_group = false;
    try {
      is_group = file.is_group(object);
    } catch (const DataError&) {
      // A link, which is not followed.
      found.push_back(concat(object, " (a link)"));
      continue;
    }
    // Features of types stand for those of all nodes where there are none of all.
    const bool is_read = std::ranges::find(kRead, object) != kRead.end() || object == "/meta" ||
                         (object == "/node/types" && !file.has("/node/x"));
    if (is_read) {
      continue;
    }
    const bool is_matrix = is_group && file.integers_attribute(object, "shape").has_value();
    if (is_group && !is_matrix && depth < kDeepest) {
      look(file, object, depth + 1, found);
    } else {
      found.push_back(text_of(file, object));
    }
  }
}

}  // namespace

std::vector<std::string> unread_objects(const std::filesystem::path& path) {
  const InputFile file(path);
  std::vector<std::string> found;
  look(file, {}, 0, found);
  return found;
}

}  // namespace weft
