#include "profiler/to_accuracy/arxiv_number.h"

#include <gtest/gtest.h>

namespace flopprof::to_accuracy {
namespace {

using namespace std::chrono_literals;

TEST(ArxivNumberIn, ReadsTheMonthOfSubmission) {
  const auto paper = arxiv_number_in("https://arxiv.org/abs/1512.03385");
  ASSERT_TRUE(paper);
  EXPECT_EQ(paper->number, "1512.03385");
  EXPECT_EQ(paper->submitted, 2015y / 12);
}

TEST(ArxivNumberIn, TakesVersionsAndPdfsAndShortNumbers) {
  EXPECT_EQ(arxiv_number_in("http://arxiv.org/pdf/1409.4842v1.pdf")->number, "1409.4842");
  EXPECT_EQ(arxiv_number_in("https://www.arxiv.org/abs/2005.04305v2")->number, "2005.04305");
}

TEST(ArxivNumberIn, IsNothingForOtherLinks) {
  EXPECT_FALSE(arxiv_number_in(""));
  EXPECT_FALSE(arxiv_number_in("https://papers.nips.cc/paper/4824-imagenet.pdf"));
  EXPECT_FALSE(arxiv_number_in("https://arxiv.org/abs/cs/0501001"));
  EXPECT_FALSE(arxiv_number_in("https://arxiv.org/abs/1513.03385")) << "no month 13";
  EXPECT_FALSE(arxiv_number_in("https://arxiv.org/abs/1512.033856"));
}

}  // namespace
}  // namespace flopprof::to_accuracy
