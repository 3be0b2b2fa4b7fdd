//! The world around the service: a switch, simulated or real, and everybody who calls or is called through it.

use super::report::{Backend, Report};
use crate::support::call::{Call, CallState};
use crate::support::esl_probe::Probe;
use crate::support::freeswitch::free_port;
use crate::support::lab::Lab;
use crate::support::proxy::Proxy;
use crate::support::sip::Behaviour;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use switchboard::simulator::{Caller, ChannelInfo, Fate, Simulator, SimulatorConfig, Station, StationManner};
use tokio::time::Instant;

/// The attendant's number.
pub const ATTENDANT: &str = Lab::ATTENDANT;
/// The number to dial into conferences.
pub const ACCESS: &str = Lab::ACCESS;
/// Telephones of the house; 1005 is known too, but not registered.
const REGISTERED: [&str; 4] = ["1001", "1002", "1003", "1004"];
pub const UNREGISTERED: &str = "1005";

/// What somebody does when they are called.
#[derive(Debug, Clone, Copy)]
pub enum Manner {
    /// Picks up after so many milliseconds, and presses 1 where asked to.
    Answers(u64),
    /// Picks up, and hangs up so many milliseconds later.
    AnswersAndLeaves(u64, u64),
    /// Picks up and presses nothing.
    Machine,
    /// Picks up after so many milliseconds, and presses 9 where asked to press 1.
    PressesNine(u64),
    /// 486, 603 or 404.
    Refuses(u16),
    NeverAnswers,
    NotRegistered,
}

/// Somebody's end of a call.
#[derive(Clone)]
pub enum End {
    Simulated(String),
    Live(Call),
}

enum Kind {
    Simulated(Box<Simulator>),
    Live(Box<Lab>),
}

pub struct Telephony {
    kind: Kind,
    /// Where the dialplan looks for the service's hook.
    pub hook: SocketAddr,
    /// The line between service and switch.
    pub line: Proxy,
    event_socket: SocketAddr,
    pub password: String,
}

impl Telephony {
    /// `speed`: how much faster time passes on a simulated switch. A real one knows no such thing.
    pub async fn start(report: &Report, speed: f64) -> Self {
        if report.backend == Backend::Live {
            let lab = Lab::start().await;
            for station in REGISTERED {
                assert!(lab.phones.register(station).await, "{station} is not let in");
                lab.phones.expect(station, Behaviour::answer());
            }
            report.figure("FreeSWITCH", lab.switch.version().await);
            let event_socket = lab.switch.event_socket();
            return Self {
                hook: lab.switch.hook(),
                line: Proxy::start(event_socket).await,
                event_socket,
                password: lab.switch.password().to_owned(),
                kind: Kind::Live(Box::new(lab)),
            };
        }
        let bridge = |station: &str, how: &str| {
            (format!("{how}{station}"), format!("m:^:set:hangup_after_bridge=true^bridge:user/{station}@127.0.0.1"))
        };
        let mut extensions: BTreeMap<String, String> = REGISTERED.iter().map(|station| bridge(station, "")).collect();
        for (how, variable) in [("8", "bypass_media"), ("7", "proxy_media")] {
            let (dialed, actions) = bridge("1001", how);
            extensions.insert(dialed, actions.replace("m:^:", &format!("m:^:set:{variable}=true^")));
        }
        let mut stations: Vec<Station> = REGISTERED.iter().map(|number| Station::new(*number)).collect();
        stations.push(Station { registered: false, ..Station::new(UNREGISTERED) });
        let password = format!("{:032x}", rand::random::<u128>());
        let simulator = Simulator::start(SimulatorConfig {
            password: password.clone(),
            speed,
            hook_context: "switchboard".to_owned(),
            stations,
            extensions,
            access_numbers: vec![ACCESS.to_owned()],
            gateways: BTreeMap::from([("carrier".to_owned(), true), ("dead".to_owned(), false)]),
            ..SimulatorConfig::default()
        })
        .await
        .unwrap();
        for station in REGISTERED {
            simulator.set_fate(station, Fate::answers_after(Duration::from_millis(100)));
        }
        let event_socket = simulator.address();
        Self {
            kind: Kind::Simulated(Box::new(simulator)),
            hook: free_port(),
            line: Proxy::start(event_socket).await,
            event_socket,
            password,
        }
    }

    pub fn is_live(&self) -> bool {
        matches!(self.kind, Kind::Live(_))
    }

    /// Somebody calls the attendant's number.
    pub fn arrives(&self, name: &str, number: &str) -> End {
        self.calls(name, number, ATTENDANT)
    }

    /// Somebody from outside calls a number of the house.
    pub fn calls(&self, name: &str, number: &str, dialed: &str) -> End {
        match &self.kind {
            Kind::Live(lab) => End::Live(lab.phones.caller(name, number, dialed)),
            Kind::Simulated(simulator) => {
                let caller = Caller {
                    name: name.to_owned(),
                    number: number.to_owned(),
                    destination: dialed.to_owned(),
                    hooks: vec![self.hook],
                    ..Caller::default()
                };
                End::Simulated(simulator.caller(caller).to_string())
            }
        }
    }

    /// A telephone of the house dials a number.
    pub fn station_dials(&self, station: &str, number: &str) -> End {
        match &self.kind {
            Kind::Live(lab) => End::Live(lab.phones.caller(station, station, number)),
            Kind::Simulated(simulator) => End::Simulated(simulator.extension_call(station, number).to_string()),
        }
    }

    /// From now on this number, or station, does so when called.
    pub async fn expect(&self, number: &str, manner: Manner) {
        let ms = Duration::from_millis;
        let inside = number.len() == 4;
        match &self.kind {
            Kind::Live(lab) => {
                let behaviour = match manner {
                    Manner::Answers(after) if inside => Behaviour::Answer { after: ms(after) },
                    Manner::Answers(after) => Behaviour::AnswerAndPress { after: ms(after), key: '1' },
                    Manner::AnswersAndLeaves(after, talk) => {
                        Behaviour::AnswerThenHangUp { after: ms(after), talk: ms(talk) }
                    }
                    Manner::PressesNine(after) => Behaviour::AnswerAndPress { after: ms(after), key: '9' },
                    Manner::Machine => Behaviour::Answer { after: ms(300) },
                    Manner::Refuses(code) => Behaviour::Refuse(code),
                    Manner::NeverAnswers => Behaviour::Ring,
                    Manner::NotRegistered => {
                        assert!(lab.phones.unregister(number).await);
                        return;
                    }
                };
                lab.phones.expect(number, behaviour);
            }
            Kind::Simulated(simulator) => {
                let fate = match manner {
                    Manner::Answers(after) => Fate::answers_after(ms(after)),
                    Manner::AnswersAndLeaves(after, talk) => {
                        Fate::Answers { after: ms(after), presses: Some('1'), leaves: Some(ms(talk)) }
                    }
                    Manner::PressesNine(after) => Fate::Answers { after: ms(after), presses: Some('9'), leaves: None },
                    Manner::Machine => Fate::Answers { after: ms(300), presses: None, leaves: None },
                    Manner::Refuses(sip) => {
                        let cause = match sip {
                            486 => "USER_BUSY",
                            603 => "CALL_REJECTED",
                            404 => "UNALLOCATED_NUMBER",
                            other => panic!("no cause is known for {other}"),
                        };
                        Fate::Refuses { sip, cause, after: ms(20), rings: false }
                    }
                    Manner::NeverAnswers => Fate::NeverAnswers,
                    Manner::NotRegistered => {
                        simulator.set_station(number, false, StationManner::default());
                        return;
                    }
                };
                simulator.set_fate(number, fate);
            }
        }
    }

    /// The newest call at this number, once it is answered there.
    pub async fn at(&self, number: &str) -> End {
        match &self.kind {
            Kind::Live(lab) => {
                let call = lab.phones.at(number).await.unwrap_or_else(|| panic!("{number} is not called"));
                assert!(call.reaches(CallState::Talking).await, "{number}: {:?}", call.state());
                End::Live(call)
            }
            Kind::Simulated(simulator) => {
                let user = format!("/{number}");
                let of = |channel: &ChannelInfo| {
                    let name = channel.name.split('@').next().unwrap_or_default();
                    channel.answered && !channel.inbound && name.ends_with(&user)
                };
                let found = poll(|| simulator.channels().into_iter().rev().find(of)).await;
                End::Simulated(found.unwrap_or_else(|| panic!("{number} has no answered channel")).uuid)
            }
        }
    }

    /// Whether this number rings now.
    pub async fn rings(&self, number: &str) -> bool {
        let ringing = || match &self.kind {
            Kind::Live(lab) => {
                lab.phones.calls(number).last().is_some_and(|call| call.state() == CallState::Ringing).then_some(())
            }
            Kind::Simulated(simulator) => {
                let user = format!("/{number}");
                let of = |channel: &ChannelInfo| {
                    let name = channel.name.split('@').next().unwrap_or_default();
                    !channel.answered && name.ends_with(&user)
                };
                simulator.channels().iter().any(of).then_some(())
            }
        };
        poll(ringing).await.is_some()
    }

    /// How often this number was called so far.
    pub fn times_rung(&self, number: &str) -> usize {
        match &self.kind {
            Kind::Live(lab) => lab.phones.times_rung(number),
            Kind::Simulated(simulator) => {
                simulator.originates().iter().filter(|leg| leg.rung && leg.number == number).count()
            }
        }
    }

    /// Numbers that begin so belong to a crowd: nobody asks which of them is heard.
    pub fn crowd(&self, beginning: &str) {
        if let Kind::Live(lab) = &self.kind {
            lab.phones.crowd(beginning);
        }
    }

    /// Who was called when, in order.
    pub fn rung_at(&self) -> Vec<(String, Instant)> {
        match &self.kind {
            Kind::Live(lab) => lab.phones.invited(),
            Kind::Simulated(simulator) => {
                let rung = simulator.originates().into_iter().filter(|leg| leg.rung);
                rung.map(|leg| (leg.number, Instant::from_std(leg.at))).collect()
            }
        }
    }

    /// An Event Socket connection of the test's own, past the service.
    pub async fn probe(&self) -> Probe {
        Probe::connect(self.event_socket, &self.password).await.expect("the switch's Event Socket answers")
    }

    /// Where a real switch keeps its files.
    pub fn base(&self) -> Option<&std::path::Path> {
        match &self.kind {
            Kind::Live(lab) => Some(lab.switch.base()),
            Kind::Simulated(_) => None,
        }
    }

    /// The switch has no channel and no room left.
    pub async fn is_empty_again(&self) -> bool {
        let probe = self.probe().await;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if probe.channels().await.is_empty() && self.rooms(&probe).await.is_empty() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// The rooms of the switch, each with how many are in it.
    pub async fn rooms(&self, probe: &Probe) -> Vec<(String, usize)> {
        let listing = probe.api("conference json_list").await;
        let rooms: Vec<Value> = serde_json::from_str(&listing).unwrap_or_default();
        let members = |room: &Value| {
            room["members"]
                .as_array()
                .map_or(0, |members| members.iter().filter(|member| member["type"] == "caller").count())
        };
        rooms
            .iter()
            .map(|room| (room["conference_name"].as_str().unwrap_or_default().to_owned(), members(room)))
            .collect()
    }

    /// `kill -9`, and started again.
    pub async fn restart_switch(&mut self) {
        match &mut self.kind {
            Kind::Live(lab) => lab.switch.restart().await.unwrap(),
            Kind::Simulated(simulator) => simulator.restart(),
        }
    }

    fn find(&self, uuid: &str) -> Option<ChannelInfo> {
        match &self.kind {
            Kind::Simulated(simulator) => simulator.channel(uuid),
            Kind::Live(_) => None,
        }
    }

    pub fn is_up(&self, end: &End) -> bool {
        match end {
            End::Live(call) => call.is_up(),
            End::Simulated(uuid) => self.find(uuid).is_some_and(|channel| channel.answered),
        }
    }

    /// Waits until this end is over.
    pub async fn is_over(&self, end: &End) -> bool {
        match end {
            End::Live(call) => call.ends_within(PATIENCE).await.is_some(),
            End::Simulated(uuid) => poll(|| self.find(uuid).is_none().then_some(())).await.is_some(),
        }
    }

    pub fn hang_up(&self, end: &End) {
        match (end, &self.kind) {
            (End::Live(call), _) => call.hang_up(),
            (End::Simulated(uuid), Kind::Simulated(simulator)) => simulator.hang_up(uuid, "NORMAL_CLEARING"),
            _ => unreachable!("an end is of the switch that made it"),
        }
    }

    /// The hold key of this end's telephone.
    pub async fn press_hold(&self, end: &End, on: bool) {
        match (end, &self.kind) {
            (End::Live(call), _) => assert!(call.hold(on).await, "the switch takes the hold"),
            (End::Simulated(uuid), Kind::Simulated(simulator)) => simulator.phone_hold(uuid, on),
            _ => unreachable!("an end is of the switch that made it"),
        }
    }

    fn music_now(&self, end: &End) -> bool {
        match end {
            End::Live(call) => call.media().hears_now(Lab::MUSIC),
            End::Simulated(uuid) => self.find(uuid).is_some_and(|channel| {
                let plays = channel.application.ends_with("playback") && channel.application_data.contains("moh");
                let ringback = || channel.variables.get("transfer_ringback").is_some_and(|music| music.contains("moh"));
                let held = || self.hold_music(uuid).is_some_and(|music| music.contains("moh"));
                plays || held() || (channel.application == "bridge" && channel.bridged_to.is_none() && ringback())
            }),
        }
    }

    /// Waits until this end hears music.
    pub async fn hears_music(&self, end: &End) -> bool {
        poll(|| self.music_now(end).then_some(())).await.is_some()
    }

    /// The longest time this end was without music since then, until it ended for good. Only a real switch has audio
    /// to measure.
    pub fn longest_without_music(&self, end: &End, since: Instant) -> Option<Duration> {
        let End::Live(call) = end else { return None };
        let gaps = call.media().gaps(Lab::MUSIC, since, Instant::now());
        let (_, before_the_end) = gaps.split_last()?;
        Some(before_the_end.iter().map(|(_, length)| *length).max().unwrap_or_default())
    }

    fn hears_now(&self, listener: &End, speaker: &End) -> bool {
        match (listener, speaker) {
            (End::Live(listener), End::Live(speaker)) => listener.media().hears_now(speaker.tone()),
            (End::Simulated(listener), End::Simulated(speaker)) => {
                let Some(one) = self.find(listener) else { return false };
                one.bridged_to.as_ref() == Some(speaker) || self.in_one_room(listener, speaker)
            }
            _ => unreachable!("both are of one switch"),
        }
    }

    fn in_one_room(&self, listener: &str, speaker: &str) -> bool {
        let Kind::Simulated(simulator) = &self.kind else { return false };
        simulator.loudness(listener, speaker) > 0.0
    }

    fn hold_music(&self, uuid: &str) -> Option<String> {
        let Kind::Simulated(simulator) = &self.kind else { return None };
        simulator.hold_music(uuid)
    }

    /// Waits until `listener` hears `speaker` as many times as loud as they spoke, by a tenth.
    pub async fn hears_at(&self, listener: &End, speaker: &End, times: f64) -> bool {
        let near = |found: f64| (found - times).abs() <= times / 10.0;
        let found = || match (listener, speaker, &self.kind) {
            (End::Live(listener), End::Live(speaker), _) => {
                let now = Instant::now();
                let media = listener.media();
                media.loudest(speaker.tone(), now - Duration::from_millis(300), now) / crate::support::tone::LOUDNESS
            }
            (End::Simulated(listener), End::Simulated(speaker), Kind::Simulated(simulator)) => {
                simulator.loudness(listener, speaker)
            }
            _ => unreachable!("an end is of the switch that made it"),
        };
        poll(|| near(found()).then_some(())).await.is_some()
    }

    /// Whether `listener` hears `speaker` in this moment.
    pub fn hears_at_once(&self, listener: &End, speaker: &End) -> bool {
        self.hears_now(listener, speaker)
    }

    /// The variables of a channel on a simulated switch.
    pub fn variables(&self, uuid: &str) -> BTreeMap<String, String> {
        self.find(uuid).map(|channel| channel.variables).unwrap_or_default()
    }

    /// Whoever is at this end presses a key.
    pub async fn press(&self, end: &End, key: char) {
        match (end, &self.kind) {
            (End::Live(call), _) => call.press(key),
            (End::Simulated(uuid), Kind::Simulated(simulator)) => simulator.press(uuid, key),
            _ => unreachable!("an end is of the switch that made it"),
        }
    }

    /// Waits until `listener` hears `speaker`.
    pub async fn hears(&self, listener: &End, speaker: &End) -> bool {
        poll(|| self.hears_now(listener, speaker).then_some(())).await.is_some()
    }

    /// Waits until `listener` does not hear `speaker` any more.
    pub async fn loses(&self, listener: &End, speaker: &End) -> bool {
        match (listener, speaker) {
            (End::Live(listener), End::Live(speaker)) => listener.loses(speaker.tone()).await,
            _ => poll(|| (!self.hears_now(listener, speaker)).then_some(())).await.is_some(),
        }
    }

    /// How long one heard the other since then, in all. Only a real switch has audio to measure.
    pub fn heard_for(&self, listener: &End, speaker: &End, since: Instant) -> Option<Duration> {
        let (End::Live(listener), End::Live(speaker)) = (listener, speaker) else { return None };
        let now = Instant::now();
        Some((now - since).mul_f64(listener.media().share(speaker.tone(), since, now)))
    }

    /// Everybody hears everybody else.
    pub async fn all_hear_each_other(&self, ends: &[&End]) {
        for (place, listener) in ends.iter().enumerate() {
            for (other, speaker) in ends.iter().enumerate() {
                assert!(place == other || self.hears(listener, speaker).await, "number {place} does not hear {other}");
            }
        }
    }

    /// The longest time either was without the other since then. Only a real switch has audio to measure.
    pub fn longest_gap(&self, one: &End, other: &End, since: Instant) -> Option<Duration> {
        let (End::Live(one), End::Live(other)) = (one, other) else { return None };
        Some(one.longest_gap(other.tone(), since).max(other.longest_gap(one.tone(), since)))
    }

    /// A sound of the room was heard at this end since then: on a real switch by its tone, simulated by its file, which
    /// has the tone in it.
    pub fn heard_sound(&self, end: &End, hertz: u32, since: Instant) -> bool {
        match (end, &self.kind) {
            // A click has every tone in it, but not for long.
            (End::Live(call), _) => {
                let now = Instant::now();
                (now - since).mul_f64(call.media().share(hertz, since, now)) >= Duration::from_millis(100)
            }
            (End::Simulated(uuid), Kind::Simulated(simulator)) => {
                let tone = format!(",{hertz})");
                simulator.sounds_heard(uuid).iter().any(|(at, file)| *at >= since.into_std() && file.contains(&tone))
            }
            _ => unreachable!("an end is of the switch that made it"),
        }
    }

    /// Waits until this end hears a file that sounds so: on a real switch by its tone, simulated by its path.
    pub async fn hears_file(&self, end: &End, path: &std::path::Path, hertz: u32, since: Instant) -> bool {
        let (End::Simulated(uuid), Kind::Simulated(simulator)) = (end, &self.kind) else {
            return self.hears_sound(end, hertz, since).await;
        };
        let path = path.display().to_string();
        let heard =
            || simulator.sounds_heard(uuid).iter().any(|(at, file)| *at >= since.into_std() && file.contains(&path));
        poll(|| heard().then_some(())).await.is_some()
    }

    /// Waits until a sound of the room is heard at this end.
    pub async fn hears_sound(&self, end: &End, hertz: u32, since: Instant) -> bool {
        poll(|| self.heard_sound(end, hertz, since).then_some(())).await.is_some()
    }

    /// Whether a text can be spoken; where not, says so in one line, for the scenario that is left out.
    pub async fn speaks(&self, report: &Report) -> bool {
        let speaks = self.probe().await.api("module_exists mod_flite").await.trim() == "true";
        if !speaks {
            println!("left out: this FreeSWITCH has no mod_flite");
            report.figure("left out", "this FreeSWITCH has no mod_flite");
        }
        speaks
    }

    /// A spoken text was heard at this end since then: on a real switch something louder than telephones of ours can
    /// be together, who are few in this room; simulated by what was to be spoken.
    pub fn heard_spoken(&self, end: &End, text: &str, since: Instant) -> bool {
        match (end, &self.kind) {
            (End::Live(call), _) => {
                let level = 2.5 * crate::support::tone::LOUDNESS;
                call.media().louder_than(level, since, Instant::now()) >= Duration::from_millis(200)
            }
            (End::Simulated(uuid), Kind::Simulated(simulator)) => {
                let spoken = |file: &str| file.starts_with("tts://") && file.contains(text);
                simulator.sounds_heard(uuid).iter().any(|(at, file)| *at >= since.into_std() && spoken(file))
            }
            _ => unreachable!("an end is of the switch that made it"),
        }
    }

    /// Waits until a spoken text is heard at this end.
    pub async fn hears_spoken(&self, end: &End, text: &str, since: Instant) -> bool {
        poll(|| self.heard_spoken(end, text, since).then_some(())).await.is_some()
    }

    /// The keys pressed for this end so far.
    pub fn pressed_now(&self, end: &End) -> String {
        match (end, &self.kind) {
            (End::Live(call), _) => call.media().keys_heard(),
            (End::Simulated(uuid), Kind::Simulated(simulator)) => simulator.pressed_for(uuid),
            _ => unreachable!("an end is of the switch that made it"),
        }
    }

    /// Waits until so many keys were pressed for this end.
    pub async fn pressed_for(&self, end: &End, count: usize) -> String {
        poll(|| (self.pressed_now(end).len() >= count).then_some(())).await;
        self.pressed_now(end)
    }

    /// The telephone of the operator's fallback rings, or, simulated, the fallback's extension is run.
    pub async fn fallback_takes(&self, caller: &End) -> bool {
        match (&self.kind, caller) {
            (Kind::Live(lab), End::Live(call)) => {
                call.hears_within(lab.phones.tone_of(Lab::FALLBACK), Duration::from_secs(60)).await
            }
            (Kind::Simulated(_), End::Simulated(uuid)) => {
                let taken = || self.find(uuid)?.variables.contains_key("switchboard_fallback").then_some(());
                poll_within(Duration::from_secs(60), taken).await.is_some()
            }
            _ => unreachable!("an end is of the switch that made it"),
        }
    }
}

/// Longer than anything that should happen at once takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Asks until there is an answer, or the time is up.
pub async fn poll<T>(look: impl FnMut() -> Option<T>) -> Option<T> {
    poll_within(PATIENCE, look).await
}

pub async fn poll_within<T>(within: Duration, look: impl FnMut() -> Option<T>) -> Option<T> {
    crate::support::until(within, look).await
}
