"""The map from key path to line, over every way TOML has to write a key."""

from hydra.config.lines import key_lines, line_of

TEXT = '''\
top = 1
[ broker ]  # a comment with = and [brackets]
port = 4002
"quoted key" = 1
a.b = 2

[risk]
long = """
[not.a.table]
not_a_key = 1
"""
list = [
  [1],
  { inside = 2 },
]
text = "[ = # \\" {"
after = 3
[[strategy]]
name = "a"
[strategy.params]
x = 1
[[strategy]]
name = "b"
params = { y = 1 }
'''

EXPECTED = {
    ("top",): 1,
    ("broker",): 2,
    ("broker", "port"): 3,
    ("broker", "quoted key"): 4,
    ("broker", "a", "b"): 5,
    ("risk",): 7,
    ("risk", "long"): 8,
    ("risk", "list"): 12,
    ("risk", "text"): 16,
    ("risk", "after"): 17,
    ("strategy",): 18,
    ("strategy", 0): 18,
    ("strategy", 0, "name"): 19,
    ("strategy", "params"): 20,
    ("strategy", 0, "params"): 20,
    ("strategy", 0, "params", "x"): 21,
    ("strategy", 1): 22,
    ("strategy", 1, "name"): 23,
    ("strategy", 1, "params"): 24,
}


def test_every_table_and_key_has_the_line_it_stands_on() -> None:
    assert EXPECTED == key_lines(TEXT)


def test_a_path_without_a_line_takes_that_of_what_is_around_it() -> None:
    lines = key_lines(TEXT)
    assert 24 == line_of(("strategy", 1, "params", "y"), lines)
    assert 12 == line_of(("risk", "list", 1), lines)
    assert 2 == line_of(("broker", "host"), lines)
    assert None is line_of(("exit", "close_flat"), lines)
