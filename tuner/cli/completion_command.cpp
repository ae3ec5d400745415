#include "tuner/cli/completion_command.h"

#include "tuner/cli/completion_script.h"
#include "tuner/cli/exit_code.h"

#include <map>
#include <memory>
#include <ostream>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/awaitable.hpp>

namespace tuner {

namespace {

const std::map<std::string, Shell> kShells{
    {"bash", Shell::bash}, {"fish", Shell::fish}, {"zsh", Shell::zsh}};

boost::asio::awaitable<int> print_script(const CLI::App& app, std::ostream& out, Shell shell) {
    out << completion_script(app, shell);
    co_return to_int(ExitCode::done);
}

}  // namespace

void add_completion(CLI::App& app, CommandContext& context) {
    CLI::App* command = app.add_subcommand(
        "completion", "Print a script that makes a shell complete tuner's words"
    );
    command->footer(
        "In ~/.bashrc or ~/.zshrc, with the shell's own name:  source <(tuner completion bash)\n"
        "In ~/.config/fish/config.fish:                        tuner completion fish | source\n\n"
        "Example:\n  source <(tuner completion bash)"
    );
    auto shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "bash, zsh or fish")
        ->type_name("")
        ->required()
        ->check(CLI::IsMember(kShells).description(""));
    command->callback([&app, &context, shell] {
        context.chosen = [&app, &context, shell] {
            return print_script(app, context.out, kShells.at(*shell));
        };
    });
}

}  // namespace tuner
