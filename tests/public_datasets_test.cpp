// The table of public data sets: every row can be fetched, and imported as it says.
#include "weft/io/importers/public_datasets.hpp"

#include <algorithm>
#include <set>

#include "tests/support.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft {
namespace {

bool is_made_of(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

TEST(PublicDatasets, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const PublicDataset& set : public_datasets()) {
    EXPECT_TRUE(names.insert(set.name).second) << set.name << " is there twice";
    EXPECT_TRUE(is_made_of(set.name, "abcdefghijklmnopqrstuvwxyz0123456789_")) << set.name;
    EXPECT_EQ(find_public_dataset(set.name), &set);
  }
  EXPECT_GT(names.size(), 50U);
}

TEST(PublicDatasets, AreFoundHoweverTheyAreSpelled) {
  ASSERT_NE(find_public_dataset("IMDB-BINARY"), nullptr);
  EXPECT_EQ(find_public_dataset("IMDB-BINARY")->name, "imdb_binary");
  EXPECT_EQ(find_public_dataset("ogbn-arxiv")->name, "ogbn_arxiv");
  EXPECT_EQ(find_public_dataset("Cora")->name, "cora");
  EXPECT_EQ(find_public_dataset("co-ra"), nullptr);
  EXPECT_EQ(find_public_dataset(""), nullptr);
}

TEST(PublicDatasets, SayWhatTheyAreAndMayBeUsedFor) {
  for (const PublicDataset& set : public_datasets()) {
    EXPECT_FALSE(set.summary.empty()) << set.name;
    EXPECT_FALSE(set.license.empty()) << set.name;
    EXPECT_FALSE(set.figure.empty()) << set.name;
    EXPECT_TRUE(task_of(set.task)) << set.name << ": " << set.task;
  }
}

TEST(PublicDatasets, HaveFilesThatCanBeToldApart) {
  for (const PublicDataset& set : public_datasets()) {
    ASSERT_FALSE(set.files.empty()) << set.name;
    std::set<std::string_view> names;
    for (const PublicFile& file : set.files) {
      ASSERT_FALSE(file.addresses.empty()) << set.name;
      EXPECT_TRUE(names.insert(file_name_of(file)).second) << set.name << ": " << file_name_of(file);
      EXPECT_FALSE(file_name_of(file).empty() || file_name_of(file).starts_with('.')) << set.name;
      for (const std::string& address : file.addresses) {
        EXPECT_TRUE(address.starts_with("https://")) << address;
        EXPECT_EQ(file_name_of(address), file_name_of(file)) << address;
      }
      EXPECT_GE(file.bytes, 0);
      EXPECT_TRUE(file.sha256.empty() || (file.sha256.size() == 64 && is_made_of(file.sha256, "0123456789abcdef")))
          << set.name;
      if (!file.member.empty()) {
        EXPECT_TRUE(names.insert(file_name_of(file.member)).second) << set.name << ": " << file.member;
      }
    }
    EXPECT_TRUE(set.input.empty() || names.contains(set.input)) << set.name << ": " << set.input;
  }
}

TEST(PublicDatasets, HaveOptionsThatTheirFormatKnows) {
  for (const PublicDataset& set : public_datasets()) {
    const ImporterInfo& importer = importer_info(set.format);
    Options options(importer.options);
    for (const auto& [name, value] : set.options) {
      ASSERT_TRUE(options.has(name)) << set.name << ": " << name;
      EXPECT_NO_THROW(options.set(name, value)) << set.name << ": " << name;
      if (std::ranges::find(importer.files, name) != importer.files.end()) {
        EXPECT_TRUE(std::ranges::any_of(set.files, [&](const PublicFile& file) { return file_name_of(file) == value; }))
            << set.name << ": " << value;
      }
    }
  }
}

TEST(PublicDatasets, AreCalledByTheLastPartOfTheirAddress) {
  EXPECT_EQ(file_name_of("https://a.org/b/c.zip"), "c.zip");
  EXPECT_EQ(file_name_of("https://a.org/b/c.zip?dl=1/2"), "c.zip");
  EXPECT_EQ(file_name_of("ml-100k/u.data"), "u.data");
}

}  // namespace
}  // namespace weft
