"""The ledger: every changed byte, every cut and every race is found, and branches can be joined."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from mpgov.core.chain import ZERO, judge, link, read_head, scan, write_head
from mpgov.errors import InputError
from mpgov.storage import ledger as module
from mpgov.storage.ledger import Ledger

MANY = 500
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def long_one(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A ledger of 500 lines; its head was written by an append."""
    ledger = Ledger(tmp_path_factory.mktemp("long"))
    prev, raws = ZERO, []
    for number in range(1, MANY):
        entry = {"format": 1, "kind": "note", "at": "2026-11-24T01:02:03Z", "n": number}
        line = link(
            entry | {"reason": "Größe 𝄞 \u2028" if number % 7 == 0 else "why"}, prev, number
        )
        prev = line.hash
        raws.append(line.raw + b"\n")
    ledger.path.write_bytes(b"".join(raws))
    ledger.head_path.write_text(json.dumps({"count": MANY - 1, "hash": prev}) + "\n", "utf-8")
    ledger.append({"kind": "note", "n": MANY})
    return ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "exports" / "p")


def filled(ledger: Ledger, *texts: str) -> Ledger:
    for text in texts:
        ledger.append({"kind": "note", "reason": text})
    return ledger


def reasons(ledger: Ledger) -> list[str]:
    return [line.entry["reason"] for line in ledger.read()]


def numbers(ledger: Ledger) -> list[int]:
    return [number for number, _ in ledger.verify().problems]


class TestAppend:
    def test_a_line_is_chained_to_the_one_before(self, ledger: Ledger) -> None:
        first = ledger.append({"kind": "note", "reason": "Größe"})
        second = ledger.append({"kind": "note"})
        assert (first.number, first.prev, second.number, second.prev) == (1, ZERO, 2, first.hash)
        raw = ledger.path.read_bytes().split(b"\n")
        assert raw == [first.raw, second.raw, b""]
        assert list(json.loads(raw[0])) == ["kind", "reason", "prev", "hash"]
        signed = raw[0].removesuffix(f',"hash":"{first.hash}"}}'.encode())
        assert hashlib.sha256(signed).hexdigest() == first.hash
        assert ledger.read() == [first, second]
        assert ledger.verify() == judge(scan(ledger.path.read_bytes()), _head(ledger))
        assert ledger.verify().count == 2
        assert ledger.verify().problems == ledger.verify().forks == ledger.verify().notes == ()

    def test_nothing_lies_beside_it(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b")
        assert sorted(p.name for p in ledger.folder.iterdir()) == ["ledger.head", "ledger.jsonl"]

    def test_without_a_state_folder_the_lock_lies_beside(
        self, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").write_text("", "utf-8")
        monkeypatch.setenv("MPGOV_STATE_DIR", str(tmp_path / "file"))
        assert filled(ledger, "a").verify().problems == ()

    def test_an_empty_ledger_is_fine(self, ledger: Ledger) -> None:
        assert (ledger.read(), ledger.verify().problems) == ([], ())
        ledger.prepare()
        assert ledger.verify().problems == ()

    def test_a_text_that_no_file_can_hold(self, ledger: Ledger) -> None:
        filled(ledger, "half \ud800 \x00 \r\n")
        assert reasons(ledger) == ["half \ud800 \x00 \r\n"]
        assert ledger.verify().problems == ()

    def test_the_chain_is_not_the_callers(self, ledger: Ledger) -> None:
        with pytest.raises(ValueError, match="place in the chain"):
            ledger.append({"hash": "x"})

    def test_where_it_cannot_be_written_that_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "exports").write_text("in the way", "utf-8")
        ledger = Ledger(tmp_path / "exports" / "p")
        for attempt in (ledger.prepare, lambda: ledger.append({})):
            with pytest.raises(InputError, match="cannot write"):
                attempt()
        folder = Ledger(tmp_path / "q")
        folder.path.mkdir(parents=True)
        for attempt in (folder.prepare, lambda: folder.append({}), folder.read, folder.verify):
            with pytest.raises(InputError):
                attempt()

    @pytest.mark.parametrize("written", [0, 10])
    def test_a_full_disk_leaves_no_half_line(
        self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, written: int
    ) -> None:
        filled(ledger, "a")
        before = ledger.path.read_bytes()
        write = os.write
        monkeypatch.setattr(module.os, "write", lambda handle, data: write(handle, data[:written]))
        with pytest.raises(InputError, match=r"[Nn]o space left"):
            filled(ledger, "b")
        monkeypatch.undo()
        assert ledger.path.read_bytes() == before
        assert filled(ledger, "c").verify().problems == ()


class TestChangedBytes:
    def test_of_any_line_in_the_middle_are_named(self, long_one: Ledger) -> None:
        data, head = long_one.path.read_bytes(), _head(long_one)
        raws = data.split(b"\n")[:-1]
        assert (len(raws), judge(scan(data), head).problems) == (MANY, ())
        dice = random.Random(20261124)
        start = 0
        for number, raw in enumerate(raws, 1):
            for at in {len(raw), *dice.sample(range(len(raw)), 2)}:
                found = _problems(_changed(data, start + at, dice), head)
                assert number in found, (number, at)
            start += len(raw) + 1

    def test_every_byte_of_some_lines(self, long_one: Ledger) -> None:
        data, head = long_one.path.read_bytes(), _head(long_one)
        raws = data.split(b"\n")[:-1]
        dice = random.Random(7)
        few = b"".join(raw + b"\n" for raw in raws[:4])
        few_head = read_head(json.dumps({"count": 4, "hash": scan(few).last}))
        assert judge(scan(few), few_head).problems == ()
        for at in range(len(few)):
            number = few.count(b"\n", 0, at) + 1
            for _ in range(3):
                problems = _problems(_changed(few, at, dice), few_head)
                assert number in problems, (number, at)
                assert problems <= {number, number + 1, 0}
        assert head.claims[0][1] == MANY

    @pytest.mark.parametrize("extra", [b" ", b"\n", b"\r", b"\t", b"\xef\xbb\xbf", b"{}", b"\x00"])
    def test_bytes_that_were_added(self, long_one: Ledger, extra: bytes) -> None:
        data, head = long_one.path.read_bytes(), _head(long_one)
        dice = random.Random(5)
        ends = [at + 1 for at, byte in enumerate(data) if byte == 10]
        for at in [0, len(data), *dice.sample(ends, 20), *dice.sample(range(len(data)), 50)]:
            assert _problems(data[:at] + extra + data[at:], head) or at == len(data), at

    def test_other_ends_of_lines(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b")
        ledger.path.write_bytes(ledger.path.read_bytes().replace(b"\n", b"\r\n"))
        assert [text.split(":")[0] for number, text in ledger.verify().problems if number] == [
            "ends in CR LF",
            "ends in CR LF",
        ]

    def test_lines_that_went_or_moved(self, long_one: Ledger) -> None:
        raws, head = long_one.path.read_bytes().splitlines(keepends=True), _head(long_one)
        gone = judge(scan(b"".join(raws[:99] + raws[100:])), head)
        assert gone.problems[-1] == (100, "follows a line that is not there")
        swapped = judge(scan(b"".join([*raws[:99], raws[100], raws[99], *raws[101:]])), head)
        assert (100, "stands before the line that it follows") in swapped.problems

    def test_a_record_that_was_written_anew_from_somewhere(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b", "c")
        other = filled(Ledger(ledger.folder.parent / "other"), "a", "x", "c", "d")
        other.path.replace(ledger.path)
        assert numbers(ledger) == [0]

    def test_what_is_whole_can_still_be_read(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b", "c")
        ledger.path.write_bytes(ledger.path.read_bytes().replace(b'"b"', b'"B"'))
        assert reasons(ledger) == ["a", "c"]
        assert ledger.verify().problems == ((2, "was changed: its hash does not fit"),)

    def test_to_go_on_does_not_hide_it(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b", "c")
        for old, new in ((b'"b"', b'"B"'), (b'"c"', b'"C"')):
            ledger.path.write_bytes(ledger.path.read_bytes().replace(old, new))
            filled(ledger, "d", "e")
        assert {2, 3} <= set(numbers(ledger))


class TestCuts:
    def test_at_every_end_of_a_line(self, long_one: Ledger) -> None:
        data, head = long_one.path.read_bytes(), _head(long_one)
        ends = [0, *(at + 1 for at, byte in enumerate(data[:-1]) if byte == 10)]
        for end in ends:
            assert _problems(data[:end], head) == {0}

    def test_anywhere(self, long_one: Ledger) -> None:
        data, head = long_one.path.read_bytes(), _head(long_one)
        last = data.rindex(b"\n", 0, -1) + 1
        sample = random.Random(3).sample(range(len(data)), 300)
        for end in (*sample, *range(last, len(data))):
            assert _problems(data[:end], head), end

    def test_at_the_front(self, long_one: Ledger) -> None:
        data, head = long_one.path.read_bytes(), _head(long_one)
        for start in random.Random(4).sample(range(1, len(data)), 100):
            assert _problems(data[start:], head), start

    def test_to_go_on_does_not_hide_it(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b", "c")
        data = ledger.path.read_bytes()
        ledger.path.write_bytes(data[: data.index(b"\n") + 1])
        filled(ledger, "d", "e", "f", "g")
        [(number, text)] = ledger.verify().problems
        assert (number, "not all there" in text) == (0, True)

    def test_half_a_line_that_was_recorded_stays_to_be_seen(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b")
        data = ledger.path.read_bytes()
        ledger.path.write_bytes(data[:-9])
        filled(ledger, "c")
        assert ledger.path.read_bytes().startswith(data[:-9] + b"\n{")
        assert 2 in numbers(ledger)

    def test_the_end_of_the_last_line(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b")
        ledger.path.write_bytes(ledger.path.read_bytes()[:-1])
        assert numbers(ledger) == [2]
        assert filled(ledger, "c").verify().problems == ()

    def test_the_ledger_itself(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b")
        ledger.path.unlink()
        assert numbers(ledger) == [0]
        filled(ledger, "c")
        assert numbers(ledger) == [0]

    @pytest.mark.parametrize("how", ["gone", "empty"])
    def test_the_head(self, ledger: Ledger, how: str) -> None:
        filled(ledger, "a", "b")
        if how == "gone":
            ledger.head_path.unlink()
        else:
            ledger.head_path.write_bytes(b"")
        assert ledger.verify().problems == ((0, "is missing or empty: a cut would not show"),)
        verdict = filled(ledger, "c", "d").verify()
        assert verdict.problems == ()
        assert verdict.notes == ("line 3: there was no head before it",)

    def test_the_head_of_a_single_line(self, ledger: Ledger) -> None:
        filled(ledger, "a").head_path.unlink()
        assert numbers(ledger) == [0]

    def test_a_head_that_is_none(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b")
        ledger.head_path.write_text("<<<<<<< ours\n[]\n", "utf-8")
        assert numbers(ledger) == [0, 0]
        for attempt in (ledger.prepare, lambda: ledger.append({})):
            with pytest.raises(InputError, match="line 1 is no count with a hash"):
                attempt()


class TestKilled:
    def test_between_the_line_and_the_head(self, ledger: Ledger) -> None:
        for done in (0, 3):
            filled(ledger, *"abc"[:done])
            _killed(ledger, "before the head")
            verdict = ledger.verify()
            assert verdict.problems == ()
            assert verdict.notes[-1].endswith(
                "not in the head yet: an append was interrupted; the next one puts it right"
            )
            assert filled(ledger, "next").verify() == judge(
                scan(ledger.path.read_bytes()), _head(ledger)
            )
            assert (ledger.verify().problems, ledger.verify().notes) == ((), ())
        assert reasons(ledger)[-2:] == ["killed", "next"]

    def test_in_the_middle_of_a_line(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b")
        whole = ledger.path.read_bytes()
        half = link({"reason": "c"}, scan(whole).last, 3).raw
        for end in range(1, len(half)):
            ledger.path.write_bytes(whole + half[:end])
            verdict = ledger.verify()
            assert verdict.problems == (), end
            assert verdict.notes == (
                "line 3 is half a line: an append was interrupted; the next one puts it right",
            )
        assert filled(ledger, "d").read()[-1].number == 3
        assert (reasons(ledger), ledger.verify().notes) == (["a", "b", "d"], ())

    def test_in_the_middle_of_the_first(self, ledger: Ledger) -> None:
        ledger.folder.mkdir(parents=True)
        ledger.path.write_bytes(b'{"format":1,"ki')
        assert (ledger.verify().problems, len(ledger.verify().notes)) == ((), 1)
        assert (filled(ledger, "a").verify().problems, reasons(ledger)) == ((), ["a"])


@pytest.mark.parametrize("start", [0, 5])
def test_eight_processes_at_once(ledger: Ledger, start: int) -> None:
    filled(ledger, *map(str, range(start)))
    code = (
        "import sys; from pathlib import Path; from mpgov.storage.ledger import Ledger\n"
        "for n in range(100): Ledger(Path(sys.argv[1])).append({'who': sys.argv[2], 'n': n})"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(ledger.folder), str(who)])
        for who in range(8)
    ]
    assert [process.wait() for process in started] == [0] * 8
    verdict = ledger.verify()
    assert (verdict.count, verdict.problems, verdict.forks) == (800 + start, (), ())
    for who in range(8):
        mine = [line.entry["n"] for line in ledger.read() if line.entry.get("who") == str(who)]
        assert mine == list(range(100))


class TestMergedBranches:
    @pytest.fixture
    def repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
            monkeypatch.setenv(name, os.devnull)
        for role in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{role}_NAME", "Jane")
            monkeypatch.setenv(f"GIT_{role}_EMAIL", "jane@acme.example")
        git(tmp_path, "init", "-q", "-b", "main")
        attributes = (ROOT / ".gitattributes").read_text("utf-8")
        assert "exports/**/ledger.* -text merge=union" in attributes
        (tmp_path / ".gitattributes").write_text(attributes, "utf-8")
        commit(tmp_path)
        return tmp_path

    @pytest.mark.parametrize("before", [(), ("a",), ("a", "b", "c")])
    def test_verify_names_the_fork_and_the_next_append_goes_on(
        self, repository: Path, ledger: Ledger, before: tuple[str, ...]
    ) -> None:
        filled(ledger, *before)
        commit(repository)
        branch(repository, "one")
        filled(ledger, "one", "eins")
        commit(repository)
        branch(repository, "two", "main")
        filled(ledger, "two")
        commit(repository)
        git(repository, "merge", "-q", "--no-edit", "one")
        verdict = ledger.verify()
        assert (verdict.count, verdict.problems, verdict.notes) == (len(before) + 3, (), ())
        [fork] = verdict.forks
        begin = f"line {len(before)}" if before else "the beginning"
        assert fork.endswith(f"follow {begin}: branches were merged there")
        after = filled(ledger, "after").verify()
        assert (after.problems, after.notes, after.forks) == ((), (), verdict.forks)
        assert len(_head(ledger).claims) == 2
        data = ledger.path.read_bytes()
        ends = [at + 1 for at, byte in enumerate(data) if byte == 10][:-1]
        assert all(_problems(data[:end], _head(ledger)) for end in ends)

    def test_again_and_again_and_crosswise(self, repository: Path, ledger: Ledger) -> None:
        filled(ledger, "base")
        commit(repository)
        branch(repository, "one")
        branch(repository, "two")
        count = 1
        for turn in range(4):
            for name in ("one", "two"):
                git(repository, "checkout", "-q", name)
                filled(ledger, f"{name} {turn}")
                count += 1
                commit(repository)
            tips = {name: git(repository, "rev-parse", name) for name in ("one", "two")}
            for name, other in (("one", "two"), ("two", "one")):  # each takes the other's
                git(repository, "checkout", "-q", name)
                git(repository, "merge", "-q", "--no-edit", tips[other])
                assert (ledger.verify().count, ledger.verify().problems) == (count, ())
        git(repository, "checkout", "-q", "main")
        git(repository, "merge", "-q", "--no-edit", "one")
        git(repository, "merge", "-q", "--no-edit", "two")
        assert (ledger.verify().count, ledger.verify().problems) == (count, ())
        assert filled(ledger, "end").verify().problems == ()

    def test_the_same_lines_twice(self, ledger: Ledger) -> None:
        filled(ledger, "a", "b")
        ledger.path.write_bytes(ledger.path.read_bytes() * 2)
        ledger.head_path.write_bytes(ledger.head_path.read_bytes() * 2)
        assert (ledger.verify().count, ledger.verify().problems) == (2, ())
        assert filled(ledger, "c").read()[-1].number == 5
        assert ledger.verify().problems == ()


def test_by_hand_as_the_readme_says(ledger: Ledger) -> None:
    readme = (ROOT / "exports" / "README.md").read_text("utf-8")
    code = readme.partition("```python\n")[2].partition("```")[0]

    def by_hand() -> tuple[int, str]:
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command, cwd=ledger.folder, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    data = filled(ledger, "a", "b", "c").path.read_bytes()
    assert by_hand() == (0, "whole: 3 lines\n")
    for damaged in (data.replace(b'"b"', b'"B"'), data[: data.index(b"\n") + 1], data[:-5]):
        ledger.path.write_bytes(damaged)
        assert by_hand() == (1, "")


def test_a_head_says_the_same_when_it_is_written_again(long_one: Ledger) -> None:
    text = long_one.head_path.read_text("utf-8")
    assert write_head(read_head(text)) == text


def _head(ledger: Ledger):
    return read_head(ledger.head_path.read_text("utf-8"))


def _problems(data: bytes, head) -> set[int]:
    return {number for number, _ in judge(scan(data), head).problems}


def _changed(data: bytes, at: int, dice: random.Random) -> bytes:
    byte = dice.choice([b for b in (10, 13, 32, 34, 0, 255, dice.randrange(256)) if b != data[at]])
    return data[:at] + bytes([byte]) + data[at + 1 :]


def _killed(ledger: Ledger, _when: str) -> None:
    """An append in a process that dies when its line is written and its head is not."""
    code = (
        "import os, sys; from pathlib import Path; from mpgov.storage import ledger\n"
        "write = ledger.write_beside\n"
        "def dying(path, content):\n"
        "    os._exit(9) if content else write(path, content)\n"
        "ledger.write_beside = dying\n"
        "ledger.Ledger(Path(sys.argv[1])).append({'reason': 'killed'})"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ledger.folder)], check=False)
    assert done.returncode == 9


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=True)
    return done.stdout.decode().strip()


def commit(folder: Path) -> None:
    git(folder, "add", ".gitattributes", "exports") if (folder / "exports").exists() else git(
        folder, "add", ".gitattributes"
    )
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")


def branch(folder: Path, name: str, start: str = "HEAD") -> None:
    git(folder, "checkout", "-q", "-b", name, start)
