// The EventFolder watches the TensorBoard event files below the folders in which a trial's trainer
// may write them, and offers their scalars as metrics while they grow (contract.md 3.6, 3.7).
//
// A file counts when `tfevents` is in its name. What it held before the trainer began does not:
// that is by the bytes that were there then, not by any clock, so an earlier run's files never
// speak for this one. Where a tag is in the files of several folders, that of an evaluation (eval*,
// validation, val, test) has its name, else that of the trial's own folder; the others' is
// FOLDER/tag from then on, and the trainer's log says so once.
//
// A look costs at most kEventBytesPerLook and says whether there is more. No reader keeps half a
// record between two looks, so memory does not grow with the files; a damaged length ends the
// reading of its file, with a note. Links to folders are not followed.

#pragma once

#include "tuner/base/time.h"
#include "tuner/formats/event_file.h"
#include "tuner/shim/metrics_file.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tuner::shim {

inline constexpr Duration kEventInterval{500};
inline constexpr std::size_t kEventBytesPerLook = std::size_t{1} << 20;
inline constexpr std::size_t kMaxWatchedEventBytes = std::size_t{64} << 10;  // of one Event
inline constexpr std::size_t kMaxEventFiles = 256;
inline constexpr std::size_t kMaxEventFolders = 256;
inline constexpr int kMaxEventDepth = 8;           // folders below one that is watched
inline constexpr std::size_t kMaxOtherTags = 100;  // besides the objective
// What is still unread when the trainer has ended is read up to here; 10 s of work.
inline constexpr std::uint64_t kMaxEventBytesAtEnd = std::uint64_t{4} << 30;

class EventFolder {
  public:
    using Note = std::function<void(const std::string&)>;  // a word in the trainer's log

    // `roots` are absolute and need not exist; `metrics` outlives it. Takes in what is there now,
    // and ignores that from then on.
    EventFolder(
        const std::vector<std::string>& roots, std::string metric, MetricsFile& metrics, Note note
    );

    // Offers what is new; answers whether there was anything.
    bool look(Duration now);

    // Whether the last look left something unread.
    bool is_hungry() const { return hungry_; }

    // The trainer is gone: reads all that is left.
    void finish(Duration now);

  private:
    // Whose name a tag may have: the least of the folders that have it.
    enum Rank : int { evaluation, root, other };

    struct Folder {
        std::string path;
        std::string name;  // from its root, "train"; empty for the root itself
        Rank rank = Rank::other;
        int depth = 0;
        std::int64_t changed_ns = -1;  // when its list of files last changed
        bool look_again = true;        // a change within the clock's grain leaves no trace
    };

    struct File {
        std::string path;
        std::size_t folder = 0;
        EventFileReader reader;
        std::uint64_t position = 0;  // the next byte to read
        std::uint64_t damaged = 0;   // records that earlier readers of it skipped
    };

    struct Tag {
        std::size_t folder = 0;  // whose it is
        bool is_contested = false;
    };

    void find_files(bool is_start);
    bool has_changed(Folder& folder) const;
    void list(std::size_t folder, bool is_start);
    void add_folder(const std::string& path, const std::string& name, int depth);
    void add_file(const std::string& path, std::size_t folder, bool is_start);
    bool read_all(std::uint64_t budget, Duration now);
    bool read(File& file, std::uint64_t& budget, Duration now);
    void take(File& file, std::string_view bytes, Duration now);
    void offer(const EventScalar& scalar, std::size_t folder, Duration now);
    std::string name_of(const std::string& tag, std::size_t folder);
    std::string qualified(const std::string& tag, std::size_t folder) const;

    std::string metric_;
    MetricsFile& metrics_;
    Note note_;
    std::vector<Folder> folders_;
    std::vector<File> files_;
    std::map<std::string, Tag, std::less<>> tags_;
    std::vector<EventScalar> scalars_;
    std::string buffer_;
    bool hungry_ = false;
};

}  // namespace tuner::shim
