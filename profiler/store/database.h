#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace flopprof::store {

/// What SQLite could not do, in words for the person at the desk. `code` is SQLite's result code.
struct DatabaseError : std::runtime_error {
  DatabaseError(const std::string& message, int result_code)
      : std::runtime_error(message), code(result_code) {}
  int code;
};

/// One prepared statement. Parameters and columns are numbered from 0.
class Statement {
 public:
  Statement(sqlite3* connection, std::string_view sql);

  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, std::string_view value);  ///< NUL bytes inside are kept
  Statement& bind(int parameter, std::optional<std::int64_t> value);
  Statement& bind_null(int parameter);

  /// The next row is there to be read. Throws DatabaseError.
  bool step();
  /// Runs to the end and makes ready for the next values.
  void run();

  int columns() const;
  std::string_view column_name(int column) const;
  bool is_null(int column) const;
  bool is_integer(int column) const;
  bool is_real(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  /// Valid until the next step().
  std::string_view text(int column) const;

 private:
  void check(int result) const;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One connection to one file. Not to be used across fork().
class Database {
 public:
  enum class Access { kRead, kWrite, kCreate };

  /// Throws DatabaseError naming the path. `kCreate` fails when the file is there already.
  Database(const std::filesystem::path& path, Access access);
  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;

  void execute(std::string_view sql);
  Statement prepare(std::string_view sql) const;
  std::int64_t last_row_id() const;
  /// Makes the tables of the run at `path`, absolute, readable as `name.table`; nothing is written
  /// there, and a write that was cut off is not undone.
  void attach_to_read(const std::filesystem::path& path, std::string_view name);
  /// How long a statement waits for another process's write.
  void wait_at_most_ms(int milliseconds);

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  static int wait_for_lock(void* at_most_ms, int tries);

  std::string path_;
  std::unique_ptr<sqlite3, Close> connection_;
};

/// All or nothing: rolled back unless commit() was reached.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace flopprof::store
