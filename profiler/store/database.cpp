#include "profiler/store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>

namespace flopprof::store {
namespace {

[[noreturn]] void fail(sqlite3* connection, int result, const std::string& doing) {
  const char* why = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(result);
  throw DatabaseError(doing + ": " + why, result);
}

int flags_of(Database::Access access) {
  // URI: for attach_to_read(), which has no other way to say that it only reads.
  return SQLITE_OPEN_URI |
         (access == Database::Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
}

/// The name as SQLite is to take it: as a path, whatever it begins with.
std::string as_path(const std::string& path) {
  return path.starts_with("file:") ? "./" + path : path;
}

std::string as_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    if (plain)
      uri += c;
    else
      uri.append({'%', kHex[byte / 16], kHex[byte % 16]});
  }
  return uri + "?mode=ro";
}

/// Creates the file itself, so that of two jobs with one path only one can succeed.
void create_exclusively(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) {
    throw DatabaseError("cannot create " + path + ": " + std::strerror(errno),
                        errno == EEXIST ? SQLITE_MISUSE : SQLITE_CANTOPEN);
  }
  ::close(file);
}

}  // namespace

Statement::Statement(sqlite3* connection, std::string_view sql) : connection_(connection) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &statement,
                           nullptr));
  statement_.reset(statement);
}

void Statement::check(int result) const {
  if (result != SQLITE_OK) fail(connection_, result, "run.db");
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement& Statement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), parameter + 1, value));
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  check(sqlite3_bind_double(statement_.get(), parameter + 1, value));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view value) {
  check(sqlite3_bind_text64(statement_.get(), parameter + 1, value.data(), value.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int parameter, std::optional<std::int64_t> value) {
  return value ? bind(parameter, *value) : bind_null(parameter);
}

Statement& Statement::bind_null(int parameter) {
  check(sqlite3_bind_null(statement_.get(), parameter + 1));
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    fail(connection_, result, "run.db");
  }
  return false;
}

void Statement::run() {
  while (step()) {
  }
  check(sqlite3_reset(statement_.get()));
}

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }

std::string_view Statement::column_name(int column) const {
  return sqlite3_column_name(statement_.get(), column);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

bool Statement::is_integer(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_INTEGER;
}

bool Statement::is_real(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_FLOAT;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Database::Database(const std::filesystem::path& path, Access access) : path_(path.string()) {
  if (access == Access::kCreate) create_exclusively(path_);
  sqlite3* connection = nullptr;
  const int result =
      sqlite3_open_v2(as_path(path_).c_str(), &connection, flags_of(access), nullptr);
  connection_.reset(connection);
  if (result != SQLITE_OK) fail(connection, result, "cannot open " + path_);
  wait_at_most_ms(5000);
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

void Database::execute(std::string_view sql) {
  const int result =
      sqlite3_exec(connection_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(connection_.get(), result, path_);
}

Statement Database::prepare(std::string_view sql) const { return {connection_.get(), sql}; }

void Database::attach_to_read(const std::filesystem::path& path, std::string_view name) {
  prepare("ATTACH ? AS ?").bind(0, std::string_view(as_uri(path.string()))).bind(1, name).run();
}

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(connection_.get()); }

/// SQLite's own handler sleeps longer and longer, up to 100 ms: of a hundred processes that end at
/// once the last would wait for seconds. Writes here take a millisecond or so.
int Database::wait_for_lock(void* at_most_ms, int tries) {
  constexpr int kPeriodMs = 4;
  if (tries * kPeriodMs > static_cast<int>(reinterpret_cast<std::intptr_t>(at_most_ms))) return 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(kPeriodMs));
  return 1;
}

void Database::wait_at_most_ms(int milliseconds) {
  sqlite3_busy_handler(connection_.get(), &wait_for_lock,
                       reinterpret_cast<void*>(std::intptr_t{milliseconds}));
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const DatabaseError&) {
    // SQLite has rolled back by itself already: a full disk does that.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace flopprof::store
