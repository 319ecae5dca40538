#include "profiler/counters/unit_equations.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace flopprof::counters {
namespace {

using Residue = std::uint64_t;
constexpr Residue kPrime = (Residue{1} << 61) - 1;

Residue product(Residue a, Residue b) {
  return static_cast<Residue>(static_cast<unsigned __int128>(a) * b % kPrime);
}
Residue difference(Residue a, Residue b) { return a >= b ? a - b : a + kPrime - b; }

Residue inverse(Residue value) {  // its power of p - 2, by Fermat
  Residue result = 1;
  for (Residue exponent = kPrime - 2; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = product(result, value);
    value = product(value, value);
  }
  return result;
}

std::int64_t launches_in(const UnitEquation& equation) {
  return std::accumulate(
      equation.terms.begin(), equation.terms.end(), std::int64_t{0},
      [](std::int64_t sum, const UnitEquation::Term& term) { return sum + term.launches; });
}

/// Equations that hang together, and the units in them.
struct Component {
  std::vector<std::size_t> units;
  std::vector<std::size_t> equations;  // the shortest first: it is the one to be believed
};

std::vector<Component> components_of(std::span<const UnitEquation> equations, std::size_t units) {
  std::vector<std::size_t> parent(units);
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&parent](std::size_t unit) {
    while (parent[unit] != unit) unit = parent[unit] = parent[parent[unit]];
    return unit;
  };
  for (const UnitEquation& equation : equations) {
    for (const auto& term : equation.terms) parent[root(term.unit)] = root(equation.terms[0].unit);
  }
  std::map<std::size_t, Component> by_root;
  for (std::size_t unit = 0; unit < units; ++unit) by_root[root(unit)].units.push_back(unit);
  for (std::size_t i = 0; i < equations.size(); ++i) {
    if (!equations[i].terms.empty())
      by_root[root(equations[i].terms[0].unit)].equations.push_back(i);
  }
  std::vector<Component> components;
  for (auto& [first, component] : by_root) {
    std::sort(
        component.equations.begin(), component.equations.end(), [&](std::size_t a, std::size_t b) {
          return std::pair(launches_in(equations[a]), a) < std::pair(launches_in(equations[b]), b);
        });
    components.push_back(std::move(component));
  }
  return components;
}

/// Equations in echelon form; the last column is the count.
class Echelon {
 public:
  explicit Echelon(std::size_t columns) : columns_(columns) {}

  enum class Added { kNew, kKnown, kContradicts };
  Added add(std::vector<Residue> row) {
    for (const Row& basis : rows_) subtract(row, basis, row[basis.pivot]);
    const auto end = row.begin() + static_cast<std::ptrdiff_t>(columns_);
    const auto first = std::find_if(row.begin(), end, [](Residue value) { return value != 0; });
    if (first == end) return row.back() == 0 ? Added::kKnown : Added::kContradicts;
    const auto pivot = static_cast<std::size_t>(first - row.begin());
    const Residue factor = inverse(*first);
    for (Residue& value : row) value = product(value, factor);
    const Row added{.pivot = pivot, .values = std::move(row)};
    for (Row& basis : rows_) subtract(basis.values, added, basis.values[pivot]);
    rows_.push_back(added);
    return Added::kNew;
  }

  /// By column, what the rows determine.
  std::map<std::size_t, Residue> determined() const {
    std::map<std::size_t, Residue> values;
    for (const Row& row : rows_) {
      const auto others = std::count_if(row.values.begin(), row.values.end() - 1,
                                        [](Residue value) { return value != 0; });
      if (others == 1) values[row.pivot] = row.values.back();
    }
    return values;
  }

 private:
  struct Row {
    std::size_t pivot = 0;
    std::vector<Residue> values;
  };

  void subtract(std::vector<Residue>& row, const Row& other, Residue factor) const {
    if (factor == 0) return;
    for (std::size_t i = 0; i <= columns_; ++i)
      row[i] = difference(row[i], product(factor, other.values[i]));
  }

  std::size_t columns_;
  std::vector<Row> rows_;  // each pivot column is 0 in all other rows
};

/// Whether the counts that were found are counts, as far as this equation sees it.
bool holds(const UnitEquation& equation, const UnitSolution& solution) {
  __int128 sum = 0;
  bool all = true;
  for (const auto& term : equation.terms) {
    const auto& count = solution.units[term.unit].count;
    all = all && count.has_value();
    sum += static_cast<__int128>(count.value_or(0)) * term.launches;
  }
  return all ? sum == equation.count : sum <= equation.count;
}

/// Answers the equation that contradicts those before it.
std::optional<std::size_t> solve(std::span<const UnitEquation> equations,
                                 const Component& component, UnitSolution& solution) {
  std::map<std::size_t, std::size_t> column_of;
  for (const std::size_t unit : component.units) column_of.emplace(unit, column_of.size());
  Echelon echelon(column_of.size());
  std::int64_t checks = 0;
  for (const std::size_t at : component.equations) {
    std::vector<Residue> row(column_of.size() + 1);
    for (const auto& term : equations[at].terms)
      row[column_of[term.unit]] = static_cast<Residue>(term.launches);
    row.back() = static_cast<Residue>(equations[at].count) % kPrime;
    const auto added = echelon.add(std::move(row));
    if (added == Echelon::Added::kContradicts) return at;
    if (added == Echelon::Added::kKnown) ++checks;
  }
  for (const auto& [column, value] : echelon.determined())
    solution.units[component.units[column]] = {.count = static_cast<std::int64_t>(value),
                                               .checks = checks};
  for (auto at = component.equations.rbegin(); at != component.equations.rend(); ++at) {
    if (!holds(equations[*at], solution)) return *at;  // the longest
  }
  return std::nullopt;
}

}  // namespace

UnitSolution solved(std::span<const UnitEquation> equations, std::size_t units, std::size_t most) {
  UnitSolution solution;
  solution.units.resize(units);
  for (const Component& component : components_of(equations, units)) {
    if (component.equations.empty() || component.units.size() > most) continue;
    solution.contradiction = solve(equations, component, solution);
    if (!solution.contradiction) continue;
    solution.units.assign(units, {});
    return solution;
  }
  return solution;
}

}  // namespace flopprof::counters
