//! From the core's state to what is shown. No decision is taken here.

mod meeting;

use super::view::{
    Activity, AnnouncementState, AnnouncementView, CallKind, CallView, ConferenceView, DialInOffer, DialInView, EndDue,
    HandedOverView, IntroductionState, LegView, NodeView, Notice, ParticipantView, PartyView, Progress, Question,
    QuestionKind, RecordingView, UserRef, WrongPinsView,
};
use crate::domain::{
    announcement::Announcing,
    call::{Call, Pending},
    cause::{Cause, Reason},
    conference::{Ask, Conference, Hearing, Introduction, Leg, Participant},
    fact::{Arrival, Person, Recorded, Subject},
    ids::{EventId, NodeId},
    node::Node,
    recording::{Recording, RecordingAsk, RecordingEnd},
    setting::{Setting, Threshold},
    states::LegState,
    story::Telling,
};
use uuid::Uuid;

fn user(person: &Person) -> UserRef {
    UserRef { id: person.id, name: person.name.clone() }
}

fn notice(cause: &Cause) -> Notice {
    let words = cause.reason.words();
    let text = match cause.sip_status {
        Some(status) => format!("{words} (SIP {status})"),
        None => words.to_owned(),
    };
    Notice { code: cause.reason.code().to_owned(), text, sip_status: cause.sip_status }
}

/// One node.
pub fn node(node: &Node, store_is_up: bool) -> NodeView {
    let link = node.link();
    NodeView {
        id: node.id.clone(),
        state: link.state,
        verified_at: link.verified_at,
        since: link.since,
        reason: link.reason.clone(),
        version: (!link.version.is_empty()).then(|| link.version.clone()),
        sessions: link.health.sessions,
        ports_free: node.ports_free(),
        ports_total: node.rules.ports,
        store_is_up,
        records: node.rules.recording.is_some(),
        secret_votes: node.rules.conference.keys.secret,
        dial_in: node
            .rules
            .dial_in
            .as_ref()
            .map(|rules| DialInOffer { access_numbers: rules.numbers.clone(), pin_length: rules.pin_length }),
        sounds: node.rules.conference.sounds.by_name.keys().cloned().collect(),
        speaks: node.can_speak(),
        languages: node.rules.conference.speech.iter().flat_map(|speech| speech.voices.keys().cloned()).collect(),
    }
}

/// One call.
pub fn call(node: &NodeId, call: &Call) -> CallView {
    CallView {
        id: call.id,
        node_id: node.clone(),
        state: call.state,
        kind: match call.kind {
            Arrival::Queue => CallKind::Queue,
            Arrival::Extension => CallKind::Extension,
        },
        queue: call.queue.clone(),
        caller: PartyView { name: call.caller_name.clone(), number: call.caller_number.clone() },
        variables: call.variables.clone(),
        attendant: call.attendant.as_ref().map(user),
        station: call.stations.first().map(|leg| leg.station.clone()),
        station_hold: call.station_hold,
        arrived_at: call.arrived_at,
        since: call.since,
        conference_id: call.conference,
        comes_back_to: call.comes_back.map(|back| back.conference).filter(|_| call.conference.is_none()),
        notice: call.notice.as_ref().map(notice),
        pending: call.pending.map(|pending| {
            match pending {
                Pending::Hold => "hold",
                Pending::Resume => "resume",
            }
            .to_owned()
        }),
    }
}

/// One that is on the board: with what can be asked for it now.
pub fn live_conference(node: &Node, found: &Conference) -> ConferenceView {
    ConferenceView { rescuable: node.offers_rescue(found), ..conference(&node.id, found) }
}

/// One conference.
pub fn conference(node: &NodeId, conference: &Conference) -> ConferenceView {
    ConferenceView {
        id: conference.id,
        node_id: node.clone(),
        state: conference.state,
        call_id: conference.call,
        owner: user(&conference.owner),
        handed_over: conference
            .handed_over
            .as_ref()
            .map(|it| Box::new(HandedOverView { from: user(&it.from), at: it.at, note: it.note.clone() })),
        room: conference.room.clone(),
        locked: conference.locked,
        ports: conference.ports,
        // Only what is still on the board can be rescued, and only where the policy lets it: see `live_conference`.
        rescuable: false,
        rescued_by: conference.rescued_by,
        created_at: conference.created_at,
        ended_at: conference.ended_at,
        end_reason: conference.end_cause.as_ref().map(notice),
        beep: conference.door.wanted,
        wait_for_host: conference.wait_for_host,
        hands: conference.hands.iter().map(meeting::hand).collect(),
        votes: conference.votes.iter().map(|vote| meeting::vote(conference, vote)).collect(),
        dial_in: dial_in(conference),
        announcing: conference.announcing.iter().map(announcement).collect(),
        end_rules: conference.ending.rules.clone(),
        ends_at: conference.ending.ends_at,
        end_due: conference.ending.due.as_ref().map(|(at, cause)| EndDue { at: *at, reason: notice(cause) }),
        question: conference.question.map(|(asked_at, deadline)| Question {
            kind: QuestionKind::CallerLeft,
            asked_at,
            deadline,
        }),
        notice: conference.notice.as_ref().map(notice),
        pending: pending(conference).map(str::to_owned),
        progress: progress(conference),
        participants: conference.participants.iter().map(|one| participant(conference, one)).collect(),
        recordings: conference.recordings.iter().map(recording).collect(),
    }
}

/// Of one that is over nobody needs the PIN.
fn dial_in(conference: &Conference) -> Option<DialInView> {
    let open = conference.dial_in.as_ref().filter(|_| !conference.is_over())?;
    Some(DialInView {
        access_number: open.access.clone(),
        pin: open.pin.as_ref().map(|pin| pin.reveal().to_owned()),
        wrong_pins: conference.wrong_pins.as_ref().map(|wrong| WrongPinsView {
            count: wrong.count,
            last_number: wrong.last_number.clone(),
            last_at: wrong.last_at,
        }),
    })
}

fn recording(recording: &Recording) -> RecordingView {
    let pending = recording.asked.map(|asked| match asked {
        RecordingAsk::Stop => "record_stop",
        RecordingAsk::Pause(true) => "record_pause",
        RecordingAsk::Pause(false) => "record_resume",
    });
    let reason = |end: RecordingEnd| Notice { code: end.code().into(), text: end.words().into(), sip_status: None };
    RecordingView {
        id: recording.id,
        file: recording.file().to_owned(),
        state: recording.state,
        pending: pending.map(str::to_owned),
        asked_at: recording.asked_at,
        started_at: recording.started_at,
        ended_at: recording.ended_at,
        milliseconds: recording.milliseconds,
        bytes: recording.bytes,
        reason: recording.end.map(reason),
    }
}

fn progress(conference: &Conference) -> Progress {
    let mut progress = Progress { total: conference.participants.len(), ..Progress::default() };
    for person in &conference.participants {
        *match person.state() {
            LegState::Queued => &mut progress.waiting,
            LegState::Dialing | LegState::Ringing | LegState::Answered | LegState::Confirming => &mut progress.ringing,
            LegState::Joined => &mut progress.joined,
            LegState::Failed => &mut progress.failed,
            LegState::Left => &mut progress.left,
        } += 1;
    }
    progress
}

fn pending(conference: &Conference) -> Option<&'static str> {
    match conference.lock_pending {
        Some(true) => Some("lock"),
        Some(false) => Some("unlock"),
        None => match conference.hearing {
            Hearing::Pending { changes: true, .. } | Hearing::Unknown | Hearing::Otherwise(_) => Some("arrange"),
            _ => None,
        },
    }
}

fn announcement(one: &Announcing) -> AnnouncementView {
    let state = match (one.stopping, one.began) {
        (true, _) => AnnouncementState::Stopping,
        (false, true) => AnnouncementState::Playing,
        (false, false) => AnnouncementState::Asked,
    };
    let content = &one.content;
    let text = content.text().map(str::to_owned);
    AnnouncementView { sound: content.sound().to_owned(), text, participant_id: one.to, state }
}

fn participant(conference: &Conference, participant: &Participant) -> ParticipantView {
    let latest = participant.leg();
    let settings = participant.settings;
    let pending = match latest.and_then(|leg| leg.unwanted.as_ref()) {
        Some(wish) if latest.is_some_and(Leg::is_active) => Some(match wish.reason {
            Reason::Cancelled => "cancel",
            _ => "drop",
        }),
        _ if latest.is_some_and(|leg| leg.passing.is_some()) => Some("move"),
        _ => participant.asked.last().map(asked),
    };
    let retry_at = latest.filter(|leg| leg.state == LegState::Queued).and_then(|leg| leg.not_before);
    // Who waits to be called again is shown with what became of the last time.
    let last = || participant.legs.iter().filter(|leg| !leg.is_active()).max_by_key(|leg| leg.since);
    let cause =
        latest.and_then(|leg| leg.cause.as_ref()).or_else(|| last()?.cause.as_ref().filter(|_| retry_at.is_some()));
    ParticipantView {
        id: participant.id,
        role: participant.role,
        name: participant.name.clone(),
        number: latest.map(|leg| leg.number.clone()).unwrap_or_default(),
        state: latest.map_or(LegState::Queued, |leg| leg.state),
        label: participant.label.clone(),
        moderator: participant.moderator,
        in_charge: conference.in_charge == Some(participant.id),
        hand_raised_at: conference.hand_of(participant.id).map(|hand| hand.raised_at),
        vote: meeting::ballot_of(conference, participant.id),
        listener: participant.listener,
        end_conference_on_exit: participant.end_conference_on_exit,
        uninvited: participant.uninvited,
        dialed_in: latest.is_some_and(|leg| leg.dialed_in),
        waits_for_host: participant.waits_for_host,
        announcing: conference
            .announcing
            .iter()
            .find(|one| one.to == Some(participant.id))
            .map(|one| one.content.text().unwrap_or(one.content.sound()).to_owned()),
        muted: settings.muted,
        deaf: settings.deaf,
        hold: settings.hold,
        gain_in: settings.gain_in.get(),
        gain_out: settings.gain_out.get(),
        energy: settings.energy.map(Threshold::get),
        introduction: participant.introduction.map(|introduction| match introduction {
            Introduction::Waiting => IntroductionState::Waiting,
            Introduction::Speaking => IntroductionState::Speaking,
        }),
        replaces: participant.replaces,
        sidebar: participant.sidebar,
        coaching: participant.coaching,
        strategy: participant.reach.strategy,
        retry_at,
        talking: participant.talking,
        on_hold: participant.on_hold,
        cause: cause.map(notice),
        pending: pending.map(str::to_owned),
        legs: participant.legs.iter().map(leg).collect(),
    }
}

/// The verb whose effect is awaited.
fn asked(ask: &Ask) -> &'static str {
    match ask {
        Ask::Digits => "dtmf",
        Ask::Set(Setting::Muted(true)) => "mute",
        Ask::Set(Setting::Muted(false)) => "unmute",
        Ask::Set(Setting::Deaf(true)) => "deaf",
        Ask::Set(Setting::Deaf(false)) => "undeaf",
        Ask::Set(Setting::Hold(true)) => "hold",
        Ask::Set(Setting::Hold(false)) => "unhold",
        Ask::Set(Setting::GainIn(_) | Setting::GainOut(_)) => "gain",
        Ask::Set(Setting::Energy(_)) => "energy",
    }
}

fn leg(leg: &Leg) -> LegView {
    LegView {
        id: leg.id,
        number: leg.number.clone(),
        state: leg.state,
        since: leg.since,
        cause: leg.cause.as_ref().map(notice),
    }
}

/// One line of what happened, if the fact is worth one.
pub fn activity(telling: &Telling, recorded: &Recorded, sequence: u64) -> Activity {
    let (call_id, conference_id) = match recorded.subject {
        Subject::Call(id) => (Some(id), None),
        Subject::Conference(id) => (None, Some(id)),
    };
    Activity {
        id: event_id(recorded.subject, sequence),
        kind: telling.kind.to_owned(),
        sequence,
        at: recorded.at,
        call_id,
        conference_id,
        participant_id: telling.participant,
        leg_id: telling.leg,
        recording_id: telling.recording,
        number: Some(telling.number.clone()).filter(|number| !number.is_empty()),
        actor: recorded.actor.as_ref().filter(|_| telling.by_phone.is_none()).map(user),
        actor_participant_id: telling.by_phone,
        text: telling.text.clone(),
        reason: telling.cause.as_ref().map(notice),
        switch_cause: telling.switch_cause.clone(),
    }
}

/// The same fact has the same id wherever it is told: on the live stream, and in the story read years later.
fn event_id(subject: Subject, sequence: u64) -> EventId {
    let of = match subject {
        Subject::Call(id) => id.uuid(),
        Subject::Conference(id) => id.uuid(),
    };
    EventId::new(Uuid::new_v5(&of, &sequence.to_be_bytes()))
}
