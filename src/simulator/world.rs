//! Everything a simulated FreeSWITCH knows, and the firing of events to whoever subscribed.

use super::{
    channel::Channel,
    clock::{Clock, Job},
    config::{SimulatorConfig, Station},
    control::{OriginateRecord, ReceivedCommand},
    dial::Dial,
    event::Event,
    fates::Fate,
    faults::Faults,
    room::Room,
    server::Shared,
    session::Session,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use time::{OffsetDateTime, format_description::FormatItem, macros::format_description};
use tokio::sync::Notify;
use uuid::Uuid;

/// One frame of FreeSWITCH's media loop: most things asked of a channel happen at the next one.
pub(super) const TICK: Duration = Duration::from_millis(20);

/// What a blocking command calls with its answer.
pub(super) type Done = Box<dyn FnOnce(&mut World, String) + Send>;

/// A hang-up planned by `sched_hangup`.
pub(super) struct Scheduled {
    pub task: u64,
    pub uuid: String,
}

pub(super) struct World {
    pub config: SimulatorConfig,
    pub core_uuid: String,
    pub started: Instant,
    pub rng: StdRng,
    pub clock: Clock,
    /// Tells the clock's task that something was planned.
    pub wake: Arc<Notify>,
    /// The way back to the mutex this world is behind, for connections it opens itself.
    pub shared: Weak<Shared>,
    pub runtime: Option<tokio::runtime::Handle>,
    /// Rises with each restart, so that work begun before is known to be stale.
    pub boot: u64,
    pub sequence: u64,
    pub serial: u64,
    pub channels: BTreeMap<String, Channel>,
    pub rooms: BTreeMap<String, Room>,
    /// What rooms, and applications, played, by who was there to hear it.
    pub heard: BTreeMap<String, Vec<(Instant, String)>>,
    /// `Member-ID` is one counter for the whole process.
    pub last_member: u32,
    pub sessions: BTreeMap<u64, Session>,
    pub last_session: u64,
    pub dials: BTreeMap<u64, Dial>,
    pub stations: BTreeMap<String, Station>,
    /// Fates a test decided, by endpoint or by number.
    pub fates: BTreeMap<String, Fate>,
    pub scheduled: Vec<Scheduled>,
    pub paused: [bool; 2],
    pub total_sessions: u64,
    pub peak_sessions: usize,
    pub recent_sessions: Vec<Instant>,
    pub faults: Faults,
    pub originates: Vec<OriginateRecord>,
    pub commands: Vec<ReceivedCommand>,
}

impl World {
    pub(super) fn new(config: SimulatorConfig) -> Self {
        let mut rng = StdRng::seed_from_u64(config.seed);
        let core_uuid = random_uuid(&mut rng);
        let stations = config.stations.iter().map(|station| (station.number.clone(), station.clone())).collect();
        Self {
            core_uuid,
            started: Instant::now(),
            rng,
            clock: Clock::new(config.speed),
            wake: Arc::new(Notify::new()),
            shared: Weak::new(),
            runtime: None,
            boot: 0,
            sequence: 0,
            serial: 0,
            channels: BTreeMap::new(),
            rooms: BTreeMap::new(),
            heard: BTreeMap::new(),
            last_member: config.next_member.saturating_sub(1),
            sessions: BTreeMap::new(),
            last_session: 0,
            dials: BTreeMap::new(),
            stations,
            fates: BTreeMap::new(),
            scheduled: Vec::new(),
            paused: [false; 2],
            total_sessions: 0,
            peak_sessions: 0,
            recent_sessions: Vec::new(),
            faults: Faults::default(),
            originates: Vec::new(),
            commands: Vec::new(),
            config,
        }
    }

    pub(super) fn new_uuid(&mut self) -> String {
        random_uuid(&mut self.rng)
    }

    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Does `job` after this much simulated time.
    pub(super) fn after(&mut self, simulated: Duration, job: impl FnOnce(&mut World) + Send + 'static) {
        self.clock.after(simulated, Box::new(job) as Job);
        self.wake.notify_one();
    }

    /// Does `job` to a channel after this much simulated time, if the channel still lives.
    pub(super) fn after_on(
        &mut self,
        simulated: Duration,
        uuid: &str,
        job: impl FnOnce(&mut World, &str) + Send + 'static,
    ) {
        let Some(serial) = self.channels.get(uuid).map(|channel| channel.serial) else { return };
        let uuid = uuid.to_owned();
        self.after(simulated, move |world| {
            // A uuid can be used again after its first channel is gone; the serial cannot.
            if world.live(&uuid).is_some_and(|channel| channel.serial == serial) {
                job(world, &uuid);
            }
        });
    }

    /// A seeded length of time.
    pub(super) fn between(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.rng.random_range(least..=most.max(least)))
    }

    /// Whole-second timers of FreeSWITCH fire up to a second early.
    pub(super) fn coarse_seconds(&mut self, seconds: u64) -> Duration {
        let early = self.rng.random_range(100..900);
        Duration::from_millis((seconds * 1000).saturating_sub(early).max(100))
    }

    /// Channels that were not hung up.
    pub(super) fn live(&self, uuid: &str) -> Option<&Channel> {
        self.channels.get(uuid).filter(|channel| channel.cause.is_none())
    }

    pub(super) fn live_mut(&mut self, uuid: &str) -> Option<&mut Channel> {
        self.channels.get_mut(uuid).filter(|channel| channel.cause.is_none())
    }

    pub(super) fn in_order_of_age(&self) -> Vec<&Channel> {
        let mut channels: Vec<_> = self.channels.values().collect();
        channels.sort_by_key(|channel| channel.serial);
        channels
    }

    /// Would anyone get this event? Asked before the trouble of making it.
    pub(super) fn wanted(&mut self, name: &str, subclass: Option<&str>) -> bool {
        let wanted = self.sessions.values().any(|session| session.subscribed(name, subclass));
        if !wanted {
            self.sequence += 1;
        }
        wanted
    }

    /// Gives an event its common headers and sends it to its subscribers.
    pub(super) fn fire(&mut self, mut event: Event) {
        self.sequence += 1;
        let now = OffsetDateTime::now_utc();
        let mut head = Event::new(event.name);
        head.subclass = event.subclass;
        head.uuid = event.uuid.take();
        head.body = event.body.take();
        if let Some(subclass) = event.subclass {
            head.add("Event-Subclass", subclass);
        }
        head.add("Event-Name", event.name)
            .add("Core-UUID", &self.core_uuid)
            .add("FreeSWITCH-Hostname", &self.config.hostname)
            .add("FreeSWITCH-Switchname", &self.config.hostname)
            .add("FreeSWITCH-IPv4", "127.0.0.1")
            .add("FreeSWITCH-IPv6", "::1")
            .add("Event-Date-Local", local_date(now))
            .add("Event-Date-GMT", gmt_date(now))
            .add("Event-Date-Timestamp", micros().to_string())
            .add("Event-Calling-File", "simulator")
            .add("Event-Calling-Function", "fire")
            .add("Event-Calling-Line-Number", "1")
            .add("Event-Sequence", self.sequence.to_string());
        head.headers.append(&mut event.headers);
        let (mut plain, mut json, mut xml) = (None, None, None);
        for session in self.sessions.values_mut() {
            session.offer(&head, &mut plain, &mut json, &mut xml);
        }
    }

    /// Counts a new channel against the limits. False: it is refused.
    pub(super) fn admit(&mut self, inbound: bool) -> bool {
        let now = Instant::now();
        self.recent_sessions.retain(|at| now.duration_since(*at) < Duration::from_secs(1));
        let refused = self.paused[usize::from(!inbound)]
            || self.channels.len() >= self.config.max_sessions as usize
            || self.recent_sessions.len() >= self.config.sessions_per_second as usize;
        if !refused {
            self.recent_sessions.push(now);
            self.total_sessions += 1;
        }
        !refused
    }

    /// Twenty seconds of silence, and a sign of life.
    pub(super) fn heartbeat(&mut self) {
        let mut event = Event::new("HEARTBEAT");
        let up = self.started.elapsed();
        event
            .add("Event-Info", "System Ready")
            .add("Up-Time", up_time(up))
            .add("FreeSWITCH-Version", VERSION)
            .add("Uptime-msec", up.as_millis().to_string())
            .add("Session-Count", self.channels.len().to_string())
            .add("Max-Sessions", self.config.max_sessions.to_string())
            .add("Session-Per-Sec", self.config.sessions_per_second.to_string())
            .add("Session-Per-Sec-Last", self.recent_sessions.len().to_string())
            .add("Session-Since-Startup", self.total_sessions.to_string())
            .add("Session-Peak-Max", self.peak_sessions.to_string())
            .add("Idle-CPU", "97.000000");
        self.fire(event);
        self.after(Duration::from_secs(20), World::heartbeat);
    }
}

pub(super) const VERSION: &str = "1.11.3-dev+git~20260821T141014Z~cc93a683ca~64bit";

pub(super) fn random_uuid(rng: &mut StdRng) -> String {
    uuid::Builder::from_random_bytes(rng.random()).into_uuid().to_string()
}

/// Ours are always real; one a client chose may be any text.
pub(super) fn parse_uuid(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text).ok()
}

pub(super) fn micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn local_date(at: OffsetDateTime) -> String {
    const LOCAL: &[FormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    at.format(LOCAL).unwrap_or_default()
}

fn gmt_date(at: OffsetDateTime) -> String {
    const GMT: &[FormatItem<'_>] =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    at.format(GMT).unwrap_or_default()
}

/// As `status` and HEARTBEAT write it.
pub(super) fn up_time(up: Duration) -> String {
    let s = up.as_secs();
    format!(
        "{} years, {} days, {} hours, {} minutes, {} seconds, {} milliseconds, {} microseconds",
        s / 31_536_000,
        s / 86_400 % 365,
        s / 3600 % 24,
        s / 60 % 60,
        s % 60,
        up.subsec_millis(),
        up.subsec_micros() % 1000
    )
}
