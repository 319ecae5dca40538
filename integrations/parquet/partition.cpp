#include "integrations/parquet/partition.h"

#include <fmt/format.h>

#include "integrations/parquet/data_set.h"

namespace flopprof::parquet_files {
namespace {

constexpr std::size_t kLongestName = 255;  // bytes, of one folder in Linux's file systems
constexpr std::string_view kNoValue = "__HIVE_DEFAULT_PARTITION__";

bool stands_for_itself(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

std::string folder(std::string_view key, std::string_view value) {
  std::string name = fmt::format("{}=", key);
  for (const char c : value) {
    if (stands_for_itself(c)) {
      name += c;
    } else {
      name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (value.empty()) name += kNoValue;
  if (name.size() <= kLongestName) return name;
  throw DataSetError(
      fmt::format("the {} '{}…' of {} bytes is too long for a folder's name; "
                  "--partition-by run keeps it inside the files",
                  key, value.substr(0, 40), value.size()));
}

}  // namespace

std::string_view name_of(PartitionBy by) {
  return by == PartitionBy::kRun ? "run" : by == PartitionBy::kHost ? "host" : "rank";
}

std::vector<std::string_view> columns_in_path(PartitionBy by) {
  if (by == PartitionBy::kRun) return {"run"};
  if (by == PartitionBy::kHost) return {"run", "host"};
  return {"run", "host", "rank"};
}

std::filesystem::path folder_of(const Partition& partition, PartitionBy by) {
  std::filesystem::path path = folder("run", partition.run);
  if (by == PartitionBy::kRun) return path;
  path /= folder("host", partition.host);
  if (by == PartitionBy::kHost) return path;
  return path / folder("rank", partition.rank ? std::to_string(*partition.rank) : "");
}

}  // namespace flopprof::parquet_files
