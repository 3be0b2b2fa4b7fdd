//! A whole WS on a port of its own, and people who use it.

use crate::{
    accounts::{MemoryAccounts, PASSWORD},
    groups::MemoryGroups,
    server::MemoryServer,
    sse::Events,
};
use reqwest::{Client, Method, RequestBuilder, Response, header};
use serde_json::{Value, json};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};
use switchboard::web::{Limits, ShutdownToken, WebContext, WebSettings, routes, serve};
use tokio::{net::TcpListener, task::JoinHandle};

/// Longer than anything here should take; only a fault reaches it.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct House {
    pub address: SocketAddr,
    pub server: Arc<MemoryServer>,
    pub accounts: Arc<MemoryAccounts>,
    pub groups: Arc<MemoryGroups>,
    pub shutdown: ShutdownToken,
    pub serving: JoinHandle<()>,
    client: Client,
}

/// How a house is built.
pub struct Plan {
    pub settings: WebSettings,
    pub limits: Limits,
    pub assets: Option<warp::filters::BoxedFilter<(warp::reply::Response,)>>,
    pub changes_kept: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self { settings: WebSettings::default(), limits: Limits::default(), assets: None, changes_kept: 4096 }
    }
}

/// Somebody who is signed in, or a program, or nobody.
#[derive(Clone)]
pub enum Person {
    Nobody,
    SignedIn { cookie: String, csrf: String },
    Bearer(&'static str),
}

impl House {
    pub async fn start() -> Self {
        Self::build(Plan::default()).await
    }

    pub async fn build(plan: Plan) -> Self {
        log();
        let server = Arc::new(MemoryServer::new(plan.changes_kept));
        let accounts = Arc::new(MemoryAccounts::new());
        let groups = Arc::new(MemoryGroups::new());
        let routes = routes(WebContext {
            server: server.clone(),
            accounts: accounts.clone(),
            groups: groups.clone(),
            settings: plan.settings,
            boot: "boot-1".into(),
            assets: plan.assets,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = ShutdownToken::new();
        let serving = tokio::spawn(serve(listener, routes, shutdown.clone(), plan.limits));
        Self { address, server, accounts, groups, shutdown, serving, client: Client::new() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request as this person's browser or program would send it.
    pub fn ask(&self, person: &Person, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.url(path)).timeout(PATIENCE);
        match person {
            Person::Nobody => request,
            Person::SignedIn { cookie, csrf } => request.header(header::COOKIE, cookie).header("X-CSRF-Token", csrf),
            Person::Bearer(token) => request.bearer_auth(token),
        }
    }

    pub async fn get(&self, person: &Person, path: &str) -> Response {
        self.ask(person, Method::GET, path).send().await.unwrap()
    }

    /// Waits until somebody new is let in. Whoever is turned away may not even get to send the request.
    pub async fn wait_for_a_place(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.ask(&Person::Nobody, Method::GET, "/healthz").send().await.is_ok_and(|it| it.status() == 200) {
            assert!(Instant::now() < deadline, "no place was given back");
        }
    }

    pub async fn post(&self, person: &Person, path: &str, body: &Value) -> Response {
        self.ask(person, Method::POST, path).json(body).send().await.unwrap()
    }

    pub async fn try_password(&self, user: &str, password: &str) -> Response {
        self.post(&Person::Nobody, "/api/v1/sessions", &json!({ "user": user, "password": password })).await
    }

    pub async fn sign_in(&self, user: &str) -> Person {
        let response = self.try_password(user, PASSWORD).await;
        assert_eq!(response.status(), 201);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let csrf = response.json::<Value>().await.unwrap()["csrf_token"].as_str().unwrap().to_owned();
        Person::SignedIn { cookie, csrf }
    }

    /// The live stream, after this event if one is named.
    pub async fn events(&self, person: &Person, last: Option<&str>) -> Events {
        let mut request = self.ask(person, Method::GET, "/api/v1/events");
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Events::of(response)
    }
}

/// The code of a problem, which must be well made.
pub async fn problem(response: Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    let body = response.json::<Value>().await.unwrap();
    assert_eq!(body["status"], status);
    for part in ["type", "title", "detail", "code"] {
        assert!(body[part].as_str().is_some_and(|text| !text.is_empty()), "{part} in {body}");
    }
    assert!(body["errors"].is_array(), "{body}");
    (status, body["code"].as_str().unwrap().to_owned(), body)
}

/// Everything all houses of this test run have logged.
pub fn logged() -> String {
    String::from_utf8_lossy(&log().lock().unwrap()).into_owned()
}

fn log() -> Arc<Mutex<Vec<u8>>> {
    static LOG: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Arc::new(Mutex::new(Vec::new()));
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_env_filter("switchboard=trace,warp=debug")
            .with_ansi(false)
            .with_writer(move || Writer(writer.clone()))
            .init();
        log
    })
    .clone()
}

struct Writer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
