// Graphs of Debian packages, from an index and from this machine.
#include "weft/io/importers/debian_importer.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::TemporaryFolder;
using test::write_content;

using Lines = std::vector<std::string>;

const std::string kPackages =
    "Package: app\nVersion: 1.0\nSection: contrib/net\nDepends: libx (>= 1), libx:any | missing\n"
    "Recommends: tool\nDescription: Network application\n fast and\n .\n small\nTag: role::secret\n\n"
    "Package: libx\nVersion: 2.0-1\nSection: libs\nPre-Depends: app\nDescription: Library for networks\n\n"
    "Package: tool\nVersion: 1:0.1\nSection: net\nSuggests: app [amd64], libx\n"
    "Description: Tool of old\n\n\n"
    "Package: tool\nVersion: 2:0.1\nSection: net\nSuggests: app [amd64], libx\nDescription: Tool of new\n"
    "Package: broken";

Dataset import_text(const TemporaryFolder& folder, const std::string& text, std::int64_t smallest_class = 1) {
  return import_debian({.packages = write_content(folder / "Packages", text), .smallest_class = smallest_class});
}

TEST(Debian, MakesATypedGraphOfDependencies) {
  const TemporaryFolder folder;
  const Dataset data = import_text(folder, kPackages.substr(0, kPackages.find("Package: broken")));
  EXPECT_EQ(data.node_names, (Lines{"app", "libx", "tool"}));
  EXPECT_EQ(data.class_names, (Lines{"libs", "net"}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{1, 0, 1}));
  // Into app (0): libx pre-depends (1), tool suggests (3). Into libx: app depends (0), tool suggests (3).
  // Into tool: app recommends (2), libx only as the way back (4).
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 2, 4, 6}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 2, 0, 2, 0, 1}));
  EXPECT_TRUE(std::ranges::equal(data.edge_type, std::vector<std::int32_t>{1, 3, 0, 3, 2, 4}));
  EXPECT_EQ(data.splits.size(), 3U);
  write_dataset(data, folder / "debian.h5");
  EXPECT_EQ(read_dataset(folder / "debian.h5").node_names, data.node_names);
}

TEST(Debian, TakesFeaturesFromDescriptionsOfTheLatestVersionsOnly) {
  const TemporaryFolder folder;
  const Dataset data = import_text(folder, kPackages.substr(0, kPackages.find("Package: broken")));
  // network application fast and small | library for networks | tool of new
  EXPECT_EQ(shape_of(data.node_features), (Shape{3, 11}));
  EXPECT_EQ(std::get<SparseMatrix>(data.node_features.in_memory()).num_entries(), 11);
}

TEST(Debian, LeavesSmallSectionsUnlabeled) {
  const TemporaryFolder folder;
  const Dataset data = import_text(folder, kPackages.substr(0, kPackages.find("Package: broken")), 2);
  EXPECT_EQ(data.class_names, Lines{"net"});
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, -1, 0}));
}

TEST(Debian, NamesFileAndLineOfWhatIsWrong) {
  const TemporaryFolder folder;
  expect_throws<DataError>([&] { import_text(folder, "Package: a\nno field\n"); }, "Packages: line 2: is neither");
  expect_throws<DataError>([&] { import_text(folder, "Version: 1\n\n"); }, "a package ends here that has no name");
  expect_throws<DataError>([&] { import_text(folder, "\n\n"); }, "holds no packages");
  expect_throws<DataError>([&] { import_text(folder, "Package: a\nSection: x\n", 2); }, "no section has 2");
}

TEST(Debian, SaysIfAptCacheIsMissing) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/none", 1);
  expect_throws<DataError>([] { static_cast<void>(import_debian()); },
                           "apt-cache dumpavail: is not installed; give a Packages file instead");
  setenv("PATH", path.c_str(), 1);
}

TEST(Debian, ComparesVersionsAsDpkgDoes) {
  const Lines ascending = {"1.0~~", "1.0~rc1", "1.0", "1.0-1", "1.0-1+b1", "1.0a", "1.0+dfsg", "1.2", "1.10", "1:0.1"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      const int order = compare_debian_versions(ascending[i], ascending[k]);
      EXPECT_EQ(order < 0, i < k) << ascending[i] << " " << ascending[k];
      EXPECT_EQ(order > 0, i > k) << ascending[i] << " " << ascending[k];
    }
  }
  EXPECT_EQ(compare_debian_versions("1.0", "1.00"), 0);
  EXPECT_EQ(compare_debian_versions("0:1.0-0", "1.0"), 0);
}

TEST(Debian, ImportsThisMachinesArchive) {
  if (std::system("test \"$(apt-cache dumpavail 2>/dev/null | grep -c '^Package:')\" -ge 60000") != 0) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this machine does not know the packages of an archive";
    GTEST_SKIP() << "this machine does not know the packages of an archive";
  }
  const Dataset data = import_debian();
  EXPECT_GE(data.graph.num_nodes(), 60000);
  EXPECT_EQ(shape_of(data.node_features), (Shape{data.graph.num_nodes(), 4000}));
  const auto bash = std::find(data.node_names.begin(), data.node_names.end(), "bash") - data.node_names.begin();
  const auto libc = std::find(data.node_names.begin(), data.node_names.end(), "libc6") - data.node_names.begin();
  ASSERT_LT(bash, data.graph.num_nodes());
  EXPECT_TRUE(data.graph.has_edge({static_cast<NodeId>(bash), static_cast<NodeId>(libc)}));
  const std::int64_t label = std::get<1>(data.node_labels).at(static_cast<std::size_t>(bash));
  EXPECT_EQ(data.class_names.at(static_cast<std::size_t>(label)), "shells");
  const TemporaryFolder folder;
  write_dataset(data, folder / "debian.h5");
  EXPECT_EQ(read_dataset(folder / "debian.h5").graph.num_edges(), data.graph.num_edges());
}

}  // namespace
}  // namespace weft
