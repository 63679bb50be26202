//! The command line as a page: each command's own help.

use crate::cli;

/// Every command with its help.
pub(super) fn text() -> String {
    let mut text = String::from("# Command line\n");
    let command = cli::command().term_width(100);
    section(command, "", &mut text);
    text
}

fn section(mut command: clap::Command, above: &str, text: &mut String) {
    let name = format!("{above}{}", command.get_name());
    let help = command.clone().bin_name(&name).render_long_help().to_string();
    let lines: Vec<_> = help.lines().map(str::trim_end).collect();
    text.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", lines.join("\n").trim_end()));
    command.build();
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        section(below.clone(), &format!("{name} "), text);
    }
}
