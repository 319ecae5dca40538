#include "integrations/parquet/part_file.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/util/utf8.h>
#include <parquet/arrow/writer.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace flopprof::parquet_files {
namespace {

constexpr std::int64_t kRowsInMemory = 65'536;
constexpr int kDigits = 38;    // what 128 bits hold
constexpr int kPeakScale = 6;  // leaves 32 digits, and a double above 2^33 comes back as it was

std::shared_ptr<arrow::DataType> type_of(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return arrow::utf8();
    case Kind::kInteger:
      return arrow::int64();
    case Kind::kFlops:
      return arrow::decimal128(kDigits, 0);
    case Kind::kPeak:
      return arrow::decimal128(kDigits, kPeakScale);
    case Kind::kReal:
      return arrow::float64();
    case Kind::kTruth:
      return arrow::boolean();
    case Kind::kTime:
      return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  }
  throw std::logic_error("a column of no kind");
}

/// As the report's JSON has it.
std::string replaced(const std::string& text) {
  using nlohmann::json;
  return json::parse(json(text).dump(-1, ' ', true, json::error_handler_t::replace));
}

arrow::Decimal128 decimal_of(Flops flops) {
  return {static_cast<std::int64_t>(flops.count >> 64), static_cast<std::uint64_t>(flops.count)};
}

template <typename Builder>
Builder& as(arrow::ArrayBuilder& builder) {
  return static_cast<Builder&>(builder);
}

}  // namespace

struct PartFile::Writer {
  std::string path;
  std::vector<std::optional<Kind>> kinds;  ///< nothing: the column is left out
  std::shared_ptr<arrow::Schema> schema;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders;
  std::shared_ptr<arrow::io::FileOutputStream> out;
  std::unique_ptr<parquet::arrow::FileWriter> file;
  std::int64_t rows = 0;

  void check(const arrow::Status& status) const {
    if (!status.ok()) throw ArrowError(path + ": " + status.ToString());
  }
  template <typename Value>
  Value take(arrow::Result<Value> result) const {
    check(result.status());
    return std::move(result).ValueUnsafe();
  }
  void write_rows() {
    if (rows == 0) return;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const auto& builder : builders) {
      if (builder) arrays.push_back(take(builder->Finish()));
    }
    check(file->WriteTable(*arrow::Table::Make(schema, arrays, rows), rows));
    rows = 0;
  }
};

PartFile::PartFile(const std::filesystem::path& path, const Table& table,
                   const std::vector<std::string_view>& left_out)
    : writer_(std::make_unique<Writer>()) {
  Writer& writer = *writer_;
  writer.path = path.string();
  arrow::util::InitializeUTF8();
  arrow::FieldVector fields;
  for (const Column& column : table.columns) {
    const bool kept = std::find(left_out.begin(), left_out.end(), column.name) == left_out.end();
    writer.kinds.push_back(kept ? std::optional(column.kind) : std::nullopt);
    writer.builders.push_back(kept ? writer.take(arrow::MakeBuilder(type_of(column.kind)))
                                   : nullptr);
    if (!kept) continue;
    fields.push_back(
        arrow::field(std::string(column.name), type_of(column.kind), true,
                     arrow::key_value_metadata({"description"}, {std::string(column.meaning)})));
  }
  writer.schema = arrow::schema(fields);
  writer.out = writer.take(arrow::io::FileOutputStream::Open(writer.path));
  const auto properties =
      parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
  const auto keep_schema = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  writer.file = writer.take(parquet::arrow::FileWriter::Open(
      *writer.schema, arrow::default_memory_pool(), writer.out, properties, keep_schema));
}

PartFile::~PartFile() = default;

void PartFile::append(std::size_t column, const Cell& cell) {
  if (!writer_->kinds[column]) return;
  arrow::ArrayBuilder& to = *writer_->builders[column];
  if (std::holds_alternative<std::monostate>(cell)) return writer_->check(to.AppendNull());
  switch (*writer_->kinds[column]) {
    case Kind::kText: {
      const std::string& text = std::get<std::string>(cell);
      const bool valid = arrow::util::ValidateUTF8(text);
      if (!valid) ++replaced_texts_;
      return writer_->check(as<arrow::StringBuilder>(to).Append(valid ? text : replaced(text)));
    }
    case Kind::kInteger:
      return writer_->check(as<arrow::Int64Builder>(to).Append(std::get<std::int64_t>(cell)));
    case Kind::kFlops:
      return writer_->check(
          as<arrow::Decimal128Builder>(to).Append(decimal_of(std::get<Flops>(cell))));
    case Kind::kPeak:
      return writer_->check(as<arrow::Decimal128Builder>(to).Append(
          writer_->take(arrow::Decimal128::FromReal(std::get<double>(cell), kDigits, kPeakScale))));
    case Kind::kReal:
      return writer_->check(as<arrow::DoubleBuilder>(to).Append(std::get<double>(cell)));
    case Kind::kTruth:
      return writer_->check(as<arrow::BooleanBuilder>(to).Append(std::get<bool>(cell)));
    case Kind::kTime:
      return writer_->check(
          as<arrow::TimestampBuilder>(to).Append(std::get<std::int64_t>(cell) / 1000));
  }
}

void PartFile::append(const Cells& cells) {
  for (std::size_t column = 0; column < cells.size(); ++column) append(column, cells[column]);
  if (++writer_->rows == kRowsInMemory) writer_->write_rows();
}

void PartFile::close() {
  writer_->write_rows();
  writer_->check(writer_->file->Close());
  writer_->check(writer_->out->Close());
}

}  // namespace flopprof::parquet_files
