#include "integrations/parquet/data_set.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "integrations/parquet/tables.h"

namespace flopprof::parquet_files {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Engines pass over files whose name begins so.
constexpr std::string_view kMark = "_flopprof.json";

void check_mark(const fs::path& folder, PartitionBy by) {
  std::ifstream file(folder / kMark);
  const json mark = json::parse(file, nullptr, false);
  if (!mark.is_object() || !mark.contains("data_set_version")) {
    throw DataSetError(fmt::format("{} is no mark of a flopprof data set; give another folder",
                                   (folder / kMark).string()));
  }
  const std::int64_t version = mark.value("data_set_version", std::int64_t{0});
  if (version != kDataSetVersion) {
    throw DataSetError(
        fmt::format("{} has version {} of the data set, this flopprof writes {}; "
                    "export into another folder",
                    folder.string(), version, kDataSetVersion));
  }
  const std::string divided = mark.value("partition_by", "");
  if (divided != name_of(by)) {
    throw DataSetError(fmt::format("{} is divided by {}; give --partition-by {}, or another folder",
                                   folder.string(), divided, divided));
  }
}

void write_mark(const fs::path& folder, PartitionBy by) {
  const fs::path unfinished = folder / fmt::format("_mark.{}", ::getpid());
  std::ofstream file(unfinished);
  file << json{{"data_set_version", kDataSetVersion}, {"partition_by", name_of(by)}}.dump() << '\n';
  file.close();
  if (!file) throw DataSetError(fmt::format("cannot write into {}", folder.string()));
  fs::rename(unfinished, folder / kMark);
}

}  // namespace

DataSet::DataSet(fs::path folder, PartitionBy by) : folder_(std::move(folder)), by_(by) {
  if (fs::exists(folder_) && !fs::is_directory(folder_)) {
    throw DataSetError(fmt::format("{} is a file; give a folder", folder_.string()));
  }
  if (fs::exists(folder_ / kMark)) {
    check_mark(folder_, by_);
    return;
  }
  if (fs::exists(folder_) && !fs::is_empty(folder_)) {
    throw DataSetError(
        fmt::format("{} holds something else; give an empty folder, one that is not "
                    "there yet, or one that flopprof exported to",
                    folder_.string()));
  }
  fs::create_directories(folder_);
  write_mark(folder_, by_);
}

RunPartition::RunPartition(const DataSet& to, std::string run)
    : to_(to),
      run_(std::move(run)),
      aside_(to.folder() / fmt::format("_unfinished.{}", ::getpid())) {}

RunPartition::~RunPartition() {
  std::error_code ignored;
  part_.reset();
  fs::remove_all(aside_, ignored);
}

void RunPartition::close_part() {
  if (!part_) return;
  part_->close();
  replaced_texts_ += part_->replaced_texts();
  part_.reset();
}

void RunPartition::append(const Table& table, const Partition& partition, const Cells& cells) {
  if (cells.size() != table.columns.size()) throw std::logic_error("a row of other columns");
  // Of the tables of runs, a row is the run.
  const PartitionBy by = is_by_process(table) ? to_.partition_by() : PartitionBy::kRun;
  const fs::path path = aside_ / "new" / table.name / folder_of(partition, by);
  if (!part_ || part_table_ != table.name || folder_of(part_of_, by) != folder_of(partition, by)) {
    close_part();
    if (!fs::create_directories(path))
      throw std::logic_error("rows of a partition that was closed");
    part_ = std::make_unique<PartFile>(path / "part-0.parquet", table, columns_in_path(by));
    part_table_ = table.name;
    part_of_ = partition;
  }
  part_->append(cells);
}

bool RunPartition::commit() {
  close_part();
  const fs::path run = folder_of({.run = run_}, PartitionBy::kRun);
  bool replaced = false;
  // `runs` goes first and comes last: whoever reads meanwhile finds no run, or all of it.
  for (const Table* table : all_tables()) {
    const fs::path old = to_.folder() / table->name / run;
    if (!fs::exists(old)) continue;
    replaced = true;
    fs::create_directories(aside_ / "old" / table->name);
    fs::rename(old, aside_ / "old" / table->name / run);
  }
  const auto tables = all_tables();
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
    const fs::path made = aside_ / "new" / (*table)->name / run;
    if (!fs::exists(made)) continue;
    fs::create_directories(to_.folder() / (*table)->name);
    fs::rename(made, to_.folder() / (*table)->name / run);
  }
  fs::remove_all(aside_);
  return replaced;
}

}  // namespace flopprof::parquet_files
