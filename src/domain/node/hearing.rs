//! Sidebars and coaches: some hear one another apart, and one is heard by one only.
//!
//! What is wanted is journaled; whether it is so is asked of the switch, for no event tells.

use super::{
    Accepting, Node, Touched,
    answering::refuse,
    introducing::{free_sidebar, waits_to_be_introduced},
};
use crate::domain::{
    conference::{Conference, Hearing, Introduction, Participant},
    effect::{Command, Effect, Tag},
    fact::{Fact, Subject},
    hearing::{self, Blocked, Member, Place},
    ids::{ChannelId, ConferenceId, ParticipantId},
    input::Outcome,
    request::{Actor, Refusal, RefusalCode},
    setting::Setting,
    states::LegState,
    timers::Timer,
};
use std::collections::BTreeSet;

/// Asked again so often when the switch has it otherwise, before it is said to be in doubt.
const TRIES: u8 = 3;

impl Node {
    /// These talk apart; the room goes on. Who was in another sidebar comes over.
    pub(super) fn sidebar(&mut self, actor: &Actor, id: ConferenceId, people: &[ParticipantId]) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        let people: BTreeSet<ParticipantId> = people.iter().copied().collect();
        if people.len() < 2 {
            return Err(refuse(RefusalCode::BadInput, "name at least two participants who are to talk apart"));
        }
        for one in &people {
            inside(conference, *one)?;
        }
        let sidebar = free_sidebar(conference);
        let participants = people.into_iter().collect();
        self.record(Subject::Conference(id), Some(actor.into()), Fact::SidebarAsked { sidebar, participants });
        self.nobody_is_alone_apart(id);
        self.arrange(id);
        Ok(id)
    }

    /// Everybody of this sidebar, or of all, is back in the room.
    pub(super) fn end_sidebar(&mut self, actor: &Actor, id: ConferenceId, sidebar: Option<u32>) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        let open: BTreeSet<u32> = conference
            .participants
            .iter()
            .filter_map(|p| p.sidebar)
            .filter(|number| sidebar.is_none_or(|wanted| wanted == *number))
            .collect();
        if open.is_empty() && sidebar.is_some() {
            return Err(refuse(RefusalCode::NotFound, "there is no such sidebar; it may have ended already"));
        }
        for sidebar in open {
            self.introduced(actor, id, |p| p.sidebar == Some(sidebar));
            self.record(Subject::Conference(id), Some(actor.into()), Fact::SidebarEnded { sidebar });
        }
        self.arrange(id);
        Ok(id)
    }

    /// One comes back from a sidebar.
    pub(super) fn leave_sidebar(&mut self, actor: &Actor, id: ConferenceId, participant: ParticipantId) -> Accepting {
        if self.participant_of(id, participant, actor)?.sidebar.is_none() {
            return Ok(id);
        }
        self.introduced(actor, id, |p| p.id == participant);
        self.record(Subject::Conference(id), Some(actor.into()), Fact::SidebarLeft { participant });
        self.nobody_is_alone_apart(id);
        self.arrange(id);
        Ok(id)
    }

    /// From now on only this one hears them; with nobody named, everybody does again.
    pub(super) fn coach(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        participant: ParticipantId,
        whom: Option<ParticipantId>,
    ) -> Accepting {
        let coaches = self.participant_of(id, participant, actor)?.coaching;
        if coaches == whom {
            return Ok(id);
        }
        if let Some(whom) = whom {
            let conference = self.conference_of(id, actor)?;
            if whom == participant {
                return Err(refuse(RefusalCode::BadInput, "nobody can coach themselves; name somebody else"));
            }
            inside(conference, participant)?;
            inside(conference, whom)?;
        }
        self.record(Subject::Conference(id), Some(actor.into()), Fact::Coaching { participant, whom });
        self.arrange(id);
        Ok(id)
    }

    /// Who is left alone in a sidebar hears nobody: they come back.
    pub(super) fn nobody_is_alone_apart(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let open: BTreeSet<u32> = conference.participants.iter().filter_map(|p| p.sidebar).collect();
        let alone: Vec<u32> = open
            .into_iter()
            .filter(|sidebar| conference.participants.iter().filter(|p| p.sidebar == Some(*sidebar)).count() < 2)
            .collect();
        for sidebar in alone {
            self.introduction_broken(id, sidebar);
            self.conference_fact(id, Fact::SidebarEnded { sidebar });
        }
    }

    /// Whoever comes into a room in which not everybody hears everybody is let in deaf and muted, and let hear when
    /// it is arranged whom.
    pub(super) fn comes_screened(&self, id: ConferenceId) -> bool {
        self.conferences.get(&id).is_some_and(is_arranged)
    }

    /// Somebody came into the room, or left it.
    pub(super) fn arrange_anew(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id).filter(|c| !c.is_over()) else { return };
        if is_arranged(conference) || conference.hearing != Hearing::Free {
            self.arrange(id);
        } else {
            self.let_hear(id);
        }
    }

    /// After a restart or a gap nobody knows how the switch has it.
    pub(super) fn hearing_in_doubt(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        // What was asked may never have been done; what is known is only asked for again.
        if matches!(conference.hearing, Hearing::Pending { .. }) {
            conference.hearing = Hearing::Unknown;
        }
        self.arrange_anew(id);
    }

    /// Makes the switch have it as it is wanted, and asks whether it does.
    fn arrange(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(room) = self.room_of(conference).filter(|_| conference.room_lives) else { return };
        let wanted = wanted(conference);
        let (set, clear) = match &conference.hearing {
            Hearing::Known(known) | Hearing::Otherwise(known) => (&wanted - known, known - &wanted),
            Hearing::Pending { sent, .. } => (&wanted - sent, sent - &wanted),
            Hearing::Free | Hearing::Unknown => (wanted.clone(), Blocked::new()),
        };
        let members = members(conference);
        let clear: Blocked = clear.into_iter().filter(|pair| are_in(&members, pair)).collect();
        let tries = match conference.hearing {
            Hearing::Pending { tries, .. } => tries,
            _ => TRIES,
        };
        let lane = lane(id);
        for relate in hearing::commands(&set, true).into_iter().chain(hearing::commands(&clear, false)) {
            let room = room.clone();
            self.command(Tag::Quiet(lane), lane, Command::Relate { room, relate });
        }
        self.command(Tag::Relations(id), lane, Command::AskRelations(room));
        self.timers.set(Timer::HearingPending(id), self.now.plus(self.rules.times.control));
        if let Some(conference) = self.conferences.get_mut(&id) {
            let asked = match &conference.hearing {
                Hearing::Pending { asked, .. } => asked + 1,
                _ => 1,
            };
            let changes = !set.is_empty()
                || !clear.is_empty()
                || matches!(conference.hearing, Hearing::Pending { changes: true, .. });
            conference.hearing = Hearing::Pending { sent: wanted, asked, tries, changes };
        }
        self.out.touched.insert(Touched::Conference(id));
    }

    /// How the switch has it.
    pub(super) fn relations(&mut self, id: ConferenceId, outcome: &Outcome) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        // The room is gone, or the link: what follows that looks again.
        let Outcome::Relations(listed) = outcome else { return };
        let members = members(conference);
        let Hearing::Pending { sent, asked, tries, .. } = &mut conference.hearing else { return };
        // An answer to an earlier question is not the answer to the latest.
        *asked = asked.saturating_sub(1);
        if *asked > 0 {
            return;
        }
        let current = |pair: &(u32, u32)| are_in(&members, pair);
        let known: Blocked = listed.keys().copied().filter(|pair| current(pair)).collect();
        let ours = listed.iter().filter(|(pair, _)| current(pair)).all(|(_, blocks)| *blocks);
        let wanted: Blocked = sent.iter().copied().filter(|pair| current(pair)).collect();
        if known == wanted && ours {
            let free = known.is_empty() && !is_arranged(conference);
            conference.hearing = if free { Hearing::Free } else { Hearing::Known(known) };
            self.timers.clear(Timer::HearingPending(id));
            self.out.touched.insert(Touched::Conference(id));
            self.let_hear(id);
        } else if *tries > 0 {
            let tries = *tries - 1;
            // One of another kind than ours is as none at all where ours is wanted.
            let strange = |pair: &(u32, u32)| listed.get(pair) == Some(&false) && wanted.contains(pair);
            let sent = known.into_iter().filter(|pair| !strange(pair)).collect();
            conference.hearing = Hearing::Pending { sent, asked: 0, tries, changes: true };
            self.arrange(id);
        } else {
            // Shown as not done; it is tried again at the next look at the switch, or the next change.
            conference.hearing = Hearing::Otherwise(known);
            self.timers.clear(Timer::HearingPending(id));
            self.out.touched.insert(Touched::Conference(id));
        }
    }

    /// No answer: the switch is looked at.
    pub(super) fn hearing_late(&mut self, id: ConferenceId) {
        self.timers.clear(Timer::HearingPending(id));
        if let Some(conference) = self.conferences.get_mut(&id) {
            conference.hearing = Hearing::Unknown;
        }
        self.out.touched.insert(Touched::Conference(id));
        self.effect(Effect::Resync);
    }

    /// It is arranged whom they hear: who was let in deaf and muted hears, and is heard.
    fn let_hear(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let waiting: Vec<(ParticipantId, ChannelId, bool, bool)> = conference
            .participants
            .iter()
            .filter_map(|p| {
                let keeps = |setting| p.keeps.contains(&setting);
                // Whoever waits to be introduced is let hear by that; who is on hold, when they hear the music.
                let listens = p.introduction != Some(Introduction::Waiting) && !keeps(Setting::Hold(true));
                let leg = p.legs.iter().rev().find(|leg| listens && leg.screened && leg.member.is_some())?;
                Some((p.id, leg.id, keeps(Setting::Deaf(true)), p.listener || keeps(Setting::Muted(true))))
            })
            .collect();
        for (participant, leg, deaf, muted) in waiting {
            self.conference_fact(id, Fact::LegScreened { participant, leg, on: false });
            if !deaf {
                self.ask_setting(None, id, participant, Setting::Deaf(false));
            }
            if !muted {
                self.ask_setting(None, id, participant, Setting::Muted(false));
            }
        }
    }

    /// Whether this leg is let in deaf and muted; journaled, so that it is let hear after a restart, too.
    pub(super) fn screen(&mut self, id: ConferenceId, participant: ParticipantId, leg: ChannelId) -> bool {
        let person = self.conferences.get(&id).and_then(|c| c.participant(participant));
        let newcomer = person.is_some_and(|p| p.introduction.is_some());
        let on = newcomer || self.comes_screened(id);
        let was = self.leg(id, participant, leg).is_some_and(|leg| leg.screened);
        if on != was {
            self.conference_fact(id, Fact::LegScreened { participant, leg, on });
        }
        on
    }
}

/// Not everybody is to hear everybody.
fn is_arranged(conference: &Conference) -> bool {
    conference.participants.iter().any(|p| p.sidebar.is_some() || p.coaching.is_some())
}

fn wanted(conference: &Conference) -> Blocked {
    let places: Vec<Place<ParticipantId>> = conference
        .participants
        .iter()
        .filter_map(|p| {
            let member = p.legs.iter().rev().find_map(|leg| leg.member)?;
            Some(Place { id: p.id, member, sidebar: p.sidebar, coaches: p.coaching })
        })
        .collect();
    hearing::blocked(&places)
}

fn members(conference: &Conference) -> BTreeSet<Member> {
    conference.participants.iter().flat_map(|p| &p.legs).filter_map(|leg| leg.member).collect()
}

/// The switch keeps relations towards those who left.
fn are_in(members: &BTreeSet<Member>, pair: &(Member, Member)) -> bool {
    members.contains(&pair.0) && members.contains(&pair.1)
}

/// Commands about relations keep their order, whoever comes and goes.
pub(super) fn lane(id: ConferenceId) -> ChannelId {
    ChannelId(id.uuid())
}

fn inside(conference: &Conference, id: ParticipantId) -> Result<&Participant, Refusal> {
    let person = conference
        .participant(id)
        .ok_or_else(|| refuse(RefusalCode::NotFound, "there is no such participant in this conference"))?;
    if person.introduction == Some(Introduction::Waiting) {
        Err(waits_to_be_introduced())
    } else if person.legs.iter().any(|leg| leg.state == LegState::Joined && leg.member.is_some()) {
        Ok(person)
    } else {
        Err(refuse(
            RefusalCode::WrongState,
            "only those who are in the room can talk apart or coach; wait until they join",
        ))
    }
}
