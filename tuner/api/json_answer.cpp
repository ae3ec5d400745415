#include "tuner/api/json_answer.h"

#include <nlohmann/json.hpp>

namespace tuner {

Response answer_json(const nlohmann::ordered_json& document) {
    using nlohmann::ordered_json;
    Response response;
    response.body = document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    return response;
}

}  // namespace tuner
