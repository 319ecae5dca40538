#include "profiler/store/activity_reader.h"

#include "profiler/store/rows.h"
#include "profiler/store/run_file.h"

namespace flopprof::store {
namespace {

ActivityTotal activity_of(const Row& row) {
  return {.host = row.text("host"),
          .name = row.text("name"),
          .uuid = row.text("uuid"),
          .sums = {.device = row.integer("device"),
                   .watched_ns = row.integer("watched_ns"),
                   .sm_ns = row.maybe_integer("sm_ns"),
                   .tensor_ns = row.integer("tensor_ns"),
                   .tensor_integer_ns = row.maybe_integer("tensor_integer_ns"),
                   .tensor_fp64_ns = row.maybe_integer("tensor_fp64_ns"),
                   .fp64_ns = row.maybe_integer("fp64_ns"),
                   .fp32_ns = row.maybe_integer("fp32_ns"),
                   .fp16_ns = row.maybe_integer("fp16_ns"),
                   .tensor_cycles = row.maybe_integer("tensor_cycles"),
                   .tensor_fp64_cycles = row.maybe_integer("tensor_fp64_cycles")},
          .steps_ns = row.integer("steps_ns")};
}

}  // namespace

std::vector<ActivityTotal> read_activity(const Database& run) {
  if (schema_version(run) < kFirstSchemaWithActivity) return {};
  return rows_of(run, "SELECT * FROM gpu_activity_total ORDER BY host, device, uuid", activity_of);
}

}  // namespace flopprof::store
