//! What a parser cannot know: templates that do not parse, variables that nobody sets, paths that are none.

use std::collections::HashSet;

use super::captured_names;
use crate::model::{
    Action, BodyPart, CaptureFrom, Cases, Check, Diagnostic, Expect, HeaderLine, LimitProbe, Node, NodeKind,
    RequestSpec, Scenario, Source, Span, Spanned, Step,
};
use crate::spelling::nearest;
use crate::{jsonpath, template};

/// Looks at every template and JSONPath of a scenario before anything is sent. `given` are the variables
/// from outside the file, `columns` those that all its cases have.
pub fn lint(
    scenario: &Scenario,
    given: &HashSet<String>,
    columns: &[String],
    has_contract: bool,
) -> Vec<Diagnostic> {
    let mut known = given.clone();
    known.extend(columns.iter().cloned());
    known.extend(scenario.requires.iter().map(|name| name.value.clone()));
    let mut later = Vec::new();
    let steps = scenario.setup.iter().chain(&scenario.steps).chain(&scenario.teardown);
    for spec in steps.filter_map(|step| match &step.action {
        Action::Request(spec) => Some(spec),
        Action::Include(_) | Action::LeftOut(_) => None,
    }) {
        later.extend(spec.capture.iter().map(|capture| &capture.name));
    }
    let mut lint =
        Lint { source: &scenario.source, known, later, has_contract, marker_seen: false, found: Vec::new() };
    if let Some(Cases::Inline(rows)) = &scenario.cases {
        rows.iter().for_each(|row| lint.node(row));
    }
    for (name, value) in &scenario.vars {
        lint.node(value);
        lint.known.insert(name.value.clone());
    }
    lint.headers(&scenario.defaults.headers);
    for steps in [&scenario.setup, &scenario.steps] {
        steps.iter().for_each(|step| lint.step(step));
    }
    if let Some(limits) = &scenario.limits {
        lint.limits(limits);
    }
    scenario.teardown.iter().for_each(|step| lint.step(step));
    lint.found
}

struct Lint<'s> {
    source: &'s Source,
    known: HashSet<String>,
    /// Whether answers are judged by a contract, which says where the parts of an error stand.
    has_contract: bool,
    /// What some step captures, whether it came already or not.
    later: Vec<&'s Spanned<String>>,
    /// Whether the marker of a write was used since this was reset.
    marker_seen: bool,
    found: Vec<Diagnostic>,
}

/// What a write of a probe leaves, to be found again.
const MARKER: &str = "marker";

impl Lint<'_> {
    fn step(&mut self, step: &Step) {
        match &step.action {
            Action::Request(spec) => self.request(spec),
            Action::LeftOut(_) => {}
            Action::Include(include) => {
                if let Some(scenario) = &include.scenario {
                    self.known.extend(captured_names(scenario));
                }
            }
        }
    }

    /// The requests of a probe. A write leaves its marker, or it could not be found again.
    fn limits(&mut self, limits: &LimitProbe) {
        limits.keys.iter().for_each(|key| self.spanned(key));
        self.headers(&limits.headers);
        self.request(&limits.request);
        limits.endpoint.iter().for_each(|spec| self.request(spec));
        let Some((write, list)) = limits.writes.as_deref() else { return };
        let was_known = !self.known.insert(MARKER.to_owned());
        self.marker_seen = false;
        self.request(write);
        if !self.marker_seen {
            let title = "the write has no marker, so it could not be found again";
            let mistake =
                Diagnostic::new(self.source, write.path.span, title, "neither here nor in the body");
            let help =
                "put `{{ marker }}` into its body or path: `json: { email: \"{{ marker }}@example.com\" }`";
            self.found.push(mistake.with_help(help));
        }
        self.request(list);
        if !was_known {
            self.known.remove(MARKER);
        }
    }

    fn request(&mut self, spec: &RequestSpec) {
        self.spanned(&spec.path);
        self.pairs(&spec.query);
        self.headers(&spec.headers);
        match &spec.body {
            Some(BodyPart::Json(node)) => self.node(node),
            Some(BodyPart::Raw(text) | BodyPart::Base64(text) | BodyPart::File(text)) => self.spanned(text),
            Some(BodyPart::Form(pairs)) => self.pairs(pairs),
            None => {}
        }
        self.expect(&spec.expect);
        for capture in &spec.capture {
            if let CaptureFrom::Path(path) = &capture.from.value {
                self.path(path, capture.from.span);
            }
            self.known.insert(capture.name.value.clone());
        }
    }

    fn expect(&mut self, expect: &Expect) {
        let places = [
            ("error", expect.error.as_ref().map(|check| check.span)),
            ("message", expect.message.as_ref().map(|check| check.span)),
            ("details", expect.details.as_ref().map(|node| node.span)),
        ];
        for (key, span) in places {
            if let Some(span) = span.filter(|_| !self.has_contract) {
                let title = format!("`{key}` needs a contract, which says where it stands in the body");
                let mistake = Diagnostic::new(self.source, span, title, "no contract judges this scenario");
                let help = "name one: `contract: NAME` here or in tollgate.yaml, or `--contract NAME`";
                self.found.push(mistake.with_help(help));
            }
        }
        let single = [&expect.error, &expect.message, &expect.text];
        single.into_iter().flatten().for_each(|check| self.check(check));
        expect.details.iter().for_each(|node| self.node(node));
        expect.headers.iter().for_each(|(_, check)| self.check(check));
        for (path, check) in &expect.body {
            self.path(&path.value, path.span);
            self.check(check);
        }
    }

    fn check(&mut self, check: &Check) {
        check.matchers.iter().for_each(|matcher| self.node(&matcher.argument));
    }

    fn headers(&mut self, headers: &[HeaderLine]) {
        for header in headers {
            self.spanned(&header.name);
            self.node(&header.value);
        }
    }

    fn pairs(&mut self, pairs: &[(Spanned<String>, Node)]) {
        for (name, value) in pairs {
            self.spanned(name);
            self.node(value);
        }
    }

    fn spanned(&mut self, text: &Spanned<String>) {
        self.text(&text.value, text.span);
    }

    fn node(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Text(text) => self.text(text, node.span),
            NodeKind::List(items) => items.iter().for_each(|item| self.node(item)),
            NodeKind::Map(entries) => entries.iter().for_each(|entry| {
                self.text(&entry.key.value, entry.key.span);
                self.node(&entry.value);
            }),
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str, span: Span) {
        match template::names(text) {
            Ok(names) => {
                self.marker_seen |= names.iter().any(|name| name == MARKER);
                for name in names.into_iter().filter(|name| !self.known.contains(name)).collect::<Vec<_>>() {
                    self.undefined(&name, text, span);
                }
            }
            Err(error) => {
                self.found.push(Diagnostic::new(
                    self.source,
                    span,
                    "this template does not parse",
                    error.message,
                ));
            }
        }
    }

    fn undefined(&mut self, name: &str, text: &str, span: Span) {
        if text.contains(&format!("{name}(")) {
            return self.no_function(name, span);
        }
        let title = format!("nobody sets the variable `{name}`");
        if let Some(capture) = self.later.iter().find(|capture| capture.value == name) {
            let diagnostic = Diagnostic::new(self.source, span, title, "used here")
                .with_context(capture.span, "captured only here")
                .with_help("move the step that captures it before this one");
            return self.found.push(diagnostic);
        }
        let help = match nearest(name, self.known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "set it under `vars`, with `--var {name}=...`, or list it under `requires` to skip without it"
            ),
        };
        self.found.push(Diagnostic::new(self.source, span, title, "used here").with_help(help));
    }

    fn no_function(&mut self, name: &str, span: Span) {
        let names = || template::functions().iter().map(|function| function.name);
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}()`?"),
            None => format!(
                "there are {}",
                names().map(|name| format!("`{name}()`")).collect::<Vec<_>>().join(", ")
            ),
        };
        let title = format!("there is no function `{name}`");
        self.found.push(Diagnostic::new(self.source, span, title, "called here").with_help(help));
    }

    fn path(&mut self, path: &str, span: Span) {
        if let Err((_, message)) = jsonpath::check(path) {
            let diagnostic = Diagnostic::new(self.source, span, "this is not a JSONPath", message)
                .with_help("JSONPath as in RFC 9535: `$.error.code`, `$.items[*].id`, `$['odd key']`");
            self.found.push(diagnostic);
        }
    }
}
