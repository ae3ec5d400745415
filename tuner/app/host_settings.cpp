#include "tuner/app/host_settings.h"

#include "tuner/executor/machine_facts.h"
#include "tuner/formats/tuner_yaml.h"
#include "tuner/formats/yaml_document.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace tuner {

namespace {

Result<std::string> read_text(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text(kMaxYamlBytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    std::error_code ignored;
    if (!stream.is_open() || stream.bad() || std::filesystem::is_directory(file, ignored)) {
        return invalid(
            fmt::format("cannot read {}: {}", file, std::strerror(errno != 0 ? errno : EISDIR))
        );
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;  // one byte too many is a problem that the parser reports
}

Result<TunerConfig> read_settings(const std::string& file) {
    const Result<std::string> text = read_text(file);
    if (!text) {
        return tl::unexpected(text.error());
    }
    auto config = parse_tuner_yaml(*text);
    if (!config) {
        return invalid(to_text(config.error(), *text, file));
    }
    return std::move(*config);
}

}  // namespace

Result<Host> read_host(const std::string& config_file, const std::string& data_dir) {
    const std::string own = data_dir + "/tuner.yaml";
    std::error_code ignored;
    const bool has_own = !data_dir.empty() && std::filesystem::exists(own, ignored);
    const std::string& file = config_file.empty() && has_own ? own : config_file;
    Result<TunerConfig> config = TunerConfig{};
    if (!file.empty()) {
        config = read_settings(file);
    }
    if (!config) {
        return tl::unexpected(config.error());
    }
    return Host{adjusted(find_machine(), *config), config->scale_tiers};
}

}  // namespace tuner
