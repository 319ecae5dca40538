#include "profiler/to_accuracy/printed_figure.h"

#include <gtest/gtest.h>

#include "profiler/to_accuracy/field_error.h"

namespace flopprof::to_accuracy {
namespace {

TEST(PrintedFigure, KnowsHowFarItsLastDigitIsRounded) {
  EXPECT_DOUBLE_EQ(printed_figure("3.1").half_unit, 0.05);
  EXPECT_DOUBLE_EQ(printed_figure("0.069").half_unit, 0.0005);
  EXPECT_DOUBLE_EQ(printed_figure("17").half_unit, 0.5);
  EXPECT_DOUBLE_EQ(printed_figure("4.7e17").half_unit, 5e15);
  EXPECT_DOUBLE_EQ(printed_figure("6.7e+22").half_unit, 5e20);
}

TEST(PrintedFigure, KeepsWhatWasPrinted) {
  EXPECT_EQ(printed_figure("2.00").printed, "2.00");
  EXPECT_DOUBLE_EQ(printed_figure("2.00").value, 2);
}

TEST(PrintedFigure, RefusesWhatIsNoNumberAboveZero) {
  for (const char* text : {"", "0", "-1", "nan", "inf", "1e999", "1e-310", "1e-40", "1e61", "3.1x",
                           "1,620", " 3", "three"}) {
    EXPECT_THROW(printed_figure(text), FieldError) << text;
  }
}

}  // namespace
}  // namespace flopprof::to_accuracy
