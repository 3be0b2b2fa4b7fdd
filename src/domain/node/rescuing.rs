//! FreeSWITCH died, and with it a conference. When it is back, everybody who was in is rung again: by itself, or when
//! somebody says so.

use super::{Accepting, Ids, Node, answering::refuse, dialing::phones};
use crate::domain::{
    cause::Reason,
    conference::{Conference, Participant},
    fact::{Fact, Invited, Person, Subject},
    ids::{ChannelId, ConferenceId, ParticipantId, UserId},
    request::{Actor, Refusal, RefusalCode},
    route::Dial,
    rules::{Rescue, RescueWithin},
    states::{ConferenceState, LegState, ParticipantRole, Role},
};
use std::time::Duration;

/// The journal hears so often that the switch is there.
const BETWEEN_LOOKS: Duration = Duration::from_secs(60);

impl Node {
    /// Rings everybody again who was in a conference that was lost with the switch.
    pub(super) fn rescue(&mut self, actor: &Actor, id: ConferenceId, ids: &mut dyn Ids) -> Accepting {
        let conference =
            self.conferences.get(&id).ok_or_else(|| refuse(RefusalCode::NotFound, "there is no such conference"))?;
        if actor.role == Role::Attendant && conference.owner.id != actor.id {
            return Err(refuse(RefusalCode::NotYours, format!("this is {}'s conference", conference.owner.name)));
        }
        if let Some(other) = conference.rescued_by {
            // Whoever asks twice is shown the same.
            return Ok(other);
        }
        if self.rules.conference.rescue == Rescue::Off {
            return Err(refuse(
                RefusalCode::Policy,
                "conferences are not rescued here (`[rescue] mode`); start a new one",
            ));
        }
        if !conference.was_lost() {
            return Err(refuse(
                RefusalCode::WrongState,
                "only a conference that was lost with FreeSWITCH can be rescued; start a new one",
            ));
        }
        self.rescue_now(id, Some(actor.into()), ids)
    }

    /// Whether somebody may have everybody rung again who was in.
    pub fn offers_rescue(&self, conference: &Conference) -> bool {
        self.rules.conference.rescue != Rescue::Off && conference.was_lost() && conference.rescued_by.is_none()
    }

    /// Where the policy says so, what was lost is rescued as soon as the switch takes calls again.
    pub(super) fn rescue_lost(&mut self, ids: &mut dyn Ids) {
        if self.rules.conference.rescue != Rescue::Auto || !self.link_works() {
            return;
        }
        let lost: Vec<ConferenceId> = self
            .conferences
            .values()
            .filter(|c| c.was_lost() && c.rescued_by.is_none() && !c.rescue_refused)
            .map(|c| c.id)
            .collect();
        for id in lost {
            if !self.conferences.get(&id).is_some_and(|c| self.is_news(c)) {
                let detail = "FreeSWITCH was out of sight for too long; somebody may have it done all the same".into();
                self.conference_fact(id, Fact::ConferenceRescueRefused { detail });
                continue;
            }
            if let Err(refusal) = self.rescue_now(id, None, ids) {
                // A switch that is not ready yet is asked again at the next look.
                if !matches!(refusal.code, RefusalCode::NodeDown | RefusalCode::NoResources) {
                    self.conference_fact(id, Fact::ConferenceRescueRefused { detail: refusal.detail });
                }
            }
        }
    }

    /// Whoever was in it still wonders what happened. Later than that, somebody has to say that they be rung again.
    fn is_news(&self, conference: &Conference) -> bool {
        let RescueWithin(longest) = self.rules.conference.rescue_within;
        let lost_at = conference.ended_at.unwrap_or(self.now);
        conference.seen.as_ref().is_some_and(|(_, at)| lost_at.since(*at) <= longest + BETWEEN_LOOKS)
    }

    /// The run of the switch that was last seen, as the journal knows it.
    pub(super) fn last_core(&self) -> String {
        let seen = self.conferences.values().filter(|c| !c.is_over()).filter_map(|c| c.seen.as_ref());
        seen.max_by_key(|(_, at)| *at).map(|(core, _)| core.clone()).unwrap_or_default()
    }

    /// Channels of conferences that were on another run of the switch than this one.
    pub(super) fn left_in_another_run(&self, core: &str) -> Vec<ChannelId> {
        let elsewhere = |c: &&Conference| c.seen.as_ref().is_some_and(|(seen, _)| seen != core);
        let open = self.conferences.values().filter(|c| !c.is_over()).filter(elsewhere);
        open.flat_map(|c| c.active().map(|(_, leg)| leg.id).collect::<Vec<_>>()).collect()
    }

    /// The journal keeps which run of the switch a conference is on, and that it was there a moment ago: when we come
    /// back, nothing else tells a switch that died from people who hung up. One fact a minute is enough.
    pub(super) fn switch_seen(&mut self, id: ConferenceId) {
        let Some(conference) = self.conferences.get(&id).filter(|c| !c.is_over()) else { return };
        let core = self.link.core.clone();
        let known =
            conference.seen.as_ref().is_some_and(|(seen, at)| *seen == core && self.now.since(*at) < BETWEEN_LOOKS);
        let in_doubt = conference.active().any(|(_, leg)| self.orphans.contains(&leg.id));
        if !known && !in_doubt && !core.is_empty() {
            self.conference_fact(id, Fact::SwitchSeen { core });
        }
    }

    fn rescue_now(&mut self, id: ConferenceId, actor: Option<Person>, ids: &mut dyn Ids) -> Accepting {
        let Some(conference) = self.conferences.get(&id) else {
            return Err(refuse(RefusalCode::NotFound, "there is no such conference"));
        };
        let (owner, stations, end_rules) =
            (conference.owner.clone(), conference.stations.clone(), conference.ending.rules.clone());
        let beep = conference.door.wanted;
        let dial_in = conference.dial_in.clone().filter(|wanted| self.is_free(None, wanted));
        let invited: Vec<Invited> = conference
            .participants
            .iter()
            .filter(|p| was_inside(p))
            .filter_map(|p| self.invite_again(p, &stations, ids))
            .collect();
        if invited.is_empty() {
            return Err(refuse(
                RefusalCode::WrongState,
                "nobody who was in this conference can be rung: no route leads to their numbers",
            ));
        }
        self.may_ring(owner.id, invited.len(), phones(&invited))?;
        let new = ConferenceId::new(ids.uuid());
        let ports = u32::try_from(invited.len()).unwrap_or(u32::MAX);
        let rung = invited.clone();
        // Journaled in one batch: whoever is rung again is rung by just one rescue.
        self.record(Subject::Conference(id), actor.clone(), Fact::ConferenceRescued { by: new });
        let room = format!("sb-{}", new.uuid().simple());
        let requested = Fact::ConferenceRequested {
            owner,
            stations,
            call: None,
            room,
            ports,
            invited,
            end_rules,
            host_first: false,
            rescues: Some(id),
            beep,
            wait_for_host: false,
        };
        self.record(Subject::Conference(new), actor, requested);
        if let Some(dial_in) = dial_in {
            // Who knows the PIN comes back by themselves. It is no longer taken: the other one is over.
            self.conference_fact(new, Fact::DialInOpened { dial_in });
        }
        self.conference_fact(new, Fact::ConferenceAssembling);
        self.switch_seen(new);
        self.queue_others(new, &rung, ids);
        self.dial_next();
        self.judge_end(new, ids);
        Ok(new)
    }

    fn may_ring(&self, owner: UserId, people: usize, legs: usize) -> Result<(), Refusal> {
        self.allow_legs(owner, legs, 0)?;
        self.apply_for(people, legs)
    }

    /// At the number they were reached on; a caller at the one they called from, the attendant at a station.
    fn invite_again(&self, person: &Participant, stations: &[String], ids: &mut dyn Ids) -> Option<Invited> {
        let leg = person.leg()?;
        let dials: Vec<Dial> = match person.role {
            ParticipantRole::Attendant => vec![self.station_dial(&leg.number, stations)?],
            // Whoever came with the call at a station is rung there.
            _ if person.dials.is_empty() && self.rules.stations.contains_key(&leg.number) => {
                vec![self.station_dial(&leg.number, std::slice::from_ref(&leg.number))?]
            }
            _ if person.dials.is_empty() => vec![self.dial(&leg.number).ok()?],
            _ => person.dials.clone(),
        };
        Some(Invited {
            participant: ParticipantId::new(ids.uuid()),
            // The call is over; whoever called is rung as anybody else.
            role: if person.role == ParticipantRole::Caller { ParticipantRole::Guest } else { person.role },
            name: person.name.clone(),
            number: dials.first().map(|dial| dial.number.clone()).unwrap_or_default(),
            dials,
            leg: ChannelId(ids.uuid()),
            label: person.label.clone(),
            moderator: person.moderator,
            listener: person.listener,
            introduce: false,
            replaces: None,
            end_conference_on_exit: person.end_conference_on_exit,
            reach: person.reach,
        })
    }

    /// The station they were at, or the first of the owner's.
    pub(super) fn station_dial(&self, was: &str, stations: &[String]) -> Option<Dial> {
        let known = |name: &&String| self.rules.stations.contains_key(*name);
        let name = stations.iter().filter(known).find(|name| *name == was).or_else(|| stations.iter().find(known))?;
        let station = self.rules.stations.get(name)?;
        Some(Dial {
            number: name.clone(),
            route: "station".into(),
            endpoints: vec![station.endpoint.clone()],
            caller_id_name: None,
            caller_id_number: None,
            variables: station.variables.clone(),
            confirm: false,
        })
    }
}

/// Was in the room when the switch went.
fn was_inside(person: &Participant) -> bool {
    person.leg().is_some_and(|leg| leg.state == LegState::Left && is_loss(leg.cause.as_ref().map(|c| c.reason)))
}

fn is_loss(reason: Option<Reason>) -> bool {
    matches!(reason, Some(Reason::SwitchLost | Reason::SwitchStopped))
}

impl Conference {
    /// It ended because FreeSWITCH did.
    pub fn was_lost(&self) -> bool {
        self.state == ConferenceState::Ended && is_loss(self.end_cause.as_ref().map(|cause| cause.reason))
    }
}
