//! A step's request with all templates filled in.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::Runner;
use crate::model::{BodyPart, Defaults, Header, HeaderLine, Node, Request, RequestSpec, Span, Spanned};
use crate::redact::is_credential;
use crate::template::{LocatedTemplateError, Scope};

/// What went wrong with a request before it could be sent.
pub(super) struct RenderError {
    /// Where in the scenario.
    pub(super) span: Span,
    /// What is wrong.
    pub(super) message: String,
}

impl From<LocatedTemplateError> for RenderError {
    fn from(error: LocatedTemplateError) -> Self {
        let help = error.help.map(|help| format!("; {help}")).unwrap_or_default();
        Self { span: error.span, message: format!("{}{help}", error.message) }
    }
}

/// What a request needs beside its own specification.
pub(super) struct Surroundings<'a> {
    pub(super) runner: &'a Runner,
    pub(super) scope: &'a Scope,
    pub(super) defaults: &'a Defaults,
    pub(super) base_path: &'a str,
    /// The scenario file, to which paths are relative.
    pub(super) file: &'a str,
}

impl Surroundings<'_> {
    /// Fills in all templates.
    pub(super) fn request(&self, spec: &RequestSpec) -> Result<Request, RenderError> {
        let path = self.path(spec)?;
        let url = self.url(spec, &path)?;
        let mut headers = self.headers(spec, &url)?;
        let (body, media_type) = self.body(spec.body.as_ref())?;
        if let Some(media_type) = media_type
            && !mentions(&self.defaults.headers, "content-type")
            && !mentions(&spec.headers, "content-type")
        {
            headers.push(Header::new("content-type", media_type));
        }
        let timeout = spec.timeout.or(self.defaults.timeout).unwrap_or(self.runner.settings.timeout);
        Ok(Request {
            method: spec.method.value.clone(),
            url,
            path,
            headers,
            body,
            redirects: spec.redirects,
            timeout: timeout.max(Duration::from_millis(1)),
        })
    }

    fn path(&self, spec: &RequestSpec) -> Result<String, RenderError> {
        let mut path = self.string(&spec.path)?;
        if spec.query.is_empty() {
            return Ok(path);
        }
        let pairs = self.pairs(&spec.query)?;
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(&query);
        Ok(path)
    }

    /// Where a rendered path leads: below the target, or anywhere if the file itself writes a whole URL or leaves it
    /// to one template. A value inside a path cannot lead elsewhere: `@host` would turn the target into a user name.
    fn url(&self, spec: &RequestSpec, path: &str) -> Result<String, RenderError> {
        if is_absolute(path) && (is_absolute(&spec.path.value) || is_one_template(&spec.path.value)) {
            return Ok(path.to_owned());
        }
        if path.is_empty() || path.starts_with(['/', '?']) {
            return Ok(format!("{}{}{path}", self.runner.settings.target, self.base_path));
        }
        let mut shown: String = path.chars().take(SHOWN).collect();
        if shown.len() < path.len() {
            shown.push('…');
        }
        Err(RenderError {
            span: spec.path.span,
            message: format!(
                "the path becomes `{shown}`, which does not start with `/`; start it with `/`, or write a whole \
                 URL: http://host/path"
            ),
        })
    }

    /// The file's headers first; the request's own replace those of the same name. A credential that the file has
    /// for every request is meant for the target: another origin gets only those of the request itself.
    fn headers(&self, spec: &RequestSpec, url: &str) -> Result<Vec<Header>, RenderError> {
        let elsewhere = !same_origin(url, &self.runner.settings.target);
        let kept = self.defaults.headers.iter().filter(|line| !mentions(&spec.headers, &line.name.value));
        let mut headers = Vec::new();
        let lines = kept.map(|line| (line, elsewhere)).chain(spec.headers.iter().map(|line| (line, false)));
        for (line, without_credentials) in lines {
            let name = self.string(&line.name)?;
            if without_credentials && is_credential(&name) {
                continue;
            }
            let value = self.runner.engine.node(&line.value, self.scope)?;
            let values = match value {
                Value::Null => Vec::new(),
                Value::Array(values) => values,
                value => vec![value],
            };
            headers.extend(values.iter().map(|value| Header::new(&name, &plain(value))));
        }
        Ok(headers)
    }

    /// The body's bytes, and the media type it brings with it.
    fn body(&self, body: Option<&BodyPart>) -> Result<(Bytes, Option<&'static str>), RenderError> {
        Ok(match body {
            None => (Bytes::new(), None),
            Some(BodyPart::Json(node)) => {
                let value = self.runner.engine.node(node, self.scope)?;
                (value.to_string().into(), Some("application/json"))
            }
            Some(BodyPart::Raw(text)) => (self.string(text)?.into(), None),
            Some(BodyPart::Base64(text)) => (self.base64(text)?, None),
            Some(BodyPart::Form(pairs)) => {
                let pairs = self.pairs(pairs)?;
                let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                (form.into(), Some("application/x-www-form-urlencoded"))
            }
            Some(BodyPart::File(path)) => (self.file(path)?, None),
        })
    }

    fn base64(&self, text: &Spanned<String>) -> Result<Bytes, RenderError> {
        let compact: String = self.string(text)?.split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(compact);
        bytes.map(Bytes::from).map_err(|error| RenderError {
            span: text.span,
            message: format!("the body is not base64: {}", error.to_string().trim_end_matches('.')),
        })
    }

    fn file(&self, path: &Spanned<String>) -> Result<Bytes, RenderError> {
        let beside = Path::new(self.file).parent().unwrap_or(Path::new(""));
        let full = beside.join(self.string(path)?);
        let bytes = self.runner.files.read(&full);
        bytes.map(Bytes::from).map_err(|error| RenderError {
            span: path.span,
            message: format!("the body's file {} cannot be read: {error}", full.display()),
        })
    }

    fn pairs(&self, pairs: &[(Spanned<String>, Node)]) -> Result<Vec<(String, String)>, RenderError> {
        let mut rendered = Vec::with_capacity(pairs.len());
        for (name, node) in pairs {
            let name = self.string(name)?;
            match self.runner.engine.node(node, self.scope)? {
                Value::Null => {}
                Value::Array(values) => {
                    rendered.extend(values.iter().map(|value| (name.clone(), plain(value))));
                }
                value => rendered.push((name, plain(&value))),
            }
        }
        Ok(rendered)
    }

    fn string(&self, text: &Spanned<String>) -> Result<String, RenderError> {
        self.runner.engine.string(&text.value, self.scope).map_err(|error| error.at(text.span).into())
    }
}

/// Most characters of a path in a message.
const SHOWN: usize = 60;

fn is_absolute(path: &str) -> bool {
    path.starts_with("http://") || path.starts_with("https://")
}

/// Whether a text is one template and nothing else.
fn is_one_template(text: &str) -> bool {
    let inside = text.trim().strip_prefix("{{").and_then(|text| text.strip_suffix("}}"));
    inside.is_some_and(|inside| !inside.contains("{{"))
}

/// Whether two URLs have scheme, host and port in common. What is no URL has nothing in common with any.
fn same_origin(one: &str, other: &str) -> bool {
    let origin = |url: &str| Url::parse(url).map(|url| url.origin());
    matches!((origin(one), origin(other)), (Ok(one), Ok(other)) if one == other)
}

fn mentions(lines: &[HeaderLine], name: &str) -> bool {
    lines.iter().any(|line| line.name.value.eq_ignore_ascii_case(name))
}

/// A value as it stands in a header or a form: text without its quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
