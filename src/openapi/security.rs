//! Where the key stands, by the security schemes.

use super::{keys, reference};
use crate::model::{HeaderLine, Node, NodeKind, Spanned};
use crate::yaml::Problems;

/// The variable that holds the key of the first scheme; others are named like their schemes.
const KEY: &str = "api_key";

/// What a request carries to be let in.
#[derive(Debug, Default)]
pub(super) struct Access {
    pub(super) headers: Vec<HeaderLine>,
    pub(super) query: Vec<(Spanned<String>, Node)>,
    /// The name of the header or query parameter with the key.
    pub(super) key: Option<Spanned<String>>,
    /// What was not understood.
    pub(super) unread: Vec<String>,
}

/// The first alternative of an operation's security, or of the document's; none needs no key.
pub(super) fn access(root: &Node, operation: &Node, problems: &mut Problems<'_>) -> Access {
    let mut access = Access::default();
    let Some(alternatives) = operation.get("security").or_else(|| root.get("security")) else {
        return access;
    };
    let Some(alternatives) = alternatives.as_list() else {
        problems.add(
            alternatives.span,
            "`security` is a list",
            format!("this is {}", alternatives.kind_name()),
        );
        return access;
    };
    let open = |node: &Node| node.as_map().is_some_and(<[_]>::is_empty);
    let Some(first) = alternatives.first().filter(|_| !alternatives.iter().any(open)) else { return access };
    let schemes = root.get("components").and_then(|components| components.get("securitySchemes"));
    for entry in first.as_map().unwrap_or_default() {
        let name = &*entry.key.value;
        match schemes.and_then(|schemes| schemes.get(name)) {
            Some(scheme) => {
                if let Some(scheme) = reference::follow(root, scheme, problems) {
                    keys::check(scheme, keys::SECURITY, "a security scheme", problems);
                    access.add(name, scheme);
                }
            }
            None => {
                let known = schemes.and_then(Node::as_map).unwrap_or_default();
                let names = known.iter().map(|entry| &*entry.key.value);
                let help = match crate::spelling::nearest(name, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "describe it under `components.securitySchemes`".to_owned(),
                };
                let title = format!("there is no security scheme `{name}`");
                problems.add_with_help(entry.key.span, title, "not described", help);
            }
        }
    }
    access
}

impl Access {
    fn add(&mut self, name: &str, scheme: &Node) {
        let text = |key: &str| scheme.get(key).and_then(Node::as_text).unwrap_or_default();
        let variable = if self.key.is_none() { KEY.to_owned() } else { variable(name) };
        let here = |text: &str| Spanned::new(text.to_owned(), scheme.span);
        let node = |text: String| Node { kind: NodeKind::Text(text.into()), span: scheme.span };
        let (header, value) = match (text("type"), text("scheme").to_ascii_lowercase().as_str(), text("in")) {
            ("http", "bearer", _) | ("oauth2" | "openIdConnect", _, _) => {
                ("authorization", format!("Bearer {{{{ {variable} }}}}"))
            }
            ("http", "basic", _) => ("authorization", format!("Basic {{{{ base64({variable}) }}}}")),
            ("apiKey", _, "header") => (text("name"), format!("{{{{ {variable} }}}}")),
            ("apiKey", _, "cookie") => ("cookie", format!("{}={{{{ {variable} }}}}", text("name"))),
            ("apiKey", _, "query") => {
                self.key.get_or_insert_with(|| here(text("name")));
                self.query.push((here(text("name")), node(format!("{{{{ {variable} }}}}"))));
                return;
            }
            _ => {
                self.unread
                    .push(format!("the security scheme `{name}` is not understood; no key is sent for it"));
                return;
            }
        };
        self.key.get_or_insert_with(|| here(header));
        self.headers.push(HeaderLine { name: here(header), value: node(value) });
    }
}

/// A scheme's name as a variable.
fn variable(name: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let text: String = name.chars().map(word).collect();
    if text.starts_with(|c: char| c.is_ascii_digit()) { format!("key_{text}") } else { text }
}
