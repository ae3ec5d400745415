// What a trial takes of its machine, as study files and tuner.yaml write it: {cpus: 2, gpus: 1,
// memory: 4GiB}.

#pragma once

#include "tuner/formats/yaml_reader.h"
#include "tuner/study/resources.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tuner {

inline constexpr std::array<std::string_view, 3> kResourceKeys{"cpus", "gpus", "memory"};

// Bytes of "4GiB", "512M", "1.5 GB" or "4294967296": K, M, G and T are powers of 1000 and Ki, Mi,
// Gi and Ti of 1024, a B may follow. Nothing for anything else and for what is not at least a byte.
std::optional<std::int64_t> parse_memory(std::string_view text);

// The value of `key`, at least a byte; with a problem when it is none.
std::optional<std::int64_t> read_memory(YamlReader& reader, std::string_view key);

// The mapping `node`, called `what` in messages.
Resources read_resources(const YamlNode& node, std::string what, Findings& findings);

}  // namespace tuner
