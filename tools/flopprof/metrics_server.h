#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

namespace flopprof::tools {

/// Where `flopprof run --metrics-port` listens.
struct MetricsPlace {
  std::string address = "127.0.0.1";  ///< a name, or a literal of either family
  std::uint16_t port = 0;             ///< 0: any that is free
};

class MetricsService;

/// The metrics of one run over HTTP, from a thread of this process, until this object ends. The
/// thread takes no signal. GET /metrics answers with OpenMetrics, or with Prometheus's older text
/// where the Accept header asks for that alone; a run that cannot be read is a 503 that says why.
class MetricsServer {
 public:
  /// Listens from here on. Throws std::runtime_error: nothing can listen there.
  MetricsServer(const MetricsPlace& place, const std::filesystem::path& run);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  /// "http://127.0.0.1:9464/metrics", with the port that was chosen.
  const std::string& url() const { return url_; }

 private:
  std::unique_ptr<MetricsService> service_;
  std::string url_;
  std::thread thread_;
};

}  // namespace flopprof::tools
