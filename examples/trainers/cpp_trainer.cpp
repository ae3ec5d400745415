#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    double rate = 0.1;
    double momentum = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string flag = argv[i];
        const std::string value = flag.substr(flag.find('=') + 1);
        if (flag.starts_with("--learning_rate=")) {
            rate = std::strtod(value.c_str(), nullptr);
        } else if (flag.starts_with("--momentum=")) {
            momentum = std::strtod(value.c_str(), nullptr);
        }
    }
    double w = 0;
    double velocity = 0;
    for (int step = 1; step <= 20; ++step) {
        velocity = momentum * velocity - rate * 2 * (w - 3);
        w += velocity;
        std::cout << "step=" << step << " loss=" << (w - 3) * (w - 3) << std::endl;
    }
}
