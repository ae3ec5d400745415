#include "trainer/dataset.h"

#include "trainer/errors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fnmatch.h>
#include <fstream>

#include <fmt/format.h>

namespace trainer {

namespace {

constexpr std::size_t kColumns = 6;
constexpr std::string_view kColumnNames =
    "weight_pounds,is_male,mother_age,plurality,gestation_weeks,key";

std::array<std::string_view, kColumns> split(std::string_view line) {
    std::array<std::string_view, kColumns> fields;
    std::size_t count = 0;
    for (std::size_t begin = 0; begin <= line.size(); ++count) {
        const std::size_t comma = std::min(line.find(',', begin), line.size());
        if (count < kColumns) {
            fields.at(count) = line.substr(begin, comma - begin);
        }
        begin = comma + 1;
    }
    if (count != kColumns) {
        throw Failure(fmt::format("{} columns where {} are due: {}", count, kColumns, kColumnNames)
        );
    }
    return fields;
}

float parse_number(std::string_view column, std::string_view text) {
    float value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end || !std::isfinite(value)) {
        throw Failure(fmt::format("{} is '{}', not a finite number", column, text));
    }
    return value;
}

void read_shard(const std::filesystem::path& path, std::vector<Example>& examples) {
    std::ifstream file(path);
    if (!file) {
        throw Failure(fmt::format("{}: cannot be opened for reading", path.string()));
    }
    std::string line;
    for (std::int64_t number = 1; std::getline(file, line); ++number) {
        if (line.ends_with('\r')) {
            line.pop_back();
        }
        try {
            examples.push_back(parse_row(line));
        } catch (const Failure& failure) {
            throw Failure(fmt::format("{}:{}: {}", path.string(), number, failure.what()));
        }
    }
    if (file.bad()) {
        throw Failure(fmt::format("{}: reading it failed", path.string()));
    }
}

std::string shard_glob(std::string_view kind, std::string_view pattern) {
    return fmt::format("{}*{}*", kind, pattern);
}

}  // namespace

std::vector<std::filesystem::path> find_shards(
    const std::filesystem::path& dir, std::string_view kind, std::string_view pattern
) {
    const std::string glob = shard_glob(kind, pattern);
    std::vector<std::filesystem::path> shards;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
        if (fnmatch(glob.c_str(), entry.path().filename().c_str(), 0) == 0) {
            shards.push_back(entry.path());
        }
    }
    std::sort(shards.begin(), shards.end());
    return shards;
}

std::vector<Example> read_shards(
    const std::filesystem::path& dir, std::string_view kind, std::string_view pattern
) {
    const auto shards = find_shards(dir, kind, pattern);
    std::vector<Example> examples;
    for (const auto& shard : shards) {
        read_shard(shard, examples);
    }
    if (examples.empty()) {
        throw Failure(fmt::format(
            "{} {}; make data by `babyweight-trainer generate --output-dir {}` or name another "
            "folder by --train-data",
            shards.empty() ? "no file matches" : "there is no row in",
            (dir / shard_glob(kind, pattern)).string(),
            dir.string()
        ));
    }
    return examples;
}

Example parse_row(std::string_view line) {
    const auto fields = split(line);
    const std::optional<Sex> sex = parse_sex(fields[1]);
    if (!sex) {
        throw Failure(fmt::format("is_male is '{}', not True, False or Unknown", fields[1]));
    }
    const std::optional<Plurality> plurality = parse_plurality(fields[3]);
    if (!plurality) {
        throw Failure(fmt::format(
            "plurality is '{}', not Single(1), Twins(2), Triplets(3), Quadruplets(4), "
            "Quintuplets(5) or Multiple(2+)",
            fields[3]
        ));
    }
    const Birth birth{
        .sex = *sex,
        .mother_age = parse_number("mother_age", fields[2]),
        .plurality = *plurality,
        .gestation_weeks = parse_number("gestation_weeks", fields[4]),
    };
    return Example{to_features(birth), parse_number("weight_pounds", fields[0])};
}

float mean_weight_pounds(const std::vector<Example>& examples) {
    double sum = 0;
    for (const Example& example : examples) {
        sum += example.weight_pounds;
    }
    return static_cast<float>(sum / static_cast<double>(examples.size()));
}

}  // namespace trainer
