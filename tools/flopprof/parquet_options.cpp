#include "tools/flopprof/parquet_options.h"

namespace flopprof::tools {

void add_parquet_options(CLI::App& command, ParquetOptions& options) {
  command
      .add_option("--partition-by", options.partition_by,
                  "parquet: rank: a file for each rank, in folders of run, host and rank; host, "
                  "run: fewer and larger files")
      ->check(CLI::IsMember({"run", "host", "rank"}))
      ->capture_default_str();
  command
      .add_option("--label", options.labels,
                  "parquet: NAME=VALUE, over what the run was labelled with: project, model, user")
      ->allow_extra_args(false);
  command.add_option("--peak", options.peak_class,
                     "parquet: the class whose peak MFU and HFU are shares of, such as "
                     "tensor_bf16; by default that in which most was executed");
  command
      .add_option("--peaks", options.peaks,
                  "parquet: sheet: data sheets' peaks, or measured ones of GPUs in none; measured: "
                  "those of `flopprof calibrate` first")
      ->check(CLI::IsMember({"sheet", "measured"}))
      ->capture_default_str();
  command
      .add_option("--accuracy", options.logs,
                  "parquet: the accuracy log, one a run, in the order of the runs")
      ->allow_extra_args(false);
  command.add_option("--metric", options.metric, "parquet: its metric, such as top5");
  command.add_option("--target", options.target, "parquet: the accuracy to reach, in percent");
  command
      .add_option("--tolerance", options.tolerance,
                  "parquet: points below the target that count as reached")
      ->check(CLI::NonNegativeNumber);
}

}  // namespace flopprof::tools
