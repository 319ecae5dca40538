#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace flopprof::steps {

/// What a stretch of launches consists of, in whatever order: to the launch by the sum of their
/// identities, and roughly by how many there are of each of a few kinds.
struct LaunchMix {
  std::uint64_t sum = 0;
  std::array<std::uint32_t, 8> kinds{};

  void add(std::uint64_t identity);
  friend LaunchMix operator-(const LaunchMix& all, const LaunchMix& before);
};

/// At least so many launches were put in, left out or replaced between the two.
std::int64_t differing(const LaunchMix& a, const LaunchMix& b);

/// So many launches of a stretch may differ for it to be the same work: a fiftieth, and in all but
/// the shortest one.
std::int64_t tolerance(std::int64_t launches);

/// A place in the sequence of launches.
struct LaunchPlace {
  std::int64_t position = 0;  ///< launches before it
  std::int64_t at_ns = 0;     ///< host time; 0 where it is not known
};

/// The stretches from one launch of an identity to its next, and how far they are alike. A stretch
/// that the later ones are not like is given up for one that they may be like.
class Recurrence {
 public:
  explicit Recurrence(std::uint64_t identity) : identity_(identity) {}

  /// `so_far`: of all launches before this one.
  void launched(const LaunchPlace& here, const LaunchMix& so_far);
  /// The next launch, of whatever, came so long after it.
  void paused(std::int64_t pause_ns);

  std::uint64_t identity() const { return identity_; }
  std::int64_t first_position() const { return first_position_; }
  std::int64_t launches() const { return launches_; }  ///< of a stretch; 0 where there is none yet
  std::int64_t periods() const { return periods_; }    ///< stretches since the one they are like
  std::int64_t fits() const { return fits_; }          ///< of them, those that are like it
  std::int64_t exact() const { return exact_; }        ///< to the launch
  std::int64_t deviations() const { return periods_ - fits_; }
  std::int64_t elapsed_ns() const { return last_.at_ns - began_.at_ns; }

  /// Three of four fit, they make up two thirds of all launches meanwhile, and it is not over.
  bool is_steady(std::int64_t position) const;
  /// Its deviations, if any, are no part of a longer pattern: they have ended, or they are many and
  /// come at uneven distances, or rarely.
  bool is_settled(std::int64_t least_periods) const;
  /// The host's typical pause after the launch, in quarters of its binary logarithm, so that one
  /// long pause among many short ones counts little.
  std::int64_t typical_pause() const { return pauses_ == 0 ? 0 : 4 * pause_bits_ / pauses_; }

 private:
  void begin_anew(std::int64_t launches, const LaunchMix& stretch);
  void deviates(std::int64_t launches, const LaunchMix& stretch);

  std::uint64_t identity_;
  std::int64_t first_position_ = -1;
  LaunchPlace last_;
  LaunchMix before_last_;
  std::int64_t launches_ = 0;
  LaunchMix stretch_;
  LaunchPlace began_;
  std::int64_t periods_ = 0;
  std::int64_t fits_ = 0;
  std::int64_t exact_ = 0;
  std::int64_t in_a_row_ = 0;     // that fit, since the last that did not
  std::int64_t longest_row_ = 0;  // of those that have ended
  std::int64_t last_row_ = 0;
  std::int64_t equal_rows_ = 0;  // as long as the one before
  std::int64_t pause_bits_ = 0;
  std::int64_t pauses_ = 0;
  int score_ = 0;
};

}  // namespace flopprof::steps
