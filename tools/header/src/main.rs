//! Prints the C header that belongs to `src/capi`. `make header` renews the one in `include`.

const INIT: &str = "
/** The empty token. */
#define PYFERRY_TOKEN_INIT {{0, 0}}
/** The empty suspension. */
#define PYFERRY_SUSPENSION_INIT {{0, 0}}

/** How every pyferry_runtime_options starts. */
#define PYFERRY_RUNTIME_OPTIONS_INIT {sizeof(pyferry_runtime_options), NULL, 0, 0, NULL, NULL, 0, NULL, NULL}
/** How every pyferry_runtime_info starts. */
#define PYFERRY_RUNTIME_INFO_INIT \\
    {sizeof(pyferry_runtime_info), NULL, NULL, NULL, NULL, 0, false, false, false, 0}
/** How every pyferry_queue_options starts. */
#define PYFERRY_QUEUE_OPTIONS_INIT {sizeof(pyferry_queue_options), 0, false, {0}, NULL, NULL, NULL, NULL}
/** How every pyferry_interpreter_options starts. */
#define PYFERRY_INTERPRETER_OPTIONS_INIT {sizeof(pyferry_interpreter_options), 0, 0, NULL, NULL}
/** How every pyferry_thread_info starts. */
#define PYFERRY_THREAD_INFO_INIT \\
    {sizeof(pyferry_thread_info), 0, {0}, 0, NULL, 0, false, false, false, false, 0, 0}
/** How every pyferry_watchdog_options starts. */
#define PYFERRY_WATCHDOG_OPTIONS_INIT {sizeof(pyferry_watchdog_options), 0, 0, NULL, NULL, NULL}
/** How every pyferry_histogram starts. */
#define PYFERRY_HISTOGRAM_INIT {sizeof(pyferry_histogram), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
";

/// The header that belongs to the sources as they are.
fn header() -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut config = cbindgen::Config::from_file(format!("{root}/cbindgen.toml")).expect("cbindgen.toml can be read");
    let version = env!("CARGO_PKG_VERSION");
    let numbers: Vec<u32> = version.split('.').map(|number| number.parse().expect("a release version")).collect();
    let number = numbers[0] * 10000 + numbers[1] * 100 + numbers[2];
    config.after_includes = Some(format!(
        "\n/** The version of this header; that of the library is pyferry_version. */\n\
         #define PYFERRY_VERSION \"{version}\"\n\
         /** The same as a number: 10203 is 1.2.3. */\n\
         #define PYFERRY_VERSION_NUMBER {number}\n\n\
         /** CPython's PyObject. */\n\
         struct _object;\n{INIT}"
    ));
    let mut text = Vec::new();
    cbindgen::Builder::new()
        .with_crate(root)
        .with_config(config)
        .generate()
        .expect("the sources parse")
        .write(&mut text);
    let text = String::from_utf8(text).expect("the sources are UTF-8");
    // In Rust an enum that comes from C would be undefined behaviour for a number it lacks. cbindgen cannot be told.
    let (from, to) = ("pyferry_status_name(int32_t status)", "pyferry_status_name(pyferry_status status)");
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

fn main() {
    print!("{}", header());
}

#[test]
fn is_current() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../include/pyferry.h");
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(committed == header(), "include/pyferry.h is stale; renew it with: make header");
}
