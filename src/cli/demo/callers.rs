//! The people who call the demonstration's attendants.

use crate::simulator::{Caller, Simulator};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::runtime::Handle;

const PEOPLE: [(&str, &str); 8] = [
    ("Ada Lovelace", "+4930555010"),
    ("Zhang Wei 张伟", "+8613800138000"),
    ("Grace Hopper", "+4940555012"),
    ("Émilie du Châtelet", "+33155550113"),
    ("", "+4989555014"),
    ("Alan Turing", "+441632960015"),
    ("Mary Jackson", "+4969555016"),
    ("Konrad Zuse", "+4930555017"),
];
const QUEUES: [&str; 2] = ["main", "service"];
/// People call it to come into a conference by themselves.
pub(super) const ACCESS_NUMBER: &str = "5550199";
/// Nobody calls by themselves while so many wait.
const MOST_WAITING: usize = 3;
/// A caller whose number ends in 6 hangs up after so long in a conference, as those do who are rung.
const LEAVES_AFTER: Duration = Duration::from_secs(10);

pub(super) struct Callers {
    simulator: Arc<Simulator>,
    hook: SocketAddr,
    speed: f64,
    random: Mutex<StdRng>,
    runtime: Handle,
}

impl Callers {
    pub(super) fn new(simulator: Arc<Simulator>, hook: SocketAddr, seed: u64, speed: f64) -> Self {
        let random = Mutex::new(StdRng::seed_from_u64(seed));
        Self { simulator, hook, speed, random, runtime: Handle::current() }
    }

    /// Somebody calls soon, and again whenever few are waiting.
    pub(super) async fn keep_calling(self: Arc<Self>) {
        let mut pause = Duration::from_millis(1500);
        loop {
            self.sleep(pause).await;
            pause = Duration::from_secs(self.random().random_range(12..40));
            let waiting = self.simulator.channels().iter().filter(|channel| channel.hooked).count();
            if waiting < MOST_WAITING {
                self.somebody_calls();
            }
        }
    }

    pub(super) fn somebody_calls(&self) {
        let (name, number) = PEOPLE.choose(&mut *self.random()).copied().unwrap_or_default();
        let queue = QUEUES.choose(&mut *self.random()).copied().unwrap_or_default();
        self.call(name, number, queue);
    }

    pub(super) fn call(&self, name: &str, number: &str, queue: &str) {
        self.simulator.caller(Caller {
            name: name.into(),
            number: number.into(),
            queue: queue.into(),
            hooks: vec![self.hook],
            patience: Some(Duration::from_secs(180)),
            variables: known_of(number),
            ..Caller::default()
        });
    }

    /// Somebody calls the access number, and presses these keys the first time they are asked.
    pub(super) fn dial_in(self: Arc<Self>, name: &str, number: &str, keys: &str) {
        let channel = self.simulator.caller(Caller {
            name: name.into(),
            number: number.into(),
            destination: ACCESS_NUMBER.into(),
            hooks: vec![self.hook],
            ..Caller::default()
        });
        let keys = keys.to_owned();
        // Commands are read on a thread of its own.
        self.runtime.clone().spawn(async move {
            let is_asked = |one: crate::simulator::ChannelInfo| one.application == "play_and_get_digits";
            while !self.simulator.channel(channel).is_some_and(is_asked) {
                if self.simulator.channel(channel).is_none() {
                    return;
                }
                self.sleep(Duration::from_millis(100)).await;
            }
            for key in keys.chars() {
                self.sleep(Duration::from_millis(250)).await;
                self.simulator.press(channel, key);
            }
        });
    }

    pub(super) async fn hang_up_by_last_digit(self: Arc<Self>) {
        let mut leaving = BTreeSet::new();
        loop {
            self.sleep(Duration::from_millis(500)).await;
            for channel in self.simulator.channels() {
                let leaves = channel.inbound && channel.room.is_some() && far_end(&channel.name).ends_with('6');
                if !leaves || !leaving.insert(channel.uuid.clone()) {
                    continue;
                }
                let callers = self.clone();
                tokio::spawn(async move {
                    callers.sleep(LEAVES_AFTER).await;
                    callers.simulator.hang_up(&channel.uuid, "NORMAL_CLEARING");
                });
            }
        }
    }

    fn random(&self) -> MutexGuard<'_, StdRng> {
        // A throw of dice cannot be left half done.
        self.random.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, simulated: Duration) {
        tokio::time::sleep(simulated.div_f64(self.speed)).await;
    }
}

/// What an operator's dialplan may have looked up, and the page then shows.
fn known_of(number: &str) -> BTreeMap<String, String> {
    let language = match number.get(..3) {
        Some("+49") => "German",
        Some("+33") => "French",
        Some("+86") => "Chinese",
        _ => "English",
    };
    let customer = format!("C-{}", number.get(number.len().saturating_sub(4)..).unwrap_or_default());
    BTreeMap::from([("customer".into(), customer), ("language".into(), language.into())])
}

/// Who is at the other end of a channel: `1004` of `sofia/internal/1004@127.0.0.1`.
pub(super) fn far_end(channel: &str) -> &str {
    let last = channel.rsplit('/').next().unwrap_or_default();
    last.split('@').next().unwrap_or_default()
}
