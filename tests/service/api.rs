//! Somebody who uses the API: an attendant with a session, or a program with a token.

use super::process::PASSWORD;
use reqwest::{Client, Method, RequestBuilder, header};
use serde_json::{Value, json};
use std::net::SocketAddr;

#[derive(Clone)]
pub struct Person {
    client: Client,
    base: String,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    Session { cookie: String, csrf: String },
    Token(String),
}

/// Status and body.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The code of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_default().to_owned()
    }

    /// The same, if it was accepted.
    #[track_caller]
    pub fn accepted(self) -> Self {
        assert!(self.status < 300, "{self:?}");
        self
    }

    /// It was refused like this, and says why.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{self:?}");
        assert!(self.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{self:?}");
    }
}

impl Person {
    pub async fn sign_in(http: SocketAddr, user: &str) -> Self {
        let client = Client::new();
        let base = format!("http://{http}/api/v1");
        let credentials = json!({"user": user, "password": PASSWORD});
        let answer = client.post(format!("{base}/sessions")).json(&credentials).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{user} is let in");
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let csrf = answer.json::<Value>().await.unwrap()["csrf_token"].as_str().unwrap().to_owned();
        Self { client, base, proof: Proof::Session { cookie, csrf } }
    }

    pub fn program(http: SocketAddr, token: &str) -> Self {
        Self { client: Client::new(), base: format!("http://{http}/api/v1"), proof: Proof::Token(token.to_owned()) }
    }

    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.proof {
            Proof::Session { cookie, csrf } => request.header(header::COOKIE, cookie).header("X-CSRF-Token", csrf),
            Proof::Token(token) => request.bearer_auth(token),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.ask(Method::GET, path)).await
    }

    /// With an idempotency key of its own.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_as(&uuid::Uuid::new_v4().to_string(), path, body).await
    }

    pub async fn post_as(&self, key: &str, path: &str, body: Value) -> Answer {
        answer(self.ask(Method::POST, path).header("Idempotency-Key", key).json(&body)).await
    }

    /// A body that may be anything.
    pub async fn post_raw(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let key = uuid::Uuid::new_v4().to_string();
        let request = self.ask(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        answer(request.header("Idempotency-Key", key).body(body)).await
    }

    pub async fn board(&self) -> Value {
        self.get("/board").await.accepted().body
    }

    /// `answer`, `hold`, `resume`, `hangup`.
    pub async fn call(&self, id: &str, verb: &str) -> Answer {
        self.post(&format!("/calls/{id}/actions/{verb}"), json!({})).await
    }

    /// `lock`, `unlock`, `leave`, `rejoin`, `end`, `continue`.
    pub async fn conference(&self, id: &str, verb: &str) -> Answer {
        self.post(&format!("/conferences/{id}/actions/{verb}"), json!({})).await
    }

    /// `mute`, `unmute`, `drop`, `redial`, `cancel`.
    pub async fn participant(&self, conference: &str, id: &str, verb: &str) -> Answer {
        self.post(&format!("/conferences/{conference}/participants/{id}/actions/{verb}"), json!({})).await
    }
}

pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the service answers");
    let status = response.status().as_u16();
    let text = response.text().await.unwrap_or_default();
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}
