#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/flops/checked.h"

namespace flopprof::flops {

/// A formula that a user wrote is wrong. `column` is counted from 1.
struct ExpressionError : std::runtime_error {
  ExpressionError(const std::string& message, std::size_t at_column)
      : std::runtime_error(message), column(at_column) {}
  std::size_t column;
};

/// A user's formula for an operator: integers, + - * / ( ), and of the call's arguments, counted
/// from 0: size(argument, dimension), numel(argument), rank(argument), int(argument). A negative
/// dimension counts from the end.
class Expression {
 public:
  /// Throws ExpressionError.
  explicit Expression(std::string_view text);

  /// The value for one call; unknown where an argument is not what the formula takes it for.
  template <class A>
  Checked operator()(const A& call) const;

 private:
  enum class Kind : std::uint8_t {
    kNumber,
    kSize,
    kNumel,
    kRank,
    kInt,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide
  };
  struct Code {
    Kind kind;
    std::int64_t a = 0;
    std::int64_t b = 0;
  };
  class Parser;

  template <class A>
  static Checked leaf(const Code& code, const A& call);

  std::vector<Code> code_;  // postfix
};

template <class A>
Checked Expression::leaf(const Code& code, const A& call) {
  const int argument = static_cast<int>(code.a);
  if (code.kind == Kind::kNumber) return code.a;
  if (code.kind == Kind::kInt) return call.integer(argument);
  if (!call.has(argument)) return Checked::unknown();
  const Sizes sizes = call.sizes(argument);
  const auto rank = static_cast<std::int64_t>(sizes.size());
  if (code.kind == Kind::kNumel) return product(sizes);
  if (code.kind == Kind::kRank) return rank;
  const std::int64_t dimension = code.b < 0 ? code.b + rank : code.b;
  if (dimension < 0 || dimension >= rank) return Checked::unknown();
  return sizes[static_cast<std::size_t>(dimension)];
}

template <class A>
Checked Expression::operator()(const A& call) const {
  std::vector<Checked> stack;
  for (const Code& code : code_) {
    if (code.kind < Kind::kAdd) {
      stack.push_back(leaf(code, call));
      continue;
    }
    const Checked right = stack.back();
    stack.pop_back();
    Checked& left = stack.back();
    if (code.kind == Kind::kAdd) left += right;
    if (code.kind == Kind::kSubtract) left -= right;
    if (code.kind == Kind::kMultiply) left *= right;
    if (code.kind == Kind::kDivide) left /= right;
  }
  const Checked result = stack.back();
  return result.ok() && result.value() < 0 ? Checked::unknown() : result;
}

/// One line of a formula file: `mylib::my_op = 2 * numel(0) * size(1, -1)  # why`.
struct UserFormula {
  std::string op;
  std::string expression;
};

/// Reads a formula file: a formula a line, `#` comments. Throws ExpressionError whose message
/// begins with `name:line:column`.
std::vector<UserFormula> read_formulas(std::string_view text, std::string_view name);

}  // namespace flopprof::flops
