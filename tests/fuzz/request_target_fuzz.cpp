// What stands in a request's first line is refused, or is texts that a route, a query, a page token
// and a filter of jobs can be read from.

#include "tests/fuzz/refusal.h"
#include "tuner/api/job_filter.h"
#include "tuner/api/paging.h"
#include "tuner/api/query.h"
#include "tuner/api/request_target.h"
#include "tuner/formats/utf8.h"

#include <algorithm>

#include <nlohmann/json.hpp>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

constexpr std::size_t kItems = 250;

const nlohmann::ordered_json kJob{
    {"jobId", "census_1"},
    {"state", "FAILED"},
    {"labels", {{"team", "a"}}},
    {"trainingInput", {{"args", {"--x=1", "--y"}}, {"maxTrials", 20}}}};

bool is_plain(std::string_view text) {
    return find_invalid_utf8(text) == std::string_view::npos &&
           std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; });
}

template <class T>
bool is_refused(const Result<T>& result) {
    if (!result) {
        check_refusal(result.error());
    }
    return !result;
}

void check_filter(std::string_view text) {
    const auto filter = parse_job_filter(text);
    if (is_refused(filter)) {
        return;
    }
    const bool is_meant = (*filter)(kJob);
    holds((*filter)(kJob) == is_meant, "a filter says the same of the same job");
    holds(!text.empty() || is_meant, "without a filter every job is meant");
}

void check_page(const Query& query) {
    const auto page = read_page(query, "trials", kItems);
    if (is_refused(page)) {
        return;
    }
    holds(page->begin <= page->end && page->end <= kItems, "a page is a part of the list");
    holds(
        page->next_token.has_value() == (page->end < kItems),
        "every page but the last has a next one"
    );
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto target = parse_target(text_of(data, size));
    if (is_refused(target)) {
        return 0;
    }
    for (const std::string& segment : target->segments) {
        const auto decoded = decode_segment(segment);
        holds(decoded && is_plain(*decoded), "a segment of the path is a text");
    }
    Request request;
    request.query = target->query;
    for (const auto& [name, value] : target->query) {
        holds(is_plain(name) && is_plain(value), "a query is texts");
        if (name == "filter") {
            check_filter(value);
        }
    }
    const auto query = Query::read(request, {"pageSize", "pageToken", "filter"});
    if (!is_refused(query)) {
        check_page(*query);
    }
    return 0;
}
