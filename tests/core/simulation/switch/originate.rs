//! One originate: one phone, or several of which the first that is accepted is taken.

use super::{Death, Doing, Origin, Plan, Switch, commands::ok};
use std::collections::BTreeSet;
use switchboard::domain::{
    effect::Originate,
    ids::ChannelId,
    input::{Input, Outcome},
};

/// An originate that runs.
#[derive(Clone, Debug)]
pub struct Job {
    /// As they were listed.
    legs: Vec<ChannelId>,
    /// Those that may yet be reached.
    pending: BTreeSet<ChannelId>,
    /// What became of those that had a channel.
    causes: Vec<(ChannelId, &'static str)>,
    last: &'static str,
}

impl Switch {
    /// `bgapi`: taken now, done a moment later, on a thread of its own.
    pub(super) fn originate(&mut self, wanted: &Originate) -> Outcome {
        self.last_job += 1;
        let job = self.last_job;
        let legs: Vec<ChannelId> = wanted.legs.iter().map(|ringing| ringing.leg).collect();
        let mut pending = BTreeSet::new();
        for ringing in &wanted.legs {
            let leg = ringing.leg;
            if self.channels.contains_key(&leg) || self.under_way.contains(&leg) || self.paused {
                continue;
            }
            let participant = ringing
                .variables
                .iter()
                .find(|(name, _)| name.as_str() == "switchboard_participant")
                .map(|(_, value)| value.to_string())
                .unwrap_or_default();
            self.under_way.insert(leg);
            pending.insert(leg);
            let from = Origin::Job {
                job,
                target: wanted.target.clone(),
                confirm: ringing.confirm,
                told: wanted.reason.is_some() && !ringing.confirm,
                ring: i64::try_from(wanted.ring.as_millis()).unwrap_or(0),
                endpoint: ringing.endpoint.to_string(),
                participant,
            };
            let after = self.chance.ms(1, 40);
            self.plan(after, Plan::Create { leg, from });
        }
        if pending.is_empty() {
            let after = self.chance.ms(1, 30);
            self.plan(after, Plan::JobFailed(legs, "DESTINATION_OUT_OF_ORDER"));
        } else {
            self.jobs.insert(job, Job { legs, pending, causes: Vec::new(), last: "DESTINATION_OUT_OF_ORDER" });
        }
        ok()
    }

    /// One leg is out; the last to go ends the whole, with the cause of the first listed that had a channel.
    pub(super) fn leg_out(
        &mut self,
        job: u32,
        leg: ChannelId,
        cause: &'static str,
        had_channel: bool,
    ) -> Option<Input> {
        let found = self.jobs.get_mut(&job)?;
        found.pending.remove(&leg);
        found.last = cause;
        if had_channel {
            found.causes.push((leg, cause));
        }
        if !found.pending.is_empty() {
            return None;
        }
        let found = self.jobs.remove(&job)?;
        let told =
            found.legs.iter().find_map(|leg| found.causes.iter().find(|(of, _)| of == leg)).map(|(_, cause)| *cause);
        let outcome = Outcome::Err(told.unwrap_or(found.last).to_owned());
        Some(Input::Job { channels: found.legs, outcome })
    }

    /// One leg is taken; the others lose the race.
    pub(super) fn leg_won(&mut self, job: u32, leg: ChannelId) {
        let Some(found) = self.jobs.remove(&job) else { return };
        let told = Input::Job { channels: found.legs, outcome: Outcome::Ok(leg.to_string()) };
        let first = self.chance.percent(30);
        if first {
            self.events.push(told.clone());
        }
        for other in found.pending.into_iter().filter(|other| *other != leg) {
            self.under_way.remove(&other);
            if self.channels.get(&other).is_some_and(|c| matches!(c.doing, Doing::Ringing | Doing::Confirming)) {
                self.hang_up(other, "LOSE_RACE", None, Death::LostRace);
            }
        }
        if !first {
            self.events.push(told);
        }
    }
}
