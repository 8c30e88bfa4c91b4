use crate::LOADED;
use crate::sys::{self, FILES, ThreadEnd};
use std::cell::Cell;
use std::ffi::{CStr, OsStr, c_void};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

#[test]
fn loading_runs_a_function() {
    assert!(LOADED.load(Ordering::Relaxed));
}

#[test]
fn threads_have_numbers_and_names() {
    let (tell, told) = channel();
    sys::spawn(c"room-test", move || {
        let id = sys::thread_id();
        tell.send((id, sys::thread_name(id), sys::describe_thread(id))).expect("the test waits");
    })
    .expect("a thread");
    let (id, name, text) = told.recv().expect("it answers");
    assert_ne!(id, sys::thread_id());
    assert_eq!(name.as_deref(), Some("room-test"));
    assert_eq!(text, format!("thread {id} \"room-test\""));
}

#[test]
fn the_clock_goes_forward() {
    let then = sys::ticks();
    assert_ne!(then, 0);
    std::thread::sleep(Duration::from_millis(200));
    assert!(sys::ticks() >= then + 100_000_000);
    assert!((100..60_000).contains(&sys::milliseconds_since(then)));
}

#[test]
fn others_can_be_made_to_fence() {
    if sys::can_make_all_fence() {
        sys::make_all_fence();
    }
}

#[test]
fn memory_that_is_not_there_is_not_read() {
    let there = [11usize, 12, 13];
    let mut words = [0; 3];
    assert_eq!(sys::read_words(there.as_ptr() as usize, &mut words), 3);
    assert_eq!(words, there);
    assert_eq!(sys::read_word(&raw const there[1] as usize), Some(12));
    assert_eq!(sys::read_word(16), None);
}

#[test]
fn lists_that_lead_astray_end() {
    const NEXT: usize = size_of::<usize>();
    let places = [const { [Cell::new(0), Cell::new(0)] }; 5];
    let address = |place: usize| places[place].as_ptr() as usize;
    (0..4).for_each(|place| places[place][1].set(address(place + 1)));
    let seen = || {
        let mut seen = Vec::new();
        let all = sys::each_linked(address(0), NEXT, |here| {
            seen.push(here);
            seen.len() < 100
        });
        (all.is_some(), seen)
    };
    let listed: Vec<usize> = (0..5).map(address).collect();
    assert_eq!(seen(), (true, listed.clone()));
    places[4][1].set(16);
    assert_eq!(seen(), (false, [listed, vec![16]].concat()));
    for back in 0..5 {
        places[4][1].set(address(back));
        let (all, seen) = seen();
        assert!(!all && seen.len() < 20, "back to {back}: {} steps", seen.len());
    }
}

#[test]
fn modules_are_known() {
    let modules = sys::modules();
    let here = modules_are_known as fn() as usize;
    assert!(modules[0].name.is_empty());
    assert!(modules[0].contains(here));
    assert!(modules[1..].iter().all(|module| !module.contains(here) && !module.name.is_empty()));
    let own = sys::own_file().canonicalize().expect("it is there");
    assert_eq!(own, std::env::current_exe().expect("there is one").canonicalize().expect("it is there"));
}

#[test]
fn symbols_are_found_where_they_are_defined() {
    let name = if cfg!(windows) { c"GetTickCount64" } else { c"getpid" };
    let address = sys::first_symbol(name).expect("every process has it") as usize;
    let modules = sys::modules();
    let holder = modules.iter().find(|module| module.contains(address)).expect("it is in a module");
    assert!(holder.open().is_some());
    assert!(FILES.is_library(&holder.name.to_string_lossy()));
    assert_eq!(sys::first_symbol(c"no_such_symbol_anywhere"), None);
}

fn new_key() -> u32 {
    #[cfg(unix)]
    {
        let mut key: libc::pthread_key_t = 0;
        // SAFETY: `key` outlives the call.
        assert_eq!(unsafe { libc::pthread_key_create(&mut key, None) }, 0);
        key as u32
    }
    // SAFETY: takes nothing.
    #[cfg(windows)]
    unsafe {
        windows_sys::Win32::System::Threading::TlsAlloc()
    }
}

#[test]
fn keys_are_found_by_their_value() {
    let key = new_key();
    let mark = 0u8;
    let mark = (&raw const mark).cast_mut().cast::<c_void>();
    assert!(sys::key_get(key).is_null());
    sys::key_set(key, mark);
    let found: Vec<u32> = (0..sys::KEYS).filter(|key| sys::key_get(*key) == mark).collect();
    assert_eq!(found, [key]);
    std::thread::scope(|scope| scope.spawn(|| assert!(sys::key_get(key).is_null())).join()).expect("each has its own");
}

#[test]
fn keys_are_at_one_distance() {
    let key = new_key();
    let found = sys::find_key_distance(key);
    assert_eq!(found.is_some(), cfg!(any(target_env = "gnu", windows)));
    let Some(distance) = found else { return };
    let check = move || {
        let mark = Box::new(0usize);
        let mark = (&raw const *mark).cast_mut().cast::<c_void>();
        let place = sys::key_place(key, distance);
        // SAFETY: this thread's value of the key.
        unsafe { place.write(mark) };
        assert_eq!(sys::key_get(key), mark);
        sys::key_set(key, std::ptr::null_mut());
        // SAFETY: as above.
        assert!(unsafe { place.read() }.is_null());
    };
    check();
    std::thread::spawn(check).join().expect("it is the same elsewhere");
}

#[cfg(windows)]
#[test]
fn keys_leave_the_last_error() {
    use windows_sys::Win32::Foundation::{GetLastError, SetLastError};
    let key = new_key();
    // SAFETY: the error is this thread's own.
    unsafe { SetLastError(1234) };
    sys::key_get(key);
    // SAFETY: as above.
    assert_eq!(unsafe { GetLastError() }, 1234);
}

#[test]
fn values_per_thread() {
    sys::per_thread! {
        static PER_THREAD: Cell<u32> = Cell::new(0);
    }
    PER_THREAD.prepare();
    let check = || {
        PER_THREAD.with(|value| assert_eq!(value.replace(5), 0));
        PER_THREAD.with(|value| assert_eq!(value.get(), 5));
        assert_eq!(PER_THREAD.at_hand().map(Cell::get), cfg!(any(target_env = "gnu", windows)).then_some(5));
    };
    check();
    std::thread::spawn(check).join().expect("each has its own");
}

#[cfg(not(windows))]
mod local {
    use std::cell::Cell;

    thread_local! {
        static VALUE: Cell<usize> = const { Cell::new(0) };
    }

    /// Where a thread-local variable of this module is that holds a word on this thread.
    pub fn that_holds(word: usize) -> usize {
        VALUE.with(|value| {
            value.set(word);
            value.as_ptr() as usize
        })
    }
}

#[cfg(windows)]
mod local {
    use crate::sys;

    /// In the block that each thread has a copy of, as `__declspec(thread)` is. (With mingw's tools thread_local! is not.)
    #[used]
    #[unsafe(link_section = ".tls$QQQ")]
    static INITIAL: usize = 0x5ca1_ab1e_0ddb_a115;

    pub fn that_holds(word: usize) -> usize {
        // SAFETY: volatile, so that it is read from where the linker has put it.
        let initial = unsafe { (&raw const INITIAL).read_volatile() };
        let here = sys::modules()[0].variables_that_hold(initial)[0].here();
        // SAFETY: this thread's own variable.
        unsafe { here.write(word) };
        here as usize
    }
}

#[test]
fn thread_local_variables_are_found_by_their_value() {
    let check = |word: usize| {
        let here = local::that_holds(word);
        let module = sys::modules().into_iter().next().expect("the executable");
        let found = module.variables_that_hold(word);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].here() as usize, here);
        (found[0], here)
    };
    let (variable, here) = check(0x1234_5678_9abc_def1);
    let elsewhere = std::thread::spawn(move || {
        let (same, there) = check(0x1234_5678_9abc_def3);
        assert_eq!(same, variable);
        there
    });
    assert_ne!(elsewhere.join().expect("it is found there too"), here);
}

#[test]
fn the_end_of_a_thread_is_told() {
    static ENDS: AtomicU32 = AtomicU32::new(0);
    static END: ThreadEnd = ThreadEnd::new(|| {
        ENDS.fetch_add(1, Ordering::Relaxed);
    });
    END.prepare();
    let end = |ask: u32| {
        std::thread::spawn(move || (0..ask).for_each(|_| assert!(END.ask()))).join().expect("it ends");
        ENDS.swap(0, Ordering::Relaxed)
    };
    assert_eq!([end(0), end(1), end(2)], [0, 1, 1]);
}

#[test]
fn the_end_of_a_thread_has_rounds() {
    static ENDS: AtomicU32 = AtomicU32::new(0);
    static AGAIN: ThreadEnd = ThreadEnd::new(|| {
        ENDS.fetch_add(1, Ordering::Relaxed);
        if ENDS.load(Ordering::Relaxed) < 100 {
            AGAIN.ask();
        }
    });
    std::thread::spawn(|| AGAIN.ask()).join().expect("it ends");
    let ends = ENDS.load(Ordering::Relaxed);
    assert!(ends >= sys::THREAD_END_ROUNDS, "{ends}");
    assert!(ends == sys::THREAD_END_ROUNDS || cfg!(windows), "{ends}");
}

#[test]
fn fresh_threads_are_waited_for() {
    let own = sys::thread_id();
    let id = sys::on_fresh_thread(sys::thread_id).expect("a thread");
    assert!(id.is_some_and(|id| id != own));
    let ended = sys::on_fresh_thread(|| {
        // SAFETY: nothing on this thread needs dropping. What CPython did up to 3.13.7 to threads that came too late.
        #[cfg(unix)]
        unsafe {
            unsafe extern "C-unwind" {
                fn pthread_exit(value: *mut c_void) -> !;
            }
            pthread_exit(std::ptr::null_mut())
        }
        // SAFETY: as above.
        #[cfg(windows)]
        unsafe {
            windows_sys::Win32::System::Threading::ExitThread(0)
        }
    });
    assert_eq!(ended.expect("a thread"), None);
}

#[test]
fn signals_are_blocked_or_there_are_none() {
    let (tell, told) = channel();
    let look = move || {
        #[cfg(unix)]
        // SAFETY: the set is written before it is read.
        let blocked = unsafe {
            let mut mask = std::mem::zeroed();
            libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), &mut mask);
            libc::sigismember(&mask, libc::SIGTERM) == 1
        };
        #[cfg(not(unix))]
        let blocked = true;
        tell.send(blocked).expect("somebody listens");
    };
    sys::spawn(c"looks", look).expect("a thread");
    assert_eq!(told.recv(), Ok(true));
}

#[test]
fn libraries_are_known_by_their_names() {
    let [library, stem] = match std::env::consts::OS {
        "windows" => ["python313t.dll", "python313t"],
        "macos" => ["libpython3.13t.dylib", "python3.13t"],
        _ => ["libpython3.13t.so.1.0", "python3.13t"],
    };
    assert!(FILES.is_library(library));
    assert!(!FILES.is_library(FILES.command) && !FILES.is_library("python3.13"));
    assert_eq!(FILES.stem(library), stem);
}

#[test]
fn text_becomes_wide() {
    let decode = |text: &CStr| Some(text.to_bytes_with_nul().iter().map(|byte| libc::wchar_t::from(*byte)).collect());
    let wide = sys::wide(OsStr::new("a/b"), decode).expect("it is text");
    assert_eq!(wide, "a/b\0".bytes().map(libc::wchar_t::from).collect::<Vec<_>>());
}
