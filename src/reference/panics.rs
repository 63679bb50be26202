//! Requests that cannot be read are everyday life for a server: they are not worth a panic's noise.
//!
//! wiremock reads a request with `expect` and `unwrap`, in the task of that one connection. A client that goes away
//! in the middle of its body, or names an absolute URL that is none, makes that task panic: the connection is
//! closed, which is right, and a trace is printed, which looks like a broken server. wiremock has no setting for
//! it, so the trace is left out. This leans on how wiremock works inside, hence its exact version in the manifest.

use std::panic::{self, PanicHookInfo};
use std::sync::Once;

/// What wiremock panics with, up to the reason: for a body that breaks off, and for a URL that is none.
const MESSAGES: [&str; 2] = ["Failed to read request body.", "called `Result::unwrap()` on an `Err` value"];
/// The end of the path of the file in which it does so.
const FILE: [&str; 2] = ["src", "request.rs"];

/// Keeps this process silent about requests that a reference server cannot read. Every other panic is told as
/// before. It is for the program to call, since it concerns the process as a whole; calling it again changes
/// nothing.
pub fn hush_unreadable_requests() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !is_unreadable_request(info) {
                usual(info);
            }
        }));
    });
}

fn is_unreadable_request(info: &PanicHookInfo<'_>) -> bool {
    // Both messages are put together with a reason, and so are owned.
    let message = info.payload().downcast_ref::<String>().map_or("", String::as_str);
    info.location().is_some_and(|place| is_wiremock_reading(place.file(), message))
}

/// The folder of the library has its version behind the name, or not, depending on where it was fetched from.
fn is_wiremock_reading(file: &str, message: &str) -> bool {
    let mut parts = file.rsplit(['/', '\\']);
    let (name, folder, library) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    [folder, name] == FILE.map(Some)
        && library.starts_with("wiremock")
        && MESSAGES.iter().any(|known| message.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_panics_are_hushed() {
        let read = "Failed to read request body.: hyper::Error(Body, IncompleteBody)";
        for (file, message, hushed) in [
            ("/home/ada/.cargo/registry/src/index-0/wiremock-0.6.5/src/request.rs", read, true),
            ("C:\\cargo\\registry\\src\\index-0\\wiremock-0.6.5\\src\\request.rs", read, true),
            ("vendor/wiremock/src/request.rs", read, true),
            (
                "vendor/wiremock/src/request.rs",
                "called `Result::unwrap()` on an `Err` value: InvalidPort",
                true,
            ),
            ("vendor/wiremock/src/request.rs", "index out of bounds", false),
            ("vendor/wiremock/src/respond.rs", read, false),
            ("vendor/wiremock/tests/request.rs", read, false),
            ("vendor/other/src/request.rs", read, false),
            ("src/request.rs", read, false),
            ("request.rs", read, false),
            ("", "", false),
        ] {
            assert_eq!(is_wiremock_reading(file, message), hushed, "{file}: {message}");
        }
    }
}
