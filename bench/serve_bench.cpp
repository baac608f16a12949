// How many questions a server answers: clients that each ask one thing over and over on a connection that stays, 1, 8
// and 64 at a time. Whatever speaks HTTP/1.1 is measured, so that another server of the same model is asked alike:
//
//   weft serve run wordnet.h5 --listen 127.0.0.1:8080 &
//   weft_serve_bench 8080 /predict '{"node": 7}' [SECONDS]
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

int connected(int port) {
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  return client;
}

/// Whether a whole answer of status 200 came.
bool receive(int client, std::string& answer) {
  answer.clear();
  char block[1 << 14];
  for (std::size_t wanted = std::string::npos; answer.size() < wanted;) {
    const ssize_t count = recv(client, block, sizeof block, 0);
    if (count <= 0) {
      return false;
    }
    answer.append(block, static_cast<std::size_t>(count));
    const std::size_t end = answer.find("\r\n\r\n");
    if (wanted == std::string::npos && end != std::string::npos) {
      std::string head = answer.substr(0, end);
      std::ranges::transform(head, head.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
      const std::size_t at = head.find("content-length: ");
      wanted = end + 4 + (at == std::string::npos ? 0 : std::stoul(head.substr(at + 16)));
    }
  }
  return answer.compare(9, 3, "200") == 0;
}

struct Figures {
  std::vector<double> milliseconds;
  std::int64_t failed = 0;
};

Figures ask(int port, const std::string& request, const std::atomic<bool>& ends) {
  Figures figures;
  int client = connected(port);
  for (std::string answer; !ends;) {
    const auto begin = Clock::now();
    const bool is_sent =
        send(client, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
    if (is_sent && receive(client, answer)) {
      figures.milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
      continue;
    }
    ++figures.failed;
    close(client);
    client = connected(port);
  }
  close(client);
  return figures;
}

double at_share(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

void measure(int port, const std::string& request, int clients, double seconds) {
  std::atomic<bool> ends{false};
  std::vector<Figures> of_clients(static_cast<std::size_t>(clients));
  std::vector<std::thread> threads;
  for (Figures& figures : of_clients) {
    threads.emplace_back([&] { figures = ask(port, request, ends); });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  ends = true;
  std::vector<double> all;
  std::int64_t failed = 0;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads[i].join();
    all.insert(all.end(), of_clients[i].milliseconds.begin(), of_clients[i].milliseconds.end());
    failed += of_clients[i].failed;
  }
  std::ranges::sort(all);
  if (all.empty()) {
    std::printf("%7d  no answer, %lld failed\n", clients, static_cast<long long>(failed));
    return;
  }
  std::printf("%7d %12.0f %9.3f %9.3f %8lld\n", clients, static_cast<double>(all.size()) / seconds, at_share(all, 0.5),
              at_share(all, 0.99), static_cast<long long>(failed));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: weft_serve_bench PORT PATH BODY [SECONDS]\n");
    return 2;
  }
  const std::string body = argv[3];
  const std::string request = std::string("POST ") + argv[2] +
                              " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body;
  std::printf("clients  questions/s    p50 ms    p99 ms   failed\n");
  for (const int clients : {1, 8, 64}) {
    measure(std::atoi(argv[1]), request, clients, argc > 4 ? std::atof(argv[4]) : 5.0);
  }
  return 0;
}
