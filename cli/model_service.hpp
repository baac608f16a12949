// A trained model that answers requests of many clients, whatever carries them: routes, a token, a queue that is worked
// off in batches, figures of its own, and a new model in place of the old one without a request lost.
//
//   GET  /health   {"status": "ok"}; asks for no token
//   GET  /model    what the model is, reads and answers
//   GET  /metrics  counts and times as Prometheus reads them
//   POST /predict  a question as `weft score` takes it (scorer.hpp), and its answer
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "weft/cli/scorer.hpp"

namespace weft::cli {

struct ServiceRequest {
  std::string method, path, authorization, body;
};

struct ServiceAnswer {
  int status = 200;
  std::string body;
  std::string type = "application/json";
};
/// {"error": problem}
[[nodiscard]] ServiceAnswer refusal(int status, const std::string& problem);

struct ServiceLimits {
  /// Questions that wait for the model; those that come then are told to come again (503).
  std::int64_t queue = 1024;
  /// Until a question that waits or is worked on is given up (504).
  double seconds = 30.0;
};

class ModelService {
 public:
  /// Loads the model and starts a thread that answers and one that looks for a new model. token: empty: none is asked
  /// for. Throws what loading throws.
  ModelService(const ScorerSource& source, const SharedFlags& flags, const ServiceLimits& limits, std::string token);
  ModelService(const ModelService&) = delete;
  ModelService& operator=(const ModelService&) = delete;
  ~ModelService();

  /// May be called by many threads, and waits for the answer. Never throws.
  [[nodiscard]] ServiceAnswer answer(const ServiceRequest& request);
  /// What speaks against the request before its body is read: the path, the method, the token; 200: nothing.
  [[nodiscard]] ServiceAnswer admit(const ServiceRequest& request) const;

  /// "the model gcn of cora is one of node_classification"
  [[nodiscard]] std::string what() const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace weft::cli
