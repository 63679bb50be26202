//! tower_governor in front of an axum route, set up as its documentation has it: 20 requests at once, 10 a second.

use std::sync::Arc;

use axum::Router;
use axum::http::{Request, header};
use axum::routing::get;
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::KeyExtractor;
use tower_governor::{GovernorError, GovernorLayer};

/// The API key, since the crate's own extractors know addresses only.
#[derive(Clone)]
struct Key;

impl KeyExtractor for Key {
    type Key = String;

    fn extract<T>(&self, request: &Request<T>) -> Result<String, GovernorError> {
        let line = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        line.map(str::to_owned).ok_or(GovernorError::UnableToExtractKey)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let mut builder = GovernorConfigBuilder::default();
    let mut builder = builder.per_millisecond(100).burst_size(20).key_extractor(Key);
    let config = match builder.use_headers().finish() {
        Some(config) => Arc::new(config),
        None => return Err(std::io::Error::other("the quota is empty")),
    };
    let items = get(|| async { ([(header::CONTENT_TYPE, "application/json")], "{\"items\":[]}") });
    let router = Router::new().route("/v1/items", items).layer(GovernorLayer::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, router).await
}
