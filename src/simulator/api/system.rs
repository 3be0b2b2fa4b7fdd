//! Commands about the whole switch: what a doctor and an operator ask.

use super::super::{
    speech,
    world::{VERSION, World, up_time},
};

/// Modules a stock installation of ours loads.
const MODULES: &[&str] = &[
    "mod_commands",
    "mod_conference",
    "mod_console",
    "mod_dialplan_xml",
    "mod_dptools",
    "mod_event_socket",
    "mod_local_stream",
    "mod_logfile",
    "mod_loopback",
    "mod_sndfile",
    "mod_sofia",
    "mod_tone_stream",
];

/// None: no such command.
pub(super) fn system(world: &mut World, name: &str, arg: &str) -> Option<String> {
    let words: Vec<&str> = arg.split_whitespace().collect();
    Some(match name {
        "status" => status(world),
        "version" => match words.first() {
            Some(&"short") => "1.11.3-dev\n".into(),
            _ => format!("FreeSWITCH Version {VERSION} (git cc93a68 2026-08-21 14:10:14Z 64bit)\n"),
        },
        "hostname" => world.config.hostname.clone(),
        "uptime" => world.started.elapsed().as_secs().to_string(),
        "strepoch" => (super::super::world::micros() / 1_000_000).to_string(),
        "strmicroepoch" => super::super::world::micros().to_string(),
        "echo" => arg.to_owned(),
        "create_uuid" => world.new_uuid(),
        "module_exists" => (MODULES.contains(&arg) || (world.config.speech && arg == speech::MODULE)).to_string(),
        "reloadxml" => "+OK [Success]\n".into(),
        "reloadacl" => "+OK acl reloaded\n".into(),
        "acl" => (words.first().is_some_and(|ip| ip.starts_with("127."))).to_string(),
        "global_getvar" => match arg {
            "core_uuid" => world.core_uuid.clone(),
            "hostname" | "local_hostname" => world.config.hostname.clone(),
            "domain" | "domain_name" | "local_ip_v4" => world.config.domain.clone(),
            "hold_music" => "local_stream://moh".into(),
            _ => String::new(),
        },
        "fsctl" => fsctl(world, &words),
        "sofia" => sofia(world, &words),
        "sofia_contact" => {
            let user = words.first().copied().unwrap_or_default();
            let number = user.rsplit('/').next().unwrap_or(user).split('@').next().unwrap_or(user);
            match world.stations.get(number).filter(|station| station.registered) {
                Some(_) => format!("sofia/internal/sip:{number}@{}", world.config.domain),
                None => "error/user_not_registered".into(),
            }
        }
        "user_exists" => (words.first() == Some(&"id")
            && words.get(1).is_some_and(|user| world.stations.contains_key(*user)))
        .to_string(),
        "local_stream" | "show_local_stream" => match words.first() {
            Some(&"show") if words.get(1).is_some() => "moh,/usr/share/freeswitch/sounds/music/8000\n".into(),
            Some(&"show") => "moh,/usr/share/freeswitch/sounds/music/8000\n".into(),
            _ => "-USAGE: <show|start|stop|reload|hup>\n".into(),
        },
        "xml_locate" => xml_locate(world, &words),
        _ => return None,
    })
}

fn status(world: &World) -> String {
    let now = world.channels.len();
    format!(
        "UP {}\nFreeSWITCH (Version 1.11.3-dev git cc93a68 2026-08-21 14:10:14Z 64bit) is ready\n\
         {} session(s) since startup\n{now} session(s) - peak {}, last 5min {} \n\
         {} session(s) per Sec out of max {}, peak {}, last 5min {} \n{} session(s) max\n\
         min idle cpu 0.00/98.27\nCurrent Stack Size/Max 240K/8192K\n",
        up_time(world.started.elapsed()),
        world.total_sessions,
        world.peak_sessions,
        world.peak_sessions,
        world.recent_sessions.len(),
        world.config.sessions_per_second,
        world.peak_sessions,
        world.peak_sessions,
        world.config.max_sessions,
    )
}

fn fsctl(world: &mut World, words: &[&str]) -> String {
    let both = match words.get(1) {
        Some(&"inbound") => [true, false],
        Some(&"outbound") => [false, true],
        _ => [true, true],
    };
    match words.first().copied() {
        Some(verb @ ("pause" | "resume")) => {
            for (paused, named) in world.paused.iter_mut().zip(both) {
                if named {
                    *paused = verb == "pause";
                }
            }
            "+OK\n".into()
        }
        Some("pause_check") => {
            let paused = world.paused.iter().zip(both).all(|(paused, named)| *paused || !named);
            paused.to_string()
        }
        Some("max_sessions") => {
            if let Some(most) = words.get(1).and_then(|most| most.parse().ok()) {
                world.config.max_sessions = most;
            }
            format!("+OK max sessions: {}\n", world.config.max_sessions)
        }
        Some("sps") => {
            if let Some(most) = words.get(1).and_then(|most| most.parse().ok()) {
                world.config.sessions_per_second = most;
            }
            format!("+OK sessions per second: {}\n", world.config.sessions_per_second)
        }
        Some("ready_check") => "true".into(),
        Some(_) => "+OK\n".into(),
        None => "-USAGE: [recover|send_sighup|hupall|pause [inbound|outbound]|resume [inbound|outbound]|shutdown \
                 [cancel|elegant|asap|now|restart]|sps|max_sessions|ready_check|pause_check]\n"
            .into(),
    }
}

fn sofia(world: &World, words: &[&str]) -> String {
    let line = "=".repeat(97);
    match words {
        ["status"] => {
            let mut text = format!("{:>25}\t{:>8}\t{:>40}\tState\n{line}\n", "Name", "Type", "Data");
            for profile in ["external", "internal"] {
                let port = if profile == "internal" { 5060 } else { 5080 };
                let url = format!("sip:mod_sofia@{}:{port}", world.config.domain);
                text.push_str(&format!("{profile:>25}\t{:>8}\t{url:>40}\tRUNNING (0)\n", "profile"));
            }
            for (gateway, up) in &world.config.gateways {
                let name = format!("external::{gateway}");
                let url = format!("sip:{gateway}@{}", world.config.domain);
                let state = if *up { "NOREG" } else { "DOWN" };
                text.push_str(&format!("{name:>25}\t{:>8}\t{url:>40}\t{state}\n", "gateway"));
            }
            text.push_str(&format!("{line}\n2 profiles 0 aliases\n"));
            text
        }
        ["status", "gateway", name] => match world.config.gateways.get(*name) {
            Some(up) => format!(
                "{line}\nName    \t{name}\nProfile \texternal\nScheme  \tDigest\nState   \tNOREG\nStatus  \t{}\n{line}\n",
                if *up { "UP" } else { "DOWN" }
            ),
            None => "Invalid Gateway!\n".into(),
        },
        ["status", "profile", name, rest @ ..] => {
            if !matches!(*name, "internal" | "external") {
                return "Invalid Profile!\n".into();
            }
            if rest.first() == Some(&"reg") {
                let mut text = format!("\nRegistrations:\n{line}\n");
                let registered: Vec<_> = world.stations.values().filter(|station| station.registered).collect();
                for station in &registered {
                    text.push_str(&format!(
                        "Call-ID:    \t{0}\nUser:       \t{0}@{1}\nContact:    \t\"\" <sip:{0}@{1}>\n\
                         Status:     \tRegistered(UDP)(unknown)\n\n",
                        station.number, world.config.domain
                    ));
                }
                text.push_str(&format!("Total items returned: {}\n{line}\n", registered.len()));
                return text;
            }
            format!("{line}\nName             \t{name}\nContext          \tdefault\n{line}\n")
        }
        _ => "-USAGE: sofia help\n".into(),
    }
}

/// The parts of the configuration that somebody checking an installation looks up.
fn xml_locate(world: &World, words: &[&str]) -> String {
    let config = &world.config;
    match words {
        ["configuration", _, _, "conference.conf"]
        | ["configuration", "configuration", "name", "conference.conf", ..] => {
            "<configuration name=\"conference.conf\">\n  <profiles>\n    <profile name=\"default\"/>\n    \
             <profile name=\"switchboard\"/>\n  </profiles>\n</configuration>\n"
                .into()
        }
        ["dialplan", ..] => format!(
            "<context name=\"{}\">\n  <extension name=\"{}\"/>\n  <extension name=\"{}\"/>\n</context>\n",
            config.hook_context, config.wait_extension, config.fallback_extension
        ),
        ["directory", "domain", "name", _, "user", "id", user] | ["directory", _, _, _, user]
            if world.stations.contains_key(*user) =>
        {
            format!("<user id=\"{user}\"/>\n")
        }
        _ => "can't find anything\n".into(),
    }
}
