//! Renders texts and whole values of a file.

use std::sync::LazyLock;
use std::time::SystemTime;

use minijinja::{Environment, Value as EngineValue};
use serde_json::{Map, Value};

use super::convert::{from_engine, into_engine};
use super::error::{LocatedTemplateError, TemplateError};
use super::functions::{DRAWS, environment, functions};
use super::limits;
use super::scan::{Part, is_plain, parts};
use super::scope::Scope;
use crate::model::{Node, NodeKind};

/// Renders templates. Built once per run and shared by all scenarios.
#[derive(Debug)]
pub struct Engine {
    env: Environment<'static>,
}

impl Engine {
    /// An engine whose random values follow from `seed` and whose time is `clock`'s.
    pub fn new(seed: u64, clock: fn() -> SystemTime) -> Self {
        Self { env: environment(seed, clock) }
    }

    /// Renders a text. One whole `{{ expression }}` keeps the type of its value; anything else is a string.
    ///
    /// # Errors
    /// If an expression does not parse or has no value, or a limit is exceeded.
    pub fn text(&self, text: &str, scope: &Scope) -> Result<Value, TemplateError> {
        self.render(text, scope, &mut { limits::OUTPUT })
    }

    /// Renders a text to a string, also where [`Engine::text`] would keep another type.
    ///
    /// # Errors
    /// As for [`Engine::text`].
    pub fn string(&self, text: &str, scope: &Scope) -> Result<String, TemplateError> {
        self.text(text, scope).map(shown)
    }

    /// Renders every text of a value, the keys of its mappings as well.
    ///
    /// # Errors
    /// As for [`Engine::text`], and if two keys of a mapping become equal; with the place of the scalar.
    pub fn node(&self, node: &Node, scope: &Scope) -> Result<Value, LocatedTemplateError> {
        self.walk(node, scope, limits::DEPTH, &mut { limits::OUTPUT })
    }

    fn walk(
        &self,
        node: &Node,
        scope: &Scope,
        depth: usize,
        left: &mut usize,
    ) -> Result<Value, LocatedTemplateError> {
        let deeper = depth.checked_sub(1).ok_or_else(|| {
            TemplateError::new(format!("nested deeper than {}", limits::DEPTH), 0..0).at(node.span)
        })?;
        match &node.kind {
            NodeKind::Text(text) => self.render(text, scope, left).map_err(|error| error.at(node.span)),
            NodeKind::List(items) => items.iter().map(|item| self.walk(item, scope, deeper, left)).collect(),
            NodeKind::Map(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    let at = |error: TemplateError| error.at(entry.key.span);
                    let key = shown(self.render(&entry.key.value, scope, left).map_err(at)?);
                    let value = self.walk(&entry.value, scope, deeper, left)?;
                    if map.contains_key(&key) {
                        return Err(at(TemplateError::new(format!("the key `{key}` is there twice"), 0..0)));
                    }
                    map.insert(key, value);
                }
                Ok(Value::Object(map))
            }
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => Ok(node.to_json()),
        }
    }

    fn render(&self, text: &str, scope: &Scope, left: &mut usize) -> Result<Value, TemplateError> {
        if is_plain(text) {
            return Ok(Value::String(text.to_owned()));
        }
        let parts = parts(text)?;
        if let [part @ Part::Expression(..)] = parts.as_slice() {
            let value = self.part(part, scope)?;
            spend(left, value.as_str().map_or(0, str::len))?;
            return Ok(value);
        }
        let mut output = String::new();
        for part in &parts {
            let piece = shown(self.part(part, scope)?);
            spend(left, piece.len())?;
            output.push_str(&piece);
        }
        Ok(Value::String(output))
    }

    fn part(&self, part: &Part<'_>, scope: &Scope) -> Result<Value, TemplateError> {
        let (code, range) = match part {
            Part::Literal(text) => return Ok(Value::String((*text).to_owned())),
            Part::Expression(code, range) => (*code, range.clone()),
        };
        if let Some(value) = scope.get(code).filter(|_| !is_function(code)) {
            return Ok(value.clone());
        }
        let expression = self
            .env
            .compile_expression(code)
            .map_err(|error| TemplateError::syntax(&error, code, range.clone()))?;
        let mut names: Vec<_> =
            expression.undeclared_variables(false).into_iter().filter(|n| !is_function(n)).collect();
        names.sort_unstable();
        let variables = names.iter().filter_map(|name| Some((name.clone(), into_engine(scope.get(name)?))));
        let draws = [(DRAWS.to_owned(), EngineValue::from_object(scope.draws()))];
        let context = EngineValue::from_pairs(variables.chain(draws));
        let value = expression
            .eval(context)
            .map_err(|error| TemplateError::evaluation(&error, code, range.clone(), &names, scope))?;
        if value.is_undefined() {
            let error = minijinja::Error::from(minijinja::ErrorKind::UndefinedError);
            return Err(TemplateError::evaluation(&error, code, range, &names, scope));
        }
        from_engine(&value)
            .map_err(|why| TemplateError::new(format!("`{code}` gives no value: {why}"), range))
    }
}

/// The variables that a text uses, in order of appearance, functions left out.
///
/// # Errors
/// If an expression does not parse, or the text is too long.
pub fn names(text: &str) -> Result<Vec<String>, TemplateError> {
    static SYNTAX: LazyLock<Environment<'static>> = LazyLock::new(Environment::empty);
    let mut names = Vec::new();
    if is_plain(text) {
        return Ok(names);
    }
    for part in parts(text)? {
        let Part::Expression(code, range) = part else { continue };
        let expression =
            SYNTAX.compile_expression(code).map_err(|error| TemplateError::syntax(&error, code, range))?;
        let mut found: Vec<_> = expression.undeclared_variables(false).into_iter().collect();
        found.sort_unstable_by_key(|name| code.find(name.as_str()));
        for name in found {
            if !is_function(&name) && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

fn is_function(name: &str) -> bool {
    functions().iter().any(|function| function.name == name)
}

/// A value inside a text: strings as they are, everything else as compact JSON.
fn shown(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn spend(left: &mut usize, bytes: usize) -> Result<(), TemplateError> {
    *left = left.checked_sub(bytes).ok_or_else(|| {
        TemplateError::new(format!("the rendered text is larger than {} bytes", limits::OUTPUT), 0..0)
    })?;
    Ok(())
}
