//! Two pictures: what a callback costs, and what more threads bring. The background is left to the page; the colours can be
//! read on white and on black.

use std::error::Error;
use std::fs;
use std::thread;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, SegmentValue, ValueFormatter};
use plotters::prelude::*;

use crate::peers::Kind;
use crate::questions::{Measure, Question, THREADS, Theirs};
use crate::results::Results;
use harness::paths;
use harness::python::Python;

const SIZE: (u32, u32) = (880, 480);
const TEXT: RGBColor = RGBColor(122, 130, 140);
const COLORS: [RGBColor; 7] = [
    RGBColor(31, 120, 255),
    RGBColor(217, 108, 30),
    RGBColor(34, 154, 92),
    RGBColor(160, 100, 240),
    RGBColor(226, 72, 92),
    RGBColor(16, 148, 166),
    RGBColor(176, 128, 20),
];

type Failure = Box<dyn Error>;

/// One line: its name, and the points it has, by the place on the axis below.
struct Line {
    name: String,
    points: Vec<(usize, f64)>,
    color: RGBColor,
    width: u32,
}

struct Picture<'a> {
    title: &'a str,
    below: &'a str,
    left: &'a str,
    /// The places on the axis below.
    places: Vec<String>,
    lines: Vec<Line>,
}

/// The pictures drawn, as README shows them.
pub fn draw(results: &Results, pythons: &[Python]) -> Result<String, Failure> {
    let callback = callback(results, pythons);
    let all = callback.lines.iter().flat_map(|line| &line.points).map(|(_, value)| *value);
    let (low, high) = all.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let power = |value: f64, round: fn(f64) -> f64| 10f64.powf(round(value.log10()));
    let range = (power(low, f64::floor)..power(high, f64::ceil)).log_scale();
    let mut shown = write("callback.svg", &callback, range, |value| match *value {
        ns if ns < 1e3 => format!("{ns} ns"),
        ns => format!("{} µs", ns / 1e3),
    })?;

    let scaling = scaling(results, pythons);
    if !scaling.lines.is_empty() {
        let points = scaling.lines.iter().flat_map(|line| &line.points);
        let high = points.fold(1.0, |high: f64, (_, value)| high.max(*value));
        shown += &write("scaling.svg", &scaling, 0.0..(high * 1.15).ceil(), |value| format!("{value:.1}×"))?;
    }
    Ok(shown)
}

fn callback<'a>(results: &Results, pythons: &[Python]) -> Picture<'a> {
    type IsIt = fn(&Question) -> bool;
    let theirs: [(&str, IsIt); 6] = [
        ("PyGILState_Ensure", |q| matches!(q.measure, Measure::Faster(_, Theirs::Way("gilstate-call")))),
        ("PEP 788", |q| matches!(q.measure, Measure::Faster(_, Theirs::Way("pep788-call")))),
        ("pybind11", |q| matches!(q.measure, Measure::Faster(_, Theirs::Peer(Kind::Pybind11)))),
        ("nanobind", |q| matches!(q.measure, Measure::Faster(_, Theirs::Peer(Kind::Nanobind)))),
        ("PyO3", |q| matches!(q.measure, Measure::Faster(_, Theirs::Peer(Kind::Pyo3)))),
        ("bare, a state that exists", |q| matches!(q.measure, Measure::Ratio(_, "bare-call"))),
    ];
    let line = |name: &str, is_it: IsIt, ours: bool| {
        let points = pythons.iter().enumerate().filter_map(|(place, python)| {
            let (our_time, their_time) = results.number(python, is_it)?.sides?;
            Some((place, if ours { our_time } else { their_time }))
        });
        Line { name: name.to_owned(), points: points.collect(), color: TEXT, width: if ours { 3 } else { 1 } }
    };
    let mut lines = vec![line("pyferry", theirs[5].1, true)];
    lines.extend(theirs.map(|(name, is_it)| line(name, is_it, false)));
    for (line, color) in lines.iter_mut().zip(COLORS) {
        line.color = color;
    }
    lines.retain(|line| !line.points.is_empty());
    Picture {
        title: "What a callback costs: attach, call an empty Python function, detach",
        below: "CPython (t: free-threaded)",
        left: "time for one callback (each step is ten times as long)",
        places: pythons.iter().map(|python| python.name.clone()).collect(),
        lines,
    }
}

fn scaling<'a>(results: &Results, pythons: &[Python]) -> Picture<'a> {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    let counts: Vec<usize> = [1].into_iter().chain(THREADS).collect();
    let ideal = counts.iter().enumerate().map(|(place, threads)| (place, cores.min(*threads) as f64));
    let mut lines = Vec::new();
    for (python, color) in pythons.iter().filter(|python| python.free_threaded).zip(COLORS) {
        for (who, width) in [("pyferry", 3), ("bare calls", 1)] {
            let mut points = vec![(0, 1.0)];
            points.extend(THREADS.into_iter().enumerate().filter_map(|(place, threads)| {
                let number = results.number(python, |q| matches!(q.measure, Measure::Scaling(n) if n == threads))?;
                let (ours, theirs) = number.sides?;
                Some((place + 1, if who == "pyferry" { ours } else { theirs }))
            }));
            if points.len() > 1 {
                lines.push(Line { name: format!("{who}, {}", python.name), points, color, width });
            }
        }
    }
    if !lines.is_empty() {
        lines.push(Line { name: format!("all of {cores} cores"), points: ideal.collect(), color: TEXT, width: 1 });
    }
    Picture {
        title: "What more threads bring: attach and detach, on free-threaded Pythons",
        below: "threads that attach and detach all the time",
        left: "attaches in a second, compared with one thread",
        places: counts.iter().map(usize::to_string).collect(),
        lines,
    }
}

fn write<Y>(name: &str, picture: &Picture, range: Y, label: impl Fn(&f64) -> String) -> Result<String, Failure>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let mut text = String::new();
    plot(&SVGBackend::with_string(&mut text, SIZE).into_drawing_area(), picture, range, label)?;
    let directory = paths::root().join("docs/images");
    fs::create_dir_all(&directory)?;
    fs::write(directory.join(name), text.trim_end().to_owned() + "\n")?;
    Ok(format!("![{}](docs/images/{name})\n\n", picture.title))
}

fn plot<Y>(
    root: &DrawingArea<SVGBackend, Shift>,
    picture: &Picture,
    range: Y,
    label: impl Fn(&f64) -> String,
) -> Result<(), Failure>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let font = |size: i32| ("sans-serif", size).into_font().color(&TEXT);
    let mut chart = ChartBuilder::on(root)
        .caption(picture.title, font(18))
        .margin(10)
        .margin_right(190) // the names of the lines
        .x_label_area_size(45)
        .y_label_area_size(75)
        .build_cartesian_2d((0..picture.places.len() - 1).into_segmented(), range)?;
    chart
        .configure_mesh()
        .axis_style(TEXT)
        .bold_line_style(TEXT.mix(0.35))
        .light_line_style(TEXT.mix(0.0))
        .disable_x_mesh()
        .label_style(font(13))
        .axis_desc_style(font(14))
        .x_desc(picture.below)
        .y_desc(picture.left)
        .x_labels(picture.places.len())
        .x_label_formatter(&|place| match place {
            SegmentValue::CenterOf(place) => picture.places.get(*place).cloned().unwrap_or_default(),
            _ => String::new(),
        })
        .y_label_formatter(&label)
        .draw()?;
    for (number, line) in picture.lines.iter().enumerate() {
        let points = || line.points.iter().map(|(place, value)| (SegmentValue::CenterOf(*place), *value));
        chart.draw_series(LineSeries::new(points(), line.color.stroke_width(line.width)))?;
        chart.draw_series(points().map(|point| Circle::new(point, 2 + line.width as i32, line.color.filled())))?;
        let (x, y) = (SIZE.0 as i32 - 180, 60 + 24 * number as i32);
        root.draw(&PathElement::new([(x, y), (x + 22, y)], line.color.stroke_width(line.width)))?;
        root.draw(&Circle::new((x + 11, y), 2 + line.width as i32, line.color.filled()))?;
        root.draw(&Text::new(line.name.clone(), (x + 30, y - 7), font(14)))?;
    }
    Ok(root.present()?)
}
