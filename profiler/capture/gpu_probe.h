#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flopprof::capture {

struct ProbedDevice {
  std::string name;
  int major = 0;  ///< compute capability
  int minor = 0;
};

/// What NVIDIA's driver says of itself.
struct ProbedDriver {
  bool found = false;
  std::string error;     ///< why it is not found, or does not start; empty: it works
  int cuda_version = 0;  ///< 13000 for 13.0: the newest that it serves; 0: not known
  std::vector<ProbedDevice> devices;
};

/// A copy of the profiling library.
struct ProbedCupti {
  bool found = false;
  std::string error;  ///< why it is not found
  std::string path;   ///< as the dynamic linker found it
  std::uint32_t api_version = 0;
  int cuda_major = 0;  ///< of the toolkit that it belongs to; 0: not known
};

// Both open the library and ask it; neither makes a context or uses a GPU. A library stays open,
// for NVIDIA's do not come out of a process again.

/// `library`: a path, or a name that the dynamic linker finds.
ProbedDriver probe_driver(const std::string& library);

/// The first of `libraries` that opens and is not newer than the driver; else the first that opens.
/// `driver_version`: 13000 for 13.0; 0: not known.
ProbedCupti probe_cupti(const std::vector<std::string>& libraries, int driver_version);

/// The toolkit's major version, of what cuptiGetVersion says; 0: not known.
int cuda_major_of(std::uint32_t api_version);

}  // namespace flopprof::capture
