// AnnData files of every age: the real ones, one written by hand as before version 0.7, and files whose parts do not
// fit.
#include <array>
#include <cmath>

#include <hdf5.h>

#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/io/importers/h5ad_importer.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;

// What a small file holds; a test changes one part.
struct Parts {
  std::vector<std::int64_t> indptr = {0, 1, 3, 3};
  std::vector<std::int64_t> indices = {1, 0, 2};
  std::vector<float> data = {0.5F, 0.5F, 0.25F};
  std::vector<std::int64_t> shape = {3, 3};
  std::vector<float> features = {1, 2, 3, 4, 5, 6};
  std::vector<std::int64_t> codes = {0, -1, 1};
  std::vector<std::string> categories = {"B", "T"};
  std::string encoding = "csr_matrix";
};

std::filesystem::path write(const std::filesystem::path& path, const Parts& parts) {
  hdf5::OutputFile file(path);
  const std::string graph = "/obsp/connectivities";
  file.write(graph + "/indptr", parts.indptr);
  file.write(graph + "/indices", parts.indices);
  file.write(graph + "/data", parts.data);
  file.write_integers_attribute(graph, "shape", parts.shape);
  file.write_text_attribute(graph, "encoding-type", parts.encoding);
  const std::array<std::int64_t, 2> shape = {static_cast<std::int64_t>(parts.features.size()) / 2, 2};
  file.write_array("/obsm/X_pca", shape, parts.features.data(), hdf5::Number::float32, hdf5::Number::float32);
  file.write("/obs/kind/codes", parts.codes);
  file.write_texts("/obs/kind/categories", parts.categories);
  file.commit();
  return path;
}

TEST(H5ad, ReadsGraphFeaturesAndLabels) {
  const TemporaryFolder folder;
  const auto path = write(folder / "a.h5ad", {});
  const Dataset data = import_h5ad({.input = path, .label = "kind"});
  EXPECT_EQ(data.name, "a");
  // 0 -> 1 and 1 -> 0 are stored, 1 -> 2 only this way round.
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 1, 3, 4}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 2, 1}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.edge_features), Tensor{{0.5F}, {0.5F}, {0.25F}, {0.25F}}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{1, 2}, {3, 4}, {5, 6}}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, -1, 1}));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"B", "T"}));
  const Dataset plain = import_h5ad({.input = path, .features = "", .directed = true});
  EXPECT_EQ(plain.task, TaskKind::link_prediction);
  EXPECT_EQ(plain.graph.num_edges(), 3);
  EXPECT_EQ(plain.node_features.in_memory().index(), 0U);
}

TEST(H5ad, IsReadByNameAsByTheTypedFunction) {
  const TemporaryFolder folder;
  const auto path = write(folder / "a.h5ad", {});
  test::expect_same_dataset(import_dataset("h5ad", {.input = path}), import_h5ad({.input = path}));
  Options options(importer_info("h5ad").options);
  for (const auto& [name, text] : {std::pair("label", "kind"), {"features", ""}, {"directed", "true"}, {"name", "b"}}) {
    options.set(name, text);
  }
  test::expect_same_dataset(
      import_dataset("h5ad", {.input = path, .options = options, .seed = 3}),
      import_h5ad({.input = path, .features = "", .label = "kind", .directed = true, .name = "b", .seed = 3}));
  options.set("graph", "distances");
  test::expect_throws<DataError>([&] { (void)import_dataset("h5ad", {.input = path, .options = options}); },
                                 "has no 'distances'");
}

// Version 0.7: the column holds the codes, and the texts are beside it.
std::filesystem::path write_with_categories_beside(const std::filesystem::path& path, std::int64_t columns = 3) {
  const Parts parts;
  hdf5::OutputFile file(path);
  for (const std::string group : {"/obsp/connectivities", "/X"}) {
    file.write(group + "/indptr", parts.indptr);
    file.write(group + "/indices", parts.indices);
    file.write(group + "/data", parts.data);
    file.write_integers_attribute(group, "shape", std::vector<std::int64_t>{3, group == "/X" ? columns : 3});
    file.write_text_attribute(group, "encoding-type", parts.encoding);
  }
  file.write("/obs/kind", parts.codes);
  file.write_texts("/obs/__categories/kind", parts.categories);
  file.commit();
  return path;
}

TEST(H5ad, ReadsCategoriesBesideTheirColumn) {
  const TemporaryFolder folder;
  const auto path = write_with_categories_beside(folder / "a.h5ad");
  const Dataset data = import_h5ad({.input = path, .features = "X", .label = "kind"});
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, -1, 1}));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"B", "T"}));
  EXPECT_TRUE(test::same_bits(std::get<SparseMatrix>(data.node_features.in_memory()).to_dense(),
                              Tensor{{0, 0.5F, 0}, {0.5F, 0, 0.25F}, {0, 0, 0}}));
  write_with_categories_beside(path, 4000000000);
  test::expect_throws<DataError>([&] { static_cast<void>(import_h5ad({.input = path, .features = "X"})); },
                                 "a.h5ad: /X: has shape [3, 4000000000] for 3 entries");
}

// As anndata writes them now: names of cells and genes, X by columns, a layer, columns of other kinds.
std::filesystem::path write_columns(const std::filesystem::path& path, const std::vector<std::string>& genes) {
  hdf5::OutputFile file(path);
  for (const std::string group : {"/obsp/connectivities", "/X"}) {
    const bool is_x = group == "/X";
    file.write(group + "/indptr", is_x ? std::vector<std::int64_t>{0, 2, 3} : std::vector<std::int64_t>{0, 1, 3, 3});
    file.write(group + "/indices", is_x ? std::vector<std::int64_t>{0, 2, 1} : std::vector<std::int64_t>{1, 0, 2});
    file.write(group + "/data", std::vector<float>{1, 2, 3});
    file.write_integers_attribute(group, "shape", std::vector<std::int64_t>{3, is_x ? 2 : 3});
    file.write_text_attribute(group, "encoding-type", is_x ? "csc_matrix" : "csr_matrix");
  }
  const std::vector<float> counts = {1, 2, 3, 4, 5, 6};
  file.write_array("/layers/counts", std::vector<std::int64_t>{3, 2}, counts.data(), hdf5::Number::float32,
                   hdf5::Number::float32);
  file.write_texts("/obs/cell", std::vector<std::string>{"AAA", "CCC", "GGG"});
  file.write_text_attribute("/obs", "_index", "cell");
  file.write_texts("/var/_index", genes);
  file.write_texts("/obs/kind", std::vector<std::string>{"T", "nan", "B"});
  file.write("/obs/cluster", std::vector<std::int64_t>{10, -1, 9});
  file.write("/obs/age", std::vector<double>{0.5, NAN, 2});
  file.write("/obs/stage/values", std::vector<std::int64_t>{1, 7, 2});
  file.write("/obs/stage/mask", std::vector<std::int64_t>{0, 1, 0});
  file.commit();
  return path;
}

TEST(H5ad, KeepsNamesOfCellsAndGenes) {
  const TemporaryFolder folder;
  const auto path = write_columns(folder / "a.h5ad", {"CD4", "CD8"});
  const Dataset data = import_h5ad({.input = path, .features = "X"});
  EXPECT_EQ(data.node_names, (std::vector<std::string>{"AAA", "CCC", "GGG"}));
  EXPECT_EQ(data.names.features, (std::vector<std::string>{"CD4", "CD8"}));
  EXPECT_TRUE(test::same_bits(std::get<SparseMatrix>(data.node_features.in_memory()).to_dense(),
                              Tensor{{1, 0}, {0, 3}, {2, 0}}));
  const Dataset layer = import_h5ad({.input = path, .features = "layers/counts"});
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(layer.node_features.in_memory()), Tensor{{1, 2}, {3, 4}, {5, 6}}));
  EXPECT_EQ(layer.names.features, data.names.features);
  test::expect_throws<DataError>([&] { static_cast<void>(import_h5ad({.input = path, .features = "layers/spliced"})); },
                                 "/layers: has no 'spliced', expected one of: counts");
  const Dataset twice = import_h5ad({.input = write_columns(folder / "b.h5ad", {"CD4", "CD4"}), .features = "X"});
  EXPECT_TRUE(twice.names.features.empty());
  EXPECT_EQ(twice.assumed.size(), 1U);
}

TEST(H5ad, ReadsTextsAndNumbersAsLabels) {
  const TemporaryFolder folder;
  const auto path = write_columns(folder / "a.h5ad", {"CD4", "CD8"});
  const auto labels = [&](const std::string& column) {
    return import_h5ad({.input = path, .features = "", .label = column});
  };
  const Dataset kind = labels("kind");
  EXPECT_EQ(std::get<1>(kind.node_labels), (std::vector<std::int64_t>{1, -1, 0}));
  EXPECT_EQ(kind.class_names, (std::vector<std::string>{"B", "T"}));
  // By their values, not by their letters.
  const Dataset cluster = labels("cluster");
  EXPECT_EQ(std::get<1>(cluster.node_labels), (std::vector<std::int64_t>{1, -1, 0}));
  EXPECT_EQ(cluster.class_names, (std::vector<std::string>{"9", "10"}));
  EXPECT_EQ(std::get<1>(labels("stage").node_labels), (std::vector<std::int64_t>{0, -1, 1}));
  const Dataset age = labels("age");
  EXPECT_EQ(age.task, TaskKind::node_regression);
  EXPECT_EQ(std::get<Tensor>(age.node_labels)(0, 0), 0.5F);
  EXPECT_TRUE(std::isnan(std::get<Tensor>(age.node_labels)(1, 0)));
  EXPECT_EQ(age.names.targets, std::vector<std::string>{"age"});
}

TEST(H5ad, NamesTheObjectThatIsWrong) {
  const TemporaryFolder folder;
  const auto expect = [&](const Parts& parts, const std::string& message, H5adOptions options = {}) {
    options.input = write(folder / "a.h5ad", parts);
    options.label = options.label.empty() ? "kind" : options.label;
    test::expect_throws<DataError>([&] { static_cast<void>(import_h5ad(options)); }, message);
  };
  expect({.indptr = {0, 2, 1, 3}}, "a.h5ad: /obsp/connectivities/indptr: falls from 2 to 1 at row 1");
  expect({.indptr = {0, 1, 3, 4}}, "/obsp/connectivities/indptr: runs from 0 to 4, expected 0 to 3");
  expect({.indptr = {0, 3}}, "/obsp/connectivities/indptr: has 2 entries, expected 3 rows and one");
  expect({.indices = {1, 0, 3}}, "/obsp/connectivities/indices: value 3 at 2");
  expect({.data = {1, 2}}, "/obsp/connectivities/data: has 2 values, expected 3");
  expect({.data = {1, NAN, 2}}, "/obsp/connectivities/data: value nan at 1");
  expect({.shape = {3, 4}}, "/obsp/connectivities: has shape [3, 4], expected a square");
  expect({.shape = {3}}, "/obsp/connectivities: is no group with an attribute shape of two sizes");
  expect({.encoding = "coo"}, "/obsp/connectivities: is encoded as coo, expected csr_matrix or csc_matrix");
  expect({.features = {1, 2}}, "/obsm/X_pca: has 1 rows, expected 3");
  expect({.codes = {0, 1, 2}}, "/obs/kind/codes: value 2 at 2");
  expect({.codes = {0, 1}}, "/obs/kind/codes: has 2 entries, expected 3");
  expect({}, "/obsp: has no 'distances', expected one of: connectivities", {.graph = "distances"});
  expect({}, "/obsm: has no '../obs', expected one of: X_pca", {.features = "../obs"});
  expect({}, "/X: is missing", {.features = "X"});
  expect({}, "/obs: has no 'age', expected one of: kind", {.label = "age"});
  test::write_content(folder / "cut.h5ad", test::content_of(folder / "a.h5ad").substr(0, 1000));
  test::expect_throws<DataError>([&] { static_cast<void>(import_h5ad({.input = folder / "cut.h5ad"})); }, "cut.h5ad");
}

// As anndata 0.6 wrote it (anndata/readwrite/write.py, h5py_sparse): tables of records, codes beside texts, categories
// and the graph among the unstructured.
struct OldCell {
  const char* index;
  double count;
  signed char kind;
};

void write_attribute(hid_t file, const char* object, const char* name, hid_t type, hsize_t count, const void* data) {
  const hid_t owner = H5Oopen(file, object, H5P_DEFAULT);
  const hid_t space = count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr);
  const hid_t id = H5Acreate2(owner, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  ASSERT_GE(H5Awrite(id, type, data), 0);
  H5Aclose(id);
  H5Sclose(space);
  H5Oclose(owner);
}

void write_old_array(hid_t file, const char* name, hid_t type, hsize_t count, const void* data) {
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t id = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  ASSERT_GE(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
  H5Dclose(id);
  H5Sclose(space);
}

void write_old_rows(hid_t file, const std::string& group) {
  H5Gclose(H5Gcreate2(file, group.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  const std::array<std::int32_t, 4> offsets = {0, 1, 3, 3};
  const std::array<std::int32_t, 3> columns = {1, 0, 2};
  const std::array<double, 3> values = {0.5, 0.5, 0.25};
  const std::array<std::int64_t, 2> shape = {3, 3};
  write_old_array(file, (group + "/indptr").c_str(), H5T_NATIVE_INT32, 4, offsets.data());
  write_old_array(file, (group + "/indices").c_str(), H5T_NATIVE_INT32, 3, columns.data());
  write_old_array(file, (group + "/data").c_str(), H5T_NATIVE_DOUBLE, 3, values.data());
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, 3);
  write_attribute(file, group.c_str(), "h5sparse_format", text, 0, "csr");
  write_attribute(file, group.c_str(), "h5sparse_shape", H5T_NATIVE_INT64, 2, shape.data());
  H5Tclose(text);
}

std::filesystem::path write_old(const std::filesystem::path& path, signed char last_kind = 1) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  for (const char* group : {"uns", "uns/neighbors"}) {
    H5Gclose(H5Gcreate2(file, group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }
  write_old_rows(file, "X");
  write_old_rows(file, "uns/neighbors/connectivities");
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, H5T_VARIABLE);
  const hid_t record = H5Tcreate(H5T_COMPOUND, sizeof(OldCell));
  H5Tinsert(record, "index", HOFFSET(OldCell, index), text);
  H5Tinsert(record, "n_counts", HOFFSET(OldCell, count), H5T_NATIVE_DOUBLE);
  H5Tinsert(record, "kind", HOFFSET(OldCell, kind), H5T_NATIVE_SCHAR);
  const std::array<OldCell, 3> cells = {OldCell{"AAA", 10, 0}, OldCell{"CCC", 20, -1}, OldCell{"GGG", 30, last_kind}};
  write_old_array(file, "obs", record, 3, cells.data());
  const std::array<const char*, 2> categories = {"B", "T"};
  write_old_array(file, "uns/kind_categories", text, 2, categories.data());
  const hsize_t width = 2;
  const hid_t pair = H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &width);
  const hid_t places = H5Tcreate(H5T_COMPOUND, 2 * sizeof(double));
  H5Tinsert(places, "X_pca", 0, pair);
  const std::array<double, 6> pca = {1, 2, 3, 4, 5, 6};
  write_old_array(file, "obsm", places, 3, pca.data());
  for (const hid_t type : {text, record, pair, places}) {
    H5Tclose(type);
  }
  H5Fclose(file);
  return path;
}

TEST(H5ad, ReadsTablesAsBeforeVersion07) {
  const TemporaryFolder folder;
  const auto path = write_old(folder / "old.h5ad");
  const Dataset data = import_h5ad({.input = path, .label = "kind"});
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 1, 3, 4}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 2, 1}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{1, 2}, {3, 4}, {5, 6}}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, -1, 1}));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"B", "T"}));
  const Dataset sparse = import_h5ad({.input = path, .features = "X"});
  EXPECT_TRUE(test::same_bits(std::get<SparseMatrix>(sparse.node_features.in_memory()).to_dense(),
                              Tensor{{0, 0.5F, 0}, {0.5F, 0, 0.25F}, {0, 0, 0}}));
}

TEST(H5ad, NamesTheColumnOfATableThatIsWrong) {
  const TemporaryFolder folder;
  const auto path = write_old(folder / "old.h5ad");
  const auto expect = [&](const H5adOptions& options, const std::string& message) {
    test::expect_throws<DataError>([&] { static_cast<void>(import_h5ad(options)); }, message);
  };
  expect({.input = path, .label = "age"}, "old.h5ad: /obs: has no 'age', expected one of: index, n_counts, kind");
  expect({.input = path, .label = "n_counts"}, "old.h5ad: /uns/n_counts_categories: is no categorical column");
  expect({.input = path, .features = "X_umap"}, "/obsm: has no 'X_umap', expected one of: X_pca");
  expect({.input = path, .graph = "distances"}, "/uns/neighbors: has no 'distances', expected one of: connectivities");
  const auto wrong = write_old(folder / "wrong.h5ad", 2);
  expect({.input = wrong, .label = "kind"}, "wrong.h5ad: /obs/kind: value 2 at 2, expected -1 to 1");
}

// Of anndata's own tests, compressed by h5py's lzf, which libhdf5 itself does not have.
TEST(RealH5ad, NamesAFilterThatIsNotBuiltIn) {
  const auto raw = test::real_file("raw/anndata/anndata_v0.7.0.h5ad");
  if (!raw) {
    GTEST_SKIP() << "anndata_v0.7.0.h5ad is missing; set WEFT_DATA";
  }
  test::expect_throws<DataError>([&] { static_cast<void>(import_h5ad({.input = *raw, .graph = "sparse"})); },
                                 "/obsp/sparse/indptr: uses filter 32000, expected only shuffle");
}

// The splits are the data folder's own.
TEST(RealH5ad, EqualsTheDatasetFile) {
  const auto raw = test::real_file("raw/anndata/10x_pbmc68k_reduced.h5ad");
  const auto h5 = test::real_file("h5/pbmc68k_knn.h5");
  if (!raw || !h5) {
    GTEST_SKIP() << "pbmc68k is missing; set WEFT_DATA";
  }
  const Dataset imported = import_h5ad({.input = *raw, .label = "bulk_labels"});
  test::expect_same_data(imported, read_dataset(*h5));
  EXPECT_EQ(imported.class_names[8], "CD56+ NK");
}

}  // namespace
}  // namespace weft
