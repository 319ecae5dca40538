#include "profiler/store/nsys_export.h"

#include <fmt/format.h>

#include <algorithm>

namespace flopprof::store {
namespace {

constexpr int kSqliteCorrupt = 11;
constexpr int kSqliteNotADatabase = 26;

constexpr std::string_view kKernels = "CUPTI_ACTIVITY_KIND_KERNEL";
constexpr std::string_view kGraphs = "CUPTI_ACTIVITY_KIND_GRAPH_TRACE";
constexpr std::string_view kLaunches = "CUPTI_ACTIVITY_KIND_RUNTIME";
constexpr std::string_view kRanges = "NVTX_EVENTS";

/// Push and pop, start and end; the other kinds are marks, names and categories.
constexpr std::string_view kEndedRange = "eventType IN (59, 60) AND end IS NOT NULL";

Database opened(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    throw DatabaseError(
        name + ": no such file; `nsys export --type sqlite REPORT.nsys-rep` makes one", 1);
  }
  if (!std::filesystem::is_regular_file(path, ignored) ||
      std::filesystem::file_size(path, ignored) == 0) {
    throw DatabaseError(name + " is a directory or empty; give what `nsys export` wrote", 1);
  }
  return {path, Database::Access::kRead};
}

[[noreturn]] void explain(const std::string& path, const DatabaseError& error) {
  const int kind = error.code & 0xff;
  if (kind == kSqliteNotADatabase) {
    throw DatabaseError(
        path + " is not an SQLite file; give what `nsys export --type sqlite` wrote", error.code);
  }
  if (kind == kSqliteCorrupt) {
    throw DatabaseError(path + " is damaged or truncated; export it again", error.code);
  }
  throw error;
}

/// A copy that broke off still opens; only the pages that it lacks say so.
void check_whole(const std::string& path, const Database& database) {
  Statement pages =
      database.prepare("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  pages.step();
  if (pages.integer(0) > static_cast<std::int64_t>(std::filesystem::file_size(path))) {
    throw DatabaseError(path + " is damaged or truncated; export it again", kSqliteCorrupt);
  }
}

}  // namespace

NsysExport::NsysExport(const std::filesystem::path& path)
    : path_(path.string()), export_(opened(path)) {
  try {
    check_whole(path_, export_);
    if (!has("StringIds") || (!has(kKernels) && !has(kGraphs) && !has(kRanges))) {
      throw DatabaseError(path_ +
                              " holds neither kernels nor NVTX ranges of Nsight Systems; capture "
                              "with `nsys profile --trace=cuda,nvtx`, then `nsys export --type "
                              "sqlite`",
                          1);
    }
    for (const std::string_view column : {"start", "end", "deviceId"}) {
      if (has(kKernels)) require(kKernels, column);
    }
  } catch (const DatabaseError& error) {
    explain(path_, error);
  }
}

bool NsysExport::has(std::string_view table) const {
  Statement found =
      export_.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?");
  return found.bind(0, table).step();
}

bool NsysExport::has(std::string_view table, std::string_view column) const {
  Statement found = export_.prepare("SELECT 1 FROM pragma_table_info(?) WHERE name = ?");
  return found.bind(0, table).bind(1, column).step();
}

std::string NsysExport::column_or(std::string_view table, std::string_view column,
                                  std::string_view otherwise) const {
  return std::string(has(table, column) ? column : otherwise);
}

void NsysExport::require(std::string_view table, std::string_view column) const {
  if (has(table, column)) return;
  throw DatabaseError(fmt::format("{}: its table {} has no column {}; export it with a newer nsys",
                                  path_, table, column),
                      1);
}

std::string NsysExport::kernel_rows() const {
  std::string name = "NULL";
  for (const std::string_view column : {"mangledName", "shortName", "demangledName"}) {
    if (has(kKernels, column)) name = fmt::format("coalesce({}, {})", column, name);
  }
  return fmt::format(
      "SELECT rowid AS number, {} / 0x1000000 AS process, deviceId AS device, {} AS name, 0 AS"
      " graph, start, end, {} AS correlation FROM {}",
      column_or(kKernels, "globalPid", "0"), name, column_or(kKernels, "correlationId", "NULL"),
      kKernels);
}

std::string NsysExport::graph_rows() const {
  return fmt::format(
      "SELECT -rowid AS number, {} / 0x1000000 AS process, {} AS device, NULL AS name, 1 AS graph,"
      " start, end, {} AS correlation FROM {}",
      column_or(kGraphs, "globalPid", "0"), column_or(kGraphs, "deviceId", "0"),
      column_or(kGraphs, "correlationId", "NULL"), kGraphs);
}

void NsysExport::each_kernel(const std::function<void(const NsysKernel&)>& take) const {
  if (!has(kKernels) && !has(kGraphs)) return;
  std::string rows = has(kKernels) ? kernel_rows() : graph_rows();
  if (has(kKernels) && has(kGraphs)) rows += " UNION ALL " + graph_rows();
  const bool joined = has(kLaunches, "correlationId") && has(kLaunches, "start");
  const std::string tid = column_or(kLaunches, "globalTid", "0");
  // Correlation ids are counted by each process for itself. min() also picks the row whose thread
  // is given.
  const std::string launches =
      joined ? fmt::format(
                   "SELECT k.*, min(r.start) AS launched_at, r.thread FROM ({}) k LEFT JOIN (SELECT"
                   " start, correlationId, {} AS thread FROM {}) r ON r.correlationId ="
                   " k.correlation AND (k.process = 0 OR r.thread = 0 OR r.thread / 0x1000000 ="
                   " k.process) GROUP BY k.number",
                   rows, tid, kLaunches)
             : fmt::format("SELECT k.*, NULL AS launched_at, 0 AS thread FROM ({}) k", rows);
  Statement row = export_.prepare(
      fmt::format("SELECT process, device, StringIds.value, graph, start, end, launched_at, thread "
                  "FROM ({}) l LEFT JOIN StringIds ON StringIds.id = l.name "
                  "ORDER BY process, launched_at, start",
                  launches));
  while (row.step()) {
    NsysKernel kernel{.process = row.integer(0),
                      .device = row.integer(1),
                      .name = std::string(row.text(2)),
                      .whole_graph = row.integer(3) != 0,
                      .started_at = row.integer(4),
                      .ended_at = row.integer(5),
                      .launch_thread = row.integer(7)};
    if (kernel.whole_graph) kernel.name = "CUDA graph, whole";
    if (!row.is_null(6)) kernel.launched_at = row.integer(6);
    take(kernel);
  }
}

std::string NsysExport::range_names() const {
  const std::string text = has(kRanges, "textId")
                               ? fmt::format(
                                     "coalesce({}, (SELECT value FROM StringIds WHERE id = "
                                     "textId))",
                                     column_or(kRanges, "text", "NULL"))
                               : column_or(kRanges, "text", "NULL");
  return fmt::format("SELECT {} AS name, {} AS thread, start, end FROM {} WHERE {}", text,
                     column_or(kRanges, "globalTid", "0"), kRanges, kEndedRange);
}

std::vector<NsysRange> NsysExport::ranges(std::string_view name) const {
  if (!has(kRanges)) {
    throw DatabaseError(
        path_ + " holds no NVTX ranges; capture with `nsys profile --trace=cuda,nvtx`", 1);
  }
  for (const std::string_view column : {"start", "end", "eventType"}) require(kRanges, column);
  const bool prefix = name.ends_with('*');
  const std::string_view wanted = prefix ? name.substr(0, name.size() - 1) : name;
  Statement row = export_.prepare(
      fmt::format("SELECT thread / 0x1000000, thread, start, end FROM ({}) WHERE {} = ?1 "
                  "ORDER BY 1, start, end DESC",
                  range_names(), prefix ? "substr(name, 1, length(?1))" : "name"));
  row.bind(0, wanted);
  std::vector<NsysRange> ranges;
  while (row.step()) {
    ranges.push_back({.process = row.integer(0),
                      .thread = row.integer(1),
                      .began_at = row.integer(2),
                      .ended_at = row.integer(3)});
  }
  if (!ranges.empty()) return ranges;
  Statement common = export_.prepare(fmt::format(
      "SELECT name FROM ({}) WHERE name <> '' GROUP BY name ORDER BY count(*) DESC, name LIMIT 5",
      range_names()));
  std::string names;
  while (common.step()) names += (names.empty() ? "" : ", ") + std::string(common.text(0));
  throw DatabaseError(
      fmt::format("{} has no NVTX range named '{}'{}", path_, name,
                  names.empty() ? "; it has none that ended" : "; the most frequent are: " + names),
      1);
}

std::vector<NsysProcess> NsysExport::processes() const {
  std::string ids;
  for (const std::string_view table : {kKernels, kGraphs}) {
    if (!has(table)) continue;
    ids += fmt::format("{}SELECT {} / 0x1000000 AS process FROM {}", ids.empty() ? "" : " UNION ",
                       column_or(table, "globalPid", "0"), table);
  }
  if (has(kRanges, "globalTid")) {
    ids += fmt::format("{}SELECT globalTid / 0x1000000 FROM {} WHERE globalTid IS NOT NULL",
                       ids.empty() ? "" : " UNION ", kRanges);
  }
  const bool named = has("PROCESSES", "globalPid") && has("PROCESSES", "name");
  Statement row = export_.prepare(fmt::format(
      "SELECT process, process % 0x1000000, {} FROM ({}) i WHERE process IS NOT NULL ORDER BY 1",
      named ? "(SELECT name FROM PROCESSES WHERE globalPid / 0x1000000 = i.process)" : "''", ids));
  std::vector<NsysProcess> processes;
  while (row.step()) {
    processes.push_back(
        {.process = row.integer(0), .pid = row.integer(1), .name = std::string(row.text(2))});
  }
  return processes;
}

std::vector<GpuDevice> NsysExport::devices(std::int64_t pid) const {
  if (!has("TARGET_INFO_GPU", "id") || !has("TARGET_INFO_GPU", "name")) return {};
  const std::string uuid = column_or("TARGET_INFO_GPU", "uuid", "''");
  std::string query = fmt::format("SELECT id, name, {} FROM TARGET_INFO_GPU", uuid);
  // CUDA_VISIBLE_DEVICES renumbers the devices of a process; this table undoes it.
  if (has("TARGET_INFO_CUDA_DEVICE", "gpuId") && has("TARGET_INFO_CUDA_DEVICE", "cudaId")) {
    query = fmt::format(
        "SELECT c.cudaId, g.name, {} FROM TARGET_INFO_CUDA_DEVICE c JOIN TARGET_INFO_GPU g ON g.id"
        " = c.gpuId WHERE {}",
        has("TARGET_INFO_GPU", "uuid") ? "g.uuid" : "''",
        has("TARGET_INFO_CUDA_DEVICE", "pid")
            ? fmt::format("c.pid = {} OR NOT EXISTS (SELECT 1 FROM TARGET_INFO_CUDA_DEVICE WHERE "
                          "pid = {})",
                          pid, pid)
            : "1");
  }
  std::vector<GpuDevice> devices;
  Statement row = export_.prepare(query);
  while (row.step()) {
    devices.push_back({.device = row.integer(0),
                       .name = std::string(row.text(1)),
                       .uuid = std::string(row.text(2))});
  }
  return devices;
}

}  // namespace flopprof::store
