#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace flopprof::to_accuracy {

/// A paper's number on arXiv, which begins with the year and month of its first submission.
struct ArxivNumber {
  std::string number;  ///< "1512.03385", without a version
  std::chrono::year_month submitted{};
};

/// The arXiv number in `link`, an address such as https://arxiv.org/abs/1512.03385v2 or
/// https://arxiv.org/pdf/1512.03385.pdf. Nothing when there is none, or one of before April 2007.
std::optional<ArxivNumber> arxiv_number_in(std::string_view link);

}  // namespace flopprof::to_accuracy
