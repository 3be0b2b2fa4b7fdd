//! `switchboard doctor`. Checks an installation, changes nothing, and says what to mend.

mod finding;
mod heard;
mod node;
mod reading;
mod recordings;

use super::{Global, Outcome, rules};
use crate::{
    config::{Config, NodeConfig},
    domain::endpoint::Safe,
    store::sqlite::{SCHEMA_VERSION, Schema, inspect},
};
use clap::Args;
use finding::{Findings, Verdict};
use node::{DialInPlan, NodePlan};
use std::{path::Path, process::ExitCode, time::Duration};
use tokio::{net::TcpStream, time::timeout};

#[derive(Debug, Args)]
pub struct Doctor {
    /// For programs: one line of JSON.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub async fn run(self, global: &Global) -> Outcome {
        let mut findings = Findings::default();
        match Config::load(&global.config) {
            Ok(config) => {
                findings.ok("configuration", global.config.display().to_string());
                // Judged by node, but what is wrong is mostly the same for all of them.
                let broken = config.nodes.iter().find_map(|node| rules::rules(&config, node).err());
                if let Some(error) = broken {
                    findings.fail("rules", error.to_string(), "until then the service does not start");
                }
                our_side(&config, &mut findings).await;
                for node in &config.nodes {
                    findings.all.extend(the_node(&config, node).await);
                }
            }
            Err(error) => findings.fail(
                "configuration",
                error.to_string().trim_end().to_owned(),
                "config.example.toml documents every key; --config names another file",
            ),
        }
        let all = findings.all;
        let worst = all.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok);
        if self.json {
            println!("{}", serde_json::json!({ "verdict": worst, "findings": all }));
        } else {
            for finding in &all {
                println!("{finding}");
            }
            println!("{}", summary(worst));
        }
        Ok(if worst == Verdict::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn summary(worst: Verdict) -> &'static str {
    match worst {
        Verdict::Ok => "All is well.",
        Verdict::Warn => "It works; mend what is marked warn.",
        Verdict::Fail => "Something will not work: mend what is marked FAIL.",
    }
}

async fn our_side(config: &Config, findings: &mut Findings) {
    store(&config.store.path, findings).await;
    let hook = config.hook.listen;
    match timeout(Duration::from_secs(2), TcpStream::connect(hook)).await {
        Ok(Ok(_)) => findings.ok("service", format!("the hook listens on {hook}")),
        _ => findings.warn(
            "service",
            format!("nobody listens on {hook}, the hook's address"),
            "start the service; until then callers hear music for 30 s and go to the fallback",
        ),
    }
    recordings::check(config, findings);
    if config.policy.allow.is_empty() {
        findings.warn("policy", "no number may be dialed", "name the prefixes that may be, in [policy] allow");
    }
    if config.stations.is_empty() {
        findings.warn("stations", "none is configured", "without a [[station]] no attendant can answer a call");
    }
}

async fn store(path: &Path, findings: &mut Findings) {
    let file = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match inspect(path).await {
        Ok(Schema::At(SCHEMA_VERSION)) => findings.ok("database", format!("{file}: schema {SCHEMA_VERSION}")),
        Ok(Schema::At(found)) if found > SCHEMA_VERSION => findings.fail(
            "database",
            format!("{file}: schema {found} is newer than this program's ({SCHEMA_VERSION})"),
            "use the newer program",
        ),
        Ok(Schema::At(found)) => findings.warn(
            "database",
            format!("{file}: schema {found}, this program's is {SCHEMA_VERSION}"),
            "the service brings it up to date when it starts; make a backup before",
        ),
        Ok(Schema::New) if folder.is_dir() => findings.warn(
            "database",
            format!("{file} is not there yet"),
            "the service makes it when it starts, and `switchboard user add` with the first user",
        ),
        Ok(Schema::New) => findings.fail(
            "database",
            format!("{file}: there is no folder {}", folder.display()),
            "make it, and give it to the service's user",
        ),
        Err(error) => findings.fail("database", error.to_string(), "the service's user must read and write it"),
    }
}

async fn the_node(config: &Config, node: &NodeConfig) -> Vec<finding::Finding> {
    let mut findings = Findings::of_node(&node.id);
    let password = match node.password() {
        Ok(password) => password,
        Err(error) => {
            findings.fail("password", error.to_string(), "see password_file and password_env in config.example.toml");
            return findings.all;
        }
    };
    let Some((host, port)) = host_and_port(&node.address) else {
        findings.fail("reachable", format!("{} is no address", node.address), "write it as host:port");
        return findings.all;
    };
    let plan = NodePlan {
        id: node.id.clone(),
        host,
        port,
        ports: node.ports,
        conference_profile: node.conference_profile.clone(),
        wait_extension: node.wait_extension.clone(),
        wait_context: node.wait_context.clone(),
        music: config.hook.music.clone(),
        hook_port: config.hook.listen.port(),
        dial_in: dial_in(config, node),
        endpoints: endpoints(config),
        originates_per_second: node.originates_per_second,
        heard: heard::HeardPlan::of(config),
    };
    node::check(&plan, password.expose()).await
}

/// A name of the configuration as something to ask with; what is not safe was refused when it was read.
fn safe(text: &str) -> Result<Safe, String> {
    Safe::new(text).map_err(|error| error.to_string())
}

/// If somebody can dial in at this node.
fn dial_in(config: &Config, node: &NodeConfig) -> Option<DialInPlan> {
    let dial_in = config.dial_in.as_ref()?;
    let here = dial_in.access_numbers.iter().any(|one| one.node.as_ref().is_none_or(|id| *id == node.id));
    let sounds = dial_in.prompts.all().into_iter().flat_map(|(_, sounds)| sounds);
    // Where a relative path leads is for the switch to say, by its language and rate.
    let files = sounds.filter(|sound| sound.starts_with('/')).cloned().collect();
    here.then(|| DialInPlan { extension: dial_in.extension.clone(), files })
}

fn host_and_port(address: &str) -> Option<(String, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    Some((host.trim_matches(['[', ']']).to_owned(), port.parse().ok()?))
}

/// Everything that is dialed, as far as the configuration says it.
fn endpoints(config: &Config) -> Vec<(String, String)> {
    let domain = |domain: &Option<String>, text: &str| match domain {
        Some(domain) => text.replace("{domain}", domain),
        None => text.to_owned(),
    };
    let stations = config.stations.iter().map(|station| {
        let endpoint = station.endpoint.replace("{number}", station.number());
        (format!("station {}", station.id), domain(&station.domain, &endpoint))
    });
    let routes = config.routes.iter().flat_map(|route| {
        let what = format!("route {}", route.name);
        let dial = domain(&route.domain, &route.dial);
        match route.gateways.as_slice() {
            [] => vec![(what, dial)],
            gateways => gateways.iter().map(|name| (what.clone(), dial.replace("{gateway}", name))).collect(),
        }
    });
    stations.chain(routes).collect()
}
