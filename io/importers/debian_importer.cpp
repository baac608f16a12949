#include "weft/io/importers/debian_importer.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weft/io/importers/bag_of_words.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/text_input.hpp"
#include "weft/io/splits.hpp"
#include "weft/io/utf8.hpp"

namespace weft {
namespace {

constexpr const char* kAptCache = "LC_ALL=C apt-cache dumpavail 2>/dev/null";
constexpr const char* kAptCacheName = "apt-cache dumpavail";
constexpr int kNumSplits = 3;
constexpr std::int64_t kReportEvery = 10000;
// In the order of DebianEdge.
constexpr std::array<std::string_view, 4> kRelations = {"Depends", "Pre-Depends", "Recommends", "Suggests"};

struct Package {
  std::string version, section, description;
  std::array<std::string, kRelations.size()> relations;
};
// Ordered by name, and so the same for every order of the input.
using Packages = std::map<std::string, Package>;

// Stanzas of "Field: value" lines, continued by lines that start with a blank (Debian Policy 5.1).
class Parser {
 public:
  Parser(TextInput& input, const ProgressCallback& progress) : input_(input), progress_(progress) {}

  Packages parse() {
    std::string_view line;
    while (input_.next(line)) {
      if (trimmed(line).empty()) {
        finish();
      } else if (line[0] == ' ' || line[0] == '\t') {
        if (field_ != nullptr) {
          field_->append(" ").append(trimmed(line));
        }
      } else {
        start_field(line);
      }
    }
    finish();
    return std::move(packages_);
  }

 private:
  void start_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      input_.fail("is neither 'Field: value' nor a continuation, expected a Debian package index");
    }
    in_stanza_ = true;
    const std::string_view name = line.substr(0, colon);
    const auto relation = std::find(kRelations.begin(), kRelations.end(), name);
    field_ = name == "Package"                                   ? &name_
             : name == "Version"                                 ? &package_.version
             : name == "Section"                                 ? &package_.section
             : name == "Description" || name == "Description-en" ? &package_.description
             : relation != kRelations.end()
                 ? &package_.relations[static_cast<std::size_t>(relation - kRelations.begin())]
                 : nullptr;
    if (field_ != nullptr) {
      *field_ = trimmed(line.substr(colon + 1));
    }
  }

  void finish() {
    if (!in_stanza_) {
      return;
    }
    if (name_.empty() || !is_utf8(name_)) {
      input_.fail("a package ends here that has no name");
    }
    const auto [at, added] = packages_.try_emplace(name_);
    if (added || compare_debian_versions(package_.version, at->second.version) > 0) {
      at->second = std::move(package_);
    }
    package_ = {};
    name_.clear();
    field_ = nullptr;
    in_stanza_ = false;
    const auto count = static_cast<std::int64_t>(packages_.size());
    if (progress_ && count % kReportEvery == 0) {
      progress_({.stage = "reading packages", .done = count, .total = 0, .detail = ""});
    }
  }

  TextInput& input_;
  const ProgressCallback& progress_;
  Packages packages_;
  Package package_;
  std::string name_;
  std::string* field_ = nullptr;
  bool in_stanza_ = false;
};

// Closes the pipe and waits for the child on every way out.
class AptCache {
 public:
  AptCache() : pipe_(::popen(kAptCache, "re")) {
    if (pipe_ == nullptr) {
      throw DataError(kAptCacheName, "", "cannot be run; give a Packages file instead");
    }
  }
  AptCache(const AptCache&) = delete;
  AptCache& operator=(const AptCache&) = delete;
  ~AptCache() {
    if (pipe_ != nullptr) {
      ::pclose(pipe_);
    }
  }
  [[nodiscard]] std::FILE* pipe() const { return pipe_; }
  void expect_success() {
    const int status = ::pclose(std::exchange(pipe_, nullptr));
    if (status != 0) {
      throw DataError(kAptCacheName, "",
                      concat(WIFEXITED(status) && WEXITSTATUS(status) == 127 ? "is not installed"
                                                                             : concat("failed with status ", status),
                             "; give a Packages file instead"));
    }
  }

 private:
  std::FILE* pipe_;
};

Packages read_packages(const DebianOptions& options, const ProgressCallback& progress) {
  if (!options.packages.empty()) {
    TextInput input(options.packages);
    return Parser(input, progress).parse();
  }
  AptCache apt;
  TextInput input(apt.pipe(), kAptCacheName);
  Packages packages = Parser(input, progress).parse();
  apt.expect_success();
  return packages;
}

// The package names of a relation such as "a (>= 1) | b:any, c [amd64]".
std::vector<std::string_view> names_in(std::string_view relation) {
  std::vector<std::string_view> names;
  while (!relation.empty()) {
    const std::size_t end = std::min(relation.find_first_of(",|"), relation.size());
    const std::string_view item = trimmed(relation.substr(0, end));
    if (const std::string_view name = item.substr(0, item.find_first_of(" \t(:[<")); !name.empty()) {
      names.push_back(name);
    }
    relation.remove_prefix(std::min(end + 1, relation.size()));
  }
  return names;
}

struct TypedEdge {
  Edge edge;
  std::int32_t type;
};

// Sorted as the graph sorts its edges, the smallest type of an edge first.
std::vector<TypedEdge> find_edges(const Packages& packages) {
  std::unordered_map<std::string_view, NodeId> node_of;
  for (const auto& [name, package] : packages) {
    node_of.emplace(name, static_cast<NodeId>(node_of.size()));
  }
  std::vector<TypedEdge> edges;
  NodeId node = 0;
  for (const auto& [name, package] : packages) {
    for (std::size_t type = 0; type < kRelations.size(); ++type) {
      for (const std::string_view needed : names_in(package.relations[type])) {
        if (const auto found = node_of.find(needed); found != node_of.end() && found->second != node) {
          edges.push_back({{node, found->second}, static_cast<std::int32_t>(type)});
          edges.push_back({{found->second, node}, static_cast<std::int32_t>(DebianEdge::reverse)});
        }
      }
    }
    ++node;
  }
  std::sort(edges.begin(), edges.end(), [](const TypedEdge& a, const TypedEdge& b) {
    return std::tuple(a.edge.destination, a.edge.source, a.type) <
           std::tuple(b.edge.destination, b.edge.source, b.type);
  });
  const auto last =
      std::unique(edges.begin(), edges.end(), [](const TypedEdge& a, const TypedEdge& b) { return a.edge == b.edge; });
  edges.erase(last, edges.end());
  return edges;
}

void set_graph(const Packages& packages, Dataset& data) {
  const std::vector<TypedEdge> typed = find_edges(packages);
  std::vector<Edge> edges;
  edges.reserve(typed.size());
  data.edge_type = Buffer<std::int32_t>(typed.size());
  for (std::size_t i = 0; i < typed.size(); ++i) {
    edges.push_back(typed[i].edge);
    data.edge_type[i] = typed[i].type;
  }
  data.graph = CsrGraph::from_edges(static_cast<std::int64_t>(packages.size()), edges);
}

// "contrib/libs" is of class libs.
std::string class_of(const Package& package) {
  return package.section.substr(package.section.rfind('/') + 1);
}

void set_labels(const Packages& packages, std::int64_t smallest_class, Dataset& data) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& [name, package] : packages) {
    ++counts[class_of(package)];
  }
  std::map<std::string, std::int64_t> number_of;
  for (const auto& [section, count] : counts) {
    if (count >= smallest_class && !section.empty() && is_utf8(section)) {
      number_of.emplace(section, static_cast<std::int64_t>(data.class_names.size()));
      data.class_names.push_back(section);
    }
  }
  if (data.class_names.empty()) {
    throw DataError(data.source, "", concat("no section has ", smallest_class, " packages, expected one or more"));
  }
  std::vector<std::int64_t> labels;
  for (const auto& [name, package] : packages) {
    const auto found = number_of.find(class_of(package));
    labels.push_back(found == number_of.end() ? -1 : found->second);
  }
  data.num_classes = static_cast<std::int64_t>(data.class_names.size());
  data.node_labels = std::move(labels);
}

}  // namespace

Dataset import_debian(const DebianOptions& options, const ProgressCallback& progress) {
  require(options.vocabulary >= 1 && options.smallest_class >= 1, "import_debian: vocabulary ", options.vocabulary,
          " and smallest_class ", options.smallest_class, ", expected 1 or more");
  const Packages packages = read_packages(options, progress);
  Dataset data;
  data.name = "debian";
  data.source = options.packages.empty() ? kAptCacheName : options.packages.filename().string();
  data.task = TaskKind::node_classification;
  if (packages.empty()) {
    throw DataError(options.packages.empty() ? kAptCacheName : options.packages.string(), "", "holds no packages");
  }
  if (progress) {
    const auto count = static_cast<std::int64_t>(packages.size());
    progress({.stage = "reading packages", .done = count, .total = count, .detail = ""});
  }
  set_graph(packages, data);
  set_labels(packages, options.smallest_class, data);
  std::vector<std::string> descriptions;
  for (const auto& [name, package] : packages) {
    data.node_names.push_back(name);
    descriptions.push_back(package.description);
  }
  BagOfWords bag = bag_of_words(descriptions, options.vocabulary);
  data.node_features = std::move(bag.x);
  for (const std::string& word : bag.words) {
    data.names.features.push_back(concat("description~", word));
  }
  data.names.edge_types = {"depends", "pre-depends", "recommends", "suggests", "reverse"};
  const auto& labels = std::get<std::vector<std::int64_t>>(data.node_labels);
  for (int i = 0; i < kNumSplits; ++i) {
    data.splits.push_back(stratified_split(concat("rand", i), labels, data.num_classes, {},
                                           Random(options.seed).stream(static_cast<std::uint64_t>(i))));
  }
  return data;
}

}  // namespace weft
