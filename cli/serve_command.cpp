// weft serve: a trained model that answers over HTTP.
#include <CLI/CLI.hpp>

#include <cstdlib>

#include "weft/cli/console.hpp"
#include "weft/cli/http_server.hpp"
#include "weft/cli/model_commands.hpp"
#include "weft/cli/model_service.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {
namespace {

struct ServeFlags : SharedFlags {
  std::string run, graph, token, listen = "127.0.0.1:8080";
  bool allow_remote = false;
  ServiceLimits service;
  HttpLimits http;
};

}  // namespace

Work add_serve_command(CLI::App& app) {
  const auto flags = std::make_shared<ServeFlags>();
  CLI::App* command = app.add_subcommand("serve", "a trained model that answers over HTTP");
  command->add_option("RUN", flags->run, "a run folder, or a model file; a new model there is taken as it comes")
      ->required();
  command->add_option("GRAPH", flags->graph,
                      "the dataset whose nodes are asked about, a file or a name; models of graphs need none");
  command->add_option("--listen", flags->listen, "HOST:PORT; port 0 is any that is free")->capture_default_str();
  command->add_flag("--allow-remote", flags->allow_remote,
                    "let --listen name an address that other machines reach; there is no encryption, which is what a "
                    "proxy before it is for");
  command->add_option(
      "--token", flags->token,
      "answer only to `Authorization: Bearer TOKEN`; otherwise what WEFT_TOKEN in the environment says, "
      "which other users of the machine do not see");
  command->add_option("--max-body", flags->http.body_bytes, "bytes of a question")
      ->check(CLI::Range(std::int64_t{16}, std::int64_t{1} << 30))
      ->capture_default_str();
  command->add_option("--max-seconds", flags->service.seconds, "until a question is given up")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  command->add_option("--max-queue", flags->service.queue, "questions that wait for the model")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--connections", flags->http.connections, "clients at once, a thread each")
      ->check(CLI::Range(1, 1 << 14))
      ->capture_default_str();
  add_shared_flags(*command, *flags,
                   "POST /predict takes what `weft score --help` shows as JSON; GET /model says what the model reads, "
                   "/health and /metrics how it goes. SIGTERM ends it.\n"
                   "Example: weft serve run cora.h5 --listen 127.0.0.1:8080\n"
                   "         curl -d '{\"nodes\": [0, 1]}' http://127.0.0.1:8080/predict");
  return [flags] {
    require(!flags->json, "--json: the server prints nothing, it answers in JSON; expected no --json");
    require(can_serve_http(), "weft serve: this Weft was built without cpp-httplib (Debian: libcpp-httplib-dev)");
    const ListenAddress address = ListenAddress::parse(flags->listen);
    require(flags->allow_remote || address.is_loopback(), "--listen: ", address.text(),
            " may be reached by other machines, expected 127.0.0.1, ::1 or localhost, or --allow-remote");
    if (const char* token = std::getenv("WEFT_TOKEN"); flags->token.empty() && token != nullptr) {
      flags->token = token;
    }
    const ScorerSource source{flags->run, flags->graph};
    rehearse_scorer(source, *flags);
    ModelService service(source, *flags, flags->service, flags->token);
    const GentleStop stop;
    serve_http(
        service, address, flags->http,
        [&](int port) {
          const ListenAddress bound{address.host, port};
          say(flags->quiet,
              concat(service.what(), flags->token.empty() && flags->allow_remote ? "; no token is asked for" : ""));
          say(flags->quiet, concat("listening on http://", bound.text()));
        },
        [] { return stop_requested(); });
  };
}

}  // namespace weft::cli
