//! Plays sequences on one Python, and compares what the player answers with what the model says.

use std::cell::{Cell, RefCell};
use std::env;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::sync::Arc;

use super::call::Call;
use super::model::{Expected, Facts, INITIALIZER, Model};
use super::player::{Player, Stage};
use harness::case::Kit;
use harness::directives::{Directives, Mode};
use harness::program::Program;
use harness::python::Python;
use harness::{compile, environment, paths, tool, windows};

/// A call, and the thread that makes it.
pub type Step = (usize, Call);

/// How many sequences one process plays before a new one takes over.
pub const TURNS: u32 = 200;
/// No way home is that long.
const TOO_FAR: usize = 200;

/// What all games share.
#[derive(Clone)]
pub enum AnyKit {
    Here(Arc<Kit>),
    Windows(Arc<windows::Kit>),
}

/// One Python, and the process in which it plays.
pub struct Game {
    name: String,
    pub home: Model,
    /// How many calls were made.
    pub calls: Cell<usize>,
    facts: Facts,
    /// What of the usual number is played: all, or one in so many.
    pub part: u64,
    stage: Stage,
    player: RefCell<Option<(Player, u32)>>,
    /// What went wrong last, and all that the player had been told.
    failure: RefCell<(String, String)>,
}

/// What the player is told, and what it should answer.
struct Line {
    text: String,
    expected: Expected,
    whereabouts: String,
}

impl Game {
    pub fn new(kit: &AnyKit, python: &Python, what: &str) -> Result<Game, String> {
        let source = paths::root().join("tests/sequences/player.c");
        let program = Program { name: "player".to_owned(), source, directives: Ok(Directives::default()) };
        let directory = paths::run(&format!("{what} on {}", python.name));
        let (words, variables) = match kit {
            AnyKit::Windows(kit) => kit.host(&program, python)?,
            AnyKit::Here(kit) => {
                let directives = Directives::default();
                let built_for = program.built_for(&directives, Some(python));
                let recipe = compile::program(&program, &directives, built_for, &kit.library)?;
                kit.builder.make(&recipe)?;
                let started = tool::starts(&recipe.output);
                let words = [started.get_program()].into_iter().chain(started.get_args()).map(OsString::from).collect();
                (words, environment::variables(Mode::Host, Some(python), &kit.library, &directory))
            }
        };
        let stage = Stage { words, variables, directory };
        let facts = Facts { since_3_12: python.minor >= 12 };
        Ok(Game {
            name: python.name.clone(),
            home: Model::home(facts),
            calls: Cell::new(0),
            facts,
            part: if python.in_short { 8 } else { 1 },
            stage,
            player: RefCell::default(),
            failure: RefCell::default(),
        })
    }

    /// Plays the same in a way that takes longer, and notices at once what the next sequence would stumble over.
    pub fn thorough(&self) -> Game {
        let home = Model { is_thorough: true, ..self.home.clone() };
        let (name, stage) = (self.name.clone(), self.stage.clone());
        let (calls, player, failure) = (Cell::new(0), RefCell::default(), RefCell::default());
        Game { name, home, calls, facts: self.facts, part: self.part, stage, player, failure }
    }

    /// Whether the steps fail in a new process.
    pub fn fails_alone(&self, steps: &[Step]) -> bool {
        self.player.take();
        self.play(steps, || ()).is_err()
    }

    /// Says how much was done, and adds a line `PYTHON NAME NUMBER` to the file that `PYFERRY_TEST_TALLY` names.
    pub fn count(&self, name: &str, number: usize) -> io::Result<()> {
        println!("count: {name} {number} on {}", self.name);
        let Some(file) = env::var_os("PYFERRY_TEST_TALLY") else { return Ok(()) };
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        file.write_all(format!("{} {name} {number}\n", self.name).as_bytes())
    }

    /// Where the steps lead, if they are allowed.
    pub fn after(&self, steps: &[Step]) -> Option<Model> {
        steps.iter().try_fold(self.home.clone(), |mut model, (actor, call)| {
            model.allows(*actor, call).then(|| {
                model.step(*actor, call);
                model
            })
        })
    }

    /// Plays the steps and the way home after them. `seen` hears of each step that was made.
    pub fn play(&self, steps: &[Step], seen: impl Fn()) -> Result<(), String> {
        let (lines, reset) = script(self.home.clone(), steps);
        let (mut player, turns) = match self.player.take() {
            Some(playing) => playing,
            None => (self.new_player()?, 0),
        };
        let played = self.perform(&mut player, &lines, |place| {
            if place < steps.len() {
                seen()
            }
        });
        if let Err(what) = &played {
            self.failure.replace((what.clone(), player.told.clone()));
        } else if turns + 1 < TURNS {
            player.tell(&reset);
            self.player.replace(Some((player, turns + 1)));
        }
        played
    }

    fn new_player(&self) -> Result<Player, String> {
        let mut player = self.stage.start().map_err(|error| format!("cannot start the player: {error}"))?;
        let (lines, reset) = script(Model::stopped(self.facts), &[]);
        self.perform(&mut player, &lines, |_| ())?;
        player.tell(&reset);
        Ok(player)
    }

    fn perform(&self, player: &mut Player, lines: &[Line], seen: impl Fn(usize)) -> Result<(), String> {
        lines.iter().for_each(|line| player.tell(&line.text));
        for (place, line) in lines.iter().enumerate() {
            seen(place);
            let answer = player.answer().map_err(|what| format!("{}\n{what}", line.text))?;
            if !line.is_answered_by(&answer) {
                return Err(format!("{}\nis to be {line}\nand is    {answer}", line.text));
            }
            self.calls.set(self.calls.get() + 1);
        }
        Ok(())
    }

    /// Plays the steps once more, in a new process, and tells all about it.
    pub fn report(&self, steps: &[Step]) -> String {
        let alone = self.fails_alone(steps);
        let mut text = String::new();
        for line in script(self.home.clone(), steps).0.iter().take(steps.len()) {
            _ = writeln!(text, "    {:<40} {line}", line.text);
        }
        if !alone {
            text += "not in a new process: it takes what came before, too\n";
        }
        let (what, told) = &*self.failure.borrow();
        match self.stage.by_hand(told) {
            Ok(command) => text + what + "\nby hand: " + &command,
            Err(error) => format!("{text}{what}\ncannot write the calls to a file: {error}"),
        }
    }
}

/// The steps and the way home, and the line that makes them forgotten.
fn script(mut model: Model, steps: &[Step]) -> (Vec<Line>, String) {
    let mut lines = Vec::new();
    let mut add = |model: &mut Model, actor: usize, call: &Call| {
        let text = model.line(actor, call);
        let expected = model.step(actor, call);
        lines.push(Line { text, expected, whereabouts: model.whereabouts(actor) });
        assert!(lines.len() < steps.len() + TOO_FAR, "no way home from {model:?}");
    };
    steps.iter().for_each(|(actor, call)| add(&mut model, *actor, call));
    while let Some((actor, call)) = model.way_home() {
        add(&mut model, actor, &call);
    }
    let reset = format!("reset #{}", model.threads[INITIALIZER].saved[0].0);
    (lines, reset)
}

impl Line {
    fn is_answered_by(&self, answer: &str) -> bool {
        let rest = format!(" {} {}", self.expected.effect, self.whereabouts);
        self.expected.statuses.iter().any(|status| answer.strip_prefix(status) == Some(&rest))
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{} {} {}", self.expected.statuses.join(" or "), self.expected.effect, self.whereabouts)
    }
}
