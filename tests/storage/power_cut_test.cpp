// Power cuts (reliability.md C9): whatever the disk made of the writes that were not yet synced,
// everything that storage had acknowledged is there afterwards.
//
// A VFS beneath SQLite records every write, truncation, sync and removal of one run. A cut is then
// a place in that record: what was synced before it is on the disk; of what came after its file's
// last sync, any part may be, in any order, torn between sectors. TUNER_POWER_CUTS says how many.

#include "tests/storage/fixtures.h"
#include "tuner/base/random.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>

#include <sqlite3.h>

using namespace tuner;

namespace {

constexpr std::size_t kSector = 512;

struct Op {
    enum class Kind { write, truncate, sync, remove } kind;
    std::string file;  // its name without the folder
    std::size_t offset = 0;
    std::string bytes;
};

std::vector<Op> record;

// The recording VFS -------------------------------------------------------------------------------

struct RecordedFile {
    sqlite3_file base;
    const char* name;

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

RecordedFile* of(sqlite3_file* file) {
    return reinterpret_cast<RecordedFile*>(file);
}

sqlite3_file* real(sqlite3_file* file) {
    return of(file)->real();
}

std::string name_of_path(const char* path) {
    return std::filesystem::path(path).filename().string();
}

void note(sqlite3_file* file, Op::Kind kind, std::size_t offset = 0, std::string bytes = {}) {
    if (of(file)->name != nullptr) {
        record.push_back({kind, name_of_path(of(file)->name), offset, std::move(bytes)});
    }
}

int record_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    const auto length = static_cast<std::size_t>(size);
    note(
        file,
        Op::Kind::write,
        static_cast<std::size_t>(offset),
        {static_cast<const char*>(bytes), length}
    );
    return real(file)->pMethods->xWrite(real(file), bytes, size, offset);
}

int record_truncate(sqlite3_file* file, sqlite3_int64 size) {
    note(file, Op::Kind::truncate, static_cast<std::size_t>(size));
    return real(file)->pMethods->xTruncate(real(file), size);
}

int record_sync(sqlite3_file* file, int flags) {
    note(file, Op::Kind::sync);
    return real(file)->pMethods->xSync(real(file), flags);
}

template <auto Method, class... Arguments>
auto pass_on(sqlite3_file* file, Arguments... arguments) {
    return (real(file)->pMethods->*Method)(real(file), arguments...);
}

using M = sqlite3_io_methods;
const sqlite3_io_methods kMethods = {
    3,
    pass_on<&M::xClose>,
    pass_on<&M::xRead, void*, int, sqlite3_int64>,
    record_write,
    record_truncate,
    record_sync,
    pass_on<&M::xFileSize, sqlite3_int64*>,
    pass_on<&M::xLock, int>,
    pass_on<&M::xUnlock, int>,
    pass_on<&M::xCheckReservedLock, int*>,
    pass_on<&M::xFileControl, int, void*>,
    pass_on<&M::xSectorSize>,
    pass_on<&M::xDeviceCharacteristics>,
    pass_on<&M::xShmMap, int, int, int, volatile void**>,
    pass_on<&M::xShmLock, int, int, int>,
    pass_on<&M::xShmBarrier>,
    pass_on<&M::xShmUnmap, int>,
    pass_on<&M::xFetch, sqlite3_int64, int, void**>,
    pass_on<&M::xUnfetch, sqlite3_int64, void*>,
};

sqlite3_vfs* unix_vfs() {
    return sqlite3_vfs_find("unix");
}

int record_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    of(file)->name = name;
    const int code = unix_vfs()->xOpen(unix_vfs(), name, real(file), flags, out);
    file->pMethods = real(file)->pMethods == nullptr ? nullptr : &kMethods;
    return code;
}

int record_delete(sqlite3_vfs*, const char* name, int sync_directory) {
    record.push_back({Op::Kind::remove, name_of_path(name), 0, {}});
    return unix_vfs()->xDelete(unix_vfs(), name, sync_directory);
}

// SQLite's own, with a recorder before it, for as long as this lives.
class Recorder {
  public:
    Recorder() : vfs_(*unix_vfs()) {
        record.clear();
        vfs_.szOsFile += static_cast<int>(sizeof(RecordedFile));
        vfs_.zName = "recorder";
        vfs_.xOpen = record_open;
        vfs_.xDelete = record_delete;
        sqlite3_vfs_register(&vfs_, 1);
    }

    ~Recorder() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(unix_vfs(), 1);
    }

    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

  private:
    sqlite3_vfs vfs_;
};

// What a disk holds after a cut -------------------------------------------------------------------

void put(std::string& content, std::size_t offset, std::string_view bytes) {
    content.resize(std::max(content.size(), offset + bytes.size()));
    std::memcpy(content.data() + offset, bytes.data(), bytes.size());
}

void apply(std::string& content, const Op& op) {
    if (op.kind == Op::Kind::truncate) {
        content.resize(op.offset);
    } else {
        put(content, op.offset, op.bytes);
    }
}

// Any part of what was not synced, in any order.
void apply_some(std::string& content, std::vector<Op> unsynced, Rng& rng) {
    for (std::size_t i = unsynced.size(); i > 1; --i) {
        std::swap(unsynced[i - 1], unsynced[rng.next() % i]);
    }
    for (const Op& op : unsynced) {
        if (op.kind == Op::Kind::truncate && rng.uniform() < 0.5) {
            content.resize(op.offset);
        }
        for (std::size_t at = 0; at < op.bytes.size(); at += kSector) {
            if (rng.uniform() < 0.5) {
                put(content, op.offset + at, std::string_view(op.bytes).substr(at, kSector));
            }
        }
    }
}

// A lying disk keeps no promise at a sync.
enum class Disk { honest, lying };

void write_disk_after_cut(
    const std::filesystem::path& folder, std::size_t cut, Disk kind, Rng& rng
) {
    std::map<std::string, std::string> disk;
    std::map<std::string, std::vector<Op>> unsynced;
    for (std::size_t i = 0; i < cut; ++i) {
        const Op& op = record[i];
        if (op.kind == Op::Kind::sync && kind == Disk::lying) {
            continue;
        }
        if (op.kind == Op::Kind::sync) {
            for (const Op& earlier : unsynced[op.file]) {
                apply(disk[op.file], earlier);
            }
            unsynced[op.file].clear();
        } else if (op.kind == Op::Kind::remove) {
            disk.erase(op.file);
            unsynced.erase(op.file);
        } else {
            unsynced[op.file].push_back(op);
        }
    }
    for (auto& [file, ops] : unsynced) {
        apply_some(disk[file], ops, rng);
    }
    for (const auto& [file, content] : disk) {
        std::ofstream(folder / file, std::ios::binary) << content;
        std::filesystem::permissions(folder / file, std::filesystem::perms(0600));
    }
}

// The run that is cut -----------------------------------------------------------------------------

// From `since` on (a place in the record), this holds.
struct Promise {
    std::size_t since = 0;
    std::string what;
    std::function<bool(Storage&)> holds;
};

class Run {
  public:
    void one_study(Storage& storage, int number) {
        const Study study = add_study_with_trials(storage, 3, "study" + std::to_string(number));
        promise("trials", [=](Storage& s) { return s.trials(study.key).size() == 3; });
        for (std::int64_t n = 1; n <= 3; ++n) {
            const AttemptRecord attempt = run_trial(storage, study.key, n);
            promise("running", [=](Storage& s) {
                const auto all = s.attempts(study.key, TrialId(n));
                return all.size() == 1 && all[0].state != AttemptState::intent;
            });
            const std::vector<Measurement> said{{n, {{"accuracy", 0.5}}}};
            REQUIRE(storage.add_measurements(attempt.id, said, 100, at(5)));
            promise("measured", [=](Storage& s) {
                return trial_of(s, study.key, n).measurements.size() == 1;
            });
            const Trial after = completed(trial_of(storage, study.key, n));
            REQUIRE(storage.end_attempt({attempt.id, exit_code(0), after}, at(6)));
            promise("completed", [=](Storage& s) { return trial_of(s, study.key, n) == after; });
        }
    }

    const std::vector<Promise>& promises() const { return promises_; }

  private:
    void promise(std::string what, std::function<bool(Storage&)> holds) {
        promises_.push_back({record.size(), std::move(what), std::move(holds)});
    }

    std::vector<Promise> promises_;
};

int cuts_wanted() {
    const char* text = std::getenv("TUNER_POWER_CUTS");
    return text == nullptr ? 100 : std::atoi(text);
}

Run a_recorded_run() {
    Run run;
    const Recorder recorder;
    const TempDir dir;
    for (int life = 0; life < 3; ++life) {  // each end is a checkpoint
        Storage storage = Storage::open(dir.database(), an_identity(), at(1));
        run.one_study(storage, life);
        run.one_study(storage, 10 + life);
    }
    return run;
}

// The promises that the i-th cut broke; a database that cannot be opened breaks all.
std::vector<std::string> broken_by_cut(const Run& run, int i, Disk kind) {
    Rng rng(1, "power cut", static_cast<std::uint64_t>(i));
    const std::size_t cut = rng.next() % (record.size() + 1);
    const TempDir dir;
    write_disk_after_cut(dir.path(), cut, kind, rng);
    std::vector<std::string> broken;
    try {
        Storage storage = Storage::open(dir.database(), an_identity(), at(1));
        for (const Promise& promise : run.promises()) {
            if (promise.since <= cut && !promise.holds(storage)) {
                broken.push_back(promise.what);
            }
        }
    } catch (const std::exception& error) {  // StorageError, or a trial that is not there
        broken.push_back(error.what());
    }
    return broken;
}

}  // namespace

TEST_CASE("what storage has acknowledged survives a power cut", "[storage]") {
    const Run run = a_recorded_run();
    REQUIRE(record.size() > 100);
    REQUIRE(run.promises().size() == 60);
    for (int i = 0; i < cuts_wanted(); ++i) {
        CAPTURE(i);
        CHECK(broken_by_cut(run, i, Disk::honest) == std::vector<std::string>{});
    }
}

TEST_CASE("a disk that lies about its syncs is found out by power cuts", "[storage]") {
    const Run run = a_recorded_run();
    int broken = 0;
    for (int i = 0; i < 20; ++i) {
        broken += broken_by_cut(run, i, Disk::lying).empty() ? 0 : 1;
    }
    CHECK(broken > 0);
}
