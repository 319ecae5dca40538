#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "profiler/to_accuracy/entry_append.h"
#include "profiler/to_accuracy/entry_epoch.h"
#include "profiler/to_accuracy/entry_openai.h"

using namespace flopprof::to_accuracy;

namespace {

const std::filesystem::path& scratch() {
  static const auto path =
      std::filesystem::temp_directory_path() / ("flopprof-fuzz-" + std::to_string(::getpid()));
  return path;
}

std::string contents() {
  std::ifstream file(scratch(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Behind the header stand the fuzzer's bytes.
void append_to(const std::string& before) {
  std::ofstream(scratch(), std::ios::binary) << before;
  const std::chrono::year_month_day date{std::chrono::year(2019), std::chrono::month(5),
                                         std::chrono::day(28)};
  try {
    const DataSetFile file = read_data_set(scratch(), kOpenaiHeader, "\r\n", Quoting::kNone);
    low_envelope(file.bytes, "AlexNet", date);
    append_row(file, "AlexNet,5/28/2019,a,,1,3.1,flopprof,");
    if (!contents().starts_with(before) || contents().size() <= before.size()) std::abort();
  } catch (const EntryError&) {
    if (contents() != before) std::abort();
  }
}

}  // namespace

/// A file is either refused and left alone, or grows at its end; a row always reads back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  append_to(text);
  append_to(std::string(kOpenaiHeader) + "\r\n" + text);
  std::size_t commas = 0;
  bool quoted = false;
  for (const char c : epoch_row({{"Model", text}, {"Abstract", text}})) {
    quoted = quoted != (c == '"');
    commas += c == ',' && !quoted;
  }
  if (commas + 1 != kEpochColumns || quoted) std::abort();
  return 0;
}
