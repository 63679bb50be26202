//! The operations of an API with one good request each, to provoke errors from.

use super::{Capture, HeaderLine, Node, Source, Spanned};

/// What errors are provoked on.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges {
    /// The file that names the operations.
    pub source: Source,
    /// What every good request carries; an operation's own lines replace those of the same name.
    pub headers: Vec<HeaderLine>,
    /// The header or the query parameter that has the credential, where its name alone does not tell.
    pub key: Option<Spanned<String>>,
    /// What stands in place of the credential to make it an expired one.
    pub expired: Vec<HeaderLine>,
    /// The operations, in file order.
    pub operations: Vec<Operation>,
}

/// One operation and its good request.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// `POST /leads`, where it is written.
    pub name: Spanned<String>,
    /// The method, upper case.
    pub method: String,
    /// The path below the base path; `{id}` stands for a value.
    pub path: String,
    /// The values of the path's parameters.
    pub values: Vec<(Spanned<String>, Node)>,
    /// Values of parameters that stand for nothing the API has.
    pub unknown: Vec<(Spanned<String>, Node)>,
    /// Query parameters.
    pub query: Vec<(Spanned<String>, Node)>,
    /// Header lines of its own; an explicit null takes one away.
    pub headers: Vec<HeaderLine>,
    /// The header or query parameter that has the credential, where the operation has one of its own.
    pub key: Option<Spanned<String>>,
    /// The JSON body.
    pub body: Option<Node>,
    /// Good values of members that the body may have and lacks, each with the names that lead there.
    pub optional: Vec<(Vec<String>, Node)>,
    /// Whether the same request a second time must be refused.
    pub unique: bool,
    /// What the answer gives to other operations.
    pub capture: Vec<Capture>,
    /// Whether the request was made from a description, and a refusal of it says nothing about the API.
    pub guessed: bool,
}
