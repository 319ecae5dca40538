#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "profiler/doctor/machine.h"

namespace flopprof::doctor {

/// Where to look; the defaults are this machine.
struct Places {
  std::filesystem::path root = "/";  ///< holds proc/ and opt/
  std::string driver = "libcuda.so.1";
  std::vector<std::string> cupti;            ///< empty: where a job's collector looks
  std::vector<std::string> python_packages;  ///< folders of them, of the job's Python
  std::string management = "libnvidia-ml.so.1";
  std::filesystem::path prefix;  ///< of our installation
  std::filesystem::path folder;  ///< where run.db would be
};

/// All of a machine but its environment, its LibTorchs and its Python.
Machine look(const Places& places);

}  // namespace flopprof::doctor
