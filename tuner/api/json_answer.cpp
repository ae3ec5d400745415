#include "tuner/api/json_answer.h"

#include "tuner/formats/json_text.h"

#include <nlohmann/json.hpp>

namespace tuner {

Response answer_json(const nlohmann::ordered_json& document) {
    using nlohmann::ordered_json;
    Response response;
    response.body = to_line(document) + "\n";
    return response;
}

Response answer_page(
    const char* name, nlohmann::ordered_json items, const Page& page, std::size_t total
) {
    nlohmann::ordered_json document = nlohmann::ordered_json::object();
    document[name] = std::move(items);
    document["nextPageToken"] = nullptr;
    if (page.next_token) {
        document["nextPageToken"] = *page.next_token;
    }
    document["totalSize"] = total;
    return answer_json(document);
}

}  // namespace tuner
