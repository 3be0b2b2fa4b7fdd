//! What the switch's answers mean for an installation. Pure reading, nothing is asked here.

/// Where the Event Socket listens, as its loaded configuration says.
#[derive(Debug, PartialEq, Eq)]
pub enum Listens {
    /// On this machine only.
    Loopback,
    /// On the network, with an access list.
    Guarded(String),
    /// On the network, for everybody who knows the password.
    Open(String),
    /// It does not say.
    Unknown,
}

/// What `event_socket.conf` says. Its password is not looked at.
pub fn listens(xml: &str) -> Listens {
    let value = |name: &str| params(xml).find(|(found, _)| *found == name).map(|(_, value)| value);
    match (value("listen-ip"), value("apply-inbound-acl")) {
        (None, _) => Listens::Unknown,
        (Some(address), _) if is_loopback(address) => Listens::Loopback,
        (Some(_), Some(list)) if !list.starts_with("any_") => Listens::Guarded(list.to_owned()),
        (Some(address), _) => Listens::Open(address.to_owned()),
    }
}

fn is_loopback(address: &str) -> bool {
    address.parse::<std::net::IpAddr>().map_or(address == "localhost", |ip| ip.is_loopback())
}

/// What is wrong with our conference profile; none if it is not there at all.
pub fn profile_faults(xml: &str, name: &str) -> Option<Vec<String>> {
    let start = xml.find(&format!("<profile name=\"{name}\""))?;
    let profile = &xml[start..];
    let end = profile.find("</profile>").unwrap_or(profile.len());
    let faults = params(&profile[..end]).filter_map(|(key, value)| match (key, value) {
        ("pin" | "moderator-pin", _) => Some(format!("it asks for a PIN ({key})")),
        ("max-members", most) => Some(format!("it takes at most {most} members")),
        ("caller-controls" | "moderator-controls", controls) if controls != "none" => {
            Some(format!("callers control the room by keys ({key} = {controls})"))
        }
        ("conference-flags", flags) if flags.contains("wait-mod") => {
            Some("members wait for a moderator (conference-flags)".to_owned())
        }
        _ => None,
    });
    Some(faults.collect())
}

/// Whether a context leads somewhere for this extension: by an extension's name, or by what it matches.
pub fn leads_to(xml: &str, extension: &str) -> bool {
    xml.contains(&format!("name=\"{extension}\"")) || xml.contains(&format!("^{extension}$"))
}

fn params(xml: &str) -> impl Iterator<Item = (&str, &str)> {
    xml.split("<param ").skip(1).filter_map(|text| {
        let text = text.split('>').next()?;
        Some((attribute(text, "name")?, attribute(text, "value")?))
    })
}

fn attribute<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = text.split_once(&format!("{name}=\""))?;
    after.split('"').next()
}

/// `1.10.12` of whatever `version` says.
pub fn version_number(text: &str) -> Option<(u32, u32)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let mut parts = text[digits..].split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Of `status`: `8 session(s) per Sec out of max 200, peak 8, last 5min 8`.
pub fn sessions_per_second(status: &str) -> Option<u32> {
    let line = status.lines().find(|line| line.contains("per Sec out of max "))?;
    let after = line.split("out of max ").nth(1)?;
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Whether one of the streams listed has this name: `local_stream://moh` takes `moh`, or `moh/8000` for its rate.
pub fn has_stream(list: &str, name: &str) -> bool {
    list.lines()
        .filter_map(|line| line.split(',').next())
        .map(str::trim)
        .any(|stream| stream == name || stream.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')))
}

/// Whether music stops by itself: a file, or tones that are not repeated for ever.
pub fn ends(music: &str) -> bool {
    match music.split_once("://") {
        None => true,
        Some(("tone_stream" | "file_string", what)) => !what.contains("loops=-1"),
        Some(("silence_stream", length)) => !length.starts_with('-'),
        // Streams, local or remote, go on.
        Some(_) => false,
    }
}

/// What a dialed endpoint depends on.
#[derive(Debug, PartialEq, Eq)]
pub enum DependsOn<'a> {
    Gateway(&'a str),
    SipProfile(&'a str),
    User { user: &'a str, domain: &'a str },
    Domain(&'a str),
    Nothing,
}

/// Reads an endpoint, or a dial template with `{number}` in it.
pub fn depends_on(endpoint: &str) -> DependsOn<'_> {
    let mut parts = endpoint.split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("sofia"), Some("gateway"), Some(gateway)) if !gateway.contains('{') => DependsOn::Gateway(gateway),
        (Some("sofia"), Some(profile), Some(_)) if profile != "gateway" && !profile.contains('{') => {
            DependsOn::SipProfile(profile)
        }
        (Some("user"), Some(user), None) => match user.split_once('@') {
            Some((_, domain)) if domain.contains('{') || domain.is_empty() => DependsOn::Nothing,
            Some((user, domain)) if user.contains('{') => DependsOn::Domain(domain),
            Some((user, domain)) => DependsOn::User { user, domain },
            None => DependsOn::Nothing,
        },
        _ => DependsOn::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_event_socket_is_told_from_a_guarded_one() {
        let conf = |ip: &str, more: &str| {
            format!(
                "<configuration name=\"event_socket.conf\">\n<settings>\n<param name=\"listen-ip\" value=\"{ip}\"></param>\n{more}</settings>"
            )
        };
        let acl = |list: &str| format!("<param name=\"apply-inbound-acl\" value=\"{list}\"/>");
        assert_eq!(listens(&conf("127.0.0.1", "")), Listens::Loopback);
        assert_eq!(listens(&conf("::1", "")), Listens::Loopback);
        assert_eq!(listens(&conf("::", "")), Listens::Open("::".into()));
        assert_eq!(listens(&conf("10.0.0.5", &acl("lan"))), Listens::Guarded("lan".into()));
        assert_eq!(listens(&conf("10.0.0.5", &acl("any_v4.auto"))), Listens::Open("10.0.0.5".into()));
        assert_eq!(listens("can't find anything"), Listens::Unknown);
    }

    #[test]
    fn the_shipped_profile_has_no_faults_and_a_stock_one_has() {
        let shipped = include_str!("../../../freeswitch-conf/switchboard/conference_profile.xml");
        assert_eq!(profile_faults(shipped, "switchboard"), Some(Vec::new()));
        assert_eq!(profile_faults(shipped, "other"), None);
        let stock = "<profile name=\"switchboard\"><param name=\"caller-controls\" value=\"default\"/>\
                     <param name=\"max-members\" value=\"20\"/></profile><profile name=\"b\">\
                     <param name=\"pin\" value=\"1\"/></profile>";
        assert_eq!(profile_faults(stock, "switchboard").unwrap().len(), 2);
    }

    #[test]
    fn the_shipped_dialplan_leads_to_waiting() {
        let shipped = include_str!("../../../dialplan/switchboard.xml");
        assert!(leads_to(shipped, "switchboard_wait"));
        assert!(!leads_to(shipped, "switchboard_nowhere"));
    }

    #[test]
    fn versions_and_streams_are_read() {
        assert_eq!(version_number("1.11.3-dev+git~2026 (git cc93a68)"), Some((1, 11)));
        assert_eq!(version_number("FreeSWITCH"), None);
        let status = include_str!("../../../tests/recordings-switch/status.txt");
        assert_eq!(sessions_per_second(status), Some(200));
        assert_eq!(sessions_per_second("UP"), None);
        assert!(has_stream("default,/m\nmoh/8000,/music/8000\n", "moh"));
        assert!(has_stream("moh,/music\n", "moh"));
        assert!(!has_stream("mohican,/music\n", "moh"));
    }

    #[test]
    fn music_that_ends_is_known() {
        for endless in ["local_stream://moh", "tone_stream://%(500,500,440);loops=-1", "shout://radio.example/moh.mp3"]
        {
            assert!(!ends(endless), "{endless}");
        }
        for over in ["/sounds/moh.wav", "tone_stream://%(500,500,440);loops=10", "file_string://a.wav!b.wav"] {
            assert!(ends(over), "{over}");
        }
    }

    #[test]
    fn what_is_dialed_depends_on_one_thing() {
        assert_eq!(depends_on("sofia/gateway/carrier/{number}"), DependsOn::Gateway("carrier"));
        assert_eq!(depends_on("sofia/gateway/{gateway}/{number}"), DependsOn::Nothing);
        assert_eq!(depends_on("sofia/internal/{number}@10.0.0.1"), DependsOn::SipProfile("internal"));
        assert_eq!(depends_on("user/1001@example.org"), DependsOn::User { user: "1001", domain: "example.org" });
        assert_eq!(depends_on("user/{number}@example.org"), DependsOn::Domain("example.org"));
        assert_eq!(depends_on("user/{number}@{domain}"), DependsOn::Nothing);
    }
}
