//! The service as a child process, with a folder of its own.

use crate::support::freeswitch::{free_port, guard};
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

pub const PASSWORD: &str = "a long enough password";

/// What of the configuration a scenario may set.
#[derive(Clone)]
pub struct Plan {
    pub ring_seconds: u32,
    pub confirm_seconds: u32,
    pub ports: u32,
    /// Further lines of the node and of [policy].
    pub node: &'static str,
    pub policy: &'static str,
    /// Sections of its own, as text.
    pub more: &'static str,
    /// The lines of `[recording]`, if there is such a section.
    pub recording: String,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            ring_seconds: 8,
            confirm_seconds: 5,
            ports: 100,
            node: "",
            policy: "",
            more: "",
            recording: String::new(),
        }
    }
}

pub struct Service {
    folder: TempDir,
    pub http: SocketAddr,
    running: Mutex<Option<Running>>,
}

struct Running {
    child: Child,
    guard: Option<Child>,
}

/// A store with the people of every scenario in it: making passwords is slow on purpose, so it is done once.
struct Furnished {
    store: Vec<u8>,
    token: String,
}

static FURNISHED: OnceLock<Furnished> = OnceLock::new();

impl Service {
    /// Starts it for a switch at `event_socket`, whose dialplan calls `hook`.
    pub async fn start(event_socket: SocketAddr, password: &str, hook: SocketAddr, plan: &Plan) -> Self {
        let furnished = FURNISHED.get_or_init(furnish);
        let folder = tempfile::Builder::new().prefix("switchboard-service-").tempdir().unwrap();
        let http = free_port();
        fs::write(folder.path().join("config.toml"), configuration(http, event_socket, hook, plan)).unwrap();
        fs::write(folder.path().join("node-password"), password).unwrap();
        fs::write(folder.path().join("switchboard.db"), &furnished.store).unwrap();
        let service = Self { folder, http, running: Mutex::new(None) };
        service.run().await;
        service
    }

    /// The token of a program that may see and do everything.
    pub fn token(&self) -> &'static str {
        FURNISHED.get().map_or("", |furnished| &furnished.token)
    }

    /// Starts it (again), and waits until it serves.
    pub async fn run(&self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let child = command(self.folder.path())
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let guard = guard(child.id());
        *self.running.lock().unwrap() = Some(Running { child, guard });
        let deadline = Instant::now() + Duration::from_secs(20);
        let health = format!("http://{}/healthz", self.http);
        while !reqwest::get(&health).await.is_ok_and(|answer| answer.status().is_success()) {
            let ended = self.running.lock().unwrap().as_mut().map(|running| running.child.try_wait());
            assert!(matches!(ended, Some(Ok(None))), "the service ended at once:\n{}", self.log());
            assert!(Instant::now() < deadline, "the service does not serve:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// SIGKILL.
    pub fn kill(&self) {
        let Some(mut running) = self.running.lock().unwrap().take() else { return };
        running.disarm();
        let _ = running.child.kill();
        let _ = running.child.wait();
    }

    /// SIGTERM; says whether it ended by itself in good time.
    pub async fn terminate(&self) -> bool {
        let Some(mut running) = self.running.lock().unwrap().take() else { return false };
        running.disarm();
        let process_id = running.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &process_id]).status().unwrap().success());
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if let Ok(Some(status)) = running.child.try_wait() {
                return status.success();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let _ = running.child.kill();
        let _ = running.child.wait();
        false
    }

    /// What `switchboard doctor --json` says of its configuration.
    pub async fn doctor(&self) -> std::process::Output {
        self.command(&["doctor", "--json"]).await
    }

    /// `switchboard`, with these arguments and its configuration.
    pub async fn command(&self, arguments: &[&str]) -> std::process::Output {
        tokio::process::Command::from(command(self.folder.path())).args(arguments).output().await.unwrap()
    }

    /// A path in its folder.
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Running {
    /// The guard goes first: once the service is gone, its process id may be another's.
    fn disarm(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            let _ = guard.kill();
            let _ = guard.wait();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            eprintln!("the service's last words:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"));
        }
        self.kill();
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.arg("--config").arg(folder.join("config.toml"));
    command
}

/// Makes the users as an operator does.
fn furnish() -> Furnished {
    let folder = tempfile::tempdir().unwrap();
    let config = configuration(free_port(), free_port(), free_port(), &Plan::default());
    fs::write(folder.path().join("config.toml"), config).unwrap();
    fs::write(folder.path().join("node-password"), "x").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = command(folder.path());
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    for (name, display_name, station) in [("anna", "Anna", "1001"), ("ben", "Ben", "1002")] {
        run(&["user", "add", name, "--role", "attendant", "--station", station, "--display-name", display_name]);
    }
    run(&["user", "add", "sue", "--role", "supervisor", "--display-name", "Sue"]);
    let token = run(&["user", "token", "add", "scenarios", "--role", "program"]);
    Furnished { store: fs::read(folder.path().join("switchboard.db")).unwrap(), token }
}

fn configuration(http: SocketAddr, event_socket: SocketAddr, hook: SocketAddr, plan: &Plan) -> String {
    let Plan { ring_seconds, confirm_seconds, ports, node, policy, more, recording } = plan;
    format!(
        r#"
[http]
listen = "{http}"
[store]
path = "switchboard.db"
[hook]
listen = "{hook}"
variables = ["switchboard_info_dialed"]
[[node]]
id = "fs1"
address = "{event_socket}"
password_file = "node-password"
ports = {ports}
{node}
[[station]]
id = "1001"
domain = "127.0.0.1"
[[station]]
id = "1002"
domain = "127.0.0.1"
[[route]]
name = "inside"
prefixes = ["10"]
min_length = 4
max_length = 4
dial = "user/{{number}}@{{domain}}"
domain = "127.0.0.1"
inside = true
[[route]]
name = "outside"
prefixes = ["+49"]
dial = "sofia/gateway/{{gateway}}/{{number}}"
gateways = ["carrier"]
[[route]]
name = "no-line"
prefixes = ["+43"]
dial = "sofia/gateway/{{gateway}}/{{number}}"
gateways = ["dead"]
[numbers]
country_code = "49"
national_prefix = "0"
international_prefix = "00"
[policy]
allow = ["10", "+49", "+43"]
deny = ["+49900"]
{policy}
[timing]
ring_seconds = {ring_seconds}
confirm_seconds = {confirm_seconds}
park_seconds = 10
{more}
[recording]
{recording}
[log]
level = "info"
"#
    )
}
