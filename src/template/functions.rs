//! The functions and filters of templates: one table for the engine and for the documentation.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, Value, filters, tests};
use time::OffsetDateTime;

use super::limits;
use super::random::Random;
use super::scope::Draws;

/// A function that templates may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it gives.
    pub doc: &'static str,
    /// A call.
    pub example: &'static str,
    /// The name of what it makes up, which is something else in every run; none if it makes nothing up.
    pub makes: Option<&'static str>,
}

const fn function(name: &'static str, example: &'static str, doc: &'static str) -> Function {
    Function { name, doc, example, makes: None }
}

const fn maker(
    name: &'static str,
    example: &'static str,
    makes: &'static str,
    doc: &'static str,
) -> Function {
    Function { name, doc, example, makes: Some(makes) }
}

/// Every function, in the order of the documentation.
pub fn functions() -> &'static [Function] {
    const FUNCTIONS: &[Function] = &[
        maker("uuid", "uuid()", "uuid", "A random UUID, version 4."),
        maker("random_int", "random_int(1, 6)", "number", "A random whole number, both ends included."),
        maker("random_string", "random_string(8)", "random", "Random lower-case letters and digits."),
        maker("random_email", "random_email()", "email", "A random address at `example.com`."),
        maker(
            "now",
            "now()",
            "now",
            "The time: RFC 3339 in UTC with milliseconds; `now(\"unix\")` gives seconds.",
        ),
        function("base64", "base64(\"user:secret\")", "The text's UTF-8 bytes as Base64."),
        function("repeat", "repeat(\"a\", 300)", "The text so many times."),
    ];
    FUNCTIONS
}

/// The context's name for the scope's random stream; no expression can spell it.
pub(super) const DRAWS: &str = "#draws";

/// An environment with these functions and a few of the engine's filters and tests, and nothing else.
pub(super) fn environment(seed: u64, clock: fn() -> SystemTime) -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.add_function("uuid", move |state: &State| {
        random(state, seed).map(|mut random| remembered(state, "uuid", random.uuid()))
    });
    env.add_function("random_int", move |state: &State, low: i64, high: i64| {
        if low > high {
            return Err(invalid(format!("random_int({low}, {high}): the first is larger than the second")));
        }
        random(state, seed).map(|mut random| remembered(state, "random_int", random.between(low, high)))
    });
    env.add_function("random_string", move |state: &State, length: usize| {
        if length > limits::RANDOM_TEXT {
            return Err(invalid(format!("random_string gives {} characters at most", limits::RANDOM_TEXT)));
        }
        random(state, seed).map(|mut random| remembered(state, "random_string", random.text(length)))
    });
    env.add_function("random_email", move |state: &State| {
        let address = |mut random: Random| format!("{}@example.com", random.text(12));
        random(state, seed).map(|random| remembered(state, "random_email", address(random)))
    });
    env.add_function("now", move |state: &State, form: Option<&str>| match now(clock(), form)? {
        Now::Text(text) => Ok::<_, Error>(Value::from(remembered(state, "now", text))),
        Now::Seconds(seconds) => Ok(Value::from(remembered(state, "now", seconds))),
    });
    env.add_function("base64", |text: &str| STANDARD.encode(text));
    env.add_function("repeat", repeat);
    env.add_filter("default", filters::default);
    env.add_filter("int", filters::int);
    env.add_filter("length", filters::length);
    env.add_filter("lower", filters::lower);
    env.add_filter("replace", replace);
    env.add_filter("trim", filters::trim);
    env.add_filter("upper", filters::upper);
    env.add_filter("urlencode", urlencode);
    env.add_test("defined", tests::is_defined);
    env.add_test("undefined", tests::is_undefined);
    env.add_test("none", tests::is_none);
    env
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// The value, which the scope remembers: it will be another one in the next run.
fn remembered<T: Clone + Into<serde_json::Value>>(state: &State, function: &str, value: T) -> T {
    let draws = state.lookup(DRAWS);
    let makes = functions().iter().find(|known| known.name == function).and_then(|known| known.makes);
    if let (Some(draws), Some(makes)) = (draws.as_ref().and_then(Value::downcast_object_ref::<Draws>), makes)
    {
        draws.made(makes, value.clone().into());
    }
    value
}

fn random(state: &State, seed: u64) -> Result<Random, Error> {
    let value = state.lookup(DRAWS);
    let draws = value.as_ref().and_then(Value::downcast_object_ref::<Draws>);
    draws
        .map(|draws| Random::new(seed, draws.stream, draws.next()))
        .ok_or_else(|| invalid("random values are not available here".to_owned()))
}

/// A time in one of the two forms.
enum Now {
    Text(String),
    Seconds(u64),
}

fn now(time: SystemTime, form: Option<&str>) -> Result<Now, Error> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    match form {
        None => rfc3339(since).map(Now::Text).ok_or_else(|| invalid("the clock is out of range".to_owned())),
        Some("unix") => Ok(Now::Seconds(since.as_secs())),
        Some(other) => Err(invalid(format!("now knows no form `{other}`, only `unix`"))),
    }
}

fn rfc3339(since: Duration) -> Option<String> {
    let time = OffsetDateTime::from_unix_timestamp(i64::try_from(since.as_secs()).ok()?).ok()?;
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    let (month, milliseconds) = (u8::from(month), since.subsec_millis());
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z"))
}

fn repeat(text: &str, times: usize) -> Result<String, Error> {
    match text.len().checked_mul(times) {
        Some(length) if length <= limits::OUTPUT => Ok(text.repeat(times)),
        _ => Err(invalid(format!("repeat gives {} bytes at most", limits::OUTPUT))),
    }
}

/// The engine's own filter has no bound.
fn replace(text: &str, from: &str, to: &str) -> Result<String, Error> {
    let found = text.matches(from).count();
    match found.checked_mul(to.len()).and_then(|more| more.checked_add(text.len())) {
        Some(length) if length <= limits::OUTPUT => Ok(text.replace(from, to)),
        _ => Err(invalid(format!("replace gives {} bytes at most", limits::OUTPUT))),
    }
}

/// Everything but RFC 3986's unreserved characters is escaped, so the text is safe in a path or a query.
fn urlencode(text: &str) -> String {
    const ESCAPED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(text, ESCAPED).to_string()
}
