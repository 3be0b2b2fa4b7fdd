//! The house: all nodes together, as the WS sees them.

use super::{
    ApplicationServer, Follow, HistoryError, HistoryQuery,
    board::Pictures,
    clock::Clock,
    journaling, last_time,
    messages::{CallRequest, CallResponse, Refusal, RefusalCode, Verb},
    metrics::Counters,
    node_task::{Message, NodeTask, Reach},
    present,
    view::{ConferenceView, LastTime, Story},
};
use crate::{
    domain::{
        conference::Conference,
        fact::{Person, Subject},
        ids::{CallId, ConferenceId, NodeId, UserId},
        input::Input,
        node::Node,
        rules::Rules,
        states::NodeState,
        story,
    },
    store::{Store, StoreError, writer::JournalWriter},
};
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};

/// Requests that may wait for one node. Each costs microseconds; a full queue means the task is stuck.
const REQUESTS: usize = 256;

/// Requests under way, by who asked under which key.
type UnderWay = Mutex<HashMap<(UserId, String), ([u8; 32], watch::Receiver<Option<CallResponse>>)>>;

/// The AS as one handle.
pub struct House {
    boot: String,
    nodes: BTreeMap<NodeId, mpsc::Sender<Message>>,
    pictures: Arc<Pictures>,
    counters: Arc<Counters>,
    store: Arc<dyn Store>,
    store_is_up: watch::Sender<bool>,
    clock: Clock,
    under_way: UnderWay,
}

/// What the composition root hands in for each node.
pub struct NodeParts {
    pub id: NodeId,
    pub rules: Rules,
    pub reach: Box<dyn Reach>,
    pub inputs: mpsc::Receiver<Input>,
}

impl House {
    /// Loads what is open, and starts a task for each node.
    pub async fn start(
        boot: String,
        store: Arc<dyn Store>,
        parts: Vec<NodeParts>,
    ) -> Result<(Arc<Self>, Vec<JoinHandle<()>>), StoreError> {
        let (writer, writing) = JournalWriter::start(store.clone());
        let pictures = Arc::new(Pictures::default());
        let counters = Arc::new(Counters::default());
        let store_is_up = watch::Sender::new(true);
        let clock = Clock::default();
        let (mut nodes, mut tasks) = (BTreeMap::new(), vec![writing]);
        for NodeParts { id, rules, reach, inputs } in parts {
            let (node, sequences) = restore(&*store, id.clone(), rules, &clock).await?;
            let task = NodeTask::new(
                node,
                sequences,
                reach,
                writer.lane(),
                pictures.clone(),
                counters.clone(),
                store_is_up.clone(),
                clock.clone(),
            );
            let (sender, messages) = mpsc::channel(REQUESTS);
            tasks.push(tokio::spawn(task.run(inputs, messages)));
            nodes.insert(id, sender);
        }
        let under_way = Mutex::default();
        Ok((Arc::new(Self { boot, nodes, pictures, counters, store, store_is_up, clock, under_way }), tasks))
    }

    /// Whose station is whose, as users are made and changed.
    pub async fn set_station_owners(&self, owners: &BTreeMap<String, Person>) {
        for node in self.nodes.values() {
            let _ = node.send(Message::StationOwners(owners.clone())).await;
        }
    }

    /// Whether every node's task still turns: each answered within the given time.
    pub async fn turns(&self, within: std::time::Duration) -> bool {
        let all = async {
            for node in self.nodes.values() {
                let (reply, answer) = oneshot::channel();
                if node.send(Message::Ping(reply)).await.is_err() || answer.await.is_err() {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(within, all).await.unwrap_or(false)
    }

    /// The node a request belongs to.
    fn place(&self, verb: &Verb) -> Result<NodeId, Refusal> {
        let not_found = |what: &str| Refusal {
            code: RefusalCode::NotFound,
            detail: format!("there is no such {what}; it may have ended a moment ago"),
            errors: Vec::new(),
        };
        match verb.subject() {
            VerbSubject::Call(id) => self.pictures.node_of_call(id).ok_or_else(|| not_found("call")),
            VerbSubject::Conference(id) => self.pictures.node_of_conference(id).ok_or_else(|| not_found("conference")),
            VerbSubject::Nothing => self
                .pictures
                .nodes()
                .into_iter()
                .max_by_key(|node| (node.state == NodeState::Up, node.ports_free))
                .map(|node| node.id)
                .ok_or_else(|| Refusal {
                    code: RefusalCode::NoResources,
                    detail: "no FreeSWITCH server is configured; ask the administrator".into(),
                    errors: Vec::new(),
                }),
        }
    }

    async fn pass_on(&self, request: CallRequest, fingerprint: [u8; 32]) -> CallResponse {
        let node = match self.place(&request.verb) {
            Ok(node) => node,
            Err(refusal) => return CallResponse::Refused(refusal),
        };
        let (reply, answer) = oneshot::channel();
        let message = Message::Request { request: Box::new(request), fingerprint, reply };
        let sent = match self.nodes.get(&node) {
            Some(sender) => sender.send(message).await.is_ok(),
            None => false,
        };
        match answer.await {
            Ok(response) if sent => response,
            _ => CallResponse::Refused(Refusal {
                code: RefusalCode::NodeDown,
                detail: format!("the part that steers {node} has stopped; restart Switchboard"),
                errors: Vec::new(),
            }),
        }
    }

    /// The same actor, key and verb get the same response, whether it is given, under way, or to come.
    async fn once(&self, request: CallRequest) -> CallResponse {
        let fingerprint = fingerprint(&request.verb);
        let Some(key) = request.idempotency_key.clone() else {
            return self.pass_on(request, fingerprint).await;
        };
        let name = (request.actor.id, key);
        let (sender, receiver) = watch::channel(None);
        let earlier = {
            let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            match under_way.get(&name) {
                Some(earlier) => Some(earlier.clone()),
                None => {
                    under_way.insert(name.clone(), (fingerprint, receiver));
                    None
                }
            }
        };
        if let Some((of, mut response)) = earlier {
            if of != fingerprint {
                return key_reused();
            }
            return match response.wait_for(Option::is_some).await {
                Ok(response) => response.clone().unwrap_or_else(key_reused),
                Err(_) => interrupted(),
            };
        }
        let response = self.first(request, &name, fingerprint).await;
        let _ = sender.send(Some(response.clone()));
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&name);
        response
    }

    async fn first(&self, request: CallRequest, name: &(UserId, String), fingerprint: [u8; 32]) -> CallResponse {
        match self.store.idempotency(name.0, &name.1).await {
            Ok(Some(given)) if given.fingerprint != fingerprint => key_reused(),
            Ok(Some(given)) => serde_json::from_value(given.response).unwrap_or_else(|_| interrupted()),
            Ok(None) => self.pass_on(request, fingerprint).await,
            Err(error) => CallResponse::Refused(Refusal {
                code: RefusalCode::StoreDown,
                detail: format!("{error}; nothing was done"),
                errors: Vec::new(),
            }),
        }
    }

    async fn read_story(&self, id: ConferenceId) -> Result<Option<Story>, HistoryError> {
        let wrong = |error: String| HistoryError(error);
        let entries = self
            .store
            .entries(&journaling::entity(Subject::Conference(id)))
            .await
            .map_err(|error| wrong(error.to_string()))?;
        let mut folded: Option<Conference> = None;
        let mut activities = Vec::new();
        let Some(node) = entries.first().map(|stored| stored.entry.node.clone()) else { return Ok(None) };
        for stored in &entries {
            let recorded = journaling::recorded(stored).map_err(|error| wrong(error.to_string()))?;
            match &mut folded {
                Some(conference) => conference.apply(recorded.at, &recorded.fact),
                None => folded = Conference::begin(id, recorded.at, &recorded.fact),
            }
            let Some(conference) = &folded else { continue };
            let telling = story::tell_conference(conference, recorded.actor.as_ref(), &recorded.fact);
            if let Some(telling) = telling {
                let sequence = u64::try_from(stored.entity_sequence).unwrap_or(0);
                activities.push(present::activity(&telling, &recorded, sequence));
            }
        }
        let live = self.pictures.conference(id);
        let conference = live.or_else(|| folded.map(|found| present::conference(&node, &found)));
        Ok(conference.map(|conference| Story { conference, activities }))
    }
}

async fn restore(
    store: &dyn Store,
    id: NodeId,
    rules: Rules,
    clock: &Clock,
) -> Result<(Node, BTreeMap<Subject, u64>), StoreError> {
    let mut node = Node::new(id.clone(), rules, clock.now());
    let mut sequences = BTreeMap::new();
    let minute = clock.now().0.saturating_sub(60_000);
    for dial in store.recent_dials(crate::domain::time::Timestamp(minute)).await?.0 {
        node.note_dial(dial.at, dial.user);
    }
    for stored in store.load_open(&id).await? {
        match journaling::recorded(&stored) {
            Ok(recorded) => {
                *sequences.entry(recorded.subject).or_insert(0) += 1;
                node.restore(&recorded);
            }
            Err(error) => tracing::error!(%error, "skipped"),
        }
    }
    for ballot in store.ballots().await? {
        node.note_ballot(ballot);
    }
    node.restored(clock.now());
    Ok((node, sequences))
}

fn fingerprint(verb: &Verb) -> [u8; 32] {
    // Plain data of our own types always serialises; an empty text would only make keys look reused.
    let text = serde_json::to_vec(verb).unwrap_or_default();
    Sha256::digest(text).into()
}

fn key_reused() -> CallResponse {
    CallResponse::Refused(Refusal {
        code: RefusalCode::KeyReused,
        detail: "this Idempotency-Key came with another request before; nothing was done, use a new key".into(),
        errors: Vec::new(),
    })
}

fn interrupted() -> CallResponse {
    CallResponse::Refused(Refusal {
        code: RefusalCode::StoreDown,
        detail: "the first request under this key was interrupted; look at the board, then try again".into(),
        errors: Vec::new(),
    })
}

/// What a verb acts on.
enum VerbSubject {
    Call(CallId),
    Conference(ConferenceId),
    Nothing,
}

impl Verb {
    fn subject(&self) -> VerbSubject {
        use VerbSubject::{Call, Conference, Nothing};
        match self {
            Self::AnswerCall { call_id, .. }
            | Self::HoldCall { call_id }
            | Self::ResumeCall { call_id }
            | Self::HangupCall { call_id }
            | Self::JoinCall { call_id, .. } => Call(*call_id),
            Self::StartConference(new) => new.call_id.map_or(Nothing, Call),
            Self::AddParticipants { conference_id, .. }
            | Self::Set { conference_id, .. }
            | Self::SetAll { conference_id, .. }
            | Self::PressKeys { conference_id, .. }
            | Self::Label { conference_id, .. }
            | Self::Moderator { conference_id, .. }
            | Self::Listener { conference_id, .. }
            | Self::EndsWith { conference_id, .. }
            | Self::WaitForHost { conference_id, .. }
            | Self::DropAll { conference_id, .. }
            | Self::Rescue { conference_id }
            | Self::Move { conference_id, .. }
            | Self::Merge { conference_id, .. }
            | Self::Introduce { conference_id, .. }
            | Self::Admit { conference_id, .. }
            | Self::Replace { conference_id, .. }
            | Self::Sidebar { conference_id, .. }
            | Self::SidebarEnd { conference_id, .. }
            | Self::SidebarLeave { conference_id, .. }
            | Self::Coach { conference_id, .. }
            | Self::Drop { conference_id, .. }
            | Self::Redial { conference_id, .. }
            | Self::Cancel { conference_id, .. }
            | Self::CancelRinging { conference_id }
            | Self::Lock { conference_id }
            | Self::Unlock { conference_id }
            | Self::Record { conference_id }
            | Self::StopRecording { conference_id }
            | Self::PauseRecording { conference_id, .. }
            | Self::Leave { conference_id }
            | Self::Rejoin { conference_id, .. }
            | Self::End { conference_id }
            | Self::Announce { conference_id, .. }
            | Self::AnnounceStop { conference_id, .. }
            | Self::Extend { conference_id, .. }
            | Self::HandOver { conference_id, .. }
            | Self::Hand { conference_id, .. }
            | Self::LowerHands { conference_id }
            | Self::GiveFloor { conference_id, .. }
            | Self::OpenVote { conference_id, .. }
            | Self::CloseVote { conference_id }
            | Self::PutInCharge { conference_id, .. }
            | Self::OpenDialIn { conference_id, .. }
            | Self::ChangePin { conference_id, .. }
            | Self::CloseDialIn { conference_id }
            | Self::ContinueWithoutCaller { conference_id } => Conference(*conference_id),
        }
    }

    /// Somebody's phone rings by it: refused while decisions cannot be made durable.
    pub(super) fn makes_people_ring(&self) -> bool {
        matches!(
            self,
            Self::AnswerCall { .. }
                | Self::StartConference(_)
                | Self::AddParticipants { .. }
                | Self::Redial { .. }
                | Self::Rescue { .. }
                | Self::Replace { .. }
                | Self::Rejoin { .. }
        )
    }
}

impl ApplicationServer for House {
    fn request(&self, request: CallRequest) -> BoxFuture<'_, CallResponse> {
        Box::pin(self.once(request))
    }

    fn follow(&self) -> Follow {
        self.pictures.follow(&self.boot, self.clock.now())
    }

    fn history(&self, query: HistoryQuery) -> BoxFuture<'_, Result<Vec<ConferenceView>, HistoryError>> {
        Box::pin(async move {
            let rows = self
                .store
                .history(query.before, query.limit, query.owner)
                .await
                .map_err(|error| HistoryError(error.to_string()))?;
            Ok(rows.into_iter().filter_map(|row| serde_json::from_value(row.summary).ok()).collect())
        })
    }

    fn story(&self, id: ConferenceId) -> BoxFuture<'_, Result<Option<Story>, HistoryError>> {
        Box::pin(self.read_story(id))
    }

    fn last_time<'a>(&'a self, caller: &'a str) -> BoxFuture<'a, Result<Option<LastTime>, HistoryError>> {
        Box::pin(last_time::last_time(&*self.store, caller))
    }

    fn is_ready(&self) -> Result<(), String> {
        if !*self.store_is_up.borrow() {
            return Err("the journal cannot be written".into());
        }
        match self.pictures.nodes().iter().find(|node| matches!(node.state, NodeState::Down | NodeState::Synchronising))
        {
            Some(node) => Err(format!("node {} is not in step with its switch", node.id)),
            None => Ok(()),
        }
    }

    fn metrics(&self) -> String {
        let (calls, conferences) = self.pictures.counts();
        let mut text = self.counters.render();
        text.push_str(&format!(
            "# HELP switchboard_calls Calls on the board.\n# TYPE switchboard_calls gauge\nswitchboard_calls {calls}\n\
             # HELP switchboard_conferences Conferences on the board.\n# TYPE switchboard_conferences gauge\nswitchboard_conferences {conferences}\n"
        ));
        text.push_str("# HELP switchboard_node_up Whether the link to a node is up and compared.\n# TYPE switchboard_node_up gauge\n");
        for node in self.pictures.nodes() {
            let up = u8::from(matches!(node.state, NodeState::Up | NodeState::Paused));
            text.push_str(&format!("switchboard_node_up{{node=\"{}\"}} {up}\n", node.id));
        }
        text
    }
}
