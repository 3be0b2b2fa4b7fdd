//! A node's task, between a store that fails when told to and a switch that only notes what it is sent.
#![allow(clippy::unwrap_used, reason = "a test that panics has found something")]
#![allow(clippy::disallowed_methods, reason = "the shell and its tests read the clock; only the core may not")]

#[allow(dead_code, reason = "the core's examples need more of it")]
#[path = "core/house.rs"]
mod house;

use house::{olga, rules};
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use switchboard::{
    domain::{
        dial_in::Order,
        effect::{Command, Tag},
        ids::{ChannelId, NodeId},
        input::{Health, Input, Snapshot},
        request::{RefusalCode, Verb},
    },
    engine::{
        ApplicationServer,
        house::{House, NodeParts},
        messages::{CallRequest, CallResponse},
        node_task::Reach,
    },
    store::{
        ErrorKind, SqliteStore,
        faulty::{Fault, FaultyStore},
    },
};
use tempfile::TempDir;
use tokio::{sync::mpsc, time::timeout};

const PATIENCE: Duration = Duration::from_secs(20);

/// Counts the telephones it was told to ring.
#[derive(Clone, Default)]
struct Switch(Arc<Mutex<Vec<Command>>>);

impl Reach for Switch {
    fn send(&self, _: ChannelId, _: Tag, command: Command) {
        self.0.lock().unwrap().push(command);
    }
    fn resync(&self) {}
    fn hook_hold(&self, _: ChannelId) {}
    fn hook_release(&self, _: ChannelId) {}
    fn hook_order(&self, _: ChannelId, _: Order) {}
}

struct Desk {
    store: Arc<FaultyStore>,
    switch: Switch,
    house: Arc<House>,
    _inputs: mpsc::Sender<Input>,
    _folder: TempDir,
}

impl Desk {
    /// The link is up, nobody has called.
    async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let sqlite = SqliteStore::open(folder.path().join("journal.db")).await.unwrap();
        let store = Arc::new(FaultyStore::new(Arc::new(sqlite)));
        let switch = Switch::default();
        let (inputs, heard) = mpsc::channel(8);
        let parts =
            NodeParts { id: NodeId("hall".into()), rules: rules(), reach: Box::new(switch.clone()), inputs: heard };
        let (house, _) = House::start("boot".into(), store.clone(), vec![parts]).await.unwrap();
        inputs.send(Input::LinkUp { core: "core".into(), version: "1.11".into() }).await.unwrap();
        let health = Health { max_sessions: 1000, ..Health::default() };
        inputs.send(Input::Snapshot(Snapshot { health, ..Snapshot::default() })).await.unwrap();
        let desk = Self { store, switch, house, _inputs: inputs, _folder: folder };
        desk.until("the node is up", |desk| desk.house.is_ready().is_ok()).await;
        desk
    }

    /// A conference with one person, and a key.
    async fn starts(&self, key: &str, number: &str) -> CallResponse {
        let new = serde_json::from_value(json!({"participants": [{"numbers": [number]}]})).unwrap();
        let request =
            CallRequest { actor: olga(), idempotency_key: Some(key.to_owned()), verb: Verb::StartConference(new) };
        timeout(PATIENCE, self.house.request(request)).await.expect("an answer in time")
    }

    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waited = timeout(PATIENCE, async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("it did not come to this: {what}"));
    }

    /// What the page is told of the store.
    fn shows_the_store(&self) -> Option<bool> {
        self.house.follow().board.nodes.first().map(|node| node.store_is_up)
    }

    fn rung(&self) -> usize {
        self.switch.0.lock().unwrap().iter().filter(|one| matches!(one, Command::Originate(_))).count()
    }
}

fn refused(response: &CallResponse) -> Option<RefusalCode> {
    match response {
        CallResponse::Refused(refusal) => Some(refusal.code),
        CallResponse::Call(_) | CallResponse::Conference(_) => None,
    }
}

const FIRST: &str = "1005";
const SECOND: &str = "1006";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_contradicts_the_journal_is_refused_and_harms_nobody_else() {
    let desk = Desk::open().await;
    desk.store.set(Fault::InTurn(&[Some(ErrorKind::Conflict)]));
    let response = desk.starts("one", FIRST).await;
    assert_eq!(refused(&response), Some(RefusalCode::StoreDown), "{response:?}");
    assert_eq!(desk.house.is_ready(), Ok(()), "the store is not to blame");
    assert_eq!(desk.rung(), 0);
    let response = desk.starts("two", SECOND).await;
    assert_eq!(refused(&response), None, "{response:?}");
    desk.until("somebody is rung", |desk| desk.rung() == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_contradicts_the_journal_when_the_store_is_back_is_not_tried_for_ever() {
    let desk = Desk::open().await;
    // The disk seemed full, yet the facts are in the journal: written again, they contradict it.
    desk.store.set(Fault::InTurn(&[Some(ErrorKind::Full), Some(ErrorKind::Conflict)]));
    let response = desk.starts("one", FIRST).await;
    assert_eq!(refused(&response), Some(RefusalCode::StoreDown), "{response:?}");
    assert!(desk.house.is_ready().is_err());
    desk.until("the page says so", |desk| desk.shows_the_store() == Some(false)).await;
    desk.until("the store is back", |desk| desk.house.is_ready().is_ok()).await;
    desk.until("the page says that, too", |desk| desk.shows_the_store() == Some(true)).await;
    assert_eq!(desk.store.failures(), 2);
    let response = desk.starts("two", SECOND).await;
    assert_eq!(refused(&response), None, "{response:?}");
    desk.until("somebody is rung", |desk| desk.rung() == 1).await;
}
