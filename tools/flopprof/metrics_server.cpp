#include "tools/flopprof/metrics_server.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <map>
#include <sstream>
#include <string_view>
#include <system_error>

#include "profiler/exports/prometheus.h"
#include "profiler/store/run_file.h"

namespace flopprof::tools {
namespace {

using Clock = std::chrono::steady_clock;
using exports::Dialect;

constexpr int kOk = 200;
constexpr int kNotFound = 404;
constexpr int kUnavailable = 503;
constexpr int kSecondsForOneRequest = 10;
constexpr ev_ssize_t kMostBytesOfHeaders = 16'384;
/// Of the time, that reading a long run may take.
constexpr int kShareOfReading = 10;
constexpr const char* kPath = "/metrics";
constexpr const char* kPlainText = "text/plain; charset=utf-8";

const char* content_type(Dialect dialect) {
  return dialect == Dialect::kOpenMetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

Dialect dialect_for(evhttp_request* request) {
  const char* header = evhttp_find_header(evhttp_request_get_input_headers(request), "Accept");
  const std::string_view accepted = header == nullptr ? "" : header;
  const auto has = [accepted](const char* type) {
    return accepted.find(type) != std::string_view::npos;
  };
  return has("text/plain") && !has("application/openmetrics-text") ? Dialect::kPrometheusText
                                                                   : Dialect::kOpenMetrics;
}

void answer(evhttp_request* request, int status, const char* reason, const char* type,
            std::string_view text) {
  evkeyvalq* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", type);
  evhttp_add_header(headers, "Cache-Control", "no-store");
  evbuffer* body = evbuffer_new();
  evbuffer_add(body, text.data(), text.size());
  evhttp_send_reply(request, status, reason, body);
  evbuffer_free(body);
}

/// The texts of one run, read again as often as their reading time allows.
class Texts {
 public:
  explicit Texts(std::filesystem::path run) : run_(std::move(run)) {}

  /// Throws store::DatabaseError.
  const std::string& text(Dialect dialect) {
    Text& kept = kept_[dialect];
    const Clock::time_point before = Clock::now();
    if (before < kept.good_until) return kept.text;
    store::Database run = store::open_run(run_);
    std::ostringstream out;
    exports::write_metrics(run, {.dialect = dialect}, out);
    const Clock::time_point after = Clock::now();
    kept = {std::move(out).str(), after + kShareOfReading * (after - before)};
    return kept.text;
  }

 private:
  struct Text {
    std::string text;
    Clock::time_point good_until;
  };
  std::filesystem::path run_;
  std::map<Dialect, Text> kept_;
};

}  // namespace

/// libevent's loop and what it listens to. All but stop() belongs to the thread that calls serve().
class MetricsService {
 public:
  MetricsService(const MetricsPlace& place, const std::filesystem::path& run)
      : texts_(run), base_(event_base_new()), http_(base_ ? evhttp_new(base_.get()) : nullptr) {
    if (!http_ || stop_ < 0) throw std::runtime_error("no event loop: out of memory or files");
    evhttp_set_allowed_methods(http_.get(), EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_max_headers_size(http_.get(), kMostBytesOfHeaders);
    evhttp_set_max_body_size(http_.get(), 0);
    evhttp_set_timeout(http_.get(), kSecondsForOneRequest);
    evhttp_set_gencb(http_.get(), &on_request, this);
    errno = 0;
    evhttp_bound_socket* socket =
        evhttp_bind_socket_with_handle(http_.get(), place.address.c_str(), place.port);
    if (socket == nullptr) {
      throw std::runtime_error(fmt::format("cannot listen on {}, port {}: {}", place.address,
                                           place.port,
                                           errno == 0 ? "no such address" : std::strerror(errno)));
    }
    listening_ = evhttp_bound_socket_get_fd(socket);
    stopped_.reset(event_new(base_.get(), stop_, EV_READ, &on_stop, base_.get()));
    event_add(stopped_.get(), nullptr);
  }
  ~MetricsService() {
    stopped_.reset();
    if (stop_ >= 0) close(stop_);
  }
  MetricsService(const MetricsService&) = delete;
  MetricsService& operator=(const MetricsService&) = delete;

  void serve() { event_base_dispatch(base_.get()); }

  void stop() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof one);
  }

  std::string url() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET6) {
      const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
      inet_ntop(AF_INET6, &six.sin6_addr, text, sizeof text);
      return fmt::format("http://[{}]:{}{}", text, ntohs(six.sin6_port), kPath);
    }
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &four.sin_addr, text, sizeof text);
    return fmt::format("http://{}:{}{}", text, ntohs(four.sin_port), kPath);
  }

 private:
  template <auto Free>
  struct Freed {
    template <typename Handle>
    void operator()(Handle* handle) const {
      Free(handle);
    }
  };

  static void on_stop(evutil_socket_t, short, void* base) {
    event_base_loopbreak(static_cast<event_base*>(base));
  }

  static void on_request(evhttp_request* request, void* self) noexcept {
    const char* path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    if (path == nullptr || std::string_view(path) != kPath) {
      return answer(request, kNotFound, "Not Found", kPlainText, "it is at /metrics\n");
    }
    try {
      const Dialect dialect = dialect_for(request);
      const std::string& text = static_cast<MetricsService*>(self)->texts_.text(dialect);
      answer(request, kOk, "OK", content_type(dialect), text);
    } catch (const std::exception& error) {
      answer(request, kUnavailable, "Service Unavailable", kPlainText,
             std::string(error.what()) + "\n");
    }
  }

  Texts texts_;
  int stop_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::unique_ptr<event_base, Freed<event_base_free>> base_;
  std::unique_ptr<evhttp, Freed<evhttp_free>> http_;
  std::unique_ptr<event, Freed<event_free>> stopped_;
  evutil_socket_t listening_ = -1;
};

MetricsServer::MetricsServer(const MetricsPlace& place, const std::filesystem::path& run)
    : service_(std::make_unique<MetricsService>(place, run)), url_(service_->url()) {
  // The thread inherits the mask: the signals are for who waits for the job.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  try {
    thread_ = std::thread([service = service_.get()] { service->serve(); });
  } catch (const std::system_error& error) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw std::runtime_error(error.what());
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

MetricsServer::~MetricsServer() {
  service_->stop();
  thread_.join();
}

}  // namespace flopprof::tools
