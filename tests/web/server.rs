//! An AS in memory: it notes what it is asked, answers as the test says, and publishes what the test publishes.

use crate::things;
use futures_util::{FutureExt, future::BoxFuture};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use switchboard::{
    domain::{ids::ConferenceId, request::NewParticipant, time::Timestamp},
    engine::{
        ApplicationServer, Follow, HistoryError, HistoryQuery, Numbered,
        messages::{CallRequest, CallResponse, Verb},
        view::{Board, ConferenceView, LastTime, Status, Story},
    },
};
use tokio::sync::broadcast;

type Answer = Box<dyn Fn(&CallRequest) -> CallResponse + Send>;

pub struct MemoryServer {
    live: Mutex<(u64, Board)>,
    changes: broadcast::Sender<Numbered>,
    pub requests: Mutex<Vec<CallRequest>>,
    pub answer: Mutex<Answer>,
    pub past: Mutex<Vec<ConferenceView>>,
    pub queries: Mutex<Vec<HistoryQuery>>,
    pub missing: Mutex<Option<String>>,
    /// Whom callers asked for, by their numbers.
    pub last_time: Mutex<BTreeMap<String, Vec<NewParticipant>>>,
}

impl MemoryServer {
    pub fn new(changes_kept: usize) -> Self {
        Self {
            live: Mutex::new((100, things::board(vec![things::call(1)], vec![things::conference(1, 1)]))),
            changes: broadcast::channel(changes_kept).0,
            requests: Mutex::default(),
            answer: Mutex::new(Box::new(|request| match request.verb {
                Verb::AnswerCall { .. } | Verb::HoldCall { .. } | Verb::ResumeCall { .. } | Verb::HangupCall { .. } => {
                    CallResponse::Call(things::call(1))
                }
                _ => CallResponse::Conference(things::conference(1, 1)),
            })),
            past: Mutex::default(),
            queries: Mutex::default(),
            missing: Mutex::default(),
            last_time: Mutex::default(),
        }
    }

    /// Changes the picture and tells everybody.
    pub fn publish(&self, status: Status) -> u64 {
        let mut live = self.live.lock().unwrap();
        live.0 += 1;
        match &status {
            Status::Call(call) => {
                live.1.calls.retain(|it| it.id != call.id);
                live.1.calls.push(call.clone());
            }
            Status::Conference(conference) => {
                live.1.conferences.retain(|it| it.id != conference.id);
                live.1.conferences.push(conference.clone());
            }
            Status::CallGone { id } => live.1.calls.retain(|it| it.id != *id),
            _ => {}
        }
        // Nobody following is nobody told.
        let _ = self.changes.send(Numbered { number: live.0, status: Arc::new(status) });
        live.0
    }

    /// What was asked so far, oldest first.
    pub fn verbs(&self) -> Vec<Verb> {
        self.requests.lock().unwrap().iter().map(|request| request.verb.clone()).collect()
    }
}

impl ApplicationServer for MemoryServer {
    fn request(&self, request: CallRequest) -> BoxFuture<'_, CallResponse> {
        async move {
            let response = self.answer.lock().unwrap()(&request);
            self.requests.lock().unwrap().push(request);
            response
        }
        .boxed()
    }

    fn follow(&self) -> Follow {
        let live = self.live.lock().unwrap();
        Follow { picture_number: live.0, board: live.1.clone(), changes: self.changes.subscribe() }
    }

    fn history(&self, query: HistoryQuery) -> BoxFuture<'_, Result<Vec<ConferenceView>, HistoryError>> {
        async move {
            let past = self.past.lock().unwrap();
            let wanted = past.iter().filter(|it| {
                query.before.is_none_or(|before| it.created_at < before)
                    && query.owner.is_none_or(|owner| it.owner.id == owner)
            });
            let found = wanted.take(query.limit as usize).cloned().collect();
            self.queries.lock().unwrap().push(query);
            Ok(found)
        }
        .boxed()
    }

    fn story(&self, id: ConferenceId) -> BoxFuture<'_, Result<Option<Story>, HistoryError>> {
        async move {
            let live = self.live.lock().unwrap().1.conferences.clone();
            let past = self.past.lock().unwrap().clone();
            let found = live.into_iter().chain(past).find(|it| it.id == id);
            Ok(found.map(|conference| Story { conference, activities: Vec::new() }))
        }
        .boxed()
    }

    fn last_time<'a>(&'a self, caller: &'a str) -> BoxFuture<'a, Result<Option<LastTime>, HistoryError>> {
        async move {
            let known = self.last_time.lock().unwrap();
            let last = |participants: &Vec<NewParticipant>| LastTime {
                at: Timestamp(1_000),
                participants: participants.clone(),
            };
            Ok(known.get(caller).map(last))
        }
        .boxed()
    }

    fn is_ready(&self) -> Result<(), String> {
        self.missing.lock().unwrap().clone().map_or(Ok(()), Err)
    }

    fn metrics(&self) -> String {
        "switchboard_calls 1\n".into()
    }
}
