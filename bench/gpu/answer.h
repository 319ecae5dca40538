#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace flopprof::gpu {

/// A call that was refused, named with what was said.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws Refused, naming `call`.
void check(cudaError_t error, const char* call);

/// Asks one case of a question and prints one line of JSON: what `work` found, how long it took, or
/// which call was refused. The next case is asked whatever became of this one.
void ask(const std::string& question, const std::string& name,
         const std::function<nlohmann::json()>& work);

/// {"median": …, "min": …, "max": …, "repeats": …}; null of nothing.
nlohmann::json spread_of(std::vector<double> values);

/// Microseconds that `work` takes on the host.
double microseconds_of(const std::function<void()>& work);

}  // namespace flopprof::gpu
