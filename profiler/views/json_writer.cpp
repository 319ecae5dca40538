#include "profiler/views/json_writer.h"

#include <nlohmann/json.hpp>

namespace flopprof::views {

JsonWriter& JsonWriter::key(std::string_view key) {
  separate();
  write_string(key);
  out_ << ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::null() {
  separate();
  out_ << "null";
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  separate();
  out_ << value;
  return *this;
}

JsonWriter& JsonWriter::flops(Flops value) {
  separate();
  out_ << digits_of(value);
  return *this;
}

JsonWriter& JsonWriter::real(double value) {
  separate();
  out_ << nlohmann::json(value).dump();
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  separate();
  write_string(value);
  return *this;
}

JsonWriter& JsonWriter::value(const Value& value) {
  if (const auto* number = std::get_if<Flops>(&value)) return flops(*number);
  if (const auto* count = std::get_if<Count>(&value)) return integer(count->count);
  if (const auto* seconds = std::get_if<Seconds>(&value)) return real(seconds->seconds);
  if (const auto* share = std::get_if<Share>(&value)) return real(share->share);
  if (const auto* number = std::get_if<Number>(&value)) return real(number->number);
  if (const auto* name = std::get_if<Name>(&value)) return text(name->name);
  if (const auto* word = std::get_if<Word>(&value)) return text(word->word);
  return null();
}

JsonWriter& JsonWriter::row(const Fields& row) {
  begin_object();
  for (const Field& field : row) key(field.key).value(field.value);
  return end_object();
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ << bracket;
  levels_.push_back({});
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) new_line();
  out_ << bracket;
  if (levels_.empty()) out_ << '\n';
  return *this;
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  if (!levels_.back().empty) out_ << ',';
  levels_.back().empty = false;
  new_line();
}

void JsonWriter::new_line() { out_ << '\n' << std::string(levels_.size() * 2, ' '); }

void JsonWriter::write_string(std::string_view value) {
  out_ << nlohmann::json(value).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace flopprof::views
