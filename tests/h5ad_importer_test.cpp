// AnnData files: the real one against its dataset file, and files whose parts do not fit.
#include <array>

#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/h5ad_importer.hpp"
#include "weft/io/hdf5_file.hpp"

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
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features), Tensor{{1, 2}, {3, 4}, {5, 6}}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, -1, 1}));
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"B", "T"}));
  const Dataset plain = import_h5ad({.input = path, .features = "", .directed = true});
  EXPECT_EQ(plain.task, Task::link_prediction);
  EXPECT_EQ(plain.graph.num_edges(), 3);
  EXPECT_EQ(plain.node_features.index(), 0U);
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
  expect({.encoding = "csc_matrix"}, "/obsp/connectivities: is encoded as csc_matrix, expected csr_matrix");
  expect({.features = {1, 2}}, "/obsm/X_pca: has 1 rows, expected 3");
  expect({.codes = {0, 1, 2}}, "/obs/kind/codes: value 2 at 2");
  expect({.codes = {0, 1}}, "/obs/kind/codes: has 2 entries, expected 3");
  expect({}, "/obsp: has no 'distances', expected one of: connectivities", {.graph = "distances"});
  expect({}, "/obsm: has no '../obs', expected one of: X_pca", {.features = "../obs"});
  expect({}, "/X: is missing", {.features = "X"});
  expect({}, "/obs: has no 'age', expected one of: kind", {.label = "age"});
  test::write_bytes(folder / "cut.h5ad", test::bytes_of(folder / "a.h5ad").substr(0, 1000));
  test::expect_throws<DataError>([&] { static_cast<void>(import_h5ad({.input = folder / "cut.h5ad"})); }, "cut.h5ad");
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
