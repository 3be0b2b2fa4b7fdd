//! The service as a process of its own, and what a process has used.

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

pub const PASSWORD: &str = "a long enough password";
/// The attendant's station.
pub const STATION: &str = "1001";

/// A folder on a real disk: where temporary folders are memory, a journal would cost nothing.
pub fn folder() -> TempDir {
    tempfile::Builder::new().prefix("bench-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub fn free_tcp() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// Users and a token, made once as an operator makes them.
pub struct Furnished {
    store: PathBuf,
    token: String,
    _folder: TempDir,
}

impl Furnished {
    pub fn new() -> Self {
        let folder = folder();
        fs::write(folder.path().join("config.toml"), configuration(free_tcp(), &[free_tcp()], free_tcp())).unwrap();
        fs::write(folder.path().join("node-password"), PASSWORD).unwrap();
        let run = |arguments: &[&str]| {
            let mut child = command(folder.path())
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{arguments:?}");
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        run(&["user", "add", "anna", "--role", "attendant", "--station", STATION]);
        let token = run(&["user", "token", "add", "bench", "--role", "program"]);
        Self { store: folder.path().join("switchboard.db"), token, _folder: folder }
    }
}

/// A running service.
pub struct Service {
    folder: TempDir,
    child: Child,
    pub http: SocketAddr,
    pub hook: SocketAddr,
    pub program: Person,
}

impl Service {
    /// Starts it for these switches, and waits until every link is up.
    pub async fn start(furnished: &Furnished, event_sockets: &[SocketAddr]) -> Self {
        let folder = folder();
        fs::copy(&furnished.store, folder.path().join("switchboard.db")).unwrap();
        let (http, hook) = (free_tcp(), free_tcp());
        prepare(folder.path(), http, event_sockets, hook);
        let child = serve(folder.path());
        let program = Person { client: Client::new(), base: base(http), proof: Proof::Token(furnished.token.clone()) };
        let service = Self { folder, child, http, hook, program };
        let all = event_sockets.len() as f64;
        let up = async || service.program.metric("switchboard_snapshots_total").await.is_some_and(|n| n >= all);
        wait("the links up", up).await;
        service
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Asks it to end, and gives its folder with the store.
    pub fn stop(mut self) -> TempDir {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.child.try_wait().unwrap().is_none() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        let empty = TempDir::with_prefix("bench-").unwrap();
        std::mem::replace(&mut self.folder, empty)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            eprintln!("the service's last words:\n{}", lines[lines.len().saturating_sub(20)..].join("\n"));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes what `serve` needs into a folder.
pub fn prepare(folder: &Path, http: SocketAddr, event_sockets: &[SocketAddr], hook: SocketAddr) {
    fs::write(folder.join("config.toml"), configuration(http, event_sockets, hook)).unwrap();
    fs::write(folder.join("node-password"), PASSWORD).unwrap();
}

pub fn serve(folder: &Path) -> Child {
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
    command(folder).arg("serve").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

/// The release binary, with the folder's configuration.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.arg("--config").arg(folder.join("config.toml"));
    command
}

/// Somebody who uses the API.
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

impl Person {
    /// The attendant, by name and password.
    pub async fn sign_in(http: SocketAddr) -> Self {
        let (client, base) = (Client::new(), base(http));
        let credentials = json!({"user": "anna", "password": PASSWORD});
        let answer = client.post(format!("{base}/api/v1/sessions")).json(&credentials).send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let csrf = answer.json::<Value>().await.unwrap()["csrf_token"].as_str().unwrap().to_owned();
        Self { client, base, proof: Proof::Session { cookie, csrf } }
    }

    fn ask(&self, method: Method, url: String) -> RequestBuilder {
        let request = self.client.request(method, url).timeout(Duration::from_secs(30));
        match &self.proof {
            Proof::Session { cookie, csrf } => request.header("Cookie", cookie).header("X-CSRF-Token", csrf),
            Proof::Token(token) => request.bearer_auth(token),
        }
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let key = uuid::Uuid::new_v4().to_string();
        let request = self.ask(Method::POST, format!("{}/api/v1{path}", self.base)).header("Idempotency-Key", key);
        let answer = request.json(body).send().await.unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap_or_default()
    }

    pub async fn board(&self) -> Value {
        let answer = self.ask(Method::GET, format!("{}/api/v1/board", self.base)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// One figure of /metrics; none while nobody answers.
    pub async fn metric(&self, name: &str) -> Option<f64> {
        let answer = self.ask(Method::GET, format!("{}/metrics", self.base)).send().await.ok()?;
        let text = answer.text().await.ok()?;
        let line = text.lines().find(|line| line.split(['{', ' ']).next() == Some(name))?;
        line.rsplit(' ').next()?.parse().ok()
    }
}

fn base(http: SocketAddr) -> String {
    format!("http://{http}")
}

/// Asks until it is so.
pub async fn wait(what: &str, so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !so().await {
        assert!(Instant::now() < deadline, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// CPU time a process has used, by all its threads, those that ended included.
pub fn cpu(process: u32) -> Duration {
    /// `getconf CLK_TCK`: the same on every Linux this runs on.
    const TICKS_A_SECOND: u32 = 100;
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // After the name, which may hold anything, in parentheses: fields 3 and on.
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks: u32 = fields[11].parse::<u32>().unwrap() + fields[12].parse::<u32>().unwrap();
    Duration::from_secs(1) * ticks / TICKS_A_SECOND
}

/// Resident memory of a process, in MB.
pub fn resident(process: u32) -> f64 {
    status(process, "VmRSS:")
}

/// The most it ever was.
pub fn most_resident(process: u32) -> f64 {
    status(process, "VmHWM:")
}

fn status(process: u32, field: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// Every limit as high as it goes: what is measured is the service, not its policy.
fn configuration(http: SocketAddr, event_sockets: &[SocketAddr], hook: SocketAddr) -> String {
    let node = |(nth, address): (usize, &SocketAddr)| {
        format!(
            "[[node]]\nid = \"fs{nth}\"\naddress = \"{address}\"\npassword_file = \"node-password\"\nports = 10000\n"
        )
    };
    let nodes: String = event_sockets.iter().enumerate().map(node).collect();
    format!(
        r#"
[http]
listen = "{http}"
metrics_allow = ["127.0.0.1"]
[store]
path = "switchboard.db"
[hook]
listen = "{hook}"
{nodes}
[[station]]
id = "{STATION}"
domain = "127.0.0.1"
[[route]]
name = "inside"
prefixes = ["1"]
dial = "sofia/internal/{{number}}@{{domain}}"
domain = "127.0.0.1"
inside = true
[policy]
allow = ["1"]
max_legs_per_conference = 60
max_legs_at_once = 10000
new_legs_per_minute = 10000
[policy.per_user]
max_legs_at_once = 10000
new_legs_per_minute = 10000
[timing]
ring_seconds = 30
[log]
level = "info"
"#
    )
}
