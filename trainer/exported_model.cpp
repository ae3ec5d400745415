#include "trainer/exported_model.h"

#include "trainer/crc32c.h"
#include "trainer/errors.h"
#include "trainer/event_writer.h"
#include "trainer/little_endian.h"
#include "trainer/task.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace trainer {

namespace {

constexpr std::string_view kMagic = "BABYWGHT";
constexpr std::string_view kFileName = "model.bin";
constexpr std::size_t kWord = 4;
constexpr std::string_view kManifestName = "predict.json";
// Reads one JSON instance per line and writes one JSON prediction per line; {model_dir} stands for
// the folder, wherever it has been moved to.
constexpr std::string_view kManifest =
    R"({"command": ["babyweight-trainer", "predict", "--model-dir", "{model_dir}", )"
    R"("--json-instances", "-", "--format", "json"]})"
    "\n";
const std::filesystem::path kExportDir = std::filesystem::path("export") / "exporter";

std::uint32_t take_word(std::string_view& bytes) {
    if (bytes.size() < kWord) {
        throw Failure("it ends too early");
    }
    const std::uint32_t word = read_little_endian(bytes);
    bytes.remove_prefix(kWord);
    return word;
}

int take_size(std::string_view& bytes, std::string_view what, IntegerRange range) {
    const std::uint32_t size = take_word(bytes);
    if (size < range.min || size > range.max) {
        throw Failure(
            fmt::format("{} {} is not between {} and {}", size, what, range.min, range.max)
        );
    }
    return static_cast<int>(size);
}

ModelShape take_shape(std::string_view& bytes) {
    ModelShape shape;
    shape.nembeds = take_size(bytes, "embedding dimensions", kEmbeddingSizes);
    shape.hidden.resize(static_cast<std::size_t>(
        take_size(bytes, "hidden layers", {0, static_cast<std::int64_t>(kLayersMax)})
    ));
    for (int& size : shape.hidden) {
        size = take_size(bytes, "units of a layer", kLayerSizes);
    }
    shape.mean_weight = std::bit_cast<float>(take_word(bytes));
    return shape;
}

// How many weights a model of this shape has; in 64 bits it cannot overflow within the limits.
std::uint64_t weight_count(const ModelShape& shape) {
    std::uint64_t count = kWideFeatures + 1;
    if (shape.hidden.empty()) {
        return count;
    }
    const auto nembeds = static_cast<std::uint64_t>(shape.nembeds);
    count += nembeds * kCrossCells;
    std::uint64_t below = 2 + nembeds;
    for (const int size : shape.hidden) {
        count += (below + 1) * static_cast<std::uint64_t>(size);
        below = static_cast<std::uint64_t>(size);
    }
    return count + below + 1;
}

bool is_time(const std::string& name) {
    return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

// The subfolder with the largest number for a name that holds a model, or nothing.
std::filesystem::path newest_model(const std::filesystem::path& dir) {
    std::filesystem::path newest;
    std::int64_t newest_time = -1;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
        const std::string name = entry.path().filename();
        if (is_time(name) && name.size() <= 18 && std::stoll(name) > newest_time &&
            std::filesystem::exists(entry.path() / kFileName)) {
            newest = entry.path() / kFileName;
            newest_time = std::stoll(name);
        }
    }
    return newest;
}

std::filesystem::path find_model(const std::filesystem::path& dir) {
    if (std::filesystem::exists(dir / kFileName)) {
        return dir / kFileName;
    }
    for (const auto& exports : {dir, dir / kExportDir}) {
        if (auto found = newest_model(exports); !found.empty()) {
            return found;
        }
    }
    throw Failure(fmt::format(
        "--model-dir {}: holds neither {} nor export/exporter/TIME/{}; name a trial's folder",
        dir.string(),
        kFileName,
        kFileName
    ));
}

}  // namespace

std::string to_model_bytes(WideAndDeep& model) {
    const ModelShape& shape = model.shape();
    std::string bytes(kMagic);
    append_little_endian(bytes, kModelVersion);
    append_little_endian(bytes, static_cast<std::uint32_t>(shape.nembeds));
    append_little_endian(bytes, static_cast<std::uint32_t>(shape.hidden.size()));
    for (const int size : shape.hidden) {
        append_little_endian(bytes, static_cast<std::uint32_t>(size));
    }
    append_little_endian(bytes, shape.mean_weight);
    for (const std::span<float> weights : model.weights()) {
        for (const float weight : weights) {
            append_little_endian(bytes, weight);
        }
    }
    append_little_endian(bytes, crc32c(bytes));
    return bytes;
}

WideAndDeep from_model_bytes(std::string_view bytes, int batch_size_max) {
    if (!bytes.starts_with(kMagic)) {
        throw Failure("it is not a model of babyweight-trainer");
    }
    const std::string_view all = bytes;
    bytes.remove_prefix(kMagic.size());
    if (const std::uint32_t version = take_word(bytes); version != kModelVersion) {
        throw Failure(
            fmt::format("its version is {}, this program reads {}", version, kModelVersion)
        );
    }
    const ModelShape shape = take_shape(bytes);
    if (bytes.size() != (weight_count(shape) + 1) * kWord) {
        throw Failure(fmt::format("{} bytes of weights do not fit its shape", bytes.size()));
    }
    if (crc32c(all.substr(0, all.size() - kWord)) !=
        read_little_endian(all.substr(all.size() - kWord))) {
        throw Failure("its checksum is wrong: it was damaged");
    }
    WideAndDeep model(shape, batch_size_max, 0);
    for (const std::span<float> weights : model.weights()) {
        for (float& weight : weights) {
            weight = std::bit_cast<float>(take_word(bytes));
        }
    }
    return model;
}

std::filesystem::path export_model(WideAndDeep& model, const std::filesystem::path& trial_dir) {
    const std::filesystem::path exports = trial_dir / kExportDir;
    auto time = static_cast<std::int64_t>(wall_seconds());
    while (std::filesystem::exists(exports / fmt::format("{:010}", time))) {
        ++time;
    }
    const std::filesystem::path final_dir = exports / fmt::format("{:010}", time);
    const std::filesystem::path draft_dir = exports / fmt::format("temp-{:010}", time);
    std::error_code error;
    std::filesystem::create_directories(draft_dir, error);
    std::ofstream file(draft_dir / kFileName, std::ios::binary);
    const std::string bytes = to_model_bytes(model);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    std::ofstream manifest(draft_dir / kManifestName);
    manifest << kManifest;
    manifest.close();
    if (file && manifest) {
        std::filesystem::rename(draft_dir, final_dir, error);
    }
    if (!file || !manifest || error) {
        throw Failure(fmt::format("{}: cannot be written", (final_dir / kFileName).string()));
    }
    return final_dir / kFileName;
}

WideAndDeep load_model(const std::filesystem::path& dir, int batch_size_max) {
    const std::filesystem::path path = find_model(dir);
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    if (!file) {
        throw Failure(fmt::format("{}: cannot be read", path.string()));
    }
    try {
        return from_model_bytes(bytes.str(), batch_size_max);
    } catch (const Failure& failure) {
        throw Failure(fmt::format("{}: {}", path.string(), failure.what()));
    }
}

}  // namespace trainer
