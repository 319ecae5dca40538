#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flopprof {

/// "rank 3", "ranks 0, 2 to 5 and 9": ranks in order, runs of them drawn together; what is beyond
/// some dozen runs is told as "others".
inline std::string rank_list(const std::vector<std::int64_t>& ranks) {
  constexpr std::size_t kMostRuns = 16;
  std::vector<std::string> runs;
  for (std::size_t first = 0; first < ranks.size() && runs.size() <= kMostRuns;) {
    std::size_t last = first;
    while (last + 1 < ranks.size() && ranks[last + 1] == ranks[last] + 1) ++last;
    std::string run = std::to_string(ranks[first]);
    if (last > first) {
      run.append(last > first + 1 ? " to " : ", ");
      run.append(std::to_string(ranks[last]));
    }
    runs.push_back(run);
    first = last + 1;
  }
  if (runs.size() > kMostRuns) runs.back() = "others";
  std::string list = ranks.size() == 1 ? "rank " : "ranks ";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i > 0) list.append(i + 1 == runs.size() ? " and " : ", ");
    list.append(runs[i]);
  }
  return list;
}

}  // namespace flopprof
