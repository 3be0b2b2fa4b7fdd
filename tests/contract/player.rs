//! Plays the commands of a recording to a simulator and compares what comes back.

use crate::{
    client::Client,
    recording::{Block, Content, Frame, Stories, read},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};
use switchboard::simulator::{Caller, Simulator, SimulatorConfig};

/// What a story is compared by. Who an event is about is the story itself.
const COMPARED: &[&str] = &[
    "Event-Name",
    "Action",
    "Channel-State",
    "Channel-Call-State",
    "Original-Channel-Call-State",
    "Call-Direction",
    "Answer-State",
    "Application",
    "Application-Data",
    "Hangup-Cause",
    "Member-ID",
    "Conference-Name",
    "Job-UUID",
    "Job-Command",
    "Other-Leg-Unique-ID",
    "Bridge-A-Unique-ID",
    "Bridge-B-Unique-ID",
    "DTMF-Digit",
    "variable_hangup_cause",
    "variable_hangup_cause_q850",
    "variable_proto_specific_hangup_cause",
];

/// Everything the recordings were made with that is compared.
const EVERYTHING: &str = "CHANNEL_CREATE CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_PARK CHANNEL_UNPARK \
    CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE \
    CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_OUTGOING CHANNEL_ORIGINATE \
    CHANNEL_DESTROY PLAYBACK_START PLAYBACK_STOP BACKGROUND_JOB DTMF CUSTOM conference::maintenance";

/// Never compared: people decide when they talk, and the floor follows who talks.
const BY_CHANCE: &[&str] = &["start-talking", "stop-talking", "floor-change"];

type Judge = Box<dyn Fn(&str) -> bool>;

pub struct Player {
    pub simulator: Simulator,
    clients: BTreeMap<String, Client>,
    /// Recorded texts and ours: uuids FreeSWITCH made up.
    ours: Vec<(String, String)>,
    recorded: Stories,
    /// Channels whose beginning was in an excerpt; of others nothing is expected.
    born: BTreeSet<String>,
    /// Events whose names one excerpt has and another has not are compared only where it has them.
    skip_events: Vec<&'static str>,
    /// Most excerpts leave out the events of the state machine.
    with_states: bool,
    skip_reply: Judge,
    skip_command: Judge,
    last_command: String,
    /// What the next callers dial; 9000 when nothing is said.
    pub arrivals: VecDeque<&'static str>,
}

/// A simulator as quiet as the recorded switch was: nobody talks, nobody calls.
pub fn quiet() -> SimulatorConfig {
    SimulatorConfig {
        chatter: false,
        extensions: BTreeMap::from([
            ("9000".to_owned(), "set:svc=attendant,answer:,park:".to_owned()),
            ("9020".to_owned(), "answer:,conference:room20@default".to_owned()),
            ("9007".to_owned(), "answer:,playback:local_stream://moh".to_owned()),
        ]),
        ..SimulatorConfig::default()
    }
}

impl Player {
    pub async fn new(config: SimulatorConfig) -> Self {
        Self {
            simulator: Simulator::start(config).await.expect("a free port on loopback"),
            clients: BTreeMap::new(),
            ours: Vec::new(),
            recorded: Stories::new(),
            born: BTreeSet::new(),
            skip_events: Vec::new(),
            with_states: false,
            skip_reply: Box::new(|_| false),
            skip_command: Box::new(|_| false),
            last_command: String::new(),
            arrivals: VecDeque::new(),
        }
    }

    /// Replies to these commands hold times or are not simulated.
    pub fn without_replies_to(mut self, judge: impl Fn(&str) -> bool + 'static) -> Self {
        self.skip_reply = Box::new(judge);
        self
    }

    /// These commands are not played.
    pub fn without_commands(mut self, judge: impl Fn(&str) -> bool + 'static) -> Self {
        self.skip_command = Box::new(judge);
        self
    }

    pub fn without_events(mut self, names: &[&'static str]) -> Self {
        self.skip_events.extend(names);
        self
    }

    pub fn with_states(mut self, on: bool) -> Self {
        self.with_states = on;
        self
    }

    pub async fn play(&mut self, excerpt: &str) {
        for block in read(excerpt) {
            self.step(block).await;
        }
        self.catch_up().await;
        self.compare(excerpt);
    }

    /// Starts comparing anew, with the channels that are there.
    pub fn forget(&mut self) {
        self.recorded.clear();
        for client in self.clients.values_mut() {
            client.events.clear();
        }
    }

    /// What the recording calls one thing is another here.
    pub fn replaces(&mut self, theirs: &str, ours: &str) {
        self.ours.push((theirs.to_owned(), ours.to_owned()));
    }

    /// Sets something up that is not in the excerpt.
    pub async fn ask(&mut self, command: &str) {
        let answer = self.client("ctl").await.command(command).await;
        assert!(answer.starts_with("+OK"), "{command}: {answer}");
    }

    async fn step(&mut self, Block { connection, content }: Block) {
        match content {
            Content::Command(text) => {
                self.catch_up().await;
                self.last_command = text.trim().to_owned();
                let command = self.translate(&text);
                if !(self.skip_command)(&self.last_command) {
                    self.client(&connection).await.write(&command).await;
                }
            }
            Content::Reply(reply) if !self.clients.contains_key(&connection) => {
                // Without a greeting: what was answered before the excerpt began.
                if reply.get("Content-Type") == Some("auth/request") {
                    let client = Client::bare(self.simulator.address()).await;
                    self.clients.insert(connection.clone(), client);
                    self.compare_reply(&connection, reply).await;
                }
            }
            Content::Reply(reply) => {
                if !(self.skip_command)(&self.last_command) {
                    self.compare_reply(&connection, reply).await;
                }
            }
            Content::Event(event) => self.expect(&connection, event).await,
        }
    }

    async fn client(&mut self, name: &str) -> &mut Client {
        if !self.clients.contains_key(name) {
            let client = Client::subscribed(self.simulator.address(), EVERYTHING).await;
            self.clients.insert(name.to_owned(), client);
        }
        self.clients.get_mut(name).expect("just made")
    }

    async fn compare_reply(&mut self, connection: &str, recorded: Frame) {
        let client = self.clients.get_mut(connection).expect("a connection that asked");
        let awaited = tokio::time::timeout(crate::client::PATIENCE, client.reply()).await;
        let Some(reply) = awaited.unwrap_or_else(|_| panic!("no reply to {}", self.last_command)) else {
            panic!("closed instead of {:?} to {}", recorded.answer(), self.last_command)
        };
        // An id FreeSWITCH made up for a job.
        if let (Some(theirs), Some(ours)) = (recorded.get("Job-UUID"), reply.get("Job-UUID")) {
            self.ours.push((theirs.to_owned(), ours.to_owned()));
        }
        if (self.skip_reply)(&self.last_command) {
            return;
        }
        assert_eq!(reply.answer(), self.translate(recorded.answer()), "the reply to {}", self.last_command);
        assert_eq!(reply.get("Content-Type"), recorded.get("Content-Type"), "{}", self.last_command);
    }

    async fn expect(&mut self, connection: &str, event: Frame) {
        let uuid = event.get("Unique-ID").unwrap_or_default().to_owned();
        let known = self.ours.iter().any(|(theirs, _)| *theirs == uuid);
        let arrives = matches!(event.get("Channel-State"), Some("CS_NEW" | "CS_INIT"));
        if !known && arrives && event.get("Call-Direction") == Some("inbound") {
            self.client(connection).await;
            let destination = self.arrivals.pop_front().unwrap_or("9000").to_owned();
            let ours = self.simulator.caller(Caller { destination, ..Caller::default() });
            self.ours.push((uuid, ours.to_string()));
        }
        let begins = matches!(event.get("Event-Name"), Some("CHANNEL_CREATE" | "CHANNEL_OUTGOING"))
            || matches!(event.get("Channel-State"), Some("CS_NEW" | "CS_NONE"));
        if let Some(uuid) = event.get("Unique-ID") {
            if begins {
                self.born.insert(uuid.to_owned());
            }
            if !self.born.contains(uuid) {
                return;
            }
        }
        if let Some((story, event)) = self.filed(event, true) {
            self.recorded.entry(story).or_default().push(event);
        }
    }

    fn translate(&self, text: &str) -> String {
        self.ours.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs.as_str(), ours))
    }

    /// Which story an event belongs to, and what of it is compared.
    fn filed(&self, event: Frame, recorded: bool) -> Option<(String, Frame)> {
        let name = event.get("Event-Name")?.to_owned();
        let of_states = ["CHANNEL_STATE", "CHANNEL_CALLSTATE", "CHANNEL_OUTGOING", "CHANNEL_ORIGINATE"];
        let skipped = |name: &str| BY_CHANCE.contains(&name) || self.skip_events.contains(&name);
        if !EVERYTHING.split_whitespace().any(|known| known == name)
            || (of_states.contains(&name.as_str()) && !self.with_states)
            || skipped(&name)
            || event.get("Action").is_some_and(skipped)
        {
            return None;
        }
        let story = match name.as_str() {
            "BACKGROUND_JOB" => {
                let arg = event.get("Job-Command-Arg").unwrap_or_default();
                let from = arg.find("origination_uuid=")? + "origination_uuid=".len();
                arg[from..].split([',', '}', ']']).next()?.to_owned()
            }
            _ => event.get("Unique-ID").or(event.get("Conference-Name"))?.to_owned(),
        };
        let translate = |text: &str| if recorded { self.translate(text) } else { text.to_owned() };
        let headers =
            COMPARED.iter().filter_map(|name| Some(((*name).to_owned(), translate(event.get(name)?)))).collect();
        let body = if name == "BACKGROUND_JOB" { translate(event.body.trim_end()) } else { String::new() };
        Some((translate(&story), Frame { headers, body }))
    }

    fn ours(&self) -> Stories {
        let mut stories = Stories::new();
        for event in self.clients.values().flat_map(|client| client.events.clone()) {
            if let Some((story, event)) = self.filed(event, false) {
                stories.entry(story).or_default().push(event);
            }
        }
        stories
    }

    /// Waits until the simulator has told as much as the recording had at this point.
    async fn catch_up(&mut self) {
        let deadline = tokio::time::Instant::now() + crate::client::PATIENCE;
        loop {
            let ours = self.ours();
            let behind =
                self.recorded.iter().find(|(story, events)| ours.get(*story).map_or(0, Vec::len) < events.len());
            let Some((story, events)) = behind else { return };
            let waiting = async {
                for client in self.clients.values_mut() {
                    if client.pump().await {
                        return;
                    }
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            };
            if tokio::time::timeout_at(deadline, waiting).await.is_err() || tokio::time::Instant::now() > deadline {
                let ours = ours.get(story).cloned().unwrap_or_default();
                panic!("before {}, story {story} lacks events:\n{}", self.last_command, side_by_side(events, &ours));
            }
        }
    }

    fn compare(&self, excerpt: &str) {
        let ours = self.ours();
        for (story, recorded) in &self.recorded {
            let ours = ours.get(story).cloned().unwrap_or_default();
            // The excerpt ends somewhere; what comes after that is not compared.
            let told = &ours[..recorded.len().min(ours.len())];
            assert!(told == recorded.as_slice(), "{excerpt}, story {story}:\n{}", side_by_side(recorded, &ours));
        }
    }
}

fn side_by_side(recorded: &[Frame], ours: &[Frame]) -> String {
    let line = |frame: Option<&Frame>| {
        frame.map_or("-".to_owned(), |frame| {
            let fields: Vec<String> = frame.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} {}", fields.join(" "), frame.body)
        })
    };
    let mut text = String::new();
    for at in 0..recorded.len().max(ours.len()) {
        let (theirs, ours) = (line(recorded.get(at)), line(ours.get(at)));
        if theirs == ours {
            text.push_str(&format!("  same      {theirs}\n"));
        } else {
            text.push_str(&format!("  recorded  {theirs}\n  simulated {ours}\n"));
        }
    }
    text
}
