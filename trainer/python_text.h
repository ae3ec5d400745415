// Numbers and strings as Python writes them: what readers of a Python trainer's files and lines
// expect.

#pragma once

#include <string>
#include <string_view>

namespace trainer {

// str(x): the shortest digits that read back as the same number, "1e-05", "100000.0", "nan",
// "-inf".
std::string python_text(double value);
// The same with the shortest digits of a float, as of numpy.float32.
std::string python_text(float value);

// json.dumps(x): as above, but NaN, Infinity and -Infinity.
std::string python_json(float value);
// json.dumps(text), with the quotes; bytes that are not UTF-8 become U+FFFD.
std::string python_json(std::string_view text);

}  // namespace trainer
