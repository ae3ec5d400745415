#include "tuner/formats/stored_json.h"

#include "tuner/base/random.h"

#include <cmath>
#include <limits>
#include <string>

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

// Texts that have gone wrong somewhere before: empty, quotes, control characters, look-alike
// numbers, not UTF-8.
std::string some_text(Rng& rng) {
    static const std::string texts[] = {
        "",
        "a",
        "1",
        "1.0",
        "true",
        "null",
        "NaN",
        "\"quoted\"",
        "a\nb\t\x01",
        "\xc3\xa9",
        "\xff\xfe",
        "{\"hex\":\"00\"}",
        std::string("nul\0inside", 10),
        "256 128 64"};
    return texts[rng.below(std::size(texts))];
}

double some_real(Rng& rng) {
    static const double reals[] = {
        0.0, -0.0, 1.0, 0.1, 5e-324, 1.7976931348623157e308, 5.946473377484674e-05, -1e15};
    return rng.below(2) == 0 ? reals[rng.below(std::size(reals))] : rng.normal() * 1e3;
}

std::vector<std::string> some_texts(Rng& rng) {
    std::vector<std::string> texts(rng.below(4));
    for (std::string& text : texts) {
        text = some_text(rng);
    }
    return texts;
}

Domain some_domain(Rng& rng) {
    const auto scale = static_cast<Scale>(rng.below(3));
    switch (rng.below(4)) {
        case 0:
            return RealRange{0.1 * rng.uniform() + 1e-9, 1 + rng.uniform(), scale};
        case 1:
            return IntegerRange{1, 1 + static_cast<std::int64_t>(rng.below(1U << 30)), scale};
        case 2:
            return DiscreteValues{{0.5, 1, 1 + rng.uniform() + 1e-9, 1024}, scale};
        default:
            return Categories{{"1", "1.0", "True", "", "64,16,4", "\xc3\xa9"}};
    }
}

SearchSpace some_space(Rng& rng) {
    std::vector<Parameter> parameters;
    const auto count = 1 + rng.below(6);
    for (std::uint64_t i = 0; i < count; ++i) {
        parameters.push_back(*Parameter::create("p-" + std::to_string(i), some_domain(rng)));
    }
    const ParameterValue on = std::string("on");
    parameters.push_back(*Parameter::create("switch", Categories{{"off", "on"}}, on));
    parameters.push_back(*Parameter::create(
        "child", IntegerRange{-3, 3, Scale::linear}, std::int64_t{0}, Condition{"switch", {on}}
    ));
    return *SearchSpace::create(std::move(parameters));
}

Assignment some_assignment(Rng& rng) {
    std::vector<Assignment::Entry> entries;
    for (std::uint64_t i = rng.below(6); i > 0; --i) {
        const std::string name = "x" + std::to_string(i);
        switch (rng.below(3)) {
            case 0:
                entries.emplace_back(name, some_real(rng));
                break;
            case 1:
                entries.emplace_back(name, static_cast<std::int64_t>(rng.next()));
                break;
            default:
                entries.emplace_back(name, some_text(rng));
        }
    }
    return Assignment(std::move(entries));
}

TrainerSpec some_trainer(Rng& rng) {
    TrainerSpec trainer;
    trainer.command = some_texts(rng);
    trainer.args = some_texts(rng);
    if (rng.below(2) == 0) {
        trainer.job_dir = some_text(rng);
    }
    trainer.python_module = some_text(rng);
    trainer.package_uris = some_texts(rng);
    trainer.env = {{some_text(rng), some_text(rng)}, {"PATH", some_text(rng)}};
    trainer.working_dir = some_text(rng);
    trainer.staged_paths = some_texts(rng);
    trainer.is_vizier = rng.below(2) == 0;
    if (trainer.is_vizier) {
        trainer.output_dir = some_text(rng);
    }
    return trainer;
}

Limits some_limits(Rng& rng) {
    Limits limits;
    limits.max_trials = static_cast<std::int64_t>(rng.below(1'000'000));
    limits.max_parallel_trials = static_cast<std::int64_t>(rng.below(100));
    limits.max_failed_trials = static_cast<std::int64_t>(rng.below(10));
    limits.max_retries = static_cast<std::int64_t>(rng.below(10));
    if (rng.below(2) == 0) {
        limits.timeout = Duration(rng.below(1U << 31));
    }
    if (rng.below(2) == 0) {
        limits.stall_timeout = Duration(rng.below(1U << 31));
    }
    limits.termination_grace = Duration(rng.below(100'000));
    return limits;
}

Stopping some_stopping(Rng& rng) {
    Stopping stopping;
    if (rng.below(2) == 0) {
        stopping.kind = static_cast<StoppingKind>(1 + rng.below(3));
        stopping.unit = static_cast<StoppingUnit>(rng.below(3));
        stopping.min_steps = static_cast<std::int64_t>(rng.below(100)) + 1;
        stopping.min_measurements = static_cast<std::int64_t>(rng.below(100)) + 1;
        stopping.min_trials = static_cast<std::int64_t>(rng.below(100)) + 1;
        stopping.eta = static_cast<std::int64_t>(rng.below(100)) + 2;
        stopping.max_steps = static_cast<std::int64_t>(rng.below(100));
    }
    return stopping;
}

StudyConfig some_config(Rng& rng) {
    StudyConfig config;
    config.name = some_text(rng);
    config.space = some_space(rng);
    config.objectives = {{"training/hptuning/metric", static_cast<Goal>(rng.below(2))}};
    config.selection = static_cast<MeasurementSelection>(rng.below(2));
    config.algorithm = static_cast<Algorithm>(rng.below(5));
    if (rng.below(2) == 0) {
        config.seed = rng.next();
    }
    config.starting_points = {some_assignment(rng), some_assignment(rng)};
    config.stopping = some_stopping(rng);
    config.limits = some_limits(rng);
    config.trainer = some_trainer(rng);
    config.unused_fields = some_texts(rng);
    return config;
}

}  // namespace

TEST_CASE("a stored configuration reads back equal and writes the same text again", "[stored]") {
    for (std::uint64_t i = 0; i < 300; ++i) {
        Rng rng(7, "stored config", i);
        const StudyConfig config = some_config(rng);
        const std::string text = to_stored_config(config);
        CAPTURE(i, text);
        const auto read = from_stored_config(text);
        REQUIRE(read);
        CHECK(*read == config);
        CHECK(to_stored_config(*read) == text);
    }
}

TEST_CASE("a stored assignment keeps order and types", "[stored]") {
    const Assignment assignment({{"z", 1.0}, {"a", std::int64_t{1}}, {"m", std::string("1")}});
    CHECK(to_stored_assignment(assignment) == R"({"z":1.0,"a":1,"m":"1"})");
    for (std::uint64_t i = 0; i < 1000; ++i) {
        Rng rng(7, "stored assignment", i);
        const Assignment some = some_assignment(rng);
        const std::string text = to_stored_assignment(some);
        CAPTURE(text);
        const auto read = from_stored_assignment(text);
        REQUIRE(read);
        CHECK(*read == some);
        // -0.0 equals 0.0, so the canonical text has to agree too.
        CHECK(read->canonical_key() == some.canonical_key());
    }
}

TEST_CASE("a stored provenance keeps every number even those JSON cannot spell", "[stored]") {
    Provenance provenance{Origin::model, 12, 3, 1.04, 0.01, -3.5, "after \"7\" results"};
    CHECK(from_stored_provenance(to_stored_provenance(provenance)) == provenance);
    provenance.acquisition = -std::numeric_limits<double>::infinity();
    provenance.predicted_mean = std::nullopt;
    CHECK(from_stored_provenance(to_stored_provenance(provenance)) == provenance);
    provenance.predicted_sd = std::nan("");
    const auto read = from_stored_provenance(to_stored_provenance(provenance));
    REQUIRE(read);
    CHECK(std::isnan(*read->predicted_sd));
    CHECK(from_stored_provenance(to_stored_provenance(Provenance{})) == Provenance{});
}

TEST_CASE("a stored number that no integer can hold is damage", "[stored]") {
    const std::string sound = to_stored_provenance(Provenance{});
    const std::string field = "\"finished\":0";
    REQUIRE(sound.find(field) != std::string::npos);
    for (const char* number : {"1e300", "-1e300", "0.5", "9223372036854775808", "true", "null"}) {
        std::string changed = sound;
        changed.replace(changed.find(field), field.size(), std::string("\"finished\":") + number);
        CHECK_FALSE(from_stored_provenance(changed));
    }
    CHECK_FALSE(from_stored_assignment(R"({"a":9223372036854775808})"));
    CHECK(from_stored_assignment(R"({"a":9223372036854775807})"));
}

TEST_CASE("a damaged record is an internal error and never an exception", "[stored]") {
    Rng rng(7, "damage", 0);
    const std::string sound = to_stored_config(some_config(rng));
    for (const std::string text :
         {"", "{}", "[]", "3", "null", "{\"name\":3}", "{\"name\":\"x\",\"objectives\":[{}]}"}) {
        CAPTURE(text);
        REQUIRE_FALSE(from_stored_config(text));
        CHECK(from_stored_config(text).error().code == ErrorCode::internal);
        CHECK_FALSE(from_stored_provenance(text));
    }
    for (std::size_t cut = 0; cut < sound.size(); cut += 7) {
        CHECK_FALSE(from_stored_config(sound.substr(0, cut)));
    }
    for (std::size_t at = 0; at < sound.size(); ++at) {
        std::string changed = sound;
        changed[at] = static_cast<char>(changed[at] ^ 5);
        (void)from_stored_config(changed);  // may still be a record; must not throw
    }
    CHECK_FALSE(from_stored_assignment("[1]"));
    CHECK_FALSE(from_stored_assignment(R"({"a":[1]})"));
    CHECK_FALSE(from_stored_assignment(R"({"a":null})"));
}
