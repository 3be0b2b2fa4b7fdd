//! `switchboard demo`. A house to try out: a simulated FreeSWITCH, callers, and the page.

mod callers;
mod commands;
mod groups;

use super::{
    Global, Outcome,
    house::Running,
    serve::{start_log, stop_signal},
};
use crate::{
    config::{
        AccessNumberConfig, Config, DialInConfig, LogConfig, NodeConfig, PhoneRouteConfig, RecordingConfig,
        SpeechConfig, StationConfig,
    },
    domain::{endpoint::Safe, states::Role},
    simulator::{Simulator, SimulatorConfig, Station},
    store::{
        Secret, SqliteStore, Store,
        accounts::{Accounts, NewUser},
    },
};
use callers::{ACCESS_NUMBER, Callers};
use clap::Args;
use rand::seq::IndexedRandom;
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

/// Two attendants, so that it can be seen how they share the queue; both have the password made up for the run.
const USERS: [DemoUser; 2] = [
    DemoUser { name: "anna", shown: "Anna", role: Role::Supervisor, station: "1001" },
    DemoUser { name: "ben", shown: "Ben", role: Role::Attendant, station: "1002" },
];

struct DemoUser {
    name: &'static str,
    shown: &'static str,
    role: Role,
    station: &'static str,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Print one line of JSON for programs: url, user, users (all with the same password), password, token.
    #[arg(long)]
    json: bool,
    /// Where the page is served, on 127.0.0.1; 0 takes a free port.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The same seed brings the same callers and the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 2 is twice as fast: everything people do takes half the time.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Nobody calls by themselves.
    #[arg(long)]
    no_callers: bool,
    /// Take commands on standard input, one a line: somebody calls, hangs up, the link is cut; `help`
    /// lists them. It ends with its input.
    #[arg(long)]
    commands: bool,
    /// Keep the store in this file; without it, in a new one that is thrown away at the end.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl Demo {
    pub async fn run(self, _: &Global) -> Outcome {
        if !(self.speed.is_finite() && self.speed > 0.0) {
            return Err("--speed must be a number above 0, such as 1 or 2.5".into());
        }
        start_log(&LogConfig { level: "warn".into(), ..LogConfig::default() })?;
        let scratch = Scratch::new(self.store.clone())?;
        let store = Arc::new(SqliteStore::open(&scratch.file).await?);
        let password = made_up();
        let token = accounts(&store, &password).await?;

        let event_socket_password = made_up();
        let simulator = Arc::new(
            Simulator::start(SimulatorConfig {
                password: event_socket_password.expose().to_owned(),
                seed: self.seed,
                speed: self.speed,
                hook_context: "switchboard".into(),
                stations: USERS.iter().map(|user| Station::new(user.station)).collect(),
                access_numbers: vec![ACCESS_NUMBER.to_owned()],
                gateways: BTreeMap::from([("carrier".to_owned(), true)]),
                ..SimulatorConfig::default()
            })
            .await?,
        );
        let mut config = configuration(self.port, simulator.address(), event_socket_password);
        config.recording = scratch.recording();
        config.speech = SpeechConfig { engine: "flite".into(), voice: "slt".into(), ..SpeechConfig::default() };
        let running = Running::start(&config, store).await.map_err(|error| match error.to_string() {
            taken if taken.starts_with("[http]") => {
                format!("{taken} Choose another port with --port; 0 is any free one.").into()
            }
            _ => error,
        })?;
        let url = format!("http://{}", running.http);
        if self.json {
            let line = serde_json::json!({
                "url": url, "user": USERS[0].name, "users": USERS.map(|user| user.name),
                "password": password.expose(), "token": token.expose(),
                "hook": running.hook.to_string(), "event_socket": simulator.address().to_string(),
            });
            println!("{line}");
        } else {
            greet(&url, &password, &token);
        }
        let callers = Arc::new(Callers::new(simulator.clone(), running.hook, self.seed, self.speed));
        if !self.no_callers {
            tokio::spawn(callers.clone().keep_calling());
        }
        tokio::spawn(callers.clone().hang_up_by_last_digit());
        let shutdown = running.shutdown.clone();
        if self.commands {
            commands::listen(callers, simulator.clone(), shutdown.clone());
        }
        tokio::spawn(async move {
            stop_signal().await;
            shutdown.cancel();
        });
        running.finished().await;
        drop(scratch);
        Ok(ExitCode::SUCCESS)
    }
}

fn greet(url: &str, password: &Secret, token: &Secret) {
    let [anna, ben] = USERS;
    println!("Switchboard demonstration, with a simulated FreeSWITCH and nobody's real phone.\n");
    println!("  Open      {url}");
    println!("  User      {} (or {}, a second attendant, in another browser)", anna.name, ben.name);
    println!("  Password  {}", password.expose());
    println!("  Token     {} (for programs: Authorization: Bearer …)\n", token.expose());
    println!("Callers come by themselves, and your phone picks up by itself. Press ? in the page for its keys.");
    println!("Who is called decides by the last digit of their number:");
    println!("  1 busy · 2 declines · 3 never answers · 4 no such number · 5 answers after 8 s");
    println!("  6 leaves after 10 s (a caller too) · 7 a machine that presses nothing");
    println!("  any other answers within 3 s\n");
    println!("Try 1004, 1008, 030 5550101, 030 5550102, 030 5550107. Stop with Ctrl-C.");
}

/// A folder that is gone when the demonstration is.
struct Scratch {
    file: PathBuf,
    folder: Option<PathBuf>,
}

impl Scratch {
    fn new(chosen: Option<PathBuf>) -> std::io::Result<Self> {
        if let Some(file) = chosen {
            return Ok(Self { file, folder: None });
        }
        let folder = std::env::temp_dir().join(format!("switchboard-demo-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&folder)?;
        std::fs::create_dir(folder.join("recordings"))?;
        Ok(Self { file: folder.join("switchboard.db"), folder: Some(folder) })
    }

    /// Into this folder, where its name may be sent to a switch.
    fn recording(&self) -> RecordingConfig {
        let shared_directory = self.folder.as_ref().map(|folder| folder.join("recordings"));
        let directory = shared_directory.as_ref().and_then(|path| path.to_str()).unwrap_or_default().to_owned();
        let enabled = Safe::new(directory.as_str()).is_ok();
        RecordingConfig { enabled, directory, shared_directory, ..RecordingConfig::default() }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // What is left behind in the temporary folder does no harm.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// No default password anywhere: a new one every time.
fn made_up() -> Secret {
    let mut random = rand::rng();
    let letters: Vec<u8> = b"abcdefghjkmnpqrstuvwxyz23456789".to_vec();
    Secret::new((0..14).filter_map(|_| letters.choose(&mut random)).map(|byte| char::from(*byte)).collect::<String>())
}

async fn accounts(
    store: &Arc<SqliteStore>,
    password: &Secret,
) -> Result<Secret, Box<dyn std::error::Error + Send + Sync>> {
    let accounts = Accounts::new(store.clone());
    let now = super::now();
    // Where somebody has worked before, they have groups of their own, or want none.
    if store.user_named(USERS[0].name).await?.is_none() {
        groups::make(store, now).await?;
    }
    for user in USERS {
        if store.user_named(user.name).await?.is_some() {
            accounts.set_password(user.name, password.clone()).await?;
            continue;
        }
        let new = NewUser {
            name: user.name.into(),
            display_name: Some(user.shown.into()),
            role: user.role,
            stations: vec![user.station.into()],
            password: password.clone(),
        };
        accounts.add_user(new, now).await?;
    }
    let name = format!("demo-{}", uuid::Uuid::new_v4().simple());
    Ok(accounts.add_token(&name, Role::Program, now).await?.1)
}

fn configuration(port: u16, event_socket: SocketAddr, password: Secret) -> Config {
    let mut config = Config::default();
    config.http.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    config.hook.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.hook.variables = vec!["customer".into(), "language".into()];
    let mut node = NodeConfig::new("demo", event_socket.to_string());
    node.given_password = Some(password);
    config.nodes.push(node);
    for user in USERS {
        config.stations.push(StationConfig { endpoint: "user/{number}".into(), ..StationConfig::new(user.station) });
    }
    config.dial_in = Some(DialInConfig {
        access_numbers: vec![AccessNumberConfig { number: ACCESS_NUMBER.into(), ..AccessNumberConfig::default() }],
        ..DialInConfig::default()
    });
    config.numbers.country_code = Some("49".into());
    config.numbers.national_prefix = Some("0".into());
    config.numbers.international_prefix = Some("00".into());
    config.policy.allow = vec!["1".into(), "+49".into()];
    config.policy.deny = vec!["+49900".into()];
    config.routes.push(PhoneRouteConfig {
        prefixes: vec!["1".into()],
        max_length: Some(4),
        inside: true,
        ..PhoneRouteConfig::new("house", "sofia/internal/{number}@127.0.0.1")
    });
    config.routes.push(PhoneRouteConfig {
        prefixes: vec!["+49".into()],
        gateways: vec!["carrier".into()],
        ..PhoneRouteConfig::new("outside", "sofia/gateway/{gateway}/{number}")
    });
    config
}
