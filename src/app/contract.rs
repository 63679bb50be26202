//! `tollgate contract`: list, show, check.

use std::fmt::Write as _;

use super::{edges, print, show_mistakes};
use crate::cli::{ContractCommand, Exit};
use crate::contract;
use crate::env::Env;
use crate::input;

pub(super) fn run(env: &mut Env, command: &ContractCommand) -> Exit {
    match command {
        ContractCommand::List => {
            let mut text = String::new();
            for name in input::contract_names(env.files.as_ref()) {
                match input::contract(env.files.as_ref(), &name) {
                    Ok(found) => {
                        let _ = writeln!(
                            text,
                            "{:<9} {}",
                            found.origin,
                            contract::summary(&found.contract.contract).trim_end()
                        );
                    }
                    Err(_) => {
                        let _ =
                            writeln!(text, "{name:<24} has mistakes: tollgate contract check schemas/{name}");
                    }
                }
            }
            print(env, &text)
        }
        ContractCommand::Show { name } => match input::contract(env.files.as_ref(), name) {
            Ok(found) => print(env, &contract::describe(&found.contract.contract)),
            Err(mistakes) => show_mistakes(env, &mistakes),
        },
        ContractCommand::Check { folder } => match input::contract_folder(env.files.as_ref(), folder) {
            Ok(compiled) => {
                let mistakes = edges::check(&compiled.contract.name, &compiled);
                if !mistakes.is_empty() {
                    return show_mistakes(env, &mistakes);
                }
                let text = format!(
                    "{}: good\n{}\n",
                    folder.display(),
                    contract::summary(&compiled.contract).trim_end()
                );
                print(env, &text)
            }
            Err(mistakes) => show_mistakes(env, &mistakes),
        },
    }
}
