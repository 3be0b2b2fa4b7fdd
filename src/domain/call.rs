//! One call, folded from its facts.

use super::{
    cause::Cause,
    fact::{Arrival, Fact, Person, StationLeg},
    ids::{CallId, ChannelId, ConferenceId, ParticipantId},
    states::CallState,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// An outside party who reached the attendant.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub id: CallId,
    pub channel: ChannelId,
    pub kind: Arrival,
    pub queue: Option<String>,
    pub caller_name: String,
    pub caller_number: String,
    pub variables: BTreeMap<String, String>,
    pub state: CallState,
    pub attendant: Option<Person>,
    /// Being rung, or the one that answered.
    pub stations: Vec<StationLeg>,
    pub station_hold: bool,
    pub bypass_media: bool,
    pub proxy_media: bool,
    pub arrived_at: Timestamp,
    pub since: Timestamp,
    pub conference: Option<ConferenceId>,
    pub notice: Option<Cause>,
    /// The conference their line dropped out of, and who they were in it.
    pub comes_back: Option<ComesBack>,
    pub hangup_asked: bool,
    /// The dialplan it came from is behind it, so what becomes of the caller is for us to see to: from the beginning
    /// for calls from the queue, from the first hold or move on for ordinary ones.
    pub ours: bool,
    /// Something was asked whose effect has not been seen.
    pub pending: Option<Pending>,
    /// The switch was told that the hang-up of the station ends the call. Not journaled.
    pub settled: bool,
    /// The hook said that the caller came, and has not said that they left. Not journaled.
    pub hooked: bool,
    /// Why the dialing from the caller's leg ended, as the hook told. Not journaled.
    pub disposition: Option<Cause>,
}

/// Where somebody whose line dropped belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComesBack {
    pub conference: ConferenceId,
    pub participant: ParticipantId,
}

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    Hold,
    Resume,
}

impl Call {
    /// The call its first fact speaks of.
    pub fn begin(id: CallId, at: Timestamp, fact: &Fact) -> Option<Self> {
        let Fact::CallArrived {
            channel,
            kind,
            queue,
            caller_name,
            caller_number,
            variables,
            station,
            attendant,
            bypass_media,
            proxy_media,
        } = fact.clone()
        else {
            return None;
        };
        Some(Self {
            id,
            channel,
            kind,
            queue,
            caller_name,
            caller_number,
            variables,
            state: if station.is_some() { CallState::Talking } else { CallState::Waiting },
            attendant,
            stations: station.into_iter().collect(),
            station_hold: false,
            bypass_media,
            proxy_media,
            arrived_at: at,
            since: at,
            conference: None,
            notice: None,
            comes_back: None,
            hangup_asked: false,
            ours: kind == Arrival::Queue,
            pending: None,
            settled: false,
            hooked: false,
            disposition: None,
        })
    }

    /// One more fact.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::CallClaimed { attendant, stations } => {
                self.attendant = Some(attendant.clone());
                self.stations.clone_from(stations);
                self.notice = None;
                self.pending = None;
                self.hooked = false;
                self.disposition = None;
                self.enter(CallState::Ringing, at);
            }
            Fact::CallReturned { cause } => {
                self.attendant = None;
                self.stations.clear();
                self.station_hold = false;
                self.notice.clone_from(cause);
                self.pending = None;
                self.conference = None;
                self.enter(CallState::Waiting, at);
            }
            Fact::CallConnected { channel } => {
                self.stations.retain(|leg| leg.channel == *channel);
                self.notice = None;
                self.pending = None;
                self.settled = false;
                self.enter(CallState::Talking, at);
            }
            Fact::CallMedia { bypass, proxy } => {
                self.bypass_media |= *bypass;
                self.proxy_media |= *proxy;
            }
            Fact::CallHoldAsked => {
                self.ours = true;
                self.pending = Some(Pending::Hold);
            }
            Fact::CallResumeAsked => self.pending = Some(Pending::Resume),
            Fact::CallHeld => {
                self.pending = None;
                self.enter(CallState::Held, at);
            }
            Fact::CallStationHold { on } => self.station_hold = *on,
            Fact::CallStationLost => {
                self.stations.clear();
                self.station_hold = false;
                self.pending = None;
            }
            Fact::CallComesBack { conference, participant } => {
                self.comes_back = Some(ComesBack { conference: *conference, participant: *participant });
            }
            Fact::CallMoving { conference } => {
                self.conference = Some(*conference);
                self.ours = true;
                self.pending = None;
                self.notice = None;
                self.enter(CallState::Conference, at);
            }
            Fact::CallRestored { cause } => {
                self.conference = None;
                self.notice = Some(cause.clone());
                self.settled = false;
                self.enter(CallState::Talking, at);
            }
            Fact::CallHandedOver { to } => self.attendant = Some(to.clone()),
            Fact::CallHangupAsked => self.hangup_asked = true,
            Fact::CallEnded { cause } => {
                self.notice = Some(cause.clone());
                self.pending = None;
                self.enter(CallState::Ended, at);
            }
            _ => {}
        }
    }

    fn enter(&mut self, state: CallState, at: Timestamp) {
        if self.state != state {
            self.state = state;
            self.since = at;
        }
    }

    /// The leg of the station that answered.
    pub fn station(&self) -> Option<ChannelId> {
        self.stations.first().map(|leg| leg.channel)
    }
}
