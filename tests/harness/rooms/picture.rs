//! Draws the rooms: each above those that it calls, and an arrow where no other room is on the way.

use std::collections::{BTreeMap, BTreeSet};

use super::Room;

const WIDTH: usize = 760;
const MARGIN: usize = 32;
const GAP: usize = 20;
const HEIGHT: usize = 52;
const STEP: usize = 74;
const TOP: usize = 96;
/// About as wide as a letter is drawn.
const LETTER: usize = 7;

const HEAD: &str = r##"  <defs>
    <marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
      <path d="M0 0L10 5L0 10z" fill="#7d8590"/>
    </marker>
    <style>
      .room { fill: #ddf4ff; stroke: #0969da; stroke-width: 1.5 }
      .other { fill: #f0e4c8; stroke: #9a6700; stroke-width: 1.5 }
      .house { fill: none; stroke: #7d8590; stroke-width: 1.5; stroke-dasharray: 6 5 }
      .name { fill: #1f2328; font-weight: bold; text-anchor: middle }
      .what { fill: #1f2328; font-size: 12.5px; text-anchor: middle }
      .note { fill: #7d8590; font-size: 13px }
      .call { fill: none; stroke: #7d8590; stroke-width: 1.8; marker-end: url(#tip) }
    </style>
  </defs>
"##;

/// The left edge and the width of a room, and the floor it is on, from the top.
struct Place {
    x: usize,
    width: usize,
    floor: usize,
}

impl Place {
    fn middle(&self) -> usize {
        self.x + self.width / 2
    }

    fn top(&self) -> usize {
        TOP + self.floor * STEP
    }

    fn bottom(&self) -> usize {
        self.top() + HEIGHT
    }
}

pub fn draw(rooms: &[Room]) -> String {
    let places = places(rooms);
    let floors = places.values().map(|place| place.floor + 1).max().unwrap_or_default();
    let end = TOP + floors * STEP - (STEP - HEIGHT) + 12;
    let height = end + 66;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         font-family=\"system-ui, DejaVu Sans, sans-serif\" font-size=\"15\">\n  <title>The rooms of the library: calls go down \
         only, and only the room cpython calls CPython</title>\n  <!-- make rooms draws it from the table in CONTRIBUTING.md -->\n{HEAD}"
    );
    let mut add = |line: String| svg.extend(["  ", &line, "\n"]);
    add(format!(
        "<rect class=\"house\" x=\"20\" y=\"72\" width=\"{}\" height=\"{}\" rx=\"10\"/>",
        WIDTH - 40,
        end - 72
    ));
    add("<text class=\"note\" x=\"32\" y=\"90\">libpyferry.so</text>".to_owned());
    for room in rooms {
        for called in calls_drawn(room, rooms) {
            let (from, to) = (&places[room.name.as_str()], &places[called]);
            add(format!(
                "<path class=\"call\" d=\"M{} {}L{} {}\"/>",
                from.middle(),
                from.bottom(),
                to.middle(),
                to.top() - 2
            ));
        }
    }
    let other = |x: usize, y: usize, text: &str| {
        let middle = x + 150;
        format!(
            "<rect class=\"other\" x=\"{x}\" y=\"{y}\" width=\"300\" height=\"40\" rx=\"6\"/>\n  \
             <text class=\"name\" x=\"{middle}\" y=\"{}\">{text}</text>",
            y + 25
        )
    };
    for (name, host, x) in [("capi", "a host in C or C++, a plug-in", 50), ("api", "a host in Rust", 410)] {
        if let Some(place) = places.get(name) {
            add(other(x, 8, host));
            add(format!("<path class=\"call\" d=\"M{} 48L{} {}\"/>", x + 150, place.middle(), place.top() - 2));
        }
    }
    for room in rooms {
        let place = &places[room.name.as_str()];
        let (x, y, width, middle) = (place.x, place.top(), place.width, place.middle());
        add(format!("<rect class=\"room\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"6\"/>"));
        add(format!("<text class=\"name\" x=\"{middle}\" y=\"{}\">{}</text>", y + 22, room.name));
        add(format!("<text class=\"what\" x=\"{middle}\" y=\"{}\">{}</text>", y + 41, what(room)));
    }
    if let Some(place) = places.get("cpython") {
        let y = end + 22;
        add(other(WIDTH - 340, y, "CPython 3.9 to 3.15"));
        add(format!(
            "<path class=\"call\" d=\"M{} {}L{} {}\"/>",
            place.x + place.width - 24,
            place.bottom(),
            WIDTH - 190,
            y - 2
        ));
        let note = "found at run time, by the addresses of its functions";
        add(format!("<text class=\"note\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{note}</text>", WIDTH - 352, y + 25));
    }
    svg + "</svg>\n"
}

/// The first words of what lives there.
fn what(room: &Room) -> &str {
    room.what.split([':', ';', '.', ',']).next().unwrap_or_default()
}

/// Those that no other room of those called calls as well: an arrow for each would hide the way down.
fn calls_drawn<'a>(room: &'a Room, rooms: &'a [Room]) -> Vec<&'a str> {
    fn reaches(from: &str, to: &str, rooms: &[Room]) -> bool {
        let from = rooms.iter().find(|room| room.name == from);
        from.is_some_and(|from| from.calls.iter().any(|next| next == to || reaches(next, to, rooms)))
    }
    let is_direct = |to: &&String| !room.calls.iter().any(|other| reaches(other, to, rooms));
    room.calls.iter().filter(is_direct).map(String::as_str).collect()
}

/// Each room as near above what it calls as can be, and the rooms of a floor beside each other, in the order of the table.
fn places(rooms: &[Room]) -> BTreeMap<&str, Place> {
    let mut floors: BTreeMap<&str, usize> = BTreeMap::new();
    for room in rooms {
        let floor = *floors.entry(&room.name).or_default();
        for called in &room.calls {
            let below = floors.entry(called).or_default();
            *below = (*below).max(floor + 1);
        }
    }
    for room in rooms.iter().rev() {
        if let Some(lowest) = room.calls.iter().map(|called| floors[called.as_str()] - 1).min() {
            floors.insert(&room.name, lowest);
        }
    }
    let mut places = BTreeMap::new();
    for floor in floors.values().copied().collect::<BTreeSet<usize>>() {
        let here: Vec<&Room> = rooms.iter().filter(|room| floors[room.name.as_str()] == floor).collect();
        let width = |room: &&Room| 24 + LETTER * what(room).len().max(room.name.len() + 4).next_multiple_of(2);
        let widths: Vec<usize> = here.iter().map(width).collect();
        let taken = widths.iter().sum::<usize>() + GAP * (here.len() - 1);
        // What is left is on both sides, and between them.
        let space = (WIDTH - 2 * MARGIN).saturating_sub(taken) / (here.len() + 1);
        let mut x = MARGIN + space;
        for (room, width) in here.into_iter().zip(widths) {
            places.insert(room.name.as_str(), Place { x, width, floor });
            x += width + GAP + space;
        }
    }
    places
}
