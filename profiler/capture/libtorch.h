#pragma once

#include <optional>
#include <string>

namespace flopprof::capture {

/// A LibTorch that is mapped into this process.
struct MappedLibTorch {
  std::string path;      ///< of libtorch_cpu.so
  std::string build_id;  ///< hexadecimal; empty when it has none
};

/// Nothing when no LibTorch is mapped.
std::optional<MappedLibTorch> mapped_libtorch();

/// The folder whose include/ and lib/ a libtorch_cpu.so belongs to: .../site-packages/torch, or
/// /usr.
std::string libtorch_root(const std::string& library);

/// The file name of the observer that fits a build id.
std::string observer_name(const std::string& build_id);

/// The folder that holds libflopprof.so, from the address of our own code.
std::string library_folder();

}  // namespace flopprof::capture
