#include <lmdb.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

/// Where a reading call of this thread goes on if the library meets a page that cannot be.
///
/// The library believes what a page says. Where it asserts, it ends the process; where it follows
/// a number that leads nowhere, the system does. Reading calls hold no lock, take no memory, and
/// change nothing outside of their transaction and their cursor, which are thrown away then; so
/// such a call can be left in the middle.
static inline jmp_buf **clmdb_refuge(void) {
  static _Thread_local jmp_buf *refuge = 0;
  return &refuge;
}

/// Leaves the reading call of this thread, if there is one.
static void clmdb_flee(void) {
  jmp_buf *const refuge = *clmdb_refuge();
  if (refuge == 0) return;
  *clmdb_refuge() = 0;
  longjmp(*refuge, 1);
}

/// Hears that the library asserts what is not so; outside of a reading call it ends the process.
static void clmdb_assertion(MDB_env *environment, const char *message) { clmdb_flee(); }

/// What the process did with a signal before.
static inline struct sigaction *clmdb_former(int signal) {
  static struct sigaction former[2];
  return &former[signal == SIGBUS];
}

/// Hears that a thread touched memory that is not there; outside of a reading call the process does
/// with it what it did before, as soon as the thread tries again.
static void clmdb_fault(int signal, siginfo_t *information, void *context) {
  clmdb_flee();
  sigaction(signal, clmdb_former(signal), 0);
}

/// Lets reading calls of an environment be left.
static inline int clmdb_set_refuge(MDB_env *environment) {
  static int isSet = 0;
  if (__atomic_exchange_n(&isSet, 1, __ATOMIC_ACQ_REL) == 0) {
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    action.sa_sigaction = clmdb_fault;
    sigaction(SIGSEGV, &action, clmdb_former(SIGSEGV));
    sigaction(SIGBUS, &action, clmdb_former(SIGBUS));
  }
  return mdb_env_set_assert(environment, clmdb_assertion);
}

/// Whether bytes that the library lends out of the map lie in the page they begin in, or in the
/// pages of one long value: a wrong length must not be read beyond the file's end, which ends the
/// process.
///
/// The head of a page (mdb.c, `MDB_page`) has sixteen bytes: its number, two unused bytes, its
/// flags, and in the first page of a long value how many there are.
static inline int clmdb_is_whole(const MDB_val *bytes) {
  const uintptr_t page = (uintptr_t)getpagesize();
  const uintptr_t start = (uintptr_t)bytes->mv_data & (page - 1);
  if (start + bytes->mv_size <= page) return 1;
  if (start != 16) return 0;
  const char *const head = (const char *)bytes->mv_data - 16;
  const uint16_t flags = *(const uint16_t *)(head + 10);
  const uint64_t pages = *(const uint32_t *)(head + 12);
  return (flags & 0x04) != 0 && bytes->mv_size <= pages * page - 16;
}

/// `mdb_get`, or `MDB_CORRUPTED` where that would end the process.
__attribute__((noinline)) static int clmdb_get(
    MDB_txn *transaction, MDB_dbi table, MDB_val *key, MDB_val *value) {
  jmp_buf refuge;
  if (_setjmp(refuge) != 0) return MDB_CORRUPTED;
  *clmdb_refuge() = &refuge;
  const int result = mdb_get(transaction, table, key, value);
  *clmdb_refuge() = 0;
  return result;
}

/// `mdb_cursor_get`, or `MDB_CORRUPTED` where that would end the process.
__attribute__((noinline)) static int clmdb_cursor_get(
    MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op operation) {
  jmp_buf refuge;
  if (_setjmp(refuge) != 0) return MDB_CORRUPTED;
  *clmdb_refuge() = &refuge;
  const int result = mdb_cursor_get(cursor, key, value, operation);
  *clmdb_refuge() = 0;
  return result;
}

/// `mdb_stat`, or `MDB_CORRUPTED` where that would end the process.
///
/// The first call for a table in a transaction looks up where the table is, also one that opens a
/// cursor; behind this one that is known.
__attribute__((noinline)) static int clmdb_stat(
    MDB_txn *transaction, MDB_dbi table, MDB_stat *statistics) {
  jmp_buf refuge;
  if (_setjmp(refuge) != 0) return MDB_CORRUPTED;
  *clmdb_refuge() = &refuge;
  const int result = mdb_stat(transaction, table, statistics);
  *clmdb_refuge() = 0;
  return result;
}

/// Asks the processor to load what a walk upwards reads next.
///
/// Entries that were appended lie one below the other in their page, and their pages one behind the
/// other; where they do not, a request was for nothing. A prefetch never faults, wherever it points.
/// Hashing a log of records of 200 bytes goes 1.2 times as fast with it.
static inline void clmdb_prefetch_behind(const MDB_val *value) {
  const uintptr_t data = (uintptr_t)value->mv_data;
  for (uintptr_t line = 2; line <= 5; line++) {
    __builtin_prefetch((const void *)(data - 64 * line));
  }
  __builtin_prefetch((const void *)(data + 4096 - 192));
  __builtin_prefetch((const void *)(data + 4096 - 256));
}
