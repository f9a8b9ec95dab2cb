// What the parts of the power-loss layer share: the record that is written of each change, the
// control page through which a test steers, and where a file lies. See README.md.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
  kNameBytesMax = 256,
  kPathBytesMax = 4096,
  kControlMagic = 0x48464354,
  kRecordMagic = 0x48465243
};

// Kinds of calls, each a bit of the control page's mask.
typedef enum {
  kOpen = 0,    // of what is there
  kCreate = 1,  // open or creat that makes a name
  kWrite = 2,
  kTruncate = 3,
  kAllocate = 4,
  kRename = 5,
  kLink = 6,
  kUnlink = 7,
  kMakeFolder = 8,
  kRemoveFolder = 9,
  kSync = 10,     // fsync, fdatasync
  kSyncAll = 11,  // syncfs, sync
  kMode = 12,
  kMapped = 13,  // a shared writable mapping: the layer cannot see what it writes
} Kind;

typedef enum {
  kFail = 1,  // the call fails with control.error and does nothing
  kDieBefore = 2,
  kDieAfter = 3,
  kDieMiddle = 4,  // a write is cut at half, then the end; any other call as kDieBefore
  kShort = 5,      // a write writes half and says so; any other call as asked
} Action;

// One page, shared with the test that steers. Written under the lock of the layer.
typedef struct {
  uint32_t magic;
  uint32_t action;
  uint64_t steps;     // calls seen so far
  uint64_t fire_at;   // the step to act at; 0: never
  uint64_t mask;      // kinds that count as steps
  uint32_t error;     // errno of kFail
  uint32_t sticky;    // kFail only: also at every later step
  uint64_t fired_at;  // the first step acted at
  uint32_t fired_kind;
  uint32_t reserved;
  uint64_t sequence;  // of the last record
} Control;

// In front of name, second name and data in the log.
typedef struct {
  uint32_t magic;
  uint32_t kind;
  uint64_t sequence;
  uint64_t inode;
  uint64_t folder;   // inode of the folder of the name
  uint64_t folder2;  // rename, link: of the new name
  uint64_t offset;
  uint64_t value;  // truncate, allocate: size; create, mode: mode; sync: covers records up to this
  int32_t result;  // negative: errno of a call that failed
  uint16_t name_bytes;
  uint16_t name2_bytes;
  uint32_t data_bytes;
  uint32_t reserved;
} Record;

// Where a path leads, when that is below the watched folder.
typedef struct {
  uint64_t folder;  // inode
  uint64_t inode;   // 0: nothing is there
  char base[kNameBytesMax];
} Name;

typedef struct {
  int error;  // not 0: refuse with this errno
  bool die_after;
  bool halve;  // do half of a write
} Decision;

// --- record.c ---
bool watching(void);
void lock(void);
void unlock(void);
// Requires: locked. Counts a step and says what becomes of it. May not return: kDieBefore.
Decision decide(Kind kind);
// Requires: locked. Appends to the log.
void record(Record* what, const char* name, const char* name2, const void* data);
uint64_t sequence(void);
_Noreturn void die(void);

// --- place.c ---
bool locate(int folder, const char* path, Name* name);
void follow(int fd);
void forget(int fd);
// The inode of a descriptor of a watched file or folder; 0 for others.
uint64_t inode_of(int fd);
void set_watched(const char* folder);

// A system call past every wrapper; errno as libc sets it.
long raw(long number, long a, long b, long c, long d, long e, long f);
#define RAW(number, ...) RAW_6(number, __VA_ARGS__, 0L, 0L, 0L, 0L, 0L, 0L)
#define RAW_6(number, a, b, c, d, e, f, ...) \
  raw(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
