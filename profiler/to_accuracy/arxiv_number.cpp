#include "profiler/to_accuracy/arxiv_number.h"

#include <regex>

namespace flopprof::to_accuracy {

std::optional<ArxivNumber> arxiv_number_in(std::string_view link) {
  static const std::regex pattern(R"(arxiv\.org/(?:abs|pdf|html)/((\d\d)(\d\d)\.\d{4,5})(?!\d))",
                                  std::regex::icase);
  std::match_results<std::string_view::const_iterator> match;
  if (!std::regex_search(link.begin(), link.end(), match, pattern)) return std::nullopt;
  const std::chrono::year_month submitted{
      std::chrono::year(2000 + std::stoi(match[2].str())),
      std::chrono::month(static_cast<unsigned>(std::stoi(match[3].str())))};
  if (!submitted.ok()) return std::nullopt;
  return ArxivNumber{.number = match[1].str(), .submitted = submitted};
}

}  // namespace flopprof::to_accuracy
