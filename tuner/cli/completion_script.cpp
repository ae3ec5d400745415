#include "tuner/cli/completion_script.h"

#include "tuner/cli/command_context.h"
#include "tuner/cli/printable.h"

#include <string_view>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace tuner {

namespace {

using Words = std::vector<std::string>;

// What a script runs for the names of studies, a line each, without talk.
constexpr std::string_view kStudies = "tuner list --format csv 2>/dev/null | sed 1d | cut -d, -f1";

// A command line is followed word by word for as long as its words are a command's: options and
// what they take are passed over.
constexpr std::string_view kBashScript = R"bash(_tuner() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command= longer words= i
    for ((i = 1; i < COMP_CWORD; i++)); do
        longer="${{command:+$command }}${{COMP_WORDS[i]}}"
        case $longer in
        {known}) command=$longer ;;
        esac
    done
    case $command in
{words}    esac
    case $command in
    {studies}) [[ $current == -* ]] || words+=" $({names})" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _tuner tuner
)bash";

// zsh has an emulation of bash's completion.
constexpr std::string_view kForZsh =
    "autoload -U +X compinit bashcompinit; compinit -u; bashcompinit\n";

// A command by its words, none of which are the program's own.
struct Command {
    const CLI::App* app = nullptr;
    Words path;  // {"jobs", "submit"}
};

// The commands that the help texts name: other spellings of them are hidden, and a group of options
// is to CLI11 a command without a name.
std::vector<const CLI::App*> parts_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* part) {
        return !part->get_name().empty() && !part->get_group().empty();
    });
}

Words part_names(const CLI::App& app) {
    Words names;
    for (const CLI::App* part : parts_of(app)) {
        names.push_back(part->get_name());
    }
    return names;
}

// The program itself and all that it consists of, wholes before their parts.
void collect(const CLI::App& app, const Words& path, std::vector<Command>& commands) {
    commands.push_back({&app, path});
    for (const CLI::App* part : parts_of(app)) {
        Words longer = path;
        longer.push_back(part->get_name());
        collect(*part, longer, commands);
    }
}

std::vector<const CLI::Option*> flags_of(const CLI::App& app) {
    auto is_flag = [](const CLI::Option* option) { return !option->get_positional(); };
    std::vector<const CLI::Option*> flags = app.get_options(is_flag);
    for (const CLI::App* group :
         app.get_subcommands([](const CLI::App* part) { return part->get_name().empty(); })) {
        for (const CLI::Option* flag : group->get_options(is_flag)) {
            flags.push_back(flag);
        }
    }
    return flags;
}

// "--top", and "-f" of what has no long name.
void add_flag(Words& words, const CLI::Option& flag) {
    for (const std::string& name : flag.get_lnames()) {
        words.push_back("--" + name);
    }
    if (flag.get_lnames().empty()) {
        words.push_back("-" + flag.get_snames().front());
    }
}

// What may come next behind a command; the program's flags may stand behind any.
Words words_after(const CLI::App& command, const CLI::App& program) {
    Words words = part_names(command);
    for (const CLI::Option* flag : flags_of(command)) {
        add_flag(words, *flag);
    }
    for (const CLI::Option* flag : flags_of(program)) {
        const bool is_its_own = flag == program.get_help_ptr() || flag == program.get_version_ptr();
        if (&command != &program && !is_its_own) {
            add_flag(words, *flag);
        }
    }
    return words;
}

std::string bash_script(const CLI::App& program, const std::vector<Command>& commands) {
    Words known;
    Words studies;
    std::string words;
    for (const Command& command : commands) {
        const std::string pattern = fmt::format("\"{}\"", fmt::join(command.path, " "));
        if (command.app != &program) {
            known.push_back(pattern);
        }
        if (takes_study(*command.app)) {
            studies.push_back(pattern);
        }
        words += fmt::format(
            "    {}) words='{}' ;;\n", pattern, fmt::join(words_after(*command.app, program), " ")
        );
    }
    return fmt::format(
        fmt::runtime(kBashScript),
        fmt::arg("known", fmt::join(known, " | ")),
        fmt::arg("words", words),
        fmt::arg("studies", fmt::join(studies, " | ")),
        fmt::arg("names", kStudies)
    );
}

// When the words so far are those of a command and of none of its parts.
std::string fish_condition(const Command& command) {
    if (command.path.empty()) {
        return "__fish_use_subcommand";
    }
    const std::string condition = fmt::format(
        "__fish_seen_subcommand_from {}",
        fmt::join(command.path, "; and __fish_seen_subcommand_from ")
    );
    const Words parts = part_names(*command.app);
    return parts.empty()
               ? condition
               : fmt::format(
                     "{}; and not __fish_seen_subcommand_from {}", condition, fmt::join(parts, " ")
                 );
}

std::string fish_flag(const CLI::Option& flag, const std::string& when) {
    std::string line = "complete -c tuner" + when;
    for (const std::string& name : flag.get_lnames()) {
        line += " -l " + name;
    }
    for (const std::string& name : flag.get_snames()) {
        line += " -s " + name;
    }
    return fmt::format(
        "{}{} -d {}\n",
        line,
        flag.get_items_expected_max() > 0 ? " -r" : "",
        shell_quoted(flag.get_description())
    );
}

std::string fish_script(const CLI::App& program, const std::vector<Command>& commands) {
    std::string script;
    for (const Command& command : commands) {
        const std::string condition = " -n " + shell_quoted(fish_condition(command));
        for (const CLI::Option* flag : flags_of(*command.app)) {
            script += fish_flag(*flag, command.app == &program ? "" : condition);
        }
        if (takes_study(*command.app)) {
            script += fmt::format("complete -c tuner{} -a '({})'\n", condition, kStudies);
        }
        for (const CLI::App* part : parts_of(*command.app)) {
            script += fmt::format(
                "complete -c tuner -f{} -a {} -d {}\n",
                condition,
                part->get_name(),
                shell_quoted(part->get_description())
            );
        }
    }
    return script;
}

}  // namespace

std::string completion_script(const CLI::App& app, Shell shell) {
    std::vector<Command> commands;
    collect(app, {}, commands);
    switch (shell) {
        case Shell::bash:
            return bash_script(app, commands);
        case Shell::zsh:
            return std::string(kForZsh) + bash_script(app, commands);
        case Shell::fish:
            return fish_script(app, commands);
    }
    return "";
}

}  // namespace tuner
