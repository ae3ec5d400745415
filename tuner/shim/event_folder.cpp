#include "tuner/shim/event_folder.h"

#include "tuner/base/owned_fd.h"
#include "tuner/formats/event_line.h"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tuner::shim {

namespace {

constexpr std::string_view kEventFileMark = "tfevents";
// Any Event that is not passed over fits in it, so every reading gets on.
constexpr std::size_t kChunkBytes = kMaxWatchedEventBytes + (std::size_t{32} << 10);

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

std::optional<struct stat> status_of(const std::string& path, int flags = 0) {
    struct stat status {};

    return ::fstatat(AT_FDCWD, path.c_str(), &status, flags) == 0 ? std::optional(status)
                                                                  : std::nullopt;
}

bool is_folder(const dirent& entry, const std::string& path) {
    if (entry.d_type != DT_UNKNOWN) {
        return entry.d_type == DT_DIR;
    }
    const auto status = status_of(path, AT_SYMLINK_NOFOLLOW);
    return status && S_ISDIR(status->st_mode);
}

bool is_of_evaluation(std::string_view name) {
    while (!name.empty()) {
        const std::string_view part = name.substr(0, name.find('/'));
        if (part.starts_with("eval") || part == "validation" || part == "val" || part == "test") {
            return true;
        }
        name.remove_prefix(std::min(name.size(), part.size() + 1));
    }
    return false;
}

}  // namespace

EventFolder::EventFolder(
    const std::vector<std::string>& roots, std::string metric, MetricsFile& metrics, Note note
)
    : metric_(std::move(metric)), metrics_(metrics), note_(std::move(note)) {
    for (const std::string& path : roots) {
        add_folder(path, "", 0);
    }
    find_files(true);
}

bool EventFolder::look(Duration now) {
    find_files(false);
    return read_all(kEventBytesPerLook, now);
}

void EventFolder::finish(Duration now) {
    find_files(false);
    read_all(kMaxEventBytesAtEnd, now);
    for (const File& file : files_) {
        if (const std::uint64_t damaged = file.damaged + file.reader.damaged_records()) {
            note_(
                std::to_string(damaged) + " damaged records of the event file " + file.path +
                " were skipped"
            );
        }
    }
    if (hungry_) {
        note_("the trainer's event files were too long to be read to their end");
    }
}

// Folders and files ------------------------------------------------------------------------------

// Folders that are found on the way are at the end of the list, so they are looked at too.
void EventFolder::find_files(bool is_start) {
    for (std::size_t i = 0; i < folders_.size(); ++i) {
        if (has_changed(folders_[i])) {
            list(i, is_start);
        }
    }
}

bool EventFolder::has_changed(Folder& folder) const {
    const auto status = status_of(folder.path);
    if (!status) {
        return false;
    }
    const std::int64_t changed_ns = std::int64_t{status->st_mtim.tv_sec} * 1'000'000'000 +
                                    static_cast<std::int64_t>(status->st_mtim.tv_nsec);
    const bool changed = changed_ns != std::exchange(folder.changed_ns, changed_ns);
    return std::exchange(folder.look_again, changed) || changed;
}

void EventFolder::list(std::size_t index, bool is_start) {
    const Folder folder = folders_[index];  // a copy: the list grows meanwhile
    const std::unique_ptr<DIR, CloseFolder> entries(::opendir(folder.path.c_str()));
    std::set<std::string> event_files;  // their names begin with their times, so in order of time
    while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
        const std::string name = entry->d_name;
        const std::string path = folder.path + "/" + name;
        if (name == "." || name == "..") {
            continue;
        }
        if (name.find(kEventFileMark) != std::string::npos) {
            event_files.insert(path);
        } else if (folder.depth < kMaxEventDepth && is_folder(*entry, path)) {
            add_folder(
                path, folder.name.empty() ? name : folder.name + "/" + name, folder.depth + 1
            );
        }
        if (event_files.size() > kMaxEventFiles) {
            event_files.erase(std::prev(event_files.end()));
        }
    }
    for (const std::string& path : event_files) {
        add_file(path, index, is_start);
    }
}

void EventFolder::add_folder(const std::string& path, const std::string& name, int depth) {
    const bool is_known = std::any_of(folders_.begin(), folders_.end(), [&](const Folder& folder) {
        return folder.path == path;
    });
    if (is_known || folders_.size() >= kMaxEventFolders) {
        return;
    }
    Folder folder;
    folder.path = path;
    folder.name = name;
    folder.depth = depth;
    if (is_of_evaluation(name)) {
        folder.rank = Rank::evaluation;
    } else if (name.empty()) {
        folder.rank = Rank::root;
    }
    folders_.push_back(std::move(folder));
}

void EventFolder::add_file(const std::string& path, std::size_t folder, bool is_start) {
    const bool is_known = std::any_of(files_.begin(), files_.end(), [&](const File& file) {
        return file.path == path;
    });
    if (is_known || files_.size() >= kMaxEventFiles) {
        return;
    }
    File file;
    file.path = path;
    file.folder = folder;
    if (is_start) {
        const auto status = status_of(path);
        file.position = status ? static_cast<std::uint64_t>(status->st_size) : 0;
    }
    file.reader = EventFileReader(file.position, kMaxWatchedEventBytes);
    files_.push_back(std::move(file));
}

// Their bytes ------------------------------------------------------------------------------------

// Those of evaluations first: what is theirs is then known before others claim it.
bool EventFolder::read_all(std::uint64_t budget, Duration now) {
    bool any = false;
    hungry_ = false;
    for (const Rank rank : {Rank::evaluation, Rank::root, Rank::other}) {
        for (File& file : files_) {
            if (folders_[file.folder].rank == rank) {
                any = read(file, budget, now) || any;
            }
        }
    }
    return any;
}

bool EventFolder::read(File& file, std::uint64_t& budget, Duration now) {
    const auto status = status_of(file.path);
    if (!status || static_cast<std::uint64_t>(status->st_size) <= file.position ||
        !file.reader.problem().empty()) {
        return false;
    }
    const OwnedFd opened(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!opened || !S_ISREG(status->st_mode)) {
        return false;
    }
    buffer_.resize(kChunkBytes);
    bool any = false;
    while (budget > 0 && file.reader.problem().empty()) {
        const ssize_t got = ::pread(
            opened.get(), buffer_.data(), buffer_.size(), static_cast<off_t>(file.position)
        );
        if (got <= 0) {
            return any;
        }
        const std::uint64_t before = file.position;
        take(file, std::string_view(buffer_).substr(0, static_cast<std::size_t>(got)), now);
        budget -= std::min(budget, static_cast<std::uint64_t>(got));
        any = any || file.position > before;
        if (static_cast<std::size_t>(got) < buffer_.size()) {
            return any;  // the end, for now
        }
    }
    hungry_ = hungry_ || file.reader.problem().empty();
    return any;
}

// Half a record is read once more when it may be whole.
void EventFolder::take(File& file, std::string_view bytes, Duration now) {
    scalars_.clear();
    file.reader.read(bytes, scalars_);
    for (const EventScalar& scalar : scalars_) {
        offer(scalar, file.folder, now);
    }
    if (!file.reader.problem().empty()) {
        note_("the event file " + file.path + " is read no further: " + file.reader.problem());
    }
    file.position += bytes.size();
    if (!file.reader.is_between_records() && !file.reader.is_passing_over()) {
        file.position = file.reader.offset();
        file.damaged += file.reader.damaged_records();
        if (file.reader.problem().empty()) {
            file.reader = EventFileReader(file.position, kMaxWatchedEventBytes);
        }
    }
}

// Scalars ----------------------------------------------------------------------------------------

void EventFolder::offer(const EventScalar& scalar, std::size_t folder, Duration now) {
    const std::string name = name_of(scalar.tag, folder);
    if (!name.empty()) {
        const char source = name == metric_ ? 'e' : 'f';
        metrics_.offer(source, to_text(EventLine{scalar.step, scalar.value, name}), now);
    }
}

// Empty when there are too many tags.
std::string EventFolder::name_of(const std::string& tag, std::size_t folder) {
    auto found = tags_.find(tag);
    if (found == tags_.end()) {
        if (tags_.size() >= kMaxOtherTags && tag != metric_) {
            return {};
        }
        found = tags_.emplace(tag, Tag{folder, false}).first;
    }
    Tag& known = found->second;
    if (known.folder == folder) {
        return tag;
    }
    const std::size_t former = known.folder;
    const bool is_better = folders_[folder].rank < folders_[former].rank;
    known.folder = is_better ? folder : former;
    if (is_better || !std::exchange(known.is_contested, true)) {
        known.is_contested = true;
        note_(
            "the event files of two folders have the metric " + tag + ": that of " +
            folders_[known.folder].path + " counts, the other is kept as " +
            qualified(tag, is_better ? former : folder)
        );
    }
    return is_better ? tag : qualified(tag, folder);
}

std::string EventFolder::qualified(const std::string& tag, std::size_t folder) const {
    const std::string& name = folders_[folder].name;
    return (name.empty() ? std::string(".") : name) + "/" + tag;
}

}  // namespace tuner::shim
