// The fields of a study file that describe somebody else's machines and mean nothing here: they are
// accepted, listed in one notice and kept by name in StudyConfig::unused_fields. Lives for one
// parse.

#pragma once

#include "tuner/formats/yaml_document.h"
#include "tuner/study/study_config.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

class UnusedFields {
  public:
    // "region: us-central1"; the key alone when its value is a list, a mapping or long.
    void add(std::string_view key, const YamlNode& node);

    // Each member of a mapping: "machineSpec.acceleratorCount: 1".
    void add_members(std::string_view key, const YamlNode& node);

    // The notice, at the first of the fields, and the names for the study; nothing without fields.
    void report(Findings& findings, StudyConfig& config) const;

  private:
    std::vector<std::string> fields_;
    std::optional<Place> first_;
};

}  // namespace tuner
