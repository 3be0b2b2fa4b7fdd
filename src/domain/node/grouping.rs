//! Standing groups in a request: their people beside those who were typed, and nobody twice.

use super::{Ids, Node, answering::refuse};
use crate::domain::{
    fact::{Fact, Invited, Person, Subject},
    group::Group,
    ids::{CallId, ConferenceId},
    request::{Actor, InputError, NewConference, NewParticipant, Refusal, RefusalCode},
};
use std::collections::{BTreeMap, BTreeSet};

impl Node {
    /// Those who were typed, and of the groups whoever is not among them. `already` are the numbers that must not be
    /// typed; `there` are those whose people need not be rung for a group.
    pub(super) fn resolve_all(
        &self,
        typed: &[NewParticipant],
        groups: &[Group],
        already: &BTreeMap<String, String>,
        there: &BTreeMap<String, String>,
        ids: &mut dyn Ids,
    ) -> Result<Vec<Invited>, Refusal> {
        if groups.is_empty() {
            return self.resolve(typed, already, ids);
        }
        let mut invited = if typed.is_empty() { Vec::new() } else { self.resolve(typed, already, ids)? };
        let mut taken = there.clone();
        take(&mut taken, &invited);
        let (mut errors, mut code) = (Vec::new(), RefusalCode::BadInput);
        for (at, group) in groups.iter().enumerate() {
            for member in &group.participants {
                let Some(member) = self.not_there(member, &taken) else { continue };
                match self.resolve(std::slice::from_ref(&member), &taken, ids) {
                    Ok(one) => {
                        take(&mut taken, &one);
                        invited.extend(one);
                    }
                    Err(refusal) => {
                        if errors.is_empty() {
                            code = refusal.code;
                        }
                        errors.extend(refusal.errors.into_iter().map(|fault| in_group(at, group, &member, &fault)));
                    }
                }
            }
        }
        if let Some(first) = errors.first() {
            return Err(Refusal { code, detail: format!("nobody was rung: {}", first.detail), errors });
        }
        if invited.is_empty() {
            let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
            return Err(refuse(
                RefusalCode::WrongState,
                format!("everybody of {} is in the conference, or being rung, already", names.join(", ")),
            ));
        }
        Ok(invited)
    }

    /// A member with the numbers that nobody has yet; nobody, if the first of them is taken: that is they themselves.
    fn not_there(&self, member: &NewParticipant, taken: &BTreeMap<String, String>) -> Option<NewParticipant> {
        // What cannot be dialed stays, so that it is refused with its reason.
        let number = |typed: &String| self.dial(typed).ok().map(|dial| dial.number);
        let is_taken = |typed: &String| number(typed).is_some_and(|number| taken.contains_key(&number));
        if member.numbers.first().is_some_and(is_taken) {
            return None;
        }
        let mut own = BTreeSet::new();
        let mut member = member.clone();
        member.numbers.retain(|typed| !is_taken(typed) && number(typed).is_none_or(|number| own.insert(number)));
        Some(member)
    }

    /// The same numbers, also as they would be dialed: a caller's comes as the network told it.
    pub(super) fn as_dialed(&self, already: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let dialed = already.iter().filter_map(|(number, name)| Some((self.dial(number).ok()?.number, name.clone())));
        dialed.chain(already.clone()).collect()
    }

    /// Who is in a new conference without being asked for: the caller, and the attendant at their station.
    pub(super) fn there_already(
        &self,
        actor: &Actor,
        call: Option<CallId>,
        new: &NewConference,
    ) -> BTreeMap<String, String> {
        let mut there = BTreeMap::new();
        if let Some(call) = call.and_then(|id| self.calls.get(&id)) {
            let number = self.dial(&call.caller_number).map_or(call.caller_number.clone(), |dial| dial.number);
            there.insert(number, call.caller_name.clone());
            there.extend(call.stations.iter().map(|leg| (leg.station.clone(), actor.name.clone())));
        } else if new.include_attendant {
            let station = new.station.as_ref().or(actor.stations.first());
            there.extend(station.map(|station| (station.clone(), actor.name.clone())));
        }
        there
    }

    /// The story names them.
    pub(super) fn groups_asked(&mut self, actor: &Actor, id: ConferenceId, groups: &[Group]) {
        if !groups.is_empty() {
            let groups = groups.iter().map(|group| group.name.clone()).collect();
            self.record(Subject::Conference(id), Some(Person::from(actor)), Fact::GroupsAsked { groups });
        }
    }
}

fn take(taken: &mut BTreeMap<String, String>, invited: &[Invited]) {
    for one in invited {
        taken.extend(one.dials.iter().map(|dial| (dial.number.clone(), one.name.clone())));
    }
}

fn in_group(at: usize, group: &Group, member: &NewParticipant, fault: &InputError) -> InputError {
    let first = member.numbers.first().map_or("", String::as_str);
    let who = if member.name.is_empty() { first } else { member.name.as_str() };
    InputError { pointer: format!("/groups/{at}"), detail: format!("{}, {who}: {}", group.name, fault.detail) }
}
