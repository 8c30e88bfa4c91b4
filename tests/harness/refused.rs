//! What the compiler has to refuse, so that nobody has to remember it: misuse of `pyferry.hpp`, each beside the right use.

use std::sync::Arc;

use libtest_mimic::Failed;

use super::header::{Reading, Together};
use super::trial::Trial;

struct Misuse {
    /// What it would bring about.
    why: &'static str,
    wrong: &'static str,
    right: &'static str,
    /// One of these is in the compiler's message: it is refused for that, and not for a slip of the pen.
    says: &'static [&'static str],
}

const UNUSED: &[&str] = &["nodiscard", "-Wunused"];
const DELETED: &[&str] = &["deleted"];

const TABLE: &[Misuse] = &[
    Misuse {
        why: "a failure that nobody looks at lets the next line run with no Python",
        wrong: "pyferry::attached here{view};",
        right: "pyferry::attached here{view}; if (!here) return;",
        says: &["unused variable"],
    },
    Misuse {
        why: "an attachment with no name is over at once",
        wrong: "pyferry::attached{view};",
        right: "if (pyferry::attached here{view}; here) use();",
        says: UNUSED,
    },
    Misuse {
        why: "so is one that declares a variable by mistake",
        wrong: "pyferry::attached(view);",
        right: "pyferry::attached here(view); if (!here) return;",
        says: &["shadows a parameter", "redefinition"],
    },
    Misuse {
        why: "so is a suspension",
        wrong: "pyferry::suspended{};",
        right: "pyferry::suspended away;",
        says: UNUSED,
    },
    Misuse { why: "so is a guard", wrong: "pyferry::guard{view};", right: "pyferry::guard guard{view};", says: UNUSED },
    Misuse {
        why: "so is an interpreter",
        wrong: "pyferry::interpreter{};",
        right: "pyferry::interpreter own;",
        says: UNUSED,
    },
    Misuse { why: "so is the runtime", wrong: "pyferry::runtime{};", right: "pyferry::runtime python;", says: UNUSED },
    Misuse {
        why: "a traceback would go unseen",
        wrong: "pyferry::exec(\"import game\");",
        right: "if (auto ran = pyferry::exec(\"import game\"); !ran) use(ran.message());",
        says: UNUSED,
    },
    Misuse {
        why: "a time limit may have passed",
        wrong: "game.end(std::chrono::seconds(1));",
        right: "while (!game.end(std::chrono::seconds(1))) use();",
        says: UNUSED,
    },
    Misuse {
        why: "two would detach once",
        wrong: "pyferry::attached here{view}; pyferry::attached copy = here; if (!copy) return;",
        right: "pyferry::attached here{view}; pyferry::attached moved = std::move(here); if (!moved) return;",
        says: DELETED,
    },
    Misuse {
        why: "the old one would end after the new one has begun",
        wrong: "pyferry::attached here{view}; here = pyferry::attached{view};",
        right: "std::optional<pyferry::attached> here; here.emplace(view); here.reset(); here.emplace(view);",
        says: DELETED,
    },
    Misuse {
        why: "two would resume once",
        wrong: "pyferry::suspended away; pyferry::suspended copy = away;",
        right: "pyferry::suspended away; pyferry::suspended moved = std::move(away);",
        says: DELETED,
    },
    Misuse {
        why: "two would free one view",
        wrong: "pyferry::view copy = view;",
        right: "pyferry::view other = view.clone();",
        says: DELETED,
    },
    Misuse {
        why: "two would end one interpreter",
        wrong: "pyferry::interpreter copy = game;",
        right: "pyferry::interpreter moved = std::move(game);",
        says: DELETED,
    },
    Misuse {
        why: "it would end while the thread is inside",
        wrong: "pyferry::attached here{pyferry::interpreter()}; if (!here) return;",
        right: "pyferry::attached here{game}; if (!here) return;",
        says: DELETED,
    },
    Misuse {
        why: "its view would be of nothing",
        wrong: "const pyferry::view &gone = pyferry::interpreter().view(); use(gone.interpreter_id());",
        right: "const pyferry::view &same = game.view(); use(same.interpreter_id());",
        says: DELETED,
    },
    Misuse {
        why: "a label is not copied, and this one changes under the thread",
        wrong: "char text[] = \"level\"; pyferry::attached here{view, text}; if (!here) return;",
        right: "pyferry::attached here{view, \"level\"}; if (!here) return;",
        says: DELETED,
    },
    Misuse {
        why: "a label is not copied, and this one does not last",
        wrong: "std::string text = \"level\"; pyferry::attached here{view, text.c_str()}; if (!here) return;",
        right: "static const char *const text = \"level\"; \
                pyferry::attached here{view, pyferry::label::lasting(text)}; if (!here) return;",
        says: &["no matching"],
    },
    Misuse {
        why: "a report callback's exception would have nowhere to go",
        wrong: "if (!pyferry::set_report([](std::string_view) {})) return;",
        right: "if (!pyferry::set_report([](std::string_view) noexcept {})) return;",
        says: &["is noexcept"],
    },
    Misuse {
        why: "so would that of a handler",
        wrong: "pyferry::on_lost_failure([](const char *, const pyferry::result &) {});",
        right: "pyferry::on_lost_failure([](const char *, const pyferry::result &) noexcept {});",
        says: &["user-defined conversion", "no viable conversion", "cannot convert", "no matching"],
    },
    Misuse {
        why: "microseconds would be cut to nothing in silence",
        wrong: "if (game.end(std::chrono::microseconds(999))) return;",
        right: "if (game.end(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(999)))) return;",
        says: &["could not convert", "cannot convert", "no viable conversion", "no matching"],
    },
    Misuse {
        why: "a success is asked for, not converted to by mistake",
        wrong: "pyferry::attached here{view}; use(here + 1);",
        right: "pyferry::attached here{view}; use(bool(here) ? 1 : 0);",
        says: &["no match", "invalid operands"],
    },
];

pub fn trials(together: &[Arc<Together>]) -> Vec<Trial> {
    let mut trials = Vec::new();
    for together in together {
        let title = format!("refused::nothing that is right as {}", together.reading.title());
        let all = Arc::clone(together);
        trials.push(Trial::ignorable_test(title, move || all.accepts(&all_that_is_right())));
        // The compilers differ in what they refuse; the standards do not.
        if together.reading.is_plain() {
            let reading = together.reading.clone();
            let title = format!("refused::misuse of pyferry.hpp with {}", reading.compiler);
            trials.push(Trial::test(title, move || refuses_the_wrong(&reading.told_all())));
        }
    }
    trials
}

pub fn all_that_is_right() -> String {
    program(TABLE.iter().map(|misuse| misuse.right))
}

/// All in one run of the compiler, which goes on after an error.
fn refuses_the_wrong(reading: &Reading) -> Result<(), Failed> {
    let said = reading.check(&program(TABLE.iter().map(|misuse| misuse.wrong))).err().unwrap_or_default();
    let errors = errors(&said);
    let mut faults = String::new();
    for (number, misuse) in TABLE.iter().enumerate() {
        let here = format!("{}:", place(number));
        let is_about = |error: &&String| error.lines().any(|line| line.starts_with(&here));
        let about: String = errors.iter().filter(is_about).cloned().collect();
        if about.is_empty() {
            faults += &format!("\nnot refused, although {}: {}", misuse.why, misuse.wrong);
        } else if !misuse.says.iter().any(|part| about.contains(part)) {
            faults += &format!("\nrefused for another reason: {}\n{about}", misuse.wrong);
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

/// The file that a use is said to be in.
fn place(number: usize) -> String {
    format!("use_{number}")
}

/// Each error, with what the compiler says before it of how it came there (GCC), and after it (Clang).
fn errors(said: &str) -> Vec<String> {
    let mut errors = vec![String::new()];
    for line in said.lines() {
        let is_error = line.contains(": error: ");
        let begins = is_error || line.contains(": In ") || line.starts_with("In file included from ");
        if begins && errors.last().is_some_and(|text| text.contains(": error: ")) {
            errors.push(String::new());
        }
        *errors.last_mut().expect("there is one") += &format!("{line}\n");
    }
    errors
}

fn program<'a>(uses: impl Iterator<Item = &'a str>) -> String {
    let mut text = "#include <pyferry.hpp>\n#include <optional>\n#include <string>\n\
                    template <class... Any> void use(Any &&...) {}\n"
        .to_owned();
    for (number, statements) in uses.enumerate() {
        let place = place(number);
        let function = format!("void {place}(pyferry::view &view, pyferry::interpreter &game)");
        text += &format!("{function};\n{function} {{\nuse(view, game);\n#line 1 \"{place}\"\n{statements}\n}}\n");
    }
    text
}
