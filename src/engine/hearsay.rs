//! Whoever speaks at the hook may name any channel. What it says is believed only when our own link says that the
//! channel is in the hook: else a stranger could take people who talk out of their call.

use crate::domain::{
    effect::Tag,
    ids::ChannelId,
    input::{HookEvent, Input, Outcome},
};
use std::collections::BTreeMap;

/// Arrivals that are not confirmed yet.
#[derive(Debug, Default)]
pub struct Hearsay(BTreeMap<ChannelId, HookEvent>);

/// What is left of an input.
#[derive(Debug, PartialEq)]
pub struct Sifted {
    /// This happened.
    pub believed: Option<Input>,
    /// Ask the switch whether these are in the hook.
    pub ask: Vec<ChannelId>,
}

impl Hearsay {
    /// Keeps back what is to be confirmed first.
    pub fn sift(&mut self, input: Input) -> Sifted {
        let mut ask = Vec::new();
        let believed = match input {
            Input::Hook(HookEvent::Arrived { channel, .. } | HookEvent::DialsIn { channel, .. }) => {
                if let Input::Hook(arrived) = input {
                    // Who came first stays: a second voice may not put other words into the mouth of the first.
                    self.0.entry(channel).or_insert(arrived);
                }
                ask.push(channel);
                None
            }
            Input::Hook(HookEvent::Closed { channel }) => {
                self.0.remove(&channel);
                Some(input)
            }
            Input::Reply { tag: Tag::Hooked(channel), outcome } => self.answered(channel, &outcome),
            // What was asked while the link was down got no answer.
            Input::Snapshot(_) => {
                ask.extend(self.0.keys());
                Some(input)
            }
            other => Some(other),
        };
        Sifted { believed, ask }
    }

    fn answered(&mut self, channel: ChannelId, outcome: &Outcome) -> Option<Input> {
        match outcome {
            Outcome::Unknown | Outcome::Relations(_) => None,
            Outcome::Ok(host) if !matches!(host.trim(), "" | "_undef_") => self.0.remove(&channel).map(Input::Hook),
            Outcome::Ok(_) | Outcome::Err(_) => {
                if self.0.remove(&channel).is_some() {
                    tracing::warn!(%channel, "somebody at the hook named a channel that is not there");
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::input::Snapshot;
    use uuid::Uuid;

    fn channel() -> ChannelId {
        ChannelId(Uuid::from_u128(1))
    }

    fn arrived(name: &str) -> Input {
        Input::Hook(HookEvent::Arrived {
            channel: channel(),
            queue: None,
            caller_name: name.to_owned(),
            caller_number: "1".to_owned(),
            variables: BTreeMap::new(),
            disposition: None,
            sip_status: None,
        })
    }

    fn answer(outcome: Outcome) -> Input {
        Input::Reply { tag: Tag::Hooked(channel()), outcome }
    }

    #[test]
    fn an_arrival_counts_once_the_switch_confirms_it() {
        let mut hearsay = Hearsay::default();
        assert_eq!(hearsay.sift(arrived("Ivan")), Sifted { believed: None, ask: vec![channel()] });
        assert_eq!(hearsay.sift(arrived("Forger")).ask, [channel()]);
        let told = hearsay.sift(answer(Outcome::Ok("127.0.0.1".to_owned())));
        assert_eq!(told.believed, Some(arrived("Ivan")));
        assert_eq!(hearsay.sift(answer(Outcome::Ok("127.0.0.1".to_owned()))).believed, None, "told once");
    }

    #[test]
    fn a_channel_that_is_elsewhere_or_nowhere_is_not_believed() {
        for outcome in [Outcome::Ok("_undef_".to_owned()), Outcome::Err("No such channel!".to_owned())] {
            let mut hearsay = Hearsay::default();
            hearsay.sift(arrived("Forger"));
            assert_eq!(hearsay.sift(answer(outcome)).believed, None);
            assert!(hearsay.sift(Input::Snapshot(Snapshot::default())).ask.is_empty(), "and forgotten");
        }
    }

    #[test]
    fn what_a_broken_link_did_not_answer_is_asked_again() {
        let mut hearsay = Hearsay::default();
        hearsay.sift(arrived("Ivan"));
        assert_eq!(hearsay.sift(answer(Outcome::Unknown)).believed, None);
        assert_eq!(hearsay.sift(Input::Snapshot(Snapshot::default())).ask, [channel()]);
        hearsay.sift(Input::Hook(HookEvent::Closed { channel: channel() }));
        assert!(hearsay.sift(Input::Snapshot(Snapshot::default())).ask.is_empty(), "who left is not asked for");
    }
}
