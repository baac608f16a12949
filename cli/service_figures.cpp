#include "weft/cli/service_figures.hpp"

#include <algorithm>

#include "weft/core/error.hpp"

namespace weft::cli {
namespace {

/// The two lines that stand above a figure.
std::string head(const char* name, const char* help, const char* type) {
  return concat("# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

std::string single(const char* name, const char* help, const char* type, std::int64_t value) {
  return concat(head(name, help, type), name, " ", value, "\n");
}

}  // namespace

void ServiceFigures::add_request(int status, double seconds) {
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(kBounds, seconds) - kBounds.begin());
  const std::lock_guard lock(mutex_);
  ++by_status_[status];
  ++by_time_[bucket];
  seconds_ += seconds;
}

void ServiceFigures::add_batch(std::int64_t questions) {
  ++batches_;
  questions_ += questions;
}

std::string ServiceFigures::text(std::int64_t waiting) const {
  std::string out = head("weft_requests_total", "Requests by the status of their answer.", "counter");
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [status, count] : by_status_) {
      out += concat("weft_requests_total{code=\"", status, "\"} ", count, "\n");
    }
    out += head("weft_request_seconds", "Time from a request read to its answer known.", "histogram");
    std::int64_t total = 0;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      total += by_time_[i];
      out += concat("weft_request_seconds_bucket{le=\"", kBounds[i], "\"} ", total, "\n");
    }
    total += by_time_.back();
    out += concat("weft_request_seconds_bucket{le=\"+Inf\"} ", total, "\nweft_request_seconds_sum ", seconds_,
                  "\nweft_request_seconds_count ", total, "\n");
  }
  out += single("weft_questions_waiting", "Questions that wait for the model.", "gauge", waiting);
  out += single("weft_batches_total", "Times that waiting questions were answered together.", "counter", batches_);
  out += single("weft_batched_questions_total", "Questions answered that way.", "counter", questions_);
  out += single("weft_model_loads_total", "Models that were loaded.", "counter", loads_);
  return out +
         single("weft_model_load_failures_total", "New models that could not be loaded.", "counter", failed_loads_);
}

}  // namespace weft::cli
