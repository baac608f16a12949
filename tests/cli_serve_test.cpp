// weft serve, run as a command and asked through sockets: the answers of `weft predict`, several clients at once, a
// token, a new model while it answers, requests that are none, and its end.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "tests/firms.hpp"
#include "weft/cli/http_server.hpp"
#include "weft/io/model_file.hpp"

namespace weft::test {
namespace {

/// A connection to this machine.
class Client {
 public:
  explicit Client(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_open_ = connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { close(socket_); }

  [[nodiscard]] bool is_open() const { return is_open_; }

  void send(const std::string& bytes) const {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t count = ::send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (count <= 0) {
        return;
      }
      at += static_cast<std::size_t>(count);
    }
  }
  /// All that comes until the server closes, or nothing has come for so long.
  [[nodiscard]] std::string rest(int milliseconds) const {
    std::string all;
    for (pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0}; poll(&ready, 1, milliseconds) == 1;) {
      char block[1 << 14];
      const ssize_t count = recv(socket_, block, sizeof block, 0);
      if (count <= 0) {
        break;
      }
      all.append(block, static_cast<std::size_t>(count));
    }
    return all;
  }

  struct Answer {
    int status = 0;
    std::string head, body;
    [[nodiscard]] Json json() const { return Json::parse(body, nullptr, false); }
  };
  /// One answer, the length of whose body is said; a status of 0 where there is none.
  [[nodiscard]] Answer answer(int milliseconds = 60'000) const {
    std::string all;
    for (;;) {
      const std::size_t end = all.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t at = all.find("Content-Length: ");
        const std::size_t length = at < end ? std::stoul(all.substr(at + 16)) : 0;
        if (all.size() >= end + 4 + length) {
          return {std::stoi(all.substr(9, 3)), all.substr(0, end), all.substr(end + 4, length)};
        }
      }
      pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
      char block[1 << 14];
      const ssize_t count = poll(&ready, 1, milliseconds) == 1 ? recv(socket_, block, sizeof block, 0) : 0;
      if (count <= 0) {
        return {};
      }
      all.append(block, static_cast<std::size_t>(count));
    }
  }
  [[nodiscard]] Answer ask(const std::string& method, const std::string& path, const std::string& body = "",
                           const std::string& headers = "") const {
    send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body);
    return answer();
  }
  [[nodiscard]] Answer predict(const std::string& question) const { return ask("POST", "/predict", question); }

 private:
  int socket_;
  bool is_open_ = false;
};

class CliServe : public FirmsCli {
 protected:
  void SetUp() override {
    if (!cli::can_serve_http()) {
      GTEST_SKIP() << "built without cpp-httplib";
    }
  }
  void TearDown() override {
    if (server_) {
      server_->send(SIGTERM);
      EXPECT_TRUE(wait_until([&] { return !server_->is_running(); }, 1.5)) << "it does not end at a signal";
      EXPECT_EQ(server_->wait().code, 0);
    }
  }

  void serve(const std::vector<std::string>& more = {}) {
    write_content(path("log"), "");
    server_.emplace(folder_.path(), with({"serve", "run", "firms.h5", "--listen", "127.0.0.1:0"}, more),
                    std::optional<rlim_t>{}, [this] {
                      const int file = open(path("log").c_str(), O_WRONLY | O_APPEND);
                      dup2(file, STDERR_FILENO);
                      close(file);
                    });
    const std::string mark = "listening on http://127.0.0.1:";
    const auto place = [&] { return content_of(path("log")).find(mark); };
    ASSERT_TRUE(wait_until([&] {
      return (place() != std::string::npos && content_of(path("log")).find('\n', place()) != std::string::npos) ||
             !server_->is_running();
    })) << content_of(path("log"));
    ASSERT_TRUE(server_->is_running()) << content_of(path("log"));
    port_ = std::stoi(content_of(path("log")).substr(place() + mark.size()));
  }

  std::optional<Command> server_;
  int port_ = 0;
};

TEST_F(CliServe, AnswersAsPredictDoes) {
  train_firms();
  make_new_firms();
  ASSERT_EQ(weft({"predict", "run", "firms.h5", "-o", "p.h5"}).code, 0);
  const Tensor old = read_model_file(path("p.h5"), "weft-predictions").tensors.at(0).value;
  ASSERT_EQ(
      weft({"predict", "run", "--nodes", "new.csv", "--edges", "new_trade.csv", "--graph", "firms.h5", "-o", "n.h5"})
          .code,
      0);
  const Tensor fresh = read_model_file(path("n.h5"), "weft-predictions").tensors.at(0).value;
  serve();
  const Client client(port_);
  const Client::Answer known = client.predict(R"({"nodes":["f7","f12"]})");
  ASSERT_EQ(known.status, 200) << known.body;
  EXPECT_EQ(known.json()["rows"][1]["probabilities"][0].get<float>(), old(12, 0));
  // The connection stays, and new nodes of one question are nothing to the next.
  for (int i = 0; i < 2; ++i) {
    const Client::Answer answer = client.predict(new_firms_);
    ASSERT_EQ(answer.status, 200) << answer.body;
    for (int row = 0; row < 3; ++row) {
      EXPECT_EQ(answer.json()["rows"][row]["probabilities"][1].get<float>(), fresh(row, 1));
    }
  }
  EXPECT_EQ(client.ask("GET", "/health").json()["status"], "ok");
  const Json about = client.ask("GET", "/model").json();
  EXPECT_EQ(about["task"], "node_classification");
  EXPECT_EQ(about["tables"]["edges"], (Json{"buyer", "seller", "orders"})) << about;
  EXPECT_EQ(about["tables"]["nodes"]["id"], "firm");
  EXPECT_EQ(about["tables"]["nodes"]["columns"], (Json{{"staff", "number"}, {"city", "category"}}));
  const Client::Answer figures = client.ask("GET", "/metrics");
  EXPECT_NE(figures.body.find("weft_requests_total{code=\"200\"} 5\n"), std::string::npos) << figures.body;
  EXPECT_NE(figures.body.find("weft_batched_questions_total 2\n"), std::string::npos) << figures.body;
}

TEST_F(CliServe, RefusesWhatIsNoQuestion) {
  train_firms();
  serve({"--max-body", "1000"});
  const Client client(port_);
  EXPECT_EQ(client.predict("nodes").status, 400);
  EXPECT_EQ(client.predict("[1]").status, 400);
  const Client::Answer unknown = client.predict(R"({"node":"f77"})");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_NE(unknown.json()["error"].get<std::string>().find("there is no node 'f77'"), std::string::npos);
  EXPECT_EQ(client.ask("GET", "/nothing").status, 404);
  EXPECT_EQ(client.ask("GET", "/predict").status, 405);
  EXPECT_EQ(Client(port_).ask("PUT", "/predict", "{}").status, 405);
  EXPECT_EQ(Client(port_).predict(std::string(5000, ' ')).status, 413);
  // The same in chunks, whose sum nobody says beforehand.
  const Client chunks(port_);
  chunks.send("POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 5; ++i) {
    chunks.send(concat("3e8\r\n", std::string(1000, ' '), "\r\n"));
  }
  chunks.send("0\r\n\r\n");
  EXPECT_EQ(chunks.answer().status, 413);
  EXPECT_EQ(Client(port_).predict(R"({"node":"f7"})").status, 200);
}

TEST_F(CliServe, LivesThroughBytesThatAreNoRequest) {
  train_firms();
  serve({"--max-body", "4096"});
  const std::string sound = "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 15\r\n\r\n{\"node\":\"f7\"}\r\n";
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Client client(port_);
    client.send(seed % 4 == 0 ? mutated(std::string(300, 'x'), seed, 300)
                              : mutated(sound, seed, 1 + static_cast<int>(seed % 8)));
    if (seed % 3 == 0) {
      (void)client.rest(1);
    }
  }
  ASSERT_TRUE(server_->is_running()) << content_of(path("log"));
  EXPECT_EQ(Client(port_).predict(R"({"node":"f7"})").status, 200);
}

TEST_F(CliServe, AsksForItsToken) {
  train_firms();
  serve({"--token", "secret"});
  const Client client(port_);
  EXPECT_EQ(client.ask("GET", "/health").status, 200);
  for (const char* wrong : {"", "Authorization: Bearer secre\r\n", "Authorization: Bearer secrets\r\n",
                            "Authorization: Basic secret\r\n"}) {
    EXPECT_EQ(Client(port_).ask("POST", "/predict", R"({"node":"f7"})", wrong).status, 401) << wrong;
    EXPECT_EQ(Client(port_).ask("GET", "/model", "", wrong).status, 401) << wrong;
  }
  EXPECT_EQ(client.ask("POST", "/predict", R"({"node":"f7"})", "Authorization: Bearer secret\r\n").status, 200);
}

TEST_F(CliServe, TakesANewModelWithoutLosingARequest) {
  train_firms();
  std::filesystem::copy(path("run"), path("first"), std::filesystem::copy_options::recursive);
  ASSERT_EQ(weft({"train", "firms.h5", "--model", "gcn", "--epochs", "9", "--seed", "5", "-o", "second", "-q"}).code,
            0);
  serve();
  const std::string question = R"({"nodes":["f7"]})";
  const std::string before = Client(port_).predict(question).body;
  std::atomic<bool> ends{false};
  std::atomic<int> lost{0}, answered{0};
  std::vector<std::thread> clients;
  for (int t = 0; t < 2; ++t) {
    clients.emplace_back([&, t] {
      const Client client(port_);
      while (!ends) {
        const Client::Answer answer = client.predict(t == 0 ? question : new_firms_);
        ++(answer.status == 200 ? answered : lost);
      }
    });
  }
  // As a run replaces its model: in one step.
  std::filesystem::copy_file(path("second/model.h5"), path("run/next"));
  std::filesystem::rename(path("run/next"), path("run/model.h5"));
  EXPECT_TRUE(wait_until([&] { return Client(port_).predict(question).body != before; }));
  // A broken one is not taken.
  const std::string after = Client(port_).predict(question).body;
  write_content(path("run/next"), "no model");
  std::filesystem::rename(path("run/next"), path("run/model.h5"));
  EXPECT_TRUE(wait_until([&] { return content_of(path("log")).find("is not taken") != std::string::npos; }));
  EXPECT_EQ(Client(port_).predict(question).body, after);
  ends = true;
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(lost, 0);
  EXPECT_GT(answered, 10);
  ASSERT_EQ(weft({"predict", "second", "firms.h5", "-o", "p.h5"}).code, 0);
  const Tensor expected = read_model_file(path("p.h5"), "weft-predictions").tensors.at(0).value;
  EXPECT_EQ(Json::parse(after)["rows"][0]["probabilities"][0].get<float>(), expected(7, 0));
}

TEST_F(CliServe, EndsThoughClientsKeepTheirConnections) {
  train_firms();
  serve();
  const Client idle(port_), half(port_);
  ASSERT_EQ(idle.ask("GET", "/health").status, 200);
  half.send("POST /predict HTTP/1.1\r\nContent-Length: 100\r\n\r\n{");
  server_->send(SIGTERM);
  EXPECT_TRUE(wait_until([&] { return !server_->is_running(); }, 1.0));
  EXPECT_EQ(server_->wait().code, 0);
  server_.reset();
}

TEST_F(CliServe, ListensToThisMachineAloneUnlessTold) {
  train_firms();
  const auto refuses = [&](const std::vector<std::string>& more, const std::string& part) {
    const CommandResult result = weft(with({"serve", "run", "firms.h5"}, more));
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  };
  refuses({"--listen", "0.0.0.0:0"}, "or --allow-remote");
  refuses({"--listen", "127.evil.example:0"}, "or --allow-remote");
  refuses({"--listen", "8080"}, "expected HOST:PORT");
  refuses({"--listen", "127.0.0.1:70000"}, "expected HOST:PORT");
  refuses({"--listen", "::1:80"}, "between brackets");
  serve();
  refuses({"--listen", "127.0.0.1:" + std::to_string(port_)}, "the port is taken");
}

}  // namespace
}  // namespace weft::test
