#include "profiler/flops/expression.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/flops/hand_made_call.h"

namespace flopprof::flops {
namespace {

const HandMadeCall kCall{.tensors = {{0, {4, 5}}, {2, {5, 6}}}, .numbers = {{1, 3}}};

std::int64_t value(std::string_view text, const HandMadeCall& call = kCall) {
  const Checked result = Expression(text)(call);
  return result.ok() ? result.value() : -1;
}

TEST(Expression, ReadsSizesAndNumbersOfTheArguments) {
  EXPECT_EQ(value("2 * size(0, 0) * size(0,1) * size(2,-1)"), 240);
  EXPECT_EQ(value("numel(0) + rank(2) * int(1)"), 26);
}

TEST(Expression, BindsProductsTighterThanSumsAndReadsFromTheLeft) {
  EXPECT_EQ(value("2 + 3 * 4"), 14);
  EXPECT_EQ(value("(2 + 3) * 4"), 20);
  EXPECT_EQ(value("20 - 5 - 3"), 12);
  EXPECT_EQ(value("7 / 2 * 2"), 6);
}

TEST(Expression, IsUnknownWhereTheCallHasNoSuchArgument) {
  EXPECT_EQ(value("numel(1)"), -1);
  EXPECT_EQ(value("size(0, 2)"), -1);
  EXPECT_EQ(value("size(0, -3)"), -1);
  EXPECT_EQ(value("int(0)"), -1);
  EXPECT_EQ(value("1 / 0"), -1);
  EXPECT_EQ(value("1 - 2"), -1);
}

TEST(Expression, SaysThatAValueLeft64Bits) {
  EXPECT_TRUE(Expression("9223372036854775807 + 1")(kCall).overflow());
  EXPECT_TRUE(Expression("4611686018427387904 * size(0,0)")(kCall).overflow());
}

std::string refusal(std::string_view text) {
  try {
    Expression refused(text);
    return "accepted";
  } catch (const ExpressionError& error) {
    return error.what();
  }
}

TEST(Expression, NamesTheColumnOfWhatItCannotRead) {
  EXPECT_EQ(refusal("2 * "), "expected a number, '(' or one of size, numel, rank, int at column 5");
  EXPECT_EQ(refusal("2 * volume(0)"),
            "expected a number, '(' or one of size, numel, rank, int at column 5");
  EXPECT_EQ(refusal("size(0)"), "expected ',' at column 7");
  EXPECT_EQ(refusal("(1 + 2"), "expected ')' at column 7");
  EXPECT_EQ(refusal("1 2"), "expected an operator at column 3");
  EXPECT_EQ(refusal("99999999999999999999"), "number beyond 64 bits at column 1");
  EXPECT_EQ(refusal(std::string(200, '(')), "parentheses nested too deeply at column 101");
}

TEST(ReadFormulas, TakesAFormulaALineAndSkipsComments) {
  const auto formulas =
      read_formulas("# ours\nmylib::mul = 2*numel(0)  # why\n\n other::op=1\r\n", "f.txt");
  ASSERT_EQ(formulas.size(), 2u);
  EXPECT_EQ(formulas[0].op, "mylib::mul");
  EXPECT_EQ(formulas[0].expression, "2*numel(0)");
  EXPECT_EQ(formulas[1].op, "other::op");
}

std::string file_refusal(std::string_view text) {
  try {
    read_formulas(text, "f.txt");
    return "accepted";
  } catch (const ExpressionError& error) {
    return error.what();
  }
}

TEST(ReadFormulas, NamesFileLineAndColumnOfWhatItCannotRead) {
  EXPECT_EQ(file_refusal("a::b = 1\na::c = 2 *"),
            "f.txt:2:11: expected a number, '(' or one of size, numel, rank, int");
  EXPECT_EQ(file_refusal("just words"), "f.txt:1:1: expected `library::operator = expression`");
  EXPECT_EQ(file_refusal("mul = 1"),
            "f.txt:1:1: 'mul' is no operator name; write library::operator");
}

}  // namespace
}  // namespace flopprof::flops
