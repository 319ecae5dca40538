#include "profiler/to_accuracy/published.h"

#include <array>
#include <cctype>

#include "kEfficiencySotaCsv.h"
#include "kPapersCsv.h"
#include "kPublishedCsv.h"
#include "kTable3Csv.h"

namespace flopprof::to_accuracy {
namespace {

/// The columns of data/published.csv and of data/papers.csv.
enum PublishedColumn : std::size_t {
  kLevel,
  kPublication,
  kAnalysis,
  kEpochs,
  kGmacs,
  kOperations,
  kExact
};
enum PaperColumn : std::size_t { kName, kArxiv };

std::string letters_and_digits(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte)) kept += static_cast<char>(std::tolower(byte));
  }
  return kept;
}

std::optional<PrintedFigure> figure_if_any(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return printed_figure(text);
}

}  // namespace

std::optional<CsvTable> shipped_data_set(std::string_view name) {
  if (name == "table3") return csv_table(kTable3Csv);
  if (name == "openai") return csv_table(kEfficiencySotaCsv);
  return std::nullopt;
}

std::optional<PublishedParts> published_parts(std::string_view level, std::string_view publication,
                                              std::string_view analysis) {
  static const CsvTable table = csv_table(kPublishedCsv);
  for (const CsvRecord& record : table.rows) {
    const auto& fields = record.fields;
    if (fields[kLevel] != level || fields[kAnalysis] != analysis) continue;
    if (letters_and_digits(fields[kPublication]) != letters_and_digits(publication)) continue;
    return PublishedParts{.epochs = figure_if_any(fields[kEpochs]),
                          .gmacs_per_image = figure_if_any(fields[kGmacs]),
                          .operations = figure_if_any(fields[kOperations]),
                          .exact_gmacs_per_image = figure_if_any(fields[kExact])};
  }
  return std::nullopt;
}

std::string arxiv_number_of_title(std::string_view title) {
  static const CsvTable table = csv_table(kPapersCsv);
  const std::string wanted = letters_and_digits(title);
  std::string number;
  std::size_t longest = 0;  // "ShuffleNet v2" is not "ShuffleNet", though it begins with it
  for (const CsvRecord& record : table.rows) {
    const std::string name = letters_and_digits(record.fields[kName]);
    if (name.size() > longest && wanted.starts_with(name)) {
      longest = name.size();
      number = record.fields[kArxiv];
    }
  }
  return number;
}

}  // namespace flopprof::to_accuracy
