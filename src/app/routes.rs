//! The table of `tollgate serve --routes`: every answer, and what to type to get it.

use crate::reference::{self, Call, Route};

/// Width of a line of a command, in characters; enough for its method, key and media type.
const LINE: usize = 88;

/// Said once above the table; the placeholders are those of [`Call`].
const HEAD: &str = "\
Every answer of the reference server, and the requests that bring it about.
A code of - is a success. What stands in <angle brackets> is to be filled in:

  <origin>            what the ready line says: http://127.0.0.1:8080
  <api_key>, <..key>  this key as `tollgate serve --keys` prints it
  <unknown_key>       tg_test_0000000000000000, or another key that nobody has
  <other_workspace>   ws_beta, or another workspace than that of the key
  <lead>, <etag>      data.id and the ETag header of the lead that was just created
  <unique>            any word that was not used before, the same in all requests of one answer
  <long>              9,000 letters
  <huge>              1,100,000 letters: too many for a command line, so put the body into a file (-d @FILE)
";

/// The whole text.
pub(super) fn table() -> String {
    let routes = reference::routes();
    let codes = routes.iter().map(|route| route.code.len()).max().unwrap_or_default();
    let mut text = HEAD.to_owned();
    for api in routes.chunk_by(|one, next| one.api == next.api) {
        let name = api.first().map_or("", |route| route.api);
        text.push_str(&format!("\n{name}\n\n{:>6}  {:<codes$}  how to reach it\n", "status", "code"));
        api.iter().for_each(|route| text.push_str(&row(route, codes)));
    }
    text
}

/// One answer: the commands stand below each other in the last column, so that they can be copied together.
fn row(route: &Route, codes: usize) -> String {
    let commands: Vec<String> = route.calls.iter().map(command).collect();
    let commands = commands.join(" &&\n");
    let indented = commands.replace('\n', &format!("\n{:width$}", "", width = 6 + 2 + codes + 2));
    format!("{:>6}  {:<codes$}  {indented}\n", route.status, route.code)
}

/// One request; a long one is broken between its arguments, as a shell allows.
fn command(call: &Call) -> String {
    let mut text = String::new();
    let mut width = 0;
    for part in call.command() {
        let glue = match width {
            0 => "",
            _ if width + 1 + part.len() <= LINE - " \\".len() => " ",
            _ => " \\\n    ",
        };
        width = if glue.ends_with("    ") { "    ".len() } else { width + glue.len() } + part.len();
        text.extend([glue, &part]);
    }
    text
}
