"""pyferry-timeline, given traces: what it makes of them, and what it says of those that are none. Run in a folder of its own."""

import importlib.util
import io
import contextlib
import json
import sys

spec = importlib.util.spec_from_file_location("timeline", sys.argv[1])
timeline = importlib.util.module_from_spec(spec)
spec.loader.exec_module(timeline)

with open(sys.argv[2], encoding="utf-8") as file:
    TEXT = file.read()
WAIT, HOLD, AWAY, NEST, RUN = range(5)


def shape(picture, name):
    (lane,) = [lane for lane in picture["threads"] if lane["name"] == name]
    return [(kind, number, picture["labels"][label], begin, end, depth) for kind, number, label, begin, end, depth in lane["slices"]]


def run(*arguments):
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        status = timeline.main(list(arguments))
    return status, said.getvalue(), complained.getvalue()


# A whole one.
picture = timeline.picture_of(timeline.events_of(TEXT))
assert picture["process"] == "game (42)" and picture["end"] == 100.0 and picture["lost"] == 0, picture
assert picture["interpreters"] == [[0, "main interpreter"], [3, "interpreter 3"]], picture
assert shape(picture, "loader") == [
    (WAIT, 0, "load </script> level", 1.0, 1.5, 0),
    (HOLD, 0, "load </script> level", 1.5, 60.0, 0),
    (NEST, 0, "", 2.0, 3.0, 1),
    (HOLD, 3, "", 5.0, 20.0, 1),
    (RUN, 3, "", 6.0, 7.0, 2),
], shape(picture, "loader")
assert shape(picture, "render") == [(WAIT, 0, "draw", 10.0, 60.5, 0), (HOLD, 0, "draw", 60.5, 100.0, 0)]
assert picture["threads"][0]["marks"] == [["switch", 5.0, "main interpreter -> interpreter 3"]], picture
# A thread's number is another's later: a lane of its own.
assert shape(picture, "audio") == [(HOLD, 3, "", 80.0, 90.0, 0)]

# Cut off, wherever.
for length in range(len(TEXT)):
    try:
        part = timeline.picture_of(timeline.events_of(TEXT[:length]))
    except timeline.Unreadable:
        assert "\n" not in TEXT[:length], length
        continue
    assert all(slice[4] is not None for lane in part["threads"] for slice in lane["slices"]), length
    if length < TEXT.index("pyferry_end"):
        assert part["lost"] is None

# The page has it all, and nothing of a trace's is taken for HTML.
with open("trace.json", "w", encoding="utf-8") as file:
    file.write(TEXT)
assert run("trace.json") == (0, "trace.html\n", ""), run("trace.json")
with open("trace.html", encoding="utf-8") as file:
    page = file.read()
assert page.count("</script>") == 2 and "@DATA@" not in page and "@TITLE@" not in page
data = page.split('id="data">')[1].split("</script>")[0]
assert json.loads(data) == json.loads(json.dumps(picture))
assert "http" not in page.replace("http-equiv", ""), "it loads nothing"
assert run("trace.json", "-o", "-") == (0, page, "")

# What is no trace.
for text in ("", "{}", "words\n", '[{"ph": "B"}]', '[{"ph": "B", "tid": 1, "ts": 2.0}]', '["ph"]', "[1]"):
    with open("none.json", "w", encoding="utf-8") as file:
        file.write(text)
    status, said, complained = run("none.json")
    assert (status, said) == (1, "") and complained.startswith("pyferry-timeline: none.json "), (text, complained)
status, said, complained = run("missing.json")
assert status == 1 and "missing.json" in complained, complained
