//! The keys that OpenAPI 3.0 and 3.1 know, and what to say about others.

use crate::model::Node;
use crate::spelling::nearest;
use crate::yaml::Problems;

/// The document.
pub(super) const ROOT: &[&str] = &[
    "openapi",
    "info",
    "jsonSchemaDialect",
    "servers",
    "paths",
    "webhooks",
    "components",
    "security",
    "tags",
    "externalDocs",
];
/// What stands at a path, methods included.
pub(super) const PATH_ITEM: &[&str] = &[
    "$ref",
    "summary",
    "description",
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "trace",
    "servers",
    "parameters",
];
/// One operation.
pub(super) const OPERATION: &[&str] = &[
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];
/// One parameter.
pub(super) const PARAMETER: &[&str] = &[
    "name",
    "in",
    "description",
    "required",
    "deprecated",
    "allowEmptyValue",
    "style",
    "explode",
    "allowReserved",
    "schema",
    "example",
    "examples",
    "content",
];
/// A request's body.
pub(super) const BODY: &[&str] = &["description", "content", "required"];
/// A body in one media type.
pub(super) const MEDIA: &[&str] = &["schema", "example", "examples", "encoding"];
/// What can be referred to.
pub(super) const COMPONENTS: &[&str] = &[
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
];
/// Where a key stands.
pub(super) const SECURITY: &[&str] =
    &["type", "description", "name", "in", "scheme", "bearerFormat", "flows", "openIdConnectUrl"];

/// Notes every key that is neither known nor an extension, and a value that is no mapping.
pub(super) fn check(node: &Node, known: &[&'static str], what: &str, problems: &mut Problems<'_>) {
    let Some(entries) = node.as_map() else {
        let title = format!("{what} is a mapping");
        return problems.add(node.span, title, format!("this is {}", node.kind_name()));
    };
    for entry in entries {
        let key = &*entry.key.value;
        if known.contains(&key) || key.starts_with("x-") {
            continue;
        }
        let help = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "OpenAPI has no such key here; a key of one's own starts with `x-`".to_owned(),
        };
        problems.add_with_help(
            entry.key.span,
            format!("unknown key `{key}` in {what}"),
            "not a key here",
            help,
        );
    }
}
