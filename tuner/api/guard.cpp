#include "tuner/api/guard.h"

#include "tuner/api/problem.h"
#include "tuner/base/contract.h"
#include "tuner/study/attempt.h"

#include <algorithm>

namespace tuner {

namespace {

constexpr std::string_view kBearer = "Bearer ";

bool contains(const std::vector<std::string>& texts, const std::string& text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// A browser says with these where a request comes from; other programs send neither.
bool is_from_another_site(const Credentials& credentials, const std::vector<std::string>& hosts) {
    const bool foreign_origin = std::any_of(
        credentials.origins.begin(),
        credentials.origins.end(),
        [&](const std::string& origin) {
            return !origin.starts_with("http://") || !contains(hosts, origin.substr(7));
        }
    );
    const bool foreign_site = std::any_of(
        credentials.fetch_sites.begin(),
        credentials.fetch_sites.end(),
        [](const std::string& site) { return site != "same-origin" && site != "none"; }
    );
    return foreign_origin || foreign_site;
}

}  // namespace

Guard::Guard(std::vector<std::string> hosts, std::string token)
    : hosts_(std::move(hosts)), token_(std::move(token)) {
    expects(!token_.empty(), "a guard has a token");
}

std::optional<Response> Guard::check(const Credentials& credentials, Access access) const {
    if (credentials.hosts.size() != 1 || !contains(hosts_, credentials.hosts.front())) {
        return problem(421, "this server does not answer for that Host; use the address it prints");
    }
    if (is_from_another_site(credentials, hosts_)) {
        return problem(403, "requests from other sites' pages are refused");
    }
    if (access == Access::open) {
        return std::nullopt;
    }
    const auto& given = credentials.authorizations;
    if (given.size() == 1 && given.front().starts_with(kBearer) &&
        equal_in_constant_time(given.front().substr(kBearer.size()), token_)) {
        return std::nullopt;
    }
    if (!shown_trial_token(credentials).empty()) {
        return access == Access::trial
                   ? std::nullopt
                   : std::optional(problem(
                         403, "a trial's token is good for :measure and :complete of its own trial"
                     ));
    }
    Response denied = problem(
        401,
        given.empty() ? "this call needs the header 'Authorization: Bearer TOKEN'; `tuner token` "
                        "prints the token"
                      : "the token is not this server's; `tuner token` prints it"
    );
    denied.headers.emplace_back("WWW-Authenticate", "Bearer");
    return denied;
}

std::string Guard::shown_trial_token(const Credentials& credentials) {
    const auto& given = credentials.authorizations;
    const std::string prefix = std::string(kBearer) + std::string(kTrialTokenPrefix);
    return given.size() == 1 && given.front().starts_with(prefix)
               ? given.front().substr(kBearer.size())
               : std::string();
}

bool equal_in_constant_time(const std::string& a, const std::string& b) {
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < b.size(); ++i) {
        const char other = a.empty() ? '\0' : a[i % a.size()];
        difference |= static_cast<unsigned char>(other) ^ static_cast<unsigned char>(b[i]);
    }
    return difference == 0;
}

}  // namespace tuner
