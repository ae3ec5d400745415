// The fault injector of the binaries in tests/sweepers: it stands between the program with its
// libraries and the C library, counts the calls that touch the world, and lets one of them fail.
//
//   TUNER_FAIL=daemon:sync:7:once:EIO TUNER_FAIL_REPORT=/tmp/report tests/sweepers/tuner serve
//
// fails the daemon's seventh fsync or fdatasync with EIO; `forever` fails that and every later one.
// The first field is `daemon` (any tuner) or `shim`; a shim has an empty environment and takes the
// order from the process that started it. Only the first process that it fits obeys an order:
// whoever creates the report file. The report is mapped memory, so it survives every end, and it is
// shared with what that process forks: one count of calls for each kind, in the order of kKinds,
// then how many were made to fail.
//
// Instead of an error, SHORT lets a write take only half of its bytes.
//
// Functions of the C library are defined here under names of our own and given their real ones as
// labels; the dynamic linker prefers a program's functions to the library's. They use raw system
// calls, so that they work before main, in a forked child and in the middle of anything. Not
// counted are calls inside the C library itself, and reads and writes of eventfds and the like,
// which cannot fail.

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <string_view>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>

#ifndef __x86_64__
#error "raw() is written for x86-64 only; leave the sweepers out of this build"
#endif

namespace {

// The kinds of calls, spelt as in TUNER_FAIL.
enum Kind : std::size_t {
    kOpen,
    kRead,
    kWrite,
    kSync,
    kRename,
    kTruncate,
    kMkdir,
    kProcess,
    kThread,
    kPipe,
    kAccept,
    kDescriptor,
    kLock,
    kMemory,
    kKindCount
};

constexpr const char* kKinds[] = {
    "open",
    "read",
    "write",
    "sync",
    "rename",
    "truncate",
    "mkdir",
    "process",
    "thread",
    "pipe",
    "accept",
    "descriptor",
    "lock",
    "memory"};

constexpr int kShort = 0;  // in the place of an errno

struct Report {
    std::atomic<std::uint64_t> calls[kKindCount];
    std::atomic<std::uint64_t> failed;
};

struct Order {
    std::size_t kind = kKindCount;
    std::uint64_t at = 0;
    bool forever = false;
    int error = EIO;
    Report* report = nullptr;  // none: this process is not meant
};

// The kernel's answer, a value or a negative errno; errno itself stays as it was.
long raw(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
    long answer = 0;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(answer)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return answer;
}

long as_number(const volatile void* pointer) {
    return reinterpret_cast<long>(pointer);
}

// The same in the manner of the C library.
template <class... Arguments>
long call(long number, Arguments... arguments) {
    const long answer = raw(number, static_cast<long>(arguments)...);
    if (answer < 0 && answer > -4096) {
        errno = static_cast<int>(-answer);
        return -1;
    }
    return answer;
}

// Reading the order ------------------------------------------------------------------------------

char environment[1 << 18];  // no allocation: this may run inside malloc

bool is_shim() {
    char path[4096] = {};
    const long size =
        raw(SYS_readlink, as_number("/proc/self/exe"), as_number(path), sizeof path - 1);
    return size > 0 && std::string_view(path).ends_with("/tuner-shim");
}

// The NUL-separated NAME=VALUE entries of this process, or of its parent.
void read_environment(bool of_parent) {
    char path[64] = "/proc/self/environ";
    if (of_parent) {
        char digits[24] = {};
        std::size_t at = sizeof digits - 1;
        for (long pid = raw(SYS_getppid); pid > 0; pid /= 10) {
            digits[--at] = static_cast<char>('0' + pid % 10);
        }
        std::strcpy(path, "/proc/");
        std::strcat(path, digits + at);
        std::strcat(path, "/environ");
    }
    const long fd = raw(SYS_openat, AT_FDCWD, as_number(path), O_RDONLY | O_CLOEXEC);
    long size = 0;
    for (long got = 1; fd >= 0 && got > 0; size += got > 0 ? got : 0) {
        const long room = static_cast<long>(sizeof environment) - 2 - size;
        got = raw(SYS_read, fd, as_number(environment + size), room);
    }
    raw(SYS_close, fd);
}

const char* variable(std::string_view name) {
    for (const char* entry = environment; *entry != '\0'; entry += std::strlen(entry) + 1) {
        if (std::string_view(entry).starts_with(name) && entry[name.size()] == '=') {
            return entry + name.size() + 1;
        }
    }
    return nullptr;
}

// Takes the text up to the next colon off the front.
std::string_view next_word(std::string_view& order) {
    const std::string_view word = order.substr(0, order.find(':'));
    order.remove_prefix(word.size() < order.size() ? word.size() + 1 : word.size());
    return word;
}

int error_called(std::string_view name) {
    for (int error = 1; error < 134; ++error) {
        const char* known = ::strerrorname_np(error);
        if (known != nullptr && name == known) {
            return error;
        }
    }
    return kShort;
}

// A report file that is there already belongs to the process that has obeyed.
Report* claim_report(const char* path) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
    const long fd = raw(SYS_openat, AT_FDCWD, as_number(path), kFlags, 0600);
    if (fd < 0) {
        return nullptr;
    }
    raw(SYS_ftruncate, fd, sizeof(Report));
    const long memory = raw(SYS_mmap, 0, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    raw(SYS_close, fd);
    return memory < 0 ? nullptr : reinterpret_cast<Report*>(memory);
}

Order read_order() {
    const bool shim = is_shim();
    read_environment(shim);
    Order order;
    const char* text = variable("TUNER_FAIL");
    const char* report = variable("TUNER_FAIL_REPORT");
    std::string_view rest = text == nullptr ? "" : text;
    if (report == nullptr || next_word(rest) != (shim ? "shim" : "daemon")) {
        return order;
    }
    const std::string_view kind = next_word(rest);
    for (std::size_t i = 0; i < kKindCount; ++i) {
        order.kind = kind == kKinds[i] ? i : order.kind;
    }
    for (const char digit : next_word(rest)) {
        order.at = order.at * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    order.forever = next_word(rest) == "forever";
    order.error = error_called(next_word(rest));
    order.report = claim_report(report);
    return order;
}

// Counts a call; answers whether it is to fail, with errno set. The first call of a process comes
// before its first thread.
bool fails(Kind kind) {
    static bool known = false;
    static Order order;
    if (!known) {
        known = true;
        order = read_order();
    }
    if (order.report == nullptr) {
        return false;
    }
    const std::uint64_t number = order.report->calls[kind].fetch_add(1) + 1;
    const bool hit = order.forever ? number >= order.at : number == order.at;
    if (kind != order.kind || !hit) {
        return false;
    }
    order.report->failed.fetch_add(1);
    errno = order.error;
    return true;
}

mode_t type_of(int fd) {
    struct stat status {};

    return raw(SYS_fstat, fd, as_number(&status)) == 0 ? status.st_mode & S_IFMT : 0;
}

// Files can refuse. What the kernel keeps in memory cannot: eventfds, and pipes but for their ends.
bool can_fail(int fd) {
    return type_of(fd) == S_IFREG;
}

// A read or write that fails, or takes only half; `answer` has its result then.
bool spoils(Kind kind, int fd, std::size_t& size) {
    if (!can_fail(fd) || !fails(kind)) {
        return false;
    }
    size = (size + 1) / 2;
    return errno != kShort;
}

template <class Function>
Function* of_library(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// The functions -----------------------------------------------------------------------------------
// A variadic one may be defined with all its arguments: on x86-64 they come the same way.

#define STAND_IN(result, name, ...)                         \
    extern "C" __attribute__((used, visibility("default"))) \
    result stand_in_##name(__VA_ARGS__) __asm__(#name);     \
    extern "C" result stand_in_##name(__VA_ARGS__)

STAND_IN(int, openat, int dir, const char* path, int flags, unsigned mode) {
    return fails(kOpen) ? -1
                        : static_cast<int>(call(SYS_openat, dir, as_number(path), flags, mode));
}

STAND_IN(int, openat64, int dir, const char* path, int flags, unsigned mode) {
    return stand_in_openat(dir, path, flags, mode);
}

STAND_IN(int, open, const char* path, int flags, unsigned mode) {
    return stand_in_openat(AT_FDCWD, path, flags, mode);
}

STAND_IN(int, open64, const char* path, int flags, unsigned mode) {
    return stand_in_openat(AT_FDCWD, path, flags, mode);
}

STAND_IN(ssize_t, read, int fd, void* bytes, std::size_t size) {
    return spoils(kRead, fd, size) ? -1 : call(SYS_read, fd, as_number(bytes), size);
}

STAND_IN(ssize_t, pread, int fd, void* bytes, std::size_t size, off_t at) {
    return spoils(kRead, fd, size) ? -1 : call(SYS_pread64, fd, as_number(bytes), size, at);
}

STAND_IN(ssize_t, pread64, int fd, void* bytes, std::size_t size, off_t at) {
    return stand_in_pread(fd, bytes, size, at);
}

STAND_IN(ssize_t, write, int fd, const void* bytes, std::size_t size) {
    return spoils(kWrite, fd, size) ? -1 : call(SYS_write, fd, as_number(bytes), size);
}

STAND_IN(ssize_t, pwrite, int fd, const void* bytes, std::size_t size, off_t at) {
    return spoils(kWrite, fd, size) ? -1 : call(SYS_pwrite64, fd, as_number(bytes), size, at);
}

STAND_IN(ssize_t, pwrite64, int fd, const void* bytes, std::size_t size, off_t at) {
    return stand_in_pwrite(fd, bytes, size, at);
}

STAND_IN(int, fsync, int fd) {
    return fails(kSync) ? -1 : static_cast<int>(call(SYS_fsync, fd));
}

STAND_IN(int, fdatasync, int fd) {
    return fails(kSync) ? -1 : static_cast<int>(call(SYS_fdatasync, fd));
}

STAND_IN(int, rename, const char* from, const char* to) {
    return fails(kRename) ? -1 : static_cast<int>(call(SYS_rename, as_number(from), as_number(to)));
}

STAND_IN(int, renameat, int from_dir, const char* from, int to_dir, const char* to) {
    return fails(kRename) ? -1
                          : static_cast<int>(
                                call(SYS_renameat, from_dir, as_number(from), to_dir, as_number(to))
                            );
}

STAND_IN(int, ftruncate, int fd, off_t size) {
    return fails(kTruncate) ? -1 : static_cast<int>(call(SYS_ftruncate, fd, size));
}

STAND_IN(int, ftruncate64, int fd, off_t size) {
    return stand_in_ftruncate(fd, size);
}

STAND_IN(int, posix_fallocate, int fd, off_t at, off_t size) {
    return fails(kTruncate) ? errno : static_cast<int>(-raw(SYS_fallocate, fd, 0, at, size));
}

STAND_IN(int, mkdir, const char* path, mode_t mode) {
    return fails(kMkdir) ? -1 : static_cast<int>(call(SYS_mkdir, as_number(path), mode));
}

STAND_IN(int, mkdirat, int dir, const char* path, mode_t mode) {
    return fails(kMkdir) ? -1 : static_cast<int>(call(SYS_mkdirat, dir, as_number(path), mode));
}

STAND_IN(pid_t, fork) {
    return fails(kProcess) ? -1 : of_library<pid_t()>("fork")();
}

STAND_IN(
    int,
    posix_spawn,
    pid_t* pid,
    const char* path,
    const posix_spawn_file_actions_t* actions,
    const posix_spawnattr_t* attributes,
    char* const* argv,
    char* const* envp
) {
    return fails(kProcess) ? errno
                           : of_library<decltype(::posix_spawn)>("posix_spawn"
                             )(pid, path, actions, attributes, argv, envp);
}

STAND_IN(
    int,
    pthread_create,
    pthread_t* thread,
    const pthread_attr_t* attributes,
    void* (*run)(void*),
    void* argument
) {
    return fails(kThread) ? errno
                          : of_library<decltype(::pthread_create)>("pthread_create"
                            )(thread, attributes, run, argument);
}

STAND_IN(int, pipe2, int* fds, int flags) {
    return fails(kPipe) ? -1 : static_cast<int>(call(SYS_pipe2, as_number(fds), flags));
}

STAND_IN(int, pipe, int* fds) {
    return stand_in_pipe2(fds, 0);
}

STAND_IN(int, accept4, int fd, void* address, void* length, int flags) {
    return fails(kAccept) ? -1
                          : static_cast<int>(
                                call(SYS_accept4, fd, as_number(address), as_number(length), flags)
                            );
}

STAND_IN(int, fcntl, int fd, int command, void* argument) {
    const bool locks = command == F_SETLK || command == F_GETLK || command == F_OFD_SETLK ||
                       command == F_OFD_GETLK;
    const bool frees = locks && static_cast<struct flock*>(argument)->l_type == F_UNLCK;
    const bool copies = command == F_DUPFD_CLOEXEC || command == F_DUPFD;
    if ((locks && !frees && fails(kLock)) || (copies && fails(kDescriptor))) {
        return -1;
    }
    return static_cast<int>(call(SYS_fcntl, fd, command, as_number(argument)));
}

STAND_IN(int, fcntl64, int fd, int command, void* argument) {
    return stand_in_fcntl(fd, command, argument);
}

STAND_IN(int, flock, int fd, int operation) {
    return fails(kLock) ? -1 : static_cast<int>(call(SYS_flock, fd, operation));
}

STAND_IN(int, dup2, int from, int to) {
    return fails(kDescriptor) ? -1 : static_cast<int>(call(SYS_dup2, from, to));
}

STAND_IN(int, socket, int domain, int type, int protocol) {
    return fails(kDescriptor) ? -1 : static_cast<int>(call(SYS_socket, domain, type, protocol));
}

STAND_IN(int, eventfd, unsigned value, int flags) {
    return fails(kDescriptor) ? -1 : static_cast<int>(call(SYS_eventfd2, value, flags));
}

STAND_IN(int, epoll_create1, int flags) {
    return fails(kDescriptor) ? -1 : static_cast<int>(call(SYS_epoll_create1, flags));
}

STAND_IN(int, epoll_ctl, int epoll, int operation, int fd, void* event) {
    const bool adds = operation == EPOLL_CTL_ADD && type_of(fd) == S_IFSOCK;
    return adds && fails(kDescriptor)
               ? -1
               : static_cast<int>(call(SYS_epoll_ctl, epoll, operation, fd, as_number(event)));
}

STAND_IN(int, timerfd_create, int clock, int flags) {
    return fails(kDescriptor) ? -1 : static_cast<int>(call(SYS_timerfd_create, clock, flags));
}

// Of these only pidfds are ever missing.
STAND_IN(long, syscall, long number, long a, long b, long c, long d, long e, long f) {
    return number == SYS_pidfd_open && fails(kDescriptor) ? -1 : call(number, a, b, c, d, e, f);
}

extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_calloc(std::size_t count, std::size_t size);
extern "C" void* __libc_realloc(void* old, std::size_t size);

STAND_IN(void*, malloc, std::size_t size) {
    return fails(kMemory) ? nullptr : __libc_malloc(size);
}

STAND_IN(void*, calloc, std::size_t count, std::size_t size) {
    return fails(kMemory) ? nullptr : __libc_calloc(count, size);
}

STAND_IN(void*, realloc, void* old, std::size_t size) {
    return fails(kMemory) ? nullptr : __libc_realloc(old, size);
}
