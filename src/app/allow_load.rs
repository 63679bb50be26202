//! The guard of targets: only this machine is loaded or probed without being asked for by name.

use std::net::IpAddr;

/// What a load does to a target.
pub(super) const LOADING: &str = "a load sends";
/// What probing does to a target.
pub(super) const PROBING: &str = "probing sends";

/// Whether an origin is of this machine, or its host is among those that are `named`.
///
/// # Errors
/// It is neither; the text says what would be done to it, and how to ask for it. Or it is no URL.
pub(super) fn load_allowed(origin: &str, named: &[String], doing: &str) -> Result<(), String> {
    let url = url::Url::parse(origin).map_err(|error| format!("`{origin}` is not a URL ({error})"))?;
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_matches(['[', ']']);
    let local = bare.eq_ignore_ascii_case("localhost")
        || bare.to_ascii_lowercase().ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if local || named.iter().any(|name| name.trim_matches(['[', ']']).eq_ignore_ascii_case(bare)) {
        return Ok(());
    }
    Err(format!(
        "`{host}` is not this machine; {doing} many requests and uses up the limits of the keys. If you may load it, \
         say so: --allow-load {host}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loaded_unasked() {
        for own in [
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://localhost",
            "https://[::1]:4",
            "http://a.localhost:9/x",
        ] {
            assert_eq!(load_allowed(own, &[], LOADING), Ok(()), "{own}");
        }
        for (far, host) in [
            ("https://api.example.com/stage", "api.example.com"),
            ("http://10.0.0.1:80", "10.0.0.1"),
            ("http://[2001:db8::1]:80", "[2001:db8::1]"),
            ("http://localhost.example.com:1", "localhost.example.com"),
        ] {
            let why = load_allowed(far, &["example.com".to_owned()], PROBING).expect_err(far);
            assert!(why.ends_with(&format!("--allow-load {host}")), "{why}");
            assert_eq!(load_allowed(far, &[host.to_uppercase()], PROBING), Ok(()), "{far}");
        }
    }
}
