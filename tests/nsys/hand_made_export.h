#pragma once

#include <filesystem>
#include <string>

#include "profiler/store/database.h"

namespace flopprof::testing {

/// An Nsight Systems export with what a test puts into it. Process 5 has the serialised id 5 << 24,
/// its thread 1 the id (5 << 24) + 1.
class HandMadeExport {
 public:
  explicit HandMadeExport(const std::filesystem::path& path)
      : export_(path, store::Database::Access::kCreate) {
    export_.execute(R"sql(
      CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
      INSERT INTO StringIds VALUES (1, 'gemm<float>(int)'), (2, 'gemm'), (3, 'step'), (4, 'relu');
    )sql");
  }
  void execute(const std::string& sql) { export_.execute(sql); }

  /// Two steps of process 5, [1000, 2000) and [2000, 3000). Step 0 launches two kernels that
  /// overlap by 10 ns, of which one runs when step 1 has begun; step 1 launches none; one is
  /// launched after.
  void fill() {
    execute(R"sql(
      CREATE TABLE CUPTI_ACTIVITY_KIND_KERNEL (start INTEGER, end INTEGER, deviceId INTEGER,
        correlationId INTEGER, globalPid INTEGER, demangledName INTEGER, shortName INTEGER);
      INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL VALUES
        (1100, 1200, 0, 11, 83886080, 1, 2), (1190, 2300, 0, 12, 83886080, 4, 4),
        (3200, 3230, 0, 13, 83886080, 1, 2);
      CREATE TABLE CUPTI_ACTIVITY_KIND_RUNTIME (start INTEGER, end INTEGER, globalTid INTEGER,
        correlationId INTEGER, nameId INTEGER);
      INSERT INTO CUPTI_ACTIVITY_KIND_RUNTIME VALUES (1010, 1020, 83886081, 11, 2),
        (1990, 1999, 83886082, 12, 2), (3100, 3110, 83886081, 13, 2),
        (2100, 2110, 100663297, 11, 2);  -- another process's, with the same number
      CREATE TABLE NVTX_EVENTS (start INTEGER, end INTEGER, eventType INTEGER, text TEXT,
        globalTid INTEGER, textId INTEGER);
      INSERT INTO NVTX_EVENTS VALUES (1000, 2000, 59, NULL, 83886081, 3),
        (2000, 3000, 60, 'step', 83886081, NULL), (1500, 1600, 59, 'step 12', 83886081, NULL),
        (1500, NULL, 34, 'step', 83886081, NULL);
    )sql");
  }
  void describe_gpus() {
    execute(R"sql(
      CREATE TABLE TARGET_INFO_GPU (id INTEGER, name TEXT, uuid TEXT);
      INSERT INTO TARGET_INFO_GPU VALUES (0, 'Example GPU', 'GPU-a'), (7, 'Other GPU', 'GPU-b');
      CREATE TABLE TARGET_INFO_CUDA_DEVICE (gpuId INTEGER, cudaId INTEGER, pid INTEGER);
      INSERT INTO TARGET_INFO_CUDA_DEVICE VALUES (7, 0, 5), (0, 0, 6);
    )sql");
  }

 private:
  store::Database export_;
};

}  // namespace flopprof::testing
