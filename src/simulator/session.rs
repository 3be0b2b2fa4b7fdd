//! One Event Socket connection: what it subscribed to, its filters, and what waits to be sent.

use super::event::Event;
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::mpsc::UnboundedSender;

/// What the writing half of a connection is told.
pub(super) enum Out {
    Bytes(Arc<[u8]>),
    /// Send what is queued, then close.
    Close,
    /// Close at once, as a killed process does.
    Abort,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Plain,
    Json,
    Xml,
}

/// `linger`: how long a hook connection outlives its channel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Linger {
    No,
    Forever,
    Seconds(u64),
}

struct Filter {
    header: String,
    value: String,
    exclude: bool,
}

pub(super) struct Session {
    out: UnboundedSender<Out>,
    /// The channel an outbound socket controls, or `myevents <uuid>` watches.
    pub controls: Option<String>,
    /// An outbound socket, not a client that connected to us.
    pub outbound: bool,
    pub linger: Linger,
    /// Set when the controlled channel ended without linger: nothing more is sent.
    pub finished: bool,
    format: Format,
    all: bool,
    names: BTreeSet<String>,
    subclasses: BTreeSet<String>,
    filters: Vec<Filter>,
    /// `myevents`: only this channel's events.
    only: Option<String>,
    /// A command is being executed: FreeSWITCH sends no events on a connection meanwhile.
    busy: bool,
    held: Vec<Arc<[u8]>>,
}

impl Session {
    pub(super) fn new(out: UnboundedSender<Out>, controls: Option<String>) -> Self {
        Self {
            out,
            outbound: controls.is_some(),
            controls,
            linger: Linger::No,
            finished: false,
            format: Format::Plain,
            all: false,
            names: BTreeSet::new(),
            subclasses: BTreeSet::new(),
            filters: Vec::new(),
            only: None,
            busy: false,
            held: Vec::new(),
        }
    }

    pub(super) fn tell(&self, out: Out) {
        // The other half may be gone; then nobody is there to be told.
        let _ = self.out.send(out);
    }

    pub(super) fn send(&self, bytes: Vec<u8>) {
        self.tell(Out::Bytes(bytes.into()));
    }

    /// A command begins: hold events back.
    pub(super) fn begin(&mut self) {
        self.busy = true;
    }

    /// A command was answered: what was held back may go.
    pub(super) fn end(&mut self) {
        self.busy = false;
        for bytes in std::mem::take(&mut self.held) {
            self.tell(Out::Bytes(bytes));
        }
    }

    pub(super) fn subscribe(&mut self, format: Format, words: &str) -> bool {
        let (mut any, mut custom) = (false, false);
        for word in words.split_ascii_whitespace() {
            let name = word.to_ascii_uppercase();
            if custom {
                self.subclasses.insert(word.to_owned());
                any = true;
            } else if name == "ALL" {
                self.all = true;
                any = true;
            } else if super::event::NAMES.contains(&name.as_str()) {
                custom = name == "CUSTOM";
                self.names.insert(name);
                any = true;
            }
        }
        if any {
            self.format = format;
        }
        any
    }

    pub(super) fn unsubscribe(&mut self, words: &str) {
        let mut custom = false;
        for word in words.split_ascii_whitespace() {
            let name = word.to_ascii_uppercase();
            if custom {
                self.subclasses.remove(word);
            } else if name == "CUSTOM" {
                custom = true;
            } else if self.all {
                // Nixing one of all leaves the others.
                self.all = false;
                self.names.extend(super::event::NAMES.iter().map(|name| (*name).to_owned()));
                self.names.remove(&name);
            } else {
                self.names.remove(&name);
            }
        }
    }

    pub(super) fn no_events(&mut self) {
        self.all = false;
        self.names.clear();
        self.subclasses.clear();
    }

    /// `myevents`: what a channel goes through, of one channel. Not what is played to it, nor its call state.
    pub(super) fn my_events(&mut self, uuid: &str) {
        const MINE: &[&str] = &[
            "CHANNEL_ANSWER",
            "CHANNEL_APPLICATION",
            "CHANNEL_BRIDGE",
            "CHANNEL_CREATE",
            "CHANNEL_DESTROY",
            "CHANNEL_EXECUTE",
            "CHANNEL_EXECUTE_COMPLETE",
            "CHANNEL_HANGUP",
            "CHANNEL_HANGUP_COMPLETE",
            "CHANNEL_HOLD",
            "CHANNEL_UNHOLD",
            "CHANNEL_ORIGINATE",
            "CHANNEL_OUTGOING",
            "CHANNEL_PARK",
            "CHANNEL_PROGRESS",
            "CHANNEL_PROGRESS_MEDIA",
            "CHANNEL_STATE",
            "CHANNEL_UNBRIDGE",
            "CHANNEL_UNPARK",
            "CALL_UPDATE",
            "DTMF",
        ];
        self.only = Some(uuid.to_owned());
        self.controls = Some(uuid.to_owned());
        self.names.extend(MINE.iter().map(|name| (*name).to_owned()));
    }

    pub(super) fn add_filter(&mut self, header: &str, value: &str) {
        let (value, exclude) = match value.strip_prefix('-') {
            Some(rest) => (rest, true),
            None => (value, false),
        };
        self.filters.push(Filter { header: header.to_owned(), value: value.to_owned(), exclude });
    }

    pub(super) fn delete_filter(&mut self, header: &str, value: Option<&str>) {
        self.filters.retain(|f| {
            !(header.eq_ignore_ascii_case("all")
                || f.header.eq_ignore_ascii_case(header) && value.is_none_or(|value| f.value == value))
        });
    }

    pub(super) fn subscribed(&self, name: &str, subclass: Option<&str>) -> bool {
        if self.finished {
            return false;
        }
        if self.all {
            return true;
        }
        match subclass {
            Some(subclass) => self.subclasses.contains(subclass),
            None => self.names.contains(name),
        }
    }

    /// Filters are alternatives; one that excludes counts only after another has matched.
    fn passes(&self, event: &Event) -> bool {
        if self.filters.is_empty() {
            return true;
        }
        let matches = |filter: &&Filter| {
            event.header(&filter.header).is_some_and(|value| match filter.value.strip_prefix('/') {
                Some(pattern) => matches_pattern(pattern.trim_end_matches('/'), value),
                None => value.eq_ignore_ascii_case(&filter.value),
            })
        };
        self.filters.iter().filter(|f| !f.exclude).any(|f| matches(&f))
            && !self.filters.iter().filter(|f| f.exclude).any(|f| matches(&f))
    }

    /// Sends the event if this connection wants it; each encoding is made once for all.
    pub(super) fn offer(
        &mut self,
        event: &Event,
        plain: &mut Option<Arc<[u8]>>,
        json: &mut Option<Arc<[u8]>>,
        xml: &mut Option<Arc<[u8]>>,
    ) {
        let mine = self.only.as_ref().is_none_or(|only| {
            event.uuid.as_ref() == Some(only) || event.subclass.is_some_and(|class| self.subclasses.contains(class))
        });
        if !mine || !self.subscribed(event.name, event.subclass) || !self.passes(event) {
            return;
        }
        let bytes = match self.format {
            Format::Plain => plain.get_or_insert_with(|| event.plain().into()),
            Format::Json => json.get_or_insert_with(|| event.json().into()),
            Format::Xml => xml.get_or_insert_with(|| event.xml().into()),
        };
        if self.busy {
            self.held.push(bytes.clone());
        } else {
            self.tell(Out::Bytes(bytes.clone()));
        }
    }
}

/// The part of regular expressions filters are used with: anchors, alternatives, `.*`.
fn matches_pattern(pattern: &str, value: &str) -> bool {
    pattern.split('|').any(|pattern| {
        let (pattern, from_start) = pattern.strip_prefix('^').map_or((pattern, false), |rest| (rest, true));
        let (pattern, to_end) = pattern.strip_suffix('$').map_or((pattern, false), |rest| (rest, true));
        let mut rest = value;
        for (at, piece) in pattern.split(".*").enumerate() {
            match rest.find(piece) {
                Some(found) if at > 0 || !from_start || found == 0 => rest = &rest[found + piece.len()..],
                _ => return false,
            }
        }
        !to_end || rest.is_empty() || pattern.ends_with(".*")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc::unbounded_channel;

    fn event(headers: &[(&'static str, &str)]) -> Event {
        let mut event = Event::new("CHANNEL_ANSWER");
        for (name, value) in headers {
            event.add(*name, *value);
        }
        event
    }

    #[test]
    fn names_after_custom_are_subclasses_and_unknown_names_alone_are_refused() {
        let mut session = Session::new(unbounded_channel().0, None);
        assert!(!session.subscribe(Format::Plain, "NOSUCHEVENT"));
        assert!(session.subscribe(Format::Plain, "NOSUCH CHANNEL_ANSWER CUSTOM conference::maintenance HEARTBEAT"));
        assert!(session.subscribed("CHANNEL_ANSWER", None));
        assert!(session.subscribed("CUSTOM", Some("conference::maintenance")));
        assert!(!session.subscribed("HEARTBEAT", None), "what follows CUSTOM is a subclass");
    }

    #[test]
    fn filters_are_alternatives_and_exclusions_need_a_match_first() {
        let mut session = Session::new(unbounded_channel().0, None);
        session.add_filter("Unique-ID", "a");
        session.add_filter("Answer-State", "early");
        assert!(session.passes(&event(&[("Unique-ID", "b"), ("Answer-State", "early")])));
        assert!(!session.passes(&event(&[("Unique-ID", "b")])));
        session.add_filter("Action", "-talk");
        assert!(!session.passes(&event(&[("Unique-ID", "a"), ("Action", "talk")])));
        assert!(!session.passes(&event(&[("Action", "other")])), "an exclusion alone lets nothing through");
        session.add_filter("Unique-ID", "/^x.*9$/");
        assert!(session.passes(&event(&[("Unique-ID", "x129")])));
        assert!(!session.passes(&event(&[("Unique-ID", "ax129")])));
    }
}
