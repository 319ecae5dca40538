#pragma once

#include <termios.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace flopprof::tools {

/// The terminal as a screen that is drawn on again and again. While one lives, the shell's screen
/// is set aside and keys come singly; its end, or a signal's, gives both back. One at a time.
class Screen {
 public:
  /// Standard output is a terminal that can be drawn on.
  static bool is_possible();

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  std::size_t width() const;
  std::size_t height() const;
  void draw(const std::vector<std::string>& lines);

  enum class Event { kTimeout, kKey, kResized, kQuit };
  /// The next key, or what else happened; at most `milliseconds`. Ctrl-C, a hang-up or a request to
  /// end is kQuit. Ctrl-Z stops the program and draws anew when it goes on.
  Event wait(std::chrono::milliseconds at_most, char& key);

 private:
  void enter();
  void leave();

  sigset_t unheld_{};
  std::optional<termios> before_;  ///< nothing: keys do not come from a terminal
  bool keys_end_ = false;
};

}  // namespace flopprof::tools
