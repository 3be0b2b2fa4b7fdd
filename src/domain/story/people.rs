//! What is told of single participants, and of recordings.

use super::{
    Telling, because,
    meeting::{by_phone, own},
    names_of, shown_name, told,
};
use crate::domain::{
    cause::Reason,
    conference::Conference,
    fact::{Fact, Person},
    recording::{self, RecordingEnd, RecordingState},
    setting::Setting,
    states::{LegState, ParticipantRole},
};

pub(super) fn tell_participant(conference: &Conference, actor: Option<&Person>, fact: &Fact) -> Option<Telling> {
    let by = actor.map_or("Somebody", |person| person.name.as_str());
    let id = match fact {
        Fact::ParticipantMuteAsked { participant, .. }
        | Fact::ParticipantMuted { participant, .. }
        | Fact::ParticipantAsked { participant, .. }
        | Fact::ParticipantSet { participant, .. }
        | Fact::ParticipantDigitsAsked { participant }
        | Fact::ParticipantDigitsSent { participant }
        | Fact::ParticipantLabelled { participant, .. }
        | Fact::ParticipantWaits { participant, .. }
        | Fact::ParticipantModerator { participant, .. }
        | Fact::ParticipantListener { participant, .. }
        | Fact::ParticipantEndsIt { participant, .. }
        | Fact::ParticipantHold { participant, .. }
        | Fact::SidebarLeft { participant }
        | Fact::Coaching { participant, .. }
        | Fact::LegPassing { participant, .. }
        | Fact::LegPassFailed { participant, .. }
        | Fact::IntroductionBegan { participant, .. }
        | Fact::IntroductionWaits { participant }
        | Fact::IntroductionEnded { participant }
        | Fact::LegQueued { participant, .. }
        | Fact::LegDialed { participant, .. }
        | Fact::LegProgress { participant, .. }
        | Fact::LegUnwanted { participant, .. }
        | Fact::LegOver { participant, .. } => *participant,
        _ => return None,
    };
    let who = conference.participant(id).map_or_else(|| "Somebody".to_owned(), shown_name);
    let telling = match fact {
        Fact::ParticipantMuted { on, .. } => tell_set(&who, Setting::Muted(*on)),
        Fact::ParticipantSet { setting, .. } => tell_set(&who, *setting),
        Fact::ParticipantMuteAsked { on, .. } => tell_asked(by, &who, Setting::Muted(*on)),
        Fact::ParticipantAsked { setting, participant } => {
            tell_asked(by, if own(actor, *participant) { "themselves" } else { &who }, *setting)
        }
        Fact::ParticipantDigitsAsked { .. } => {
            told("conference.participant.digits_asked", format!("{by} presses keys for {who}."))
        }
        Fact::ParticipantDigitsSent { .. } => {
            told("conference.participant.digits_sent", format!("Keys were pressed for {who}."))
        }
        Fact::ParticipantLabelled { label, .. } if label.is_empty() => {
            told("conference.participant.labelled", format!("{by} takes the label off {who}."))
        }
        Fact::ParticipantLabelled { label, .. } => {
            told("conference.participant.labelled", format!("{by} labels {who}: {label}."))
        }
        Fact::SidebarLeft { .. } => {
            told("conference.participant.sidebar_left", format!("{by} brings {who} back from the sidebar."))
        }
        Fact::IntroductionBegan { .. } => told(
            "conference.participant.introduction",
            format!("{who} speaks with the attendant, apart from the room."),
        ),
        Fact::IntroductionWaits { .. } => {
            told("conference.participant.introduction_waits", format!("{who} waits to be introduced, and hears music."))
        }
        Fact::IntroductionEnded { .. } => told("conference.participant.admitted", format!("{by} lets {who} in.")),
        Fact::LegPassing { .. } if conference.merging.is_some() => None,
        Fact::LegPassing { .. } => {
            told("conference.participant.move_asked", format!("{by} moves {who} to another conference."))
        }
        Fact::LegPassFailed { .. } => {
            told("conference.participant.move_failed", format!("{who} could not be moved, and is taken back."))
        }
        Fact::Coaching { whom: Some(whom), .. } => {
            let whom = names_of(conference, &[*whom]);
            told("conference.participant.coaching", format!("{by} lets {who} coach {whom}: nobody else hears {who}."))
        }
        Fact::Coaching { whom: None, .. } => {
            told("conference.participant.coaching_ended", format!("{by} lets everybody hear {who} again."))
        }
        Fact::ParticipantWaits { on: true, .. } => {
            told("conference.participant.waits", format!("{who} hears music until the host is there."))
        }
        Fact::ParticipantModerator { on, .. } => {
            let what = if *on { "a moderator" } else { "no moderator any more" };
            told("conference.participant.moderator", format!("{by} makes {who} {what}."))
        }
        Fact::ParticipantListener { on: true, .. } => {
            told("conference.participant.listener", format!("{by} lets {who} only listen."))
        }
        Fact::ParticipantListener { on: false, .. } => {
            told("conference.participant.listener", format!("{by} lets {who} speak."))
        }
        Fact::ParticipantEndsIt { on: true, .. } => {
            let text = match actor {
                Some(_) => format!("{by} has the conference end when {who} leaves."),
                None => format!("The conference ends when {who} leaves, in whose place it was to end before."),
            };
            told("conference.participant.ends_it", text)
        }
        Fact::ParticipantEndsIt { on: false, .. } => actor.and_then(|_| {
            told("conference.participant.ends_it", format!("{by} lets the conference go on without {who}."))
        }),
        Fact::ParticipantHold { on: true, .. } => {
            told("conference.participant.hold", format!("{who} has put us on hold."))
        }
        Fact::ParticipantHold { on: false, .. } => {
            told("conference.participant.unhold", format!("{who} is back from hold."))
        }
        Fact::LegQueued { leg, not_before: Some(at), .. } => {
            let queued = conference.participant(id).and_then(|p| p.legs.iter().find(|l| l.id == *leg));
            let pause = queued.map_or(0, |leg| at.since(leg.since).as_secs());
            told("conference.participant.retry", format!("{who} is busy, and is called again in {pause} s."))
        }
        Fact::LegDialed { number, .. } => told("conference.participant.dialing", format!("Calling {who} on {number}.")),
        Fact::LegProgress { state, .. } => match state {
            LegState::Ringing => told("conference.participant.ringing", format!("{who} is ringing.")),
            LegState::Answered => told("conference.participant.answered", format!("{who} answered.")),
            LegState::Confirming => {
                told("conference.participant.confirming", format!("{who} picked up and is asked to press 1."))
            }
            LegState::Joined => told("conference.participant.joined", format!("{who} joined.")),
            _ => None,
        },
        // What somebody asked for; what follows from something else is told by that.
        Fact::LegQueued { .. } => actor.and_then(|_| {
            let back = conference.participant(id).is_some_and(|p| p.role == ParticipantRole::Attendant);
            let kind = if back { "conference.rejoin_asked" } else { "conference.participant.redial_asked" };
            let called = back && by_phone(conference, actor).is_some();
            if called {
                return told(kind, format!("{by} has the attendant rung again."));
            }
            told(kind, if back { format!("{by} comes back.") } else { format!("{by} has {who} rung again.") })
        }),
        Fact::LegUnwanted { cause, .. } => actor.and_then(|_| match cause.reason {
            Reason::Cancelled => {
                told("conference.participant.cancel_asked", format!("{by} cancels the call to {who}."))
            }
            Reason::Dropped => told("conference.participant.drop_asked", format!("{by} takes {who} out.")),
            Reason::LeftByChoice => told("conference.participant.leave_asked", format!("{by} leaves the conference.")),
            _ => None,
        }),
        // They are, or were, in on another number: nothing failed.
        Fact::LegOver { leg, state: LegState::Failed, cause, hangup, .. } if cause.reason == Reason::LostRace => {
            let found = conference.participant(id).and_then(|p| p.legs.iter().find(|l| l.id == *leg));
            let number = found.map_or("a number", |leg| leg.number.as_str());
            let text = format!("{who} {}; {number} rings no longer.", cause.reason.words());
            because(told("conference.participant.other_number", text), cause)
                .map(|telling| Telling { switch_cause: hangup.clone(), ..telling })
        }
        // Not in yet when the two became one: their phone rings on.
        Fact::LegOver { state: LegState::Failed, cause, .. } if cause.reason == Reason::Moved => {
            let text = format!("{who} is still being called, for the other conference.");
            because(told("conference.participant.carried_over", text), cause)
        }
        Fact::LegOver { state, cause, hangup, .. } => {
            let (kind, text) = match state {
                LegState::Left if cause.reason == Reason::LeftByChoice => {
                    ("conference.participant.left", format!("{who} left."))
                }
                LegState::Left => ("conference.participant.left", format!("{who} is out: {}.", cause.reason.words())),
                _ => ("conference.participant.failed", format!("{who}: {}.", cause.reason.words())),
            };
            because(told(kind, text), cause).map(|telling| Telling { switch_cause: hangup.clone(), ..telling })
        }
        _ => None,
    };
    telling.map(|telling| Telling { participant: Some(id), ..telling })
}

pub(super) fn tell_recording(conference: &Conference, by: &str, fact: &Fact) -> Option<Telling> {
    let id = recording::fact_of(fact)?;
    let found = conference.recordings.iter().find(|one| one.id == id)?;
    let telling = match fact {
        Fact::RecordingAsked { .. } => told("conference.recording.asked", format!("{by} has the conference recorded.")),
        Fact::RecordingAnnounced { .. } => told("conference.recording.announced", "The recording was announced."),
        Fact::RecordingAnnouncedAgain { .. } => told(
            "conference.recording.announced_again",
            "The announcement of the recording was stopped half-way; it is played again.",
        ),
        Fact::RecordingTold { participant, .. } => told(
            "conference.recording.told",
            format!("{} is told of the recording.", super::names_of(conference, &[*participant])),
        ),
        Fact::RecordingStarted { .. } => told("conference.recording.started", "The conference is being recorded."),
        Fact::RecordingPauseAsked { on, .. } => {
            let what = if *on { "pauses the recording" } else { "lets the recording go on" };
            told("conference.recording.pause_asked", format!("{by} {what}."))
        }
        Fact::RecordingPaused { on: true, .. } => told("conference.recording.paused", "The recording is paused."),
        Fact::RecordingPaused { on: false, .. } => told("conference.recording.resumed", "The recording goes on."),
        Fact::RecordingStopAsked { .. } => {
            told("conference.recording.stop_asked", format!("{by} stops the recording."))
        }
        Fact::RecordingEnded { end, milliseconds, .. } => {
            let kind = match (found.state, end) {
                (RecordingState::Failed, _) => "conference.recording.failed",
                (_, RecordingEnd::ByItself | RecordingEnd::Unseen) => "conference.recording.lost",
                _ => "conference.recording.ended",
            };
            let long = milliseconds.map_or_else(String::new, |ms| format!(", {} s", ms / 1000));
            told(kind, format!("The recording is over{long}: {}.", end.words()))
        }
        _ => None,
    };
    telling.map(|telling| Telling { recording: Some(id), ..telling })
}

fn tell_set(who: &str, setting: Setting) -> Option<Telling> {
    match setting {
        Setting::Muted(true) => told("conference.participant.muted", format!("{who} is muted.")),
        Setting::Muted(false) => told("conference.participant.unmuted", format!("{who} is not muted any more.")),
        Setting::Deaf(true) => told("conference.participant.deaf", format!("{who} does not hear the room.")),
        Setting::Deaf(false) => told("conference.participant.undeaf", format!("{who} hears the room again.")),
        Setting::Hold(true) => told("conference.participant.held", format!("{who} is on hold, and hears music.")),
        Setting::Hold(false) => told("conference.participant.unheld", format!("{who} is back in the room.")),
        Setting::GainIn(gain) => told("conference.participant.gain", format!("{who} is heard at gain {gain}.")),
        Setting::GainOut(gain) => told("conference.participant.gain", format!("{who} hears at gain {gain}.")),
        Setting::Energy(level) => {
            told("conference.participant.energy", format!("{who} counts as speaking from level {}.", level.get()))
        }
    }
}

fn tell_asked(by: &str, who: &str, setting: Setting) -> Option<Telling> {
    let (kind, text) = match setting {
        Setting::Muted(true) => ("conference.participant.mute_asked", format!("{by} mutes {who}.")),
        Setting::Muted(false) => ("conference.participant.mute_asked", format!("{by} unmutes {who}.")),
        Setting::Deaf(true) => ("conference.participant.deaf_asked", format!("{by} deafens {who}.")),
        Setting::Deaf(false) => ("conference.participant.deaf_asked", format!("{by} lets {who} hear again.")),
        Setting::Hold(true) => ("conference.participant.hold_asked", format!("{by} puts {who} on hold.")),
        Setting::Hold(false) => ("conference.participant.hold_asked", format!("{by} takes {who} off hold.")),
        Setting::GainIn(gain) => {
            ("conference.participant.gain_asked", format!("{by} sets how {who} is heard: {gain}."))
        }
        Setting::GainOut(gain) => ("conference.participant.gain_asked", format!("{by} sets how {who} hears: {gain}.")),
        Setting::Energy(level) => {
            ("conference.participant.energy_asked", format!("{by} sets the speaking level of {who}: {}.", level.get()))
        }
    };
    told(kind, text)
}
