/* A disk that fails: preloaded, it makes the n-th write or sync of a process return an error. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

/* FAIL_AT counts from 1; FAIL_STICKY=1 fails every later call too; FAIL_WITH is an errno. */
static int has_name(const char *part) {
    char line[8192];
    int fd = open("/proc/self/cmdline", O_RDONLY);
    ssize_t size = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    for (ssize_t i = 0; i < size; i++)
        if (line[i] == 0)
            line[i] = ' ';
    line[size > 0 ? size : 0] = 0;
    return strstr(line, part) != NULL;
}

/* FAIL_WHEN is a file: while it exists calls fail in the process whose arguments have FAIL_IN;
   the first that does removes it unless FAIL_STICKY=1. */
static int fails_when(const char *file) {
    static int is_meant = -1;
    if (is_meant < 0)
        is_meant = has_name(getenv("FAIL_IN"));
    if (!is_meant || access(file, F_OK) != 0)
        return 0;
    const char *sticky = getenv("FAIL_STICKY");
    if (sticky == NULL || sticky[0] != '1')
        unlink(file);
    errno = atoi(getenv("FAIL_WITH"));
    return 1;
}

static int fails(void) {
    const char *when = getenv("FAIL_WHEN");
    if (when != NULL)
        return fails_when(when);
    const char *at = getenv("FAIL_AT");
    if (at == NULL)
        return 0;
    long n = atol(at);
    calls++;
    const char *sticky = getenv("FAIL_STICKY");
    if (calls == n || (calls > n && sticky != NULL && sticky[0] == '1')) {
        static const char said[] = "fault\n";
        if (write(2, said, sizeof said - 1) < 0)
            abort();
        errno = atoi(getenv("FAIL_WITH"));
        return 1;
    }
    return 0;
}

int fsync(int fd) {
    static int (*real)(int);
    if (real == NULL)
        real = dlsym(RTLD_NEXT, "fsync");
    return fails() ? -1 : real(fd);
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (real == NULL)
        real = dlsym(RTLD_NEXT, "fdatasync");
    return fails() ? -1 : real(fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (real == NULL)
        real = dlsym(RTLD_NEXT, "pwrite64");
    return fails() ? -1 : real(fd, bytes, count, at);
}
