#!/usr/bin/env python3
"""Makes a page of a trace that pyferry wrote (pyferry_trace_start, PYFERRY_TRACE): a lane for each thread, who waited and who ran.

The page is one HTML file that needs nothing else. This program is one file too, and needs a Python from 3.9 on.
"""

import argparse
import json
import os
import sys

KINDS = ("wait", "hold", "away", "nest", "run")


class Unreadable(Exception):
    """It is no trace, and why."""


def events_of(text):
    """The events of a trace, also of one that was cut off in the middle of a line."""
    try:
        events = json.loads(text)
    except ValueError:
        whole = text[: text.rfind("\n") + 1].rstrip().rstrip(",")
        try:
            events = json.loads(whole + "]")
        except ValueError as error:
            raise Unreadable(f"is no trace of pyferry's: {error}") from None
    if not isinstance(events, list):
        raise Unreadable("is no trace of pyferry's, which is an array of events")
    return events


def picture_of(events):
    """What the page shows: the threads, each with its slices [kind, interpreter, label, begin, end, depth]."""
    threads, interpreters, labels = {}, {}, {}
    process, end, losses = "", 0.0, None
    try:
        for event in events:
            phase, number = event["ph"], event["tid"]
            if phase == "M":
                told = event["args"]
                if event["name"] == "thread_name":
                    # The system gives numbers again: a thread that began later has a lane of its own.
                    threads[number] = {"name": told["name"], "number": number, "slices": [], "marks": [], "open": []}
                    threads[number, len(threads)] = threads[number]
                elif event["name"] == "process_name":
                    process = f"{told['name']} ({event['pid']})"
                elif event["name"] == "pyferry_interpreter":
                    interpreters[told["interpreter"]] = told["name"]
                elif event["name"] == "pyferry_end":
                    losses = told["lost"] + told["unheard_threads"]
                continue
            thread, when = threads[number], event["ts"]
            end = max(end, when)
            if phase == "B":
                label = labels.setdefault(event["args"].get("label", ""), len(labels))
                kind, interpreter = KINDS.index(event["cat"]), event["args"]["interpreter"]
                made = [kind, interpreter, label, when, None, len(thread["open"])]
                thread["slices"].append(made)
                thread["open"].append(made)
            elif phase == "E" and thread["open"]:
                thread["open"].pop()[4] = when
            elif phase == "i":
                thread["marks"].append([event["cat"], when, event["name"]])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"has an event that is none of pyferry's: {error!r}") from None
    lanes = [thread for key, thread in threads.items() if isinstance(key, tuple) and (thread["slices"] or thread["marks"])]
    for lane in lanes:
        for left in lane.pop("open"):
            left[4] = end
    lanes.sort(key=lambda lane: lane["slices"][0][3] if lane["slices"] else lane["marks"][0][1])
    return {
        "process": process,
        "end": end,
        "threads": lanes,
        "interpreters": sorted([number, name] for number, name in interpreters.items()),
        "labels": list(labels),
        "lost": losses,
    }


def page_of(picture, title):
    """The page."""
    # No text of the trace ends the element that it is in.
    data = json.dumps(picture, separators=(",", ":")).replace("<", "\\u003c")
    name = title.replace("&", "&amp;").replace("<", "&lt;")
    return PAGE.replace("@TITLE@", name).replace("@DATA@", data)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="pyferry-timeline", description=__doc__.split("\n\n")[0])
    parser.add_argument("trace", help="the file that pyferry wrote; also one that is cut off")
    parser.add_argument("-o", "--output", help="the page; by default beside the trace, and - is stdout")
    asked = parser.parse_args(arguments)
    try:
        with open(asked.trace, encoding="utf-8", errors="replace") as file:
            page = page_of(picture_of(events_of(file.read())), os.path.basename(asked.trace))
        if asked.output == "-":
            sys.stdout.write(page)
            return 0
        output = asked.output or os.path.splitext(asked.trace)[0] + ".html"
        with open(output, "w", encoding="utf-8") as file:
            file.write(page)
    except Unreadable as error:
        print(f"pyferry-timeline: {asked.trace} {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"pyferry-timeline: {error}", file=sys.stderr)
        return 1
    print(output)
    return 0


PAGE = r"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>@TITLE@ - pyferry</title>
<style>
:root { color-scheme: light dark; --back: #ffffff; --text: #1b1f24; --faint: #667; --line: #e3e6ea; --lane: #f7f8fa; --card: #fffffff2 }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171b; --text: #e6e9ed; --faint: #97a0ab; --line: #2a2f36; --lane: #1a1e23; --card: #20252bf2 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 13px/1.35 system-ui, "DejaVu Sans", sans-serif }
header { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; padding: 10px 14px 8px; border-bottom: 1px solid var(--line) }
h1 { font-size: 15px; margin: 0 }
.faint, footer { color: var(--faint) }
.key { white-space: nowrap }
.key i { display: inline-block; width: 22px; height: 11px; border-radius: 2px; margin-right: 6px; vertical-align: -1px }
main { position: relative }
canvas { display: block; width: 100%; cursor: grab; touch-action: none }
#tip { position: fixed; display: none; pointer-events: none; max-width: 420px; padding: 7px 10px; border-radius: 6px;
  background: var(--card); border: 1px solid var(--line); box-shadow: 0 3px 14px #0004; white-space: pre-line; z-index: 2 }
#tip b { font-weight: 600 }
footer { padding: 8px 14px }
</style>
<header><h1 id="title"></h1><span id="span" class="faint"></span><span id="keys" style="display:contents"></span></header>
<main><canvas id="canvas"></canvas></main>
<footer>Wheel or + and - zoom, drag or the arrow keys move, a double click or 0 shows all. A click on a wait shows who was in meanwhile.</footer>
<div id="tip"></div>
<script type="application/json" id="data">@DATA@</script>
<script>
"use strict";
const WAIT = 0, HOLD = 1, AWAY = 2, NEST = 3, RUN = 4;
const data = JSON.parse(document.getElementById("data").textContent);
const canvas = document.getElementById("canvas"), pen = canvas.getContext("2d"), tip = document.getElementById("tip");
const LEFT = 190, TOP = 26, LANE = 38, BAR = 26;
const COLOURS = ["#3b7dd8", "#e0863a", "#3f9e5a", "#b455b8", "#c9485b", "#2a9fa8", "#8a7a2f", "#6a62d0", "#7d5a48", "#5d7f8f"];
const order = new Map(data.interpreters.map(([number], place) => [number, place]));
const colour = number => COLOURS[(order.get(number) ?? 0) % COLOURS.length];
const nameOf = number => (data.interpreters.find(each => each[0] === number) ?? [0, "interpreter " + number])[1];
const labelOf = slice => data.labels[slice[2]];
const end = Math.max(data.end, 1);
let from = 0, to = end, width = 0, hover = null, chosen = null, patterns = new Map();

function time(us, digits = 3) {
  const [value, unit] = us >= 1e6 ? [us / 1e6, "s"] : us >= 1e3 ? [us / 1e3, "ms"] : [us, "\u00b5s"];
  return Number(value.toPrecision(digits)) + " " + unit;
}

/* What each thread does at each moment is what is innermost: inside, waiting or away. */
for (const thread of data.threads) {
  thread.stretches = [];
  thread.waits = thread.inside = thread.longest = 0;
  const open = [], put = (slice, begin, finish) => { if (finish > begin) thread.stretches.push([slice, begin, finish]); };
  let since = 0;
  const close = until => {
    while (open.length && open[open.length - 1][4] <= until) {
      const last = open.pop();
      put(last, since, last[4]);
      since = Math.max(since, last[4]);
    }
  };
  for (const slice of thread.slices) {
    close(slice[3]);
    if (open.length) put(open[open.length - 1], since, slice[3]);
    open.push(slice);
    since = slice[3];
  }
  close(Infinity);
  for (const [slice, begin, finish] of thread.stretches) {
    if (slice[0] === WAIT) {
      thread.waits += finish - begin;
      thread.longest = Math.max(thread.longest, finish - begin);
    } else if (slice[0] !== AWAY) thread.inside += finish - begin;
  }
}

/* Who was inside an interpreter in that time, the longest first. */
function inside(number, begin, finish, except) {
  const found = [];
  for (const thread of data.threads) {
    if (thread === except) continue;
    let sum = 0, label = "";
    for (const [slice, from_, to_] of thread.stretches) {
      if (slice[0] === WAIT || slice[0] === AWAY || slice[1] !== number || to_ <= begin || from_ >= finish) continue;
      sum += Math.min(to_, finish) - Math.max(from_, begin);
      label = labelOf(slice) || label;
    }
    if (sum > 0) found.push({ thread, sum, label });
  }
  return found.sort((a, b) => b.sum - a.sum);
}

function hatch(number) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches, key = number + "," + dark;
  if (!patterns.has(key)) {
    const tile = document.createElement("canvas"), ink = tile.getContext("2d");
    tile.width = tile.height = 8;
    ink.fillStyle = colour(number) + (dark ? "38" : "24");
    ink.fillRect(0, 0, 8, 8);
    ink.strokeStyle = colour(number);
    ink.lineWidth = 1.6;
    for (const shift of [-8, 0, 8]) { ink.beginPath(); ink.moveTo(shift - 1, 9); ink.lineTo(shift + 9, -1); ink.stroke(); }
    patterns.set(key, pen.createPattern(tile, "repeat"));
  }
  return patterns.get(key);
}

const x = when => LEFT + (when - from) / (to - from) * (width - LEFT);
const at = place => from + (place - LEFT) / (width - LEFT) * (to - from);
const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function clip(text, room) {
  if (pen.measureText(text).width <= room) return text;
  while (text.length > 1 && pen.measureText(text + "\u2026").width > room) text = text.slice(0, -1);
  return text.length > 1 ? text + "\u2026" : "";
}

/* Each slice is a bar, and what lies within it lies on it, a little lower: the colour of what is around still shows above. */
function bar(slice, top) {
  const left = Math.max(x(slice[3]), LEFT), right = Math.min(x(slice[4]), width);
  const inset = Math.min(slice[5], 3) * 5;
  return { left, top: top + inset, width: Math.max(right - left, 0.8), height: BAR - inset };
}

function draw() {
  const scale = devicePixelRatio || 1, height = TOP + data.threads.length * LANE + 8;
  width = canvas.clientWidth;
  canvas.style.height = height + "px";
  canvas.width = width * scale;
  canvas.height = height * scale;
  pen.scale(scale, scale);
  pen.font = "12px system-ui, 'DejaVu Sans', sans-serif";
  pen.textBaseline = "middle";
  ruler(height);
  data.threads.forEach((thread, place) => lane(thread, TOP + place * LANE));
}

function ruler(height) {
  const rough = (to - from) / Math.max((width - LEFT) / 110, 1), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find(each => each * power >= rough) * power;
  pen.textAlign = "center";
  for (let when = Math.ceil(from / step) * step; when <= to; when += step) {
    pen.fillStyle = style("--line");
    pen.fillRect(Math.round(x(when)), TOP - 6, 1, height);
    pen.fillStyle = style("--faint");
    if (x(when) < width - 30) pen.fillText(when === 0 ? "0" : time(when, 6), x(when), 10);
  }
}

function lane(thread, top) {
  pen.textAlign = "left";
  pen.fillStyle = style("--text");
  pen.font = "600 12px system-ui, 'DejaVu Sans', sans-serif";
  pen.fillText(clip(thread.name || "thread " + thread.number, LEFT - 24), 14, top + 12);
  pen.font = "10.5px system-ui, 'DejaVu Sans', sans-serif";
  pen.fillStyle = style("--faint");
  const share = part => (100 * part / end).toFixed(part / end < 0.0995 ? 1 : 0) + "%";
  pen.fillText("in " + share(thread.inside) + "  \u00b7  waits " + share(thread.waits), 14, top + 27);
  pen.save();
  pen.beginPath();
  pen.rect(LEFT, top, width - LEFT, LANE);
  pen.clip();
  pen.fillStyle = style("--lane");
  pen.fillRect(LEFT, top + 4, width - LEFT, BAR);
  pen.font = "11px system-ui, 'DejaVu Sans', sans-serif";
  /* Those narrower than a pixel, that nobody could tell apart, are drawn once. */
  const drawn = [];
  for (const slice of thread.slices) {
    if (slice[3] > to || slice[4] < from) continue;
    const { left, top: up, width: wide, height } = bar(slice, top + 4), key = slice[5] * 8 + slice[0];
    if (wide < 1 && drawn[key] === Math.floor(left)) continue;
    drawn[key] = Math.floor(left);
    paint(slice, left, up, wide, height);
  }
  for (const [kind, when, text] of thread.marks) {
    if (when < from || when > to) continue;
    pen.fillStyle = kind === "lost" ? "#d22" : style("--text");
    pen.beginPath();
    pen.moveTo(x(when) - 3.5, top); pen.lineTo(x(when) + 3.5, top); pen.lineTo(x(when), top + 5);
    pen.fill();
  }
  if (chosen) shade(thread, top);
  pen.restore();
}

function paint(slice, left, top, wide, height) {
  const [kind, number] = slice;
  const text = kind === RUN ? "job" : kind === NEST ? "nested" : labelOf(slice) || (kind === WAIT ? "waits" : kind === AWAY ? "away" : nameOf(number));
  if (kind === WAIT) pen.fillStyle = hatch(number);
  else if (kind === AWAY) pen.fillStyle = style("--lane");
  else pen.fillStyle = colour(number);
  pen.fillRect(left, top, wide, height);
  if (kind === NEST || kind === RUN) {
    pen.fillStyle = kind === NEST ? "#0003" : "#fff3";
    pen.fillRect(left, top, wide, height);
  }
  if (wide > 3) {
    pen.strokeStyle = kind === WAIT || kind === AWAY ? colour(number) : "#0003";
    pen.lineWidth = 1;
    pen.strokeRect(left + 0.5, top + 0.5, wide - 1, height - 1);
  }
  if (slice === hover) { pen.fillStyle = "#fff4"; pen.fillRect(left, top, wide, height); }
  if (wide > 34 && height > 12) {
    const dark = kind === WAIT || kind === AWAY, shown = clip(text, wide - 12);
    if (kind === WAIT && shown) {
      pen.fillStyle = style("--back");
      pen.fillRect(left + 4, top + height / 2 - 7.5, pen.measureText(shown).width + 5, 15);
    }
    pen.fillStyle = dark ? style("--text") : "#fff";
    pen.fillText(shown, left + 6, top + height / 2 + 0.5);
  }
}

/* What is not of the chosen wait's time and interpreter stands back. */
function shade(thread, top) {
  const [, number, , begin, finish] = chosen.slice;
  pen.fillStyle = style("--back") + "c8";
  const cover = (left, right) => { if (right > left) pen.fillRect(left, top + 3, right - left, BAR + 2); };
  cover(LEFT, x(begin));
  cover(x(finish), width);
  if (thread === chosen.thread) return;
  let last = begin;
  for (const [slice, from_, to_] of thread.stretches) {
    if (slice[0] === WAIT || slice[0] === AWAY || slice[1] !== number || to_ <= begin || from_ >= finish) continue;
    cover(x(last), x(Math.max(from_, begin)));
    last = Math.min(to_, finish);
  }
  cover(x(last), x(finish));
}

function find(event) {
  const box = canvas.getBoundingClientRect(), left = event.clientX - box.left, up = event.clientY - box.top;
  const place = Math.floor((up - TOP) / LANE), thread = data.threads[place];
  if (!thread || left < LEFT) return null;
  const top = TOP + place * LANE + 4, reach = 1.5 * (to - from) / (width - LEFT), when = at(left);
  let best = null;
  for (const slice of thread.slices) {
    if (slice[3] - reach > when || slice[4] + reach < when || up - top < Math.min(slice[5], 3) * 5) continue;
    if (!best || slice[5] >= best[5]) best = slice;
  }
  const mark = thread.marks.find(each => Math.abs(x(each[1]) - left) < 5 && up - top < 4);
  return best || mark ? { thread, slice: best, mark } : null;
}

function tell(found, event) {
  tip.textContent = "";
  const bold = document.createElement("b"), words = ["waits for ", "in ", "has let go of ", "nested in ", "job in "];
  const lines = [];
  if (found.mark) {
    bold.textContent = found.mark[2];
    lines.push("at " + time(found.mark[1], 7));
  } else {
    const slice = found.slice, [kind, number, , begin, finish] = slice;
    bold.textContent = words[kind] + nameOf(number) + (labelOf(slice) ? " [" + labelOf(slice) + "]" : "");
    lines.push(time(finish - begin, 4) + ", from " + time(begin, 7));
    if (kind === WAIT) {
      const others = inside(number, begin, finish, found.thread).slice(0, 4);
      if (others.length) lines.push("meanwhile in there:");
      for (const { thread, sum, label } of others) lines.push("  " + thread.name + (label ? " [" + label + "]" : "") + ", " + time(sum));
    }
  }
  lines.push(found.thread.name + ", thread " + found.thread.number + ", longest wait " + time(found.thread.longest));
  tip.append(bold, "\n" + lines.join("\n"));
  tip.style.display = "block";
  tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
  tip.style.top = Math.min(event.clientY + 16, innerHeight - tip.offsetHeight - 8) + "px";
}

function show(begin, finish) {
  const least = Math.min(end, 0.05), span = Math.min(Math.max(finish - begin, least), end);
  from = Math.min(Math.max(begin, 0), end - span);
  to = from + span;
  /* What is shown is in the address, in seconds: it can be sent, and is there again after a reload. */
  history.replaceState(null, "", span === end ? location.pathname : "#" + (from / 1e6).toFixed(6) + "," + (to / 1e6).toFixed(6));
  requestAnimationFrame(draw);
}

const zoom = (factor, when) => show(when - (when - from) * factor, when + (to - when) * factor);
const move = part => show(from + part * (to - from), to + part * (to - from));

canvas.addEventListener("wheel", event => {
  if (event.ctrlKey || Math.abs(event.deltaY) >= Math.abs(event.deltaX)) {
    const left = Math.max(event.clientX - canvas.getBoundingClientRect().left, LEFT);
    zoom(Math.exp(event.deltaY * 0.002), at(left));
  } else move(event.deltaX / (width - LEFT));
  event.preventDefault();
}, { passive: false });
let dragged = null, moved = false;
canvas.addEventListener("pointerdown", event => {
  dragged = event.clientX; moved = false;
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", event => {
  if (dragged !== null) {
    const by = (dragged - event.clientX) / (width - LEFT);
    moved ||= Math.abs(dragged - event.clientX) > 3;
    if (moved) { move(by); dragged = event.clientX; tip.style.display = "none"; }
    return;
  }
  const found = find(event);
  if ((found && found.slice) !== hover) { hover = found && found.slice; requestAnimationFrame(draw); }
  if (found) tell(found, event); else tip.style.display = "none";
});
canvas.addEventListener("pointerup", event => {
  if (!moved) {
    const found = find(event), slice = found && found.slice;
    chosen = slice && slice[0] === WAIT && (!chosen || chosen.slice !== slice) ? found : null;
    requestAnimationFrame(draw);
  }
  dragged = null;
});
canvas.addEventListener("pointerleave", () => { tip.style.display = "none"; hover = null; requestAnimationFrame(draw); });
canvas.addEventListener("dblclick", () => show(0, end));
addEventListener("keydown", event => {
  const keys = { "+": () => zoom(0.6, (from + to) / 2), "=": () => zoom(0.6, (from + to) / 2), "-": () => zoom(1 / 0.6, (from + to) / 2),
    ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2), "0": () => show(0, end), Escape: () => { chosen = null; draw(); } };
  if (keys[event.key] && !event.ctrlKey && !event.metaKey) { keys[event.key](); event.preventDefault(); }
});
addEventListener("resize", () => requestAnimationFrame(draw));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => requestAnimationFrame(draw));

document.getElementById("title").textContent = data.process || "trace";
let span = data.threads.length + (data.threads.length === 1 ? " thread, " : " threads, ") + time(end);
if (data.lost === null) span += "; the file is cut off";
else if (data.lost) span += "; " + data.lost + " events were lost";
document.getElementById("span").textContent = span;
function key(text, paintIt) {
  const line = document.createElement("span"), swatch = document.createElement("i");
  line.className = "key";
  paintIt(swatch.style);
  line.append(swatch, text);
  document.getElementById("keys").append(line);
}
for (const [number, name] of data.interpreters) key(name, swatch => { swatch.background = colour(number); });
const grey = "#7a8594";
key("waits", swatch => { swatch.background = `repeating-linear-gradient(-45deg, ${grey} 0 1.6px, ${grey}30 1.6px 5.6px)`; });
key("has let go", swatch => { swatch.boxShadow = "inset 0 0 0 1px " + grey; });
const asked = location.hash.slice(1).split(",").map(part => Number(part) * 1e6);
if (asked.length === 2 && asked[1] > asked[0]) show(asked[0], asked[1]);
draw();
</script>
</html>
"""

if __name__ == "__main__":
    sys.exit(main())
