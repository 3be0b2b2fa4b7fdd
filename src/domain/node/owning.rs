//! Whose a conference is: handed over to somebody else, who sees and steers it from then on.

use super::{
    Accepting, Ids, Node,
    answering::{being_connected, refuse},
};
use crate::domain::{
    call::Call,
    conference::{Conference, Leg, Participant},
    fact::{Fact, Person, Subject},
    ids::{CallId, ConferenceId, ParticipantId},
    request::{Actor, InputError, Refusal, RefusalCode},
    states::{CallState, LegState, ParticipantRole, Role},
    timers::Timer,
};

impl Node {
    /// Makes it somebody else's. Nobody is moved or rung by it: who gave it away stays where they are, as a guest; who
    /// takes it over is the attendant if they are in it already, and comes into it by themselves if not.
    pub(super) fn hand_over(
        &mut self,
        actor: &Actor,
        id: ConferenceId,
        to: &Actor,
        note: &str,
        ids: &mut dyn Ids,
    ) -> Accepting {
        let conference = self.conference_of(id, actor)?;
        let from = conference.owner.clone();
        if from.id == to.id {
            let whose = if actor.id == to.id { "you have".to_owned() } else { format!("{} has", to.name) };
            return Err(refuse(RefusalCode::WrongState, format!("{whose} this conference already")));
        }
        if to.role == Role::Program {
            return Err(cannot_take(format!("{} is a program; hand the conference over to a person", to.name)));
        }
        // Who is which of the two is what the move goes by.
        if conference.is_moving() || self.timers.is_set(Timer::MoveDue(id)) {
            return Err(being_connected());
        }
        if conference.waits_for_host() {
            return Err(refuse(
                RefusalCode::WrongState,
                "the attendant is rung first, and has not come yet; hand it over when they have, or end it",
            ));
        }
        self.has_room_for(to, conference)?;
        let attendant = self.who_is_at_a_station_of(conference, to);
        let newcomer =
            attendant.and_then(|heir| conference.participant(heir)).is_some_and(|p| p.introduction.is_some());
        if let Some(heir) = attendant.filter(|_| newcomer) {
            // Nobody is introduced to a room that is theirs.
            self.admit(actor, id, heir)?;
        }
        let (who, stations, to) = (Some(Person::from(actor)), to.stations.clone(), Person::from(to));
        self.record(
            Subject::Conference(id),
            who.clone(),
            Fact::ConferenceHandedOver { from, to: to.clone(), stations, note: note.trim().to_owned(), attendant },
        );
        let here = |call: &&Call| call.state == CallState::Conference && call.conference == Some(id);
        let calls: Vec<CallId> = self.calls.values().filter(here).map(|call| call.id).collect();
        for call in calls {
            self.record(Subject::Call(call), who.clone(), Fact::CallHandedOver { to: to.clone() });
        }
        if let Some(host) = attendant {
            // Others may have waited for somebody who runs it, and they themselves, too.
            self.wait_for_host(id, host);
        }
        // Whether it ends when the attendant leaves is asked of another one now.
        self.judge_end(id, ids);
        Ok(id)
    }

    /// The call of somebody in a conference is its owner's.
    pub(super) fn call_follows(&mut self, call: CallId, owner: Option<Person>) {
        let other = self.calls.get(&call).is_some_and(|call| call.attendant.as_ref() != owner.as_ref());
        if let Some(to) = owner.filter(|_| other) {
            self.call_fact(call, Fact::CallHandedOver { to });
        }
    }

    /// Legs count for the conference's owner, so handing over is no way around the limits. What was dialed a moment ago
    /// stays with whoever dialed it.
    fn has_room_for(&self, to: &Actor, conference: &Conference) -> Result<(), Refusal> {
        let most = self.rules.policy.per_user.legs_at_once;
        let theirs: usize = self.conferences.values().filter(|c| c.owner.id == to.id).map(|c| c.active().count()).sum();
        let with_it = theirs + conference.active().count();
        if with_it <= most {
            return Ok(());
        }
        let detail = format!(
            "at most {most} legs may be up at once for {}, and with this conference {with_it} would be; choose somebody \
             else, or wait until some have ended",
            to.name
        );
        Err(refuse(RefusalCode::Limit, detail))
    }

    /// The new owner, if they are in the room or on their way there. The caller stays the caller, whoever they are.
    fn who_is_at_a_station_of(&self, conference: &Conference, to: &Actor) -> Option<ParticipantId> {
        let own = conference
            .active()
            .filter(|(p, leg)| p.role != ParticipantRole::Caller && self.is_at_a_station_of(p, leg, to))
            .map(|(p, leg)| (leg.state != LegState::Joined, p.id));
        // Of two, the one who is in.
        own.min_by_key(|(outside, _)| *outside).map(|(_, id)| id)
    }

    /// Dialed by whatever number rings that phone, or moved with it.
    fn is_at_a_station_of(&self, person: &Participant, leg: &Leg, to: &Actor) -> bool {
        let dialed = || person.dials.get(leg.attempt.number)?.endpoints.get(leg.attempt.gateway);
        let phone = leg.endpoint.as_ref().or_else(dialed);
        to.stations.iter().any(|name| match phone {
            Some(phone) => self.station_named(phone.as_str()).as_ref() == Some(name),
            None => leg.number == *name,
        })
    }
}

fn cannot_take(detail: String) -> Refusal {
    let errors = vec![InputError { pointer: "/user".into(), detail: detail.clone() }];
    Refusal { code: RefusalCode::BadInput, detail, errors }
}
