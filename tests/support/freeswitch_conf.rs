//! The configuration of the test's own FreeSWITCH: the files we ship, put where their first lines say, on top of a
//! small loopback-only stock.

use super::tone;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What the music sounds like, in Hz.
pub const MUSIC: u32 = 350;
/// Registered telephones may have these numbers.
pub const STATIONS: [&str; 9] = ["1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008", "1009"];
/// The fallback's telephone.
pub const FALLBACK: &str = "1009";
/// The shipped entry extension's number.
pub const ATTENDANT: &str = "5550100";
/// That of the shipped extension for dialing in.
pub const ACCESS: &str = "5550199";

pub struct Conf {
    pub event_socket: SocketAddr,
    pub password: String,
    pub sip: SocketAddr,
    pub rtp: (u16, u16),
    pub hook: String,
    pub music: String,
    pub fallback: String,
    /// Where gateway `carrier` leads.
    pub carrier: SocketAddr,
    /// Where nobody listens: gateway `dead`.
    pub nobody: SocketAddr,
    pub conference_profile_extra: String,
}

impl Conf {
    pub fn write(&self, base: &Path) -> std::io::Result<()> {
        let conf = base.join("conf");
        let put = |name: &str, text: &str| -> std::io::Result<()> {
            let path = conf.join(name);
            fs::create_dir_all(path.parent().expect("a name below conf"))?;
            fs::write(path, text)
        };
        fs::create_dir_all(base.join("music"))?;
        // Longer than any test: local_stream is silent for a second each time it begins its folder anew.
        tone::write_wav(&base.join("music/tone.wav"), MUSIC, 600, 3000.0)?;

        // The stock around us.
        put("freeswitch.xml", FREESWITCH)?;
        put("vars.xml", VARS)?;
        put("autoload_configs/modules.conf.xml", &modules())?;
        put("autoload_configs/switch.conf.xml", &self.switch())?;
        put("autoload_configs/acl.conf.xml", ACL)?;
        put("autoload_configs/logfile.conf.xml", &logfile(base))?;
        put("autoload_configs/cdr_csv.conf.xml", &cdr_csv(base))?;
        put("autoload_configs/local_stream.conf.xml", &local_stream(base))?;
        put("autoload_configs/conference.conf.xml", CONFERENCE)?;
        put("autoload_configs/sofia.conf.xml", &self.sofia())?;
        put("dialplan/public.xml", PUBLIC)?;
        put("dialplan/default.xml", DEFAULT)?;
        put("directory/default.xml", &directory())?;

        // What we ship, changed only where its comments tell the operator to.
        let vars = shipped("freeswitch-conf/switchboard/vars.xml")?;
        let vars = swap(&vars, "switchboard_hook=127.0.0.1:8084", &format!("switchboard_hook={}", self.hook));
        let vars = swap(
            &vars,
            "data=\"switchboard_music=local_stream://moh\"",
            &format!("data=\"switchboard_music={}\"", self.music),
        );
        let vars =
            swap(&vars, "data=\"switchboard_fallback=\"", &format!("data=\"switchboard_fallback={}\"", self.fallback));
        put("switchboard/vars.xml", &vars)?;
        let profile = shipped("freeswitch-conf/switchboard/conference_profile.xml")?;
        let profile = swap(&profile, "</profile>", &format!("{}</profile>", self.conference_profile_extra));
        put("switchboard/conference_profile.xml", &profile)?;
        let socket = shipped("freeswitch-conf/autoload_configs/event_socket.conf.xml")?;
        let socket = swap(&socket, "value=\"8021\"", &format!("value=\"{}\"", self.event_socket.port()));
        let socket = swap(&socket, "CHANGE-ME-to-a-password-of-your-own", &self.password);
        put("autoload_configs/event_socket.conf.xml", &socket)?;
        put("dialplan/switchboard.xml", &shipped("dialplan/switchboard.xml")?)?;
        put("dialplan/switchboard/fallback.xml", &shipped("dialplan/switchboard/fallback.xml")?)?;
        let dial_in = "dialplan/public/51_switchboard_dial_in.xml";
        put(dial_in, &shipped(dial_in)?)?;
        put("dialplan/public/50_switchboard.xml", &shipped("dialplan/public/50_switchboard.xml")?)
    }

    fn switch(&self) -> String {
        let (from, to) = self.rtp;
        let level = std::env::var("SWITCHBOARD_FREESWITCH_LOG").unwrap_or_else(|_| "info".to_owned());
        format!(
            r#"<configuration name="switch.conf"><settings>
  <param name="max-sessions" value="1000"/>
  <param name="sessions-per-second" value="500"/>
  <param name="loglevel" value="{level}"/>
  <param name="rtp-start-port" value="{from}"/>
  <param name="rtp-end-port" value="{to}"/>
  <param name="rtp-port-usage-robustness" value="true"/>
</settings></configuration>"#
        )
    }

    fn sofia(&self) -> String {
        let Self { sip, carrier, nobody, .. } = self;
        format!(
            r#"<configuration name="sofia.conf"><global_settings><param name="log-level" value="0"/></global_settings>
<profiles><profile name="internal">
  <gateways>
    <gateway name="carrier">
      <param name="username" value="switchboard"/><param name="password" value="x"/>
      <param name="realm" value="127.0.0.1"/><param name="proxy" value="{carrier}"/>
      <param name="register" value="false"/><param name="caller-id-in-from" value="true"/>
    </gateway>
    <gateway name="dead">
      <param name="username" value="switchboard"/><param name="password" value="x"/>
      <param name="realm" value="127.0.0.1"/><param name="proxy" value="{nobody}"/>
      <param name="register" value="true"/><param name="retry-seconds" value="3600"/>
    </gateway>
  </gateways>
  <domains><domain name="all" alias="false" parse="false"/></domains>
  <settings>
    <param name="sip-ip" value="127.0.0.1"/><param name="sip-port" value="{port}"/>
    <param name="rtp-ip" value="127.0.0.1"/>
    <param name="context" value="public"/><param name="dialplan" value="XML"/>
    <param name="auth-calls" value="false"/><param name="accept-blind-reg" value="true"/>
    <param name="inbound-codec-prefs" value="PCMU"/><param name="outbound-codec-prefs" value="PCMU"/>
    <param name="inbound-codec-negotiation" value="generous"/><param name="inbound-late-negotiation" value="true"/>
    <param name="rfc2833-pt" value="101"/><param name="rtp-timer-name" value="soft"/>
    <param name="hold-music" value="$${{hold_music}}"/><param name="manage-presence" value="false"/>
    <param name="force-register-domain" value="127.0.0.1"/><param name="force-register-db-domain" value="127.0.0.1"/>
  </settings>
</profile></profiles></configuration>"#,
            port = sip.port()
        )
    }
}

fn shipped(name: &str) -> std::io::Result<String> {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name))
}

fn swap(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the shipped file no longer says {from}");
    text.replace(from, to)
}

fn modules() -> String {
    let names = [
        "logfile",
        "event_socket",
        "sofia",
        "loopback",
        "commands",
        "conference",
        "db",
        "dptools",
        "expr",
        "fifo",
        "hash",
        "dialplan_xml",
        "sndfile",
        "native_file",
        "local_stream",
        "tone_stream",
        "cdr_csv",
        // Not everywhere: what needs it says so when it is not there.
        "flite",
    ];
    let lines: String = names.iter().map(|name| format!("  <load module=\"mod_{name}\"/>\n")).collect();
    format!("<configuration name=\"modules.conf\"><modules>\n{lines}</modules></configuration>")
}

fn logfile(base: &Path) -> String {
    format!(
        r#"<configuration name="logfile.conf"><settings><param name="rotate-on-hup" value="false"/></settings><profiles>
<profile name="default"><settings><param name="logfile" value="{}"/></settings>
<mappings><map name="all" value="debug,info,notice,warning,err,crit,alert"/></mappings></profile>
</profiles></configuration>"#,
        base.join("log/freeswitch.log").display()
    )
}

/// Where the switch's own call records are, one line a channel: UUID, cause, then start, answer and end in
/// microseconds since 1970.
pub fn call_records(base: &Path) -> PathBuf {
    base.join("log/cdr-csv/Master.csv")
}

fn cdr_csv(base: &Path) -> String {
    format!(
        r#"<configuration name="cdr_csv.conf"><settings>
<param name="log-base" value="{}"/><param name="default-template" value="lab"/><param name="legs" value="ab"/>
<param name="rotate-on-hup" value="false"/>
</settings><templates>
<template name="lab">${{uuid}},${{hangup_cause}},${{start_uepoch}},${{answer_uepoch}},${{end_uepoch}}</template>
</templates></configuration>"#,
        base.join("log").display()
    )
}

fn local_stream(base: &Path) -> String {
    let stream = |name: &str| {
        format!(
            r#"<directory name="{name}" path="{}"><param name="rate" value="8000"/><param name="shuffle" value="false"/>
<param name="channels" value="1"/><param name="interval" value="20"/><param name="timer-name" value="soft"/></directory>"#,
            base.join("music").display()
        )
    };
    format!("<configuration name=\"local_stream.conf\">{}{}</configuration>", stream("default"), stream("moh/8000"))
}

fn directory() -> String {
    let users: String = STATIONS
        .iter()
        .map(|number| {
            format!(
                "<user id=\"{number}\"><variables><variable name=\"user_context\" value=\"public\"/></variables></user>"
            )
        })
        .collect();
    format!(
        r#"<include>
<domain name="127.0.0.1"><params>
<param name="dial-string" value="{{presence_id=${{dialed_user}}@${{dialed_domain}}}}${{sofia_contact(*/${{dialed_user}}@${{dialed_domain}})}}"/>
</params>
<groups><group name="stations"><users>{users}</users></group></groups></domain>
</include>"#
    )
}

/// FreeSWITCH reads its `X-PRE-PROCESS` and `include` by the line: whatever stands beside one is lost.
const FREESWITCH: &str = r#"<?xml version="1.0"?>
<document type="freeswitch/xml">
  <X-PRE-PROCESS cmd="include" data="vars.xml"/>
  <section name="configuration">
    <X-PRE-PROCESS cmd="include" data="autoload_configs/*.xml"/>
  </section>
  <section name="dialplan">
    <X-PRE-PROCESS cmd="include" data="dialplan/*.xml"/>
  </section>
  <section name="directory">
    <X-PRE-PROCESS cmd="include" data="directory/*.xml"/>
  </section>
</document>
"#;

const VARS: &str = r#"<include>
  <X-PRE-PROCESS cmd="set" data="domain=127.0.0.1"/>
  <X-PRE-PROCESS cmd="set" data="domain_name=127.0.0.1"/>
  <X-PRE-PROCESS cmd="set" data="hold_music=local_stream://moh"/>
  <X-PRE-PROCESS cmd="include" data="switchboard/vars.xml"/>
</include>
"#;

const ACL: &str = r#"<configuration name="acl.conf"><network-lists>
  <list name="lan" default="allow"/>
</network-lists></configuration>
"#;

/// As stock has it: controls for everybody, and sounds at the door.
const CONFERENCE: &str = r##"<configuration name="conference.conf">
  <caller-controls><group name="default">
    <control action="mute" digits="0"/><control action="deaf mute" digits="*"/>
    <control action="vol talk up" digits="3"/><control action="vol talk dn" digits="1"/>
    <control action="hangup" digits="#"/>
  </group></caller-controls>
  <profiles>
    <profile name="default">
      <param name="domain" value="$${domain}"/><param name="rate" value="8000"/><param name="interval" value="20"/>
      <param name="energy-level" value="100"/><param name="comfort-noise" value="true"/>
    </profile>
    <X-PRE-PROCESS cmd="include" data="../switchboard/conference_profile.xml"/>
  </profiles>
</configuration>
"##;

const PUBLIC: &str = r#"<include>
<context name="public">
  <extension name="outside_call" continue="true"><condition><action application="set" data="outside_call=true"/></condition></extension>
  <extension name="public_extensions"><condition field="destination_number" expression="^(\*?[78]?10[01][0-9])$">
    <action application="transfer" data="$1 XML default"/></condition></extension>
  <X-PRE-PROCESS cmd="include" data="public/*.xml"/>
  <extension name="everything_else"><condition field="destination_number" expression="^(\d+)$">
    <action application="transfer" data="$1 XML default"/></condition></extension>
</context>
</include>
"#;

/// Ordinary calls: 10xx a station, 8 before it with bypassed media, 7 with proxied media, anything else the carrier.
const DEFAULT: &str = r#"<include>
<context name="default">
  <extension name="station"><condition field="destination_number" expression="^(10[01][0-9])$">
    <action application="set" data="hangup_after_bridge=true"/>
    <action application="bridge" data="user/$1@${domain_name}"/></condition></extension>
  <extension name="bypassed"><condition field="destination_number" expression="^8(10[01][0-9])$">
    <action application="set" data="bypass_media=true"/><action application="set" data="hangup_after_bridge=true"/>
    <action application="bridge" data="user/$1@${domain_name}"/></condition></extension>
  <extension name="proxied"><condition field="destination_number" expression="^7(10[01][0-9])$">
    <action application="set" data="proxy_media=true"/><action application="set" data="hangup_after_bridge=true"/>
    <action application="bridge" data="user/$1@${domain_name}"/></condition></extension>
  <extension name="carrier"><condition field="destination_number" expression="^(\d+)$">
    <action application="set" data="hangup_after_bridge=true"/>
    <action application="bridge" data="sofia/gateway/carrier/$1"/></condition></extension>
</context>
</include>
"#;
