import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nblint.reading.shell.variables import python_expressions, read_shell, substitute


def summary(script: str) -> str:
    """Return the uses in short: `X` a read, `X?` a guarded one, `X!` a shown one, `=X` a write."""
    words = []
    for use in read_shell(script):
        if use.kind == "dump":
            words.append(f"<{use.name}>")
        elif use.kind == "write":
            words.append(f"={use.name}")
        else:
            words.append(use.name + "?" * use.guarded + "!" * use.shown)
    return " ".join(words)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("curl $X", "X"),
        ("echo $X", "X!"),
        ('echo "a $X b"', "X!"),
        ("echo '$X' \\$Y", ""),
        ("echo a#$X # $Y", "X!"),
        ("A=1\necho $A", ""),
        ("A=1; B=$A$C", "C"),
        ("X=1 cmd $Y", "Y"),
        ("for i in $L; do cp $i .; done", "L"),
        ("for ((i=0; i<3; i++)); do ls $i; done", ""),
        ("while read -r line; do ls $line; done < $FILE", "FILE"),
        ("ls $1 $@ $? $# $$ $! $* $- ${10} ${@}", ""),
        ("ls ${X:-d} ${Y-} ${Z:+1} ${Q}", "X? Y? Z? Q"),
        ("ls ${X:-$Y} ${A:-${B}}", "X? Y A? B"),
        (': "${X:=1}"; ls $X', "X?"),
        ("ls ${#X} ${X%%.*} ${X/a/b} ${X[0]}", "X X X X"),
        ("ls ${X:?need it}", "X"),
        ("echo ${#X} ${X:+set} ${X:0:4}", "X X? X!"),
        ("echo ${!X*} ${!X@} ${!X}", "X!"),
        ("X=1 cmd $X; ls $X", "X X"),
        ("let i=1; : $((n = 2)); ls $i $n", ""),
        ("printf -v X a; ls $X", ""),
        ("f() { local a b=1; ls $a $b; }; declare X; ls $X", ""),
        ("readonly X; ls $X", "X"),
        ("echo $X | head -c 4", "X!"),
        ("/usr/bin/env", "<env>"),
        ("env | head", "<env>"),
        ("export X=1; ls $X", "=X"),
        ("X=1; export X", "=X"),
        ("export X", ""),
        ("export PATH=$PATH:~/bin", "=PATH PATH"),
        ("cd a && export X=$Y", "=X Y"),
        ("declare -x X=1; declare Y=2; ls $Y", "=X"),
        ("unset X", "=X"),
        ("f() { local a=$1; ls $a $b; }", "b"),
        ("cat <<EOF\n$A '$B' \\$C\nEOF\nls $D", "A! B! D"),
        ("cat <<'EOF'\n$A\nEOF\nls $D", "D"),
        ('cat <<-"END" > f\n\t$A\n\tEND\nls $D', "D"),
        ("tee f <<EOF\n$A", ""),
        ('X=$(curl $URL -H "t: $(cat $T)"); ls $X', "URL T"),
        ("ls `echo $X`", "X"),
        ("echo $X > f", "X"),
        ("echo $X | docker login", "X"),
        ("echo $X | sort", "X!"),
        ("echo $X 2> /dev/null", "X!"),
        ("echo $X >&2", "X!"),
        ("printenv X", "X?!"),
        ('if [ -z "$X" ]; then ls; fi', "X?"),
        ("[[ -n $X ]] && ls", "X?"),
        ("case $X in a) ls $Y;; esac", "X Y"),
        ("env", "<env>"),
        ("env | sort", "<env>"),
        ("printenv|sort|less", "<printenv>"),
        ("set", "<set>"),
        ("export -p", "<export -p>"),
        ("env | grep X", "<env>"),
        ("env | grep -q X", ""),
        ("env > f", ""),
        ("A=$(env)", ""),
        ("env X=1 cmd", ""),
        ("set -e", ""),
        ("awk '{print $1}' $F", "F"),
        ("diff <(ls $X) $Y", "X Y"),
        ("ls $'\\n' $X", "X"),
        ("ls \\\n  $X", "X"),
        ("ls $X \\", "X"),
        ("echo $", ""),
        ('powershell -c "$env:X"', ""),
        ("ls 'open $X", ""),
        ('ls "open $X', "X"),
        ("ls ${open", ""),
        ("ls $(open $X", "X"),
    ],
)
def test_uses(script: str, expected: str) -> None:
    assert summary(script) == expected


def test_offsets_and_defaults() -> None:
    (use,) = read_shell("curl ${URL:-a b}/x")
    assert (use.start, use.end, use.default) == (5, 16, "a b")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ls $a $b", "ls __ $b"),
        ("ls ${a} $$a", "ls ${a} _$a"),
        ("ls {a} {b.c[0]} {os.environ['X']}", "ls ___ ________ _________________"),
        ("ls {a,b}.txt {{a}}", "ls {a,b}.txt {{a}}"),
        ("awk '{print $1}'", "awk '{print $1}'"),
    ],
)
def test_python_comes_first(command: str, expected: str) -> None:
    assert substitute(command, frozenset("a")) == expected


def test_expressions() -> None:
    command = "curl {url} ${X} {f(a, b)} {a,b} {1:2}"
    assert list(python_expressions(command)) == [(6, "url"), (17, "f(a, b)")]


@given(st.text(alphabet="$\"'`(){}<>|&;#\\=:-X a\n1E", max_size=40))
def test_no_script_raises(script: str) -> None:
    for use in read_shell(script):
        if use.kind == "read":
            assert re.search(rf"\b{use.name}\b", script[use.start : use.end])
    assert len(substitute(script, frozenset("X"))) == len(script)
