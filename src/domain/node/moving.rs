//! A live pair goes into its room, or talks again as before.

use super::{
    Ids, Node,
    answering::{being_connected, refuse, variable},
};
use crate::domain::{
    call::Pending,
    cause::Reason,
    effect::{Command, Door, Tag},
    fact::{Fact, Invited},
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    reach::Reach,
    request::{Actor, Refusal, RefusalCode},
    states::{CallState, LegState, ParticipantRole},
    timers::Timer,
};

impl Node {
    /// The live call, if it can become a conference.
    pub(super) fn pair_to_move(&self, actor: &Actor, id: CallId) -> Result<Pair, Refusal> {
        let call = self.call_of(id, actor)?;
        if call.state == CallState::Conference {
            return Err(refuse(RefusalCode::WrongState, "this call is a conference already; add participants to it"));
        }
        if call.pending == Some(Pending::Resume) {
            return Err(being_connected());
        }
        let held = call.state == CallState::Held;
        let station = call.station().filter(|station| self.channels.contains_key(station));
        let (Some(station), true, None) = (station, held || call.state == CallState::Talking, call.pending) else {
            return Err(refuse(
                RefusalCode::WrongState,
                "only a call you are talking on can become a conference; answer it first, or start one without it",
            ));
        };
        if call.proxy_media {
            return Err(refuse(
                RefusalCode::WrongState,
                format!("{}; start the conference without the call", Reason::ProxyMedia.words()),
            ));
        }
        Ok(Pair { call: id, caller: call.channel, station, held, bypass: call.bypass_media, silent: call.station_hold })
    }

    pub(super) fn invite_pair(&self, pair: &Pair, actor: &Actor, ids: &mut dyn Ids) -> Vec<Invited> {
        let Some(call) = self.calls.get(&pair.call) else { return Vec::new() };
        let station = call.stations.first().map(|leg| leg.station.clone()).unwrap_or_default();
        let mut one = |role, name: &str, number: &str, leg| Invited {
            participant: ParticipantId::new(ids.uuid()),
            role,
            name: name.to_owned(),
            dials: Vec::new(),
            leg,
            number: number.to_owned(),
            label: String::new(),
            moderator: false,
            listener: false,
            introduce: false,
            replaces: None,
            end_conference_on_exit: false,
            reach: Reach::default(),
        };
        vec![
            one(ParticipantRole::Caller, &call.caller_name, &call.caller_number, pair.caller),
            one(ParticipantRole::Attendant, &actor.name, &station, pair.station),
        ]
    }

    /// Sends the pair on its way. Journaled already; done when both are members.
    pub(super) fn move_pair(&mut self, id: ConferenceId, pair: &Pair) {
        let Some(room) = self.conferences.get(&id).and_then(|conference| self.room_of(conference)) else { return };
        let park = self.rules.times.park.as_secs().to_string();
        for (channel, silent) in [(pair.caller, false), (pair.station, pair.silent)] {
            let mut variables: Vec<_> =
                [variable("park_timeout", park.clone()), variable("switchboard_conference", id.to_string())]
                    .into_iter()
                    .flatten()
                    .collect();
            // A phone on its own hold would pour its music into the room.
            if silent {
                variables.extend(variable("conference_member_flags", "mute"));
            }
            self.set_variables(channel, pair.caller, variables);
        }
        if pair.bypass {
            self.command(Tag::Quiet(pair.caller), pair.caller, Command::TakeMedia(pair.caller));
        }
        if pair.held {
            for channel in [pair.caller, pair.station] {
                let room = room.clone();
                self.command(Tag::Move(id), pair.caller, Command::EnterRoom { channel, room, door: Door::default() });
            }
        } else {
            self.command(Tag::Move(id), pair.caller, Command::MovePair { channel: pair.caller, room });
        }
        self.timers.set(Timer::MoveDue(id), self.now.plus(self.rules.times.moving));
    }

    /// Is the pair where it should be? Asked at each of its events, and at the deadline.
    pub(super) fn check_move(&mut self, id: ConferenceId, at_deadline: bool, ids: &mut dyn Ids) {
        if !at_deadline && !self.timers.is_set(Timer::MoveDue(id)) {
            return;
        }
        let Some(conference) = self.conferences.get(&id) else { return };
        let Some(call) = conference.call else { return };
        let half = |role| {
            let leg = conference.with_role(role).and_then(|p| p.legs.first());
            leg.map(|leg| (leg.id, Half::of(leg.state, leg.waits)))
        };
        let (Some((caller, caller_is)), Some((station, station_is))) =
            (half(ParticipantRole::Caller), half(ParticipantRole::Attendant))
        else {
            return;
        };
        use Half::{Gone, In, Refused};
        match (caller_is, station_is) {
            (In, In) => self.move_done(id, None),
            (In, Gone) => self.move_done(id, Some(Reason::AttendantHungUp)),
            (Gone, In) => self.move_done(id, Some(Reason::CallerHungUp)),
            (Gone, Gone) => self.move_failed(id, Reason::EverybodyLeft, ids),
            (Gone, _) => self.move_failed(id, Reason::CallerHungUp, ids),
            (_, Gone) if at_deadline || caller_is == Refused => {
                // Nobody is left to talk to: the caller waits again, for anybody.
                self.release_from(id, caller, Reason::AttendantHungUp);
                self.call_fact(call, Fact::CallReturned { cause: Some(Reason::AttendantHungUp.into()) });
                self.return_to_waiting(caller);
                self.move_failed(id, Reason::AttendantHungUp, ids);
            }
            _ if at_deadline || caller_is == Refused || station_is == Refused => {
                self.release_from(id, caller, Reason::MoveFailed);
                self.release_from(id, station, Reason::MoveFailed);
                self.call_fact(call, Fact::CallRestored { cause: Reason::MoveFailed.into() });
                self.bridge(Tag::Bridge(id), caller, station);
                self.timers.set(Timer::Settled(call), self.now.plus(self.rules.times.settle));
                self.move_failed(id, Reason::MoveFailed, ids);
            }
            _ => {}
        }
    }

    /// From wherever it is. Its arrival at the hook is heard as any other.
    pub(super) fn return_to_waiting(&mut self, channel: ChannelId) {
        let way_back = self.rules.way_back.clone();
        self.command(Tag::Quiet(channel), channel, Command::ReturnToWaiting { channel, way_back });
    }

    fn move_done(&mut self, id: ConferenceId, notice: Option<Reason>) {
        if self.timers.clear(Timer::MoveDue(id))
            && let Some(reason) = notice
        {
            self.conference_fact(id, Fact::ConferenceNotice { cause: reason.into() });
        }
    }

    /// The leg is no longer the conference's, but its channel lives on.
    fn release_from(&mut self, id: ConferenceId, leg: ChannelId, reason: Reason) {
        let found = self.conferences.get(&id).and_then(|c| {
            c.legs()
                .find(|(_, l)| l.id == leg)
                .map(|(p, l)| (p.id, if l.state == LegState::Joined { LegState::Left } else { LegState::Failed }))
        });
        if let Some((participant, state)) = found {
            self.conference_fact(id, Fact::LegOver { participant, leg, state, cause: reason.into(), hangup: None });
        }
    }

    fn move_failed(&mut self, id: ConferenceId, reason: Reason, ids: &mut dyn Ids) {
        self.timers.clear(Timer::MoveDue(id));
        self.end_conference(id, None, reason.into(), ids);
    }
}

/// The two channels of a live call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub call: CallId,
    pub caller: ChannelId,
    pub station: ChannelId,
    pub held: bool,
    pub bypass: bool,
    pub silent: bool,
}

/// Where one half of the pair is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    OnItsWay,
    In,
    Refused,
    Gone,
}

impl Half {
    fn of(state: LegState, parked: bool) -> Self {
        match state {
            LegState::Joined => Self::In,
            LegState::Left | LegState::Failed => Self::Gone,
            _ if parked => Self::Refused,
            _ => Self::OnItsWay,
        }
    }
}
