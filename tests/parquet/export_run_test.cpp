#include "integrations/parquet/export_run.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>

#include <fstream>
#include <iterator>

#include "integrations/parquet/tables.h"
#include "tests/support/sample_run.h"

namespace flopprof::parquet_files {
namespace {

namespace fs = std::filesystem;

/// A Parquet file, whole, in memory.
class Read {
 public:
  explicit Read(const fs::path& path) {
    auto file = arrow::io::ReadableFile::Open(path.string()).ValueOrDie();
    auto reader = parquet::arrow::OpenFile(file, arrow::default_memory_pool()).ValueOrDie();
    table_ = reader->ReadTable().ValueOrDie();
  }
  std::int64_t rows() const { return table_->num_rows(); }
  /// As Arrow prints it; "null" where there is nothing.
  std::string cell(const std::string& column, std::int64_t row = 0) const {
    const auto values = table_->GetColumnByName(column);
    if (!values) return "no such column";
    return values->GetScalar(row).ValueOrDie()->ToString();
  }
  std::string type(const std::string& column) const {
    return table_->GetColumnByName(column)->type()->ToString();
  }

 private:
  std::shared_ptr<arrow::Table> table_;
};

class ExportRun : public ::testing::Test {
 protected:
  Exported into(PartitionBy by, const ExportRequest& request = {}) {
    return export_run(folder_ / "run.db", DataSet(folder_ / "set", by), request);
  }
  fs::path set(const std::string& path) const { return folder_ / "set" / path; }
  Read read(const std::string& path) const { return Read(set(path) / "part-0.parquet"); }
  void two_ranks_of_two_gpus() {
    testing::fill_executed_sample(run_);
    run_.execute(R"sql(
      INSERT INTO process SELECT 2, 4243, parent_pid, start_ticks, host, command, started_at_ns,
        last_written_at_ns, ended_at_ns, 1, 1, world_size, world, libtorch, cpu_name, step_source,
        callbacks, callback_ns, 5000000 FROM process;
      INSERT INTO step SELECT 2, step, step_class, began_after_ns, wall_ns + 500000000, model_flops + 1,
        signature FROM step WHERE step < 8;
      INSERT INTO op_work VALUES (2, 0, 'forward', 1, 2, 0, 8, 0, 1040000000000008, 0, 1000);
      INSERT INTO gpu_device VALUES (2, 0, 'NVIDIA H100 80GB HBM3', 'GPU-b');
      INSERT INTO step_launches SELECT 2, step, signature, launches, look FROM step_launches WHERE step < 8;
      INSERT INTO gpu_step VALUES (2, 0, 0, 10, 500000000, 350000000, 0, 0, 0, 0, 0);
    )sql");
  }
  testing::TemporaryFolder folder_;
  store::Database run_ = testing::empty_run(folder_ / "run.db");
};

TEST_F(ExportRun, LaysOneFolderARankBelowRunAndHost) {
  testing::fill_sample(run_);
  const Exported done = into(PartitionBy::kRank);
  EXPECT_EQ(done.run, "sample");
  EXPECT_EQ(done.processes, 1);
  EXPECT_FALSE(done.replaced);
  const Read ranks = read("ranks/run=sample/host=trainbox/rank=0");
  EXPECT_EQ(ranks.rows(), 1);
  EXPECT_EQ(ranks.cell("host"), "no such column");
  EXPECT_EQ(ranks.cell("model_flops"), "4000000004");  // 2000000002 in 2 of 4 steps
  EXPECT_EQ(ranks.type("model_flops"), "decimal128(38, 0)");
  EXPECT_EQ(ranks.cell("model_flops_source"), "extrapolated");
  EXPECT_EQ(ranks.cell("executed_flops"), "null");
  EXPECT_EQ(ranks.cell("executed_flops_source"), "none");
  EXPECT_EQ(read("steps/run=sample/host=trainbox/rank=0").rows(), 5);
  EXPECT_EQ(read("operators/run=sample/host=trainbox/rank=0").rows(), 5);
  EXPECT_FALSE(fs::exists(set("kernels")));
}

TEST_F(ExportRun, DividedByRunKeepsHostAndRankInTheFiles) {
  testing::fill_sample(run_);
  into(PartitionBy::kRun);
  const Read ranks = read("ranks/run=sample");
  EXPECT_EQ(ranks.cell("host"), "trainbox");
  EXPECT_EQ(ranks.cell("rank"), "0");
  EXPECT_EQ(ranks.cell("run"), "no such column");
}

TEST_F(ExportRun, TheRowOfARunIsTheHeadOfItsReport) {
  testing::fill_executed_sample(run_);
  into(PartitionBy::kRank);
  const Read run = read("runs/run=sample");
  EXPECT_EQ(run.cell("model_flops"), "1040000000000000");
  // Signature 10: steps 0, 2 have its mean of 102 T, 1 too, 3 its own 102.04 T; signature 20, of
  // which an H100 has no more than the mean of 164 T, in 4 and 6, and 167 T in 5; step 8 launched
  // nothing.
  EXPECT_EQ(run.cell("executed_flops"), "903040000000000");
  EXPECT_EQ(run.cell("gpu_ns"), "4600000000");         // 4 steps of 0.7 s, 3 of 0.6 s
  EXPECT_EQ(run.cell("allocated_ns"), "18000000000");  // 9 s of 2 GPUs
  EXPECT_EQ(run.cell("peak_class"), "tensor_bf16");
  EXPECT_EQ(run.cell("peak_flops_per_second"), "9.894e+14");
  EXPECT_EQ(run.cell("mfu_peak_flops"), "17809200000000000.000000");  // 18 s of it
  EXPECT_EQ(run.cell("hfu_peak_flops"), "15830400000000000.000000");  // 16 s: step 7 is not known
  EXPECT_EQ(run.cell("generated"), "false");
  EXPECT_EQ(run.cell("project"), "null");
  EXPECT_EQ(run.cell("run_schema"), "4");
}

TEST_F(ExportRun, RanksAddUpToTheirRun) {
  two_ranks_of_two_gpus();
  into(PartitionBy::kRun);
  const Read run = read("runs/run=sample");
  const Read ranks = read("ranks/run=sample");
  ASSERT_EQ(ranks.rows(), 2);
  EXPECT_EQ(ranks.cell("model_flops", 0), "1040000000000000");
  EXPECT_EQ(ranks.cell("model_flops", 1), "1040000000000008");
  EXPECT_EQ(run.cell("model_flops"), "2080000000000008");
  EXPECT_EQ(ranks.cell("gpu_ns", 0), "4600000000");
  EXPECT_EQ(ranks.cell("gpu_ns", 1), "1400000000");  // 4 steps like its traced one
  EXPECT_EQ(run.cell("gpu_ns"), "6000000000");
  // Nothing of rank 1 was counted, so only step 8 is known on all ranks: rank 0's alone.
  EXPECT_EQ(ranks.cell("executed_flops", 0), "0");
  EXPECT_EQ(ranks.cell("executed_flops", 1), "null");
  EXPECT_EQ(run.cell("executed_flops"), "0");
  // GPU-b is used by both, and is the first one's. Rank 1's 8 steps of 1.5 s are the slowest.
  EXPECT_EQ(ranks.cell("devices", 0), "2");
  EXPECT_EQ(ranks.cell("devices", 1), "0");
  EXPECT_EQ(ranks.cell("allocated_ns", 0), "24000000000");
  EXPECT_EQ(run.cell("allocated_ns"), "24000000000");
}

TEST_F(ExportRun, FlopsBeyond64BitsKeepEveryDigit) {
  testing::fill_sample(run_);
  run_.execute(
      "UPDATE op_work SET model_flops = 9223372036854775807 WHERE phase IN ('forward', "
      "'backward')");
  into(PartitionBy::kRun);
  // Three rows of it, twice each; the fourth forward row belongs to no step.
  EXPECT_EQ(read("runs/run=sample").cell("model_flops"), "55340232221128654842");
  EXPECT_EQ(read("ranks/run=sample").cell("model_flops"), "55340232221128654842");
}

TEST_F(ExportRun, LabelsOfTheRunGiveWayToThoseOfTheExport) {
  run_.execute(
      "INSERT INTO run_label VALUES ('project', 'vision'), ('user', 'ada'), ('team', 'x')");
  into(PartitionBy::kRun, {.labels = {{"project", "speech"}, {"model", "resnet50"}}});
  const Read run = read("runs/run=sample");
  EXPECT_EQ(run.cell("project"), "speech");
  EXPECT_EQ(run.cell("model"), "resnet50");
  EXPECT_EQ(run.cell("user"), "ada");
  EXPECT_EQ(run.cell("labels"),
            R"({"model":"resnet50","project":"speech","team":"x","user":"ada"})");
}

TEST_F(ExportRun, TheSameRunAgainTakesThePlaceOfTheFirst) {
  testing::fill_executed_sample(run_);
  into(PartitionBy::kRank);
  run_.execute("DELETE FROM kernel_work; UPDATE process SET host = 'other'");
  EXPECT_TRUE(into(PartitionBy::kRank).replaced);
  EXPECT_FALSE(fs::exists(set("kernels/run=sample")));
  EXPECT_FALSE(fs::exists(set("ranks/run=sample/host=trainbox")));
  EXPECT_EQ(read("ranks/run=sample/host=other/rank=0").rows(), 1);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "set"), {}),
            6);  // 5 tables and the mark
}

TEST_F(ExportRun, ARunWithoutStepsIsARow) {
  const Exported done = into(PartitionBy::kRank);
  EXPECT_EQ(done.steps, 0);
  EXPECT_EQ(read("runs/run=sample").cell("steps"), "0");
  EXPECT_EQ(read("runs/run=sample").cell("mfu"), "null");
  EXPECT_FALSE(fs::exists(set("ranks")));
}

TEST_F(ExportRun, HostileNamesStandInFilesAsTheyAreAndInPathsEncoded) {
  const std::string hostile = "'\"</script>\\\n\x1b[31m=%/" + std::string(10'000, 'x');
  testing::fill_sample(run_);
  run_.prepare("UPDATE StringIds SET value = ? WHERE id = 2").bind(0, hostile).run();
  run_.prepare("UPDATE process SET host = ?").bind(0, "a/b=c%\n'").run();
  into(PartitionBy::kRank);
  const Read operators = read("operators/run=sample/host=a%2Fb%3Dc%25%0A%27/rank=0");
  bool found = false;
  for (std::int64_t row = 0; row < operators.rows(); ++row) {
    found |= operators.cell("op", row) == hostile;
  }
  EXPECT_TRUE(found);
}

TEST_F(ExportRun, BytesThatAreNoUtf8AreReplacedAndToldOf) {
  testing::fill_sample(run_);
  run_.prepare("UPDATE StringIds SET value = ? WHERE id = 4")
      .bind(0,
            "a\xff"
            "b")
      .run();
  EXPECT_EQ(into(PartitionBy::kRun).replaced_texts, 1);
  EXPECT_EQ(read("operators/run=sample").cell("op", 3),
            "a\xef\xbf\xbd"
            "b");
}

TEST_F(ExportRun, AHostTooLongForAFolderIsRefusedAndNothingIsLeft) {
  testing::fill_sample(run_);
  run_.prepare("UPDATE process SET host = ?").bind(0, std::string(10'000, 'h')).run();
  EXPECT_THROW(into(PartitionBy::kRank), DataSetError);
  EXPECT_FALSE(fs::exists(set("runs")));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "set"), {}), 1);
  fs::remove_all(folder_ / "set");
  into(PartitionBy::kRun);
  EXPECT_EQ(read("ranks/run=sample").rows(), 1);
}

TEST_F(ExportRun, AProcessOnItsOwnHasNoRank) {
  testing::fill_sample(run_);
  run_.execute("UPDATE process SET rank = NULL");
  into(PartitionBy::kRank);
  EXPECT_EQ(read("ranks/run=sample/host=trainbox/rank=__HIVE_DEFAULT_PARTITION__").rows(), 1);
}

TEST_F(ExportRun, AFolderOfSomethingElseIsLeftAlone) {
  fs::create_directory(folder_ / "set");
  std::ofstream(folder_ / "set" / "thesis.txt") << "mine";
  EXPECT_THROW(into(PartitionBy::kRank), DataSetError);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "set"), {}), 1);
}

TEST_F(ExportRun, ADataSetIsDividedInOneWay) {
  into(PartitionBy::kRank);
  try {
    into(PartitionBy::kRun);
    FAIL();
  } catch (const DataSetError& error) {
    EXPECT_NE(std::string(error.what()).find("is divided by rank"), std::string::npos);
  }
}

TEST_F(ExportRun, GpuTimeOfSchemaTwoIsRefusedRatherThanLost) {
  testing::fill_sample(run_);
  testing::fill_gpu_sample(run_);
  run_.execute("PRAGMA user_version = 2");
  EXPECT_THROW(into(PartitionBy::kRank), DataSetError);
}

TEST(Schema, IsWhatThePageSays) {
  std::ifstream page(FLOPPROF_SCHEMA_PAGE);
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  for (const Table* table : all_tables()) {
    EXPECT_NE(text.find("## `" + std::string(table->name) + "`"), std::string::npos) << table->name;
    for (const Column& column : table->columns) {
      EXPECT_NE(text.find("| `" + std::string(column.name) + "` |"), std::string::npos)
          << column.name;
      EXPECT_NE(text.find(column.meaning), std::string::npos) << column.meaning;
    }
  }
}

}  // namespace
}  // namespace flopprof::parquet_files
