// Where a dataset is looked for by its name.
#include "weft/io/dataset_lookup.hpp"

#include <filesystem>
#include <vector>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::TemporaryFolder;
using test::write_content;

TEST(DatasetLookup, TakesPathsBeforeNamesAndFoldersInOrder) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "a");
  std::filesystem::create_directories(folder / "b");
  write_content(folder / "b" / "cora.h5", "b");
  const std::vector<std::filesystem::path> folders = {folder / "a", folder / "b"};
  EXPECT_EQ(find_dataset("cora", folders), folder / "b" / "cora.h5");
  EXPECT_EQ(find_dataset("cora.h5", folders), folder / "b" / "cora.h5");
  write_content(folder / "a" / "cora.h5", "a");
  EXPECT_EQ(find_dataset("cora", folders), folder / "a" / "cora.h5");
  const std::string path = (folder / "b" / "cora.h5").string();
  EXPECT_EQ(find_dataset(path, {}), path);
}

TEST(DatasetLookup, DoesNotTakeAFolderForTheDatasetOfItsName) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "here" / "cora");
  std::filesystem::create_directories(folder / "data");
  write_content(folder / "data" / "cora.h5", "b");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder / "here");
  const std::vector<std::filesystem::path> folders = {folder / "data"};
  const auto found = find_dataset("cora", folders), alone = find_dataset("cora", {});
  std::filesystem::current_path(before);
  EXPECT_EQ(found, folder / "data" / "cora.h5");
  EXPECT_EQ(alone, "cora") << "what reads it says that it is a folder";
}

TEST(DatasetLookup, ListsWhereItLooked) {
  const std::vector<std::filesystem::path> folders = {"/none/a", "/none/b"};
  expect_throws<DataError>([&] { static_cast<void>(find_dataset("cora", folders)); },
                           "looked for cora, /none/a/cora.h5, /none/b/cora.h5");
  expect_throws<DataError>([&] { static_cast<void>(find_dataset("x/cora", folders)); }, "looked for x/cora");
}

}  // namespace
}  // namespace weft
