//! The checks of one node, over a connection of their own. Nothing on the switch is changed.

use super::{
    finding::{Finding, Findings},
    heard::{self, HeardPlan},
    reading::{
        DependsOn, Listens, depends_on, ends, has_stream, leads_to, listens, profile_faults, sessions_per_second,
        version_number,
    },
    safe,
};
use crate::{
    domain::endpoint::Safe,
    switch::{
        connect::Refusal,
        question::{Asker, Question},
        snapshot,
    },
};
use std::time::{Duration, SystemTime};

/// What a node must have. Plain data, so that it can be checked without a configuration file.
#[derive(Clone, Debug, Default)]
pub struct NodePlan {
    pub id: String,
    pub host: String,
    pub port: u16,
    pub ports: u32,
    pub conference_profile: String,
    pub wait_extension: String,
    pub wait_context: String,
    pub music: String,
    /// The port of our hook: the dialplan must name it.
    pub hook_port: u16,
    /// None: nobody can dial in here.
    pub dial_in: Option<DialInPlan>,
    /// (what it is, what it dials)
    pub endpoints: Vec<(String, String)>,
    pub originates_per_second: u32,
    pub heard: HeardPlan,
}

/// What is needed where people can dial into conferences.
#[derive(Clone, Debug, Default)]
pub struct DialInPlan {
    /// Where they are asked for the PIN.
    pub extension: String,
    /// What they are told, as far as it is files with a whole path.
    pub files: Vec<String>,
}

/// What every stock FreeSWITCH comes with, and should not keep.
const WELL_KNOWN: &str = "ClueCon";
/// A switch that answers later than this is of no use to us.
const PATIENCE: Duration = Duration::from_secs(5);
const MODULES: [(&str, &str); 7] = [
    ("mod_commands", "we could ask and tell it nothing"),
    ("mod_conference", "there could be no rooms"),
    ("mod_dptools", "there would be no park, bridge or playback"),
    ("mod_dialplan_xml", "callers would not reach the waiting extension"),
    ("mod_sofia", "there would be no SIP"),
    ("mod_sndfile", "music and announcements in files could not be played"),
    ("mod_tone_stream", "the prompt to press 1 could not be played"),
];

/// Checks everything on one node.
pub async fn check(plan: &NodePlan, password: &str) -> Vec<Finding> {
    let mut findings = Findings::of_node(&plan.id);
    let place = format!("{}:{}", plan.host, plan.port);
    let asker = match Asker::connect(&plan.host, plan.port, password, PATIENCE).await {
        Ok(asker) => asker,
        Err(Refusal::Unreachable(reason)) => {
            findings.fail(
                "reachable",
                format!("{place}: {reason}"),
                "is FreeSWITCH running, and is `address` what event_socket.conf.xml says (listen-ip, listen-port)?",
            );
            return findings.all;
        }
        Err(Refusal::Refused(reason)) => {
            findings.fail(
                "password",
                format!("{place}: {reason}"),
                "use the password of event_socket.conf.xml, and let its apply-inbound-acl admit this machine",
            );
            return findings.all;
        }
    };
    findings.ok("reachable", place);
    if password == WELL_KNOWN {
        findings.fail(
            "password",
            "it is the one every FreeSWITCH comes with",
            "whoever reaches the Event Socket may run any program: set a password of your own in event_socket.conf.xml",
        );
    } else {
        findings.ok("password", "accepted, and not the well-known one");
    }
    let mut doctor = Doctor { plan, asker, findings };
    // A connection lost half-way is the last finding; what was found before still counts.
    if let Err(reason) = doctor.everything().await {
        doctor.findings.fail("reachable", reason, "the switch stopped answering; look into its log");
    }
    doctor.findings.all
}

struct Doctor<'a> {
    plan: &'a NodePlan,
    asker: Asker,
    findings: Findings,
}

impl Doctor<'_> {
    async fn everything(&mut self) -> Result<(), String> {
        self.event_socket().await?;
        self.version().await?;
        self.health().await?;
        self.modules().await?;
        self.profile().await?;
        self.dialplan().await?;
        self.music().await?;
        heard::check(&self.plan.heard, &self.asker, &mut self.findings).await?;
        self.dial_in().await?;
        for (what, endpoint) in &self.plan.endpoints {
            self.endpoint(what, endpoint).await?;
        }
        self.clock().await
    }

    async fn event_socket(&mut self) -> Result<(), String> {
        let conf = self.asker.ask(&Question::Configuration(safe("event_socket.conf")?)).await?;
        match listens(&conf) {
            Listens::Loopback => self.findings.ok("event socket", "listens on its own machine only"),
            Listens::Guarded(list) => {
                self.findings.ok("event socket", format!("listens on the network, behind the access list {list}"));
            }
            Listens::Open(address) => self.findings.warn(
                "event socket",
                format!("listens on {address} without an access list of yours"),
                "set listen-ip to loopback, or apply-inbound-acl to a list of this machine only, and reload mod_event_socket",
            ),
            Listens::Unknown => self.findings.warn(
                "event socket",
                "its configuration cannot be seen",
                "make sure that only this machine reaches it",
            ),
        }
        Ok(())
    }

    async fn version(&mut self) -> Result<(), String> {
        let version = snapshot::version(&self.asker.ask(&Question::Version).await?);
        match version_number(&version) {
            Some(number) if number >= (1, 10) => self.findings.ok("version", version),
            _ => self.findings.warn(
                "version",
                version,
                "Switchboard was proven on FreeSWITCH 1.11; versions before 1.10 are not supported",
            ),
        }
        Ok(())
    }

    async fn health(&mut self) -> Result<(), String> {
        let status = self.asker.ask(&Question::Status).await?;
        let health = snapshot::health(&status).map_err(|error| error.to_string())?;
        if health.paused {
            self.findings.warn(
                "ready",
                "the switch takes no new calls",
                "it is starting, stopping or paused; `fsctl resume` in fs_cli ends a pause",
            );
        } else {
            self.findings.ok("ready", format!("{} of {} sessions in use", health.sessions, health.max_sessions));
        }
        if self.plan.ports > health.max_sessions {
            self.findings.warn(
                "capacity",
                format!("{} ports are configured, the switch allows {} sessions", self.plan.ports, health.max_sessions),
                "raise max-sessions in switch.conf.xml, or lower `ports` of the node",
            );
        }
        self.pace(&status);
        Ok(())
    }

    /// The switch refuses what comes faster than it allows, and that is everybody's calls together.
    fn pace(&mut self, status: &str) {
        let ours = self.plan.originates_per_second;
        match sessions_per_second(status) {
            Some(theirs) if ours > theirs => self.findings.warn(
                "pace",
                format!("we would dial {ours} legs a second, the switch takes {theirs} sessions a second"),
                "raise sessions-per-second in switch.conf.xml (`fsctl sps` until the restart), or lower \
                 originates_per_second of the node",
            ),
            Some(theirs) => self.findings.ok("pace", format!("{ours} legs a second, of {theirs} sessions a second")),
            None => {}
        }
    }

    async fn modules(&mut self) -> Result<(), String> {
        let mut missing = Vec::new();
        for (module, without) in MODULES {
            if self.asker.ask(&Question::Module(safe(module)?)).await? != "true" {
                missing.push(format!("{module} (without it {without})"));
            }
        }
        if self.plan.music.starts_with("local_stream://")
            && self.asker.ask(&Question::Module(safe("mod_local_stream")?)).await? != "true"
        {
            missing.push("mod_local_stream (without it there is no music)".to_owned());
        }
        if missing.is_empty() {
            self.findings.ok("modules", "all that we need are loaded");
        }
        for module in missing {
            self.findings.fail("modules", format!("missing: {module}"), "load it in modules.conf.xml");
        }
        Ok(())
    }

    async fn profile(&mut self) -> Result<(), String> {
        let conf = self.asker.ask(&Question::Configuration(safe("conference.conf")?)).await?;
        let name = &self.plan.conference_profile;
        match profile_faults(&conf, name) {
            None => self.findings.fail(
                "rooms",
                format!("there is no conference profile {name}"),
                "put freeswitch-conf/switchboard/conference_profile.xml in as its README says, then `reloadxml`",
            ),
            Some(faults) if faults.is_empty() => self.findings.ok("rooms", format!("conference profile {name}")),
            Some(faults) => self.findings.warn(
                "rooms",
                format!("conference profile {name}: {}", faults.join("; ")),
                "take the shipped freeswitch-conf/switchboard/conference_profile.xml",
            ),
        }
        Ok(())
    }

    async fn dialplan(&mut self) -> Result<(), String> {
        let NodePlan { wait_context, wait_extension, hook_port, .. } = self.plan;
        let context = self.asker.ask(&Question::Context(safe(wait_context)?)).await?;
        if leads_to(&context, wait_extension) {
            self.findings.ok("dialplan", format!("callers wait at {wait_extension} in context {wait_context}"));
        } else {
            self.findings.fail(
                "dialplan",
                format!("no extension {wait_extension} in context {wait_context}"),
                "put dialplan/ in as its README says, then `reloadxml`",
            );
        }
        let hook = self.asker.ask(&Question::Global(safe("switchboard_hook")?)).await?;
        let ends = format!(":{hook_port}");
        let named = hook.split('|').any(|address| address.trim().ends_with(&ends));
        if named {
            self.findings.ok("hook", format!("the dialplan hands callers to {hook}"));
        } else if hook.is_empty() || hook.starts_with("-ERR") {
            self.findings.warn(
                "hook",
                "the dialplan does not say where it hands callers to",
                "put freeswitch-conf/switchboard/vars.xml in as its README says",
            );
        } else {
            self.findings.fail(
                "hook",
                format!("the dialplan hands callers to {hook}, but we listen on port {hook_port}"),
                "make switchboard_hook in switchboard/vars.xml and [hook] listen the same",
            );
        }
        Ok(())
    }

    async fn music(&mut self) -> Result<(), String> {
        let music = &self.plan.music;
        let found = match music.split_once("://") {
            Some(("local_stream", stream)) => has_stream(&self.asker.ask(&Question::Streams).await?, stream),
            None => self.asker.ask(&Question::File(safe(music)?)).await? == "true",
            // Made up as it is played: tones, silence, remote streams.
            Some(_) => true,
        };
        if found && ends(music) {
            self.findings.warn(
                "music",
                format!("{music} ends: people on hold in a conference would hear it once, and then the room"),
                "set [hook] music to what never ends: local_stream://…, or a tone_stream with loops=-1",
            );
        } else if found {
            self.findings.ok("music", music);
        } else {
            self.findings.fail(
                "music",
                format!("there is no {music}; waiting callers would hear nothing, and people on hold in a conference the room"),
                "install the music files (freeswitch-music), or set [hook] music to what there is",
            );
        }
        Ok(())
    }

    async fn dial_in(&mut self) -> Result<(), String> {
        let NodePlan { wait_context, dial_in: Some(DialInPlan { extension, files }), .. } = self.plan else {
            return Ok(());
        };
        let context = self.asker.ask(&Question::Context(safe(wait_context)?)).await?;
        if leads_to(&context, extension) {
            self.findings.ok("dial in", format!("asked for their PIN at {extension} in context {wait_context}"));
        } else {
            self.findings.fail(
                "dial in",
                format!("no extension {extension} in context {wait_context}: who dials in would be hung up"),
                "take the shipped dialplan/switchboard.xml and public/51_switchboard_dial_in.xml, then `reloadxml`",
            );
        }
        for file in files {
            if self.asker.ask(&Question::File(safe(file)?)).await? != "true" {
                self.findings.warn(
                    "dial in",
                    format!("there is no {file}; it is passed over"),
                    "mend [dial_in.prompts], or put the file there",
                );
            }
        }
        Ok(())
    }

    async fn endpoint(&mut self, what: &str, endpoint: &str) -> Result<(), String> {
        match depends_on(endpoint) {
            DependsOn::Gateway(name) => {
                let state = self.asker.ask(&Question::Gateway(safe(name)?)).await?;
                let line = |key: &str| state.lines().find(|line| line.trim_start().starts_with(key));
                if state.contains("Invalid Gateway") {
                    self.findings.fail(
                        "dialing",
                        format!("{what}: there is no gateway {name}"),
                        "add it to a SIP profile, then `sofia profile PROFILE rescan`",
                    );
                } else if line("Status").is_some_and(|status| status.contains("UP")) {
                    self.findings.ok("dialing", format!("{what}: gateway {name} is up"));
                } else {
                    self.findings.warn(
                        "dialing",
                        format!("{what}: gateway {name} is not up"),
                        format!("`sofia status gateway {name}` in fs_cli says why"),
                    );
                }
            }
            DependsOn::SipProfile(name) => {
                if self.asker.ask(&Question::SipProfile(safe(name)?)).await?.contains("Invalid Profile") {
                    self.findings.fail(
                        "dialing",
                        format!("{what}: there is no SIP profile {name}"),
                        "`sofia status` in fs_cli lists them",
                    );
                } else {
                    self.findings.ok("dialing", format!("{what}: SIP profile {name} runs"));
                }
            }
            DependsOn::Domain(name) => {
                if self.asker.ask(&Question::Domain(safe(name)?)).await? == "true" {
                    self.findings.ok("dialing", format!("{what}: domain {name} is known"));
                } else {
                    self.findings.fail(
                        "dialing",
                        format!("{what}: the switch's directory has no domain {name}"),
                        "use the name of the directory's domain (often an address)",
                    );
                }
            }
            DependsOn::User { user, domain } => self.user(what, safe(user)?, safe(domain)?).await?,
            DependsOn::Nothing => {}
        }
        Ok(())
    }

    async fn user(&mut self, what: &str, user: Safe, domain: Safe) -> Result<(), String> {
        let known = self.asker.ask(&Question::User { user: user.clone(), domain: domain.clone() }).await?;
        if known != "true" {
            self.findings.fail(
                "dialing",
                format!("{what}: the switch's directory has no user {user}@{domain}"),
                "add the user, or use the domain's name as the directory has it",
            );
            return Ok(());
        }
        let contact = self.asker.ask(&Question::Contact { user: user.clone(), domain: domain.clone() }).await?;
        if contact.starts_with("error/") || contact.starts_with("-ERR") {
            self.findings.warn(
                "dialing",
                format!("{what}: {user}@{domain} is known, but no phone is registered"),
                "is the phone on, and does it register there?",
            );
        } else {
            self.findings.ok("dialing", format!("{what}: {user}@{domain} is registered"));
        }
        Ok(())
    }

    async fn clock(&mut self) -> Result<(), String> {
        let theirs = self.asker.ask(&Question::Clock).await?;
        let ours = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        match theirs.parse::<u64>() {
            Ok(theirs) if theirs.abs_diff(ours) <= 2 => self.findings.ok("clock", "agrees with ours"),
            Ok(theirs) => self.findings.warn(
                "clock",
                format!("differs from ours by {} s", theirs.abs_diff(ours)),
                "set both machines' clocks by NTP, or the switch's log and our history will not match",
            ),
            Err(_) => self.findings.warn("clock", "it does not say", "look at the machine's clock"),
        }
        Ok(())
    }
}
