//! What is played on each CPython: sequences made up at random, and every pair of calls.

use std::env;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use harness::{Completion, Failed, Trial};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use proptest_state_machine::Sequential;

use super::call::{self, Call, Ticket};
use super::game::{AnyKit, Game, Step, TURNS};
use super::model::{ACTORS, INITIALIZER, Model};
use harness::directives::Directives;
use harness::program;
use harness::python::Python;

/// How long to play. Without it, always the same that fits into a short time; with it, sequences never tried before.
const SECONDS: &str = "PYFERRY_TEST_SECONDS";
const SHORT: Duration = Duration::from_millis(2500);

/// Sequences between two looks at the clock.
const ROUND: u32 = 25;
const ROUNDS: u64 = 40;
const FEWEST: u64 = 4;
const FEWEST_PAIRS: usize = 500;
/// A prime, so that it comes to every pair in the end.
const STRIDE: usize = 7919;
const LENGTH: std::ops::Range<usize> = 1..40;

pub fn trials(kit: &AnyKit, python: &Arc<Python>) -> [Trial; 2] {
    let trial = |what: &'static str, play: fn(&Game) -> Result<(), Failed>| {
        let (kit, python) = (kit.clone(), Arc::clone(python));
        Trial::ignorable_test(format!("{what} on {}", python.name), move || {
            if let Some(reason) = program::unfit(&Directives::default(), &python) {
                return Ok(Completion::ignored_with(reason));
            }
            play(&Game::new(&kit, &python, what)?)?;
            Ok(Completion::Completed)
        })
    };
    [trial("sequences", sequences), trial("pairs", pairs)]
}

fn sequences(game: &Game) -> Result<(), Failed> {
    let asked = seconds_asked();
    let end = Instant::now() + asked.unwrap_or(SHORT / game.part as u32);
    let rounds = if asked.is_some() { u64::MAX } else { ROUNDS };
    let first = if asked.is_some() { since_1970() } else { 0 };
    let mut count = 0;
    for round in (0..rounds).take_while(|round| *round < FEWEST / game.part || Instant::now() < end) {
        let Err(steps) = play_round(game, first.wrapping_add(round)) else {
            count += ROUND;
            continue;
        };
        if game.fails_alone(&steps) {
            return Err(game.report(&steps).into());
        }
        // One of those before has left something behind: which?
        let thorough = game.thorough();
        let earlier = round.saturating_sub(u64::from(TURNS / ROUND))..=round;
        let found = earlier.into_iter().find_map(|round| play_round(&thorough, first.wrapping_add(round)).err());
        return Err(found.map_or_else(|| game.report(&steps), |steps| thorough.report(&steps)).into());
    }
    game.count("sequences", count as usize)?;
    Ok(game.count("calls", game.calls.get())?)
}

/// As many sequences as a round has; the fewest steps that fail, if any do.
fn play_round(game: &Game, seed: u64) -> Result<(), Vec<Step>> {
    let home = game.home.clone();
    let strategy = Sequential::new(
        LENGTH.into(),
        move || Just(home.clone()),
        |model: &Model, (actor, call): &Step| model.allows(*actor, call),
        |_: &Model| (0..ACTORS, call::any_call()),
        |mut model: Model, (actor, call): &Step| {
            model.step(*actor, call);
            model
        },
    );
    let rng_seed = RngSeed::Fixed(seed);
    let config = Config { cases: ROUND, failure_persistence: None, rng_seed, ..Config::default() };
    let result = TestRunner::new(config).run(&strategy, |(_, steps, seen)| {
        let seen = || seen.iter().for_each(|seen| _ = seen.fetch_add(1, Ordering::SeqCst));
        game.play(&steps, seen).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Fail(_, (_, steps, _))) => Err(steps),
        Err(TestError::Abort(reason)) => panic!("no sequences: {reason}"),
    }
}

fn since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64
}

fn seconds_asked() -> Option<Duration> {
    env::var(SECONDS).ok().map(|value| Duration::from_secs_f32(value.parse().expect(SECONDS)))
}

/// One call after another, on one thread and on two, also while an interpreter closes: all of them, where the time
/// suffices.
fn pairs(game: &Game) -> Result<(), Failed> {
    let calls = call::every_call();
    let step = |number: usize| (number % ACTORS, calls[number / ACTORS].clone());
    let steps = calls.len() * ACTORS;
    let is_in = (1, Call::Attach(Some(1), Ticket::At(2)));
    let contexts = [vec![], vec![is_in, (INITIALIZER, Call::InterpreterEnd(Some(1), 0))]];
    let asked = seconds_asked();
    let end = Instant::now() + asked.unwrap_or(SHORT / game.part as u32);
    let mut count = 0;
    for turn in 0..contexts.len() * steps * steps {
        if count >= FEWEST_PAIRS / game.part as usize && Instant::now() > end {
            break;
        }
        // Mixed: a short time is not spent on the first few calls alone.
        let number = turn * STRIDE % (contexts.len() * steps * steps);
        let mut pair = contexts[number / (steps * steps)].clone();
        pair.extend([step(number / steps % steps), step(number % steps)]);
        let Some(after) = game.after(&pair) else { continue };
        // Nor on interpreters that are made and ended.
        let costly = after.interpreters.len() > game.home.interpreters.len() || after.alive().ne(game.home.alive());
        if asked.is_some() || !costly || turn % 16 == 0 {
            game.play(&pair, || ()).map_err(|_| game.report(&pair))?;
            count += 1;
        }
    }
    Ok(game.count("pairs", count)?)
}
