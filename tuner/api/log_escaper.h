// A LogEscaper makes a trainer's raw output safe to show: well-formed UTF-8 text in which every
// control character but tab and end of line is visible (\x1b), so that no log can drive a terminal
// or a browser.
//
// Progress bars end their lines with a carriage return: that becomes an end of line. Text comes in
// pieces of any size; a character cut in two by a piece waits for its rest. Pure.

#pragma once

#include <string>
#include <string_view>

namespace tuner {

class LogEscaper {
  public:
    // The text of the next bytes.
    std::string feed(std::string_view bytes);

    // The text of what still waits at the end.
    std::string finish();

  private:
    std::string waiting_;        // the beginning of a character
    bool after_return_ = false;  // the last character was a carriage return
};

}  // namespace tuner
