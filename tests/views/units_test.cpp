#include "profiler/views/units.h"

#include <gtest/gtest.h>

namespace flopprof::views {
namespace {

TEST(Units, FlopsHaveThePrefixThatLeavesOneToThreeDigits) {
  EXPECT_EQ(flops_text({999}), "999 FLOP");
  EXPECT_EQ(flops_text({1000}), "1.00 KFLOP");
  EXPECT_EQ(flops_text({12'345'678}), "12.3 MFLOP");
  EXPECT_EQ(flops_text({999'999}), "1.00 MFLOP");
  EXPECT_EQ(flops_text({9'998}), "10.0 KFLOP");
  EXPECT_EQ(flops_text(flops_from("314000000000000000000000").value()), "314.0 ZFLOP");
}

TEST(Units, IntegersAreGroupedInThousands) {
  EXPECT_EQ(grouped(std::int64_t{999}), "999");
  EXPECT_EQ(grouped(std::int64_t{-1234567}), "-1,234,567");
  EXPECT_EQ(grouped(Flops{static_cast<unsigned __int128>(18'446'744'073'709'551'615ULL) + 1}),
            "18,446,744,073,709,551,616");
}

TEST(Units, SecondsHaveTheUnitOfTheirSize) {
  EXPECT_EQ(seconds_text(0), "0 s");
  EXPECT_EQ(seconds_text(1.5e-6), "1.5 us");
  EXPECT_EQ(seconds_text(0.0123), "12.3 ms");
  EXPECT_EQ(seconds_text(12.344), "12.34 s");
  EXPECT_EQ(seconds_text(125), "2 min 05 s");
  EXPECT_EQ(seconds_text(7380), "2 h 03 min");
}

TEST(Units, ARateNeedsTime) {
  EXPECT_EQ(rate_text({1'000'000}, 0.5), "2.00 MFLOP/s");
  EXPECT_EQ(rate_text({1'000'000}, 0), "-");
}

TEST(Units, TimesAreIso8601InUtc) {
  EXPECT_EQ(iso_time(1'767'323'045'123'000'000), "2026-01-02T03:04:05.123Z");
}

TEST(NumberText, KeepsThreeDigitsAndEveryWholeOne) {
  EXPECT_EQ(number_text(0.4466), "0.447");
  EXPECT_EQ(number_text(5.12), "5.12");
  EXPECT_EQ(number_text(300.04), "300");
  EXPECT_EQ(number_text(999.7), "1,000");
  EXPECT_EQ(number_text(1368.4), "1,368");
  EXPECT_EQ(number_text(0), "0");
}

}  // namespace
}  // namespace flopprof::views
