#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "profiler/store/run_file.h"

namespace flopprof::testing {

/// 2026-01-02T03:04:05Z
inline constexpr std::int64_t kSampleBegan = 1'767'323'045'000'000'000;

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "flopprof_test_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A run that has a row of `run` alone, on a host that is not this one.
inline store::Database empty_run(const std::filesystem::path& path, std::int64_t launcher_pid = 0) {
  return store::create_run(path,
                           {.run_id = "sample",
                            .command = {"python", "train.py", "--name", "it's"},
                            .directory = "/jobs",
                            .host = "trainbox",
                            .started_at_ns = kSampleBegan},
                           launcher_pid);
}

/// Ten seconds: five steps of which steps 0 and 2 were counted, 1 and 3 are like them, and 4 is
/// like none; an evaluation; work outside any step; an operator without a formula; a fault.
inline void fill_sample(store::Database& run) {
  run.execute(R"sql(
    INSERT INTO process VALUES (1, 4242, 4241, 99, 'trainbox', '["python","train.py"]',
      1767323045100000000, 1767323054900000000, 1767323054900000000, 0, 0, 1, 'w', '2.5.0',
      'Example CPU @ 2 GHz', 'optimizer', 1000, 500.0, 20000000);
    INSERT INTO StringIds VALUES (1, ''), (2, 'aten::mm'), (3, 'aten::convolution_backward'),
      (4, 'aten::lstm'), (5, 'net.0|fc');
    INSERT INTO step VALUES (1, 0, 1, 100000000, 1000000000, 1000000000, 7),
      (1, 1, 1, 1100000000, 1100000000, NULL, NULL),
      (1, 2, 1, 2200000000, 1200000000, 1000000002, 7),
      (1, 3, 1, 3400000000, 1300000000, NULL, NULL),
      (1, 4, 2, 4700000000, 2000000000, NULL, NULL);
    INSERT INTO op_work VALUES (1, 1, 'forward', 5, 2, 0, 4, 0, 600000002, 0, 200000000),
      (1, 1, 'backward', 5, 3, 0, 2, 0, 1400000000, 500, 300000000),
      (1, 1, 'forward', 1, 4, 0, 2, 2, 0, 0, 1000000),
      (1, -1, 'evaluation', 5, 2, 0, 3, 0, 300, 0, 5000000),
      (1, -1, 'forward', 1, 2, 0, 1, 0, 77, 0, 1000);
    INSERT INTO fault VALUES (1, 'formula overflow', 2, 1767323046000000000, 'aten::mm',
      'report the shapes');
  )sql");
  store::end_run(run, kSampleBegan + 10'000'000'000, "exited", 0);
}

/// On top of the sample, two GPUs: steps 0 and 1 ran kernels, 2 ran none, records of 3 are missing,
/// 4 was not added up; a kernel outside steps.
inline void fill_gpu_sample(store::Database& run) {
  run.execute(R"sql(
    INSERT INTO gpu_device VALUES (1, 0, 'Example GPU', 'GPU-a'), (1, 1, 'Example GPU', 'GPU-b');
    INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns) VALUES
      (1, 0, 0, 10, 500000000, 400000000),
      (1, 0, 1, 10, 500000000, 300000000),
      (1, 1, 0, 10, 600000000, 600000000),
      (1, 2, -1, 0, 0, 0),
      (1, 3, 0, 5, 100000000, 100000000), (1, 3, -1, 0, 0, NULL),
      (1, -1, 0, 3, 30000000, 30000000);
    INSERT INTO StringIds VALUES (6, 'gemm'), (7, 'a|kernel');
    INSERT INTO kernel_work VALUES (1, 6, 1, 20, 1200000000), (1, 7, 1, 10, 400000000),
      (1, 7, 0, 3, 30000000);
  )sql");
}

/// Nine steps of a second each on two GPUs that count fp32 and tensor_bf16. Steps 0 to 3 have
/// signature 10: 0 was traced, 1 was counted in one class and 3 in both, 2 was left alone. Steps 4
/// to 6 have signature 20, whose work depends on the data: 4 was traced, 5 counted but for fp32 of
/// one GPU. Step 7 has signature 30, which nobody looked at; step 8 launched nothing. Between steps
/// were two intervals of signature 10 and one of 30. Model FLOPs were counted in every step.
inline void fill_executed_sample(store::Database& run) {
  run.execute(R"sql(
    INSERT INTO process VALUES (1, 4242, 4241, 99, 'trainbox', '["python","train.py"]',
      1767323045100000000, 1767323054900000000, 1767323054900000000, 0, 0, 1, 'w', '2.5.0',
      'Example CPU @ 2 GHz', 'optimizer', 1000, 500.0, 20000000);
    INSERT INTO StringIds VALUES (1, ''), (2, 'aten::mm'), (3, 'aten::lstm'),
      (4, 'sm90_xmma_gemm_bf16'), (5, 'vectorized_elementwise_kernel');
    INSERT INTO step VALUES (1, 0, 0, 0, 1000000000, 100000000000000, 7),
      (1, 1, 0, 1000000000, 1000000000, 100000000000000, 7),
      (1, 2, 0, 2000000000, 1000000000, 100000000000000, 7),
      (1, 3, 0, 3000000000, 1000000000, 100000000000000, 7),
      (1, 4, 0, 4000000000, 1000000000, 160000000000000, 8),
      (1, 5, 0, 5000000000, 1000000000, 160000000000000, 8),
      (1, 6, 0, 6000000000, 1000000000, 160000000000000, 8),
      (1, 7, 0, 7000000000, 1000000000, 160000000000000, 9),
      (1, 8, 0, 8000000000, 1000000000, 0, 6);
    INSERT INTO op_work VALUES (1, 0, 'forward', 1, 2, 0, 8, 0, 340000000000000, 0, 200000000),
      (1, 0, 'backward', 1, 2, 0, 16, 0, 700000000000000, 0, 300000000),
      (1, 0, 'forward', 1, 3, 0, 4, 4, 0, 0, 1000000);
    INSERT INTO gpu_device VALUES (1, 0, 'NVIDIA H100 80GB HBM3', 'GPU-a'),
      (1, 1, 'NVIDIA H100 80GB HBM3', 'GPU-b');
    INSERT INTO step_launches VALUES (1, 0, 10, 20, 1), (1, 1, 10, 20, 2), (1, 2, 10, 20, 0),
      (1, 3, 10, 20, 2), (1, 4, 20, 6, 1), (1, 5, 20, 6, 2), (1, 6, 20, 6, 0), (1, 7, 30, 7, 0),
      (1, 8, 40, 0, 0);
    INSERT INTO outside_launches VALUES (1, 10, 2, 2), (1, 30, 1, 1);
    INSERT INTO gpu_step (process, step, device, kernels, kernel_ns, busy_ns, copies, copy_ns, copied_bytes)
      VALUES (1, 0, 0, 10, 500000000, 400000000, 2, 10000000, 1000),
      (1, 0, 1, 10, 500000000, 300000000, 0, 0, 0),
      (1, 4, 0, 6, 700000000, 600000000, 0, 0, 0);
    INSERT INTO executed_signature VALUES (1, 10, 0, 1, 1000000000000, 1, 0, 0, 0),
      (1, 10, 0, 7, 50000000000000, 2, 0, 0, 0),
      (1, 10, 1, 1, 1000000000000, 1, 0, 0, 0),
      (1, 10, 1, 7, 50000000000000, 2, 0, 0, 0),
      (1, 20, 0, 1, 2000000000000, 2, 0, 0, 0),
      (1, 20, 0, 7, 80000000000000, 4, 0.1, 1, 5000000000000),
      (1, 20, 1, 1, 2000000000000, 2, 0, 0, 0),
      (1, 20, 1, 7, 80000000000000, 4, 0.1, 1, 3000000000000);
    INSERT INTO executed_step (process, step, device, fp32_flops, tensor_bf16_flops) VALUES
      (1, 1, 0, NULL, 50000000000000), (1, 1, 1, NULL, 50000000000000),
      (1, 3, 0, 1030000000000, 50010000000000), (1, 3, 1, 1000000000000, 50000000000000),
      (1, 5, 0, 2000000000000, 84000000000000), (1, 5, 1, NULL, 79000000000000);
    INSERT INTO kernel_work VALUES (1, 4, 1, 16, 1500000000), (1, 5, 1, 10, 200000000),
      (1, 5, 0, 3, 30000000);
    INSERT INTO op_gpu_work VALUES (1, 2, 'forward', 1, 6, 500000000),
      (1, 2, 'backward', 1, 10, 1000000000), (1, 1, 'optimizer', 1, 10, 200000000),
      (1, 1, 'other', 0, 3, 30000000);
  )sql");
  store::end_run(run, kSampleBegan + 10'000'000'000, "exited", 0);
}

}  // namespace flopprof::testing
