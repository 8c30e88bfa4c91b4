//! What was found out.

use std::collections::BTreeMap;

use crate::questions::{self, Question};
use harness::python::Python;

/// One question on one Python.
#[derive(Clone)]
pub enum Answer {
    Number(Number),
    /// Why there is no number.
    Not(String),
}

#[derive(Clone)]
pub struct Number {
    pub value: f64,
    /// The quartiles, where there was a choice.
    pub spread: Option<(f64, f64)>,
    /// Ours and theirs: nanoseconds for a visit, or how many times as much as one thread all of them did in the same time.
    pub sides: Option<(f64, f64)>,
}

impl From<f64> for Number {
    fn from(value: f64) -> Number {
        Number { value, spread: None, sides: None }
    }
}

/// By the number of the question and the name of the Python.
#[derive(Default)]
pub struct Results(BTreeMap<(usize, String), Answer>);

impl Results {
    pub fn add(&mut self, row: usize, python: &Python, answer: Answer) {
        self.0.insert((row, python.name.clone()), answer);
    }

    pub fn answer(&self, row: usize, python: &Python) -> &Answer {
        &self.0[&(row, python.name.clone())]
    }

    /// The number that answers the first question of this kind.
    pub fn number(&self, python: &Python, is_it: impl Fn(&Question) -> bool) -> Option<&Number> {
        let row = questions::all().iter().position(is_it)?;
        match self.answer(row, python) {
            Answer::Number(number) => Some(number),
            Answer::Not(_) => None,
        }
    }
}

/// The median and the quartiles.
pub fn quartiles(mut numbers: Vec<f64>) -> (f64, (f64, f64)) {
    numbers.sort_by(f64::total_cmp);
    let at = |part: f64| numbers[((numbers.len() - 1) as f64 * part).round() as usize];
    (at(0.5), (at(0.25), at(0.75)))
}

pub fn median(numbers: Vec<f64>) -> f64 {
    quartiles(numbers).0
}
