// The words after the first `--` of a legacy command are the trainer's, to the letter: they are
// taken away before the parser of flags sees the line, because it would split `[1,2]` and drop a
// second `--`. Pure.

#pragma once

#include <string>
#include <vector>

namespace tuner {

struct SplitLine {
    std::vector<std::string> words;           // what the parser reads
    std::vector<std::string> user_arguments;  // of a legacy command
};

// `words` are a command line without the program's name. Lines of other commands stay whole.
SplitLine split_line(std::vector<std::string> words);

}  // namespace tuner
