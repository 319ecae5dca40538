#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/record/fault.h"
#include "profiler/record/gpu_work.h"
#include "profiler/store/database.h"

namespace flopprof::store {

/// A kernel of an Nsight Systems export, or a whole CUDA graph where the capture kept no more.
/// Times are the capture's, nanoseconds since its start.
struct NsysKernel {
  std::int64_t process = 0;  ///< the serialised id without its thread; 0: not known
  std::int64_t device = 0;
  std::string name;
  bool whole_graph = false;
  std::int64_t started_at = 0;
  std::int64_t ended_at = 0;
  std::optional<std::int64_t> launched_at;  ///< nothing: the export has no record of the launch
  std::int64_t launch_thread = 0;
};

/// An NVTX range that ended.
struct NsysRange {
  std::int64_t process = 0;
  std::int64_t thread = 0;
  std::int64_t began_at = 0;
  std::int64_t ended_at = 0;
};

struct NsysProcess {
  std::int64_t process = 0;
  std::int64_t pid = 0;
  std::string name;
};

struct NsysCapture {
  std::string version;  ///< of Nsight Systems; empty: not said
  std::string schema;   ///< "3.25.0"
  std::vector<std::string> command;
  std::string directory;
  std::string host;
  std::string cpu_name;
  std::int64_t started_at_ns = 0;  ///< CLOCK_REALTIME; 0: not said
  std::int64_t duration_ns = 0;    ///< 0: not said
};

/// What `nsys export --type sqlite` wrote. Its tables are made lazily and its columns differ
/// between versions, so all are looked up.
class NsysExport {
 public:
  /// Throws DatabaseError: no such file, not SQLite, cut off, not such an export.
  explicit NsysExport(const std::filesystem::path& path);

  NsysCapture capture() const;
  /// Those that ran kernels or have ranges.
  std::vector<NsysProcess> processes() const;
  /// The devices of one process that the export describes.
  std::vector<GpuDevice> devices(std::int64_t pid) const;

  /// Ranges of this name, or with a `*` at its end of all names that begin so; by process, then in
  /// the order in which they began. Throws DatabaseError naming what there is when there is none.
  std::vector<NsysRange> ranges(std::string_view name) const;
  /// In flat memory: by process, in the order of their launches, those without one first.
  void each_kernel(const std::function<void(const NsysKernel&)>& take) const;

  /// What the export lacks or says went wrong in the capture.
  std::vector<Fault> faults() const;

 private:
  bool has(std::string_view table) const;
  bool has(std::string_view table, std::string_view column) const;
  std::string column_or(std::string_view table, std::string_view column,
                        std::string_view otherwise) const;
  void require(std::string_view table, std::string_view column) const;
  std::string kernel_rows() const;
  std::string graph_rows() const;
  std::string range_names() const;
  std::optional<std::string> value_of(const std::string& table, const std::string& name) const;

  std::string path_;
  Database export_;
};

}  // namespace flopprof::store
