//! The page as its stream makes it: a picture, then changes; connected again by itself, as a browser does.

use super::api::Person;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// What the page shows now.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    pub nodes: BTreeMap<String, Value>,
    pub calls: BTreeMap<String, Value>,
    pub conferences: BTreeMap<String, Value>,
    /// What happened, oldest first.
    pub activities: Vec<Value>,
    /// Pictures taken whole: the first, and one after each hole.
    pub snapshots: usize,
}

impl Picture {
    pub fn node_state(&self) -> &str {
        self.nodes.values().next().and_then(|node| node["state"].as_str()).unwrap_or_default()
    }

    /// The call of somebody with this number.
    pub fn call_from(&self, number: &str) -> Option<&Value> {
        self.calls.values().find(|call| call["caller"]["number"] == number && call["state"] != "ended")
    }

    /// One activity of this kind, such as `call.ended`.
    pub fn told(&self, kind: &str) -> Option<&Value> {
        self.activities.iter().rev().find(|activity| activity["type"] == kind)
    }

    fn take(&mut self, kind: &str, data: Value) {
        let id = || data["id"].as_str().unwrap_or_default().to_owned();
        match kind {
            "snapshot" => {
                let by_id = |list: &Value| {
                    let entries = list.as_array().cloned().unwrap_or_default();
                    entries.into_iter().map(|one| (one["id"].as_str().unwrap_or_default().to_owned(), one)).collect()
                };
                self.nodes = by_id(&data["nodes"]);
                self.calls = by_id(&data["calls"]);
                self.conferences = by_id(&data["conferences"]);
                self.snapshots += 1;
            }
            "node" => drop(self.nodes.insert(id(), data)),
            "call" => drop(self.calls.insert(id(), data)),
            "call_gone" => drop(self.calls.remove(&id())),
            "conference" => drop(self.conferences.insert(id(), data)),
            "conference_gone" => drop(self.conferences.remove(&id())),
            "activity" => self.activities.push(data),
            "talking" => {
                let conference = data["conference_id"].as_str().and_then(|id| self.conferences.get_mut(id));
                let people = conference.and_then(|conference| conference["participants"].as_array_mut());
                for person in people.into_iter().flatten().filter(|one| one["id"] == data["participant_id"]) {
                    person["talking"] = data["talking"].clone();
                }
            }
            other => panic!("the stream says {other:?}, which no page knows"),
        }
    }
}

/// Follows the stream until it is dropped.
pub struct Page {
    picture: Arc<Mutex<Picture>>,
    changed: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Page {
    pub fn open(person: Person) -> Self {
        let picture = Arc::new(Mutex::new(Picture::default()));
        let (tell, changed) = watch::channel(0);
        let task = tokio::spawn(follow(person, Arc::clone(&picture), tell));
        Self { picture, changed, task }
    }

    pub fn now(&self) -> Picture {
        self.picture.lock().unwrap().clone()
    }

    /// Waits until the page shows this; fails the test if it does not in time.
    #[track_caller]
    pub fn shows<T>(
        &self,
        what: &str,
        within: Duration,
        look: impl Fn(&Picture) -> Option<T>,
    ) -> impl Future<Output = T> {
        let at = std::panic::Location::caller();
        let mut changed = self.changed.clone();
        async move {
            let deadline = Instant::now() + within;
            loop {
                changed.mark_unchanged();
                let found = look(&self.picture.lock().unwrap());
                if let Some(found) = found {
                    return found;
                }
                if tokio::time::timeout_at(deadline, changed.changed()).await.is_err() {
                    let picture = self.now();
                    let shown = json!({
                        "nodes": picture.nodes, "calls": picture.calls, "conferences": picture.conferences,
                        "told": picture.activities.iter().map(|one| one["text"].clone()).collect::<Vec<_>>(),
                    });
                    panic!("{at}: within {within:?} the page did not show {what}; it shows {shown:#}");
                }
            }
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let picture = self.now();
            let told: Vec<_> = picture.activities.iter().map(|one| (&one["at"], &one["text"])).collect();
            eprintln!("what the page was told: {told:?}\nits calls at last: {:?}", picture.calls);
        }
        self.task.abort();
    }
}

async fn follow(person: Person, picture: Arc<Mutex<Picture>>, tell: watch::Sender<u64>) {
    let mut last: Option<String> = None;
    loop {
        let mut request = person.ask(Method::GET, "/events");
        if let Some(id) = &last {
            request = request.header("Last-Event-ID", id);
        }
        if let Ok(mut response) = request.send().await
            && response.status().is_success()
        {
            let mut text = Vec::new();
            while let Ok(Some(bytes)) = response.chunk().await {
                text.extend_from_slice(&bytes);
                while let Some(end) = text.windows(2).position(|two| two == b"\n\n") {
                    let message: Vec<u8> = text.drain(..end + 2).collect();
                    take(&String::from_utf8_lossy(&message), &mut last, &picture);
                    tell.send_modify(|count| *count += 1);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn take(message: &str, last: &mut Option<String>, picture: &Mutex<Picture>) {
    let field = |name: &str| {
        message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(|value| value.trim().to_owned())
    };
    if let (Some(kind), Some(data)) = (field("event"), field("data")) {
        *last = field("id").or(last.take());
        picture.lock().unwrap().take(&kind, serde_json::from_str(&data).expect("the stream speaks JSON"));
    }
}
