//! A FreeSWITCH of the test's own: loopback only, on free ports, in a temporary directory, gone with the test.

use super::certificates;
use super::esl_probe::Probe;
use super::freeswitch_conf::{Conf, FALLBACK};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Long enough for a loaded machine; an idle one takes under two seconds.
const START: Duration = Duration::from_secs(40);

/// What may be different from test to test.
pub struct Options {
    /// `host:port` of the hook, several with `|`; without, a free loopback port of its own.
    pub hook: Option<String>,
    pub music: String,
    pub fallback: String,
    /// More parameters for our conference profile, to compare.
    pub conference_profile_extra: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hook: None,
            music: "local_stream://moh".to_owned(),
            fallback: format!("{FALLBACK} XML default"),
            conference_profile_extra: String::new(),
        }
    }
}

pub struct FreeSwitch {
    binary: PathBuf,
    child: Child,
    guard: Option<Child>,
    base: tempfile::TempDir,
    conf: Conf,
    hook: SocketAddr,
}

impl FreeSwitch {
    /// The binary, or the reason why there is none.
    pub fn find() -> Result<PathBuf, String> {
        if let Some(named) = std::env::var_os("SWITCHBOARD_FREESWITCH") {
            let named = PathBuf::from(named);
            let fault = format!("SWITCHBOARD_FREESWITCH names {}, which is no file", named.display());
            return if named.is_file() { Ok(named) } else { Err(fault) };
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let usual = std::iter::once(PathBuf::from("/usr/local/freeswitch/bin"));
        usual
            .chain(std::env::split_paths(&path))
            .map(|folder| folder.join("freeswitch"))
            .find(|binary| binary.is_file())
            .ok_or_else(|| "no FreeSWITCH: not in SWITCHBOARD_FREESWITCH, /usr/local/freeswitch/bin or PATH".to_owned())
    }

    /// Starts one whose gateway `carrier` leads to `carrier`, and waits until it is ready.
    pub async fn start(carrier: SocketAddr, options: Options) -> Result<Self, String> {
        let binary = Self::find()?;
        let mut base =
            tempfile::Builder::new().prefix("switchboard-fs-").tempdir().map_err(|error| error.to_string())?;
        // For looking at its configuration and log afterwards.
        base.disable_cleanup(std::env::var_os("SWITCHBOARD_KEEP").is_some());
        let hook = free_port();
        let conf = Conf {
            event_socket: free_port(),
            password: format!("{:032x}", rand::random::<u128>()),
            sip: free_port(),
            rtp: rtp_range(),
            hook: options.hook.unwrap_or_else(|| hook.to_string()),
            music: options.music,
            fallback: options.fallback,
            carrier,
            nobody: free_port(),
            conference_profile_extra: options.conference_profile_extra,
        };
        conf.write(base.path()).map_err(|error| format!("writing the configuration: {error}"))?;
        certificates::bring(&base.path().join("certs"));
        let child = spawn(&binary, base.path())?;
        let guard = guard(child.id());
        let mut switch = Self { binary, child, guard, base, conf, hook };
        switch.ready().await?;
        certificates::keep(&switch.base().join("certs"));
        Ok(switch)
    }

    /// Where its SIP is.
    pub fn sip(&self) -> SocketAddr {
        self.conf.sip
    }

    pub fn event_socket(&self) -> SocketAddr {
        self.conf.event_socket
    }

    pub fn password(&self) -> &str {
        &self.conf.password
    }

    /// Where the dialplan looks for the hook.
    pub fn hook(&self) -> SocketAddr {
        self.hook
    }

    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    pub fn base(&self) -> &Path {
        self.base.path()
    }

    pub async fn probe(&self) -> Probe {
        Probe::connect(self.conf.event_socket, &self.conf.password).await.expect("its Event Socket answers")
    }

    pub async fn version(&self) -> String {
        self.probe().await.api("version").await.trim().to_owned()
    }

    /// The log so far; put it into the message of a failing test.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.base.path().join("log/freeswitch.log")).unwrap_or_default()
    }

    /// kill -9: nothing is told to anybody.
    pub fn kill(&mut self) {
        // The guard first: once the switch is gone, its process id may be another's.
        if let Some(mut guard) = self.guard.take() {
            let _ = guard.kill();
            let _ = guard.wait();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts again after `kill`, same ports, same configuration.
    pub async fn restart(&mut self) -> Result<(), String> {
        self.kill();
        self.child = spawn(&self.binary, self.base.path())?;
        self.guard = guard(self.child.id());
        self.ready().await
    }

    async fn ready(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + START;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("FreeSWITCH ended at once ({status}):\n{}", self.last_words()));
            }
            if let Ok(probe) = Probe::connect(self.conf.event_socket, &self.conf.password).await
                && probe.api("status").await.contains("is ready")
                && probe.api("sofia status").await.contains("RUNNING")
            {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(format!("FreeSWITCH was not ready after {START:?}:\n{}", self.last_words()));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn last_words(&self) -> String {
        let output = std::fs::read_to_string(self.base.path().join("output")).unwrap_or_default();
        let text = output + &self.log();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for FreeSwitch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the switch's last words:\n{}", self.last_words());
        }
        self.kill();
    }
}

fn spawn(binary: &Path, base: &Path) -> Result<Child, String> {
    let mut command = Command::new(binary);
    command.args(["-nf", "-nc", "-nonat", "-nonatmap", "-conf"]).arg(base.join("conf"));
    for folder in [
        "log",
        "run",
        "db",
        "temp",
        "scripts",
        "htdocs",
        "grammar",
        "recordings",
        "storage",
        "cache",
        "certs",
        "sounds",
    ] {
        let path = base.join(folder);
        std::fs::create_dir_all(&path).map_err(|error| error.to_string())?;
        command.arg(format!("-{folder}")).arg(path);
    }
    if let Some(modules) = binary.parent().and_then(Path::parent).map(|root| root.join("mod"))
        && modules.is_dir()
    {
        command.arg("-mod").arg(modules);
    }
    let output = std::fs::File::create(base.join("output")).map_err(|error| error.to_string())?;
    let errors = output.try_clone().map_err(|error| error.to_string())?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    command.spawn().map_err(|error| format!("{}: {error}", binary.display()))
}

/// Kills a process when this test's own ends without having done so: then the guard's input closes.
pub fn guard(process_id: u32) -> Option<Child> {
    let mut command = Command::new("sh");
    command.arg("-c").arg("cat >/dev/null; kill -9 \"$1\"").arg("guard").arg(process_id.to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
}

/// A port nobody has, for TCP and UDP alike. Below those the kernel gives out by itself: one that was only free a
/// moment ago may be the local end of somebody's connection when its server is started.
pub fn free_port() -> SocketAddr {
    const PORTS: std::ops::Range<u16> = 27_000..32_000;
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    let next = NEXT.get_or_init(|| AtomicU16::new(rand::random()));
    for _ in PORTS {
        let port = PORTS.start + next.fetch_add(1, Ordering::Relaxed) % (PORTS.end - PORTS.start);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port of {PORTS:?} is free")
}

/// Not another test's of this process, and rarely another process's.
fn rtp_range() -> (u16, u16) {
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    let next = NEXT.get_or_init(|| AtomicU16::new(rand::random()));
    let from = 12_000 + 400 * (next.fetch_add(1, Ordering::Relaxed) % 36);
    (from, from + 398)
}
