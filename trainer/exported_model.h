// A model file holds a trained WideAndDeep: written once at the end of a run, read by `predict`.
//
// All numbers little-endian: the 8 bytes "BABYWGHT", then u32 version (1), u32 embedding
// dimensions, u32 number of hidden layers, u32 size of each, f32 mean weight in pounds, then the
// weights as f32 in the order of WideAndDeep::weights(), then u32 CRC-32C of everything before.
// Reading checks all of it and never trusts a count before the limits of task.h; what does not fit
// is a Failure.

#pragma once

#include "trainer/wide_and_deep.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace trainer {

inline constexpr std::uint32_t kModelVersion = 1;

std::string to_model_bytes(WideAndDeep& model);
// The model predicts at most `batch_size_max` examples at a time.
WideAndDeep from_model_bytes(std::string_view bytes, int batch_size_max);

// Writes TRIAL_DIR/export/exporter/SECONDS/model.bin as TensorFlow's exporter names it, complete or
// not at all. Beside it predict.json says which command answers instances with this model, for
// whoever finds the folder.
std::filesystem::path export_model(WideAndDeep& model, const std::filesystem::path& trial_dir);

// `dir` is a model's folder, or holds such folders by time (the newest counts), or is a trial's
// folder.
WideAndDeep load_model(const std::filesystem::path& dir, int batch_size_max);

}  // namespace trainer
