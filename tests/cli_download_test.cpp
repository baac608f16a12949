// Files of public data sets from servers that misbehave: what is not the whole file, or not the file, is never taken
// for it, and what has come is not fetched again.
#include "tests/file_content.hpp"
#include "tests/http_server.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/cli/public_files.hpp"
#include "weft/cli/sha256.hpp"
#include "weft/cli/stop_signal.hpp"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;
using test::content_of;
using test::expect_throws;
using test::http_answer;
using test::http_file;
using test::HttpRequest;
using test::HttpServer;
using test::write_content;

/// Of 100,000 bytes that differ from place to place.
std::string long_text() {
  std::string text;
  for (int i = 0; text.size() < 100'000; ++i) {
    text += std::to_string(i) + "\n";
  }
  text.resize(100'000);
  return text;
}

class Downloads : public testing::Test {
 protected:
  void SetUp() override {
    setenv("no_proxy", "*", 1);
    write_content(folder_ / "known", text_);
    digest_ = sha256_of(folder_ / "known");
    fs::remove(folder_ / "known");
  }

  [[nodiscard]] PublicDataset set_at(const std::vector<std::string>& addresses, std::int64_t bytes = 0,
                                     std::string_view sha256 = {}) const {
    return {.name = "town",
            .summary = "",
            .task = "",
            .license = "",
            .figure = "",
            .format = "edgelist",
            .files = {{.addresses = addresses, .bytes = bytes, .sha256 = sha256}}};
  }
  [[nodiscard]] PublicDataset set_at(const HttpServer& server) const { return set_at({server.address() + "/e.txt"}); }

  std::int64_t fetch(const PublicDataset& set, double stall_seconds = 10.0) const {
    return fetch_files(set, folder_.path(), {.quiet = true, .stall_seconds = stall_seconds});
  }
  /// And nothing is left that looks like the file.
  void expect_refused(const PublicDataset& set, const std::string& message, double stall_seconds = 10.0) const {
    expect_throws<DataError>([&] { (void)fetch(set, stall_seconds); }, message);
    EXPECT_FALSE(fs::exists(file_));
    EXPECT_FALSE(fs::exists(folder_ / "e.txt.sha256"));
  }

  const test::TemporaryFolder folder_;
  const std::string text_ = long_text();
  std::string digest_;
  const fs::path file_ = folder_ / "e.txt", part_ = folder_ / "e.txt.part";
};

TEST_F(Downloads, AreTakenOnceAndHaveToStayWhatTheyWere) {
  std::string content = text_;
  const HttpServer server([&](const auto& request, const auto& client) { client.send(http_file(request, content)); });
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_TRUE(content_of(file_) == text_);
  EXPECT_EQ(content_of(folder_ / "e.txt.sha256"), digest_ + "  e.txt\n");
  EXPECT_FALSE(fs::exists(part_));
  EXPECT_FALSE(fs::exists(folder_ / "e.txt.part.from"));
  EXPECT_EQ(fetch(set_at(server)), 0);
  EXPECT_EQ(server.requests().size(), 1U);

  write_content(file_, "changed");
  expect_throws<DataError>([&] { (void)fetch(set_at(server)); }, "e.txt: has another content: SHA-256 ");
  fs::remove(file_);
  content[7] = 'x';
  expect_throws<DataError>([&] { (void)fetch(set_at(server)); }, "as it had when it came first");
  EXPECT_FALSE(fs::exists(file_));
  content = text_;
  EXPECT_EQ(fetch(set_at(server)), 100'000);
}

TEST_F(Downloads, ThatBreakOffAreGoneOnWith) {
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    const std::string whole = http_file(request, text_);
    client.send(request.offset() < 60'000 ? whole.substr(0, whole.size() - 30'000) : whole);
  });
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_TRUE(content_of(file_) == text_);
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.requests()[1].header("range"), "bytes=70000-");
  EXPECT_EQ(server.requests()[1].header("if-range"), "\"one\"");
}

TEST_F(Downloads, ThatNeverGetFurtherEnd) {
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    const std::string whole = http_file(request, text_);
    client.send(whole.substr(0, whole.size() - (request.offset() == 0 ? 50'000 : text_.size() - request.offset())));
  });
  expect_refused(set_at(server), "town: e.txt: cannot be had: " + server.address() + "/e.txt: ");
  EXPECT_EQ(fs::file_size(part_), 50'000U);
}

TEST_F(Downloads, OfAFileThatHasChangedBeginAnew) {
  const HttpServer server([&](const auto& request, const auto& client) { client.send(http_file(request, text_)); });
  write_content(part_, std::string(50'000, 'a'));
  write_content(folder_ / "e.txt.part.from", server.address() + "/e.txt\n\"old\"\n");
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_TRUE(content_of(file_) == text_);
  EXPECT_EQ(server.requests()[0].header("if-range"), "\"old\"");
}

TEST_F(Downloads, OfWhichThePartIsOfAnotherAddressBeginAnew) {
  const HttpServer server([&](const auto& request, const auto& client) { client.send(http_file(request, text_)); });
  write_content(part_, std::string(40, 'z'));
  write_content(folder_ / "e.txt.part.from", "http://127.0.0.1:1/e.txt\n\"one\"\n");
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_TRUE(content_of(file_) == text_);
  EXPECT_EQ(server.requests()[0].header("range"), "");
}

TEST_F(Downloads, WithAKnownChecksumGoOnFromAnythingAndAreCompared) {
  const HttpServer server([&](const auto& request, const auto& client) { client.send(http_file(request, text_)); });
  const PublicDataset set = set_at({server.address() + "/e.txt"}, 100'000, digest_);
  write_content(part_, text_.substr(0, 99'000));
  EXPECT_EQ(fetch(set), 100'000);
  EXPECT_EQ(server.requests().back().header("range"), "bytes=99000-");
  EXPECT_TRUE(content_of(file_) == text_);
  fs::remove(file_);
  write_content(part_, std::string(99'000, 'z'));
  EXPECT_EQ(fetch(set), 100'000) << "what was no part of it is fetched again";
  EXPECT_EQ(server.requests().back().header("range"), "");
  EXPECT_TRUE(content_of(file_) == text_);
}

TEST_F(Downloads, WhoseRangeIsRefusedAreWholeOrBeginAnew) {
  const HttpServer server([&](const auto& request, const auto& client) { client.send(http_file(request, text_)); });
  const std::string origin = server.address() + "/e.txt\n\"one\"\n";
  write_content(part_, text_);
  write_content(folder_ / "e.txt.part.from", origin);
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_TRUE(content_of(file_) == text_);
  fs::remove(file_);
  write_content(part_, text_ + "more");
  write_content(folder_ / "e.txt.part.from", origin);
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_TRUE(content_of(file_) == text_);
}

TEST_F(Downloads, ThatSendAnotherPartAreRefused) {
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    client.send(request.offset() == 0 ? http_file(request, text_)
                                      : http_answer("206 Partial Content", "xyz",
                                                    "ETag: \"one\"\r\nContent-Range: bytes 7-9/100000\r\n"));
  });
  write_content(part_, text_.substr(0, 500));
  write_content(folder_ / "e.txt.part.from", server.address() + "/e.txt\n\"one\"\n");
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_TRUE(content_of(file_) == text_);
}

TEST_F(Downloads, OfAnotherContentAreRefused) {
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    client.send(http_file(request, text_.substr(0, text_.size() - 1) + "!"));
  });
  expect_refused(set_at({server.address() + "/e.txt"}, 100'000, digest_), "expected " + digest_);
  EXPECT_FALSE(fs::exists(part_));
  expect_refused(set_at({server.address() + "/e.txt"}, 99'999), "the file there has 100000 bytes, expected 99999");
}

TEST_F(Downloads, WithoutALengthAreNotLongerThanTheFile) {
  const HttpServer server([&](const HttpRequest&, const auto& client) {
    client.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + text_);
  });
  expect_refused(set_at({server.address() + "/e.txt"}, 50'000), "has more than the 50000 bytes");
  expect_refused(set_at({server.address() + "/e.txt"}, 200'000), "has 100000 bytes, expected 200000");
  EXPECT_EQ(fetch(set_at(server)), 100'000);
}

TEST_F(Downloads, AreNoWebPages) {
  const HttpServer server([&](const HttpRequest&, const auto& client) {
    client.send(http_answer("200 OK", "\r\n <!DOCTYPE HTML><html>Please log in</html>"));
  });
  expect_refused(set_at(server), "/e.txt: is a web page and not the file");
  EXPECT_FALSE(fs::exists(part_));
}

TEST_F(Downloads, ThatAreNotThereAreSoughtAtTheNextAddress) {
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    client.send(request.path == "/b/e.txt" ? http_file(request, text_) : http_answer("404 Not Found", "gone"));
  });
  expect_refused(set_at(server), server.address() + "/e.txt: the server answered 404; expected a network");
  EXPECT_EQ(fetch(set_at({server.address() + "/a/e.txt", server.address() + "/b/e.txt"})), 100'000);
}

TEST_F(Downloads, AreTriedAgainWhereTheServerIsBusy) {
  std::atomic<int> asked{0};
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    client.send(asked++ == 0 ? http_answer("503 Service Unavailable", "busy") : http_file(request, text_));
  });
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_EQ(asked, 2);
}

TEST_F(Downloads, AreNotLedToFiles) {
  write_content(folder_ / "secret", "secret");
  const HttpServer server([&](const HttpRequest&, const auto& client) {
    client.send(http_answer("302 Found", "", "Location: file://" + (folder_ / "secret").string() + "\r\n"));
  });
  expect_refused(set_at(server), "rotocol \"file\"");
  EXPECT_FALSE(fs::exists(part_));
}

TEST_F(Downloads, AreLedFromPlaceToPlaceTenTimesAtMost) {
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    const int place = request.path == "/e.txt" ? 10 : std::stoi(request.path.substr(1));
    client.send(place == 0 ? http_file(request, text_)
                           : http_answer("302 Found", "", "Location: /" + std::to_string(place - 1) + "\r\n"));
  });
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_EQ(server.requests().size(), 11U);
  fs::remove(file_);
  fs::remove(folder_ / "e.txt.sha256");
  expect_refused(set_at({server.address() + "/11/e.txt"}), "redirects");
  EXPECT_EQ(server.requests().size(), 22U);
}

TEST_F(Downloads, ThatStandStillEnd) {
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    client.send(http_file(request, text_).substr(0, 1000));
    client.wait(30.0);
  });
  const auto begin = std::chrono::steady_clock::now();
  expect_refused(set_at(server), "nothing came for 0.3 seconds", 0.3);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
  EXPECT_GT(fs::file_size(part_), 100U) << "what has come is gone on with";
}

TEST_F(Downloads, LeaveOffWhenAskedAndGoOnLater) {
  std::atomic<bool> is_slow{true};
  const HttpServer server([&](const HttpRequest& request, const auto& client) {
    const std::string whole = http_file(request, text_);
    client.send(is_slow ? whole.substr(0, whole.size() - 40'000) : whole);
    client.wait(is_slow ? 30.0 : 0.0);
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto has_some = [&] {
    std::error_code missing;
    return fs::file_size(part_, missing) >= 60'000 && !missing;
  };
  expect_throws<Interrupted>(
      [&] { (void)fetch_files(set_at(server), folder_.path(), {.quiet = true, .stops = has_some}); },
      "`weft datasets get town` goes on from what has come");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  is_slow = false;
  EXPECT_EQ(fetch(set_at(server)), 100'000);
  EXPECT_EQ(server.requests().back().header("range"), "bytes=60000-");
  EXPECT_TRUE(content_of(file_) == text_);
}

}  // namespace
}  // namespace weft::cli
