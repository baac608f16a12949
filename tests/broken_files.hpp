// Dataset files that each break one promise of the format or of the strict reading profile, and what the
// error must say.
#pragma once

#include <functional>
#include <limits>
#include <ostream>
#include <vector>

#include "tests/raw_dataset.hpp"

namespace weft::test {

struct BrokenFile {
  /// A word for the test's name.
  const char* name;
  /// The object that the message must name; "" for the file itself.
  const char* object;
  /// Part of the problem.
  const char* problem;
  std::function<void(RawFile&)> breaks;
};
inline void PrintTo(const BrokenFile& broken, std::ostream* out) {
  *out << broken.name;
}

inline void break_nan(RawFile& file, const char* object, std::vector<hsize_t> shape, std::size_t at, double value) {
  hsize_t size = 1;
  for (const hsize_t extent : shape) {
    size *= extent;
  }
  std::vector<double> values(size, 1.0);
  values[at] = value;
  file.reals(object, shape, values);
}

// The root's attributes and the graph.
inline const std::vector<BrokenFile> kBrokenGraphs = {
    {"NoFormat", "/", "format is missing", [](RawFile& f) { H5Adelete(f.id(), "format"); }},
    {"OtherFormat", "/", "format is 'weft-model'", [](RawFile& f) { f.text("format", "weft-model"); }},
    {"FormatIsANumber", "/", "format is not a string", [](RawFile& f) { f.attribute("format", 1); }},
    {"NewerVersion", "/", "written by a newer Weft", [](RawFile& f) { f.attribute("version", 2); }},
    {"VersionIsText", "/", "version does not hold whole integers", [](RawFile& f) { f.text("version", "1"); }},
    {"TwoVersions", "/", "version holds 2 values",
     [](RawFile& f) {
       f.attributes("version", {1, 1});
     }},
    {"OtherTask", "/", "task is 'dance'", [](RawFile& f) { f.text("task", "dance"); }},
    {"DirectedTwice", "/", "directed is 2", [](RawFile& f) { f.attribute("directed", 2); }},
    {"NoClasses", "/", "num_classes is 0", [](RawFile& f) { f.attribute("num_classes", 0); }},
    {"MoreClassesThanLabels", "/", "num_classes is 30000000, expected at most 65536",
     [](RawFile& f) { f.attribute("num_classes", 30'000'000); }},
    {"ClassesOfAGenerationTask", "/", "num_classes is 2147483647, expected at most 65536",
     [](RawFile& f) {
       f.text("task", "generation");
       f.attribute("num_classes", 2147483647);
     }},
    {"NegativeClasses", "/", "num_classes is -1",
     [](RawFile& f) {
       f.text("task", "generation");
       f.attribute("num_classes", -1);
     }},
    {"NameIsNotUtf8", "/", "attribute name is not valid UTF-8", [](RawFile& f) { f.text("name", "\xff"); }},
    {"NoIndptr", "/graph/indptr", "is missing", [](RawFile& f) { f.remove("graph/indptr"); }},
    {"NoIndices", "/graph/indices", "is missing", [](RawFile& f) { f.remove("graph/indices"); }},
    {"EmptyIndptr", "/graph/indptr", "is empty", [](RawFile& f) { f.integers("graph/indptr", {}); }},
    {"IndptrStartsAtOne", "/graph/indptr", "starts at 1",
     [](RawFile& f) {
       f.integers("graph/indptr", {1, 1, 3, 4, 4});
     }},
    {"IndptrFalls", "/graph/indptr", "falls from 3 to 1 at row 1",
     [](RawFile& f) {
       f.integers("graph/indptr", {0, 3, 1, 4, 4});
     }},
    {"IndptrEndsEarly", "/graph/indptr", "ends at 3, expected 4",
     [](RawFile& f) {
       f.integers("graph/indptr", {0, 1, 3, 3, 3});
     }},
    {"IndptrIsReal", "/graph/indptr", "holds reals, expected integers",
     [](RawFile& f) {
       f.reals("graph/indptr", {5}, {0, 1, 3, 4, 4}, H5T_IEEE_F64LE);
     }},
    {"IndptrHasRank2", "/graph/indptr", "expected rank 1",
     [](RawFile& f) {
       f.table("graph/indptr", {5, 1}, {0, 1, 3, 4, 4}, H5T_STD_I64LE);
     }},
    {"SourceTooLarge", "/graph/indices", "value 4 at 1, expected 0 to 3",
     [](RawFile& f) {
       f.integers("graph/indices", {1, 4, 2, 1}, H5T_STD_I32LE);
     }},
    {"SourceNegative", "/graph/indices", "value -1 at 1, expected 0 to 3",
     [](RawFile& f) {
       f.integers("graph/indices", {1, -1, 2, 1}, H5T_STD_I32LE);
     }},
    {"SourceBeyond32Bits", "/graph/indices", "value 4294967297 at 3",
     [](RawFile& f) {
       f.integers("graph/indices", {1, 0, 2, 4294967297});
     }},
    {"SourceBeyond63Bits", "/graph/indices", "value 18446744073709551615 at 0",
     [](RawFile& f) {
       const std::vector<std::uint64_t> values = {~std::uint64_t{0}, 0, 2, 1};
       f.array("graph/indices", {4}, H5T_STD_U64LE, H5T_NATIVE_UINT64, values.data());
     }},
    {"SourcesFall", "/graph/indices", "row 1 has source 0 after 2 at 2",
     [](RawFile& f) {
       f.reals("edge/attr", {4, 1}, {0, 1, 2, 3});
       f.integers("graph/indices", {1, 2, 0, 1}, H5T_STD_I32LE);
     }},
    {"SourcesRepeat", "/graph/indices", "edge 1 -> 0 is there more or less often than 0 -> 1",
     [](RawFile& f) {
       f.integers("graph/edge_type", {0, 1, 2, 3});
       f.integers("graph/indices", {1, 0, 0, 1}, H5T_STD_I32LE);
     }},
    {"NotSymmetric", "/graph/indices", "edge 2 -> 1 has no edge 1 -> 2",
     [](RawFile& f) {
       f.integers("graph/indices", {1, 0, 2, 3}, H5T_STD_I32LE);
     }},
    {"TooFewEdgeTypes", "/graph/edge_type", "has 3 entries, expected 4",
     [](RawFile& f) {
       f.integers("graph/edge_type", {0, 1, 2});
     }},
    {"NegativeEdgeType", "/graph/edge_type", "value -2 at 1",
     [](RawFile& f) {
       f.integers("graph/edge_type", {0, -2, 2, 1});
     }},
};

// Features, labels, names, graphs and splits.
inline const std::vector<BrokenFile> kBrokenData = {
    {"TooFewFeatureRows", "/node/x", "has 3 rows, expected 4",
     [](RawFile& f) {
       f.reals("node/x", {3, 2}, {0, 1, 2, 3, 4, 5});
     }},
    {"FeaturesOfRank1", "/node/x", "has 3 rows, expected 4",
     [](RawFile& f) {
       f.reals("node/x", {3}, {0, 1, 2});
     }},
    {"FeatureIsNan", "/node/x", "value nan at [2, 1]",
     [](RawFile& f) {
       break_nan(f, "node/x", {4, 2}, 5, std::numeric_limits<double>::quiet_NaN());
     }},
    {"FeatureIsInfinite", "/node/x", "value -inf at [0, 1]",
     [](RawFile& f) {
       break_nan(f, "node/x", {4, 2}, 1, -std::numeric_limits<double>::infinity());
     }},
    {"FeatureBeyondFloat", "/node/x", "value 1e+300 at [1, 0]",
     [](RawFile& f) {
       f.reals("node/x", {4, 2}, {0, 1, 1e300, 3, 4, 5, 6, 7}, H5T_IEEE_F64LE);
     }},
    {"FeaturesAreText", "/node/x", "holds strings, expected numbers",
     [](RawFile& f) {
       const hid_t type = H5Tcopy(H5T_C_S1);
       H5Tset_size(type, 2);
       f.array("node/x", {4, 1}, type, type, "a\0b\0c\0d\0");
     }},
    {"SparseWithoutShape", "/node/x", "without an attribute shape",
     [](RawFile& f) {
       f.sparse({4, 3}, {0, 1, 1, 2, 2}, {0, 2}, {1, 1});
       const hid_t group = H5Oopen(f.id(), "node/x", H5P_DEFAULT);
       H5Adelete(group, "shape");
       H5Oclose(group);
     }},
    {"SparseOfColumnsWithoutEntries", "/node/x", "declares 4294967295 columns for 2 entries, expected at most 262144",
     [](RawFile& f) {
       f.sparse({4, 4294967295}, {0, 1, 1, 2, 2}, {0, 2}, {1, 1});
     }},
    {"SparseRowsDisagree", "/node/x/indptr", "has 5 entries, expected 5 rows and one",
     [](RawFile& f) {
       f.sparse({5, 3}, {0, 1, 1, 2, 2}, {0, 2}, {1, 1});
     }},
    {"SparseOfOtherRows", "/node/x", "has 3 rows, expected 4",
     [](RawFile& f) {
       f.sparse({3, 3}, {0, 1, 1, 2}, {0, 2}, {1, 1});
     }},
    {"SparseIndptrFalls", "/node/x/indptr", "falls from 2 to 1 at row 1",
     [](RawFile& f) {
       f.sparse({4, 3}, {0, 2, 1, 2, 2}, {0, 2}, {1, 1});
     }},
    {"SparseColumnTooLarge", "/node/x/indices", "value 3 at 1, expected 0 to 2",
     [](RawFile& f) {
       f.sparse({4, 3}, {0, 1, 1, 2, 2}, {0, 3}, {1, 1});
     }},
    {"SparseValueMissing", "/node/x/data", "has 1 values, expected 2",
     [](RawFile& f) {
       f.sparse({4, 3}, {0, 1, 1, 2, 2}, {0, 2}, {1});
     }},
    {"SparseValueIsNan", "/node/x/data", "value nan at 1",
     [](RawFile& f) {
       f.sparse({4, 3}, {0, 1, 1, 2, 2}, {0, 2}, {1, std::numeric_limits<double>::quiet_NaN()});
     }},
    {"CategoryTooLarge", "/node/x", "value 3 at [3, 0], expected 0 to 2",
     [](RawFile& f) {
       f.categorical("node/x", {4, 1}, {0, 1, 2, 3}, {3});
     }},
    {"CategoryNegative", "/node/x", "value -1 at [1, 0]",
     [](RawFile& f) {
       f.categorical("node/x", {4, 1}, {0, -1, 2, 0}, {3});
     }},
    {"CategoriesNotCounted", "/node/x", "num_categories has 1 entries, expected 2",
     [](RawFile& f) {
       f.categorical("node/x", {4, 2}, {0, 0, 0, 0, 0, 0, 0, 0}, {3});
     }},
    {"CategoriesWithoutValues", "/node/x",
     "declares 2147483647 categories in all for 4 values, expected at most 262144",
     [](RawFile& f) {
       f.categorical("node/x", {4, 1}, {0, 1, 2, 3}, {2147483647});
     }},
    {"CategoriesOfEdgesWithoutValues", "/edge/attr", "declares 400000 categories in all for 8 values",
     [](RawFile& f) {
       f.categorical("edge/attr", {4, 2}, {0, 0, 0, 0, 0, 0, 0, 0}, {200000, 200000});
     }},
    {"NoCategories", "/node/x", "num_categories holds 0",
     [](RawFile& f) {
       f.categorical("node/x", {4, 1}, {0, 0, 0, 0}, {0});
     }},
    {"TooFewEdgeFeatures", "/edge/attr", "has 3 rows, expected 4",
     [](RawFile& f) {
       f.reals("edge/attr", {3, 1}, {0, 1, 2});
     }},
    {"EdgeCategoryTooLarge", "/edge/attr", "value 2 at [0, 0]",
     [](RawFile& f) {
       f.categorical("edge/attr", {4, 1}, {2, 1, 0, 1}, {2});
     }},
    {"TooManyNodeTypes", "/node/type", "has 5 entries, expected 4",
     [](RawFile& f) {
       f.integers("node/type", {0, 0, 0, 0, 0});
     }},
    {"TooFewLabels", "/node/y", "has 3 labels, expected 4",
     [](RawFile& f) {
       f.integers("node/y", {0, 1, 0});
     }},
    {"LabelTooLarge", "/node/y", "class 2 at 1, expected -1 (unlabeled) to 1",
     [](RawFile& f) {
       f.integers("node/y", {0, 2, 0, 0});
     }},
    {"LabelTooSmall", "/node/y", "class -2 at 3",
     [](RawFile& f) {
       f.integers("node/y", {0, 1, 0, -2});
     }},
    {"TargetsNotBinary", "/node/y", "value 0.5 at 2, expected whole numbers",
     [](RawFile& f) {
       f.reals("node/y", {4, 1}, {0, 1, 0.5, 1});
     }},
    {"TargetIsInfinite", "/node/y", "value inf at [0, 0]",
     [](RawFile& f) {
       f.text("task", "node_regression");
       break_nan(f, "node/y", {4, 1}, 0, std::numeric_limits<double>::infinity());
     }},
    {"TooFewNames", "/node/name", "has 2 entries, expected 4",
     [](RawFile& f) {
       f.texts("node/name", {"a", "b"});
     }},
    {"NameNotUtf8", "/node/name", "string at 2 is not valid UTF-8",
     [](RawFile& f) {
       f.texts("node/name", {"a", "b", "\xc0\x80", "d"});
     }},
    {"TooFewClassNames", "/meta/class_name", "has 1 entries, expected 2",
     [](RawFile& f) { f.texts("meta/class_name", {"a"}); }},
    {"GraphTaskWithoutGraphs", "/graphs/node_ptr", "is missing",
     [](RawFile& f) {
       f.graph_set();
       f.remove("graphs/node_ptr");
     }},
    {"GraphsEndEarly", "/graphs/node_ptr", "runs from 0 to 3, expected 0 to 4",
     [](RawFile& f) {
       f.graph_set();
       f.integers("graphs/node_ptr", {0, 1, 3});
     }},
    {"GraphsFall", "/graphs/node_ptr", "falls from 900 to 4 at 2",
     [](RawFile& f) {
       f.graph_set();
       f.integers("graphs/node_ptr", {0, 900, 4});
     }},
    {"EdgeBetweenGraphs", "/graph/indices", "edge 2 -> 1 leaves graph 0",
     [](RawFile& f) {
       f.graph_set();
       f.integers("graphs/node_ptr", {0, 2, 4});
     }},
    {"TooFewGraphLabels", "/graphs/y", "has 1 labels, expected 2",
     [](RawFile& f) {
       f.graph_set();
       f.integers("graphs/y", {0});
     }},
    {"TooManySmiles", "/graphs/smiles", "has 3 entries, expected 2",
     [](RawFile& f) {
       f.graph_set();
       f.texts("graphs/smiles", {"C", "C", "C"});
     }},
    {"SplitOfMissingGraph", "/split/public/train", "graph 2 at 0, expected 0 to 1",
     [](RawFile& f) {
       f.graph_set();
       f.integers("split/public/train", {2});
     }},
    {"MaskOfOtherLength", "/split/public/val", "is a mask of 3, expected one for each of 4",
     [](RawFile& f) {
       f.booleans("split/public/val", {false, true, false});
     }},
    {"TwoPartsForValidation", "/split/public", "holds val and valid, expected one part",
     [](RawFile& f) { f.integers("split/public/valid", {3}); }},
    {"NoTaskAndReals", "/", "task is missing, and /node/y holds reals",
     [](RawFile& f) {
       H5Adelete(f.id(), "task");
       f.reals("node/y", {4, 1}, {0, 1, 0, 1});
     }},
    {"MisspelledTask", "/", "the nearest is node_classification",
     [](RawFile& f) { f.text("task", "node_clasification"); }},
    {"SplitIsAnArray", "/split/other", "is an array", [](RawFile& f) { f.integers("split/other", {0}); }},
    {"SplitTooLarge", "/split/public/test", "node 4 at 0, expected 0 to 3",
     [](RawFile& f) { f.integers("split/public/test", {4}); }},
    {"SplitNegative", "/split/public/test", "node -1 at 0", [](RawFile& f) { f.integers("split/public/test", {-1}); }},
    {"SplitsOverlap", "/split/public/test", "node 0 at 1 is already in train",
     [](RawFile& f) {
       f.integers("split/public/test", {2, 0});
     }},
    {"SplitRepeats", "/split/public/train", "node 0 at 1 is already in train",
     [](RawFile& f) {
       f.integers("split/public/train", {0, 0});
     }},
    {"SplitOfUnlabeled", "/split/public/test", "node 3 at 0 is unlabeled",
     [](RawFile& f) { f.integers("split/public/test", {3}); }},
    {"LinksOfThreeEnds", "/split/public/test_edges", "has shape [1, 3], expected two columns",
     [](RawFile& f) {
       f.table("split/public/test_edges", {1, 3}, {0, 1, 2});
     }},
    {"LinksOfRank1", "/split/public/val_edges", "has shape [2], expected two columns",
     [](RawFile& f) {
       f.integers("split/public/val_edges", {0, 1});
     }},
    {"LinkOfMissingNode", "/split/public/test_edges", "link 1 - 4 at 1, expected two different nodes from 0 to 3",
     [](RawFile& f) {
       f.table("split/public/test_edges", {2, 2}, {0, 1, 1, 4});
     }},
    {"LinkOfNegativeNode", "/split/public/train_edges", "value -1 at [0, 0], expected 0 to",
     [](RawFile& f) {
       f.table("split/public/train_edges", {1, 2}, {-1, 1});
     }},
    {"LinkOfANodeWithItself", "/split/public/train_edges", "link 2 - 2 at 0",
     [](RawFile& f) {
       f.table("split/public/train_edges", {1, 2}, {2, 2});
     }},
    {"LinkInTwoParts", "/split/public/test_edges", "link 0 - 3 is already in train_edges",
     [](RawFile& f) {
       f.table("split/public/train_edges", {2, 2}, {0, 1, 0, 3});
       f.table("split/public/test_edges", {1, 2}, {3, 0});
     }},
    {"LinksAreReal", "/split/public/test_edges", "holds reals",
     [](RawFile& f) {
       f.reals("split/public/test_edges", {1, 2}, {0, 1});
     }},
    {"SplitIsReal", "/split/public/test", "holds no integers, expected numbers from 0, or a mask of 4 booleans",
     [](RawFile& f) { f.reals("split/public/test", {1}, {2}); }},
};

// What the file may do: storage, links, filters and types.
inline const std::vector<BrokenFile> kBrokenStorage = {
    {"ShapeBomb", "/node/x", "declares",
     [](RawFile& f) {
       f.array("node/x", {hsize_t{1} << 40, 1024}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, nullptr,
               chunked({1024, 16}, [](hid_t p) { H5Pset_deflate(p, 4); }));
     }},
    {"DeflateBomb", "/node/y", "would take 640000000 bytes of memory after",
     [](RawFile& f) {
       const std::vector<std::int8_t> zeros(80'000'000);
       f.array("node/y", {zeros.size()}, H5T_STD_I8LE, H5T_NATIVE_INT8, zeros.data(),
               chunked({1 << 20}, [](hid_t p) { H5Pset_deflate(p, 1); }));
     }},
    {"UnwrittenArray", "/node/x", "declares 32 bytes but stores 0",
     [](RawFile& f) {
       f.array("node/x", {4, 2}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, nullptr);
     }},
    {"ExtentOverflows", "/node/x", "too large to exist",
     [](RawFile& f) {
       f.array("node/x", {hsize_t{1} << 40, hsize_t{1} << 40}, H5T_STD_I8LE, H5T_NATIVE_INT8, nullptr, chunked({1, 1}));
     }},
    {"HugeChunk", "/node/x", "bytes a chunk",
     [](RawFile& f) {
       f.array("node/x", {hsize_t{1} << 29, 1}, H5T_STD_I8LE, H5T_NATIVE_INT8, nullptr,
               chunked({hsize_t{1} << 29, 1}, [](hid_t p) { H5Pset_deflate(p, 4); }));
     }},
    {"ExternalStorage", "/node/x", "stored in another file",
     [](RawFile& f) {
       const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
       H5Pset_external(properties, "/etc/passwd", 0, 32);
       f.array("node/x", {4, 2}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, nullptr, properties);
     }},
    {"VirtualArray", "/node/x", "virtual",
     [](RawFile& f) {
       const hsize_t shape[] = {4, 2};
       const hid_t space = H5Screate_simple(2, shape, nullptr);
       const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
       H5Pset_virtual(properties, space, "other.h5", "x", space);
       f.array("node/x", {4, 2}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, nullptr, properties);
     }},
    {"ExternalLink", "/node/x", "external link",
     [](RawFile& f) {
       f.remove("node/x");
       H5Lcreate_external("other.h5", "/x", f.id(), "node/x", H5P_DEFAULT, H5P_DEFAULT);
     }},
    {"SoftLink", "/node/x", "soft link",
     [](RawFile& f) {
       f.remove("node/x");
       H5Lcreate_soft("/edge", f.id(), "node/x", H5P_DEFAULT, H5P_DEFAULT);
     }},
    {"GroupIsALink", "/node", "soft link",
     [](RawFile& f) {
       f.remove("node");
       H5Lcreate_soft("/edge", f.id(), "node", H5P_DEFAULT, H5P_DEFAULT);
     }},
    {"GroupIsAnArray", "/node", "is not a group",
     [](RawFile& f) {
       f.remove("node");
       f.integers("node", {1});
     }},
    {"ArrayIsAGroup", "/graph/indptr", "is a group, expected an array",
     [](RawFile& f) {
       f.remove("graph/indptr");
       H5Gclose(H5Gcreate2(f.id(), "graph/indptr", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
     }},
    {"OtherFilter", "/node/x", "uses filter 6",
     [](RawFile& f) {
       const std::vector<float> values(8, 1.0F);
       f.array("node/x", {4, 2}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(),
               chunked({4, 2}, [](hid_t p) { H5Pset_scaleoffset(p, H5Z_SO_FLOAT_DSCALE, 2); }));
     }},
    {"UnknownFilter", "/node/x", "uses filter 32015",
     [](RawFile& f) {
       f.array("node/x", {4, 2}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, nullptr,
               chunked({4, 2}, [](hid_t p) { H5Pset_filter(p, 32015, H5Z_FLAG_OPTIONAL, 0, nullptr); }));
     }},
    {"VariableLengthNumbers", "/graph/indptr", "holds variable-length data",
     [](RawFile& f) {
       std::int64_t value = 7;
       std::vector<hvl_t> rows(5, hvl_t{1, &value});
       const hid_t type = H5Tvlen_create(H5T_NATIVE_INT64);
       f.array("graph/indptr", {5}, type, type, rows.data());
     }},
    {"CompoundNumbers", "/graph/indptr", "holds compound data",
     [](RawFile& f) {
       const std::vector<std::int64_t> values(5);
       const hid_t type = H5Tcreate(H5T_COMPOUND, 8);
       H5Tinsert(type, "a", 0, H5T_NATIVE_INT64);
       f.array("graph/indptr", {5}, type, type, values.data());
     }},
    {"EnumeratedNumbers", "/graph/indptr", "holds enumerations",
     [](RawFile& f) {
       const std::vector<std::int64_t> values(5);
       const hid_t type = H5Tenum_create(H5T_NATIVE_INT64);
       const std::int64_t zero = 0;
       H5Tenum_insert(type, "zero", &zero);
       f.array("graph/indptr", {5}, type, type, values.data());
     }},
    {"OddIntegers", "/graph/indptr", "unusual form",
     [](RawFile& f) {
       const hid_t type = H5Tcopy(H5T_STD_I32LE);
       H5Tset_precision(type, 24);
       f.integers("graph/indptr", {0, 1, 3, 4, 4}, type);
     }},
    {"ScalarArray", "/graph/indptr", "has rank 0",
     [](RawFile& f) {
       const std::int64_t value = 0;
       f.array("graph/indptr", {}, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
     }},
    {"Rank3", "/node/x", "has rank 3",
     [](RawFile& f) {
       f.reals("node/x", {4, 1, 1}, {0, 1, 2, 3});
     }},
};

}  // namespace weft::test
