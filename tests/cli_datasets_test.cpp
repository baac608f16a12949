// weft datasets get: public sets through the command, from a folder and from a server, and into the cache.
#include "tests/cli_fixture.hpp"
#include "tests/http_server.hpp"
#include "tests/imported_data.hpp"
#include "weft/io/importers/public_datasets.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;

/// As the environment was before, when it is gone.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    const char* before = std::getenv(name);
    before_ = before != nullptr ? std::optional<std::string>(before) : std::nullopt;
    setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

class CliDatasets : public Cli {
 protected:
  /// Ten paths and ten triangles, which TUDataset calls MUTAG.
  std::vector<std::pair<std::string, std::string>> small_set() const {
    std::string edges, indicator, labels;
    for (int graph = 0, node = 1; graph < 20; ++graph, node += 3) {
      const auto join = [&](int a, int b) {
        edges +=
            std::to_string(a) + ", " + std::to_string(b) + "\n" + std::to_string(b) + ", " + std::to_string(a) + "\n";
      };
      join(node, node + 1);
      join(node + 1, node + 2);
      if (graph % 2 == 1) {
        join(node + 2, node);
      }
      for (int i = 0; i < 3; ++i) {
        indicator += std::to_string(graph + 1) + "\n";
      }
      labels += std::to_string(graph % 2) + "\n";
    }
    return {{"MUTAG/MUTAG_A.txt", edges},
            {"MUTAG/MUTAG_graph_indicator.txt", indicator},
            {"MUTAG/MUTAG_graph_labels.txt", labels}};
  }
  std::vector<std::pair<std::string, std::string>> small_set_and(const std::string& name) const {
    auto members = small_set();
    members.emplace_back(name, "x");
    return members;
  }
  fs::path write_mutag() const {
    fs::create_directories(path("mirror"));
    return write_zip(path("mirror/MUTAG.zip"), small_set());
  }

  // Before the environment is another.
  const std::optional<fs::path> raw_ = real_file("raw/planetoid_cora"), h5_ = real_file("h5/cora.h5");
  Variable cache_{"XDG_CACHE_HOME", path("cache").string()}, data_{"WEFT_DATA", ""}, proxies_{"no_proxy", "*"};
  const fs::path kept_ = path("cache/weft/files/mutag");
};

TEST_F(CliDatasets, AreHadFromAFolderOnceAndFoundByName) {
  write_mutag();
  const CommandResult got = weft({"datasets", "get", "MUTAG", "--mirror", "mirror"});
  ASSERT_EQ(got.code, 0) << got.err;
  EXPECT_NE(got.err.find("license: not stated (TUDataset"), std::string::npos) << got.err;
  EXPECT_NE(got.err.find("mutag: no checksum of MUTAG.zip is known; from now on it has to be SHA-256 "),
            std::string::npos)
      << got.err;
  EXPECT_NE(got.err.find("published: accuracy, ten folds: GIN 89.4"), std::string::npos) << got.err;
  const Json info = weft_json({"info", "mutag"});
  EXPECT_EQ(info["graphs"], 20);
  EXPECT_EQ(info["dataset"], "mutag");
  const Dataset data = read_dataset(path("cache/weft/mutag.h5"));
  EXPECT_EQ(data.source, "https://www.chrsmrrs.com/graphkerneldatasets/MUTAG.zip");
  EXPECT_EQ(data.license, "not stated (TUDataset: cite Morris et al. 2020)");

  const Json again = weft_json({"datasets", "get", "mutag", "--mirror", "nowhere"});
  EXPECT_EQ(again["was_there"], true);
  EXPECT_EQ(again["path"], path("cache/weft/mutag.h5").string());
  const Json anew = weft_json({"datasets", "get", "mutag", "--again"});
  EXPECT_EQ(anew["was_there"], false);
  EXPECT_EQ(anew["fetched_bytes"], 0);

  const Json list = weft_json({"datasets", "list"});
  ASSERT_EQ(list["datasets"].size(), 1U);
  EXPECT_EQ(list["datasets"][0]["name"], "mutag");
  EXPECT_EQ(list["public"].size(), public_datasets().size());
  const Json one = weft_json({"datasets", "list", "cora"});
  EXPECT_EQ(one["task"], "node_classification");
  EXPECT_EQ(one["files"].size(), 8U);
}

TEST_F(CliDatasets, AreHadFromAServer) {
  const std::string archive = content_of(write_mutag());
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    client.send(request.path == "/sets/MUTAG.zip" ? http_file(request, archive) : http_answer("404 Not Found", ""));
  });
  const Json got = weft_json({"datasets", "get", "mutag", "--mirror", server.address() + "/sets/"});
  EXPECT_EQ(got["fetched_bytes"], archive.size());
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.requests()[0].path, "/sets/mutag/MUTAG.zip");
  EXPECT_EQ(content_of(kept_ / "MUTAG.zip"), archive);
}

TEST_F(CliDatasets, AreFetchedOnceByTwoAtOnce) {
  const std::string archive = content_of(write_mutag());
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    const std::string whole = http_file(request, archive);
    client.send(whole.substr(0, whole.size() / 2));
    client.wait(1.0);
    client.send(whole.substr(whole.size() / 2));
  });
  const std::vector<std::string> get = {"datasets", "get", "mutag", "--mirror", server.address()};
  Command first(folder_.path(), get);
  ASSERT_TRUE(wait_until([&] { return !server.requests().empty(); }));
  Command second(folder_.path(), get);
  const CommandResult a = first.wait(), b = second.wait();
  EXPECT_EQ(a.code, 0) << a.err;
  EXPECT_EQ(b.code, 0) << b.err;
  EXPECT_NE(b.err.find("waiting for another `weft datasets get mutag` to end"), std::string::npos) << b.err;
  EXPECT_NE(b.err.find("mutag is there already"), std::string::npos) << b.err;
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(CliDatasets, GoOnWhereTheyWereInterrupted) {
  const std::string archive = content_of(write_mutag());
  for (const int signal : {SIGKILL, SIGINT, SIGTERM}) {
    SCOPED_TRACE(signal);
    fs::remove_all(path("cache"));
    std::atomic<bool> stands_still{true};
    const HttpServer server([&](const HttpRequest& request, const auto& client) {
      const std::string whole = http_file(request, archive);
      client.send(stands_still ? whole.substr(0, whole.size() - 100) : whole);
      client.wait(stands_still ? 60.0 : 0.0);
    });
    const std::vector<std::string> get = {"datasets", "get", "mutag", "--mirror", server.address()};
    Command command(folder_.path(), get);
    const fs::path part = kept_ / "MUTAG.zip.part";
    const auto has_come = [&] {
      std::error_code missing;
      return fs::file_size(part, missing) == archive.size() - 100 && !missing;
    };
    ASSERT_TRUE(wait_until(has_come));
    const auto begin = std::chrono::steady_clock::now();
    command.send(signal);
    const CommandResult ended = command.wait();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
    if (signal != SIGKILL) {
      EXPECT_EQ(ended.code, 130) << ended.err;
      EXPECT_NE(ended.err.find("goes on from what has come"), std::string::npos) << ended.err;
    }
    EXPECT_TRUE(has_come());
    EXPECT_FALSE(fs::exists(path("cache/weft/mutag.h5")));
    stands_still = false;
    const CommandResult whole = weft(get);
    EXPECT_EQ(whole.code, 0) << whole.err;
    EXPECT_EQ(server.requests().back().offset(), archive.size() - 100);
    EXPECT_EQ(content_of(kept_ / "MUTAG.zip"), archive);
  }
}

TEST_F(CliDatasets, AreTakenOutOfTheirArchives) {
  write_zip(path("ml-100k.zip"),
            {{"ml-100k/README", "text"}, {"ml-100k/u.data", "196\t242\t3\t881250949\n186\t302\t3\t891717742\n"}});
  const Json got = weft_json({"datasets", "get", "ml-100k", "--mirror", "."});
  EXPECT_EQ(got["nodes"], 4);
  EXPECT_TRUE(fs::exists(path("cache/weft/ml_100k.h5")));
}

TEST_F(CliDatasets, OfWhichAnArchiveLeadsOutOfTheFolderAreRefused) {
  write_zip(path("ml-100k.zip"), {{"ml-100k/u.data", "1\t2\t3\t4\n"}, {"../../../../out", "x"}});
  write_zip(path("MUTAG.zip"), small_set_and("../../../../out"));
  for (const std::string name : {"ml_100k", "mutag"}) {
    const CommandResult got = weft({"datasets", "get", name, "--mirror", "."});
    EXPECT_EQ(got.code, 3) << got.err;
    EXPECT_NE(got.err.find("/out"), std::string::npos) << got.err;
    EXPECT_FALSE(fs::exists(path("cache/weft/" + name + ".h5")));
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
    EXPECT_NE(entry.path().filename(), "out") << entry.path();
  }
}

TEST_F(CliDatasets, ThatDoNotFitOnTheDiskFailAndAreNotTakenForWhole) {
  write_mutag();
  const CommandResult got = weft({"datasets", "get", "mutag", "--mirror", "mirror"}, 300);
  EXPECT_EQ(got.code, 1) << got.err;
  EXPECT_NE(got.err.find("MUTAG.zip.part: cannot be written: File too large"), std::string::npos) << got.err;
  EXPECT_FALSE(fs::exists(kept_ / "MUTAG.zip"));
  EXPECT_FALSE(fs::exists(path("cache/weft/mutag.h5")));
}

TEST_F(CliDatasets, ThatAreNotHereAreNamedWithTheCommandThatDownloadsThem) {
  const auto says = [&](const std::string& name, const std::string& text) {
    const CommandResult result = weft({"train", name});
    EXPECT_EQ(result.code, 3) << result.err;
    EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
    EXPECT_FALSE(fs::exists(path("cache/weft/files"))) << "nothing is downloaded unasked";
  };
  says("cora", "run `weft datasets get cora`, which downloads it");
  says("ogbn-arxiv", "run `weft datasets get ogbn_arxiv`, which downloads it");
  says("pubmd", "did you mean the public 'pubmed'? `weft datasets get pubmed` downloads it");
  const CommandResult unknown = weft({"datasets", "get", "pubmd"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_EQ(unknown.err, "weft: there is no public data set 'pubmd'; did you mean 'pubmed'?\n");
  const CommandResult nowhere = weft({"datasets", "get", "cora", "--mirror", "nowhere"});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_NE(nowhere.err.find("--mirror nowhere: there is no such folder"), std::string::npos) << nowhere.err;
}

TEST_F(CliDatasets, AreFoundHoweverTheyAreSpelledAndWithoutANetwork) {
  write_mutag();
  ASSERT_EQ(weft({"datasets", "get", "mutag", "--mirror", "mirror"}).code, 0);
  fs::rename(path("cache/weft/mutag.h5"), path("cache/weft/ogbn_arxiv.h5"));
  EXPECT_EQ(weft_json({"info", "ogbn-arxiv"})["graphs"], 20);
  // What was downloaded is enough, and a proxy that is not there is a network that is not there.
  const Variable some{"no_proxy", ""}, proxy{"https_proxy", "http://127.0.0.1:1"};
  EXPECT_EQ(weft({"datasets", "get", "mutag"}).code, 0);
  const CommandResult offline = weft({"datasets", "get", "cora"});
  EXPECT_EQ(offline.code, 3);
  const std::size_t last = offline.err.rfind('\n', offline.err.size() - 2);
  EXPECT_EQ(offline.err.substr(last + 1).rfind("weft: cora: ind.cora.x: cannot be had: https://", 0), 0U)
      << offline.err;
  EXPECT_NE(offline.err.find("expected a network, --mirror"), std::string::npos) << offline.err;
}

TEST_F(CliDatasets, FromTheFilesOfCoraIsCora) {
  if (!raw_ || !h5_) {
    GTEST_SKIP() << "cora is missing; set WEFT_DATA";
  }
  const CommandResult got = weft({"datasets", "get", "cora", "--mirror", raw_->string()});
  ASSERT_EQ(got.code, 0) << got.err;
  EXPECT_EQ(got.err.find("no checksum"), std::string::npos) << got.err;
  expect_same_data(read_dataset(path("cache/weft/cora.h5")), read_dataset(*h5_));
}

}  // namespace
}  // namespace weft::test
