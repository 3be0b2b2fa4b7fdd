//! Conference resources and dial policy: what is free, and who may be rung.

use super::{Ids, Node, answering::refuse};
use crate::domain::{
    conference::{Leg, Participant},
    fact::Invited,
    ids::{ChannelId, ParticipantId, UserId},
    policy::{Denied, Load},
    reach::Reach,
    request::{Actor, InputError, NewParticipant, Refusal, RefusalCode},
    route::Dial,
    states::{LegState, NodeState, ParticipantRole},
};
use std::collections::{BTreeMap, BTreeSet};

/// What a node has left.
struct Free {
    /// Of the ports the operator gave us.
    ports: u32,
    /// Of FreeSWITCH's own session limit, where it told one.
    sessions: Option<u32>,
}

impl Node {
    /// Ports that may still be applied for: what is configured or what FreeSWITCH has left, whichever is less.
    pub fn ports_free(&self) -> u32 {
        let free = self.free();
        free.sessions.map_or(free.ports, |sessions| free.ports.min(sessions))
    }

    fn free(&self) -> Free {
        let (mut reserved, mut unused) = (0u32, 0u32);
        for conference in self.conferences.values().filter(|c| Self::holds_resources(c)) {
            let used = u32::try_from(conference.active().filter(|(_, leg)| leg.seen || leg.answered).count())
                .unwrap_or(u32::MAX);
            reserved = reserved.saturating_add(conference.ports);
            unused = unused.saturating_add(conference.ports.saturating_sub(used));
        }
        let health = &self.link.health;
        Free {
            ports: self.rules.ports.saturating_sub(reserved),
            sessions: (health.max_sessions > 0)
                .then(|| health.max_sessions.saturating_sub(health.sessions).saturating_sub(unused)),
        }
    }

    /// Asks for ports for so many legs, of which so many have no session of FreeSWITCH yet.
    pub(super) fn apply_for(&self, legs: usize, new: usize) -> Result<(), Refusal> {
        let count = |legs: usize| u32::try_from(legs).unwrap_or(u32::MAX);
        let free = self.free();
        let lacking = |what: &str, needed: u32, free: u32| {
            refuse(
                RefusalCode::NoResources,
                format!("this needs {needed} {what}, and {} has {free} free; ask fewer people, or wait", self.id),
            )
        };
        match self.link.state {
            NodeState::Down => Err(refuse(
                RefusalCode::NodeDown,
                format!("the link to FreeSWITCH {} is down; nothing was dialed, try again when it is back", self.id),
            )),
            NodeState::Paused => Err(refuse(
                RefusalCode::NoResources,
                format!("FreeSWITCH {} takes no new calls now (it is paused); nothing was dialed", self.id),
            )),
            _ if free.ports < count(legs) => Err(lacking("ports", count(legs), free.ports)),
            _ => match free.sessions {
                Some(sessions) if sessions < count(new) => Err(lacking("sessions", count(new), sessions)),
                _ => Ok(()),
            },
        }
    }

    /// Judges so many new legs of somebody.
    pub(super) fn allow_legs(&self, actor: UserId, new: usize, in_conference: usize) -> Result<(), Refusal> {
        let count = |of: Option<UserId>| {
            self.conferences
                .values()
                .filter(|c| of.is_none_or(|user| c.owner.id == user))
                .map(|c| c.active().count())
                .sum::<usize>()
        };
        // Who waits in the queue will be dialed soon, and counts as if they had been.
        let queued = |of: Option<UserId>| {
            let of_them = self.conferences.values().filter(|c| of.is_none_or(|user| c.owner.id == user));
            let waits = |p: &Participant, leg: &Leg| leg.state == LegState::Queued && !p.dials.is_empty();
            of_them.map(|c| c.active().filter(|(p, leg)| waits(p, leg)).count()).sum::<usize>()
        };
        let load = Load {
            in_conference,
            of_user: count(Some(actor)),
            in_all: count(None),
            queued_of_user: queued(Some(actor)),
            queued_in_all: queued(None),
        };
        self.rules.policy.legs(self.now, actor, new, load, &self.recent).map_err(|denied| {
            let code = if denied.is_for_now() { RefusalCode::Limit } else { RefusalCode::Policy };
            refuse(code, denied.to_string())
        })
    }

    /// Turns what was typed into people who may be rung. Every fault is named, with its place.
    pub(super) fn resolve(
        &self,
        wanted: &[NewParticipant],
        already: &BTreeMap<String, String>,
        ids: &mut dyn Ids,
    ) -> Result<Vec<Invited>, Refusal> {
        let mut errors = Vec::new();
        let mut code = RefusalCode::BadInput;
        let mut given = BTreeSet::new();
        let mut invited = Vec::new();
        if wanted.is_empty() {
            errors.push(InputError { pointer: "/participants".into(), detail: "name at least one participant".into() });
        }
        for (at, person) in wanted.iter().enumerate() {
            let mut dials = Vec::new();
            if person.numbers.is_empty() {
                errors.push(InputError {
                    pointer: format!("/participants/{at}/numbers"),
                    detail: "give a number".into(),
                });
            }
            for (nth, typed) in person.numbers.iter().enumerate() {
                let pointer = format!("/participants/{at}/numbers/{nth}");
                match self.dial(typed) {
                    Ok(mut dial) => {
                        let fault = match already.get(&dial.number) {
                            Some(other) if other.is_empty() => {
                                Some("this number is in the conference already".to_owned())
                            }
                            Some(other) => Some(format!("this number is in the conference already, as {other}")),
                            None => {
                                (!given.insert(dial.number.clone())).then(|| "this number was given twice".to_owned())
                            }
                        };
                        if let Some(detail) = fault {
                            errors.push(InputError { pointer, detail });
                        }
                        dial.confirm = person.confirm.unwrap_or(dial.confirm);
                        dials.push(dial);
                    }
                    Err((fault, detail)) => {
                        if errors.is_empty() {
                            code = fault;
                        }
                        errors.push(InputError { pointer, detail });
                    }
                }
            }
            let reach = self.rules.reach.wanted(person, at).unwrap_or_else(|faults| {
                errors.extend(faults);
                Reach::default()
            });
            invited.push(Invited {
                participant: ParticipantId::new(ids.uuid()),
                role: ParticipantRole::Guest,
                name: person.name.trim().to_owned(),
                number: dials.first().map(|dial| dial.number.clone()).unwrap_or_default(),
                dials,
                leg: ChannelId(ids.uuid()),
                label: person.label.trim().to_owned(),
                moderator: person.moderator,
                listener: person.listener,
                introduce: person.introduce,
                replaces: None,
                end_conference_on_exit: person.end_conference_on_exit,
                reach,
            });
        }
        match errors.first() {
            None => Ok(invited),
            Some(first) => Err(Refusal { code, detail: format!("nobody was rung: {}", first.detail), errors }),
        }
    }

    pub(super) fn dial(&self, typed: &str) -> Result<Dial, (RefusalCode, String)> {
        let number =
            self.rules.numbering.normalise(typed).map_err(|fault| (RefusalCode::BadInput, fault.to_string()))?;
        let dial = self.rules.routes.dial(&number).map_err(|fault| (RefusalCode::NoRoute, fault.to_string()))?;
        self.rules.policy.number(&number).map_err(|fault: Denied| (RefusalCode::Policy, fault.to_string()))?;
        Ok(dial)
    }

    /// How somebody's own station is rung into a conference.
    pub(super) fn dial_station(&self, actor: &Actor, named: Option<&str>) -> Result<Dial, Refusal> {
        let name = self
            .stations_of(actor, named)?
            .into_iter()
            .next()
            .ok_or_else(|| refuse(RefusalCode::NoStation, "you have no station that FreeSWITCH can ring"))?;
        self.station_dial(&name, std::slice::from_ref(&name))
            .ok_or_else(|| refuse(RefusalCode::NoStation, format!("station {name} is not configured")))
    }
}
