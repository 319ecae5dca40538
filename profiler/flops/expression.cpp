#include "profiler/flops/expression.h"

#include <charconv>

namespace flopprof::flops {

/// Recursive descent; `depth` bounds the recursion that a hostile text could ask for.
class Expression::Parser {
 public:
  Parser(std::string_view text, std::vector<Code>& code) : text_(text), code_(code) {}

  void parse() {
    sum();
    if (next() != '\0') fail("expected an operator");
  }

 private:
  static constexpr int kDeepest = 100;

  [[noreturn]] void fail(const std::string& message) const {
    throw ExpressionError(message + " at column " + std::to_string(at_ + 1), at_ + 1);
  }

  char next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  void take(char expected) {
    if (next() != expected) fail(std::string("expected '") + expected + "'");
    ++at_;
  }

  void sum() {
    if (++depth_ > kDeepest) fail("parentheses nested too deeply");
    term();
    for (char c = next(); c == '+' || c == '-'; c = next()) {
      ++at_;
      term();
      code_.push_back({.kind = c == '+' ? Kind::kAdd : Kind::kSubtract});
    }
    --depth_;
  }

  void term() {
    factor();
    for (char c = next(); c == '*' || c == '/'; c = next()) {
      ++at_;
      factor();
      code_.push_back({.kind = c == '*' ? Kind::kMultiply : Kind::kDivide});
    }
  }

  void factor() {
    const char c = next();
    if (c == '(') {
      ++at_;
      sum();
      take(')');
    } else if (c >= '0' && c <= '9') {
      code_.push_back({.kind = Kind::kNumber, .a = number()});
    } else {
      call();
    }
  }

  void call() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= 'a' && text_[at_] <= 'z') ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    Code code{};
    if (name == "size")
      code.kind = Kind::kSize;
    else if (name == "numel")
      code.kind = Kind::kNumel;
    else if (name == "rank")
      code.kind = Kind::kRank;
    else if (name == "int")
      code.kind = Kind::kInt;
    else
      at_ = begin, fail("expected a number, '(' or one of size, numel, rank, int");
    take('(');
    next();
    code.a = number();
    if (code.a > 1000) fail("no operator has so many arguments");
    if (code.kind == Kind::kSize) {
      take(',');
      const bool negative = next() == '-';
      if (negative) ++at_, next();
      code.b = negative ? -number() : number();
    }
    take(')');
    code_.push_back(code);
  }

  std::int64_t number() {
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error == std::errc::result_out_of_range) fail("number beyond 64 bits");
    if (error != std::errc() || value < 0) fail("expected a number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  std::string_view text_;
  std::vector<Code>& code_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

Expression::Expression(std::string_view text) { Parser(text, code_).parse(); }

namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

UserFormula read_line(std::string_view line, const std::string& place) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) {
    throw ExpressionError(place + ":1: expected `library::operator = expression`", 1);
  }
  UserFormula formula{.op = std::string(trimmed(line.substr(0, equals))),
                      .expression = std::string(trimmed(line.substr(equals + 1)))};
  if (formula.op.find("::") == std::string::npos) {
    throw ExpressionError(
        place + ":1: '" + formula.op + "' is no operator name; write library::operator", 1);
  }
  try {
    Expression check(formula.expression);
  } catch (const ExpressionError& error) {
    const std::size_t offset = line.find_first_not_of(" \t", equals + 1);
    const std::size_t column =
        (offset == std::string_view::npos ? line.size() : offset) + error.column;
    std::string message = error.what();
    message.erase(message.rfind(" at column "));
    throw ExpressionError(place + ":" + std::to_string(column) + ": " + message, column);
  }
  return formula;
}

}  // namespace

std::vector<UserFormula> read_formulas(std::string_view text, std::string_view name) {
  std::vector<UserFormula> formulas;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    line = line.substr(0, line.find('#'));
    if (trimmed(line).empty()) continue;
    formulas.push_back(read_line(line, std::string(name) + ":" + std::to_string(number)));
  }
  return formulas;
}

}  // namespace flopprof::flops
