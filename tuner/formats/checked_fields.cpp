#include "tuner/formats/checked_fields.h"

#include "tuner/base/random.h"

#include <algorithm>

namespace tuner {

namespace {

constexpr int kVersion = 1;
constexpr std::string_view kChecksumKey = "checksum=";
constexpr std::size_t kChecksumDigits = 16;

std::string checksum_of(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::uint64_t hash = stable_hash(text);
    std::string digits(kChecksumDigits, '0');
    for (std::size_t i = kChecksumDigits; i-- > 0; hash >>= 4) {
        digits[i] = kDigits[hash & 0xf];
    }
    return digits;
}

std::string first_line(std::string_view kind) {
    return "tuner-" + std::string(kind) + " " + std::to_string(kVersion);
}

std::string unescaped(std::string_view value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool escape = value[i] == '\\' && i + 1 < value.size();
        i += escape ? 1 : 0;
        text += escape && value[i] == 'n' ? '\n' : value[i];
    }
    return text;
}

}  // namespace

FieldWriter::FieldWriter(std::string_view kind) : text_(first_line(kind) + "\n") {}

void FieldWriter::add(std::string_view key, std::string_view value) {
    text_ += key;
    text_ += '=';
    for (const char c : value) {
        if (c == '\n') {
            text_ += "\\n";
        } else if (c == '\\') {
            text_ += "\\\\";
        } else {
            text_ += c;
        }
    }
    text_ += '\n';
}

void FieldWriter::add_number(std::string_view key, std::int64_t value) {
    add(key, std::to_string(value));
}

std::string FieldWriter::finish() {
    text_ += std::string(kChecksumKey) + checksum_of(text_) + "\n";
    return std::move(text_);
}

FieldReader::FieldReader(std::string_view text, std::string_view kind, std::size_t bytes_max)
    : kind_(kind) {
    if (text.size() > bytes_max) {
        reject("is longer than its limit");
    } else if (text.find('\0') != std::string_view::npos) {
        reject("holds a NUL byte");
    } else if (const std::string_view body = checked_body(text); !body.empty()) {
        split(body);
    }
}

std::vector<std::string> FieldReader::all(std::string_view key) const {
    std::vector<std::string> values;
    for (const auto& [name, value] : fields_) {
        if (name == key) {
            values.push_back(value);
        }
    }
    return values;
}

std::optional<std::string> FieldReader::find(std::string_view key) const {
    const auto at = std::find_if(fields_.begin(), fields_.end(), [key](const auto& field) {
        return field.first == key;
    });
    return at == fields_.end() ? std::nullopt : std::optional(at->second);
}

std::string FieldReader::text(std::string_view key) {
    std::optional<std::string> value = find(key);
    if (!value) {
        reject("has no " + std::string(key));
    }
    return value.value_or("");
}

void FieldReader::reject(const std::string& why) {
    if (!error_) {
        error_ = Error{ErrorCode::invalid_argument, "the " + kind_ + " file " + why};
    }
}

// What the checksum covers; empty, and the file bad, when it does not match.
std::string_view FieldReader::checked_body(std::string_view text) {
    const std::size_t tail = kChecksumKey.size() + kChecksumDigits + 1;
    const std::size_t length = text.size() < tail ? 0 : text.size() - tail;
    const std::string_view body = text.substr(0, length);
    if (body.empty() || body.back() != '\n' ||
        text.substr(length) != std::string(kChecksumKey) + checksum_of(body) + "\n") {
        reject("is torn or altered: its checksum does not match");
        return {};
    }
    return body;
}

void FieldReader::split(std::string_view body) {
    const std::string_view first = body.substr(0, body.find('\n'));
    if (first != first_line(kind_)) {
        reject("is of another kind or version");
        return;
    }
    body.remove_prefix(first.size() + 1);
    while (!body.empty()) {
        const std::string_view line = body.substr(0, body.find('\n'));
        body.remove_prefix(line.size() + 1);
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) {
            reject("has a line without \"=\"");
            return;
        }
        fields_.emplace_back(line.substr(0, equals), unescaped(line.substr(equals + 1)));
    }
}

}  // namespace tuner
