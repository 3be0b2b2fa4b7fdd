//! A conference is what its facts make of it.

use super::{Ask, Conference, HandedOver, Hearing, Introduction, Leg, Participant};
use crate::domain::{
    announcement::DoorSounds,
    dial_in::WrongPins,
    ending::Ending,
    fact::{Attempt, CarriedLeg, Fact, Invited},
    ids::{ChannelId, ConferenceId, ParticipantId},
    reach::Reach,
    recording,
    setting::{Setting, Settings},
    states::{ConferenceState, LegState, ParticipantRole},
    time::Timestamp,
    vote,
};
use std::collections::VecDeque;

impl Conference {
    /// The conference its first fact speaks of.
    pub fn begin(id: ConferenceId, at: Timestamp, fact: &Fact) -> Option<Self> {
        let Fact::ConferenceRequested {
            owner,
            stations,
            call,
            room,
            ports,
            invited,
            end_rules,
            host_first,
            rescues,
            beep,
            wait_for_host,
        } = fact
        else {
            return None;
        };
        let mut participants: Vec<Participant> = invited.iter().map(|one| Participant::invited(at, one)).collect();
        for one in &mut participants {
            one.rescued = rescues.is_some();
        }
        Some(Self {
            id,
            owner: owner.clone(),
            stations: stations.clone(),
            handed_over: None,
            call: *call,
            room: room.clone(),
            ports: *ports,
            state: ConferenceState::Reserved,
            locked: false,
            lock_pending: None,
            question: None,
            question_answered: false,
            notice: None,
            end_cause: None,
            ending: Ending::new(end_rules.clone()),
            wait_for_host: *wait_for_host,
            host_came: false,
            seen: None,
            dial_in: None,
            wrong_pins: None,
            door: DoorSounds { wanted: *beep, ..DoorSounds::default() },
            unnamed: Vec::new(),
            hands: Vec::new(),
            votes: Vec::new(),
            in_charge: None,
            announcing: Vec::new(),
            announcements: 0,
            notices: VecDeque::new(),
            created_at: at,
            ended_at: None,
            was_live: false,
            room_lives: false,
            opening: None,
            host_first: *host_first,
            rescues: *rescues,
            rescued_by: None,
            rescue_refused: false,
            merging: None,
            was_arranged: false,
            hearing: Hearing::Free,
            participants,
            recordings: Vec::new(),
        })
    }

    /// One more fact.
    pub fn apply(&mut self, at: Timestamp, fact: &Fact) {
        self.fold(at, fact);
        if self.wait_for_host && !self.host_came {
            let is_in = |p: &Participant| p.legs.iter().any(|leg| leg.state == LegState::Joined);
            let runs_it = |p: &Participant| p.moderator || p.role == ParticipantRole::Attendant;
            self.host_came = self.participants.iter().any(|p| runs_it(p) && is_in(p));
        }
    }

    fn fold(&mut self, at: Timestamp, fact: &Fact) {
        self.ending.apply(at, fact);
        match fact {
            Fact::ConferenceAssembling => self.state = ConferenceState::Assembling,
            Fact::ConferenceLive => {
                self.state = ConferenceState::Live;
                self.was_live = true;
            }
            Fact::ConferenceWaits { on } => {
                self.wait_for_host = *on;
                // Who ran it and left before is not the host that is waited for.
                self.host_came = false;
            }
            Fact::ConferenceLockAsked { on } => self.lock_pending = Some(*on),
            Fact::ConferenceLocked { on } => {
                self.locked = *on;
                self.lock_pending = None;
            }
            Fact::ConferenceQuestion { deadline } => self.question = Some((at, *deadline)),
            Fact::ConferenceAnswered { .. } => {
                self.question = None;
                self.question_answered = true;
            }
            Fact::ConferenceNotice { cause } => self.notice = Some(cause.clone()),
            Fact::ConferenceHandedOver { from, to, stations, note, attendant } => {
                self.owner = to.clone();
                self.stations.clone_from(stations);
                self.handed_over = Some(HandedOver { from: from.clone(), at, note: note.clone() });
                let ends = self.ending.rules.on_exit_of(ParticipantRole::Attendant);
                for one in &mut self.participants {
                    let is_attendant = one.role == ParticipantRole::Attendant;
                    if *attendant == Some(one.id) {
                        one.role = ParticipantRole::Attendant;
                        one.end_conference_on_exit |= ends;
                    } else if is_attendant {
                        one.role = ParticipantRole::Guest;
                        one.end_conference_on_exit &= !ends;
                    }
                }
            }
            Fact::ConferenceEnding { cause } => {
                self.state = ConferenceState::Ending;
                self.question = None;
                self.end_cause = Some(cause.clone());
            }
            Fact::ConferenceEnded => {
                self.state = ConferenceState::Ended;
                self.question = None;
                self.ended_at = Some(at);
            }
            Fact::ParticipantsAdded { ports, invited } => {
                self.ports = *ports;
                self.participants.extend(invited.iter().map(|one| Participant::invited(at, one)));
            }
            Fact::ParticipantCameOver { ports, invited, from, keeps, legs } => {
                self.ports = *ports;
                let mut participant = Participant::invited(at, invited);
                participant.keeps.clone_from(keeps);
                if !legs.is_empty() {
                    participant.legs = legs.iter().map(|one| Leg::carried(one, *from)).collect();
                }
                self.participants.push(participant);
            }
            Fact::SwitchSeen { core } => self.seen = Some((core.clone(), at)),
            Fact::PortsReturned { ports } => self.ports = self.ports.saturating_sub(*ports),
            Fact::CallJoins { participant, leg, name, number, ports, .. } => {
                self.ports = *ports;
                let leg = Leg { joining: true, ..Leg::queued(at, *leg, number.clone(), Attempt::default()) };
                self.caller_joins(at, *participant, ParticipantRole::Caller, leg, name);
            }
            Fact::GuestDialsIn { participant, leg, name, number, ports } => {
                self.ports = *ports;
                let leg = Leg::queued(at, *leg, number.clone(), Attempt::default());
                let leg = Leg { joining: true, dialed_in: true, ..leg };
                self.caller_joins(at, *participant, ParticipantRole::Guest, leg, name);
            }
            Fact::DialInOpened { dial_in } => self.dial_in = Some(dial_in.clone()),
            Fact::DialInClosed => self.dial_in = None,
            Fact::WrongPin { number, .. } => {
                let count = self.wrong_pins.as_ref().map_or(0, |wrong| wrong.count).saturating_add(1);
                self.wrong_pins = Some(WrongPins { count, last_number: number.clone(), last_at: at });
            }
            Fact::StrangerFound { participant, leg, name, number, ports } => {
                self.ports = *ports;
                self.stranger_found(at, *participant, *leg, name, number);
            }
            Fact::ConferenceRescued { by } => self.rescued_by = Some(*by),
            Fact::ConferenceRescueRefused { .. } => self.rescue_refused = true,
            Fact::ConferenceMerging { into } => self.merging = Some(*into),
            Fact::SidebarAsked { sidebar, participants } => {
                self.was_arranged = true;
                for one in participants {
                    self.with(*one, |p| p.sidebar = Some(*sidebar));
                }
            }
            Fact::SidebarEnded { sidebar } | Fact::SidebarDissolved { sidebar } => {
                for one in self.participants.iter_mut().filter(|p| p.sidebar == Some(*sidebar)) {
                    one.sidebar = None;
                }
            }
            Fact::IntroductionBegan { participant, sidebar, participants } => {
                self.was_arranged = true;
                for one in participants {
                    self.with(*one, |p| p.sidebar = Some(*sidebar));
                }
                self.with(*participant, |p| p.introduction = Some(Introduction::Speaking));
            }
            Fact::IntroductionWaits { participant } => {
                self.with(*participant, |p| p.introduction = Some(Introduction::Waiting));
            }
            Fact::IntroductionEnded { participant } => self.with(*participant, |p| p.introduction = None),
            Fact::SidebarLeft { participant } => self.with(*participant, |p| p.sidebar = None),
            Fact::Coaching { participant, whom } => {
                self.was_arranged |= whom.is_some();
                self.with(*participant, |p| p.coaching = *whom);
            }
            Fact::ParticipantInCharge { participant, .. } => {
                self.in_charge = Some(*participant);
                self.with(*participant, |p| p.moderator = true);
            }
            _ => {
                vote::apply(&mut self.hands, &mut self.votes, at, fact);
                recording::apply(&mut self.recordings, at, fact);
                self.apply_to_participant(at, fact);
            }
        }
    }

    fn apply_to_participant(&mut self, at: Timestamp, fact: &Fact) {
        match fact {
            Fact::ParticipantMuteAsked { participant, on } => {
                self.with(*participant, |p| p.ask(Ask::Set(Setting::Muted(*on))));
            }
            Fact::ParticipantMuted { participant, on } => self.with(*participant, |p| p.set(Setting::Muted(*on))),
            Fact::ParticipantAsked { participant, setting } => self.with(*participant, |p| {
                if !p.keeps.contains(setting) {
                    p.keeps_no_longer(*setting);
                }
                p.ask(Ask::Set(*setting));
            }),
            Fact::ParticipantSet { participant, setting } => self.with(*participant, |p| {
                // How they came in is kept until it is arranged whom they hear.
                if !matches!(setting, Setting::Muted(_) | Setting::Deaf(_)) && p.keeps.contains(setting) {
                    p.keeps_no_longer(*setting);
                }
                p.set(*setting);
            }),
            Fact::ParticipantDigitsAsked { participant } => self.with(*participant, |p| p.ask(Ask::Digits)),
            Fact::ParticipantDigitsSent { participant } => self.with(*participant, |p| p.answered(Ask::Digits)),
            Fact::ParticipantLabelled { participant, label } => {
                self.with(*participant, |p| p.label.clone_from(label));
            }
            Fact::ParticipantModerator { participant, on } => {
                self.in_charge = self.in_charge.filter(|one| on | (one != participant));
                self.with(*participant, |p| p.moderator = *on);
            }
            Fact::ParticipantWaits { participant, on } => self.with(*participant, |p| p.waits_for_host = *on),
            Fact::ParticipantListener { participant, on } => self.with(*participant, |p| p.listener = *on),
            Fact::ParticipantEndsIt { participant, on } => {
                self.with(*participant, |p| p.end_conference_on_exit = *on);
            }
            Fact::ParticipantHold { participant, on } => self.with(*participant, |p| p.on_hold = *on),
            Fact::LegQueued { participant, leg, attempt, dial, not_before } => self.with(*participant, |p| {
                if let Some(dial) = dial {
                    p.dials = vec![dial.clone()];
                }
                let number = p.dials.get(attempt.number).map(|dial| dial.number.clone()).unwrap_or_default();
                p.settings = Settings::default();
                p.keeps.clear();
                p.waits_for_host = false;
                p.on_hold = false;
                p.asked.clear();
                p.legs.push(Leg { not_before: *not_before, ..Leg::queued(at, *leg, number, *attempt) });
            }),
            Fact::LegDialed { participant, leg, number, endpoint, parked, confirm, group } => {
                self.with_leg(*participant, *leg, |leg| {
                    leg.number.clone_from(number);
                    leg.endpoint = Some(endpoint.clone());
                    leg.parked = *parked;
                    leg.confirm = *confirm;
                    leg.group = *group;
                    leg.state = LegState::Dialing;
                    leg.since = at;
                });
            }
            Fact::LegScreened { participant, leg, on } => {
                self.with_leg(*participant, *leg, |leg| leg.screened = *on);
                if !on {
                    self.with(*participant, |p| {
                        p.keeps.retain(|kept| !matches!(kept, Setting::Muted(_) | Setting::Deaf(_)));
                    });
                }
            }
            Fact::LegPassing { participant, leg, to, newcomer, screened } => self.with_leg(*participant, *leg, |leg| {
                leg.passing = Some((*to, *newcomer));
                leg.passing_screened = *screened;
            }),
            Fact::LegPassFailed { participant, leg, keeps, forgotten } => {
                self.with_leg(*participant, *leg, |leg| leg.passing = None);
                if *forgotten {
                    self.with(*participant, |p| {
                        p.keeps.clone_from(keeps);
                        p.keeps_tried = 0;
                        p.settings = Settings { muted: p.settings.muted, deaf: p.settings.deaf, ..Settings::default() };
                    });
                }
            }
            Fact::LegAccepted { participant, leg } => self.with_leg(*participant, *leg, |leg| leg.accepted = true),
            Fact::LegProgress { participant, leg, state } => self.with_leg(*participant, *leg, |leg| {
                leg.state = *state;
                leg.since = at;
                leg.accepted = true;
                leg.redirected = leg.redirected.filter(|_| *state != LegState::Joined);
                leg.answered |= matches!(state, LegState::Answered | LegState::Confirming | LegState::Joined);
            }),
            Fact::LegUnwanted { participant, leg, cause } => {
                self.with_leg(*participant, *leg, |leg| leg.unwanted = Some(cause.clone()));
            }
            Fact::LegOver { participant, leg, state, cause, .. } => {
                let inside = |p: &Participant| p.legs.iter().any(|l| l.id != *leg && l.state == LegState::Joined);
                if !self.participant(*participant).is_some_and(inside) {
                    self.hands.retain(|hand| hand.participant != *participant);
                }
                self.with(*participant, |p| {
                    // On another number they are in.
                    if p.legs.iter().any(|other| other.id != *leg && other.state == LegState::Joined) {
                        return;
                    }
                    p.talking = false;
                    p.settings = Settings::default();
                    p.keeps.clear();
                    p.waits_for_host = false;
                    p.sidebar = None;
                    // Rung again, they are to be introduced again.
                    p.introduction = p.introduction.map(|_| Introduction::Waiting);
                    p.asked.clear();
                });
                self.with_leg(*participant, *leg, |leg| {
                    leg.state = *state;
                    leg.since = at;
                    leg.cause = Some(cause.clone());
                    leg.member = None;
                    leg.waits = false;
                    leg.passing = None;
                });
            }
            _ => {}
        }
    }

    fn stranger_found(&mut self, at: Timestamp, id: ParticipantId, leg: ChannelId, name: &str, number: &str) {
        if let Some(known) = self.participants.iter_mut().find(|p| p.id == id) {
            known.settings = Settings::default();
            known.asked.clear();
            if let Some(leg) = known.legs.iter_mut().find(|one| one.id == leg) {
                (leg.state, leg.since, leg.cause, leg.unwanted) = (LegState::Queued, at, None, None);
            }
            return;
        }
        let invited = guest(id, ParticipantRole::Guest, leg, name, number);
        self.participants.push(Participant { uninvited: true, ..Participant::invited(at, &invited) });
    }

    fn caller_joins(&mut self, at: Timestamp, id: ParticipantId, role: ParticipantRole, leg: Leg, name: &str) {
        if let Some(known) = self.participants.iter_mut().find(|p| p.id == id) {
            known.settings = Settings::default();
            known.asked.clear();
            known.legs.push(leg);
            return;
        }
        let invited = guest(id, role, leg.id, name, &leg.number);
        let mut participant = Participant::invited(at, &invited);
        participant.legs = vec![leg];
        self.participants.push(participant);
    }
}

/// Who comes with a channel of their own, and cannot be rung.
fn guest(participant: ParticipantId, role: ParticipantRole, leg: ChannelId, name: &str, number: &str) -> Invited {
    Invited {
        participant,
        role,
        name: name.to_owned(),
        dials: Vec::new(),
        leg,
        number: number.to_owned(),
        reach: Reach::default(),
        label: String::new(),
        moderator: false,
        listener: false,
        introduce: false,
        replaces: None,
        end_conference_on_exit: false,
    }
}

impl Leg {
    /// As it was in the other conference.
    fn carried(one: &CarriedLeg, from: ConferenceId) -> Self {
        let dialed = one.endpoint.is_some() && !one.state.is_over();
        Self {
            endpoint: one.endpoint.clone(),
            state: one.state,
            cause: one.cause.clone(),
            parked: one.parked,
            confirm: one.confirm,
            group: one.group,
            not_before: one.not_before,
            screened: one.screened,
            redirected: (dialed && !one.parked).then_some(from),
            accepted: one.accepted,
            unwanted: one.unwanted.clone(),
            answered: one.answered,
            ..Self::queued(one.since, one.leg, one.number.clone(), one.attempt)
        }
    }

    /// As another conference is told of it.
    pub fn to_carry(&self) -> CarriedLeg {
        CarriedLeg {
            leg: self.id,
            number: self.number.clone(),
            endpoint: self.endpoint.clone(),
            attempt: self.attempt,
            state: self.state,
            since: self.since,
            cause: self.cause.clone(),
            parked: self.parked,
            confirm: self.confirm,
            group: self.group,
            not_before: self.not_before,
            screened: self.screened,
            accepted: self.accepted,
            unwanted: self.unwanted.clone(),
            answered: self.answered,
        }
    }
}
