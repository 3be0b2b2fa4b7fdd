//! What a fact is called and how it is told: the event's dotted name and one short sentence.
//!
//! The journal, the page's right-hand side, the live region, the API's events and the exported story all tell a
//! fact in these words.

mod meeting;
mod people;

use super::{
    call::Call,
    cause::Cause,
    conference::{Conference, Participant},
    ending::spelled,
    fact::{Fact, Person},
    ids::{ChannelId, ParticipantId, RecordingId},
    recording,
    states::ParticipantRole,
};

/// One fact, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// `conference.participant.joined`
    pub kind: &'static str,
    pub text: String,
    pub participant: Option<ParticipantId>,
    /// What one leg did, or what was done to it.
    pub leg: Option<ChannelId>,
    /// Of the participant: that of the leg, or the one they are at.
    pub number: String,
    pub recording: Option<RecordingId>,
    pub cause: Option<Cause>,
    /// Who of the conference did it, by the keys of their phone.
    pub by_phone: Option<ParticipantId>,
    /// The switch's own word for the cause.
    pub switch_cause: Option<String>,
}

fn told(kind: &'static str, text: impl Into<String>) -> Option<Telling> {
    Some(Telling {
        kind,
        text: text.into(),
        participant: None,
        leg: None,
        number: String::new(),
        recording: None,
        cause: None,
        by_phone: None,
        switch_cause: None,
    })
}

fn because(telling: Option<Telling>, cause: &Cause) -> Option<Telling> {
    telling.map(|telling| Telling { cause: Some(cause.clone()), ..telling })
}

/// A fact of a call, told with the call as it is after the fact. Some facts need no words.
pub fn tell_call(call: &Call, actor: Option<&Person>, fact: &Fact) -> Option<Telling> {
    let caller = name_or_number(&call.caller_name, &call.caller_number);
    let by = actor.map_or("Somebody", |person| person.name.as_str());
    match fact {
        Fact::CallArrived { station: Some(_), .. } => told("call.adopted", format!("Talking with {caller}.")),
        Fact::CallArrived { queue, .. } => told(
            "call.waiting",
            match queue {
                Some(queue) => format!("{caller} is waiting in {queue}."),
                None => format!("{caller} is waiting."),
            },
        ),
        Fact::CallClaimed { attendant, .. } => {
            told("call.ringing", format!("{} answers {caller}; the station is ringing.", attendant.name))
        }
        Fact::CallReturned { cause: Some(cause) } => {
            because(told("call.returned", format!("{caller} is waiting again: {}.", cause.reason.words())), cause)
        }
        Fact::CallReturned { cause: None } => told("call.returned", format!("{caller} is waiting again.")),
        Fact::CallConnected { .. } => told("call.talking", format!("Talking with {caller}.")),
        Fact::CallHeld => told("call.held", format!("{caller} is on hold.")),
        Fact::CallStationHold { on: true } => told("call.station_hold", "The phone has put the call on its own hold."),
        Fact::CallStationHold { on: false } => {
            told("call.station_unhold", "The phone has taken the call off its hold.")
        }
        Fact::CallStationLost => told("call.station_lost", format!("The station hung up; {caller} stays on hold.")),
        Fact::CallRestored { cause } => {
            because(told("call.restored", format!("Talking with {caller} again: {}.", cause.reason.words())), cause)
        }
        Fact::CallComesBack { .. } => {
            told("call.comes_back", format!("{caller} was in a conference that still lives, and calls again."))
        }
        Fact::CallHangupAsked => told("call.hangup_asked", format!("{by} hangs up on {caller}.")),
        Fact::CallEnded { cause } => {
            because(told("call.ended", format!("The call with {caller} is over: {}.", cause.reason.words())), cause)
        }
        _ => None,
    }
}

/// A fact of a conference, told with the conference as it is after the fact.
pub fn tell_conference(conference: &Conference, actor: Option<&Person>, fact: &Fact) -> Option<Telling> {
    let telling = meeting::tell(conference, actor, fact).or_else(|| tell_rest(conference, actor, fact))?;
    Some(Telling { by_phone: meeting::by_phone(conference, actor), ..telling })
}

fn tell_rest(conference: &Conference, actor: Option<&Person>, fact: &Fact) -> Option<Telling> {
    let by = actor.map_or("Somebody", |person| person.name.as_str());
    match fact {
        Fact::ConferenceRequested { rescues: Some(_), invited, .. } => told(
            "conference.requested",
            format!("The conference before was lost with FreeSWITCH: {} are rung again.", invited.len()),
        ),
        Fact::ConferenceRequested { invited, owner, .. } => {
            let guests = invited.iter().filter(|one| one.role == ParticipantRole::Guest).count();
            let people = if guests == 1 { "1 person".to_owned() } else { format!("{guests} people") };
            told("conference.requested", format!("{} asks for a conference with {people}.", owner.name))
        }
        Fact::ConferenceLive => told("conference.live", "The conference is live."),
        Fact::ConferenceWaits { on: true } => {
            told("conference.waits", format!("{by} has whoever comes early wait for the host."))
        }
        Fact::ConferenceWaits { on: false } => {
            told("conference.waits_no_longer", format!("{by} lets everybody in before the host."))
        }
        Fact::ConferenceLockAsked { on } => {
            let what = if *on { "locks" } else { "unlocks" };
            told("conference.lock_asked", format!("{by} {what} the room."))
        }
        Fact::ConferenceLocked { on: true } => told("conference.locked", "The room is locked."),
        Fact::ConferenceLocked { on: false } => told("conference.unlocked", "The room is unlocked."),
        Fact::ConferenceQuestion { .. } => {
            told("conference.question", "The caller hung up. Go on ringing the others, or stop?")
        }
        Fact::ConferenceAnswered { go_on: true } => {
            told("conference.continued", format!("{by} goes on without the caller."))
        }
        Fact::ConferenceAnswered { go_on: false } => {
            told("conference.stopped_ringing", "Nobody said to go on without the caller; ringing stops.")
        }
        Fact::ConferenceNotice { cause } => {
            because(told("conference.notice", format!("While assembling: {}.", cause.reason.words())), cause)
        }
        Fact::ConferenceExtended { seconds, .. } => {
            told("conference.extended", format!("{by} lets the conference go on for {} more.", spelled(*seconds)))
        }
        Fact::ConferenceWarned { left } => {
            told("conference.warning", format!("The conference ends in {}.", spelled(*left)))
        }
        Fact::ConferenceEndDue { cause, seconds, .. } => {
            let text = format!("The conference ends in {}: {}.", spelled(*seconds), cause.reason.words());
            because(told("conference.end_due", text), cause)
        }
        Fact::AnnouncementAsked { participant, sound, text }
        | Fact::AnnouncementPlayed { participant, sound, text }
        | Fact::AnnouncementStopped { participant, sound, text }
        | Fact::AnnouncementFailed { participant, sound, text } => {
            let to = participant.and_then(|id| conference.participant(id)).map_or("all".to_owned(), shown_name);
            let (what, deed, done) = match text {
                Some(text) => (format!("“{text}”"), "has", "spoken"),
                None => (sound.clone(), "plays", "played"),
            };
            let spoken = if text.is_some() { " spoken" } else { "" };
            let (kind, text) = match fact {
                Fact::AnnouncementAsked { .. } if actor.is_none() => {
                    ("conference.announcement.asked", format!("{what} is to be {done} to {to}."))
                }
                Fact::AnnouncementAsked { .. } => {
                    ("conference.announcement.asked", format!("{by} {deed} {what}{spoken} to {to}."))
                }
                Fact::AnnouncementPlayed { .. } => {
                    ("conference.announcement.played", format!("{what} was {done} to {to}."))
                }
                Fact::AnnouncementStopped { .. } => {
                    ("conference.announcement.stopped", format!("{what} to {to} was stopped."))
                }
                _ => ("conference.announcement.failed", format!("{what} could not be {done} to {to}.")),
            };
            told(kind, text).map(|telling| Telling { participant: *participant, ..telling })
        }
        Fact::ConferenceEndCalledOff => told("conference.goes_on", "The conference goes on after all."),
        Fact::ConferenceHandedOver { from, to, note, .. } => {
            told("conference.handed_over", handed_over(actor, from, to, note))
        }
        Fact::ConferenceEnding { cause } => {
            let text = match actor {
                Some(person) => format!("{} ends the conference for all.", person.name),
                None => format!("The conference ends: {}.", cause.reason.words()),
            };
            because(told("conference.ending", text), cause)
        }
        Fact::RingingCancelled => {
            told("conference.ringing_cancelled", format!("{by} calls off everybody who is not in yet."))
        }
        Fact::ConferenceEnded => told("conference.ended", "The conference is over."),
        Fact::GroupsAsked { groups } => told("conference.groups_asked", asked_for_groups(by, groups)),
        Fact::ParticipantsAdded { invited, .. } => {
            let names: Vec<_> = invited.iter().map(|one| name_or_number(&one.name, &one.number)).collect();
            let places: Vec<ParticipantId> = invited.iter().filter_map(|one| one.replaces).collect();
            let text = if places.is_empty() {
                format!("{by} adds {}.", names.join(", "))
            } else {
                format!("{by} replaces {} by {}.", names_of(conference, &places), names.join(", "))
            };
            told("conference.participants_added", text)
        }
        Fact::ParticipantCameOver { invited, legs, .. } if !legs.is_empty() => {
            let name = name_or_number(&invited.name, &invited.number);
            told("conference.participant.came_over", format!("{name}, who is still being called, belongs in here now."))
        }
        Fact::ParticipantCameOver { invited, .. } => {
            let name = name_or_number(&invited.name, &invited.number);
            told("conference.participant.came_over", format!("{name} comes over from another conference."))
        }
        Fact::StrangerFound { participant, name, number, .. } => {
            let known = conference.participant(*participant).is_some_and(|p| !p.uninvited);
            let who = name_or_number(name, number);
            let text = if known {
                format!("{who} is in the room after all.")
            } else {
                format!("{who} is in the room, and nobody here asked for them.")
            };
            told("conference.participant.uninvited", text)
        }
        Fact::CallJoins { name, number, .. } => {
            let who = name_or_number(name, number);
            let text = match actor {
                Some(person) => format!("{} lets {who} in, who called.", person.name),
                None => format!("{who} called again, and is let in."),
            };
            told("conference.caller_let_in", text)
        }
        Fact::GuestDialsIn { name, number, .. } => {
            told("conference.guest_dials_in", format!("{} dials in.", name_or_number(name, number)))
        }
        Fact::DialInOpened { dial_in } => {
            let pin = if dial_in.pin.is_some() { "with a PIN" } else { "without a PIN" };
            let access = &dial_in.access;
            told("conference.dial_in.opened", format!("The conference can be dialed into at {access}, {pin}."))
        }
        Fact::DialInClosed => told("conference.dial_in.closed", format!("{by} lets nobody else dial in.")),
        Fact::WrongPin { access, number, times, locked_out, .. } => {
            let (who, often) = (name_or_number("", number), if *times == 1 { "" } else { " again" });
            let out = if *locked_out { ", and is not asked any more for now" } else { "" };
            let text = format!("{who} entered a wrong PIN{often} at {access} ({times} in this call){out}.");
            told("conference.dial_in.wrong_pin", text)
        }
        Fact::ConferenceRescued { .. } => {
            let text = match actor {
                Some(person) => format!("{} has everybody rung again who was in.", person.name),
                None => "FreeSWITCH is back: everybody who was in is rung again.".to_owned(),
            };
            told("conference.rescued", text)
        }
        Fact::ConferenceRescueRefused { detail } => {
            told("conference.rescue_refused", format!("Nobody was rung again: {detail}."))
        }
        Fact::ConferenceMerging { .. } => {
            told("conference.merging", format!("{by} merges this conference with another one."))
        }
        Fact::SidebarAsked { participants, .. } => {
            let names = names_of(conference, participants);
            told("conference.sidebar_started", format!("{by} takes {names} aside: they talk apart."))
        }
        Fact::SidebarEnded { .. } if actor.is_some() => {
            told("conference.sidebar_ended", format!("{by} ends the sidebar: all talk together."))
        }
        Fact::SidebarEnded { .. } => told("conference.sidebar_ended", "The sidebar is over: only one was left in it."),
        _ if recording::fact_of(fact).is_some() => people::tell_recording(conference, by, fact),
        _ => {
            let mut telling = people::tell_participant(conference, actor, fact)?;
            let person = telling.participant.and_then(|id| conference.participant(id));
            telling.leg = leg_of(fact);
            let leg = person.and_then(|p| match telling.leg {
                Some(id) => p.legs.iter().find(|leg| leg.id == id),
                None => p.leg(),
            });
            telling.number = leg.map(|leg| leg.number.clone()).unwrap_or_default();
            Some(telling)
        }
    }
}

fn leg_of(fact: &Fact) -> Option<ChannelId> {
    match fact {
        Fact::LegQueued { leg, .. }
        | Fact::LegDialed { leg, .. }
        | Fact::LegProgress { leg, .. }
        | Fact::LegUnwanted { leg, .. }
        | Fact::LegOver { leg, .. } => Some(*leg),
        _ => None,
    }
}

fn asked_for_groups(by: &str, groups: &[String]) -> String {
    let (what, names) = (if groups.len() == 1 { "group" } else { "groups" }, list(groups));
    format!("{by} asks for the {what} {names}.")
}

fn handed_over(actor: Option<&Person>, from: &Person, to: &Person, note: &str) -> String {
    let deed = match actor {
        Some(by) if by.id == to.id => format!("{} takes the conference over from {}", by.name, from.name),
        Some(by) if by.id != from.id => format!("{} hands {}'s conference over to {}", by.name, from.name, to.name),
        _ => format!("{} hands the conference over to {}", from.name, to.name),
    };
    if note.is_empty() { format!("{deed}.") } else { format!("{deed}: {note}") }
}

fn names_of(conference: &Conference, ids: &[ParticipantId]) -> String {
    let names: Vec<String> = ids.iter().filter_map(|id| conference.participant(*id)).map(shown_name).collect();
    list(&names)
}

fn list(names: &[String]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.join(""),
    }
}

/// How a participant is spoken of.
pub fn shown_name(participant: &Participant) -> String {
    let number = participant.leg().map_or("", |leg| leg.number.as_str());
    match participant.role {
        ParticipantRole::Caller if participant.name.is_empty() => format!("The caller {number}").trim().to_owned(),
        _ => name_or_number(&participant.name, number),
    }
}

fn name_or_number(name: &str, number: &str) -> String {
    match (name.trim(), number.trim()) {
        ("", "") => "an unknown caller".to_owned(),
        ("", number) => number.to_owned(),
        (name, _) => name.to_owned(),
    }
}
