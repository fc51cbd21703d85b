# SPDX-License-Identifier: BSD-3-Clause
"""What can be broken in a C file, one thing at a time, found among its tokens: comparisons, checks,
constants and statements. Comments, strings and the preprocessor's lines are never touched."""
import dataclasses
import re

TOKEN = re.compile(r"""
    (?P<skip> /\*.*?\*/ | //[^\n]* | ^[ \t]*\#(?:[^\n\\]|\\.)* | \s+ )
  | (?P<text> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<number> \.?[0-9][\w.]* )
  | (?P<mark> \.\.\. | <<= | >>= | -> | \+\+ | -- | && | \|\| | [<>=!+\-*/%&|^]= | << | >> | . )
""", re.VERBOSE | re.DOTALL | re.MULTILINE)

FLIPS = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
         "==": ("!=",), "!=": ("==",), "&&": ("||",), "||": ("&&",)}
# The constant that grants, and what stands for the others of its kind.
KINDS = {"RESULT_": ("RESULT_OK", "RESULT_FAILED"),
         "VERDICT_": ("VERDICT_GRANTED", "VERDICT_REFUSED"),
         "EFFECT_": ("EFFECT_RIGHT", "EFFECT_WRONG"),
         "STANDING_": ("STANDING_GOOD", "STANDING_UNKNOWN"),
         "ADMIT_": ("ADMIT_ON", "ADMIT_NO_SECTION"),
         "PAM_": ("PAM_SUCCESS", "PAM_AUTH_ERR")}
CODES = {"PAM_SUCCESS", "PAM_AUTH_ERR", "PAM_MAXTRIES", "PAM_AUTHINFO_UNAVAIL", "PAM_IGNORE"}
# What only gives memory back or clears it shows in no result: the sanitizers and tests/e2e hold it.
SILENT = re.compile(r"free|close|explicit_bzero|\w+_(wipe|free)")
CONTROL = {"if", "for", "while", "switch"}
# No statement that begins with one of these is dropped: it declares, or is found as a check.
KEPT = CONTROL | {"return", "else", "do", "case", "default", "goto", "static", "const", "struct",
                  "enum", "unsigned", "_Static_assert", "__attribute__"}


@dataclasses.dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclasses.dataclass(frozen=True)
class Mutant:
    """`before` and `after`: the lines it touches, blanks squeezed."""
    function: str
    line: int
    before: str
    after: str
    source: str = dataclasses.field(repr=False, compare=False)

    @property
    def key(self):
        return self.function, self.before, self.after


def tokens_of(source):
    found = [Token(each.lastgroup, each.group(), each.start(), each.end())
             for each in TOKEN.finditer(source)]
    return [token for token in found if token.kind != "skip"]


def partners(tokens):
    """{place of a bracket that opens: place of the one that closes it}"""
    pairs, stack = {}, []
    for place, token in enumerate(tokens):
        if token.text in ("(", "[", "{") and token.kind == "mark":
            stack.append(place)
        elif token.text in (")", "]", "}") and token.kind == "mark":
            pairs[stack.pop()] = place
    return pairs


def owners(tokens, pairs):
    """For each token the function or table that it stands in, "" outside of all."""
    names = [""] * len(tokens)
    place = begun = 0
    while place < len(tokens):
        text = tokens[place].text
        if text == ";":
            begun = place + 1
        if text == "{" and tokens[begun].text not in ("struct", "enum") or (
                text == "{" and tokens[place - 1].text in (")", "=")):
            head = tokens[begun:place]
            called = [one.text for one, after in zip(head, head[1:])
                      if one.kind == "word" and after.text in ("(", "[", "=")
                      and one.text != "__attribute__"]
            for inside in range(place, pairs[place]):
                names[inside] = called[0] if called else ""
        if text == "{":
            place = pairs[place]
            begun = place + 1
        place += 1
    return names


def constant(tokens, place):
    """What a constant is swapped for, None where it is none of KINDS."""
    text = tokens[place].text
    around = tokens[place - 1].text + tokens[place + 1].text
    if text in ("true", "false"):
        return "false" if text == "true" else "true"
    if around == "[]" or tokens[place - 1].text == "case" or text.endswith("_COUNT"):
        return None
    for prefix, (grants, other) in KINDS.items():
        if text.startswith(prefix) and (prefix != "PAM_" or text in CODES):
            return other if text == grants else grants
    return None


def in_place(tokens):
    """(start, end, text) edits of single tokens."""
    for place, token in enumerate(tokens[:-1]):
        before = [each.text for each in tokens[max(0, place - 3):place]]
        if token.kind == "mark" and token.text in FLIPS:
            for other in FLIPS[token.text]:
                yield place, [(token.start, token.end, other)]
        elif token.kind == "mark" and token.text == "!" and before != ["(", "void", ")"]:
            yield place, [(token.start, token.end, "")]
        elif token.kind == "mark" and token.text == "?":
            yield place, [(token.start, token.end, "|| 1 ?")]
            yield place, [(token.start, token.end, "&& 0 ?")]
        elif token.kind == "word" and (other := constant(tokens, place)):
            yield place, [(token.start, token.end, other)]


def checks(tokens, pairs):
    """if: always, never; while: never. What the condition calls is called all the same."""
    for place, token in enumerate(tokens):
        if token.text not in ("if", "while"):
            continue
        opens, closes = tokens[place + 1], tokens[pairs[place + 1]]
        forced = ("|| 1)", "&& 0)") if token.text == "if" else ("&& 0)",)
        for end in forced:
            yield place, [(opens.start, opens.end, "(("), (closes.start, closes.end, ") " + end)]


def dropped(words):
    """Whether a statement of these words does something, other than to declare or to return."""
    if words[0] in ("break", "continue"):
        return True
    if words[0] in KEPT or len(words) < 2 or SILENT.fullmatch(words[0]):
        return False
    if words[:3] == ["(", "void", ")"]:
        return "(" in words[3:]
    declares = re.match(r"\w+(?: \( \w+ \))? (?:\* )*[A-Za-z_]\w*(?: (?:=|;|,|\[|$))",
                        " ".join(words))
    return not declares


def is_block(tokens, closes, place):
    """Whether the brace opens statements, and no initializer."""
    before = tokens[place - 1]
    if before.text == ")":
        head = tokens[closes[place - 1] - 1]
        return head.kind == "word" and head.text not in ("return", "sizeof")
    return before.text in ("else", "do", ";", "{", "}", ":")


def ends_of(tokens, pairs):
    """Places of the tokens behind which a statement begins."""
    closes = {after: before for before, after in pairs.items()}
    depth = 0
    for place, token in enumerate(tokens):
        text = token.text if token.kind != "text" else ""
        if text in ("(", "[") or text == "{" and not is_block(tokens, closes, place):
            depth += 1
        elif text in (")", "]") or text == "}" and not is_block(tokens, closes, closes[place]):
            depth -= 1
        if depth != 0:
            continue
        controls = text == ")" and tokens[closes[place] - 1].text in CONTROL
        label = text == ":" and tokens[place - 1].kind == "word"
        if controls or label or text in (";", "else", "do") or \
                text in ("{", "}") and is_block(tokens, closes, closes.get(place, place)):
            yield place


def statements(tokens, pairs):
    """Each statement of a function that is no declaration, dropped."""
    ends = list(ends_of(tokens, pairs))
    for before, end in zip(ends, ends[1:]):
        words = [each.text for each in tokens[before + 1:end]]
        if tokens[end].text == ";" and words and dropped(words):
            yield before + 1, [(tokens[before + 1].start, tokens[end].start, "")]


def squeezed(text):
    return " ".join(text.split())


def mutant(source, function, edits):
    changed = source
    for start, end, text in sorted(edits, reverse=True):
        changed = changed[:start] + text + changed[end:]
    first = source.rfind("\n", 0, min(start for start, _, _ in edits)) + 1
    last = source.find("\n", max(end for _, end, _ in edits))
    after_end = len(changed) - (len(source) - last)
    return Mutant(function, source.count("\n", 0, first) + 1, squeezed(source[first:last]),
                  squeezed(changed[first:after_end]), changed)


def mutants(source):
    """All of them, in the order of the lines."""
    tokens = tokens_of(source)
    pairs = partners(tokens)
    names = owners(tokens, pairs)
    edits = [*in_place(tokens), *checks(tokens, pairs), *statements(tokens, pairs)]
    found = [mutant(source, names[place], each) for place, each in edits if names[place]]
    return sorted(found, key=lambda each: each.line)
