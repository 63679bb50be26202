//! JSON values into the engine's and back; the way back is bounded, because expressions can make endless lists.

use minijinja::value::{Serde, Value as Engine, ValueKind};
use serde_json::{Map, Value};

use super::limits;

/// A JSON value as the engine's.
pub(super) fn into_engine(value: &Value) -> Engine {
    Engine::from(Serde(value))
}

/// The engine's value as JSON, or why it has none.
pub(super) fn from_engine(value: &Engine) -> Result<Value, String> {
    let mut left = limits::VALUES;
    convert(value, limits::DEPTH, &mut left)
}

fn convert(value: &Engine, depth: usize, left: &mut usize) -> Result<Value, String> {
    let deeper = depth.checked_sub(1).ok_or_else(|| format!("nested deeper than {}", limits::DEPTH))?;
    *left = left.checked_sub(1).ok_or_else(|| format!("more than {} values", limits::VALUES))?;
    match value.kind() {
        ValueKind::None => Ok(Value::Null),
        ValueKind::Bool => Ok(Value::Bool(value.is_true())),
        ValueKind::String => Ok(Value::String(value.as_str().unwrap_or_default().to_owned())),
        ValueKind::Number => number(value),
        ValueKind::Seq | ValueKind::Iterable => items(value)?
            .map(|item| convert(&item, deeper, left))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array),
        ValueKind::Map => {
            let mut map = Map::new();
            for key in items(value)? {
                let name = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
                let member = value.get_item(&key).map_err(|error| error.to_string())?;
                map.insert(name, convert(&member, deeper, left)?);
            }
            Ok(Value::Object(map))
        }
        ValueKind::Undefined => Err("no value".to_owned()),
        _ => Err("not a value that JSON has; a function is called with its brackets".to_owned()),
    }
}

fn items(value: &Engine) -> Result<impl Iterator<Item = Engine>, String> {
    value.try_iter().map_err(|error| error.to_string())
}

fn number(value: &Engine) -> Result<Value, String> {
    match serde_json::to_value(value) {
        Ok(number @ Value::Number(_)) => Ok(number),
        _ => Err(format!("{value} is not a number that JSON has")),
    }
}
