/* Loaded into the node with LD_PRELOAD: notes in the file $PROBITY_SYNC_NOTES how far each file was synced, and which were renamed,
   one line each, after the fact. What a power failure would leave is then known. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void note(const char *line, int length) {
  const char *path = getenv("PROBITY_SYNC_NOTES");
  if (!path || length <= 0) return;
  int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0 || write(file, line, (size_t)length) != length) abort();
  close(file);
}

static void note_sync(int file, long long size) {
  char link[64], path[2048], line[2200];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) abort();
  path[length] = 0;
  note(line, snprintf(line, sizeof line, "synced %lld %s\n", size, path));
}

/* The size is taken before the call: a byte that another thread appends meanwhile may not be covered. */
static int synced(int file, const char *function) {
  struct stat status;
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, function);
  if (!real || fstat(file, &status)) abort();
  int result = real(file);
  if (result == 0 && S_ISREG(status.st_mode)) note_sync(file, (long long)status.st_size);
  return result;
}

int fsync(int file) { return synced(file, "fsync"); }

int fdatasync(int file) { return synced(file, "fdatasync"); }

int rename(const char *from, const char *to) {
  char line[4200];
  int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  if (!real) abort();
  int result = real(from, to);
  if (result == 0) note(line, snprintf(line, sizeof line, "renamed %s %s\n", from, to));
  return result;
}
