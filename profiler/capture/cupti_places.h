#pragma once

#include <string>
#include <vector>

namespace flopprof::capture {

/// What tells, around a process, where copies of the profiling library may be.
struct CuptiSurroundings {
  std::vector<std::string> mapped;           ///< paths of the libraries that it has loaded
  std::vector<std::string> search_path;      ///< LD_LIBRARY_PATH
  std::vector<std::string> toolkits;         ///< folders of CUDA toolkits
  std::vector<std::string> python_packages;  ///< folders that hold `nvidia`, where pip puts wheels
};

/// This process's: its libraries, CUDA_HOME and CUDA_PATH, its Python's packages.
CuptiSurroundings cupti_surroundings();

/// Where a job's collector looks for the profiling library where none is loaded, best first: the
/// driver's major version before older ones; of each the one in the search path, the toolkit's that
/// is named, the loader's, the one in the usual place, and the wheel beside the job's own.
/// `driver_version`: 13000 for 13.0; 0: not known.
std::vector<std::string> cupti_candidates(int driver_version,
                                          const CuptiSurroundings& surroundings);

/// Whether a library of this version does not work with the driver, being newer than it.
/// `cuda_major`: 0: not known.
bool is_newer_than_driver(int cuda_major, int driver_version);

}  // namespace flopprof::capture
