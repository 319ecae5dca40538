#include "profiler/to_accuracy/entry_openai.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace flopprof::to_accuracy {
namespace {

constexpr std::size_t kColumns = 8;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <typename Number>
std::optional<Number> whole(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<std::chrono::year_month_day> date_in(std::string_view text) {
  const auto parts = split(text, '/');
  if (parts.size() != 3) return {};
  const auto month = whole<unsigned>(parts[0]);
  const auto day = whole<unsigned>(parts[1]);
  const auto year = whole<int>(parts[2]);
  if (!month || !day || !year) return {};
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return {};
  return date;
}

std::string cell(std::string_view name, const std::string& text) {
  if (text.find_first_of(",\"\r\n") != std::string::npos) {
    throw EntryError(fmt::format(
        "{} '{}' needs quotes, and efficiency_sota.csv has none: leave out commas, quotes and "
        "line ends (in a link: %2C)",
        name, text));
  }
  return text;
}

std::string in_table(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

std::string linked(const std::string& text, const std::string& link) {
  return link.empty() ? in_table(text) : fmt::format("[{}]({})", in_table(text), link);
}

}  // namespace

std::optional<LowEnvelope> low_envelope(std::string_view csv, std::string_view level,
                                        std::chrono::year_month_day date) {
  std::optional<LowEnvelope> lowest;
  std::size_t number = 0;
  for (std::string_view line : split(csv, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number++ == 0 || line.empty()) continue;
    const auto cells = split(line, ',');
    const auto row_date = cells.size() == kColumns ? date_in(cells[1]) : std::nullopt;
    const auto compute = cells.size() == kColumns ? whole<double>(cells[4]) : std::nullopt;
    if (!row_date || !compute) {
      throw EntryError(fmt::format(
          "line {} is no row of efficiency_sota.csv: eight cells, an existing date M/D/YYYY and a "
          "number of tf-s/days",
          number));
    }
    if (cells[0] != level || *row_date > date || (lowest && lowest->tfs_days <= *compute)) continue;
    lowest = {
        .tfs_days = *compute, .publication = std::string(cells[2]), .date = std::string(cells[1])};
  }
  return lowest;
}

bool is_state_of_the_art(const EntryNumbers& numbers, const std::optional<LowEnvelope>& envelope) {
  return !numbers.nominal && envelope &&
         tfs_days(numbers.flops, numbers.convention) < envelope->tfs_days;
}

std::string openai_date(std::chrono::year_month_day date) {
  return fmt::format("{}/{}/{}", static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), static_cast<int>(date.year()));
}

double reduction_factor(const EntryWords& words, const EntryNumbers& numbers) {
  return level_of(words).baseline_tfs_days / tfs_days(numbers.flops, numbers.convention);
}

std::string openai_row(const EntryWords& words, const EntryNumbers& numbers) {
  return fmt::format("{},{},{},{},{},{},{},{}", words.level, openai_date(words.date),
                     cell("publication", words.publication), cell("link", words.link),
                     two_digits(tfs_days(numbers.flops, numbers.convention)),
                     two_digits(reduction_factor(words, numbers)), cell("analysis", words.analysis),
                     cell("analysis link", words.analysis_link));
}

std::string readme_row(const EntryWords& words, const EntryNumbers& numbers) {
  return fmt::format("| {}|{}|{}|{}| {}|", linked(words.publication, words.link),
                     two_digits(tfs_days(numbers.flops, numbers.convention)),
                     two_digits(reduction_factor(words, numbers)),
                     linked(words.analysis, words.analysis_link), openai_date(words.date));
}

}  // namespace flopprof::to_accuracy
