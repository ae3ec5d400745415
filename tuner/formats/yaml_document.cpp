#include "tuner/formats/yaml_document.h"

#include "tuner/formats/utf8.h"
#include "tuner/formats/yaml_scalar.h"
#include "tuner/formats/yaml_syntax.h"

#include <algorithm>
#include <sstream>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace tuner {

namespace {

// Ends parsing from within an event; what is wrong is in the findings already.
struct Stop {};

// yaml-cpp writes the escapes \N and \_ (next line, no-break space) as the bytes that they are in
// Latin-1; the source was UTF-8, so nothing else can be ill-formed here.
std::string with_latin_escapes(std::string text) {
    for (std::size_t at = find_invalid_utf8(text); at != std::string::npos;
         at = find_invalid_utf8(text)) {
        text.insert(at, 1, '\xC2');
    }
    return text;
}

// Builds the tree from yaml-cpp's events and refuses what is not wanted.
class Builder final : public YAML::EventHandler {
  public:
    Builder(const YamlSource& source, Findings& findings) : source_(source), findings_(findings) {}

    YamlNode root;
    bool is_complete = true;        // nothing was refused that the tree would need
    std::size_t last_offset = 0;    // of the latest event
    std::vector<Place> open_flows;  // of flow lists and mappings not closed yet

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ > 0) {
            stop(mark, "a second document begins here; a study file has one");
        }
    }

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        add(node_at(YamlKind::null, mark));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(mark, "aliases (*) are not allowed in a study file; write the value out");
        add(node_at(YamlKind::null, mark));
    }

    void OnAnchor(const YAML::Mark& mark, const std::string&) override {
        refuse(mark, "anchors (&) are not allowed in a study file; write the value out");
    }

    void OnScalar(
        const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value
    ) override {
        check_tag(mark, tag);
        YamlNode node = node_at(YamlKind::scalar, mark);
        node.text = with_latin_escapes(value);
        node.is_quoted = tag == "!";
        if (node.is_quoted && !source_.is_closed_quote(last_offset)) {
            stop(mark, "this text has an opening quote but no closing one");
        }
        if (value.find('\0') != std::string::npos) {
            refuse(mark, "a text must not contain the character NUL");
        }
        add(std::move(node));
    }

    void OnSequenceStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t,
        YAML::EmitterStyle::value style
    ) override {
        check_tag(mark, tag);
        open(YamlKind::sequence, mark, style);
    }

    void OnSequenceEnd() override { close(); }

    void OnMapStart(
        const YAML::Mark& mark,
        const std::string& tag,
        YAML::anchor_t,
        YAML::EmitterStyle::value style
    ) override {
        check_tag(mark, tag);
        open(YamlKind::mapping, mark, style);
    }

    void OnMapEnd() override { close(); }

  private:
    // A list or mapping that is not closed yet.
    struct Frame {
        YamlNode node;
        std::optional<YamlMember> member;  // whose key has been read
        std::unordered_set<std::string> keys;
        bool is_flow = false;
    };

    YamlNode node_at(YamlKind kind, const YAML::Mark& mark) {
        last_offset = source_.offset_of(mark.line, mark.column);
        if (++values_ > kMaxYamlValues) {
            stop(mark, fmt::format("more than {} values in one file", kMaxYamlValues));
        }
        YamlNode node;
        node.kind = kind;
        node.at = source_.place_of(mark.line, mark.column);
        return node;
    }

    void refuse(const YAML::Mark& mark, std::string message) {
        findings_.problem(source_.place_of(mark.line, mark.column), std::move(message));
        is_complete = false;
    }

    [[noreturn]] void stop(const YAML::Mark& mark, std::string message) {
        refuse(mark, std::move(message));
        throw Stop{};
    }

    void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (!tag.empty() && tag != "?" && tag != "!") {
            refuse(mark, "tags (!) are not allowed in a study file; write the value without one");
        }
    }

    void open(YamlKind kind, const YAML::Mark& mark, YAML::EmitterStyle::value style) {
        Frame frame{node_at(kind, mark), {}, {}, style == YAML::EmitterStyle::Flow};
        if (frames_.size() >= kMaxYamlDepth) {
            stop(mark, fmt::format("nested deeper than {} levels", kMaxYamlDepth));
        }
        if (frame.is_flow) {
            open_flows.push_back(frame.node.at);
        }
        frames_.push_back(std::move(frame));
    }

    void close() {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        if (frame.is_flow) {
            open_flows.pop_back();
        }
        add(std::move(frame.node));
    }

    // Puts a finished value where it belongs.
    void add(YamlNode node) {
        if (frames_.empty()) {
            root = std::move(node);
            return;
        }
        Frame& frame = frames_.back();
        if (frame.node.kind == YamlKind::sequence) {
            if (node.kind == YamlKind::null && !source_.has_null_at(last_offset)) {
                node.at = source_.place_before(last_offset);
            }
            frame.node.items.push_back(std::move(node));
        } else if (!frame.member) {
            add_key(frame, std::move(node));
        } else {
            add_member(frame, std::move(node));
        }
    }

    void add_key(Frame& frame, YamlNode key) {
        if (key.kind != YamlKind::scalar) {
            findings_.problem(key.at, fmt::format("a key must be a text, not {}", describe(key)));
            is_complete = false;
        } else if (key.text == "<<" && !key.is_quoted) {
            findings_.problem(key.at, "merge keys (<<) are not allowed; write the fields out");
            is_complete = false;
        }
        frame.member = YamlMember{std::move(key.text), key.at, {}};
    }

    void add_member(Frame& frame, YamlNode value) {
        YamlMember member = std::move(*frame.member);
        frame.member.reset();
        if (value.kind == YamlKind::null && !source_.has_null_at(last_offset)) {
            value.at = member.at;
        }
        member.value = std::move(value);
        if (!frame.keys.insert(member.key).second) {
            findings_.problem(member.at, describe_duplicate(frame, member));
            return;
        }
        frame.node.members.push_back(std::move(member));
    }

    static std::string describe_duplicate(const Frame& frame, const YamlMember& member) {
        const auto first = std::find_if(
            frame.node.members.begin(),
            frame.node.members.end(),
            [&](const YamlMember& other) { return other.key == member.key; }
        );
        return fmt::format(
            "the key {} stands twice; the first is in line {}",
            in_quotes(member.key),
            first->at.line
        );
    }

    const YamlSource& source_;
    Findings& findings_;
    std::vector<Frame> frames_;
    std::size_t values_ = 0;
    int documents_ = 0;
};

// Runs the parser; whatever goes wrong is in the findings afterwards.
bool parse(const YamlSource& source, Builder& builder, Findings& findings) {
    std::istringstream stream{std::string(source.text())};
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Stop&) {
        return false;
    } catch (const YAML::Exception& e) {
        const SyntaxError error{
            e.msg, e.mark.line, e.mark.column, builder.last_offset, builder.open_flows};
        const Problem problem = explain(error, source);
        findings.problem({problem.line, problem.column}, problem.message);
        return false;
    }
    return builder.is_complete;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
    const auto found = std::find_if(members.begin(), members.end(), [&](const YamlMember& member) {
        return member.key == key;
    });
    return found == members.end() ? nullptr : &found->value;
}

std::optional<YamlNode> load_yaml(std::string_view text, Findings& findings) {
    const YamlSource source(text);
    if (const auto problem = source.find_problem()) {
        findings.problem({problem->line, problem->column}, problem->message);
        return std::nullopt;
    }
    Builder builder(source, findings);
    if (!parse(source, builder, findings)) {
        return std::nullopt;
    }
    return std::move(builder.root);
}

bool is_null(const YamlNode& node) {
    return node.kind == YamlKind::null;
}

std::string describe(const YamlNode& node) {
    switch (node.kind) {
        case YamlKind::null:
            return "nothing";
        case YamlKind::scalar:
            return !node.is_quoted && to_finite_number(node.text) ? node.text
                                                                  : in_quotes(node.text);
        case YamlKind::sequence:
            return "a list";
        case YamlKind::mapping:
            return "a mapping";
    }
    return "?";
}

}  // namespace tuner
