#include "tools/flopprof/screen.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "tools/flopprof/terminal.h"

namespace flopprof::tools {
namespace {

// Alternate screen, no cursor, no line wrap; and back.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view kLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearToLineEnd = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};

std::atomic<bool> asked_to_end{false};
std::atomic<bool> asked_to_stop{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // signal handlers write them

void on_end(int) { asked_to_end = true; }
void on_stop(int) { asked_to_stop = true; }
void on_resize(int) {}  // it is enough that it interrupts the waiting

void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  ::sigaction(signal, &action, nullptr);  // no SA_RESTART: waiting is to be interrupted
}

/// A terminal that is gone cannot be told anything; the next wait says so.
void put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      asked_to_end = true;
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

winsize size_now() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    size.ws_col = 80;
    size.ws_row = 24;
  }
  return size;
}

}  // namespace

bool Screen::is_possible() { return ::isatty(STDOUT_FILENO) == 1 && !terminal_is_dumb(); }

Screen::Screen() {
  asked_to_end = asked_to_stop = false;
  // Held back but while waiting: one that came just before would be noticed only after the wait.
  sigset_t held{};
  sigemptyset(&held);
  for (const int signal : kSignals) sigaddset(&held, signal);
  ::sigprocmask(SIG_BLOCK, &held, &unheld_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) handle(signal, &on_end);
  handle(SIGTSTP, &on_stop);
  handle(SIGWINCH, &on_resize);
  enter();
}

Screen::~Screen() {
  leave();
  for (const int signal : kSignals) handle(signal, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &unheld_, nullptr);
}

void Screen::enter() {
  termios now{};
  if (::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &now) == 0) {
    before_ = now;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    now.c_cc[VMIN] = 0;
    now.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &now);
  }
  put(kEnter);
}

void Screen::leave() {
  put(kLeave);
  if (before_) ::tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
}

std::size_t Screen::width() const { return size_now().ws_col; }

std::size_t Screen::height() const { return size_now().ws_row; }

void Screen::draw(const std::vector<std::string>& lines) {
  std::string text(kHome);
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (at > 0) text += "\r\n";
    text += lines[at];
    text += kClearToLineEnd;
  }
  text += kClearBelow;
  put(text);  // at once, so that it does not flicker
}

Screen::Event Screen::wait(std::chrono::milliseconds at_most, char& key) {
  if (asked_to_end) return Event::kQuit;
  pollfd keys{.fd = before_ && !keys_end_ ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0};
  const timespec left{.tv_sec = at_most.count() / 1000,
                      .tv_nsec = at_most.count() % 1000 * 1'000'000};
  const int ready = ::ppoll(&keys, 1, &left, &unheld_);
  if (asked_to_end) return Event::kQuit;
  if (asked_to_stop.exchange(false)) {
    leave();
    ::raise(SIGSTOP);
    enter();
    return Event::kResized;
  }
  if (ready < 0) return Event::kResized;
  if (ready == 0) return Event::kTimeout;
  if (::read(STDIN_FILENO, &key, 1) == 1) return Event::kKey;
  keys_end_ = true;
  return Event::kTimeout;
}

}  // namespace flopprof::tools
