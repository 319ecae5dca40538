#include "bench/gpu/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace flopprof::gpu {

using nlohmann::json;

void check(cudaError_t error, const char* call) {
  if (error == cudaSuccess) return;
  throw Refused(
      fmt::format("{}: {} ({})", call, cudaGetErrorString(error), static_cast<int>(error)));
}

void ask(const std::string& question, const std::string& name, const std::function<json()>& work) {
  json answer = {{"question", question}, {"case", name}};
  const double took = microseconds_of([&] {
    try {
      answer.update(work());
    } catch (const std::exception& error) {
      answer["failed"] = error.what();
      cudaGetLastError();  // the next case is not to find this one's
    }
  });
  answer["seconds"] = took / 1e6;
  std::puts(answer.dump(-1, ' ', false, json::error_handler_t::replace).c_str());
  std::fflush(stdout);
}

json spread_of(std::vector<double> values) {
  if (values.empty()) return nullptr;
  std::sort(values.begin(), values.end());
  return {{"median", values[values.size() / 2]},
          {"min", values.front()},
          {"max", values.back()},
          {"repeats", values.size()}};
}

double microseconds_of(const std::function<void()>& work) {
  const auto began_at = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began_at)
      .count();
}

}  // namespace flopprof::gpu
