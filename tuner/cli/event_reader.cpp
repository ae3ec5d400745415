#include "tuner/cli/event_reader.h"

#include <algorithm>
#include <utility>

namespace tuner {

void EventReader::feed(std::string_view bytes) {
    for (const char c : bytes) {
        if (c != '\n') {
            line_ += c;
            continue;
        }
        if (line_.ends_with('\r')) {
            line_.pop_back();
        }
        const std::string line = std::exchange(line_, {});
        read_line(line);
    }
}

std::optional<ServerSentEvent> EventReader::next() {
    if (ready_.empty()) {
        return std::nullopt;
    }
    ServerSentEvent event = std::move(ready_.front());
    ready_.pop_front();
    return event;
}

void EventReader::read_line(std::string_view line) {
    if (line.empty()) {
        if (std::exchange(has_data_, false)) {
            ready_.push_back(current_);
        }
        current_.kind.clear();
        current_.data.clear();
        return;
    }
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view field = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) {
        value.remove_prefix(1);
    }
    if (field == "id") {
        current_.id = value;
    } else if (field == "event") {
        current_.kind = value;
    } else if (field == "data") {
        current_.data += has_data_ ? "\n" : "";
        current_.data += value;
        has_data_ = true;
    }
}

}  // namespace tuner
