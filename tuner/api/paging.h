// A page of a list: at most pageSize items from a position, and the opaque token of the next page.
//
// The token names the list it belongs to, so a token of another order or filter is refused instead
// of giving a page of nonsense. Positions count items of the list as it is now: a list that grows
// while it is paged may show an item twice, never skip one of a list ordered by id. Pure.

#pragma once

#include "tuner/api/query.h"
#include "tuner/base/result.h"

#include <cstddef>
#include <optional>
#include <string>

namespace tuner {

inline constexpr std::int64_t kMaxPageSize = 1'000;
inline constexpr std::int64_t kDefaultPageSize = 100;

struct Page {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::optional<std::string> next_token;  // none on the last page
};

// How large pages are; what a list that is not the native API's own has otherwise.
struct PageSizes {
    std::int64_t usual = kDefaultPageSize;
    std::int64_t largest = kMaxPageSize;
    bool is_forgiving = false;  // 0 is the usual size, more than the largest is the largest
};

// The page that pageSize and pageToken of a query ask for, out of `total` items of the list called
// `list` ("trials/objective/completed"). `invalid_argument` for a bad size, a token that was not
// made here or one of another list.
Result<Page> read_page(
    const Query& query, const std::string& list, std::size_t total, PageSizes sizes = {}
);

}  // namespace tuner
