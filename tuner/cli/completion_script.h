// The script that makes a shell complete tuner's commands, their options and the names of studies.
// It is written from the commands themselves, so it knows all of them. Pure.

#pragma once

#include <string>

namespace CLI {
class App;
}

namespace tuner {

enum class Shell { bash, zsh, fish };

// For all commands of `app`, which is the program itself.
std::string completion_script(const CLI::App& app, Shell shell);

}  // namespace tuner
