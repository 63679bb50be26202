//! A running reference server with a client and its variables.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::HashMap;
use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::Value;
use tollgate::reference::{self, Call, Options, Server};

pub(super) fn client() -> Client {
    // An error means that another test has installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}

/// A running server, a client, and the variables of its suites.
pub(super) struct Bench {
    pub(super) server: Server,
    pub(super) client: Client,
    pub(super) variables: HashMap<String, String>,
}

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) async fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.text().await.unwrap() }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(super) fn number(&self, name: &str) -> u64 {
        self.header(name).unwrap_or_else(|| panic!("no {name}")).parse().unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Bench {
    pub(super) async fn start(options: Options) -> Self {
        let server = reference::start(options).await.unwrap();
        let variables = reference::variables(server.keys()).into_iter().collect();
        Self { server, client: client(), variables }
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: String,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.server.origin())).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    /// A JSON request with a key.
    pub(super) async fn json(&self, method: &str, path: &str, alias: &str, body: &Value) -> Answer {
        let key = ("authorization", format!("Bearer {}", self.variables[alias]));
        let json = ("content-type", "application/json".to_owned());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &[key, json], body).await
    }

    /// Sends the requests of a route, filled in, and gives the last answer.
    pub(super) async fn play(&self, calls: &[Call], unique: &str) -> Answer {
        let mut made = HashMap::new();
        let mut last = None;
        for call in calls {
            let call = call.fill(|name| match name {
                "unique" => Some(unique.to_owned()),
                "long" => Some("x".repeat(9_000)),
                "huge" => Some("x".repeat(1_100_000)),
                name => made.get(name).or_else(|| self.variables.get(name)).cloned(),
            });
            assert!(!format!("{call:?}").contains('<'), "not filled: {call:?}");
            let answer = self.send(call.method, &call.path, &call.headers, call.body).await;
            if answer.status == 201 {
                made.insert("lead", answer.json()["data"]["id"].as_str().unwrap().to_owned());
                made.insert("etag", answer.header("etag").unwrap().to_owned());
            }
            last = Some(answer);
        }
        last.unwrap()
    }
}
