#include "tuner/api/asked_body.h"

#include "tuner/api/report_body.h"
#include "tuner/formats/json_text.h"
#include "tuner/formats/study_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using nlohmann::json;

Result<void> read_count(const json& value, AskRequest& to) {
    const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() >= 1 &&
                      value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxAskedTrials);
    if (!fits) {
        return invalid(fmt::format("count must be a whole number from 1 to {}", kMaxAskedTrials));
    }
    to.count = value.get<std::int64_t>();
    return {};
}

Result<void> read_client(const json& value, AskRequest& to) {
    if (!value.is_string() || value.get_ref<const std::string&>().size() > kMaxClientBytes) {
        return invalid(fmt::format("client must be a text of at most {} bytes", kMaxClientBytes));
    }
    to.client = value.get<std::string>();
    return {};
}

}  // namespace

Result<AskRequest> parse_ask(std::string_view body) {
    AskRequest request;
    if (body.empty()) {
        return request;
    }
    const auto document = parse_json_object(body);
    if (!document) {
        return tl::unexpected(document.error());
    }
    for (const auto& [name, value] : document->items()) {
        const Result<void> read = name == "count"    ? read_count(value, request)
                                  : name == "client" ? read_client(value, request)
                                                     : invalid(fmt::format(
                                                           "unknown field '{}'; there may be "
                                                           "count, client",
                                                           name
                                                       ));
        if (!read) {
            return tl::unexpected(read.error());
        }
    }
    return request;
}

Result<BroughtTrial> parse_brought_trial(std::string_view body, const SearchSpace& space) {
    auto document = parse_json_object(body);
    if (!document) {
        return tl::unexpected(document.error());
    }
    if (!document->contains("parameters")) {
        return invalid("parameters is missing: {\"parameters\": {\"batch_size\": 35, …}, …}");
    }
    Result<Assignment> assignment = parse_assignment(document->at("parameters"), space);
    if (!assignment) {
        return tl::unexpected(assignment.error());
    }
    BroughtTrial brought{std::move(*assignment), std::nullopt};
    document->erase("parameters");
    if (!document->empty()) {
        auto result = parse_complete(document->dump());
        if (!result) {
            return tl::unexpected(result.error());
        }
        brought.result = std::move(*result);
    }
    return brought;
}

}  // namespace tuner
