//! What an attendant may do with a call: answer, hold, resume, hang up.

use super::{Ids, Node, Owner};
use crate::domain::{
    call::{Call, Pending},
    effect::{Command, Effect, KillCause, Tag},
    endpoint::Safe,
    fact::{Fact, Person, StationLeg, Subject},
    ids::{CallId, ChannelId},
    input::Outcome,
    request::{Actor, Refusal, RefusalCode},
    states::{CallState, Role},
    timers::Timer,
};
use std::time::Duration;

/// Beyond the ringing time, the switch has had its say by then.
pub(super) const ANSWER_SLACK: Duration = Duration::from_secs(5);

/// A refusal with its words.
pub(super) fn refuse(code: RefusalCode, detail: impl Into<String>) -> Refusal {
    Refusal { code, detail: detail.into(), errors: Vec::new() }
}

pub(super) fn being_connected() -> Refusal {
    refuse(RefusalCode::WrongState, "the two are being connected just now; try again in a moment")
}

/// A variable of ours: written here, so it is known to be safe.
pub(super) fn variable(name: &'static str, value: impl Into<String>) -> Option<(Safe, Safe)> {
    Some((Safe::new(name).ok()?, Safe::new(value).ok()?))
}

impl Node {
    /// The call, if there is one and the actor may act on it.
    pub(super) fn call_of(&self, id: CallId, actor: &Actor) -> Result<&Call, Refusal> {
        let call =
            self.calls.get(&id).filter(|call| call.state != CallState::Ended).ok_or_else(|| {
                refuse(RefusalCode::NotFound, "there is no such call; it may have ended a moment ago")
            })?;
        match &call.attendant {
            Some(owner) if owner.id != actor.id && actor.role == Role::Attendant => {
                Err(refuse(RefusalCode::NotYours, format!("{} has this call", owner.name)))
            }
            _ => Ok(call),
        }
    }

    pub(super) fn answer(
        &mut self,
        actor: &Actor,
        id: CallId,
        station: Option<&str>,
        ids: &mut dyn Ids,
    ) -> Result<CallId, Refusal> {
        let call = self
            .calls
            .get(&id)
            .ok_or_else(|| refuse(RefusalCode::NotFound, "there is no such call; the caller may have hung up"))?;
        if call.state != CallState::Waiting {
            let who = call.attendant.as_ref().map_or("somebody", |person| person.name.as_str());
            return Err(refuse(RefusalCode::Claimed, format!("{who} has taken this call")));
        }
        self.ring_stations(actor, id, station, ids)
    }

    fn ring_stations(
        &mut self,
        actor: &Actor,
        id: CallId,
        station: Option<&str>,
        ids: &mut dyn Ids,
    ) -> Result<CallId, Refusal> {
        let mut legs = Vec::new();
        let mut rung = Vec::new();
        for name in self.stations_of(actor, station)? {
            let Some(known) = self.rules.stations.get(&name) else { continue };
            let channel = ChannelId(ids.uuid());
            rung.push((channel, known.endpoint.clone()));
            legs.push(StationLeg { station: name, channel });
        }
        let Some(caller) = self.calls.get(&id).map(|call| call.channel) else {
            return Err(refuse(RefusalCode::NotFound, "the caller has hung up"));
        };
        let attendant = Person::from(actor);
        self.record(Subject::Call(id), Some(attendant.clone()), Fact::CallClaimed { attendant, stations: legs });
        self.timers.clear(Timer::StationGone(id));
        // The hook stops renewing its music; its socket closes a moment later, when the caller has moved on.
        self.effect(Effect::HookRelease(caller));
        self.command(
            Tag::Answer(id),
            caller,
            Command::DialFromCaller {
                caller,
                stations: rung,
                ring: self.rules.times.station_ring,
                way_back: self.rules.way_back.clone(),
                music: self.rules.music.clone(),
            },
        );
        self.timers.set(Timer::AnswerDue(id), self.now.plus(self.rules.times.station_ring + ANSWER_SLACK));
        Ok(id)
    }

    /// The stations to ring for somebody: the one they named, or all of theirs.
    pub(super) fn stations_of(&self, actor: &Actor, named: Option<&str>) -> Result<Vec<String>, Refusal> {
        let known = |name: &&String| self.rules.stations.contains_key(name.as_str());
        let stations: Vec<String> = match named {
            Some(name) => actor.stations.iter().filter(|own| *own == name).filter(known).cloned().collect(),
            None => actor.stations.iter().filter(known).cloned().collect(),
        };
        if stations.is_empty() {
            return Err(refuse(
                RefusalCode::NoStation,
                match named {
                    Some(name) => format!("{name} is not a station of yours; choose one of {:?}", actor.stations),
                    None => {
                        "you have no station that FreeSWITCH can ring; ask the administrator to give you one".into()
                    }
                },
            ));
        }
        Ok(stations)
    }

    pub(super) fn hold(&mut self, actor: &Actor, id: CallId) -> Result<CallId, Refusal> {
        let call = self.call_of(id, actor)?;
        let caller = call.channel;
        let station = call.station().filter(|station| self.channels.contains_key(station));
        match (call.state, call.pending, station) {
            (CallState::Held, ..) | (_, Some(Pending::Hold), _) => return Ok(id),
            (_, Some(Pending::Resume), _) => return Err(being_connected()),
            (CallState::Talking, None, Some(station)) => {
                self.record(Subject::Call(id), Some(actor.into()), Fact::CallHoldAsked);
                self.timers.clear(Timer::Settled(id));
                let longest = self.rules.times.longest_hold;
                let limit = variable("park_timeout", longest.as_secs().to_string());
                self.set_variables(station, caller, limit.into_iter().collect());
                self.command(
                    Tag::Hold(id),
                    caller,
                    Command::Hold {
                        caller,
                        music: self.rules.music.clone(),
                        longest,
                        way_back: self.rules.way_back.clone(),
                    },
                );
                self.timers.set(Timer::CallPending(id), self.now.plus(self.rules.times.control));
            }
            _ => return Err(refuse(RefusalCode::WrongState, "only a call you are talking on can be held")),
        }
        Ok(id)
    }

    pub(super) fn resume(&mut self, actor: &Actor, id: CallId, ids: &mut dyn Ids) -> Result<CallId, Refusal> {
        let call = self.call_of(id, actor)?;
        let alive = call.station().filter(|station| self.channels.contains_key(station));
        match (call.state, call.pending, alive) {
            (CallState::Talking, None, _) | (_, Some(Pending::Resume), _) => Ok(id),
            (CallState::Held, _, Some(station)) => {
                let caller = call.channel;
                self.record(Subject::Call(id), Some(actor.into()), Fact::CallResumeAsked);
                self.bridge(Tag::Resume(id), caller, station);
                Ok(id)
            }
            // The station hung up meanwhile: it is rung again, from the caller's own leg as at the first time.
            (CallState::Held, _, None) => self.ring_stations(actor, id, None, ids),
            _ => Err(refuse(RefusalCode::WrongState, "only a held call can be resumed")),
        }
    }

    /// Bridges caller and station, with a net under the caller: if the station hangs up in that very moment the
    /// caller falls into park, and from there back to waiting.
    pub(super) fn bridge(&mut self, tag: Tag, caller: ChannelId, station: ChannelId) {
        let net = [
            variable("hangup_after_bridge", "false"),
            variable("park_after_bridge", "true"),
            variable("uuid_bridge_park_on_cancel", "true"),
            variable("park_timeout", self.rules.times.park.as_secs().to_string()),
        ];
        self.set_variables(caller, caller, net.into_iter().flatten().collect());
        self.command(tag, caller, Command::Bridge { first: caller, second: station });
        // Until they are, whoever moved one of them would leave the other behind.
        if let Some(Owner::Caller(id)) = self.channels.get(&caller).copied() {
            if let Some(call) = self.calls.get_mut(&id) {
                call.pending = Some(Pending::Resume);
            }
            self.timers.set(Timer::CallPending(id), self.now.plus(self.rules.times.control));
        }
    }

    /// From now on the hang-up of the station ends the call.
    pub(super) fn settle_call(&mut self, id: CallId) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.state == CallState::Talking) else { return };
        call.settled = true;
        let channel = call.channel;
        let both = [variable("hangup_after_bridge", "true"), variable("park_after_bridge", "false")];
        let variables = both.into_iter().flatten().collect();
        self.command(Tag::Settle(id), channel, Command::SetVariables { channel, variables });
    }

    /// The switch may not know it: the next comparison tells it again.
    pub(super) fn not_settled(&mut self, id: CallId) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.settled = false;
        }
    }

    pub(super) fn set_variables(&mut self, channel: ChannelId, lane: ChannelId, variables: Vec<(Safe, Safe)>) {
        if !variables.is_empty() {
            self.command(Tag::Quiet(channel), lane, Command::SetVariables { channel, variables });
        }
    }

    pub(super) fn hang_up(&mut self, actor: &Actor, id: CallId) -> Result<CallId, Refusal> {
        let call = self.call_of(id, actor)?;
        if call.state == CallState::Conference {
            return Err(refuse(RefusalCode::WrongState, "the call is in a conference; leave or end the conference"));
        }
        self.record(Subject::Call(id), Some(actor.into()), Fact::CallHangupAsked);
        self.kill_call(id);
        Ok(id)
    }

    /// The caller, and whatever station rings, talks or is parked for them.
    pub(super) fn kill_call(&mut self, id: CallId) {
        let Some(call) = self.calls.get(&id) else { return };
        let caller = call.channel;
        let stations: Vec<_> = call.stations.iter().map(|leg| leg.channel).collect();
        self.kill(caller, KillCause::NormalClearing);
        for channel in stations {
            self.command(Tag::Quiet(channel), caller, Command::Kill { channel, cause: KillCause::NormalClearing });
        }
    }

    /// A command on a call was answered. Success is seen by events; a failure sends us looking.
    pub(super) fn call_reply(&mut self, id: CallId, outcome: &Outcome) {
        if let Outcome::Err(_) = outcome
            && let Some(call) = self.calls.get(&id)
        {
            let mut channels = vec![call.channel];
            channels.extend(call.stations.iter().map(|leg| leg.channel));
            for channel in channels {
                self.probe(channel);
            }
        }
    }
}
