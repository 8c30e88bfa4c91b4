//! The ring of jobs, with the interleavings of a few threads tried by loom, of so many switches away from a thread that could go on:
//! nothing is lost and nothing taken twice, one poster's jobs stay in order, whoever takes is woken, and a close accounts for each
//! post.

use crate::ring::{Job, Posted, Ring, WORDS};
use loom::sync::Arc;
use loom::thread;
use std::sync::atomic::{AtomicUsize, Ordering};

fn model(name: &str, switches: usize, f: impl Fn() + Sync + Send + 'static) {
    let tried = std::sync::Arc::new(AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&tried);
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(switches);
    builder.check(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        f();
    });
    println!("{name}: {} executions", tried.load(Ordering::Relaxed));
}

fn ring(capacity: usize) -> Arc<Ring> {
    Arc::new(Ring::new(capacity).expect("memory"))
}

fn job(number: u64) -> Job {
    Job { words: [number; WORDS], mark: number.is_multiple_of(2) }
}

fn is_in(posted: Posted) -> bool {
    matches!(posted, Posted::First | Posted::Behind)
}

fn number(job: Job) -> u64 {
    assert_eq!(job.mark, job.words[0].is_multiple_of(2));
    job.words[0]
}

/// Takes all that there is.
fn take_all(ring: &Ring, taken: &mut Vec<u64>) {
    while let Some(job) = ring.take() {
        taken.push(number(job));
    }
}

#[test]
fn ring_wakes_who_sleeps() {
    model("two posters and one who sleeps", 3, || {
        let ring = ring(2);
        let taker = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                let mut taken = Vec::new();
                loop {
                    take_all(&ring, &mut taken);
                    if taken.len() == 2 {
                        break taken;
                    }
                    thread::park();
                }
            })
        };
        let other = {
            let (ring, taker) = (Arc::clone(&ring), taker.thread().clone());
            thread::spawn(move || post_and_wake(&ring, &taker, 1))
        };
        post_and_wake(&ring, taker.thread(), 2);
        other.join().unwrap();
        let mut taken = taker.join().unwrap();
        taken.sort_unstable();
        assert_eq!(taken, [1, 2]);
        assert!(ring.count() == 0 && !ring.has_any());
    });
}

fn post_and_wake(ring: &Ring, taker: &thread::Thread, number: u64) {
    match ring.post(&job(number)) {
        Posted::First => taker.unpark(),
        posted => assert_eq!(posted, Posted::Behind),
    }
}

#[test]
fn ring_keeps_each_posters_order() {
    model("two posters, each with two jobs", 2, || {
        let ring = ring(4);
        let posters = [10, 20].map(|first| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                assert!(is_in(ring.post(&job(first))));
                assert!(is_in(ring.post(&job(first + 1))));
            })
        });
        let mut taken = Vec::new();
        take_all(&ring, &mut taken);
        posters.into_iter().for_each(|poster| poster.join().unwrap());
        take_all(&ring, &mut taken);
        for first in [10, 20] {
            let own: Vec<u64> = taken.iter().copied().filter(|number| number / 10 * 10 == first).collect();
            assert_eq!(own, [first, first + 1]);
        }
        assert_eq!(taken.len(), 4);
    });
}

#[test]
fn ring_has_no_more_than_its_places() {
    model("two posters and one place", 3, || {
        let ring = ring(1);
        let posters = [1, 2].map(|number| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || if is_in(ring.post(&job(number))) { Some(number) } else { None })
        });
        let mut taken = Vec::new();
        taken.extend(ring.take().map(number));
        let mut posted: Vec<u64> = posters.into_iter().filter_map(|poster| poster.join().unwrap()).collect();
        assert!(!posted.is_empty());
        taken.extend(ring.take().map(number));
        assert!(ring.take().is_none());
        taken.sort_unstable();
        posted.sort_unstable();
        assert_eq!(taken, posted);
        // Whoever was refused has left nothing behind.
        assert_eq!(ring.post(&job(3)), Posted::First);
        assert_eq!(ring.post(&job(4)), Posted::Full);
        assert_eq!(ring.take(), Some(job(3)));
        assert_eq!(ring.post(&job(5)), Posted::First);
    });
}

#[test]
fn ring_closes_over_posts() {
    model("two posters and a closer", 3, || {
        let ring = ring(2);
        let posters = [1, 2].map(|number| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || if is_in(ring.post(&job(number))) { Some(number) } else { None })
        });
        let mut taken = Vec::new();
        ring.close();
        take_all(&ring, &mut taken);
        let mut posted: Vec<u64> = posters.into_iter().filter_map(|poster| poster.join().unwrap()).collect();
        // Whoever posts after the closer has looked is refused, and whoever was accepted was there.
        taken.sort_unstable();
        posted.sort_unstable();
        assert_eq!(taken, posted);
        assert_eq!(ring.post(&job(3)), Posted::Closed);
        assert!(ring.take().is_none());
    });
}

#[test]
fn ring_closes_while_jobs_are_taken() {
    model("a poster, one who takes, and a closer", 3, || {
        let ring = ring(2);
        let poster = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || u64::from(is_in(ring.post(&job(1)))) + u64::from(is_in(ring.post(&job(2)))))
        };
        let closer = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || ring.close())
        };
        let mut taken = Vec::new();
        take_all(&ring, &mut taken);
        closer.join().unwrap();
        take_all(&ring, &mut taken);
        let posted = poster.join().unwrap();
        assert_eq!(taken.len() as u64, posted);
        assert_eq!(taken, (1..=posted).collect::<Vec<u64>>());
    });
}

#[test]
fn ring_is_given_up_when_nobody_uses_it() {
    model("two posters, one who takes, and who gives it up", 3, || {
        let ring = ring(2);
        let posters = [1, 2].map(|number| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || is_in(ring.post(&job(number))))
        });
        let mut taken = Vec::new();
        taken.extend(ring.take().map(number));
        let is_over = ring.close_if_unused();
        if is_over {
            // From here on nobody looks.
            assert!(!ring.has_any());
        }
        let posted = posters.into_iter().filter_map(|poster| poster.join().unwrap().then_some(())).count();
        assert!(is_over || posted == 2);
        if is_over {
            assert!(ring.take().is_none());
        } else {
            take_all(&ring, &mut taken);
        }
        assert_eq!(taken.len(), posted);
    });
}
