// How fast a metrics CSV of a million rows is read, and in how much memory.

#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "integrations/accuracy_logs/accuracy_log.h"

namespace {

constexpr int kRows = 1'000'000;

/// About 94 bytes a row, as a logger with a dozen columns writes it.
class MetricsFile {
 public:
  MetricsFile()
      : path_(std::filesystem::temp_directory_path() /
              ("flopprof_bench_" + std::to_string(::getpid()) + ".csv")) {
    std::FILE* file = std::fopen(path_.c_str(), "w");
    std::fputs("epoch,step,loss,lr,grad_norm,tokens,seconds,memory,top1,top5,note\n", file);
    for (int i = 0; i < kRows; ++i) {
      std::fprintf(file, "%d,%d,%.8f,%.8f,%.8f,%d,%.6f,%d,%.4f,%.4f,\"a, b\"\n", i / 1000, i,
                   1.0 / (i + 1), 0.1, 3.5, i * 2048, 0.25 * i, 123456789, 50 + i % 40 * 0.5,
                   70 + i % 40 * 0.25);
    }
    std::fclose(file);
  }
  ~MetricsFile() { std::filesystem::remove(path_); }
  MetricsFile(const MetricsFile&) = delete;
  MetricsFile& operator=(const MetricsFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void BM_ReadAMillionRows(benchmark::State& state) {
  const MetricsFile file;
  std::size_t points = 0;
  for (auto _ : state) {
    points = 0;
    flopprof::accuracy_logs::read_log(file.path(), "csv", {.metric = "top5"},
                                      [&](const auto&) { ++points; });
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(file.path()));
  state.SetBytesProcessed(state.iterations() * bytes);
  state.counters["points"] = static_cast<double>(points);
  state.counters["peak_MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}
BENCHMARK(BM_ReadAMillionRows)->Unit(benchmark::kMillisecond);

}  // namespace
