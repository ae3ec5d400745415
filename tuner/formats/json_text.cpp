#include "tuner/formats/json_text.h"

#include "tuner/formats/utf8.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

constexpr std::size_t kMaxReasonBytes = 200;
constexpr std::size_t kMaxQuotedKeyBytes = 64;

// The library's reason without its error number and without the text that it could not read.
std::string reason_of(const nlohmann::json::exception& exception) {
    std::string_view reason = exception.what();
    if (const auto bracket = reason.find("] "); bracket != std::string_view::npos) {
        reason.remove_prefix(bracket + 2);
    }
    reason = reason.substr(0, reason.find("; last read"));
    return std::string(cut_utf8(reason, kMaxReasonBytes));
}

// The first pass: receives the parser's events, counts, and keeps only the keys of open objects.
class Scan final : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit Scan(const JsonLimits& limits) : limits_(limits) {}

    const std::string& problem() const { return problem_; }

    bool null() override { return count(); }

    bool boolean(bool) override { return count(); }

    bool number_integer(number_integer_t) override { return count(); }

    bool number_unsigned(number_unsigned_t) override { return count(); }

    bool number_float(number_float_t, const string_t&) override { return count(); }

    bool string(string_t&) override { return count(); }

    bool binary(binary_t&) override { return count(); }

    bool start_object(std::size_t) override { return open(); }

    bool end_object() override { return close(); }

    bool start_array(std::size_t) override { return open(); }

    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        if (!keys_.back().insert(name).second) {
            return refuse(
                fmt::format("the key \"{}\" stands twice", cut_utf8(name, kMaxQuotedKeyBytes))
            );
        }
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) override {
        return refuse(reason_of(e));
    }

  private:
    bool refuse(std::string problem) {
        problem_ = std::move(problem);
        return false;
    }

    bool count() {
        return ++values_ <= limits_.values ||
               refuse(fmt::format("more than {} values", limits_.values));
    }

    bool open() {
        keys_.emplace_back();
        if (keys_.size() > limits_.depth) {
            return refuse(fmt::format("nested deeper than {} levels", limits_.depth));
        }
        return count();
    }

    bool close() {
        keys_.pop_back();
        return true;
    }

    JsonLimits limits_;
    std::size_t values_ = 0;
    std::vector<std::unordered_set<std::string>> keys_;  // of every open object; empty for arrays
    std::string problem_;
};

// What is wrong with the text; empty when a document may be built of it.
std::string problem_of(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.bytes) {
        return fmt::format("{} bytes; at most {} are allowed", text.size(), limits.bytes);
    }
    if (const auto at = find_invalid_utf8(text); at != std::string_view::npos) {
        return fmt::format("byte {} is not UTF-8", at + 1);
    }
    Scan scan(limits);
    if (!nlohmann::json::sax_parse(text, &scan)) {
        return scan.problem();
    }
    return {};
}

template <class Json>
Result<Json> parse(std::string_view text, const JsonLimits& limits) {
    if (const std::string problem = problem_of(text, limits); !problem.empty()) {
        return invalid(fmt::format("not acceptable JSON: {}", problem));
    }
    return Json::parse(text, nullptr, false);
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text, const JsonLimits& limits) {
    return parse<nlohmann::json>(text, limits);
}

Result<nlohmann::ordered_json> parse_ordered_json(std::string_view text, const JsonLimits& limits) {
    return parse<nlohmann::ordered_json>(text, limits);
}

Result<nlohmann::json> parse_json_object(std::string_view text) {
    auto document = parse_json(text);
    if (document && !document->is_object()) {
        return invalid("the body must be a JSON object");
    }
    return document;
}

std::string to_line(const nlohmann::ordered_json& document) {
    return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void append(nlohmann::ordered_json& object, const char* name, nlohmann::ordered_json item) {
    if (!object.contains(name)) {
        object[name] = nlohmann::ordered_json::array();
    }
    object[name].push_back(std::move(item));
}

tl::unexpected<Error> must_be(std::string_view field, std::string_view wanted) {
    return invalid(fmt::format("{} must be {}", field, wanted));
}

std::optional<double> from_json_number(const nlohmann::json& value) {
    if (value.is_number()) {
        return value.get<double>();
    }
    const std::string word = value.is_string() ? value.get<std::string>() : "";
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return word == "NaN"         ? std::optional(std::numeric_limits<double>::quiet_NaN())
           : word == "Infinity"  ? std::optional(kInfinity)
           : word == "-Infinity" ? std::optional(-kInfinity)
                                 : std::nullopt;
}

nlohmann::ordered_json to_json_number(double value) {
    using Json = nlohmann::ordered_json;
    return std::isfinite(value) ? Json(value)
           : std::isnan(value)  ? Json("NaN")
           : value > 0          ? Json("Infinity")
                                : Json("-Infinity");
}

nlohmann::ordered_json to_number_or_null(std::optional<double> value) {
    using Json = nlohmann::ordered_json;
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

}  // namespace tuner
