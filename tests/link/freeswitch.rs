//! A real FreeSWITCH of the test's own: loopback only, free ports, a folder of its own, gone with the test.
//!
//! It calls itself by SIP, so that one switch is caller, station and guest at once: what a call meets is decided by
//! the name it dials.

use crate::support::freeswitch::free_port;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use switchboard::switch::link::LinkConfig;

const PASSWORD: &str = "made-up-for-this-test";

pub struct FreeSwitch {
    child: Child,
    pub event_socket: u16,
    pub sip: u16,
    folder: tempfile::TempDir,
}

impl FreeSwitch {
    pub async fn start(hook: u16) -> Self {
        let binary = ["/usr/local/freeswitch/bin/freeswitch", "/usr/bin/freeswitch"].into_iter().map(PathBuf::from);
        let named = std::env::var_os("SWITCHBOARD_FREESWITCH").map(PathBuf::from);
        let binary = named.into_iter().chain(binary).find(|path| path.is_file()).expect("there is no FreeSWITCH here");
        let folder = tempfile::tempdir().unwrap();
        let (event_socket, sip) = (free_port().port(), free_port().port());
        let base = folder.path();
        for sub in ["conf", "log", "db", "run", "music", "other"] {
            fs::create_dir(base.join(sub)).unwrap();
        }
        write_tone(&base.join("music/tone.wav"));
        fs::write(base.join("conf/freeswitch.xml"), conf(base, event_socket, sip, hook)).unwrap();
        let mut command = Command::new(&binary);
        command.args(["-nf", "-nc", "-nonat", "-nonatmap"]);
        for (option, sub) in [("-conf", "conf"), ("-log", "log"), ("-db", "db"), ("-run", "run")] {
            command.arg(option).arg(base.join(sub));
        }
        for option in ["-recordings", "-storage", "-scripts", "-sounds", "-certs", "-cache", "-temp"] {
            command.arg(option).arg(base.join("other"));
        }
        if let Some(modules) = binary.ancestors().nth(2).map(|root| root.join("mod")).filter(|path| path.is_dir()) {
            command.arg("-mod").arg(modules);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut switch = Self { child, event_socket, sip, folder };
        let deadline = Instant::now() + Duration::from_secs(40);
        while !switch.log().contains("FreeSWITCH Started") {
            assert!(switch.child.try_wait().unwrap().is_none(), "FreeSWITCH ended:\n{}", switch.log());
            assert!(Instant::now() < deadline, "FreeSWITCH did not start:\n{}", switch.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        switch
    }

    pub fn config(&self) -> LinkConfig {
        LinkConfig::new("127.0.0.1", self.event_socket, PASSWORD)
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log/freeswitch.log")).unwrap_or_default()
    }

    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for FreeSwitch {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One minute of 440 Hz.
fn write_tone(path: &Path) {
    let samples = (0..8_000 * 60).map(|n| (f64::from(n) * 440.0 * std::f64::consts::TAU / 8_000.0).sin() * 6_000.0);
    let data: Vec<u8> = samples.flat_map(|sample| (sample as i16).to_le_bytes()).collect();
    let length = u32::try_from(data.len()).unwrap();
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + length).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(length.to_le_bytes());
    wav.extend(data);
    fs::write(path, wav).unwrap();
}

fn conf(base: &Path, event_socket: u16, sip: u16, hook: u16) -> String {
    let base = base.display();
    let rtp = 20_000 + (sip % 40) * 250;
    let modules =
        "logfile event_socket commands conference dptools dialplan_xml sofia tone_stream local_stream sndfile";
    let modules: String = modules.split(' ').map(|name| format!("<load module=\"mod_{name}\"/>")).collect();
    format!(
        r#"<?xml version="1.0"?>
<document type="freeswitch/xml">
<section name="configuration">
<configuration name="switch.conf"><settings><param name="max-sessions" value="500"/>
 <param name="sessions-per-second" value="200"/><param name="loglevel" value="info"/>
 <param name="rtp-start-port" value="{rtp}"/><param name="rtp-end-port" value="{end}"/></settings></configuration>
<configuration name="modules.conf"><modules>{modules}</modules></configuration>
<configuration name="logfile.conf"><settings/><profiles><profile name="default">
 <settings><param name="logfile" value="{base}/log/freeswitch.log"/></settings>
 <mappings><map name="all" value="console,debug,info,notice,warning,err,crit,alert"/></mappings></profile></profiles>
</configuration>
<configuration name="event_socket.conf"><settings><param name="listen-ip" value="127.0.0.1"/>
 <param name="listen-port" value="{event_socket}"/><param name="password" value="{PASSWORD}"/></settings></configuration>
<configuration name="acl.conf"><network-lists/></configuration>
<configuration name="local_stream.conf"><directory name="moh" path="{base}/music"><param name="rate" value="8000"/>
 <param name="channels" value="1"/><param name="interval" value="20"/><param name="timer-name" value="soft"/>
</directory></configuration>
<configuration name="conference.conf"><advertise/><caller-controls/><profiles><profile name="switchboard">
 <param name="rate" value="8000"/><param name="interval" value="20"/></profile></profiles></configuration>
<configuration name="sofia.conf"><global_settings/><profiles><profile name="internal"><settings>
 <param name="sip-ip" value="127.0.0.1"/><param name="rtp-ip" value="127.0.0.1"/><param name="sip-port" value="{sip}"/>
 <param name="auth-calls" value="false"/><param name="context" value="default"/><param name="dialplan" value="XML"/>
 <param name="inbound-codec-prefs" value="PCMU"/><param name="outbound-codec-prefs" value="PCMU"/>
 <param name="rtp-timer-name" value="soft"/><param name="manage-presence" value="false"/>
</settings></profile></profiles></configuration>
</section>
<section name="dialplan"><context name="default">
 <extension name="wait"><condition field="destination_number" expression="^wait$">
  <action application="set" data="switchboard_queue=main"/>
  <action application="socket" data="127.0.0.1:{hook} async full"/>
  <action application="set" data="after_socket=yes"/>
  <action application="playback" data="local_stream://moh"/></condition></extension>
 <extension name="answer"><condition field="destination_number" expression="^answer"><action application="answer"/>
  <action application="playback" data="tone_stream://%(1000,0,440);loops=-1"/></condition></extension>
 <extension name="press"><condition field="destination_number" expression="^press"><action application="answer"/>
  <action application="sleep" data="500"/><action application="send_dtmf" data="1"/>
  <action application="playback" data="tone_stream://%(1000,0,440);loops=-1"/></condition></extension>
 <extension name="ring"><condition field="destination_number" expression="^ring">
  <action application="ring_ready"/><action application="sleep" data="60000"/></condition></extension>
 <extension name="busy"><condition field="destination_number" expression="^busy">
  <action application="respond" data="486"/></condition></extension>
</context></section>
<section name="directory"/>
</document>
"#,
        end = rtp + 248,
    )
}
